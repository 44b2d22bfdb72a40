"""The whole answer for one business: expected loss, chances, cost if it happens, curve, plans, controls, band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sonae.checklist import Answers
from sonae.jo import factors
from sonae.loss.compound import Curve, gross_curve
from sonae.loss.controls import COLUMNS, Weights, ranges, relative_risk, unmet, weights
from sonae.loss.exposure import Exposure, exposure
from sonae.loss.losses import Losses
from sonae.loss.normal import Floats
from sonae.loss.parameters import CAUSES, CELLS_PER_DECADE, ELECTRONIC, Level, Parameters, parameters
from sonae.loss.plans import Incidents, PlanLoss, plan_losses
from sonae.loss.severity import COMPONENTS, INSURED, Severity, severity
from sonae.programmes import Plan

MATERIAL_PERSONS = 99.53
"""An incident is material from 100 persons on; sizes are means of cells, and no business holds just this many on a medium."""
YEARS = (1, 5, 10)
RETURN_PERIODS = (10, 100, 200)
OTHER_LEVELS: tuple[Level, ...] = ("low", "high")


@dataclass(frozen=True, eq=False)
class Model:
    """One business at one level of parameters: its exposure, severities, and the relative risks of its answers."""

    p: Parameters
    exposure: Exposure
    severity: Severity
    risk: Floats
    """Relative risk by column (causes, aftermath)."""

    @cached_property
    def cause(self) -> npt.NDArray[np.int64]:
        """The cause of each pair."""
        return np.array([c for c, _ in self.p.pairs])

    @cached_property
    def weight(self) -> Floats:
        """Expected incidents a year by pair × cell × state."""
        aftermath = self.risk[-1] * self.severity.state
        result = np.empty((*aftermath.shape[:2], 3))
        result[..., 0] = 1 - aftermath[..., 0] - aftermath[..., 1]
        result[..., 1:] = aftermath
        result *= ((self.exposure.rate * self.risk[self.cause])[:, None] * self.severity.chance)[..., None]
        return result

    @cached_property
    def incidents(self) -> Incidents:
        """What the plans see of it."""
        electronic = np.array([CAUSES[c] in ELECTRONIC for c in self.cause])
        material = (self.severity.persons > MATERIAL_PERSONS) | electronic[:, None]
        return Incidents(self.severity, self.weight, material)

    @cached_property
    def gross(self) -> Losses:
        """The whole loss of an incident, all sections and own loss."""
        rate = self.weight[..., None, None, None] * self.severity.branch
        material = self.incidents.material[:, :, None, None, None, None]
        return Losses.of(self.severity.gross(), rate, material)

    @cached_property
    def linear(self) -> tuple[Floats, Floats]:
        """Yen a year by component × cause at relative risk 1: the part without, and the part with, the aftermath's risk."""
        s, rate = self.severity, self.exposure.rate
        base = rate[:, None] * s.chance
        quiet = np.einsum("pc,kpc->kp", base, s.means[..., 0])
        extra = sum(
            np.einsum("pc,kpc->kp", base * s.state[..., i], s.means[..., i + 1] - s.means[..., 0]) for i in (0, 1)
        )
        by_cause = np.zeros((len(COMPONENTS), len(CAUSES))), np.zeros((len(COMPONENTS), len(CAUSES)))
        for target, source in zip(by_cause, (quiet, extra), strict=True):
            np.add.at(target.T, self.cause, np.asarray(source).T)
        return by_cause

    def expected(self, risk: Floats) -> Floats:
        """Return yen a year by component × cause at relative risks by column."""
        plain, aftermath = self.linear
        result: Floats = (plain + risk[-1] * aftermath) * risk[:-1]
        return result


def model(
    answers: Answers,
    on: date,
    level: Level = "central",
    cells_per_decade: int = CELLS_PER_DECADE,
    given: Mapping[str, str] | None = None,
) -> Model:
    """Return the model of a business with its answers (``given``: those that count, if already worked out).

    Raises LookupError before the engine's first day.
    """
    programme = answers.programme
    p = parameters(programme, on, level, cells_per_decade)
    e = exposure(p, programme, answers.business, factors(programme, answers.business.information, on))
    w = weights(programme, answers.edition)
    counted = effective(answers) if given is None else given
    return Model(p, e, severity(p, e), relative_risk(w, p, unmet(w, p, counted)))


def effective(answers: Answers) -> dict[str, str]:
    """Return the answers that count: of the questions asked, unanswered ones as unknown; 該当なし does not count."""
    given = {question.id: answers.given.get(question.id, "unknown") for question in answers.asked}
    return {name: answer for name, answer in given.items() if answer != "na"}


@dataclass(frozen=True, slots=True)
class Control:
    """What one unmet question costs, in yen a year: alone, and its part of a split that adds up."""

    question: str
    answer: str
    alone: float
    part: float


