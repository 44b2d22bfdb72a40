"""The draft of a declaration: begun from the last diagnosis, filled in and confirmed item by item, by several people.

What the diagnosis filled in is a proposal: an item counts once somebody confirmed it as it stands, or changed it. Items are
named ``business.<field>``, by the id of a question, ``certifications.<id>``, and ``leaks``, ``insurance``, ``claims``.
Everything here runs in the member's declared scope. Whoever saves over a version that they have not seen is told so, and
nothing is saved.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sonae import declaration as rules
from sonae.checklist import Business, Question
from sonae.checklist.business import FACTS
from sonae.declaration import HISTORY, Certificate, Form, Past
from sonae_web.declarations.models import Declaration, Draft
from sonae_web.diagnosis import results
from sonae_web.diagnosis.checklists import programme_year
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope

Change = Callable[[rules.Declaration], rules.Declaration]
Differences = Callable[[rules.Declaration], frozenset[str]]
"""Which items differ from what was stated before."""


class NotThere(Exception):  # noqa: N818 - a state
    """No open declaration: not begun, or accepted meanwhile."""


class Changed(Exception):  # noqa: N818 - a state
    """Somebody else changed the draft since it was seen; nothing was saved."""


@dataclass(frozen=True)
class Section:
    """A part of the paper that is filled in on a page of its own: its items, and those nobody confirmed yet."""

    id: str
    items: tuple[str, ...]
    left: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    unknown: int = 0

    @property
    def state(self) -> str:
        """done, going or before."""
        return "before" if self.left == self.items else "going" if self.left else "done"


@dataclass(frozen=True)
class Open:
    """An open declaration as read: its rows, what is stated so far, which items are confirmed, where it came from."""

    row: Declaration
    draft: Draft
    stated: rules.Declaration
    confirmed: frozenset[str]
    source: str
    """The day of the diagnosis from which it was filled, as 2027-06-10; "" for none."""

    @property
    def source_day(self) -> date | None:
        """The day of that diagnosis."""
        return date.fromisoformat(self.source) if self.source else None

    @property
    def form(self) -> Form:
        """What it asks."""
        return self.stated.form

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in the order of the paper; those of the controls once the facts are known."""
        unstated = frozenset(rules.missing(programme(), self.stated))
        asked = self.stated.asked(programme())
        areas = {area: tuple(each for each in asked if each.area == area) for area in self.form.edition.areas}
        return (
            self._section("business", tuple(f"business.{name}" for name in FACTS), "business" in unstated),
            *(
                self._section(area, tuple(each.id for each in mine), questions=mine)
                for area, mine in areas.items()
                if mine
            ),
            self._section("certifications", tuple(f"certifications.{name}" for name in self.form.certifications)),
            *(self._section(name, (name,), name in unstated) for name in HISTORY),
        )

    def _section(
        self, name: str, items: tuple[str, ...], unstated: bool = False, questions: tuple[Question, ...] = ()
    ) -> Section:
        left = tuple(each for each in items if each not in self.confirmed)
        if unstated and not left:  # confirmed once, and made incomplete by an edition or a year since
            left = items
        unknown = sum(self.stated.controls.get(each.id) == "unknown" for each in questions)
        return Section(name, items, left, questions, unknown)

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
    def items(self) -> int:
        """How many items there are."""
        return sum(len(each.items) for each in self.sections)

    @property
    def done(self) -> int:
        """How many items are confirmed."""
        return self.items - sum(len(each.left) for each in self.sections)


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


def save_business(*, scope: Scope, business: Business, confirmed: Collection[str] = (), seen: int) -> Open:
    """Save the facts over the version seen; confirmed are those named or changed. Raises NotThere, Changed."""

    def changed(before: rules.Declaration) -> frozenset[str]:
        return frozenset(f"business.{name}" for name in FACTS if _differs(before.business, business, name))

    return _save(scope, seen, "business", lambda stated: replace(stated, business=business), changed, confirmed)


def save_controls(
    *, scope: Scope, section: str, answers: Mapping[str, str], confirmed: Collection[str] = (), seen: int
) -> Open:
    """Save answers to controls of an area over the version seen; confirmed are those named or changed.

    Raises NotThere, Changed; ValueError for a control that is not asked, an answer that it may not have, or a confirmation
    of one that has none.
    """

    def stated_anew(stated: rules.Declaration) -> rules.Declaration:
        asked = {each.id: each for each in stated.asked(programme()) if each.area == section}
        if not answers.keys() <= asked.keys() or any(answers[name] not in asked[name].answers for name in answers):
            raise ValueError("no answer to what is asked")
        after = {**stated.controls, **answers}
        if not set(confirmed) <= asked.keys() & after.keys():
            raise ValueError("what has no answer is not confirmed")
        return replace(stated, controls=MappingProxyType(after))

    def changed(before: rules.Declaration) -> frozenset[str]:
        return frozenset(name for name, answer in answers.items() if before.controls.get(name) != answer)

    return _save(scope, seen, section, stated_anew, changed, confirmed)


def save_certifications(
    *, scope: Scope, held: tuple[Certificate, ...], confirmed: Collection[str] = (), seen: int
) -> Open:
    """Save which certifications are held; confirmed are those named, and those held. Raises NotThere, Changed."""

    def changed(before: rules.Declaration) -> frozenset[str]:
        names = {each.id for each in set(before.certifications or ()) ^ set(held)}
        return frozenset(f"certifications.{name}" for name in names)

    return _save(scope, seen, "certifications", lambda stated: replace(stated, certifications=held), changed, confirmed)


def save_past(*, scope: Scope, name: str, past: Past, seen: int) -> Open:
    """Save and confirm leaks known, other insurance or claims: no diagnosis fills them in.

    Raises NotThere, Changed; ValueError for an incomplete one.
    """
    if name not in HISTORY or not past.is_complete:
        raise ValueError("it is stated whole")

    def stated_anew(stated: rules.Declaration) -> rules.Declaration:
        parts = {part: getattr(stated, part) for part in HISTORY} | {name: past}
        return replace(stated, **parts)

    return _save(scope, seen, name, stated_anew, lambda _: frozenset({name}), ())


def locked(scope: Scope) -> Open:
    """Return the open declaration, locked until the end of the transaction. Raises NotThere."""
    row = Declaration.within(scope).filter(frozen_at=None).select_for_update().first()
    if row is None:
        raise NotThere
    return _opened(scope, row)


def _save(
    scope: Scope, seen: int, section: str, change: Change, changed: Differences, confirmed: Collection[str]
) -> Open:
    with transaction.atomic():
        found = locked(scope)
        if found.draft.version != seen:
            raise Changed
        stated = change(found.stated)
        known = found.section(section)
        named = frozenset(confirmed) & frozenset(() if known is None else known.items)
        return _put(scope, found, stated, found.confirmed | named | changed(found.stated), section)


def _differs(before: Business | None, after: Business, name: str) -> bool:
    """Whether a fact was changed. Of one that was not stated: whether it was entered (the name is proposed too)."""
    new = getattr(after, name)
    if before is None or name in before.assumed:
        return name != "name" and new not in (None, ())
    old = getattr(before, name)
    return bool(frozenset(old) != frozenset(new) if isinstance(new, tuple) else old != new)


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
