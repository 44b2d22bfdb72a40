"""The report's chapter on loss, and how the engine orders the actions and prices the comments."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import pytest

from sonae.figures import LANGS, Lang, yen
from sonae.loss.result import to_yen
from sonae.papers import Mark, exceedance
from sonae.report import build, diagnose
from sonae.report.page import Page
from sonae.report.risk import percent
from tests.cast import BUSINESSES, ON, answering, answers, business, diagnosed, example, uniform

BEFORE = date(2022, 3, 31)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", BUSINESSES)
def test_the_chapter_tells_the_engines_own_figures(name: str, lang: Lang) -> None:
    diagnosis = diagnosed(example(name))
    loss, data = diagnosis.loss, build(diagnosis, lang)
    assert loss is not None
    chapter = data["risk"]
    assert [row["yen"] for row in chapter["cost"]] == [yen(to_yen(each), lang) for each in loss.material_cost.values()]
    assert data["summary"]["figures"][1]["value"] == chapter["cost"][1]["yen"]
    assert yen(to_yen(loss.expected), lang) in chapter["expected"]
    assert sum(row["share"] for row in chapter["components"]) == pytest.approx(100, abs=4)
    assert [row["insured"] for row in chapter["components"]].count(False) == 2
    assert sum(row["share"] for row in chapter["causes"]) == pytest.approx(100, abs=4)
    assert len(chapter["plans"]) == len(loss.plans)
    assert len(chapter["notes"]) == 4
    assert chapter["curve"].startswith("<svg")


@pytest.mark.parametrize("name", BUSINESSES)
def test_actions_come_by_law_and_grade_first_then_by_yen_per_hour(name: str) -> None:
    actions, savings = diagnosed(example(name)).actions, diagnosed(example(name)).savings
    urgent = [action.urgent for action in actions]
    assert urgent == sorted(urgent, reverse=True)
    rest = [
        savings.get(each.question.id, 0.0) / max(float(each.effort.hours), 0.25) for each in actions if not each.urgent
    ]
    assert all(first >= second for first, second in pairwise(rest))
    assert {each.question.id for each in actions} == {
        each.question.id for each in diagnosed(example(name)).score.actions
    }


@pytest.mark.parametrize("lang", LANGS)
def test_each_open_comment_carries_its_yen(lang: Lang) -> None:
    diagnosis = diagnosed(example("printing"))
    rows = [row for group in build(diagnosis, lang)["annex"]["groups"] for row in group["rows"]]
    priced = [row for row in rows if row["saving"]]
    assert len(priced) >= 0.8 * len(diagnosis.score.actions)
    for row in priced:
        assert re.fullmatch(r"年 −[\d,.]+(万)?円" if lang == "ja" else r"−¥[\d,]+/yr", row["saving"])
    assert all(row["saving"] == "" for row in rows if row["answer"] == "yes")


@pytest.mark.parametrize("lang", LANGS)
def test_before_the_engines_first_day_the_report_does_without(lang: Lang) -> None:
    diagnosis = diagnose(example("clinic"), BEFORE)
    data = build(diagnosis, lang)
    assert diagnosis.loss is None
    assert data["risk"] is None
    assert diagnosis.actions == diagnosis.score.actions
    assert data["summary"]["figures"][1]["value"] == yen(diagnosis.jo.total, lang)
    assert data["plan"]["worth"] == ""
    assert all(row["saving"] == "" for group in data["annex"]["groups"] for row in group["rows"])


def test_a_business_that_holds_nobodys_data_can_lose_nothing() -> None:
    chapter = build(diagnosed(answers(uniform("no"), business(persons_held=0))), "ja")["risk"]
    assert [row["yen"] for row in chapter["cost"]] == ["0円"] * 3
    assert chapter["causes"] == []
    assert chapter["notes"] == []
    assert "起きない計算" in chapter["lead"]
    assert {row["any"] for row in chapter["chances"]} == {"0.0%"}


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0%"),
        (0.0001, "0.1%未満"),
        (0.0944, "9.4%"),
        (0.13, "13%"),
        (0.993, "99%"),
        (0.9999, "99.9%"),
        (1, "99.9%"),
    ],
)
def test_chances_are_told_without_false_certainty(share: float, text: str) -> None:
    assert percent(Page(diagnosed(example("clinic")), "ja"), share) == text


def test_the_curve_escapes_its_words_and_keeps_within_its_frame() -> None:
    svg = exceedance([(1e5, 1.0), (1e9, 0.0)], [Mark(1e12, 0.01, "<b>")], {1e5: "a&b", 1e9: "c"}, "t<")
    assert "<b>" not in svg
    assert "a&amp;b" in svg
    assert all(float(x) <= 400 for x in re.findall(r'cx="([\d.]+)"', svg))


def test_the_day_is_the_engines() -> None:
    loss = diagnosed(example("clinic")).loss
    assert loss is not None
    assert loss.on == ON


def test_the_notes_say_what_holds_for_this_business() -> None:
    notes = {
        name: " ".join(build(diagnosed(example(name)), "ja")["risk"]["notes"]) for name in ("printing", "mail_order")
    }
    assert "委託元からの請求は23%" in notes["printing"]
    assert "主に、まれな大事故への備え" in notes["printing"]
    assert "委託元" not in notes["mail_order"]
    assert "保険料の差と比べて" in notes["mail_order"]
    on_paper = replace(example("letting").business, media=("paper",), uses=())
    assert "原因の調査" in notes["printing"]
    paper = build(diagnosed(replace(example("letting"), business=on_paper)), "ja")["risk"]["notes"]
    assert "原因の調査" not in " ".join(paper)


def test_the_credit_is_told_from_its_first_day_on() -> None:
    assert "告知事項申告書" in build(diagnosed(example("clinic")), "ja")["plan"]["worth"]
    early = build(diagnose(example("clinic"), date(2026, 11, 30)), "ja")["plan"]["worth"]
    assert "告知事項申告書" not in early
    assert "%下がり" in early


def test_five_years_and_the_credit_stand_beside_each_open_comment() -> None:
    source = answering(example("clinic"), "yes")
    critical = next(each.id for each in source.asked if each.critical and each.causes)
    lacking = diagnosed(replace(source, given=MappingProxyType({**source.given, critical: "no"})))
    rows = [row for group in build(lacking, "ja")["annex"]["groups"] for row in group["rows"]]
    (open_row,) = (row for row in rows if row["worth"])
    assert re.fullmatch(r"5年 −[\d,.]+万?円・割引 \+20%", open_row["worth"])
