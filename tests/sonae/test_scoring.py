"""Scoring: what an answer adds, what it never does, when a critical answer caps the grade, and what to do first."""

import random
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import ANSWERS, Business, Question
from sonae.scoring import GRADES, Score, score
from tests.cast import EDITIONS, LADDERS, ON, asked_all, business, dice, edition, example, many, programme, uniform

POINTS = {"yes": 100, "partly": 50, "no": 0, "unknown": 0}
CAP = "C"


def scored(answers: Mapping[str, str], name: str = "2027-01", who: Business | None = None, **options: object) -> Score:
    asked = options.get("asked")
    assert asked is None or isinstance(asked, tuple)
    return score(programme(), edition(name), who or asked_all(), answers, on=ON, asked=asked)


def rank(grade: str | None) -> int:
    assert grade is not None
    return GRADES.index(grade)


def drawn(name: str, seed: int) -> dict[str, str]:
    """Random allowed answers to every question of an edition, some left out."""
    draw = dice(seed)
    found = {question.id: draw.choice([*question.answers, ""]) for question in edition(name).questions}
    return {question: answer for question, answer in found.items() if answer}


SEEDS = st.integers(0, 10**6)
EDITION = st.sampled_from(EDITIONS)


def test_a_clinic_is_scored_area_by_area_and_as_a_whole() -> None:
    source = example("clinic")
    found = scored(source.given, who=source.business, asked=source.asked)
    assert (found.score, found.grade, found.uncapped) == (52, "C", "C")
    assert [(area.area, area.score, area.grade) for area in found.areas] == [
        ("policy", 47, "D"), ("organisation", 65, "C"), ("people", 55, "C"), ("lifecycle", 67, "C"), ("physical", 62, "C"),
        ("access", 31, "D"), ("attack", 40, "D"), ("daily", 67, "C"), ("contractors", 54, "C"), ("incident", 31, "D"),
    ]  # fmt: skip
    assert found.unknown == ("access.admin_accounts", "attack.entrance", "attack.cloud_settings", "incident.foreign")


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(
    ("answer", "score", "grade"), [("yes", 100, "A"), ("partly", 50, "C"), ("no", 0, "E"), ("unknown", 0, "E")]
)
def test_one_answer_throughout_gives_its_points_in_every_area(name: str, answer: str, score: int, grade: str) -> None:
    found = scored(uniform(answer, name), name)
    assert (found.exact, found.score, found.grade) == (Fraction(score), score, grade)
    assert {(area.exact, area.score, area.grade) for area in found.areas} == {(Fraction(score), score, grade)}


def test_a_question_without_an_answer_counts_as_unknown() -> None:
    found = scored({})
    assert found == scored(uniform("unknown"))
    assert len(found.unknown) == 85


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS)
def test_the_score_is_the_mean_of_areas_of_weighted_means_of_points(name: str, seed: int) -> None:
    answers = drawn(name, seed)
    found = scored(answers, name)
    means, total = Fraction(0), 0
    for area, weight in edition(name).areas.items():
        rows = [
            (question.weight, POINTS[answer])
            for question in edition(name).questions
            if question.area == area and (answer := answers.get(question.id, "unknown")) != "na"
        ]
        mean = Fraction(sum(w * points for w, points in rows), sum(w for w, _ in rows))
        assert next(each for each in found.areas if each.area == area).exact == mean
        means, total = means + weight * mean, total + weight
    assert found.exact == means / total


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS)
def test_scores_are_rounded_half_up_and_graded_as_shown(name: str, seed: int) -> None:
    found = scored(drawn(name, seed), name)
    for exact, shown, grade in [
        *((a.exact, a.score, a.grade) for a in found.areas),
        (found.exact, found.score, found.uncapped),
    ]:
        assert isinstance(exact, Fraction)
        assert shown == (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        bounds = {"A": 85, "B": 70, "C": 50, "D": 30, "E": 0}
        assert grade == next(letter for letter, least in bounds.items() if shown >= least)


# --- better answers
@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_better_answer_to_any_question_never_lowers_anything(name: str, seed: int) -> None:
    answers = drawn(name, seed)
    for question in edition(name).questions:
        for ladder in LADDERS:
            found = [scored(answers | {question.id: answer}, name) for answer in ladder]
            for worse, better in pairwise(found):
                assert better.exact is not None
                assert worse.exact is not None
                assert better.exact > worse.exact
                assert rank(better.grade) >= rank(worse.grade)
                for before, after in zip(worse.areas, better.areas, strict=True):
                    assert (after.exact or 0) >= (before.exact or 0)
                    assert rank(after.grade) >= rank(before.grade)


@settings(max_examples=many(100), deadline=None)
@given(EDITION, SEEDS, SEEDS)
def test_many_better_answers_never_lower_anything(name: str, seed: int, other: int) -> None:
    draw = dice(other)
    answers = {question: answer for question, answer in drawn(name, seed).items() if answer != "na"}
    better = {
        question.id: draw.choice({"yes": ["yes"], "partly": ["partly", "yes"]}.get(was, [was, "partly", "yes"]))
        for question in edition(name).questions
        for was in [answers.get(question.id, "unknown")]
    }
    before, after = scored(answers, name), scored(better, name)
    assert (after.exact or 0) >= (before.exact or 0)
    assert rank(after.grade) >= rank(before.grade)
    assert all((a.exact or 0) >= (b.exact or 0) for a, b in zip(after.areas, before.areas, strict=True))


# --- what never counts
@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS, SEEDS)
def test_questions_that_are_not_put_never_count_and_their_answers_are_ignored(name: str, seed: int, other: int) -> None:
    draw = dice(other)
    asked = tuple(question for question in edition(name).questions if draw.random() < 0.7)
    names = {question.id for question in asked}
    answers = drawn(name, seed)
    found = scored(answers, name, asked=asked)
    for replaced in ("yes", "no"):
        others = {question: answer if question in names else replaced for question, answer in answers.items()}
        assert scored(others, name, asked=asked) == found
    assert (
        scored({question: answers[question] for question in answers if question in names}, name, asked=asked) == found
    )
    assert [each.question for each in found.answered] == list(asked)


