"""Years drawn one by one against the engine's cells, grids and transforms: what plans pay, how often, the year's total."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest

from sonae.loss.compound import FINE
from sonae.loss.engine import Model
from sonae.loss.losses import Losses
from sonae.loss.normal import Indices
from sonae.loss.parameters import CAUSES, ELECTRONIC
from sonae.loss.plans import PlanLoss
from sonae.loss.simulate import Drawn
from sonae.programmes import Plan
from tests.cast import answers, asked_all, many, programme
from tests.sonae.loss_cast import Case, Engine, case_of, cases, examples

Rule = Callable[[Engine], None]
INCIDENTS = 30_000
"""Incidents drawn of each business, where that takes neither too few nor too many years."""
YEARS = (2_000, 1_000_000)
LEAST = 30
"""Payments of average size (or years hit, and not hit) below which a mean is too skewed to be judged."""
MASS = 10
"""Claims organised by victims are drawn ten times as often as the parameters say: rare and dear, they would all be skipped."""
SMALL = replace(programme().plans[0], id="small")
TERMS = replace(programme().plans[2], id="terms", insurer_share=Fraction(9, 10), dispute_costs="outside_prorata")


@dataclass(frozen=True)
class Score:
    """How far what was drawn lies from what the engine says, in standard errors."""

    z: float
    about: str


def years_of(rate: float) -> int:
    return round(min(max(INCIDENTS / rate, YEARS[0]), YEARS[1]))


def drawn(engine: Engine, count: int, seed: str, *, finer: bool = False) -> Iterator[tuple[Case, Model, Drawn]]:
    """Drawn businesses that can have incidents, half of them with financial information, with the years drawn of each."""
    for number, (plain, draw) in enumerate(cases(count, seed)):
        case = plain.finer() if finer else plain
        case = case.priced(mass=MASS * case.p.mass)
        if draw.random() < 0.5:
            case = case.holding(["account_number", "account_pin"])
        m = engine.model(case)
        if (rate := float(m.weight.sum())) > 0:
            yield case, m, engine.draw(m, years_of(rate), number)


def payments(losses: Losses, deductible: int, limit: int, share: Fraction, years: int) -> float:
    """Number of equal payments that would vary as much as those expected: (sum of payments)² ÷ sum of squares."""
    paid = np.clip((losses.loss - deductible) * float(share), 0, limit)
    return years * float(losses.number @ paid) ** 2 / max(float(losses.number @ paid**2), 1e-300)


def scores_of_plan(m: Model, years: Drawn, found: PlanLoss) -> Iterator[tuple[str, Score | None]]:
    """By section: the score of the mean paid in a year, None where it is too skewed."""
    plan = found.plan
    sections = (
        (
            "liability",
            m.incidents.liability(plan.dispute_costs),
            plan.liability_limit,
            Fraction(1),
            found.paid_liability,
        ),
        ("cost", m.incidents.cost(plan.goodwill_cap_each), plan.cost_limit, plan.insurer_share, found.paid_cost),
    )
    for (name, section, limit, share, expected), paid in zip(sections, years.paid(plan), strict=True):
        if payments(section.losses, plan.deductible, limit, share, years.years) < LEAST:
            yield f"{plan.id} {name}", None
            continue
        error = float(paid.std()) / years.years**0.5
        yield f"{plan.id} {name}", Score((float(paid.mean()) - expected) / error, f"{expected} paid of {plan.id}")


def score_of_share(hit: Indices, years: int, chance: float) -> Score | None:
    """The score of the number of years hit; None where too few are, or are not."""
    expected = years * chance
    if min(expected, years - expected) < LEAST:
        return None
    return Score(
        (float(np.unique(hit).size) - expected) / (expected * (1 - chance)) ** 0.5, f"{chance} of {years} years"
    )


class Board:
    """Scores by quantity: none far out; judged together, their mean near 0, their spread near 1, and few skipped."""

    def __init__(self) -> None:
        self.scores: dict[str, list[tuple[Score, Case]]] = {}
        self.skipped: Counter[str] = Counter()

    def add(self, quantity: str, score: Score | None, case: Case) -> None:
        if score is None:
            self.skipped[quantity] += 1
        else:
            assert abs(score.z) < 5, (quantity, score, case)
            self.scores.setdefault(quantity, []).append((score, case))

    def judge(self, most_skipped: dict[str, float]) -> None:
        """Assert it of every quantity; each may skip at most its share."""
        assert set(most_skipped) == set(self.scores) | set(self.skipped)
        for quantity, most in most_skipped.items():
            found = self.scores.get(quantity, [])
            z = np.array([score.z for score, _ in found])
            assert self.skipped[quantity] <= most * (len(found) + self.skipped[quantity]), (quantity, self.skipped)
            assert abs(z.mean()) < 4 / len(z) ** 0.5, (quantity, z.mean(), len(z))
            assert abs(z.std() - 1) < max(0.25, 3 / (2 * len(z)) ** 0.5), (quantity, z.std(), len(z))


def plans_pay_what_is_drawn(engine: Engine) -> None:
    board = Board()
    for case, m, years in drawn(engine, many(200), "paid"):
        for found in engine.plans(m.incidents, [SMALL, TERMS]):
            for quantity, score in scores_of_plan(m, years, found):
                board.add(quantity, score, case)
    board.judge({"small liability": 0.3, "small cost": 0.02, "terms liability": 0.35, "terms cost": 0.02})


def incidents_happen_as_often_as_they_are_drawn(engine: Engine) -> None:
    """Any; material; beyond a plan's limits. Of a drawn incident the cause is not told: other causes are drawn apart.

    On finer cells, since an amount may pass a limit with a whole cell: the chance of it is a hundredth wrong at the usual ones.
    """
    board = Board()
    for number, (case, m, years) in enumerate(drawn(engine, many(200), "often", finer=True)):
        board.add("any", score_of_share(years.year, years.years, -np.expm1(-m.gross.total)), case)
        electronic = np.array([CAUSES[cause] in ELECTRONIC for cause in m.cause])
        told = float(m.exposure.rate[electronic] @ m.risk[m.cause[electronic]])
        plain = engine.parts(m.p, replace(m.exposure, rate=m.exposure.rate * ~electronic), m.severity, m.risk)
        same_years = engine.draw(plain, years.years, number)
        large = same_years.year[same_years.persons >= 100]
        assert m.gross.material_total == pytest.approx(told + plain.gross.material_total), case
        board.add("material", score_of_share(large, years.years, -np.expm1(-plain.gross.material_total)), case)
        for plan, found in zip((SMALL, TERMS), engine.plans(m.incidents, [SMALL, TERMS]), strict=True):
            for section, passed in beyond(years, plan).items():
                score = score_of_share(passed, years.years, getattr(found.in_a_year, section))
                board.add(f"beyond {plan.id} {section}", score, case)
    few = {"beyond small liability": 0.4, "beyond small cost": 0.05, "beyond small either": 0.05}
    fewer = {"beyond terms liability": 0.6, "beyond terms cost": 0.4, "beyond terms either": 0.4}
    board.judge({"any": 0, "material": 0.4, **few, **fewer})


def beyond(years: Drawn, plan: Plan) -> dict[str, Indices]:
    """The years that cost more than the plan can pay, by section: one incident of it, or the sum of several."""
    damages = years.damages + years.dispute if plan.dispute_costs == "inside" else years.damages
    goodwill = np.minimum(years.goodwill, years.goodwill_persons * plan.goodwill_cap_each)
    due = {
        "liability": (np.maximum(damages - plan.deductible, 0), plan.liability_limit),
        "cost": (
            np.maximum(years.response + goodwill - plan.deductible, 0) * float(plan.insurer_share),
            plan.cost_limit,
        ),
    }
    passed = {section: years.a_year(yen) > limit for section, (yen, limit) in due.items()}
    passed["either"] = passed["liability"] | passed["cost"]
    return {section: np.flatnonzero(flags) for section, flags in passed.items()}


def the_years_total_passes_amounts_as_often_as_drawn(engine: Engine) -> None:
    """The curve's amounts are right to one step of its grid: the chance of passing one lies between those a step beside."""
    amounts = np.array([1e6, 3e6, 1e7, 3e7, 1e8])
    seen = 0
    for case, m, years in drawn(engine, many(200), "curve"):
        total = years.a_year(years.gross)
        for yen, chance in zip(amounts, engine.curve(m.gross).exceedance(amounts), strict=True):
            error = 4.5 * (chance * (1 - chance) / years.years) ** 0.5 + 3 / years.years
            assert (total > yen + FINE).mean() - error < chance < (total > yen - FINE).mean() + error, (yen, case)
            seen += years.years * chance > LEAST
    assert seen > 3 * many(200)


