"""An answer file: the programme, the edition, the business and its answers, checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sonae.checklist.business import Business, read_business
from sonae.checklist.edition import ANSWERS, Edition, Question, load_edition
from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Document, Programme, load
from sonae.programmes.cursor import shown

CHECKS = ("whole", "quick")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a business handed in, whole and valid: ``given`` holds its answers by question id."""

    programme: Programme
    edition: Edition
    business: Business
    given: Mapping[str, str]
    quick: bool = False

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions asked, in order: those of the check that apply to the business."""
        return self.edition.applicable(self.business, self.programme, quick=self.quick)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions asked that have no answer; they count as unknown."""
        return tuple(question.id for question in self.asked if question.id not in self.given)


def read_answers(document: Document) -> Answers:
    """Return the answers in a document. Raises Refused with every fault and its place."""
    problems: list[Problem] = []
    cursor = Cursor(document, problems)
    if not cursor.fields(["programme", "edition", "business", "answers"], ["check"]):
        raise Refused(problems)
    names = cursor.text("programme"), cursor.text("edition")
    programme = edition = None
    try:
        programme = load(names[0]) if names[0] else None
        edition = load_edition(programme, names[1]) if programme and names[1] else None
    except Refused as refused:
        field = "edition" if programme else "programme"
        problems += (replace(each, at=cursor[field].at if each.at == field else each.at) for each in refused.problems)
    if programme is None:
        raise Refused(problems)
    business = read_business(cursor["business"], programme) if cursor.has("business") else None
    given = _given(cursor["answers"], edition) if edition and cursor.has("answers") else {}
    quick = cursor.choice("check", CHECKS, "whole") == "quick"
    if quick and edition and not any(question.quick for question in edition.questions):
        cursor["check"].fault("value.not_allowed", found="quick", near="whole")
    if problems or edition is None or business is None:
        raise Refused(problems)
    return Answers(programme, edition, business, MappingProxyType(given), quick)


def _given(cursor: Cursor, edition: Edition) -> dict[str, str]:
    questions = {question.id: question for question in edition.questions}
    given: dict[str, str] = {}
    for name, entry in cursor.entries():
        if name not in questions:
            near = entry.nearest(name, questions) or "—"
            entry.fault("answers.unknown_question", found=name, edition=edition.id, near=near)
            continue
        value = entry.value
        if isinstance(value, bool):
            value = "yes" if value else "no"  # JSON's true and false
        if not isinstance(value, str) or value not in ANSWERS:
            entry.fault("answers.not_an_answer", found=shown(value), known=", ".join(questions[name].answers))
        elif value not in questions[name].answers:
            entry.fault("answers.not_allowed", found=value, question=name, known=", ".join(questions[name].answers))
        else:
            given[name] = value
    return given
