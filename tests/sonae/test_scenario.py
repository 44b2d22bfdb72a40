"""One leak worked through: the flyer's numbers, what a plan pays and leaves, and what is wrong with a scenario's file."""

import json
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.problems import Refused
from sonae.programmes import DisputeCosts
from sonae.scenario import Award, Scenario, Terms, estimate, flyer_proportions, read_scenario
from tests.cast import EXAMPLES, ON, codes, document, many, places, programme, refused

FLYER = Scenario(
    persons=3_000,
    awards=(Award(300, 100_000), Award(700, 10_000)),
    goodwill_persons=2_000,
    goodwill_each=500,
    dispute_costs=2_000_000,
    costs=MappingProxyType({"apology_notice": 5_000_000}),
)
MAN = 10_000


def terms(liability: int, cost: int, **others: Any) -> Terms:
    return Terms(liability_limit=liability * MAN, cost_limit=cost * MAN, deductible=10 * MAN, **others)


def test_the_flyers_leak_costs_45_million_and_its_plan_pays_43_9() -> None:
    worked = estimate(FLYER, terms(5_000, 500))
    assert worked.data() == {
        "damages": 37_000_000,
        "goodwill": 1_000_000,
        "dispute_costs": 2_000_000,
        "costs": {"apology_notice": 5_000_000},
        "total": 45_000_000,
        "paid": {"liability": 38_900_000, "cost": 5_000_000, "total": 43_900_000},
        "retained": 1_100_000,
    }


@pytest.mark.parametrize(
    ("limits", "share", "dispute", "liability", "cost"),
    [
        ((5_000, 500), "1", "inside", 38_900_000, 5_000_000),
        ((10_000, 1_000), "1", "inside", 38_900_000, 5_900_000),
        ((10_000, 1_000), "0.9", "inside", 38_900_000, 5_310_000),
        ((1_000, 100), "1", "inside", 10_000_000, 1_000_000),
        ((1_000, 100), "1", "outside_prorata", 10_540_540, 1_000_000),
        ((5_000, 500), "1", "outside_prorata", 38_900_000, 5_000_000),
        ((10_000, 1_000), "1", "outside_prorata", 38_900_000, 5_900_000),
    ],
)
def test_the_vectors_of_the_domain(
    limits: tuple[int, int], share: str, dispute: DisputeCosts, liability: int, cost: int
) -> None:
    worked = estimate(FLYER, terms(*limits, insurer_share=Fraction(share), dispute_costs=dispute))
    assert (worked.paid_liability, worked.paid_cost) == (liability, cost)


def test_without_a_plan_all_is_retained() -> None:
    worked = estimate(FLYER, None)
    assert (worked.paid, worked.retained) == (0, 45_000_000)


def test_goodwill_counts_up_to_its_cap_a_head() -> None:
    dear = replace(FLYER, goodwill_each=800)
    assert estimate(dear, terms(10_000, 1_000, goodwill_cap_each=500)).paid_cost == 5_900_000
    assert estimate(dear, terms(10_000, 1_000)).paid_cost == 6_500_000
    assert estimate(dear, terms(10_000, 1_000, goodwill_cap_each=500)).goodwill == 1_600_000


@pytest.mark.parametrize(
    ("damages", "beside"),
    [
        (0, 900),
        (1_000, 900),
        (1_001, 899),
        (3_000, 300),
        (2_000_000, 0),
    ],  # 900 × 1,000 ÷ damages, a part of a yen dropped
)
def test_outside_the_limit_dispute_costs_are_paid_in_the_proportion_of_limit_to_damages(
    damages: int, beside: int
) -> None:
    leak = Scenario(1, (Award(1, damages),), 0, 0, 900, MappingProxyType({}))
    plan = Terms(liability_limit=1_000, cost_limit=0, deductible=0, dispute_costs="outside_prorata")
    assert estimate(leak, plan).paid == min(damages, 1_000) + beside


def test_a_loss_below_the_deductible_is_the_business_own() -> None:
    small = Scenario(1, (Award(1, 100_000),), 0, 0, 0, MappingProxyType({"letters": 100_000}))
    assert estimate(small, terms(1_000, 100)).paid == 0
    one_yen_more = replace(small, awards=(Award(1, 100_001),))
    assert estimate(one_yen_more, terms(1_000, 100)).paid == 1


