"""The federation's queue and the association's list: which applications, in which order, page by page from the database."""

from django.db.models import F, Q

from sonae.enrolment.states import WAITING
from sonae_web.desk.listing import Asked, Page
from sonae_web.ground.scope import Scope, ScopedQuerySet
from sonae_web.policies.models import Application

READY = Q(state="submitted", referral=False, checked_at__isnull=False, confirmed_at__isnull=False)
"""What one clerk can accept as it stands."""
FILTERS = {
    "waiting": Q(state__in=WAITING), "ready": READY, "unconfirmed": Q(state__in=WAITING, confirmed_at=None),
    "returned": Q(state="returned"), "referred": Q(state="referred"), "accepted": Q(state="accepted"),
    "declined": Q(state="declined"), "withdrawn": Q(state="withdrawn"),
}  # fmt: skip
SORTS = {
    "name": "insured",
    "number": "number",
    "applied": "applied_on",
    "start": "cover_from",
    "premium": "premium",
    "state": "state",
}


def listed(*, scope: Scope, asked: Asked) -> ScopedQuerySet[Application]:
    """Return the applications that were ever sent and that an address asks for, in its order."""
    rows = Application.within(scope).exclude(submitted_at=None)
    if asked.state:
        rows = rows.filter(FILTERS[asked.state])
    if asked.text:
        rows = rows.filter(Q(insured__icontains=asked.text) | Q(number__icontains=asked.text))
    column = F(SORTS[asked.sort])
    order = column.desc(nulls_last=True) if asked.down else column.asc(nulls_last=True)
    return rows.order_by(order, "applied_on", "pk")


def page(*, scope: Scope, asked: Asked) -> Page[Application]:
    """Return the page asked for, or the last one where there are not so many."""
    rows = listed(scope=scope, asked=asked)
    found = rows.count()
    number = min(asked.page, max(1, -(-found // asked.size)))
    start = (number - 1) * asked.size
    shown = Asked(asked.year, asked.text, asked.state, asked.sort, asked.down, number, asked.size)
    return Page(list(rows[start : start + asked.size]), found, shown)


def figures(*, scope: Scope) -> dict[str, int]:
    """Return how many applications there are of each filter that means work."""
    rows = Application.within(scope)
    return {
        name: rows.filter(FILTERS[name]).count() for name in ("waiting", "ready", "unconfirmed", "referred", "returned")
    }
