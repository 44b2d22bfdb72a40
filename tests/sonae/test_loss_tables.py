"""The tables for many businesses against the direct form for one: the same figures, the same directions, exact sums."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from random import Random
from types import MappingProxyType

import numpy as np
import pytest

from sonae.checklist import Answers, Business
from sonae.loss.controls import COLUMNS
from sonae.loss.engine import Model, assess, model
from sonae.loss.normal import Floats
from sonae.loss.parameters import LEVELS, Level, parameters
from sonae.loss.plans import plan_losses
from sonae.loss.portfolio import Line, portfolio
from sonae.loss.severity import COMPONENTS, INSURED
from sonae.loss.tables import Many, assess_many, nodes
from sonae.programmes import Plan
from sonae.programmes.cursor import MOST_PERSONS
from tests.cast import BUSINESSES, ON, business, dice, edition, example, many, programme
from tests.sonae.loss_cast import drawn_business, log_uniform

NEAR = 0.002
"""Relative error left to the tables."""
SMALL = 100
"""Yen a year up to which a plan's payment is compared by the yen."""
MOST = 1_000_000
FIELDS = ("expected", "insurable", "low", "high", "rate_any", "rate_material", "by_cause")
YEN = FIELDS[:4]
IS_INSURED = np.array([name in INSURED for name in COMPONENTS])


# --- the two forms
def worked_out(lines: Sequence[Line], plans: Sequence[Plan] | None = None) -> Many:
    return assess_many(portfolio(programme(), edition(), lines, ON), plans)


def direct(line: Line, plans: Sequence[Plan]) -> dict[str, Floats]:
    """What the engine says of one business, under the names of ``Many``."""
    models = {level: model_of(line, level) for level in LEVELS}
    central = models["central"]
    yen = central.expected(central.risk)
    paid = plan_losses(central.incidents, plans)
    return {
        "expected": np.array(yen.sum()),
        "insurable": np.array(yen[IS_INSURED].sum()),
        "low": np.array(models["low"].expected(models["low"].risk).sum()),
        "high": np.array(models["high"].expected(models["high"].risk).sum()),
        "rate_any": np.array(central.weight.sum()),
        "rate_material": np.array(central.gross.material_total),
        "by_cause": yen.sum(axis=0),
        "paid": np.array([[each.paid_liability, each.paid_cost] for each in paid]),
    }


def model_of(line: Line, level: Level) -> Model:
    """The business at its answers; average answers have the population's mean risk, which is 1."""
    who, given = line
    found = model(Answers(programme(), edition(), who, MappingProxyType(dict(given or {}))), ON, level)
    return found if given is not None else replace(found, risk=np.ones(len(COLUMNS)))


def drawn_line(draw: Random, number: int) -> Line:
    """Every industry in turn, 1 to a million persons; every second business has average answers."""
    industries = [*programme().industries]
    who = replace(
        drawn_business(draw), industry=industries[number % len(industries)], persons_held=log_uniform(draw, 1, MOST)
    )
    return who, None if number % 2 else drawn_given(draw)


def drawn_given(draw: Random) -> dict[str, str]:
    """Any allowed answers, some left out."""
    left_out = draw.random()
    return {each.id: draw.choice(each.answers) for each in edition().questions if draw.random() >= left_out}


@lru_cache(maxsize=1)
def drawn() -> tuple[tuple[Line, ...], Many, tuple[dict[str, Floats], ...]]:
    """Drawn businesses, what the tables say of them, and what the direct form says."""
    lines = tuple(drawn_line(dice(f"tables {number}"), number) for number in range(many(240)))
    return lines, worked_out(lines), tuple(direct(line, programme().plans) for line in lines)


def same(left: Floats, right: Floats, error: float = NEAR, least: float = 1e-9) -> None:
    np.testing.assert_allclose(left, right, rtol=error, atol=least)