def a_seed_gives_the_same_incidents(engine: Engine) -> None:
    for case, draw in cases(many(80), "seeds"):
        m, seed = engine.model(case), draw.randint(0, 10**9)
        one, two, other = (engine.draw(m, 3_000, each) for each in (seed, seed, seed + 1))
        assert np.array_equal(one.year, two.year), case
        assert np.array_equal(one.gross, two.gross), case
        assert np.array_equal(one.persons, two.persons), case
        assert len(one.gross) < 10 or not np.array_equal(one.gross, other.gross), case


RULES: tuple[Rule, ...] = (
    plans_pay_what_is_drawn,
    incidents_happen_as_often_as_they_are_drawn,
    the_years_total_passes_amounts_as_often_as_drawn,
    a_seed_gives_the_same_incidents,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_engine_keeps_the_rule(rule: Rule) -> None:
    rule(Engine())


def test_the_examples_pay_what_is_drawn_at_their_own_parameters() -> None:
    engine, judged = Engine(), 0
    for number, case in enumerate(examples()):
        m = engine.model(case)
        years = engine.draw(m, 1_000_000, number)
        for found in engine.plans(m.incidents, [SMALL, TERMS]):
            for _, score in scores_of_plan(m, years, found):
                assert score is None or abs(score.z) < 4, (score, case)
                judged += score is not None
    assert judged >= 18


# --- what was once wrong
def test_a_plan_used_up_every_year_pays_its_limit() -> None:
    """Sums of more than four limits once wrapped round to nothing in the transform."""
    everything = replace(asked_all(), industry="finance", employees=1_000_000)
    (found,) = Engine().paid(case_of(answers({}, everything)), SMALL)
    assert found.paid_cost == pytest.approx(SMALL.cost_limit, rel=1e-3)


def test_dispute_costs_beside_the_limit_go_by_the_damages_of_each_outcome() -> None:
    """They once went by the plain mean of the damages with and without goodwill that a client claims back."""
    for case, _ in cases(many(80), "beside"):
        m = Engine().model(case.having(on_consignment=True, industry="printing"))
        s, limit = m.severity, 3_000_000
        share = np.minimum(1, limit / np.maximum(s.liability(dispute=False)[..., 1, :], 1))
        expected = float((m.weight * s.claim * s.dispute * (share * s.goodwill_branch).sum(axis=-1)).sum())
        assert m.incidents.beside(limit) == pytest.approx(expected), case
