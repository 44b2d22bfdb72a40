"""The draft of a declaration: begun from the last diagnosis, filled in and confirmed section by section, by several people.

Everything here runs in the member's declared scope. Whoever saves over a version that they have not seen is told so, and
nothing is saved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sonae import declaration as rules
from sonae.checklist import Business, Question
from sonae.declaration import HISTORY, Certificate, Form, Past
from sonae_web.declarations.models import Declaration, Draft
from sonae_web.diagnosis import results
from sonae_web.diagnosis.checklists import programme_year
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope


class NotThere(Exception):  # noqa: N818 - a state
    """No open declaration: not begun, or accepted meanwhile."""


class Changed(Exception):  # noqa: N818 - a state
    """Somebody else changed the draft since it was seen; nothing was saved."""


@dataclass(frozen=True)
class Section:
    """A part of the paper that is filled in and confirmed on a page of its own."""

    id: str
    questions: tuple[Question, ...] = ()
    confirmed: bool = False
    missing: int = 0
    unknown: int = 0

    @property
    def state(self) -> str:
        """done, going or before."""
        return "done" if self.confirmed and not self.missing else "before"


@dataclass(frozen=True)
class Open:
    """An open declaration as read: its rows, what is stated so far, which sections are confirmed, where it came from."""

    row: Declaration
    draft: Draft
    stated: rules.Declaration
    confirmed: frozenset[str]
    source: str
    """The day of the diagnosis from which it was filled, as 2027-06-10; "" for none."""

    @property
    def form(self) -> Form:
        """What it asks."""
        return self.stated.form

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in the order of the paper; those of the controls once the facts are known."""
        missing = frozenset(rules.missing(programme(), self.stated))
        found = [Section("business", (), "business" in self.confirmed, int("business" in missing))]
        asked = self.stated.asked(programme())
        for area in self.form.edition.areas:
            mine = tuple(each for each in asked if each.area == area)
            if mine:
                unknown = sum(self.stated.controls.get(each.id) == "unknown" for each in mine)
                found.append(
                    Section(area, mine, area in self.confirmed, sum(each.id in missing for each in mine), unknown)
                )
        return (
            *found,
            *(Section(name, (), name in self.confirmed, int(name in missing)) for name in ("certifications", *HISTORY)),
        )

    def section(self, name: str) -> Section | None:
        """Return a section by id, or None."""
        return next((each for each in self.sections if each.id == name), None)

    @property
    def is_signed(self) -> bool:
        """Whether it was signed as it stands."""
        return self.draft.signed == self.draft.version

    @property
    def next_open(self) -> str | None:
        """The first section that is not done."""
        return next((each.id for each in self.sections if each.state != "done"), None)

    @property
    def done(self) -> int:
        """How many sections are done."""
        return sum(each.state == "done" for each in self.sections)


def read(scope: Scope) -> Open | None:
    """Return the member's open declaration, or None."""
    row = Declaration.within(scope).filter(frozen_at=None).first()
    return None if row is None else _opened(scope, row)


