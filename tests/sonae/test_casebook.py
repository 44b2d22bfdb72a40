"""The casebook: the flyer's leaks as facts, which of them come first for a business, and faults of its file."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae import casebook
from sonae.casebook import Case, cases, check_casebook, similar
from sonae.figures import LANGS
from sonae.programmes import load_folder
from sonae.programmes.words import LIBRARY
from tests.cast import PROGRAMME, business, edit, edition, many, places, programme

CONTROLS = sorted({control for case in cases(programme()) for control in case.controls})


def names(found: tuple[Case, ...]) -> list[str]:
    return [case.id for case in found]


def test_the_flyers_five_leaks_are_there_with_their_numbers_and_source() -> None:
    found = [case for case in cases(programme()) if case.reference == "flyer-2004"]
    assert [case.records for case in found] == [75_000, None, 4_600_000, 20_000, 500]
    assert {case.basis for case in found} == {"published"}


def test_a_clinic_reads_the_hospitals_leak_first() -> None:
    assert names(similar(cases(programme()), business(industry="clinic"), []))[0] == "flyer-2-hospital-leaflet"


def test_without_a_case_of_its_industry_what_is_lacking_decides() -> None:
    lacking = ["contractors.temp_staff", "people.deterrence"]
    found = similar(cases(programme()), business(industry="mining"), lacking)
    assert names(found)[0] == "flyer-4-temp-staff"


def test_with_nothing_to_go_by_the_order_of_the_file_stays() -> None:
    assert similar(cases(programme()), business(industry="mining"), []) == cases(programme())


@settings(max_examples=many(150), deadline=None)
@given(st.sampled_from(sorted(programme().industries)), st.sets(st.sampled_from(CONTROLS)))
def test_near_industries_come_first_then_those_where_more_is_lacking(industry: str, lacking: set[str]) -> None:
    found = similar(cases(programme()), business(industry=industry), lacking)
    assert sorted(names(found)) == sorted(names(cases(programme())))
    keys = [(industry in case.near, len(lacking & set(case.controls))) for case in found]
    assert keys == sorted(keys, reverse=True)


def test_every_control_of_a_case_is_a_question_of_some_edition() -> None:
    questions = {question.id for name in programme().edition_names for question in edition(name).questions}
    assert set(CONTROLS) <= questions


@pytest.mark.parametrize("lang", LANGS)
def test_every_case_has_its_words(lang: str) -> None:
    words = programme().words("ja" if lang == "ja" else "en")
    for case in cases(programme()):
        assert all(words(f"casebook.{case.id}.{part}") for part in ("title", "what", "lesson"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "cause: insider, industries: [clinic,",
            "cause: gossip, industries: [clinic,",
            ("value.not_allowed", "cases[1].cause"),
        ),
        (
            "industry: clinic, persons: null",
            "industry: clinics, persons: null",
            ("industry.unknown", "cases[1].industry"),
        ),
        ("persons: 75000", "persons: 75000 records", ("value.not_integer", "cases[0].persons")),
        ("persons: 500,", "person: 500,", ("field.misspelt", "cases[4].person")),
    ],
)
def test_a_fault_of_the_file_is_told_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, expected: tuple[str, str]
) -> None:
    shutil.copy(LIBRARY / "casebook.yaml", tmp_path)
    edit(tmp_path / "casebook.yaml", old, new)
    monkeypatch.setattr(casebook, "LIBRARY", tmp_path)
    shutil.copytree(LIBRARY / PROGRAMME, tmp_path / PROGRAMME)
    broken, _ = load_folder(tmp_path / PROGRAMME)
    assert broken is not None
    found, problems = check_casebook(broken)
    assert [(code, place.split()[-1]) for code, place in places(list(problems))] == [expected]
    assert len(found) == len(cases(programme()))
