"""The members of an association as its clerks see them: who was invited, who has begun, who has answered. Nothing more."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sonae_web.accounts.models import JoinRequest, Organisation
from sonae_web.accounts.services import add_organisation, clean_name, corporate_number
from sonae_web.desk import letters, listing, places
from sonae_web.desk.listing import Asked, folded
from sonae_web.desk.models import Reference
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import audit
from sonae_web.ground.scope import Scope, declared

NONE, ARCHIVED = "none", "archived"
_NOBODY = uuid.UUID(int=0)
STATES = (NONE, *Progress.State.values)
"""How far a member can be, in order; ``none``: not invited."""


class Taken(Exception):  # noqa: N818 - a state: something of that name is there
    """A member of this name or with this code is there already. ``what`` says which of the two."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Member:
    """A row of the table."""

    pk: uuid.UUID
    name: str
    number: str
    code: str
    archived: bool
    state: str = NONE
    invited_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    reminded_at: datetime | None = None
    reminders: int = 0


def listed(*, scope: Scope, association: Organisation, year: int) -> list[Member]:
    """Return every member of an association, archived ones too, in three queries; none where the scope does not see it."""
    within = places.narrowed(scope, association)
    if not within.root:
        return []
    rows = Organisation.objects.filter(parent=association, kind=Organisation.Kind.MEMBER)
    fields = ("state", "invited_at", "started_at", "done_at", "reminded_at", "reminders")
    progress = {row[0]: row[1:] for row in Progress.within(within).filter(year=year).values_list("tenant", *fields)}
    codes = dict(Reference.within(within).values_list("tenant", "code"))
    return [
        Member(pk, name, number, codes.get(pk, ""), state == Organisation.State.ARCHIVED, *progress.get(pk, ()))
        for pk, name, number, state in rows.values_list("pk", "name", "number", "state")
    ]


def chosen(rows: Sequence[Member], asked: Asked) -> list[Member]:
    """Return the members that an address asks for, in its order."""
    text = folded(asked.text)
    found = [
        row
        for row in rows
        if row.archived == (asked.state == ARCHIVED)
        and asked.state in ("", ARCHIVED, row.state)
        and (not text or text in folded(row.name) or text in folded(row.code) or text == row.number)
    ]
    return listing.ordered(found, asked, _KEYS, lambda row: (folded(row.name), row.pk))


_KEYS: dict[str, listing.Key[Member]] = {
    "name": lambda row: folded(row.name),
    "code": lambda row: row.code or None,
    "state": lambda row: STATES.index(row.state),
    "invited": lambda row: row.invited_at,
    "started": lambda row: row.started_at,
    "done": lambda row: row.done_at,
    "reminded": lambda row: row.reminded_at,
}
SORTS = tuple(_KEYS)


@dataclass(frozen=True)
class Figures:
    """How many members there are, and how many have come how far (who has begun was invited)."""

    members: int
    invited: int
    started: int
    done: int
    archived: int = 0
    waiting: int = 0

    @property
    def per_cent(self) -> int | None:
        """The share that has answered in whole per cent, rounded down: 100 only when all have; None where there is nobody."""
        return self.done * 100 // self.members if self.members else None


def figures(rows: Sequence[Member], *, waiting: int) -> Figures:
    """Return the figures of a table, archived members left out."""
    states = Counter(row.state for row in rows if not row.archived)
    done = states[Progress.State.DONE]
    started = states[Progress.State.STARTED] + done
    archived = sum(row.archived for row in rows)
    invited = states[Progress.State.INVITED] + started
    return Figures(len(rows) - archived, invited, started, done, archived, waiting)


def waiting(*, scope: Scope, association: Organisation) -> int:
    """Return how many businesses ask to be confirmed as members."""
    return JoinRequest.within(scope).filter(tenant=association.pk, state=JoinRequest.State.WAITING).count()


@transaction.atomic
def add(*, scope: Scope, association: Organisation, name: str, number: str, code: str, mail: str) -> Organisation:
    """Add a member and, where there is an address, invite it. Raises Taken, and ValueError as ``add_organisation``."""
    above = Organisation.objects.select_for_update().get(pk=association.pk)
    _free(scope, above.pk, name, code)
    row = add_organisation(kind=Organisation.Kind.MEMBER, name=name, parent=above, number=number)
    audit.record(
        action="member.added", kind="organisation", object_id=row.pk, actor=scope.user, organisation=scope.organisation
    )
    with declared(scope):
        if code:
            Reference.objects.create(tenant=row.pk, above=above.pk, code=code)
        if mail:
            letters.invite(scope=scope, organisation=row, role="member", mail=mail)
    return row


@transaction.atomic
def correct(
    *, scope: Scope, association: Organisation, member: Organisation, name: str, number: str, code: str
) -> None:
    """Write the name of an association's member, its corporate number and code anew. What was issued before keeps the name it had.

    The caller has checked the entries. Raises Taken.
    """
    above = Organisation.objects.select_for_update().get(pk=association.pk)
    _free(scope, above.pk, name, code, but=member.pk)
    row = Organisation.objects.select_for_update().get(pk=member.pk)
    row.name, row.number = clean_name(name), corporate_number(number)
    row.save(update_fields=["name", "number"])
    with declared(scope):
        known = Reference.objects.filter(tenant=row.pk)
        if not code:
            known.delete()
        elif not known.update(code=code):
            Reference.objects.create(tenant=row.pk, above=above.pk, code=code)
    audit.record(
        action="member.corrected", kind="organisation", object_id=row.pk, actor=scope.user,
        organisation=scope.organisation,
    )  # fmt: skip


def code_of(*, scope: Scope, member: Organisation) -> str:
    """Return the code by which the association knows a member, or nothing."""
    return Reference.within(scope).filter(tenant=member.pk).values_list("code", flat=True).first() or ""


def _free(scope: Scope, above: uuid.UUID, name: str, code: str, but: uuid.UUID = _NOBODY) -> None:
    """Raise Taken where another member of the association has this name or code."""
    if Organisation.objects.filter(parent=above, kind="member", name=name, state="active").exclude(pk=but).exists():
        raise Taken("name")
    if code and Reference.within(scope).filter(above=above, code=code).exclude(tenant=but).exists():
        raise Taken("code")


@transaction.atomic
def archive(*, scope: Scope, member: Organisation) -> None:
    """Archive a member: its rows stay, it takes in nothing new. One archived already is left as it is."""
    _set_state(scope, member, Organisation.State.ARCHIVED, "member.archived")


@transaction.atomic
def restore(*, scope: Scope, member: Organisation) -> None:
    """Take a member out of the archive."""
    _set_state(scope, member, Organisation.State.ACTIVE, "member.restored")


def _set_state(scope: Scope, member: Organisation, state: Organisation.State, action: str) -> None:
    row = Organisation.objects.select_for_update().get(pk=member.pk)
    if row.state == state:
        return
    row.state = state
    row.save(update_fields=["state"])
    audit.record(
        action=action, kind="organisation", object_id=row.pk, actor=scope.user, organisation=scope.organisation
    )