@pytest.mark.parametrize("name", EDITIONS)
def test_an_answer_to_a_question_that_does_not_apply_is_ignored(name: str) -> None:
    shop = business(uses=(), media=("mail",))
    applies = {question.id for question in edition(name).applicable(shop, programme())}
    answers = drawn(name, 5)
    assert set(answers) - applies
    assert scored(answers, name, shop) == scored({q: a for q, a in answers.items() if q in applies}, name, shop)


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_answers_never_matters(name: str, seed: int, draw: random.Random) -> None:
    answers = list(drawn(name, seed).items())
    found = scored(dict(answers), name)
    draw.shuffle(answers)
    assert scored(dict(answers), name) == found


@pytest.mark.parametrize("name", EDITIONS)
def test_not_applicable_is_as_if_the_question_had_not_been_put(name: str) -> None:
    allowing = [question for question in edition(name).questions if "na" in question.answers]
    assert allowing or name == "2004-12"
    for question in allowing:
        answers = drawn(name, 7) | {question.id: "na"}
        rest = tuple(each for each in edition(name).questions if each is not question)
        with_na, without = scored(answers, name), scored(answers, name, asked=rest)
        assert with_na.exact == without.exact
        assert [area.exact for area in with_na.areas] == [area.exact for area in without.areas]
        assert with_na.actions == without.actions
        assert question.id not in with_na.unknown


def test_an_area_where_nothing_counts_has_no_score_and_no_weight() -> None:
    people = tuple(question for question in edition().questions if question.area == "people")
    found = scored(uniform("partly"), asked=people)
    rated = {area.area: (area.exact, area.score, area.grade) for area in found.areas}
    assert rated.pop("people") == (Fraction(50), 50, "C")
    assert set(rated.values()) == {(None, None, None)}
    assert found.exact == 50


def test_nothing_asked_has_no_score_no_grade_and_nothing_to_do() -> None:
    found = scored(uniform("no"), asked=())
    assert (found.exact, found.score, found.grade, found.uncapped) == (None, None, None, None)
    assert (found.actions, found.answered, found.capped_by, found.unknown) == ((), (), (), ())
    assert found.steps() == [{"overall": "None", "score": None, "grade": None}, {"capped_by": [], "grade": None}]


def test_a_day_before_the_programme_has_no_score() -> None:
    with pytest.raises(LookupError):
        score(programme(), edition(), business(), {}, on=date(2004, 11, 30))


# --- the cap
@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(("answer", "binds"), [("no", True), ("unknown", True), ("partly", False), ("yes", False)])
def test_one_critical_answer_caps_an_otherwise_perfect_grade(name: str, answer: str, binds: bool) -> None:
    critical = [question.id for question in edition(name).questions if question.critical]
    for question in critical:
        found = scored(uniform("yes", name) | {question: answer}, name)
        assert (found.uncapped, found.grade) == ("A", CAP if binds else "A")
        assert found.capped_by == ((question,) if binds else ())


