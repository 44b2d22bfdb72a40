"""The business that answers: its size, what it holds, whether the law's simpler ways are open to it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import Business
from sonae.checklist.business import SITUATIONS, SIZES
from tests.cast import ON, business, many, programme

BEFORE_2017 = date(2017, 5, 29)


def test_a_small_shop_may_use_the_simpler_ways_and_its_facts_say_so() -> None:
    shop = business(employees=12, persons_held=4_000, industry="clinic")
    assert shop.is_relaxed(programme(), ON)
    assert dict(shop.facts(programme(), ON)) == {"clinic": 8, "relaxed": 2, "small": 1}


@pytest.mark.parametrize(
    ("employees", "size"),
    [(0, "small"), (20, "small"), (21, "medium"), (100, "medium"), (101, "large"), (1_000_000, "large")],
)
def test_size_goes_by_the_number_of_employees(employees: int, size: str) -> None:
    assert business(employees=employees).size == size


@pytest.mark.parametrize(
    ("employees", "persons", "consignment", "relaxed", "situations"),
    [
        (100, 5_000, False, True, {"relaxed"}),
        (0, 0, False, True, {"relaxed"}),
        (101, 5_000, False, False, set()),
        (100, 5_001, False, False, {"over_5000"}),  # first exception: many persons
        (100, 5_000, True, False, {"consignment"}),  # second exception: data on consignment
        (100, 5_001, True, False, {"over_5000", "consignment"}),
        (101, 5_001, False, False, set()),  # too large anyway: the number of persons is not what decides
        (101, 5_001, True, False, {"consignment"}),
    ],
)
def test_the_simpler_ways_and_their_two_exceptions(
    employees: int, persons: int, consignment: bool, relaxed: bool, situations: set[str]
) -> None:
    shop = business(employees=employees, persons_held=persons, on_consignment=consignment)
    assert shop.is_relaxed(programme(), ON) is relaxed
    assert set(shop.facts(programme(), ON)) & set(SITUATIONS) == situations


def test_before_may_2017_there_were_no_simpler_ways() -> None:
    shop = business(employees=1, persons_held=10)
    assert not shop.is_relaxed(programme(), BEFORE_2017)
    assert shop.is_relaxed(programme(), date(2017, 5, 30))


def test_kinds_of_information_are_those_of_its_items_and_plain_items_have_none() -> None:
    held = business(information=("name", "medical_chart", "card_number", "income", "licence_number"))
    assert held.information_kinds(programme()) == {"special_care", "card", "financial", "identity"}
    assert business().information_kinds(programme()) == frozenset()


BUSINESSES = st.builds(
    business,
    employees=st.integers(0, 300),
    persons_held=st.integers(0, 20_000),
    on_consignment=st.booleans(),
    industry=st.sampled_from(sorted(programme().industries)),
)


@settings(max_examples=many(200), deadline=None)
@given(BUSINESSES)
def test_facts_name_one_size_the_industry_and_what_the_law_sees(shop: Business) -> None:
    facts = set(shop.facts(programme(), ON))
    assert len(facts & set(SIZES)) == 1
    assert facts - set(SIZES) - set(SITUATIONS) == {shop.industry}
    assert ("relaxed" in facts) is shop.is_relaxed(programme(), ON)
    if shop.is_relaxed(programme(), ON):
        assert not facts & {"over_5000", "consignment"}


@settings(max_examples=many(200), deadline=None)
@given(BUSINESSES, st.integers(0, 200), st.integers(0, 20_000))
def test_growing_never_opens_the_simpler_ways(shop: Business, employees: int, persons: int) -> None:
    grown = replace(shop, employees=shop.employees + employees, persons_held=shop.persons_held + persons)
    assert shop.is_relaxed(programme(), ON) or not grown.is_relaxed(programme(), ON)
