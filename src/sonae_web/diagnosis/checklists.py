"""A member's whole checklist: begun, filled in by several people over several evenings, handed in once.

Everything here runs in the member's declared scope. Facts and answers are one sealed column, each answer with a version:
whoever saves over an answer that they have not seen is told what it is now, and nothing is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

from django.db import IntegrityError, transaction

from sonae.checklist import Answers, Business, Edition, Question, load_edition
from sonae.checklist.business import WHOLE, plain_business, restored
from sonae_web.diagnosis import progress
from sonae_web.diagnosis.models import Checklist, Result
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.asked import AskedWithin
from sonae_web.ground.scope import Scope

LAST_WINDOW = (1, 31)
"""The normal window for a programme year closes on 31 January (design of the calendar); from 1 February the next one counts."""


class NotThere(Exception):  # noqa: N818 - a state
    """No open checklist: not begun, or handed in meanwhile."""


class Incomplete(Exception):  # noqa: N818 - a state
    """The checklist cannot be handed in: the facts of the business are missing, or not one question is answered."""


@dataclass(frozen=True)
class Given:
    """An answer as saved: how often it was saved, by whom, when."""

    value: str
    version: int
    by: UUID
    at: datetime


class First(Exception):  # noqa: N818 - a state
    """The member's first checklist: nothing was handed in before, so there is nothing to go back to."""


class Changed(Exception):  # noqa: N818 - a state
    """Somebody else saved first: ``theirs`` is the answer that stands there now (None where it is not about one answer)."""

    def __init__(self, theirs: Given | None = None) -> None:
        super().__init__("changed by somebody else")
        self.theirs = theirs


@dataclass(frozen=True)
class AreaProgress:
    """How far an area is: questions asked, answered, the first one open (or the first of all)."""

    area: str
    questions: tuple[Question, ...]
    answered: int
    first_open: str

    @property
    def state(self) -> str:
        """done, going or before."""
        return "done" if self.answered == len(self.questions) else "going" if self.answered else "before"


@dataclass(frozen=True)
class Sheet:
    """A checklist as read."""

    row: Checklist
    business: Business | None
    business_version: int
    given: Mapping[str, Given]

    @cached_property
    def edition(self) -> Edition:
        """The edition of its questions."""
        return load_edition(programme(), self.row.edition)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions that the business's facts call for, in order; none before the facts are known."""
        return () if self.business is None else self.edition.applicable(self.business, programme())

    @property
    def stamp(self) -> str:
        """When it was last changed, to tell whether it was changed since."""
        return self.row.changed_at.isoformat()

    @property
    def renewed(self) -> int:
        """How many answers were given since it was begun."""
        return sum(given.at >= self.row.started_at for given in self.given.values())

    @property
    def answered(self) -> int:
        """How many of the questions asked have an answer."""
        return sum(question.id in self.given for question in self.asked)

    @property
    def carried(self) -> int:
        """How many of the questions asked have the answer of the time before, as it was."""
        return sum(q.id in self.given and self.given[q.id].at < self.row.started_at for q in self.asked)

    @property
    def next_open(self) -> str | None:
        """The first question without an answer."""
        return next((question.id for question in self.asked if question.id not in self.given), None)

    @cached_property
    def areas(self) -> tuple[AreaProgress, ...]:
        """Progress by area, of areas with a question asked."""
        found = []
        for area in self.edition.areas:
            mine = tuple(question for question in self.asked if question.area == area)
            if mine:
                still_open = [question.id for question in mine if question.id not in self.given]
                found.append(
                    AreaProgress(area, mine, len(mine) - len(still_open), still_open[0] if still_open else mine[0].id)
                )
        return tuple(found)

    def answers(self) -> Answers:
        """Return facts and answers as the library takes them. Raises Incomplete without the facts."""
        if self.business is None:
            raise Incomplete
        values = MappingProxyType({name: given.value for name, given in self.given.items()})
        return Answers(programme(), self.edition, self.business, values)


def programme_year(on: date) -> int:
    """Return the programme year that a checklist of a day is for: the next whose normal window has not closed."""
    return on.year if (on.month, on.day) <= LAST_WINDOW else on.year + 1


_open = AskedWithin(Checklist, lambda rows: rows.filter(handed_in_at=None))


def read(scope: Scope) -> Sheet | None:
    """Return the member's open checklist, or None."""
    return next(map(_sheet, _open(scope)), None)


def start(*, scope: Scope) -> Sheet:
    """Begin a checklist and return it; an open one is returned as it is.

    It begins with the facts and answers last handed in, as far as its edition knows the questions.
    """
    existing = read(scope)
    if existing is not None:
        return existing
    year, now = programme_year(clock.today()), clock.now()
    row = Checklist(
        tenant=scope.organisation, edition=programme().edition_of(year), year=year, started_at=now, changed_at=now
    )
    _put(row, *_last(scope, row))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            progress.started(scope=scope, year=year)
            _record(scope, row, "checklist.started")
    except IntegrityError:  # somebody else began it at the same moment
        found = read(scope)
        if found is None:
            raise
        return found
    return _sheet(row)


def is_redo(scope: Scope) -> bool:
    """Return whether a checklist was handed in before, so that the open one may be discarded."""
    return Result.within(scope).exists()