@pytest.mark.parametrize("name", EDITIONS)
def test_a_question_that_is_not_critical_never_caps(name: str) -> None:
    plain = [question.id for question in edition(name).questions if not question.critical]
    found = [scored(uniform("yes", name) | {question: "no"}, name) for question in plain]
    assert {each.capped_by for each in found} == {()}
    assert all(each.grade == each.uncapped for each in found)


@settings(max_examples=many(200), deadline=None)
@given(EDITION, SEEDS, st.floats(0, 1))
def test_the_cap_binds_exactly_when_the_score_is_better_and_a_critical_answer_is_no_or_unknown(
    name: str, seed: int, good: float
) -> None:
    draw = dice(seed)
    answers = {
        question.id: draw.choice(["yes", "partly"]) if draw.random() < good else draw.choice(ANSWERS[:-1])
        for question in edition(name).questions
    }
    found = scored(answers, name)
    bad = tuple(q.id for q in edition(name).questions if q.critical and answers[q.id] in ("no", "unknown"))
    binds = bool(bad) and rank(found.uncapped) > rank(CAP)
    assert found.grade == (CAP if binds else found.uncapped)
    assert found.capped_by == (bad if binds else ())


def test_a_critical_answer_that_is_not_put_does_not_cap() -> None:
    asked = tuple(question for question in edition().questions if question.id != "attack.mfa")
    assert scored(uniform("yes") | {"attack.mfa": "no"}, asked=asked).grade == "A"


# --- actions
@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS)
def test_actions_rank_critical_gaps_first_then_points_an_hour(name: str, seed: int) -> None:
    actions = scored(drawn(name, seed), name).actions
    assert [action.urgent for action in actions] == sorted((action.urgent for action in actions), reverse=True)
    for first, then in pairwise(actions):
        assert first.urgent > then.urgent or first.per_hour >= then.per_hour
    for action in actions:
        assert action.urgent is (action.question.critical and action.answer in ("no", "unknown"))
        assert action.per_hour == action.gain / action.effort.hours


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS)
def test_there_is_an_action_for_just_what_counts_and_is_not_yes(name: str, seed: int) -> None:
    found = scored(drawn(name, seed), name)
    todo = {each.question.id: each.answer for each in found.answered if each.answer in ("partly", "no", "unknown")}
    assert {action.question.id: action.answer for action in found.actions} == todo
    for action in found.actions:
        steps = "no" if action.answer == "unknown" else action.answer
        assert action.effort == action.question.effort[steps]


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS)
def test_the_gains_of_all_actions_lead_to_a_hundred(name: str, seed: int) -> None:
    answers = drawn(name, seed)
    found = scored(answers, name)
    assert found.exact is not None
    assert found.exact + sum(action.gain for action in found.actions) == 100
    after = scored(answers | {action.question.id: "yes" for action in found.actions}, name)
    assert (after.exact, after.grade, after.actions) == (Fraction(100), "A", ())


@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS, st.integers(0, 200))
def test_any_one_action_gains_just_what_it_says(name: str, seed: int, index: int) -> None:
    answers = drawn(name, seed)
    found = scored(answers, name)
    assert found.exact is not None
    action = found.actions[index % len(found.actions)]
    assert scored(answers | {action.question.id: "yes"}, name).exact == found.exact + action.gain


# --- working steps
@settings(max_examples=many(60), deadline=None)
@given(EDITION, SEEDS, SEEDS)
def test_the_working_steps_alone_give_the_score_again(name: str, seed: int, other: int) -> None:
    draw = dice(other)
    asked = tuple(question for question in edition(name).questions if draw.random() < 0.8)
    found = scored(drawn(name, seed), name, asked=asked)
    rows = found.steps()
    parts: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        if "question" in row:
            parts.setdefault(row["question"].partition(".")[0], []).append((row["weight"], row["points"]))
    areas = {row["area"]: (row["weight"], Fraction(row["score"])) for row in rows if "area" in row}
    assert {area: Fraction(sum(w * p for w, p in each), sum(w for w, _ in each)) for area, each in parts.items()} == {
        area: mean for area, (_, mean) in areas.items()
    }
    overall = sum(w * mean for w, mean in areas.values()) / sum(w for w, _ in areas.values())
    assert [Fraction(row["overall"]) for row in rows if "overall" in row] == [overall]
    assert rows[-1] == {"capped_by": list(found.capped_by), "grade": found.grade}
    assert overall == found.exact


def test_counts_of_an_area_add_up_to_its_questions() -> None:
    found = scored(drawn("2027-01", 3))
    for area in found.areas:
        mine: list[Question] = [question for question in edition().questions if question.area == area.area]
        assert sum(area.counts.values()) == len(mine)
        assert set(area.counts) == set(ANSWERS)
