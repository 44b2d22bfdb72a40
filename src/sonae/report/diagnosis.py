"""A diagnosis: the answers of a business scored, its loss worked through, and the result as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sonae import __version__
from sonae.checklist import Answers, Effort
from sonae.checklist.business import plain_business
from sonae.figures import Lang, decimal
from sonae.jo import Leak, Potential, potential, whole_leak
from sonae.loss import Loss, assess
from sonae.loss import result as loss_result
from sonae.loss.credit import effects
from sonae.loss.result import to_yen
from sonae.problems import Refused, problem
from sonae.programmes import Words, digest
from sonae.scenario import Estimate, Terms, estimate, flyer_proportions
from sonae.scoring import Action, Answered, Score, comment_key, score


@dataclass(frozen=True)
class Diagnosis:
    """Everything known of one diagnosis on one day; all else (data, report, screen) is derived from it."""

    answers: Answers
    on: date
    score: Score
    scenario: Estimate
    by_plan: Mapping[str, Estimate]
    leak: Leak
    jo: Potential
    loss: Loss | None
    """What the loss engine finds; None before its first day."""

    @cached_property
    def savings(self) -> Mapping[str, float]:
        """Yen of expected loss a year that each open question alone would save."""
        return {} if self.loss is None else {control.question: control.alone for control in self.loss.controls}

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What is not yet yes: what law and grade put first, then by yen saved per hour of work.

        Without the loss engine by points per hour, as the score ranks them.
        """
        urgent = [action for action in self.score.actions if action.urgent]
        others = [action for action in self.score.actions if not action.urgent]
        return (*urgent, *sorted(others, key=lambda action: -self._per_hour(action)))

    def _per_hour(self, action: Action) -> float:
        return self.savings.get(action.question.id, 0.0) / max(float(action.effort.hours), 0.25)

    @cached_property
    def effects(self) -> Mapping[str, Fraction]:
        """Declaration credit gained, a share of the premium: by question alone, under "" all together."""
        return effects(self.answers.programme, self.score, self.on)

    @property
    def ignored(self) -> tuple[str, ...]:
        """Questions answered though not put to this business, in the edition's order; they count for nothing."""
        asked = {each.question.id for each in self.score.answered}
        names = (question.id for question in self.answers.edition.questions)
        return tuple(name for name in names if name in self.answers.given and name not in asked)

    @cached_property
    def record(self) -> dict[str, Any]:
        """Inputs and results without any words: what a number stands for, equal for equal inputs, data and release."""
        answers, business = self.answers, self.answers.business
        return {
            "release": __version__,
            "programme": answers.programme.id,
            "edition": answers.edition.id,
            "fingerprint": answers.programme.fingerprint,
            "on": self.on.isoformat(),
            "check": "quick" if answers.quick else "whole",
            "business": plain_business(business)
            | ({"persons_on": dict(business.persons_on)} if business.persons_on else {}),
            "assumed": list(business.assumed),
            "answers": {each.question.id: each.answer for each in self.score.answered},
            "ignored": list(self.ignored),
            "score": self.score.score,
            "grade": self.score.grade,
            "working": self.score.steps(),
            "loss": {
                "scenario": self.scenario.data()
                | {"plans": [{"id": name} | _paid(worked) for name, worked in self.by_plan.items()]},
                "jo": self.jo.data(),
                "basis": "assumed",
            },
        }

    @cached_property
    def number(self) -> str:
        """The report number: the first 12 hex digits of the record's hash."""
        return digest(self.record)[:12]


def _paid(worked: Estimate) -> dict[str, Any]:
    data = worked.data()
    return {"paid": data["paid"], "retained": data["retained"]}