@transaction.atomic
def discard(*, scope: Scope, checklist: UUID, seen: str) -> None:
    """Discard an open checklist begun after another was handed in, with all that was answered since; the result stays.

    ``seen``: ``Sheet.stamp`` of what was shown. Raises NotThere when this one is open no more, First, and Changed when
    somebody saved something since.
    """
    row = _locked(scope)
    if row.pk != checklist:
        raise NotThere
    if not is_redo(scope):
        raise First
    if _sheet(row).stamp != seen:
        raise Changed
    _record(scope, row, "checklist.discarded")
    progress.taken_back(scope=scope, year=row.year)
    row.delete()


@transaction.atomic
def save_business(*, scope: Scope, business: Business, seen: int) -> Sheet:
    """Save the facts of the business over the version seen. Raises NotThere, and Changed when others saved other facts."""
    row = _locked(scope)
    sheet = _sheet(row)
    if sheet.business == business:
        return sheet
    if sheet.business_version != seen:
        raise Changed
    _put(row, business, sheet.business_version + 1, sheet.given)
    _save(scope, row, "checklist.facts_saved", version=sheet.business_version + 1)
    return _sheet(row)


@transaction.atomic
def save_answer(*, scope: Scope, question: str, value: str, seen: int) -> Sheet:
    """Save an answer over the version seen (0: none).

    Raises NotThere; ValueError for what cannot be the answer; Changed when somebody else saved another answer meanwhile.
    """
    row = _locked(scope)
    sheet = _sheet(row)
    asked = {each.id: each for each in sheet.asked}
    if question not in asked or value not in asked[question].answers:
        raise ValueError("no answer to a question asked")
    before = sheet.given.get(question)
    if before is not None and before.value == value:
        return sheet
    if (before.version if before else 0) != seen:
        raise Changed(before)
    given = Given(value, seen + 1, scope.user, clock.now())
    _put(row, sheet.business, sheet.business_version, {**sheet.given, question: given})
    _save(scope, row, "checklist.answer_saved", question=question, version=given.version)
    return _sheet(row)


@dataclass(frozen=True)
class Change:
    """An answer that a file changes: what it was ("" for none) in which version, and what it becomes."""

    question: str
    before: str
    version: int
    after: str


def changes(sheet: Sheet, answers: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what answers would change of a checklist, in their order."""
    found = []
    for name, value in answers.items():
        before = sheet.given.get(name)
        if before is None or before.value != value:
            found.append(Change(name, before.value if before else "", before.version if before else 0, value))
    return tuple(found)


@transaction.atomic
def save_all(
    *, scope: Scope, business: Business, answers: Mapping[str, str], seen: Mapping[str, int], facts_seen: int
) -> tuple[Change, ...]:
    """Save facts and answers of a filled-in file all at once and return what changed; what the file leaves open stays.

    ``seen`` has the version of each answer that was shown as changing, ``facts_seen`` that of the facts. Raises NotThere, and
    Changed when anything that would change is not as it was shown.
    """
    row = _locked(scope)
    sheet = _sheet(row)
    found = changes(sheet, answers)
    if any(seen.get(each.question, -1) != each.version for each in found):
        raise Changed
    other_facts = sheet.business != business
    if other_facts and sheet.business_version != facts_seen:
        raise Changed
    if found or other_facts:
        now = clock.now()
        given = {each.question: Given(each.after, each.version + 1, scope.user, now) for each in found}
        _put(row, business, sheet.business_version + other_facts, {**sheet.given, **given})
        _save(scope, row, "checklist.file_taken", changed=len(found))
    return found


def locked(scope: Scope) -> Sheet:
    """Return the open checklist, locked until the end of the transaction. Raises NotThere."""
    return _sheet(_locked(scope))


def _locked(scope: Scope) -> Checklist:
    row = Checklist.within(scope).filter(handed_in_at=None).select_for_update().first()
    if row is None:
        raise NotThere
    return row


def _sheet(row: Checklist) -> Sheet:
    content = sealed.get(row, "content")
    people = {by: UUID(by) for by in {by for _, _, by, _ in content["answers"].values()}}  # few, who answered many
    given = {
        name: Given(value, version, people[by], datetime.fromisoformat(at))
        for name, (value, version, by, at) in content["answers"].items()
    }
    facts = content["business"]
    business = None if facts is None else restored(facts)
    return Sheet(row, business, content["business_version"], MappingProxyType(given))


def _put(row: Checklist, business: Business | None, version: int, given: Mapping[str, Given]) -> None:
    content = {
        "business": None if business is None else plain_business(business, WHOLE),
        "business_version": version,
        "answers": {
            name: [each.value, each.version, str(each.by), each.at.isoformat()] for name, each in given.items()
        },
    }
    sealed.put(row, "content", content)


def _save(scope: Scope, row: Checklist, action: str, **detail: int | str) -> None:
    row.changed_at = clock.now()
    row.save(update_fields=["content", "changed_at"])
    _record(scope, row, action, **detail)


def _record(scope: Scope, row: Checklist, action: str, **detail: int | str) -> None:
    audit.record(
        action=action, kind="checklist", object_id=row.pk, actor=scope.user, organisation=row.tenant, detail=detail
    )


def _last(scope: Scope, row: Checklist) -> tuple[Business | None, int, dict[str, Given]]:
    """Return facts, version and answers last handed in, for a new checklist."""
    last = Result.within(scope).order_by("-made_at").first()
    if last is None:
        return None, 0, {}
    before = _sheet(Checklist.within(scope).get(pk=last.checklist_id))
    known = {question.id: question.answers for question in load_edition(programme(), row.edition).questions}
    given = {name: each for name, each in before.given.items() if each.value in known.get(name, ())}
    return before.business, 1, given