# --- the same figures
@pytest.mark.parametrize("field", FIELDS)
def test_the_tables_say_what_the_direct_form_says(field: str) -> None:
    _, found, expected = drawn()
    same(getattr(found, field), np.array([each[field] for each in expected]))


def test_the_tables_say_what_plans_pay() -> None:
    """Each section is as near as the whole payment, of which it may be a small part."""
    _, found, expected = drawn()
    paid = np.array([each["paid"] for each in expected])
    total = paid.sum(axis=2)
    error = np.where(total > SMALL, NEAR * total, 1.0)
    assert (np.abs(found.paid.sum(axis=2) - total) <= error).all()
    assert (np.abs(found.paid - paid) <= error[:, :, None]).all()


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_tables_say_what_the_command_says_of_one_business(name: str) -> None:
    source = example(name)
    loss = assess(source, ON)
    line = (source.business, source.given)
    found = assess_many(portfolio(source.programme, source.edition, [line], ON))
    expected = [loss.expected, loss.insurable, loss.band["low"], loss.band["high"]]
    same(np.array([getattr(found, field)[0] for field in YEN]), np.array(expected))
    same(np.array([found.rate_any[0], found.rate_material[0]]), np.array([loss.rate_any, loss.rate_material]))
    same(found.by_cause[0], np.array([*loss.by_cause.values()]))
    same(found.paid[0].sum(axis=1), np.array([plan.paid for plan in loss.plans]))


UNUSUAL = (
    business(persons_held=0), business(persons_held=0, employees=0, annual_sales=0), business(employees=0), business(annual_sales=0),
    business(annual_sales=None), business(persons_held=1), business(persons_held=2), business(persons_held=99),
    business(persons_held=100), business(persons_held=MOST_PERSONS), business(media=()), business(media=("mail",)),
    business(information=()), business(media=(), uses=("cloud",)),
    business(persons_held=MOST_PERSONS, employees=1_000_000, information=tuple(programme().items), on_consignment=True),
)  # fmt: skip


@pytest.mark.parametrize("who", UNUSUAL, ids=range(len(UNUSUAL)))
def test_unusual_businesses_are_worked_out_too(who: Business) -> None:
    for given in (None, {}, {question.id: "yes" for question in edition().questions}):
        found, expected = worked_out([(who, given)]), direct((who, given), programme().plans)
        for field in FIELDS:
            same(getattr(found, field)[0], expected[field], least=0.01)
        same(found.paid[0].sum(axis=1), expected["paid"].sum(axis=1), least=1.0)


def test_where_nobodys_data_are_held_nothing_is_lost() -> None:
    found = worked_out([(business(persons_held=0), None), (business(media=()), {})])
    for field in (*FIELDS, "paid"):
        assert not getattr(found, field).any(), field


def test_other_plans_may_be_asked_for() -> None:
    who = business(persons_held=30_000, uses=("web_shop",))
    plans = [
        replace(programme().plans[0], id="small", liability_limit=1_000_000, deductible=0),
        replace(programme().plans[0], id="none", liability_limit=0, cost_limit=0),
        replace(programme().plans[-1], id="goodwill", goodwill_cap_each=10_000),
    ]
    found = worked_out([(who, None)], plans)
    same(found.paid[0], direct((who, None), plans)["paid"], least=1.0)
    assert not found.paid[0, 1].any()
    assert worked_out([(who, None)], []).paid.shape == (1, 0, 2)


# --- the same portfolio
def test_nobody_at_all_gives_nothing() -> None:
    found = worked_out([])
    assert [len(getattr(found, field)) for field in (*FIELDS, "paid")] == [0] * 8


def test_the_order_and_the_company_of_businesses_do_not_matter() -> None:
    lines, found, _ = drawn()
    order = dice("order").sample(range(len(lines)), len(lines))
    other = worked_out([lines[i] for i in order])
    alone = worked_out([lines[order[0]]])
    for field in (*FIELDS, "paid"):
        same(getattr(other, field), getattr(found, field)[order], 1e-9)
        same(getattr(alone, field)[0], getattr(found, field)[order[0]], 1e-9)