def diagnose(answers: Answers, on: date) -> Diagnosis:
    """Return the diagnosis of the answers as of a day. Raises Refused when the programme has no values for that day."""
    programme, business = answers.programme, answers.business
    try:
        scored = score(programme, answers.edition, business, answers.given, on=on, asked=answers.asked)
        scenario = flyer_proportions(programme, business.persons_held, on)
        leak = whole_leak(programme, business.information, business.industry, business.persons_held, on)
        return Diagnosis(
            answers=answers,
            on=on,
            score=scored,
            scenario=estimate(scenario, None),
            by_plan=MappingProxyType({plan.id: estimate(scenario, Terms.of(plan)) for plan in programme.plans}),
            leak=leak,
            jo=potential(leak, programme.integer("jo.basic", on)),
            loss=_assessed(answers, on),
        )
    except LookupError as error:
        raise Refused([problem("law.no_value", "on", on=on.isoformat())]) from error


def _assessed(answers: Answers, on: date) -> Loss | None:
    try:
        return assess(answers, on)
    except LookupError:
        return None


def result(diagnosis: Diagnosis, lang: Lang) -> dict[str, Any]:
    """Return the diagnosis as plain data with its words in one language: the record, areas, comments and actions."""
    answers = diagnosis.answers
    words = answers.programme.words(lang, answers.edition.id)
    texts = Texts(diagnosis, words)
    record = dict(diagnosis.record)
    loss = diagnosis.loss
    return record | {
        "number": diagnosis.number,
        "loss": record["loss"] | ({} if loss is None else {"engine": loss_result(loss, diagnosis.score)}),
        "uncapped_grade": diagnosis.score.uncapped,
        "capped_by": list(diagnosis.score.capped_by),
        "unknown": list(diagnosis.score.unknown),
        "areas": [
            {"id": area.area, "score": area.score, "grade": area.grade, "comment": texts.area(area.area, area.grade)}
            for area in diagnosis.score.areas
        ],
        "comments": [
            {
                "question": each.question.id,
                "answer": each.answer,
                "comment": text,
                "action": step,
                "effort": effort_data(each.effort),
                "evidence": texts.question(each.question.id, "evidence"),
                "saves_per_year": _whole(diagnosis.savings.get(each.question.id)),
            }
            for each in diagnosis.score.answered
            for text, step in [texts.comment(each)]
        ],
        "actions": [
            {
                "question": action.question.id,
                "answer": action.answer,
                "action": texts.question(action.question.id, "action"),
                "urgent": action.urgent,
                "points": decimal(action.gain, 2),
                "saves_per_year": _whole(diagnosis.savings.get(action.question.id)),
                "premium_effect": float(diagnosis.effects[action.question.id]),
                "effort": effort_data(action.effort),
            }
            for action in diagnosis.actions
        ],
    }


def _whole(yen: float | None) -> int | None:
    return None if yen is None else to_yen(yen)


def effort_data(effort: Effort) -> dict[str, Any]:
    """Return an effort as plain data: hours as decimal text, yen."""
    return {"hours": decimal(effort.hours, 2), "yen": effort.yen}


class Texts:
    """The words of one diagnosis: questions, comments and areas of its edition, chosen by the facts of its business."""

    def __init__(self, diagnosis: Diagnosis, words: Words) -> None:
        self.words = words
        self.edition = diagnosis.answers.edition.id
        self.facts = diagnosis.answers.business.facts(diagnosis.answers.programme, diagnosis.on)

    def question(self, name: str, word: str) -> str:
        """Return a word of a question: question, label, action, why, unsure, evidence."""
        return self.words(f"{self.edition}.{name}.{word}")

    def comment(self, answered: Answered) -> tuple[str, str]:
        """Return the comment on an answer and its first step."""
        key = comment_key(self.words, self.edition, answered.question.id, answered.answer, self.facts)
        return self.words(f"{key}.text"), self.words(f"{key}.step")

    def area(self, area: str, word: str | None) -> str:
        """Return a word of an area: name, short, strong, weak, or its comment at a grade (None: nothing applies)."""
        return self.words("report.area_empty") if word is None else self.words(f"{self.edition}.area.{area}.{word}")
