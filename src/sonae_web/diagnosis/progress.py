"""How far each member is in a programme year: the one thing that clerks see of a checklist."""

from uuid import UUID

from sonae_web.diagnosis.models import Progress
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope

STATES = list(Progress.State)


def invited(*, scope: Scope, organisation: UUID, year: int) -> Progress:
    """Note that a member was invited to a year's diagnosis; call it in the transaction of the invitation."""
    return _advance(scope, organisation, year, Progress.State.INVITED)


def started(*, scope: Scope, year: int) -> Progress:
    """Note that a member began its checklist."""
    return _advance(scope, scope.organisation, year, Progress.State.STARTED)


def done(*, scope: Scope, year: int) -> Progress:
    """Note that a member handed in its checklist."""
    return _advance(scope, scope.organisation, year, Progress.State.DONE)


def taken_back(*, scope: Scope, year: int) -> None:
    """Note that the checklist that a member had begun for a year was discarded; a year handed in stays so.

    Needs a transaction.
    """
    row = Progress.within(scope).select_for_update().filter(year=year, state=Progress.State.STARTED).first()
    if row is None:
        return
    if row.invited_at is None:
        row.delete()
        return
    row.state, row.started_at = Progress.State.INVITED, None
    row.save(update_fields=["state", "started_at"])


def _advance(scope: Scope, organisation: UUID, year: int, state: Progress.State) -> Progress:
    """Return the row, brought to a state with the moment it was first reached; never back. Needs a transaction."""
    rows = Progress.within(scope)
    row, _ = rows.get_or_create(tenant=organisation, year=year, defaults={"state": state})
    row = rows.select_for_update().get(pk=row.pk)
    if getattr(row, f"{state}_at") is None:
        setattr(row, f"{state}_at", clock.now())
    if STATES.index(state) > STATES.index(Progress.State(row.state)):
        row.state = state
    row.save()
    return row
