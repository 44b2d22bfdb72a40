"""The credit for a signed declaration: a dated schedule by grade, and how much of it the loss engine backs.

credit ≤ (1 − f) × Z × (1 − EL_grade ÷ EL_base), with f the share of the premium that does not move with loss, Z the
credibility of a business's own answers, EL_base the loss at the worst answers and EL_grade that at the worst answers that
still reach the grade.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from sonae.checklist import Answers, Business, Edition
from sonae.checklist.business import MEDIA
from sonae.loss.controls import Weights, population_mean, ranges, relative_risk, weights
from sonae.loss.engine import Model, model
from sonae.loss.normal import Flags, Floats, Indices
from sonae.loss.severity import IS_INSURED
from sonae.programmes import Programme
from sonae.scoring import GRADES, Score, graded, score

NAME = "loss.credit"
BOUNDS = (1 / 6, 1 / 3)
"""Loss at the best answers ÷ loss at the worst."""
_ROUNDS = 30


def credit(programme: Programme, grade: str | None, on: date) -> Fraction:
    """Return the share off the premium for a grade, 0 without a grade or before the schedule's first day."""
    if grade is None or not _in_force(programme, on):
        return Fraction(0)
    return Fraction(programme.value(NAME, on).value[grade])


def _in_force(programme: Programme, on: date) -> bool:
    return NAME in programme.values and programme.values[NAME].values[0].start <= on


def effects(programme: Programme, found: Score, on: date) -> dict[str, Fraction]:
    """Return by open question the credit gained when it alone is answered yes, and under "" that of all together."""
    now = credit(programme, found.grade, on)
    urgent = {action.question.id for action in found.actions if action.urgent}

    def gained(points: Fraction, done: frozenset[str]) -> Fraction:
        after = graded(programme, found, points, on, capped=bool(urgent - done))
        return Fraction(0) if after is None else credit(programme, after[1], on) - now

    alone = {each.question.id: gained(each.gain, frozenset([each.question.id])) for each in found.actions}
    together = sum((each.gain for each in found.actions), Fraction(0))
    return alone | {"": gained(together, frozenset(urgent))}


# --- what the loss backs
@dataclass(frozen=True, slots=True)
class Backing:
    """What the loss of one business backs: the most credit by grade, and loss at best ÷ at worst answers (gross)."""

    business: Business
    most: MappingProxyType[str, float]
    best_over_worst: float


def backing(
    programme: Programme, edition: Edition, business: Business, on: date, declared: Collection[str] | None = None
) -> Backing:
    """Return what the loss of a business backs on a day, over all answers it could give to an edition.

    ``declared``: the questions that a declaration asks, where it does not ask all; of the others nothing is known.
    """
    nothing = Answers(programme, edition, business, MappingProxyType({}), quick=False)
    asked_of = [each for each in edition.applicable(business, programme) if declared is None or each.id in declared]
    found = score(programme, edition, business, {}, on=on, asked=asked_of)
    gains = {action.question.id: float(action.gain) / 100 for action in found.actions}
    w = weights(programme, edition)
    share = np.array([gains.get(question, 0.0) for question in w.questions])
    asked = np.array([question in gains for question in w.questions])
    critical = np.array([question.critical for question in edition.questions])
    space = _Space(model(nothing, on), w, asked)
    worst = space.loss(space.at(1.0))
    values = programme.value(NAME, on).value
    scale = float((1 - Fraction(values["fixed_share"])) * Fraction(values["credibility"]))
    brackets = programme.brackets("scoring.grades", on)
    cap = GRADES.index(programme.value("scoring.critical_cap", on).value)
    most = {}
    for bound, grade in zip(brackets.bounds, brackets.classes, strict=True):
        most_unmet = np.where(critical & (GRADES.index(grade) > cap), 0.5, 1.0)
        lost = 1 - (bound - 0.5) / 100  # points that may be missing, the score being rounded half up
        most[grade] = scale * (1 - space.worst(share, most_unmet, lost) / worst)
    gross = [float(space.m.expected(relative_risk(w, space.m.p, space.at(u))).sum()) for u in (0.0, 1.0)]
    return Backing(business, MappingProxyType(most), gross[0] / gross[1])


class _Space:
    """Insured loss of one business as a function of u, how far each question is unmet; convex in u."""

    def __init__(self, m: Model, w: Weights, asked: Flags) -> None:
        self.m, self.w, self.asked = m, w, asked
        self.mean = population_mean(m.p)
        self.plain, self.aftermath = (part[IS_INSURED].sum(axis=0) for part in m.linear)
        self.log_range = ranges(m.p)

    def at(self, u: float) -> Floats:
        """Return the answers of which every asked question is unmet to u."""
        return np.where(self.asked, u, self.mean)

    def _terms(self, u: Floats) -> tuple[Floats, Floats]:
        risk = relative_risk(self.w, self.m.p, u)
        return self.plain * risk[:-1], self.aftermath * risk[-1] * risk[:-1]

    def loss(self, u: Floats) -> float:
        """Return insured yen a year."""
        return float(sum(part.sum() for part in self._terms(u)))

    def slope(self, u: Floats) -> Floats:
        """Return the loss's derivative by each question."""
        plain, aftermath = self._terms(u)
        own = self.w.weight[:, :-1] * self.log_range[:-1]
        result: Floats = own @ (plain + aftermath) + self.w.weight[:, -1] * self.log_range[-1] * aftermath.sum()
        return result

    def worst(self, share: Floats, most: Floats, lost: float) -> float:
        """Return the greatest loss with u ≤ ``most`` and ``share`` · u ≤ ``lost``.

        The loss is convex, so that it is greatest at a corner: from several corners, the tangent's best corner (a
        fractional knapsack) is taken until the loss rises no more. A corner may leave one question between two answers:
        it errs to the greater loss.
        """
        found = 0.0
        for start in (self.slope(self.at(1.0)), self.slope(self.at(0.0)), *self.w.weight.T):
            loss, better = 0.0, self.loss(u := self._corner(start, share, most, lost))
            for _ in range(_ROUNDS):
                if better <= loss * (1 + 1e-12):
                    break
                loss, better = better, self.loss(u := self._corner(self.slope(u), share, most, lost))
            found = max(found, loss, better)
        return found

    def _corner(self, slope: Floats, share: Floats, most: Floats, lost: float) -> Floats:
        order: Indices = np.argsort(-(slope + 1e-12) / np.maximum(share, 1e-12))
        order = order[self.asked[order]]
        cost = share[order] * most[order]
        left = lost - (np.cumsum(cost) - cost)
        taken = np.clip(left / np.maximum(share[order], 1e-12), 0.0, most[order])
        u = self.at(0.0)
        u[order] = taken
        return u


def reference_businesses(programme: Programme) -> Iterator[Business]:
    """Yield the businesses on which a schedule is checked: of every industry a small shop, and one with contractors and cloud."""
    shop = Business("見本", "other", 5, 800, None, ("name", "address"), ("paper", "pc"), (), on_consignment=False)
    office = replace(shop, employees=20, persons_held=2_000, media=MEDIA, uses=("website", "cloud", "contractors"))
    for industry in programme.industries:
        yield replace(shop, industry=industry)
        yield replace(office, industry=industry)