# --- over all scenarios
YEN = st.integers(0, 300_000_000)
SCENARIOS = st.builds(
    Scenario,
    persons=st.just(10**8),
    awards=st.lists(st.builds(Award, st.integers(0, 5_000), st.integers(0, 1_000_000)), max_size=3).map(tuple),
    goodwill_persons=st.integers(0, 100_000),
    goodwill_each=st.integers(0, 2_000),
    dispute_costs=YEN,
    costs=st.dictionaries(st.sampled_from(["apology_notice", "letters", "call_centre"]), YEN).map(MappingProxyType),
)
TERMS = st.builds(
    Terms,
    liability_limit=YEN,
    cost_limit=YEN,
    deductible=st.integers(0, 1_000_000),
    insurer_share=st.integers(0, 100).map(lambda percent: Fraction(percent, 100)),
    goodwill_cap_each=st.none() | st.integers(0, 2_000),
    dispute_costs=st.sampled_from(["inside", "outside_prorata"]),
)


@settings(max_examples=many(200), deadline=None)
@given(SCENARIOS, TERMS)
def test_paid_and_retained_add_up_to_the_total_in_whole_yen(scenario: Scenario, plan: Terms) -> None:
    data = estimate(scenario, plan).data()
    assert data["paid"]["total"] + data["retained"] == data["total"]
    assert data["paid"]["liability"] + data["paid"]["cost"] == data["paid"]["total"]
    assert data["damages"] + data["goodwill"] + data["dispute_costs"] + sum(data["costs"].values()) == data["total"]
    parts = [data["damages"], data["goodwill"], data["total"], data["retained"], *data["paid"].values()]
    assert all(type(part) is int and part >= 0 for part in parts)


@settings(max_examples=many(200), deadline=None)
@given(SCENARIOS, TERMS)
def test_no_section_pays_more_than_its_loss_or_its_limit(scenario: Scenario, plan: Terms) -> None:
    worked = estimate(scenario, plan)
    assert worked.paid_liability <= worked.damages + worked.dispute_costs
    assert worked.paid_cost <= min(plan.cost_limit, worked.goodwill + sum(worked.costs.values()))
    if plan.dispute_costs == "inside":
        assert worked.paid_liability <= plan.liability_limit
    else:
        assert worked.paid_liability <= plan.liability_limit + worked.dispute_costs


@settings(max_examples=many(200), deadline=None)
@given(SCENARIOS, TERMS, st.sampled_from(["liability_limit", "cost_limit", "goodwill_cap_each"]), YEN)
def test_a_higher_limit_never_pays_less(scenario: Scenario, plan: Terms, limit: str, more: int) -> None:
    limits = {
        "liability_limit": plan.liability_limit,
        "cost_limit": plan.cost_limit,
        "goodwill_cap_each": plan.goodwill_cap_each or 0,
    }
    lower, higher = (
        Terms(**each, deductible=plan.deductible, insurer_share=plan.insurer_share, dispute_costs=plan.dispute_costs)
        for each in (limits, limits | {limit: limits[limit] + more})
    )
    assert estimate(scenario, higher).paid >= estimate(scenario, lower).paid


@settings(max_examples=many(200), deadline=None)
@given(SCENARIOS, TERMS, st.integers(0, 10**6), st.fractions(0, 1))
def test_a_lower_deductible_or_a_larger_share_never_pays_less(
    scenario: Scenario, plan: Terms, less: int, share: Fraction
) -> None:
    better = replace(plan, deductible=max(0, plan.deductible - less), insurer_share=max(plan.insurer_share, share))
    assert estimate(scenario, better).paid >= estimate(scenario, plan).paid


@settings(max_examples=many(100), deadline=None)
@given(SCENARIOS, TERMS, YEN)
def test_a_cost_more_never_lowers_what_is_paid_or_retained(scenario: Scenario, plan: Terms, cost: int) -> None:
    more = replace(scenario, costs=MappingProxyType({**scenario.costs, "experts": cost}))
    assert estimate(more, plan).paid >= estimate(scenario, plan).paid
    assert estimate(more, plan).retained >= estimate(scenario, plan).retained


