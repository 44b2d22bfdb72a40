"""The plans side by side: premiums, the flyer's leak, the member's own incident, and which plan is marked and why."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.comparison import Comparison, Costs, compare, data
from sonae.rating import Quote, Request, rate
from tests.cast import many, programme

ON = date(2027, 4, 1)
MAN = 10_000
property_test = settings(max_examples=many(200), deadline=None)
YEN = st.integers(0, 10**10)


def quotes() -> dict[str, Quote]:
    return {
        plan.id: rate(
            programme(),
            Request(ON, "printing", 100_000_000, plan.liability_limit, plan.cost_limit, plan.deductible),
        )
        for plan in programme().plans
    }


def compared(liability: int, cost: int) -> Comparison:
    costs = {"liability": {"50": liability // 2, "90": liability}, "cost": {"50": cost // 2, "90": cost}}
    return compare(programme(), quotes(), costs, ON)


def test_the_smallest_plan_whose_two_limits_cover_their_sections_90_per_cent_cost_is_marked() -> None:
    found = compared(liability=100 * MAN, cost=320 * MAN)
    assert found.marked is not None
    assert (found.marked.id, found.why) == ("p5000", "covers")  # 320 − 10 = 310万 passes p3000's 300万 of costs
    assert [row.plan.id for row in found.rows if row.enough] == ["p5000", "p10000"]
    parts = {(part.section, part.chance): (part.cost, part.paid, part.stays) for part in found.rows[0].parts}
    assert parts[("cost", "90")] == (320 * MAN, 100 * MAN, 220 * MAN)
    assert parts[("liability", "90")] == (100 * MAN, 90 * MAN, 10 * MAN)


def test_a_cost_just_within_the_limit_and_the_deductible_is_covered() -> None:
    assert (compared(0, 110 * MAN).marked or programme().plans[-1]).id == "p1000"
    assert (compared(0, 110 * MAN + 1).marked or programme().plans[-1]).id == "p3000"


def test_if_none_is_enough_it_says_so() -> None:
    found = compared(liability=0, cost=2_000 * MAN)
    assert (found.marked, found.why) == (None, "none")


def test_without_a_diagnosis_nothing_is_marked() -> None:
    found = compare(programme(), quotes(), None, ON)
    assert (found.marked, found.why) == (None, "unknown")
    assert all(row.parts == () for row in found.rows)


def test_the_flyers_leak_is_paid_as_the_flyer_has_it() -> None:
    paid = {row.plan.id: row.flyer.paid for row in compared(0, 0).rows}
    assert (paid["p1000"], paid["p5000"], paid["p10000"]) == (1_100 * MAN, 4_390 * MAN, 4_480 * MAN)


@property_test
@given(YEN, YEN)
def test_a_larger_plan_leaves_no_more_and_costs_no_less(liability: int, cost: int) -> None:
    found = compared(liability, cost)
    for smaller, larger in zip(found.rows, found.rows[1:], strict=False):
        assert all(a.stays >= b.stays for a, b in zip(smaller.parts, larger.parts, strict=True))
        assert all(part.cost == part.paid + part.stays for part in smaller.parts)
        assert ((smaller.quote and smaller.quote.annual_premium) or 0) < (
            (larger.quote and larger.quote.annual_premium) or 0
        )
        assert larger.enough or not smaller.enough
    costs: Costs = {"liability": {"50": liability, "90": liability}, "cost": {"50": cost, "90": cost}}
    assert data(compare(programme(), quotes(), costs, ON))["why"] in ("covers", "none")
