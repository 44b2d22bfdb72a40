"""From answers to scores, grade, ranked actions and chosen comments (design: 管理対策別評価).

An area's score is the weighted mean of its applicable questions' points, the overall score the weighted mean of the
areas' exact scores; both are shown rounded half up, and the grade is that of the score shown. A critical question
answered no or unknown caps the grade. Unknown counts as no and is listed apart; 該当なし and questions not asked never count.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from sonae.checklist import ANSWERS, Business, Edition, Effort, Question
from sonae.money import Rounding, rounded
from sonae.programmes import Programme, Words

GRADES = ("E", "D", "C", "B", "A")
"""Worst to best."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question asked, its answer (unknown where none was given) and what it adds: points 0–100 (None: not counted)."""

    question: Question
    answer: str
    points: int | None

    @property
    def effort(self) -> Effort:
        """What the next step costs: to get to yes, or to keep it, or to find out."""
        return self.question.effort["unknown" if self.answer == "na" else self.answer]


@dataclass(frozen=True, slots=True)
class AreaScore:
    """One control area: score 0–100 and grade (None when nothing in it applies), and the exact score behind them."""

    area: str
    weight: int
    exact: Fraction | None
    score: int | None
    grade: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Action:
    """What to do about one answer: points of the overall score gained by getting to yes, exactly, and the effort."""

    question: Question
    answer: str
    urgent: bool
    gain: Fraction
    effort: Effort

    @property
    def per_hour(self) -> Fraction:
        """Points of the overall score an hour of work."""
        return self.gain / max(self.effort.hours, Fraction(1, 4))


@dataclass(frozen=True)
class Score:
    """The whole evaluation. ``uncapped`` is the grade of the score alone; ``capped_by`` the critical answers that cap it."""

    exact: Fraction | None
    score: int | None
    grade: str | None
    uncapped: str | None
    capped_by: tuple[str, ...]
    areas: tuple[AreaScore, ...]
    answered: tuple[Answered, ...]

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What is not yet yes, most pressing first."""
        return _actions(self.answered, self.areas)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Questions answered 「わからない」 or not at all."""
        return tuple(each.question.id for each in self.answered if each.answer == "unknown")

    def steps(self) -> list[dict[str, Any]]:
        """Return the working steps as plain data: what each question added to its area, then the areas to the whole."""
        rows: list[dict[str, Any]] = [
            {"question": each.question.id, "weight": each.question.weight, "points": each.points}
            for each in self.answered
            if each.points is not None
        ]
        rows += [
            {"area": each.area, "weight": each.weight, "score": str(each.exact)}
            for each in self.areas
            if each.exact is not None
        ]
        rows.append({"overall": str(self.exact), "score": self.score, "grade": self.uncapped})
        rows.append({"capped_by": list(self.capped_by), "grade": self.grade})
        return rows


def score(
    programme: Programme,
    edition: Edition,
    business: Business,
    given: Mapping[str, str],
    *,
    on: date,
    asked: Sequence[Question] | None = None,
) -> Score:
    """Return the evaluation of the answers ``given`` (by question id) as of a day.

    ``asked`` is the set of questions put to the business (default: all that apply to it). An applicable question in it
    without an answer is unknown; one outside it is unasked and neutral; an answer to an unasked question is ignored.
    """
    chosen = None if asked is None else {question.id for question in asked}
    put = [each for each in edition.questions if chosen is None or each.id in chosen]
    points: dict[str, int | None] = {
        answer: programme.integer(f"scoring.points.{answer}", on) for answer in ANSWERS[:-1]
    }
    answers = [
        (question, given.get(question.id, "unknown"))
        for question in put
        if question.condition.holds(business, programme)
    ]
    answered = tuple(Answered(question, answer, points.get(answer)) for question, answer in answers)
    brackets = programme.brackets("scoring.grades", on)
    areas = tuple(_area(area, weight, answered, brackets.find) for area, weight in edition.areas.items())
    total = sum(each.weight for each in areas if each.exact is not None)
    exact = (
        sum((each.exact * each.weight for each in areas if each.exact is not None), Fraction(0)) / total
        if total
        else None
    )
    shown = None if exact is None else rounded(exact, Rounding.HALF_UP)
    uncapped = None if shown is None else brackets.find(shown)
    cap: str = programme.value("scoring.critical_cap", on).value
    capping = tuple(
        each.question.id for each in answered if each.question.critical and each.answer in ("no", "unknown")
    )
    binds = uncapped is not None and bool(capping) and GRADES.index(uncapped) > GRADES.index(cap)
    return Score(
        exact=exact,
        score=shown,
        grade=cap if binds else uncapped,
        uncapped=uncapped,
        capped_by=capping if binds else (),
        areas=areas,
        answered=answered,
    )


