"""The associations of a federation's branch beside each other: how many members, and how far they are."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, OuterRef, Subquery, UUIDField

from sonae_web.accounts.models import Organisation
from sonae_web.desk import listing
from sonae_web.desk.listing import Asked, folded
from sonae_web.desk.members import Figures
from sonae_web.desk.models import Reference
from sonae_web.diagnosis.models import Progress
from sonae_web.ground.scope import Scope, below

STATES = ("nobody", "some", "all")
"""Filters: associations in which nobody, some or all members have answered."""


@dataclass(frozen=True, slots=True)
class Association:
    """A row of the table. Shares are of its members, None where it has none."""

    pk: uuid.UUID
    name: str
    prefecture: str
    number: str
    code: str
    members: int = 0
    invited: int = 0
    started: int = 0
    done: int = 0

    @property
    def share(self) -> Fraction | None:
        """Which share of the members has answered."""
        return Fraction(self.done, self.members) if self.members else None

    @property
    def per_cent(self) -> int | None:
        """The same in whole per cent, rounded down: 100 only when all have answered."""
        return None if self.share is None else int(self.share * 100)

    @property
    def state(self) -> str:
        """Which of STATES it is in; one without members is in ``nobody``."""
        if not self.done:
            return "nobody"
        return "all" if self.done == self.members else "some"


def listed(*, scope: Scope, year: int) -> list[Association]:
    """Return the associations of the branch that are not archived, whatever their number in four queries."""
    branch, members = below(scope), Organisation.objects.filter(kind="member", state="active")
    sizes = dict(branch.filter(kind="member", state="active").values_list("parent").annotate(Count("pk")).order_by())
    above = Subquery(members.filter(pk=OuterRef("tenant")).values("parent"), output_field=UUIDField())
    of_year = Progress.within(scope).filter(year=year).annotate(above=above)
    states: dict[uuid.UUID, Counter[str]] = {}
    for place, state, count in of_year.values_list("above", "state").annotate(Count("pk")).order_by():
        if place is not None:  # None: an archived member's
            states.setdefault(place, Counter())[state] = count
    rows = branch.filter(kind="association", state="active")
    codes = dict(Reference.within(scope).filter(tenant__in=rows.values("pk")).values_list("tenant", "code"))
    return [
        _association(row, codes.get(row[0], ""), sizes.get(row[0], 0), states.get(row[0], Counter()))
        for row in rows.values_list("pk", "name", "parent__name", "number")
    ]


def _association(row: tuple[uuid.UUID, str, str, str], code: str, members: int, states: Counter[str]) -> Association:
    done = states[Progress.State.DONE]
    started = done + states[Progress.State.STARTED]
    return Association(*row, code, members, started + states[Progress.State.INVITED], started, done)


def chosen(rows: Sequence[Association], asked: Asked) -> list[Association]:
    """Return the associations that an address asks for, in its order."""
    text = folded(asked.text)
    found = [
        row
        for row in rows
        if asked.state in ("", row.state)
        and (not text or text in folded(row.name) or text in folded(row.prefecture) or text == folded(row.code))
    ]
    return listing.ordered(found, asked, _KEYS, lambda row: (folded(row.prefecture), folded(row.name), row.pk))


_KEYS: dict[str, listing.Key[Association]] = {
    "name": lambda row: (folded(row.prefecture), folded(row.name)),
    "members": lambda row: row.members,
    "invited": lambda row: row.invited,
    "started": lambda row: row.started,
    "done": lambda row: row.done,
    "share": lambda row: row.share,
}
SORTS = tuple(_KEYS)


def figures(rows: Sequence[Association]) -> Figures:
    """Return the figures of the whole branch."""
    return Figures(
        members=sum(row.members for row in rows),
        invited=sum(row.invited for row in rows),
        started=sum(row.started for row in rows),
        done=sum(row.done for row in rows),
    )
