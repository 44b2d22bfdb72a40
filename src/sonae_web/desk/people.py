"""The people of a branch: clerks and where more of them are invited to, and every open invitation."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sonae_web.accounts import invitations
from sonae_web.accounts.invitations import Invited
from sonae_web.accounts.models import Organisation, Role
from sonae_web.desk import listing
from sonae_web.desk.listing import Asked, Page, folded
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope

CLERKS, MEMBERS, EXPIRED = "clerks", "members", "expired"
STATES = (CLERKS, MEMBERS, EXPIRED)
"""Filters: invitations of clerks, of members' people, and those whose link has expired."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open invitation as the table sorts and filters it; whom it went to is unsealed for the page shown alone."""

    pk: uuid.UUID
    name: str
    role: str
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of the table."""

    row: Open
    to: str
    """The address it went to; of a member's person its first letter and where it is, for clerks know members, not their staff."""
    expired: bool


def invited(*, scope: Scope, asked: Asked) -> Page[Shown]:
    """Return the page asked for of the branch's open invitations."""
    rows = invitations.still_open(scope=scope)
    names = dict(Organisation.objects.filter(pk__in=rows.values("tenant")).values_list("pk", "name"))
    found = [
        Open(pk, names[tenant], role, expires_at - invitations.LASTS, expires_at)
        for pk, tenant, role, expires_at in rows.values_list("pk", "tenant", "role", "expires_at")
    ]
    page = listing.paged(listing.ordered(_chosen(found, asked), asked, _KEYS, _tie), asked)
    seen = {row.pk: invitations.seen(row) for row in rows.filter(pk__in=[each.pk for each in page.rows])}
    return Page([_shown(each, seen[each.pk]) for each in page.rows if each.pk in seen], page.found, page.asked)


def _shown(row: Open, seen: Invited) -> Shown:
    name, _, server = seen.mail.rpartition("@")
    return Shown(row, f"{name[:1]}…@{server}" if row.role == Role.Name.MEMBER else seen.mail, seen.expired)


def _chosen(rows: list[Open], asked: Asked) -> list[Open]:
    text, now = folded(asked.text), clock.now()

    def fits(row: Open) -> bool:
        if asked.state == EXPIRED:
            return row.expires_at <= now
        return not asked.state or (row.role == Role.Name.MEMBER) == (asked.state == MEMBERS)

    return [row for row in rows if fits(row) and text in folded(row.name)]


def _tie(row: Open) -> tuple[str, datetime, uuid.UUID]:
    return folded(row.name), row.expires_at, row.pk


_KEYS: dict[str, listing.Key[Open]] = {
    "name": lambda row: folded(row.name),
    "sent": lambda row: row.sent_at,
    "until": lambda row: row.expires_at,
}
SORTS = tuple(_KEYS)


def staffed(*, organisation: Organisation) -> list[Organisation]:
    """Return where a clerk's organisation invites further clerks by its page of people: itself, and federations below it.

    Clerks of an association below are invited on the page of that association.
    """
    below = organisation.children.filter(kind=Organisation.Kind.PREFECTURAL, state=Organisation.State.ACTIVE)
    return [organisation, *below.order_by("name")]
