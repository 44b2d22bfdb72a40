"""Four eyes: one clerk proposes how a referred application is decided, another approves exactly that, or it is void."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from sonae.programmes.canonical import digest
from sonae_web.declarations import services as declarations
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import Scope, get_or_404
from sonae_web.policies import deciding, records
from sonae_web.policies.models import Application, Proposal
from sonae_web.policies.records import Changed, Told


@dataclass(frozen=True)
class Proposed:
    """An open proposal as clerks see it."""

    row: Proposal
    points: list[str]
    mine: bool
    stands: bool
    """Whether everything it rests on is still as it was."""


@transaction.atomic
def propose(*, scope: Scope, application: UUID, seen: int, step: str, points: Sequence[str]) -> Proposal:
    """Propose to accept or decline a referred application; an open proposal before it is void.

    Raises Changed, Told; ValueError for another step, and without a reason.
    """
    if step not in ("accept", "decline") or not points:
        raise ValueError("a proposal accepts or declines, and says why")
    row = deciding.decidable(scope=scope, application=application)
    if row.state != "referred":
        raise Told("site.policies.not_referred")
    if row.version != seen:
        raise Changed
    for old in Proposal.within(scope).select_for_update().filter(application=row.pk, state="open"):
        _void(scope, old, row)
    made = Proposal(
        tenant=row.tenant, application=row, step=step, proposed=_hash(scope, row, step, points), proposer=scope.user,
        proposed_at=clock.now(),
    )  # fmt: skip
    sealed.put(made, "content", {"points": list(points)})
    made.save(force_insert=True)
    records.record(scope, row, "proposed", proposal=made.pk, step=step)
    return made


@transaction.atomic
def approve(*, scope: Scope, application: UUID, proposal: UUID) -> Application:
    """Approve a proposal and do what it says. Raises Told for one's own; Changed where anything it rests on has changed."""
    row = deciding.decidable(scope=scope, application=application)
    get_or_404(Proposal, scope, proposal)
    found = Proposal.within(scope).select_for_update().get(pk=proposal)
    if found.application_id != row.pk or found.state != "open":
        raise Changed
    if found.proposer == scope.user:
        raise Told("site.policies.own_proposal")
    points = sealed.get(found, "content")["points"]
    if found.proposed != _hash(scope, row, found.step, points):
        raise Changed
    found.state, found.approver, found.decided_at = "approved", scope.user, clock.now()
    found.save(update_fields=["state", "approver", "decided_at"])
    records.record(scope, row, "approved", proposal=found.pk, step=found.step)
    if found.step == "decline":
        deciding.finish_decline(scope, row, row.version, points)
    else:
        signed = declarations.of_application(scope=scope, application=row.pk)
        if signed is None:
            raise Changed
        deciding.finish_accept(scope, row, row.version, signed.version)
    return row


@transaction.atomic
def withdraw(*, scope: Scope, application: UUID, proposal: UUID) -> None:
    """Take back an open proposal; anybody of the office may, and one that is not open stays as it is."""
    row = deciding.decidable(scope=scope, application=application)
    get_or_404(Proposal, scope, proposal)
    found = Proposal.within(scope).select_for_update().get(pk=proposal)
    if found.application_id == row.pk and found.state == "open":
        _void(scope, found, row)


def open_one(*, scope: Scope, row: Application) -> Proposed | None:
    """Return the open proposal about an application."""
    found = Proposal.within(scope).filter(application=row.pk, state="open").first()
    if found is None:
        return None
    points = sealed.get(found, "content")["points"]
    stands = found.proposed == _hash(scope, row, found.step, points)
    return Proposed(found, points, found.proposer == scope.user, stands)


def _void(scope: Scope, found: Proposal, row: Application) -> None:
    found.state, found.decided_at = "void", clock.now()
    found.save(update_fields=["state", "decided_at"])
    records.record(scope, row, "proposal_void", proposal=found.pk)


def _hash(scope: Scope, row: Application, step: str, points: Sequence[str]) -> str:
    """Return the hash of all that a decision rests on."""
    signed = declarations.of_application(scope=scope, application=row.pk)
    return digest(
        [
            str(row.pk), row.version, step, list(points), str(row.quote), row.plan, row.premium,
            row.cover_from.isoformat(), None if signed is None else [signed.version, signed.hash],
            records.content_of(scope, row),
        ]
    )  # fmt: skip
