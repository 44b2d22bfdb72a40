"""An application is sent, and may be withdrawn until it is accepted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sonae.enrolment import applied_on
from sonae.programmes.sale import require
from sonae_web.declarations import services as declarations
from sonae_web.declarations.drafts import NotThere
from sonae_web.ground import clock, numbers
from sonae_web.ground.scope import Scope
from sonae_web.policies import drafts, letters, records
from sonae_web.policies.models import Application
from sonae_web.policies.records import Changed, Told


@transaction.atomic
def submit(*, scope: Scope, application: UUID, seen: int, start: datetime) -> Application:
    """Send an application for the cover whose start the member saw. Sending it twice is sending it once.

    Its date is today in Japan: the day on which it arrived complete. Raises Changed where it, or the start, is another by
    now; Told where something is missing; Refused where the programme may not be sold, or its explanation not be given.
    """
    for document in ("application", "explanation"):
        require(records.programme(), document, clock.today())
    row = records.locked(scope=scope, application=application)
    if row.state == "submitted":
        return row
    if row.version != seen:
        raise Changed
    sheet = records.Sheet(row, records.content_of(scope, row))
    found = drafts.standing(scope=scope, sheet=sheet)
    if found.missing or found.choice is None:
        raise Told("site.policies.incomplete")
    if found.choice.cover_from != start:
        raise Told("site.policies.dates_changed")
    records.set_choice(row, found.choice)
    row.premium = found.premium
    row.submitted_at = clock.now()
    row.applied_on = applied_on(row.submitted_at)
    row.checked_at = row.checked_by = None
    row.number = row.number or f"A{row.year}-{numbers.take(f'application.{row.year}')[0]:06}"
    records.step(row, "submit", by="member")
    row.save()
    signed = declarations.signed(scope=scope)
    assert signed is not None  # noqa: S101 - looked for above, under the same lock
    try:
        declarations.lay_before(scope=scope, signed=signed, application=row.pk)
    except (declarations.Corrected, NotThere) as corrected:
        raise Changed from corrected
    records.record(scope, row, "submitted", declaration=signed.version)
    letters.tell_member(row, "application_submitted")
    return row


@transaction.atomic
def withdraw(*, scope: Scope, application: UUID, seen: int) -> Application:
    """Withdraw an application that is not decided. Withdrawing twice is withdrawing once.

    Raises Changed, and Told where it was decided meanwhile.
    """
    row = records.locked(scope=scope, application=application)
    if row.state == "withdrawn":
        return row
    sent = row.submitted_at is not None
    records.step(row, "withdraw", by="member")
    if row.version != seen + 1:
        raise Changed
    row.decided_at, row.decided_by = clock.now(), scope.user
    row.save()
    if sent:
        declarations.release(scope=scope, application=row.pk)
    records.record(scope, row, "withdrawn")
    return row