# --- the flyer's proportions
PERSONS = st.integers(0, 200_000_000)


def test_3000_persons_give_the_flyers_leak_to_the_yen() -> None:
    assert flyer_proportions(programme(), 3_000, ON) == FLYER
    assert estimate(flyer_proportions(programme(), 3_000, ON), None).total == 4_500 * MAN


def test_above_3000_persons_the_notice_stays_and_the_rest_grows() -> None:
    found = flyer_proportions(programme(), 30_000, ON)
    assert dict(found.costs) == {"apology_notice": 5_000_000}
    assert found.awards == (Award(3_000, 100_000), Award(7_000, 10_000))
    assert (found.goodwill_persons, found.dispute_costs) == (20_000, 20_000_000)
    assert dict(flyer_proportions(programme(), 300, ON).costs) == {"apology_notice": 500_000}


@pytest.mark.parametrize(
    ("persons", "high", "low", "goodwill"), [(1, 0, 0, 1), (2, 0, 0, 2), (3, 0, 1, 2), (10, 1, 2, 7), (29, 2, 7, 20)]
)
def test_claimants_are_rounded_down_and_the_rest_are_offered_goodwill(
    persons: int, high: int, low: int, goodwill: int
) -> None:
    found = flyer_proportions(programme(), persons, ON)
    assert ([award.claimants for award in found.awards], found.goodwill_persons) == ([high, low], goodwill)


def test_nobody_held_loses_nothing() -> None:
    assert estimate(flyer_proportions(programme(), 0, ON), None).total == 0


@settings(max_examples=many(200), deadline=None)
@given(PERSONS)
def test_every_person_claims_or_is_offered_goodwill(persons: int) -> None:
    found = flyer_proportions(programme(), persons, ON)
    assert sum(award.claimants for award in found.awards) + found.goodwill_persons == persons
    assert all(type(award.claimants) is int and award.claimants >= 0 for award in found.awards)
    assert type(found.dispute_costs) is int


@settings(max_examples=many(200), deadline=None)
@given(PERSONS, st.integers(1, 5) | PERSONS)
def test_more_persons_never_cost_less_nor_are_paid_less(persons: int, more: int) -> None:
    fewer, many = (flyer_proportions(programme(), number, ON) for number in (persons, persons + more))
    for terms_ in (None, *map(Terms.of, programme().plans)):
        before, after = estimate(fewer, terms_), estimate(many, terms_)
        assert after.total >= before.total
        assert after.paid >= before.paid
        assert after.retained >= before.retained


def test_terms_of_a_plan_are_the_plans() -> None:
    plan = next(plan for plan in programme().plans if plan.id == "p5000")
    found = Terms.of(plan)
    assert (found.liability_limit, found.cost_limit, found.deductible) == (50_000_000, 5_000_000, 100_000)
    assert (found.insurer_share, found.goodwill_cap_each, found.dispute_costs) == (Fraction(1), 500, "inside")


# --- files
GOOD = (EXAMPLES / "flyer_leak.yaml").read_text(encoding="utf-8").partition("\n")[2]


def test_the_example_is_the_flyers_leak() -> None:
    scenario, plan = read_scenario(document(GOOD))
    assert scenario == FLYER
    assert plan == terms(5_000, 500, goodwill_cap_each=500)


