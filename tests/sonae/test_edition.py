"""Editions of the checklist: how they load, whom each question is put to, and the quick check."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import ANSWERS, Business, load_edition
from sonae.checklist.business import MEDIA, USES
from sonae.checklist.edition import Condition
from tests.cast import EDITIONS, asked_all, business, codes, edition, many, programme, refused, value_of

AREAS = {
    "2004-12": ("organisation", "people", "physical", "technical"),
    "2027-01": (
        "policy", "organisation", "people", "lifecycle", "physical", "access", "attack", "daily", "contractors", "incident",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_loads_whole_with_its_areas_and_questions(name: str) -> None:
    found = edition(name)
    assert tuple(found.areas) == AREAS[name]
    assert len({question.id for question in found.questions}) == len(found.questions)
    assert {question.area for question in found.questions} == set(found.areas)
    assert all(1 <= question.weight <= 5 for question in found.questions)
    assert all(set(question.effort) == set(ANSWERS[:-1]) for question in found.questions)
    assert any(question.critical for question in found.questions)


def test_the_editions_hold_as_many_questions_as_the_documents_say() -> None:
    assert {name: len(edition(name).questions) for name in EDITIONS} == {"2004-12": 34, "2027-01": 85}


def test_each_year_has_an_edition_and_it_loads() -> None:
    chosen = {year: programme().edition_of(year) for year in programme().years}
    assert (chosen[2005], chosen[2026], chosen[2027], chosen[2035]) == ("2004-12", "2004-12", "2027-01", "2027-01")
    assert set(chosen.values()) == set(EDITIONS)


def test_an_unknown_edition_is_refused_and_the_known_ones_are_named() -> None:
    problems = refused(lambda: load_edition(programme(), "../2027-01"))
    assert codes(problems) == {"edition.unknown"}
    assert value_of(problems, "edition.unknown", "known") == "2004-12, 2027-01"


def test_a_question_is_found_by_its_id() -> None:
    assert edition()["attack.mfa"].area == "attack"
    with pytest.raises(KeyError):
        edition()["attack.mfaa"]


# --- conditions
@pytest.mark.parametrize(
    ("question", "without", "with_it"),
    [
        ("organisation.audit", {"employees": 20}, {"employees": 21}),
        ("lifecycle.special_care", {"information": ("name",)}, {"information": ("name", "medical_chart")}),
        ("lifecycle.card_data", {"information": ("medical_chart",)}, {"information": ("card_expiry",)}),
        ("physical.locks", {"media": ("pc", "server", "mail")}, {"media": ("portable",)}),
        ("attack.website", {"uses": ("cloud",)}, {"uses": ("web_shop",)}),
        ("attack.website", {"uses": ()}, {"uses": ("website",)}),
        ("daily.fax", {"uses": ("bulk_mail",)}, {"uses": ("bulk_mail", "fax")}),
        ("contractors.client_terms", {"on_consignment": False}, {"on_consignment": True}),
    ],
)
def test_a_question_is_put_only_where_its_condition_holds(
    question: str, without: dict[str, Any], with_it: dict[str, Any]
) -> None:
    condition = edition()[question].condition
    assert not condition.holds(business(**without), programme())
    assert condition.holds(business(**with_it), programme())


def test_every_fact_named_must_hold_and_any_of_its_values_will_do() -> None:
    both = Condition(employees_over=10, facts=(("uses", ("fax", "camera")), ("industry", ("clinic", "welfare"))))
    right = business(employees=11, uses=("camera",), industry="welfare")
    assert both.holds(right, programme())
    wrong: list[dict[str, Any]] = [{"employees": 10}, {"uses": ("cloud",)}, {"industry": "retail"}]
    assert not any(both.holds(replace(right, **change), programme()) for change in wrong)


def test_not_working_on_consignment_can_be_a_condition_too() -> None:
    only_own = Condition(facts=(("on_consignment", ("false",)),))
    assert only_own.holds(business(), programme())
    assert not only_own.holds(business(on_consignment=True), programme())


@pytest.mark.parametrize("name", EDITIONS)
def test_a_business_with_everything_is_asked_everything_in_order(name: str) -> None:
    assert edition(name).applicable(asked_all(), programme()) == edition(name).questions


@pytest.mark.parametrize("name", EDITIONS)
def test_a_business_with_nothing_is_asked_just_the_questions_without_a_condition(name: str) -> None:
    nothing = business(employees=0, persons_held=0, information=(), media=(), uses=())
    asked = edition(name).applicable(nothing, programme())
    assert asked == tuple(question for question in edition(name).questions if question.condition == Condition())
    assert 0 < len(asked) < len(edition(name).questions)


def parts(known: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(known)).map(lambda chosen: tuple(sorted(chosen)))


BUSINESSES = st.builds(
    business,
    employees=st.integers(0, 200),
    information=parts(tuple(programme().items)),
    media=parts(MEDIA),
    uses=parts(USES),
    on_consignment=st.booleans(),
)


@settings(max_examples=many(150), deadline=None)
@given(BUSINESSES, BUSINESSES, st.sampled_from(EDITIONS))
def test_doing_more_never_takes_a_question_away(one: Business, other: Business, name: str) -> None:
    more = replace(
        one,
        employees=max(one.employees, other.employees),
        information=tuple({*one.information, *other.information}),
        media=tuple({*one.media, *other.media}),
        uses=tuple({*one.uses, *other.uses}),
        on_consignment=one.on_consignment or other.on_consignment,
    )
    asked = {question.id for question in edition(name).applicable(one, programme())}
    assert asked <= {question.id for question in edition(name).applicable(more, programme())}


# --- the quick check
def test_the_quick_check_has_exactly_fifteen_questions_from_most_areas() -> None:
    quick = edition().applicable(asked_all(), programme(), quick=True)
    assert len(quick) == 15
    assert all(question.quick for question in quick)
    assert max(Counter(question.area for question in quick).values()) <= 3
    assert len({question.area for question in quick}) >= 8


@settings(max_examples=many(100), deadline=None)
@given(BUSINESSES)
def test_the_quick_check_asks_the_marked_ones_of_what_applies_in_the_same_order(shop: Business) -> None:
    whole = edition().applicable(shop, programme())
    assert edition().applicable(shop, programme(), quick=True) == tuple(each for each in whole if each.quick)