def start(*, scope: Scope) -> Open:
    """Begin a declaration, filled from the member's newest diagnosis, and return it; an open one is returned as it is."""
    existing = read(scope)
    if existing is not None:
        return existing
    year = programme_year(clock.today())
    form = rules.form(programme(), year)
    row = Declaration(tenant=scope.organisation, year=year, edition=form.edition.id, started_at=clock.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _begin(scope, row, form)
            _record(scope, row, "declaration.started")
    except IntegrityError:  # somebody else began it at the same moment
        found = read(scope)
        if found is None:
            raise
        return found
    return _opened(scope, row)


def save_business(*, scope: Scope, business: Business, seen: int) -> Open:
    """Save and confirm the facts over the version seen. Raises NotThere, Changed."""
    return _save(scope, seen, "business", lambda stated: replace(stated, business=business))


def save_controls(*, scope: Scope, section: str, answers: Mapping[str, str], seen: int) -> Open:
    """Save and confirm every control of an area over the version seen.

    Raises NotThere, Changed; ValueError unless each control asked has an answer that it may have.
    """

    def stated_anew(stated: rules.Declaration) -> rules.Declaration:
        asked = {each.id: each for each in stated.asked(programme()) if each.area == section}
        if not asked or asked.keys() != answers.keys():
            raise ValueError("every control of the section has an answer")
        if any(answers[name] not in each.answers for name, each in asked.items()):
            raise ValueError("no answer to this question")
        return replace(stated, controls=MappingProxyType({**stated.controls, **answers}))

    return _save(scope, seen, section, stated_anew)


def save_certifications(*, scope: Scope, held: tuple[Certificate, ...], seen: int) -> Open:
    """Save and confirm which certifications are held. Raises NotThere, Changed."""
    return _save(scope, seen, "certifications", lambda stated: replace(stated, certifications=held))


def save_past(*, scope: Scope, name: str, past: Past, seen: int) -> Open:
    """Save and confirm leaks known, other insurance or claims. Raises NotThere, Changed; ValueError for an incomplete one."""
    if name not in HISTORY or not past.is_complete:
        raise ValueError("it is stated whole")

    def stated_anew(stated: rules.Declaration) -> rules.Declaration:
        parts = {part: getattr(stated, part) for part in HISTORY} | {name: past}
        return replace(stated, **parts)

    return _save(scope, seen, name, stated_anew)


def locked(scope: Scope) -> Open:
    """Return the open declaration, locked until the end of the transaction. Raises NotThere."""
    row = Declaration.within(scope).filter(frozen_at=None).select_for_update().first()
    if row is None:
        raise NotThere
    return _opened(scope, row)


def _save(scope: Scope, seen: int, section: str, change: Any) -> Open:
    with transaction.atomic():
        found = locked(scope)
        if found.draft.version != seen:
            raise Changed
        stated: rules.Declaration = change(found.stated)
        return _put(scope, found, stated, found.confirmed | {section}, section)


def _put(scope: Scope, found: Open, stated: rules.Declaration, confirmed: frozenset[str], section: str) -> Open:
    draft = found.draft
    draft.version += 1
    draft.changed_at = clock.now()
    sealed.put(draft, "content", _content(stated, confirmed, found.source))
    draft.save(update_fields=["version", "changed_at", "content"])
    _record(scope, found.row, "declaration.saved", section=section, version=draft.version)
    return _opened(scope, found.row)


def _begin(scope: Scope, row: Declaration, form: Form) -> None:
    result = results.latest(scope)
    stated, source = rules.Declaration(form), ""
    if result is not None:
        stated = rules.prefill(form, results.read(scope=scope, row=result).record)
        source = result.on.isoformat()
    draft = Draft(tenant=row.tenant, declaration=row, changed_at=clock.now())
    sealed.put(draft, "content", _content(stated, frozenset(), source))
    draft.save(force_insert=True)


def _content(stated: rules.Declaration, confirmed: frozenset[str], source: str) -> dict[str, Any]:
    return {"stated": stated.plain(), "confirmed": sorted(confirmed), "source": source}


def _opened(scope: Scope, row: Declaration) -> Open:
    draft = Draft.within(scope).get(declaration_id=row.pk)
    content = sealed.get(draft, "content")
    return Open(
        row, draft, rules.read(programme(), content["stated"]), frozenset(content["confirmed"]), content["source"]
    )


def _record(scope: Scope, row: Declaration, action: str, **detail: int | str | UUID) -> None:
    audit.record(
        action=action, kind="declaration", object_id=row.pk, actor=scope.user, organisation=row.tenant, detail=detail
    )


def month_is_known(text: str, on: date) -> bool:
    """Return whether a text is a month, as 2026-04, not after a day's."""
    year, _, month = text.partition("-")
    known = len(text) == 7 and year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    return known and 1 <= int(month) <= 12 and int(year) >= 1900 and text <= on.isoformat()[:7]
