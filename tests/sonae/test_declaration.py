"""The declaration: what it asks, what fills it in, what it is worth; a better item never gives less."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae import declaration
from sonae.checklist.business import ASSUMED_INFORMATION, ASSUMED_MEDIA, MAY_BE_LEFT_OUT
from sonae.declaration import HISTORY, Certificate, Declaration, Entry, Past
from sonae.figures import LANGS
from sonae.loss import credit as schedule
from sonae.loss.credit import credit as share_off
from sonae.programmes import canonical
from sonae.report import diagnose
from sonae.scoring import GRADES
from tests.cast import LADDERS, ON, asked_all, business, example, many, programme, uniform

FORM = declaration.form(programme(), 2027)
NOTHING = Past("no")


def stated(answer: str = "yes", who: object = None) -> Declaration:
    """A whole declaration of a business that holds and uses everything, giving one answer throughout."""
    controls = {each.id: answer for each in FORM.controls}
    return Declaration(FORM, asked_all(), MappingProxyType(controls), (), NOTHING, NOTHING, NOTHING)


def rank(grade: str | None) -> int:
    return -1 if grade is None else GRADES.index(grade)


def test_a_declaration_is_filled_from_a_diagnosis_and_completed() -> None:
    answers = example("printing")
    record = diagnose(answers, ON).record
    begun = declaration.prefill(FORM, record)
    assert begun.business is not None
    assert begun.business.name == answers.business.name
    assert set(begun.controls) <= {each.id for each in FORM.controls}
    assert all(answers.given[name] == value for name, value in begun.controls.items())
    assert declaration.missing(programme(), begun) == ("certifications", *HISTORY)
    whole = replace(begun, certifications=(), leaks=NOTHING, insurance=NOTHING, claims=NOTHING)
    assert declaration.missing(programme(), whole) == ()
    assert declaration.credit(programme(), whole, ON).grade in GRADES
    assert declaration.prefill(FORM, record | {"edition": "2004-12"}).controls == {}


def test_what_the_diagnosis_assumed_is_missing_until_the_business_states_it() -> None:
    answers = example("printing")
    who = replace(
        answers.business, annual_sales=None, information=ASSUMED_INFORMATION, media=ASSUMED_MEDIA, uses=(),
        on_consignment=False, assumed=MAY_BE_LEFT_OUT,
    )  # fmt: skip
    begun = declaration.prefill(FORM, diagnose(replace(answers, business=who), ON).record)
    assert begun.business == replace(who, information=(), media=())
    assert declaration.missing(programme(), begun)[0] == "business"
    assert declaration.read(programme(), begun.plain()) == begun
    for name in MAY_BE_LEFT_OUT[1:]:
        one = replace(begun, business=replace(answers.business, assumed=(name,)))
        assert declaration.missing(programme(), one)[0] == "business"
    stated = replace(begun, business=answers.business)
    assert "business" not in declaration.missing(programme(), stated)
    assert "assumed" not in stated.plain()["business"]


def test_the_form_asks_what_weighs_enough_of_the_years_edition() -> None:
    assert FORM.edition.id == "2027-01"
    assert {each.id for each in FORM.edition.questions if each.weight >= FORM.least_weight} == {
        each.id for each in FORM.controls
    }
    assert 0 < len(FORM.controls) < len(FORM.edition.questions)
    assert declaration.form(programme(), 2005).edition.id == "2004-12"
    with pytest.raises(LookupError):
        declaration.form(programme(), 1999)


def test_the_schedule_is_backed_by_what_the_form_asks() -> None:
    on = programme().values[schedule.NAME].values[0].start
    values = programme().value(schedule.NAME, on).value
    asked = frozenset(each.id for each in FORM.controls)
    for who in list(schedule.reference_businesses(programme()))[:6]:
        most = schedule.backing(programme(), FORM.edition, who, on, asked).most
        assert all(float(values[grade]) <= most[grade] for grade in ("A", "B"))
    heavy = frozenset(each.id for each in FORM.edition.questions if each.weight >= 4)
    worst = min(
        schedule.backing(programme(), FORM.edition, who, on, heavy).most["A"]
        for who in schedule.reference_businesses(programme())
    )
    assert worst < float(values["A"])  # fewer items would not carry it: the check can fail


def test_without_facts_nothing_is_asked_and_nothing_earned() -> None:
    empty = Declaration(FORM)
    assert empty.asked(programme()) == ()
    assert declaration.missing(programme(), empty) == ("business", "certifications", *HISTORY)
    found = declaration.credit(programme(), empty, ON)
    assert (found.grade, found.certifications, found.prior_leak, found.prior_claim) == (None, (), True, True)


def test_what_is_not_stated_or_not_known_earns_nothing() -> None:
    unknown = declaration.credit(programme(), stated("unknown"), ON)
    silent = declaration.credit(programme(), replace(stated(), controls=MappingProxyType({})), ON)
    assert unknown.grade == silent.grade == "E"
    assert share_off(programme(), unknown.grade, ON) == 0
    assert declaration.credit(programme(), stated(), ON).grade == "A"


def test_sales_are_needed_and_every_control_asked() -> None:
    found = stated()
    assert found.business is not None
    without = replace(found, business=replace(found.business, annual_sales=None))
    assert "business" in declaration.missing(programme(), without)
    controls = dict(found.controls)
    del controls["attack.mfa"]
    assert "attack.mfa" in declaration.missing(programme(), replace(found, controls=MappingProxyType(controls)))


@pytest.mark.parametrize("name", HISTORY)
def test_a_past_is_complete_when_denied_or_told(name: str) -> None:
    for past, complete in (
        (Past(), False),
        (Past("yes"), False),
        (Past("yes", (Entry("2026-01", "見本"),)), True),
        (NOTHING, True),
    ):
        changed: dict[str, Any] = {name: past}
        found = replace(stated(), **changed)
        assert (name in declaration.missing(programme(), found)) is not complete


@pytest.mark.parametrize(
    ("claims", "number"),
    [(NOTHING, 0), (Past(), 1), (Past("yes", (Entry("2026-01", "見本"), Entry("2026-02", "見本", 5))), 2)],
)
def test_claims_are_counted_and_what_is_not_stated_is_one(claims: Past, number: int) -> None:
    found = declaration.credit(programme(), replace(stated(), claims=claims), ON)
    assert (found.prior_claim, found.recent_claims) == (number > 0, number)


def test_a_certification_counts_until_its_last_day() -> None:
    held = (Certificate("isms", "1", ON), Certificate("pmark", "2", date(2027, 3, 31)))
    found = replace(stated(), certifications=held)
    assert declaration.credit(programme(), found, ON).certifications == ("isms",)
    assert declaration.credit(programme(), found, date(2027, 3, 31)).certifications == ("pmark", "isms")
    assert declaration.credit(programme(), found, date(2027, 4, 2)).certifications == ()


def test_what_it_states_comes_back_from_plain_data() -> None:
    whole = replace(
        stated("partly"),
        business=business(annual_sales=1),
        certifications=(Certificate("isms", "見本", ON),),
        leaks=Past("yes", (Entry("2026-01", "見本", 12), Entry("2026-02", "見本"))),
    )
    back = declaration.read(programme(), whole.plain())
    assert replace(back, form=whole.form) == whole
    assert (back.form.year, back.form.edition.id) == (whole.form.year, whole.form.edition.id)
    assert canonical(declaration.read(programme(), whole.plain()).plain()) == canonical(whole.plain())
    assert replace(declaration.read(programme(), Declaration(FORM).plain()), form=FORM) == Declaration(FORM)


@settings(max_examples=many(100), deadline=None)
@given(
    given=st.fixed_dictionaries(
        {each.id: st.sampled_from(("yes", "partly", "no", "unknown")) for each in FORM.controls}
    ),
    item=st.sampled_from([each.id for each in FORM.controls]),
    ladder=st.sampled_from(LADDERS),
)
def test_a_better_item_never_gives_less(given: dict[str, str], item: str, ladder: tuple[str, ...]) -> None:
    grades = []
    for answer in ladder:
        found = replace(stated(), controls=MappingProxyType(given | {item: answer}))
        grades.append(declaration.credit(programme(), found, ON).grade)
    assert [rank(grade) for grade in grades] == sorted(rank(grade) for grade in grades)
    off = [share_off(programme(), grade, ON) for grade in grades]
    assert off == sorted(off)


@settings(max_examples=many(40), deadline=None)
@given(until=st.dates(date(2026, 1, 1), date(2029, 1, 1)), later=st.dates(date(2026, 1, 1), date(2029, 1, 1)))
def test_a_certification_that_lasts_longer_never_gives_less(until: date, later: date) -> None:
    def held(day: date) -> frozenset[str]:
        found = replace(stated(), certifications=(Certificate("isms", "1", day),))
        return frozenset(declaration.credit(programme(), found, ON).certifications)

    first, second = sorted((until, later))
    assert held(first) <= held(second)


def test_every_word_of_a_declaration_is_there() -> None:
    for lang in LANGS:
        words = programme().words(lang, FORM.edition.id)
        assert all(f"rating.certification.{name}.name" in words for name in FORM.certifications)
        assert all(
            f"policy.declaration.{name}_{part}" in words for name in HISTORY for part in ("title", "question", "amount")
        )
    assert uniform("yes").keys() >= {each.id for each in FORM.controls}
