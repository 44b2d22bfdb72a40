"""The report as plain data: what it says of a diagnosis, in both languages, for the screen and the PDF alike."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import Answers
from sonae.figures import LANGS, Lang, yen
from sonae.report import build, diagnose, result
from tests.cast import (
    BUSINESSES,
    EDITIONS,
    answering,
    answers,
    asked_all,
    business,
    diagnosed,
    edition,
    example,
    many,
    programme,
    renamed,
    uniform,
)  # fmt: skip

EVERY = tuple((name, lang) for name in BUSINESSES for lang in LANGS)


def built(source: Answers, lang: Lang = "ja") -> Any:
    return build(diagnosed(source), lang)


def texts(data: Any, but: tuple[str, ...] = ()) -> Iterator[str]:
    """Every text in plain data, leaving out some fields of its top."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, inner in data.items():
            if key not in but:
                yield from texts(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from texts(inner)


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_the_report_of_every_example_is_plain_data_and_says_what_was_found(name: str, lang: Lang) -> None:
    diagnosis = diagnosed(example(name))
    data = build(diagnosis, lang)
    assert json.loads(json.dumps(data)) == data
    assert (data["summary"]["grade"], data["summary"]["score"]) == (diagnosis.score.grade, str(diagnosis.score.score))
    assert [(area["score"], area["grade"]) for area in data["areas"]] == [
        (area.score, area.grade) for area in diagnosis.score.areas
    ]
    assert (data["business"], data["number"], data["on"]) == (
        diagnosis.answers.business.name,
        diagnosis.number,
        "2027-04-01",
    )


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_the_result_of_every_example_is_plain_data(name: str, lang: Lang) -> None:
    data = result(diagnosed(example(name)), lang)
    assert json.loads(json.dumps(data)) == data
    assert [each["question"] for each in data["comments"]] == [question.id for question in example(name).asked]


@pytest.mark.parametrize("name", BUSINESSES)
def test_an_example_answers_exactly_what_it_is_asked(name: str) -> None:
    assert set(example(name).given) == {question.id for question in example(name).asked}


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_no_blank_is_left_unfilled(name: str, lang: Lang) -> None:
    data = built(example(name), lang)
    assert [text for text in texts(data, but=("words",)) if re.search(r"\{[a-z_]*\}", text)] == []


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_english_report_has_no_japanese_but_the_name(name: str) -> None:
    data = built(renamed(example(name), "Sample"), "en")
    japanese = [
        text for text in texts(data, but=("words", "watermark")) if re.search(r"[\u3041-\u30ff\u4e00-\u9fff。、]", text)
    ]
    assert japanese == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", EDITIONS)
def test_a_report_can_be_built_for_every_answer_of_every_edition(name: str, lang: Lang) -> None:
    for answer in ("yes", "partly", "no", "unknown"):
        data = built(answers(uniform(answer, name), name=name), lang)
        rows = [row for group in data["annex"]["groups"] for row in group["rows"]]
        assert len(rows) == len(edition(name).questions)
        assert {row["answer"] for row in rows} == {answer}
        assert all(row["text"] and row["step"] and row["effort"] and row["law"] and row["evidence"] for row in rows)
        assert len(json.dumps(data)) > 10_000


def test_the_first_actions_are_the_best_ranked_and_where_they_lead_is_told() -> None:
    diagnosis = diagnosed(example("clinic"))
    first = diagnosis.actions[:5]
    data = build(diagnosis, "ja")["summary"]
    words = programme().words("ja")
    assert [row["action"] for row in data["first"]] == [words(f"2027-01.{each.question.id}.action") for each in first]
    given_then = MappingProxyType({**example("clinic").given, **{each.question.id: "yes" for each in first}})
    after = diagnosed(replace(example("clinic"), given=given_then)).score
    assert f"{diagnosis.score.score}点から{after.score}点" in data["after"]


@pytest.mark.parametrize("name", BUSINESSES)
def test_gains_shown_in_the_annex_are_the_scores_own(name: str) -> None:
    diagnosis = diagnosed(example(name))
    shown = [row["gain"] for group in build(diagnosis, "ja")["annex"]["groups"] for row in group["rows"] if row["gain"]]
    assert len(shown) == len(diagnosis.score.actions)
    total = sum(Fraction(match[0]) for gain in shown if (match := re.search(r"[0-9]+\.[0-9]", gain)))
    assert diagnosis.score.exact is not None
    assert abs(total - (100 - diagnosis.score.exact)) <= Fraction(len(shown), 10)


def test_when_all_is_yes_nothing_is_left_to_do() -> None:
    data = built(answering(example("clinic"), "yes"))
    assert (data["summary"]["first"], data["plan"]["stages"], data["plan"]["ask"]) == ([], [], [])
    assert data["summary"]["after"] == programme().words("ja")("report.summary.nothing")


# --- who it is for
@pytest.mark.parametrize(
    ("employees", "persons", "consignment", "standing", "met"),
    [
        (100, 5_000, False, "relaxed", [True, True, True]),
        (101, 5_000, False, "strict_large", [False, True, True]),
        (100, 5_001, False, "strict_persons", [True, False, True]),
        (100, 5_000, True, "strict_consignment", [True, True, False]),
        (100, 5_001, True, "strict_both", [True, False, False]),
    ],
)
def test_where_it_stands_under_the_law_and_why(
    employees: int, persons: int, consignment: bool, standing: str, met: list[bool]
) -> None:
    shop = business(employees=employees, persons_held=persons, on_consignment=consignment)
    law = built(answers({}, shop))["law"]
    assert law["lead"] == programme().words("ja")(f"report.law.lead_{standing}")
    assert [fact["met"] for fact in law["facts"]] == met
    assert law["relaxed"] is all(met)


def test_an_old_edition_does_not_speak_of_todays_law() -> None:
    law = built(answers({}, business(), name="2004-12"))["law"]
    assert (law["current"], "reports" in law) == (False, False)


def test_the_quick_check_says_that_it_is_one() -> None:
    data = built(replace(example("mail_order"), quick=True))
    assert data["cover"]["quick"]
    assert sum(len(group["rows"]) for group in data["annex"]["groups"]) == len(
        replace(example("mail_order"), quick=True).asked
    )
    assert built(example("mail_order"))["cover"]["quick"] == ""


def test_what_was_filled_in_and_what_was_ignored_is_named() -> None:
    shop = business(uses=(), assumed=("annual_sales", "uses"))
    data = built(answers({"daily.fax": "yes", "policy.rules": "yes"}, shop))["sources"]
    words = programme().words("ja")
    unanswered = len(edition().applicable(shop, programme())) - 1
    assert data["assumed"] == [
        *(words(f"report.sources.assumed_{name}") for name in ("annual_sales", "uses")),
        words("report.sources.assumed_answers", number=unanswered),
    ]
    number = [question.id for question in edition().questions].index("daily.fax") + 1
    assert f"問{number}" in data["ignored"]
    assert built(example("clinic"))["sources"]["ignored"] == ""


def test_characters_that_the_font_lacks_are_noted() -> None:
    data = built(renamed(example("letting"), "見本😀店"))
    assert data["business"] == "見本〓店"
    assert "U+1F600" in data["sources"]["glyphs"]
    assert built(example("letting"))["sources"]["glyphs"] == ""


# --- the number
def test_equal_input_has_an_equal_number_in_any_order_of_answers() -> None:
    source = answers(uniform("no") | {"daily.fax": "yes"}, business(uses=()))
    turned = replace(source, given=MappingProxyType(dict(list(source.given.items())[::-1])))
    assert diagnosed(source).number == diagnosed(turned).number
    assert diagnosed(source).record == diagnosed(turned).record


@settings(max_examples=many(30), deadline=None)
@given(
    st.sampled_from([question.id for question in example("clinic").asked]),
    st.sampled_from(["yes", "partly", "no", "unknown"]),
)
def test_another_answer_has_another_number(question: str, answer: str) -> None:
    source = example("clinic")
    other = diagnosed(replace(source, given=MappingProxyType({**source.given, question: answer})))
    assert (other.number == diagnosed(source).number) is (source.given[question] == answer)


@pytest.mark.parametrize(
    "other",
    [
        diagnose(example("clinic"), date(2027, 4, 2)), diagnosed(renamed(example("clinic"), "見本")),
        diagnosed(replace(example("clinic"), quick=True)),
        diagnosed(replace(example("clinic"), business=replace(example("clinic").business, persons_held=13_101))),
    ],
    ids=["day", "name", "quick", "persons"],
)  # fmt: skip
def test_any_other_input_has_another_number(other: Any) -> None:
    assert other.number != diagnosed(example("clinic")).number


def test_the_covers_pattern_goes_by_the_number_and_gives_no_score_away() -> None:
    data = built(example("clinic"))
    assert len(data["pattern"]) == 40
    assert all(0 <= height <= 100 for height in data["pattern"])
    assert data["pattern"] == built(example("clinic"), "en")["pattern"]
    assert data["pattern"] != built(renamed(example("clinic"), "見本"))["pattern"]


def test_a_business_without_persons_has_a_report_too() -> None:
    data = built(answers(uniform("no"), business(persons_held=0, employees=0, information=(), media=())))
    assert data["loss"]["total"] == "0円"
    assert [bar["share"] for bar in data["loss"]["bars"]] == [0, 0]


def test_the_largest_business_has_a_report_too() -> None:
    largest = replace(asked_all(), persons_held=200_000_000, employees=1_000_000, annual_sales=10**15)
    diagnosis = diagnosed(answers(uniform("no"), largest))
    assert build(diagnosis, "ja")["loss"]["total"] == yen(diagnosis.scenario.total, "ja")
    assert 2_666_000_000_000 < diagnosis.scenario.total < 2_668_000_000_000