def test_only_the_number_of_persons_is_needed() -> None:
    scenario, plan = read_scenario(document("persons: 5"))
    assert scenario == Scenario(5, (), 0, 0, 0, MappingProxyType({}))
    assert plan is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("persons: 3000\n", "", [("field.missing", "1:1")]),
        ("persons: 3000\n", "persons: 0\n", [("value.range", "1:10 persons")]),
        ("persons: 3000\n", "persons: 200000001\n", [("value.range", "1:10 persons")]),
        ("persons: 3000\n", "persons: 999\n", [
            ("scenario.more_than_persons", "2:1 awards"), ("scenario.more_than_persons", "3:1 goodwill")]),
        ("persons: 3000\n", "persons: '3000'\n", [("value.not_integer", "1:10 persons")]),
        ("claimants: 300,", "claimants: -300,", [("value.range", "2:22 awards[0].claimants")]),
        ("claimants: 300,", "", [("field.missing", "2:10 awards[0]")]),
        ("yen_each: 500}", "yen_each: 0.5}", [("value.not_integer", "3:37 goodwill.yen_each")]),
        ("goodwill: {persons: 2000, yen_each: 500}", "goodwill: 500", [("value.not_mapping", "3:11 goodwill")]),
        ("dispute_costs: 2000000", "dispute_costs: -1", [("value.range", "4:16 dispute_costs")]),
        ("apology_notice: 5000000", "apology_notice: ", [("field.missing", "5:1 costs")]),
        ("apology_notice: 5000000", "apology_notice: a lot", [("value.not_integer", "5:25 costs.apology_notice")]),
        ("{apology_notice: 5000000}", "[5000000]", [("value.not_mapping", "5:1 costs")]),
        ("deductible: 100000, ", "", [("field.missing", "6:1 plan")]),
        ("deductible", "deductable", [("field.missing", "6:1 plan"), ("field.misspelt", "6:68 plan.deductable")]),
        ("dispute_costs: inside", "dispute_costs: outside", [("value.not_allowed", "6:137 plan.dispute_costs")]),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_place(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert old in GOOD
    assert places(refused(lambda: read_scenario(document(GOOD.replace(old, new, 1))))) == sorted(expected)


@pytest.mark.parametrize(
    "share", ["1.1", "-0.1", "1/2", "1e-5", "1e-99999999", "０.９", "nine", "''", "true", "[0.9]", ".9"]
)
def test_a_share_is_a_decimal_number_from_0_to_1(share: str) -> None:
    text = GOOD.replace('"1.0"', f'"{share}"' if share[0] in "1-" else share)
    assert codes(refused(lambda: read_scenario(document(text)))) == {"value.not_share"}


@pytest.mark.parametrize(
    ("share", "exact"), [('"0.9"', "9/10"), ("0.9", "9/10"), ("0", "0"), ("1", "1"), ("0.000000000001", "1e-12")]
)
def test_a_share_is_read_exactly(share: str, exact: str) -> None:
    _, plan = read_scenario(document(GOOD.replace('"1.0"', share)))
    assert plan is not None
    assert plan.insurer_share == Fraction(exact)


def test_too_many_rows_are_refused() -> None:
    awards = [{"claimants": 0, "yen_each": 1}] * 51
    text = json.dumps({"persons": 1, "awards": awards, "costs": {f"cost{number}": 1 for number in range(51)}})
    assert places(refused(lambda: read_scenario(document(text)))) == [
        ("value.too_many", "1:16 awards"),
        ("value.too_many", f"1:{text.index('costs')} costs"),
    ]


ODD = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text("ab0.", max_size=4)
    | st.lists(st.integers(), max_size=2)
)
SPOTS = ["persons", "awards", "goodwill", "dispute_costs", "costs", "plan"]
WHOLE: dict[str, Any] = {
    "persons": 10, "awards": [{"claimants": 1, "yen_each": 1}], "goodwill": {"persons": 1, "yen_each": 1},
    "dispute_costs": 1, "costs": {"a": 1}, "plan": {"liability_limit": 1, "cost_limit": 1, "deductible": 1},
}  # fmt: skip


@settings(max_examples=many(200), deadline=None)
@given(st.sampled_from(SPOTS), st.sampled_from(["", "persons", "yen_each", "deductible", "a"]), ODD)
def test_whatever_stands_in_a_field_is_read_or_refused(spot: str, inner: str, odd: object) -> None:
    whole = json.loads(json.dumps(WHOLE))
    if inner and isinstance(whole[spot], dict):
        whole[spot][inner] = odd
    else:
        whole[spot] = odd
    text = json.dumps(whole)
    try:
        assert read_scenario(document(text))[0].persons >= 1
    except Refused:
        assert refused(lambda: read_scenario(document(text)))