def with_done(programme: Programme, found: Score, done: Collection[str], on: date) -> tuple[int, str] | None:
    """Return score and grade with the open questions ``done`` (ids) answered yes, None where nothing counts.

    Points add up, so nothing is scored again; a critical question still open caps the grade as before.
    """
    gained = sum((action.gain for action in found.actions if action.question.id in done), Fraction(0))
    capped = any(action.urgent and action.question.id not in done for action in found.actions)
    return graded(programme, found, gained, on, capped=capped)


def graded(programme: Programme, found: Score, gained: Fraction, on: date, *, capped: bool) -> tuple[int, str] | None:
    """Return score and grade with so many points more, ``capped`` while a critical question stays open."""
    if found.exact is None:
        return None
    shown = rounded(found.exact + gained, Rounding.HALF_UP)
    grade = programme.brackets("scoring.grades", on).find(shown)
    cap: str = programme.value("scoring.critical_cap", on).value
    return shown, min(grade, cap, key=GRADES.index) if capped else grade


def _area(area: str, weight: int, answered: Sequence[Answered], grade_of: Any) -> AreaScore:
    mine = [each for each in answered if each.question.area == area]
    counts = {
        answer: sum(each.answer == answer for each in mine) for answer in ("yes", "partly", "no", "unknown", "na")
    }
    counted = [(each.question.weight, each.points) for each in mine if each.points is not None]
    if not counted:
        return AreaScore(area, weight, None, None, None, counts)
    exact = Fraction(sum(w * points for w, points in counted), sum(w for w, _ in counted))
    shown = rounded(exact, Rounding.HALF_UP)
    return AreaScore(area, weight, exact, shown, grade_of(shown), counts)


def _actions(answered: Sequence[Answered], areas: Sequence[AreaScore]) -> tuple[Action, ...]:
    """Rank what is not yet yes: critical questions answered no or unknown first, then points per hour of work."""
    total = sum(area.weight for area in areas if area.exact is not None)
    area_weight = {area.area: Fraction(area.weight, total) for area in areas if area.exact is not None}
    weights = {area.area: 0 for area in areas}
    for each in answered:
        weights[each.question.area] += each.question.weight if each.points is not None else 0
    actions = []
    for each in answered:
        if each.points is None or each.points == 100:
            continue
        question = each.question
        gain = area_weight[question.area] * question.weight * (100 - each.points) / weights[question.area]
        urgent = question.critical and each.answer in ("no", "unknown")
        effort = question.effort["no" if each.answer == "unknown" else each.answer]
        actions.append(Action(question, each.answer, urgent, gain, effort))
    return tuple(sorted(actions, key=lambda action: (not action.urgent, -action.per_hour)))


def comment_key(words: Words, edition: str, question: str, answer: str, facts: Mapping[str, int]) -> str:
    """Return the id of the comment for an answer: of the variants whose facts all hold, the most specific.

    More facts win; among as many, the heavier (``Business.facts``). Raises KeyError when the answer has no comment.
    """
    base = f"{edition}.{question}.{answer}"
    best, best_rank = base, (0, 0)
    for variant in words.variants.get(base, ()):
        named = variant.split("+")
        if all(fact in facts for fact in named):
            rank = (len(named), sum(facts[fact] for fact in named))
            if rank > best_rank:
                best, best_rank = f"{base}@{variant}", rank
    if f"{best}.text" not in words:
        raise KeyError(best)
    return best