@dataclass(frozen=True, eq=False)
class Loss:
    """The whole answer for one business."""

    answers: Answers
    on: date
    central: Model
    by_component: Mapping[str, float]
    by_cause: Mapping[str, float]
    rate_any: float
    rate_material: float
    material_cost: Mapping[str, float]
    material_section: Mapping[str, Mapping[str, float]]
    """Of one material incident: the liability section's loss, and the cost section's with goodwill up to the plans' cap."""
    plans: tuple[PlanLoss, ...]
    controls: tuple[Control, ...]
    together: float
    band: Mapping[Level, float]

    @property
    def expected(self) -> float:
        """Gross yen a year, every component."""
        return sum(self.by_component.values())

    @property
    def insurable(self) -> float:
        """Yen a year of the components that a plan could cover."""
        return sum(self.by_component[name] for name in INSURED)

    @cached_property
    def curve(self) -> Curve:
        """The year's gross total."""
        return gross_curve(self.central.gross)


def assess(answers: Answers, on: date, plans: Sequence[Plan] | None = None) -> Loss:
    """Return the whole answer for a business as of a day. Raises LookupError before the engine's first day."""
    given = effective(answers)
    central = model(answers, on, given=given)
    expected = central.expected(central.risk)
    incidents = central.incidents
    w = weights(answers.programme, answers.edition)
    priced, together = controls(central, w, given)
    chosen = answers.programme.plans if plans is None else tuple(plans)
    cap = min((plan.goodwill_cap_each for plan in chosen), default=np.inf)
    bands: dict[Level, float] = {"central": float(expected.sum())}
    for level in OTHER_LEVELS:
        other = model(answers, on, level, given=given)
        bands[level] = float(other.expected(other.risk).sum())
    return Loss(
        answers=answers,
        on=on,
        central=central,
        by_component=dict(zip(COMPONENTS, map(float, expected.sum(axis=1)), strict=True)),
        by_cause=dict(zip(CAUSES, map(float, expected.sum(axis=0)), strict=True)),
        rate_any=float(central.weight.sum()),
        rate_material=central.gross.material_total,
        material_cost=central.gross.drawn_out.if_material(),
        material_section={
            "liability": incidents.liability().losses.drawn_out.if_material(),
            "cost": incidents.cost(cap).losses.drawn_out.if_material(),
        },
        plans=plan_losses(incidents, chosen),
        controls=priced,
        together=together,
        band=bands,
    )


def controls(m: Model, w: Weights, given: Mapping[str, str]) -> tuple[tuple[Control, ...], float]:
    """Return every unmet question's yen, and what all together save.

    Alone: this answer to yes, all others as they are. Part: the saving of all together split by each question's share of
    the logarithms (logarithmic-mean weights), which adds up exactly.
    """
    u = unmet(w, m.p, given)
    asked = np.array([question in given for question in w.questions])
    plain, aftermath = m.linear
    plain_all, aftermath_all = plain.sum(axis=0), aftermath.sum(axis=0)

    def total(risk: Floats, without: Floats, with_: Floats) -> Floats:
        result: Floats = ((without + risk[..., -1:] * with_) * risk[..., :-1]).sum(axis=-1)
        return result

    open_ = np.flatnonzero(asked & (u > 0) & (w.weight.sum(axis=1) > 0))
    mended = np.repeat(u[None, :], len(open_), axis=0)
    mended[np.arange(len(open_)), open_] = 0.0
    risks = relative_risk(w, m.p, mended) if len(open_) else np.zeros((0, len(COLUMNS)))
    now = total(m.risk, plain_all, aftermath_all)
    alone = now - total(risks, plain_all, aftermath_all)
    best_risk = relative_risk(w, m.p, np.where(asked, 0.0, u))
    together = float(now - total(best_risk, plain_all, aftermath_all))
    parts = _parts(m, w, u, open_, plain_all, aftermath_all, best_risk)
    rows = tuple(
        Control(w.questions[q], given[w.questions[q]], float(alone[i]), float(parts[i])) for i, q in enumerate(open_)
    )
    return rows, together


def _parts(
    m: Model, w: Weights, u: Floats, open_: npt.NDArray[np.int64], plain: Floats, aftermath: Floats, best: Floats
) -> Floats:
    """Return the additive split: by cause, the logarithmic mean of now and best × each question's share of the logarithms."""
    scale_now, scale_best = plain + m.risk[-1] * aftermath, plain + best[-1] * aftermath
    now, after = scale_now * m.risk[:-1], scale_best * best[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(now / after)
        mean = np.where(np.abs(change) > 1e-12, (now - after) / change, now)
        scale = np.where(scale_best > 0, np.log(scale_now / scale_best), 0.0)
    mean = np.where(now > 0, mean, 0.0)
    scale = np.where(now > 0, scale, 0.0)
    own = u[open_, None] * w.weight[open_] * ranges(m.p)
    of_aftermath = own[:, -1] / max(float(own[:, -1].sum()), 1e-300)
    result: Floats = own[:, :-1] @ mean + of_aftermath * float(mean @ scale)
    return result
