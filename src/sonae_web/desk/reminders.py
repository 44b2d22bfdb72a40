"""Reminders in bulk: who gets one, who does not and why, and the sending."""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.desk import letters, members
from sonae_web.desk.members import Member
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, declared

PAUSE = timedelta(days=3)
"""How long a member is left in peace after a reminder."""
_REFUSALS = ("done", "lately", "no_address", "archived")


@dataclass(frozen=True)
class Plan:
    """Who is written to, and by reason who is not."""

    to: list[Member] = field(default_factory=list)
    without: dict[str, list[Member]] = field(default_factory=lambda: {reason: [] for reason in _REFUSALS})
    people: dict[uuid.UUID, list[User]] = field(default_factory=dict)
    """By member its people; who has none but an open invitation gets that anew."""

    @property
    def latest(self) -> datetime | None:
        """When somebody among those written to was last reminded."""
        return max((row.reminded_at for row in self.to if row.reminded_at), default=None)

    @property
    def left_out(self) -> int:
        """How many are not written to."""
        return sum(map(len, self.without.values()))

    @property
    def by_invitation(self) -> int:
        """How many get their invitation anew."""
        return sum(row.pk not in self.people for row in self.to)


def plan(*, scope: Scope, rows: Collection[Member]) -> Plan:
    """Return who of some members would be reminded now."""
    now, made = clock.now(), Plan()
    pks = [row.pk for row in rows]
    people = letters.people(pks)
    invited = letters.invited(scope, pks)
    for row in rows:
        reason = _reason(row, now, has_address=row.pk in people or row.pk in invited)
        if reason:
            made.without[reason].append(row)
        else:
            made.to.append(row)
            if row.pk in people:
                made.people[row.pk] = people[row.pk]
    return made


def _reason(row: Member, now: datetime, *, has_address: bool) -> str:
    if row.archived:
        return "archived"
    if row.state == Progress.State.DONE:
        return "done"
    if row.reminded_at and now < row.reminded_at + PAUSE:
        return "lately"
    return "" if has_address else "no_address"


@transaction.atomic
def remind(*, scope: Scope, association: Organisation, chosen: Collection[uuid.UUID], year: int, link: str) -> Plan:
    """Remind the members chosen, as far as they may be reminded at this moment, and return what was done.

    One at a time for an association: whoever sends the same again finds that all were reminded just now.
    """
    Organisation.objects.select_for_update().get(pk=association.pk)
    wanted = frozenset(chosen)
    rows = [row for row in members.listed(scope=scope, association=association, year=year) if row.pk in wanted]
    made = plan(scope=scope, rows=rows)
    _send(scope, association, made, link)
    _note(scope, [row.pk for row in made.to], year)
    if made.to:
        audit.record(
            action="members.reminded", kind="organisation", object_id=association.pk, actor=scope.user,
            organisation=scope.organisation, detail={"count": len(made.to), "year": year},
        )  # fmt: skip
    return made


def _send(scope: Scope, association: Organisation, made: Plan, link: str) -> None:
    again = [row.pk for row in made.to if row.pk not in made.people]
    open_ = letters.invited(scope, again)
    organisations = {row.pk: row for row in Organisation.objects.filter(pk__among=frozenset(again))}
    for row in made.to:
        for person in made.people.get(row.pk, ()):
            letters.remind(to=person, member=row.name, association=association.name, link=link)
    for pk in again:
        mail = sealed.get(open_[pk], "mail")
        letters.invite(scope=scope, organisation=organisations[pk], role=Role.Name.MEMBER, mail=mail)


def _note(scope: Scope, pks: list[uuid.UUID], year: int) -> None:
    now = clock.now()
    for some in _some(pks):
        with declared(scope):
            known = Progress.objects.filter(year=year, tenant__among=frozenset(some))
            there = frozenset(known.values_list("tenant", flat=True))
            known.update(reminded_at=now, reminders=F("reminders") + 1)
            Progress.objects.bulk_create(
                Progress(
                    tenant=pk, year=year, state=Progress.State.INVITED, invited_at=now, reminded_at=now, reminders=1
                )
                for pk in some
                if pk not in there
            )


def _some(pks: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(pks), 500):
        yield pks[start : start + 500]
