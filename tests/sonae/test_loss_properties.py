"""Rules that the loss engine keeps for every business: directions, sums, resolution. Each takes the engine as an argument.

A rule that no broken engine fails is worth nothing: test_loss_broken.py breaks each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from random import Random
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from sonae.loss.compound import COARSE, FINE, LENGTH
from sonae.loss.controls import UNMET, population_mean
from sonae.loss.engine import Model, model
from sonae.loss.losses import BINS_PER_DOUBLING
from sonae.loss.normal import Floats
from sonae.loss.parameters import CAUSES, Parameters, parameters
from sonae.loss.result import shared_out, to_yen
from sonae.loss.severity import COMPONENTS, COST, LIABILITY, OWN, SPREAD_CHANCE
from sonae.programmes import Plan, Programme
from sonae.programmes.cursor import MOST_PERSONS
from sonae.tables import Dated
from tests.cast import LADDERS, ON, asked_all, dice, many, programme
from tests.sonae.loss_cast import (
    Case,
    Engine,
    case_of,
    cases,
    drawn_answers,
    drawn_plan,
    examples,
    log_uniform,
    weights_of,
)

Rule = Callable[[Engine], None]
EXACT = 1e-12
TRANSFORMED = 1e-7
"""Relative error left to what comes out of the Fourier transform."""
MICRO_YEN = 1e-6
PERSONS_STEP = 1.003


def rises(yen: Sequence[float], what: object, error: float = EXACT) -> None:
    """Assert that no amount is less than the one before it."""
    for less, more in pairwise(yen):
        assert more >= less - error * abs(less) - MICRO_YEN, what


def same(left: float, right: float, what: object, error: float = 1e-9) -> None:
    assert left == pytest.approx(right, rel=error, abs=MICRO_YEN), what


# --- better answers
def a_better_answer_never_costs_more(engine: Engine) -> None:
    for case, draw in cases(many(80), "answers"):
        m, ladder = engine.model(case), draw.choice(LADDERS)
        for question in case.given:
            risks = [engine.risk_of(case.answering(question, answer)) for answer in ladder]
            rises([float(m.expected(risk).sum()) for risk in reversed(risks)], (question, case))


def a_better_answer_never_makes_a_plan_pay_more(engine: Engine) -> None:
    for case, draw in cases(many(100), "answers of plans"):
        plans = [*programme().plans, drawn_plan(draw)]
        for question in draw.sample(sorted(case.given), min(1, len(case.given))):
            steps = [engine.paid(case.answering(question, answer), *plans) for answer in reversed(draw.choice(LADDERS))]
            for paid in zip(*steps, strict=True):
                rises([each.paid_liability for each in paid], (question, case), TRANSFORMED)
                rises([each.paid_cost for each in paid], (question, case), TRANSFORMED)


# --- more of something
def more_persons_never_cost_less(engine: Engine) -> None:
    for case, draw in cases(many(100), "persons"):
        persons = [log_uniform(draw, 1, 5_000_000)]
        while len(persons) < 40:
            persons.append(max(persons[-1] + 1, round(persons[-1] * PERSONS_STEP)))
        rises([engine.expected(case.having(persons_held=number)) for number in persons], (persons[0], case))


def more_sales_never_cost_less(engine: Engine) -> None:
    for case, draw in cases(many(200), "sales"):
        sales = sorted(log_uniform(draw, 1_000_000, 100_000_000_000) for _ in range(4))
        rises([engine.expected(case.having(annual_sales=yen)) for yen in sales], (sales, case))


def more_staff_never_cost_less(engine: Engine) -> None:
    for case, draw in cases(many(200), "staff"):
        staff = sorted(log_uniform(draw, 1, 2_000) for _ in range(4))
        rises([engine.expected(case.having(employees=number)) for number in staff], (staff, case))


def a_worse_industry_never_costs_less(engine: Engine) -> None:
    factor = {
        name: parameters(programme(), ON).industry.get(name, np.ones(len(CAUSES))) for name in programme().industries
    }
    worse = [
        (good, bad) for good, bad in product(factor, repeat=2) if good != bad and np.all(factor[bad] >= factor[good])
    ]
    for case, draw in cases(many(200), "industry"):
        pair = draw.choice(worse)
        rises([engine.expected(case.having(industry=name)) for name in pair], (pair, case))


def more_sensitive_information_never_costs_less(engine: Engine) -> None:
    """More kinds of information, and higher JO factors of the same kinds; the questions asked stay."""
    items = sorted(programme().items)
    for case, draw in cases(many(200), "information"):
        more = draw.sample(items, draw.randint(1, 12))
        steps = [case.holding(more[: number + 1]) for number in range(len(more))]
        rises([engine.expected(each) for each in steps], (more, case))
        drawn = [(draw.randint(1, 3), draw.randint(1, 3), draw.choice((1, 3, 6))) for _ in range(2)]
        less, greater = (tuple(best(each) for each in zip(*drawn, strict=True)) for best in (min, max))
        rises([engine.expected(replace(case, factors=each)) for each in (less, greater)], (drawn, case))


# --- dearer parameters
def _scaled(p: Parameters, name: str, key: str, by: float) -> Parameters:
    """The parameters with one of them times ``by``: a number, an array, one of a mapping, or the values at nodes."""
    value: Any = getattr(p, name)
    scaled: Any
    if isinstance(value, Mapping):
        scaled = {**value, key: by * value[key]}
    else:
        scaled = (value[0], by * value[1]) if isinstance(value, tuple) else by * value
    return replace(p, **{name: scaled})


DEARER = (
    ("base", ""), ("harm", ""), ("mass", ""), ("persons_on_medium", ""), ("jo_basic", ""),
    ("claimants", "quiet_factor"), ("claimants", "harm_factor"), ("claimants", "mass_share"), ("award", ""), ("award_cap", ""),
    ("dispute", "yen"), ("dispute", "start"), ("dispute", "share"),
    ("goodwill_offered", ""), ("goodwill_plain", ""), ("goodwill_financial", ""), ("goodwill_ramp", ""),
    ("letter_post", ""), ("letter_mail", ""), ("call_centre", ""), ("investigation", ""), ("investigation_size", ""),
    ("advice", ""), ("advice_size", ""), ("handling", "yen"), ("handling", "exponent"), ("spread", ""), ("card_reissue", ""),
    ("notice", "local"), ("notice", "national"), ("notice", "harm"), ("notice", "mass"),
    ("recovery", ""), ("lost_sales", "web_shop"), ("lost_sales", "most_of_sales"), ("lost_sales", "ransomware_days"),
    ("lost_sales", "margin"), ("sales_per_employee", ""),
)  # fmt: skip


def a_dearer_parameter_never_costs_less(engine: Engine) -> None:
    for case, draw in cases(many(80), "parameters"):
        before, by = engine.expected(case), 1 + 0.2 * draw.random()
        for name, key in DEARER:
            dearer = replace(case, p=_scaled(case.p, name, key, by))
            rises([before, engine.expected(dearer)], (name, key, by, case))


RANGED = (
    "reporting_rate",
    "size_trend",
    "harm",
    "mass",
    "call_centre",
    "investigation",
    "legal",
    "consulting",
    "handling",
)
"""The values with a low end, ``loss.<name>`` (a test holds this list to the file)."""
RAISED = (Fraction(0), Fraction(1, 3), Fraction(2, 3), Fraction(1))


def _between(low: Any, central: Any, part: Fraction) -> Any:
    if isinstance(low, Mapping):
        return MappingProxyType({key: _between(low[key], central[key], part) for key in low})
    if isinstance(low, Sequence):
        return tuple(_between(*pair, part) for pair in zip(low, central, strict=True))
    return low + (central - low) * part


@lru_cache(maxsize=32)
def _raised(name: str, part: Fraction) -> Programme:
    """The programme with the low end of one value raised by a part of the way to its central value."""
    dated = programme().values[f"loss.{name}"]
    raised = tuple(replace(each, low=_between(each.low, each.value, part)) for each in dated.values)
    values = {**programme().values, dated.name: Dated(dated.name, dated.unit, raised)}
    return replace(programme(), values=MappingProxyType(values))


def raising_the_low_end_of_a_range_never_lowers_the_mean(engine: Engine) -> None:
    levels = {
        (name, part): [engine.parameters(_raised(name, part), ON, level) for level in ("low", "central")]
        for name in RANGED
        for part in RAISED
    }
    for case, draw in cases(many(60), "ranges"):
        for name in draw.sample(RANGED, 3):
            low, central = zip(
                *[[engine.expected(replace(case, p=p)) for p in levels[name, part]] for part in RAISED], strict=True
            )
            rises(low, (name, case))
            rises(central, (name, case))
            rises([low[-1], central[-1]], (name, case))


# --- plans
def terms_pay(engine: Engine, case: Case, *plans: Plan) -> list[tuple[float, float]]:
    return [(found.paid_liability, found.paid_cost) for found in engine.paid(case, *plans)]


def _directed(engine: Engine, seed: str, better: Callable[[Plan, Random], Sequence[Plan]]) -> None:
    """Plans from worse to better terms pay no less, section by section."""
    for case, draw in cases(many(200), seed):
        plans = better(drawn_plan(draw), draw)
        for section in zip(*terms_pay(engine, case, *plans), strict=True):
            rises(section, (plans, case), TRANSFORMED)


def a_higher_limit_never_pays_less(engine: Engine) -> None:
    def better(plan: Plan, draw: Random) -> Sequence[Plan]:
        by = draw.choice((1.001, 1.1, 2.0, 10.0))
        cost = replace(plan, cost_limit=round(by * plan.cost_limit))
        return plan, cost, replace(cost, liability_limit=round(by * plan.liability_limit))

    _directed(engine, "limits", better)


def a_higher_deductible_never_pays_more(engine: Engine) -> None:
    def better(plan: Plan, draw: Random) -> Sequence[Plan]:
        more = [replace(plan, deductible=plan.deductible + yen) for yen in (log_uniform(draw, 1, 1_000_000), 10)]
        return more[0], plan, replace(plan, deductible=plan.deductible // 2)

    _directed(engine, "deductibles", better)


def a_higher_insurer_share_never_pays_less(engine: Engine) -> None:
    def better(plan: Plan, draw: Random) -> Sequence[Plan]:
        shares = sorted(Fraction(draw.randint(50, 100), 100) for _ in range(3))
        return [replace(plan, insurer_share=share) for share in shares]

    _directed(engine, "shares", better)


def a_higher_goodwill_cap_never_pays_less(engine: Engine) -> None:
    def better(plan: Plan, draw: Random) -> Sequence[Plan]:
        return [replace(plan, goodwill_cap_each=yen) for yen in sorted(draw.sample(range(12_000), 3))]

    _directed(engine, "goodwill", better)


def no_section_pays_more_than_its_loss_or_its_limit(engine: Engine) -> None:
    for case, draw in cases(many(200), "bounds"):
        m, plan = engine.model(case), replace(drawn_plan(draw), dispute_costs="inside")
        generous = replace(plan, liability_limit=10**9, cost_limit=10**9, deductible=0, insurer_share=Fraction(1))
        by_component = dict(zip(COMPONENTS, m.expected(m.risk).sum(axis=1), strict=True))
        for found in engine.plans(m.incidents, [plan, generous, *programme().plans]):
            for paid, limit, parts in (
                (found.paid_liability, found.plan.liability_limit, LIABILITY),
                (found.paid_cost, found.plan.cost_limit, COST),
            ):
                loss = float(sum(by_component[name] for name in parts))
                rises([0, paid, loss], (found.plan, case), TRANSFORMED)
                rises([paid, limit], (found.plan, case), TRANSFORMED)


def all_plans_at_once_are_each_alone(engine: Engine) -> None:
    """To some yen in 100,000: one transform for all is as long as the plan that needs the longest."""
    for case, draw in cases(many(60), "alone"):
        plans = [*programme().plans, *(drawn_plan(draw) for _ in range(3))]
        together = engine.paid(case, *plans)
        for plan, found in zip(plans, together, strict=True):
            (alone,) = engine.paid(case, plan)
            same(alone.paid_liability, found.paid_liability, (plan, case), 5e-5)
            same(alone.paid_cost, found.paid_cost, (plan, case), 5e-5)
            assert (alone.in_a_year, alone.if_material) == (found.in_a_year, found.if_material)


# --- sums
def the_parts_add_up_to_the_expected_loss(engine: Engine) -> None:
    for case, _ in cases(many(200), "parts"):
        m = engine.model(case)
        table = m.expected(m.risk)
        expected = float(table.sum())
        same(float(m.gross.number @ m.gross.loss), expected, case)
        same(float((m.weight * m.severity.means).sum()), expected, case)
        by_cause = np.bincount(m.cause, (m.weight * m.severity.means.sum(axis=0)).sum(axis=(1, 2)), len(CAUSES))
        for name, found, told in zip(CAUSES, by_cause, table.sum(axis=0), strict=True):
            same(float(found), float(told), (name, case))


def insured_and_own_loss_add_up_to_the_gross(engine: Engine) -> None:
    for case, _ in cases(many(200), "sections"):
        m = engine.model(case)
        by_component = dict(zip(COMPONENTS, m.expected(m.risk).sum(axis=1), strict=True))
        liability, cost = m.incidents.liability().losses, m.incidents.cost().losses
        own = float((m.weight[..., None] * SPREAD_CHANCE * m.severity.own).sum())
        sections = [float(liability.number @ liability.loss), float(cost.number @ cost.loss), own]
        for found, parts in zip(sections, (LIABILITY, COST, OWN), strict=True):
            same(found, float(sum(by_component[name] for name in parts)), (parts, case))
        same(sum(sections), float(m.gross.number @ m.gross.loss), case)


def paid_and_retained_add_up_to_the_loss_in_whole_yen(engine: Engine) -> None:
    drawn = [case.source for case, _ in cases(many(80), "yen") if case.business.persons_held < 1_000_000]
    for source in [*(case.source for case in examples()), *drawn]:
        data = engine.answer(source)
        whole = data["expected_loss"]
        assert sum(data["by_component"].values()) == sum(data["by_cause"].values()) == whole
        for plan in data["plans"]:
            assert plan["expected_paid"] + plan["expected_retained"] == whole, source
            assert plan["expected_paid_liability"] + plan["expected_paid_cost"] == plan["expected_paid"], source
            assert all(type(yen) is int and yen >= 0 for name, yen in plan.items() if name.startswith("expected")), (
                source
            )


def the_controls_parts_add_up_to_all_together(engine: Engine) -> None:
    for case, _ in cases(many(200), "controls"):
        m = engine.model(case)
        rows, together = engine.controls(m, weights_of(case), case.given)
        now = m.expected(m.risk)
        same(sum(row.part for row in rows), together, case)
        for row in rows:
            rises([0, row.alone, together, float(now.sum())], (row, case), 1e-9)


def chances_add_up_to_one(engine: Engine) -> None:
    for case, _ in cases(many(200), "chances"):
        m = engine.model(case)
        s = m.severity
        ones = {
            "sizes": s.chance.sum(axis=1),
            "branches": s.branch.sum(axis=(3, 4, 5)),
            "claims": s.claimed.sum(axis=3),
            "goodwill": s.goodwill_branch.sum(axis=3),
        }
        for name, total in ones.items():
            assert total == pytest.approx(1, abs=1e-11), (name, case)
        assert min(float(each.min()) for each in (s.chance, s.state, s.branch, m.weight)) >= 0, case
        by_pair = m.exposure.rate * m.risk[m.cause]
        assert m.weight.sum(axis=(1, 2)) == pytest.approx(by_pair, rel=1e-9), case
        for losses in (m.gross, m.incidents.liability().losses, m.incidents.cost().losses):
            same(losses.total, float(by_pair.sum()), case)
            rises([losses.material_total, losses.total], case, 1e-9)


def the_populations_mean_risk_is_one(engine: Engine) -> None:
    """Exactly, without drawing: a relative risk is a product over questions, so that its mean is one of means."""
    for case in examples():
        w, p = weights_of(case), case.p
        mean = population_mean(p)
        neutral = np.full(len(w.questions), mean)
        at_neutral = engine.risk(w, p, neutral)
        total = at_neutral.copy()
        for question in range(len(w.questions)):
            ratio = np.zeros_like(total)
            for answer, share in p.answers.items():
                ratio += share * engine.risk(w, p, _with(neutral, question, UNMET[answer])) / at_neutral
            total *= ratio
        assert total == pytest.approx(1, abs=1e-9)


def _with(values: Floats, index: int, value: float) -> Floats:
    found = values.copy()
    found[index] = value
    return found


# --- resolution
def _quantiles(engine: Engine, m: Model) -> dict[str, float]:
    curve = engine.curve(m.gross)
    years = {f"{years} years": curve.quantile(1 - 1 / years) for years in (100, 200)}
    return {**years, **{f"material {chance}": yen for chance, yen in m.gross.drawn_out.if_material().items()}}


def _moved(engine: Engine, case: Case) -> dict[str, float]:
    """By quantile above 100,000 yen: how far twice the resolution moves it, relatively.

    Less what each is read to: a step of the year's grids, a bin of an incident's losses.
    """
    bin_width = 2 ** (1 / BINS_PER_DOUBLING) - 1
    coarse, fine = (_quantiles(engine, engine.model(each)) for each in (case, case.finer()))
    moved = {}
    for name, yen in fine.items():
        if 100_000 < yen < float("inf"):
            step = bin_width * yen if name.startswith("material") else FINE if yen < FINE * LENGTH else COARSE
            moved[name] = max(0.0, abs(coarse[name] - yen) - step) / yen
    return moved


def twice_the_resolution_moves_no_quantile_by_a_hundredth(engine: Engine) -> None:
    seen = set()
    for case in [*examples(), *(case for case, _ in cases(many(400), "resolution"))]:
        for name, moved in _moved(engine, case).items():
            seen.add(name)
            assert moved < 0.01, (name, moved, case)
    assert len(seen) == 5


def twice_the_resolution_does_not_move_means(engine: Engine) -> None:
    for case in [*examples(), *(case for case, _ in cases(many(200), "means"))]:
        same(engine.expected(case), engine.expected(case.finer()), case, 1e-3)
        plan = programme().plans[1]
        for coarse, fine in zip(terms_pay(engine, case, plan), terms_pay(engine, case.finer(), plan), strict=True):
            for section in (0, 1):
                assert coarse[section] == pytest.approx(fine[section], rel=3e-3, abs=0.1), case


def twice_the_resolution_moves_chances_of_passing_a_limit_little(engine: Engine) -> None:
    for case in [*examples(), *(case for case, _ in cases(many(100), "passing"))]:
        coarse, fine = (engine.paid(each, *programme().plans) for each in (case, case.finer()))
        for one, two in zip(coarse, fine, strict=True):
            for section in ("liability", "cost", "either"):
                first, second = getattr(one.in_a_year, section), getattr(two.in_a_year, section)
                assert first == pytest.approx(second, rel=0.02, abs=1e-5), (section, one.plan, case)


RULES: tuple[Rule, ...] = (
    a_better_answer_never_costs_more,
    a_better_answer_never_makes_a_plan_pay_more,
    more_persons_never_cost_less,
    more_sales_never_cost_less,
    more_staff_never_cost_less,
    a_worse_industry_never_costs_less,
    more_sensitive_information_never_costs_less,
    a_dearer_parameter_never_costs_less,
    raising_the_low_end_of_a_range_never_lowers_the_mean,
    a_higher_limit_never_pays_less,
    a_higher_deductible_never_pays_more,
    a_higher_insurer_share_never_pays_less,
    a_higher_goodwill_cap_never_pays_less,
    no_section_pays_more_than_its_loss_or_its_limit,
    all_plans_at_once_are_each_alone,
    the_parts_add_up_to_the_expected_loss,
    insured_and_own_loss_add_up_to_the_gross,
    paid_and_retained_add_up_to_the_loss_in_whole_yen,
    the_controls_parts_add_up_to_all_together,
    chances_add_up_to_one,
    the_populations_mean_risk_is_one,
    twice_the_resolution_moves_no_quantile_by_a_hundredth,
    twice_the_resolution_does_not_move_means,
    twice_the_resolution_moves_chances_of_passing_a_limit_little,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_engine_keeps_the_rule(rule: Rule) -> None:
    rule(Engine())


def test_the_rules_engine_is_the_engine() -> None:
    for case, draw in cases(many(80), "the engine"):
        source = drawn_answers(draw)
        whole, built = model(source, ON), Engine().model(case_of(source))
        assert np.array_equal(whole.weight, built.weight), case
        assert np.array_equal(whole.expected(whole.risk), built.expected(built.risk)), case


def test_every_value_with_a_low_end_is_raised() -> None:
    ranged = {name for name, dated in programme().values.items() if any(each.low is not None for each in dated.values)}
    assert {name for name in ranged if name.startswith("loss.")} == {f"loss.{name}" for name in RANGED}


# --- faults that once were
def test_amounts_shared_out_add_up_to_their_total() -> None:
    draw = dice("shared out")
    for _ in range(many(2_000)):
        amounts = {str(number): draw.random() * 10 ** draw.randint(-3, 9) for number in range(draw.randint(1, 13))}
        total = to_yen(sum(amounts.values()))
        shared = shared_out(amounts, total)
        assert sum(shared.values()) == total
        assert all(abs(shared[name] - amount) < 1 for name, amount in amounts.items())


def test_a_plan_without_one_of_the_sections_pays_the_other() -> None:
    plan = programme().plans[0]
    for case in examples():
        whole, liability = Engine().paid(case, plan, replace(plan, cost_limit=0))
        same(liability.paid_liability, whole.paid_liability, case)
        assert liability.paid_cost == 0


def test_the_greatest_business_has_a_whole_answer() -> None:
    source = replace(
        examples()[0].source, business=replace(asked_all(), employees=1_000_000, persons_held=MOST_PERSONS)
    )
    assert Engine().answer(source)["return_periods"]["200"] is None