def test_many_of_a_kind_are_each_worked_out_as_one() -> None:
    lines = [(business(persons_held=5_000 + number % 7), None) for number in range(1_300)]
    told: list[int] = []
    found = assess_many(portfolio(programme(), edition(), lines, ON), progress=told.append)
    assert sum(told) == len(lines)
    for number in range(7):
        assert np.ptp(found.expected[number::7]) <= 1e-6
        assert np.ptp(found.paid[number::7], axis=0).max() <= 1e-6


def test_the_causes_add_up_and_plans_pay_within_what_is_insurable() -> None:
    _, found, _ = drawn()
    same(found.by_cause.sum(axis=1), found.expected, 1e-12)
    assert (found.insurable <= found.expected).all()
    assert (found.low <= found.expected).all()
    assert (found.expected <= found.high).all()
    assert (found.rate_material <= found.rate_any).all()
    assert (found.by_cause >= 0).all()
    assert (found.paid >= -1e-6).all()
    assert (found.paid.sum(axis=2) <= found.insurable[:, None] * (1 + NEAR)).all()


# --- directions
def rises(table: Floats, error: float = 1e-12) -> None:
    """Assert that no row is less than the one before it, in any column."""
    assert (np.diff(table, axis=0) >= -error * np.abs(table[:-1]) - 1e-6).all()


def ladder(draw: Random) -> Iterator[int]:
    """Persons held, each 0.3 % (or one) more than before, over 30 % and so through a node or more."""
    persons = log_uniform(draw, 1, MOST)
    for _ in range(90):
        yield persons
        persons = max(persons + 1, round(persons * 1.003))


@pytest.mark.parametrize("number", range(many(40)))
def test_more_persons_never_cost_less(number: int) -> None:
    draw = dice(f"persons {number}")
    who, given = drawn_line(draw, number)
    steps = [*ladder(draw)]
    found = worked_out([(replace(who, persons_held=persons), given) for persons in steps])
    assert any(steps[0] < node < steps[-1] for node in nodes(parameters(programme(), ON), steps[-1]))
    for field in FIELDS:
        rises(getattr(found, field))
    rises(found.paid.sum(axis=2), 1e-7)


def test_the_first_persons_never_cost_less() -> None:
    for who in (business(), business(information=("card_expiry", "medical_history"), on_consignment=True)):
        found = worked_out([(replace(who, persons_held=persons), None) for persons in range(400)])
        for field in FIELDS:
            rises(getattr(found, field))
        rises(found.paid.sum(axis=2), 1e-7)


@pytest.mark.parametrize("number", range(many(40)))
def test_better_answers_never_cost_more(number: int) -> None:
    draw = dice(f"answers {number}")
    who, _ = drawn_line(draw, number)
    given = {question.id: "no" for question in edition().questions}
    lines = [(who, dict(given))]
    for question in draw.sample([*given], len(given)):
        given[question] = "partly"
        lines.append((who, dict(given)))
        given[question] = "yes"
        lines.append((who, dict(given)))
    found = worked_out(lines[::-1])
    for field in (*YEN, "rate_any", "by_cause"):
        rises(getattr(found, field))
    rises(found.paid.sum(axis=2), 1e-7)


# --- what is refused
def test_plans_with_dispute_costs_beside_the_limit_are_not_tabulated() -> None:
    beside = replace(programme().plans[0], dispute_costs="outside_prorata")
    with pytest.raises(ValueError, match="one business at a time"):
        worked_out([(business(), None)], [programme().plans[0], beside])


def test_before_the_engines_first_day_there_is_no_portfolio() -> None:
    with pytest.raises(LookupError):
        portfolio(programme(), edition(), [(business(), None)], ON.replace(year=2010))
