"""The declaration credit: what the loss backs, which answers raise it, and what a check says of a schedule too generous."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pytest

from sonae.check import check
from sonae.checklist import Answers
from sonae.loss import credit
from sonae.loss.engine import model
from sonae.loss.severity import COMPONENTS, INSURED
from sonae.scoring import GRADES, score, with_done
from tests.cast import (
    BUSINESSES,
    ON,
    answering,
    codes,
    copy_of_programme,
    dice,
    edit,
    edition,
    example,
    many,
    programme,
    value_of,
)

BEFORE = date(2026, 11, 30)


def test_the_schedule_is_the_datas_own_and_none_before_its_first_day() -> None:
    assert credit.credit(programme(), "A", ON) == Fraction("0.2")
    assert credit.credit(programme(), "C", ON) == 0
    assert credit.credit(programme(), None, ON) == 0
    assert credit.credit(programme(), "A", BEFORE) == 0


def test_no_answers_that_reach_a_grade_lose_more_than_is_backed() -> None:
    """Random answers of every grade against the bound found by climbing."""
    draw = dice("credit")
    source = example("printing")
    backed = credit.backing(programme(), edition(), source.business, ON)
    at_worst = insured(replace(source, given=MappingProxyType({})))
    values = programme().value(credit.NAME, ON).value
    scale = float((1 - values["fixed_share"]) * values["credibility"])
    seen = set()
    for _ in range(many(400)):
        wrong = draw.random() ** 2
        given = {
            each.id: draw.choice(("partly", "no") if draw.random() < wrong else ("yes", "yes", "partly"))
            for each in source.asked
        }
        tried = replace(source, given=MappingProxyType(given))
        grade = score(programme(), source.edition, source.business, given, on=ON).grade
        assert grade is not None
        seen.add(grade)
        assert scale * (1 - insured(tried) / at_worst) >= backed.most[grade] - 1e-12
    assert len(seen) >= 3


def insured(source: Answers) -> float:
    m = model(source, ON)
    by_component = dict(zip(COMPONENTS, m.expected(m.risk).sum(axis=1), strict=True))
    return float(sum(by_component[name] for name in INSURED))


def test_a_better_grade_backs_no_less() -> None:
    for business in credit.reference_businesses(programme()):
        backed = credit.backing(programme(), edition(), business, ON).most
        values = [backed[grade] for grade in GRADES]
        assert values == sorted(values)
        assert values[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("A: 0.20", "A: 0.30", "loss.credit"),
        ("ransomware: 6, misconfiguration: 5", "ransomware: 90, misconfiguration: 5", "loss.range"),
    ],
)
def test_what_the_loss_does_not_back_is_a_problem(tmp_path: Path, old: str, new: str, code: str) -> None:
    copy = copy_of_programme(tmp_path)
    edit(copy / "loss.yaml", old, new)
    problems = check(copy, with_lock=False).problems
    assert code in codes(problems)
    if code == "loss.credit":
        assert value_of(problems, code, "grade") == "A"


def test_a_programme_without_a_schedule_is_a_problem(tmp_path: Path) -> None:
    copy = copy_of_programme(tmp_path)
    edit(copy / "loss.yaml", "  loss.credit: ", "  loss.kredit: ")
    assert "programme.value_missing" in codes(check(copy, with_lock=False).problems)


@pytest.mark.parametrize("name", BUSINESSES)
def test_what_is_done_scores_as_if_answered_yes(name: str) -> None:
    draw = dice(f"done {name}")
    source = answering(example(name), draw.choice(("no", "partly"))) if draw.random() < 0.3 else example(name)
    found = score(programme(), source.edition, source.business, source.given, on=ON)
    names = [action.question.id for action in found.actions]
    for _ in range(many(40)):
        done = draw.sample(names, draw.randint(0, len(names)))
        given = {**source.given, **dict.fromkeys(done, "yes")}
        again = score(programme(), source.edition, source.business, given, on=ON)
        assert with_done(programme(), found, done, ON) == (again.score, again.grade)


def test_the_effect_on_the_premium_is_the_step_to_the_next_grade() -> None:
    source = answering(example("clinic"), "yes")
    given = dict.fromkeys(source.given, "yes")
    critical = next(each.id for each in source.asked if each.critical)
    capped = score(programme(), source.edition, source.business, {**given, critical: "no"}, on=ON)
    assert capped.grade == "C"
    assert credit.effects(programme(), capped, ON) == {critical: Fraction("0.2"), "": Fraction("0.2")}
    assert credit.effects(programme(), capped, BEFORE) == {critical: 0, "": 0}
