"""What the association and the federation do with an application: confirm, check, return, refer, decline, accept.

Nobody decides about themselves. What a clerk decides about is what the clerk saw: the version is compared under the lock.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from sonae.enrolment import answer
from sonae.enrolment.states import WAITING
from sonae.programmes.sale import require
from sonae_web.accounts.models import Organisation, Role
from sonae_web.declarations import services as declarations
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import Scope
from sonae_web.policies import covers, letters, papers, records, remarks
from sonae_web.policies.models import Application, Cover, Remark
from sonae_web.policies.records import Changed, Told
from sonae_web.windows import extensions

MOST_AT_ONCE = 200
"""Applications that are accepted in one go."""


@transaction.atomic
def confirm_membership(*, scope: Scope, application: UUID) -> Application:
    """Confirm that the business is a member of its association (所属員資格). Confirming twice is confirming once.

    The association confirms; of its own member organisation, the federation. Raises Told.
    """
    row = records.locked(scope=scope, application=application)
    if row.confirmed_at is not None:
        return row
    if row.state not in WAITING:
        raise Told("site.policies.decided")
    records.not_own(scope, row.tenant)
    place = Organisation.objects.select_related("parent").get(pk=row.tenant)
    if scope.role == Role.Name.ASSOCIATION and records.is_association(place):
        raise Told("site.policies.own")
    if scope.role == Role.Name.FEDERATION and not records.is_association(place):
        raise Told("site.policies.association_confirms")
    row.confirmed_at, row.confirmed_by = clock.now(), scope.user
    row.version += 1
    row.save(update_fields=["confirmed_at", "confirmed_by", "version"])
    records.record(scope, row, "member_confirmed")
    return row


@transaction.atomic
def check(*, scope: Scope, application: UUID, seen: int) -> Application:
    """Note that an application is complete. Raises Changed, Told."""
    row = _decidable(scope, application)
    if row.checked_at is not None:
        return row
    _same(row, seen)
    row.checked_at, row.checked_by = clock.now(), scope.user
    row.version += 1
    row.save(update_fields=["checked_at", "checked_by", "version"])
    records.record(scope, row, "checked")
    return row


@transaction.atomic
def send_back(*, scope: Scope, application: UUID, seen: int, points: Sequence[str]) -> Application:
    """Return an application with what is missing: it counts from the day on which it comes back complete.

    Raises Changed, Told; ValueError without a point.
    """
    return _with_remark(scope, application, seen, "return", points, "application_returned")


@transaction.atomic
def refer(*, scope: Scope, application: UUID, seen: int, points: Sequence[str]) -> Application:
    """Put an application before two clerks, with the reason. Raises Changed, Told; ValueError without a reason."""
    return _with_remark(scope, application, seen, "refer", points, "")


@transaction.atomic
def decline(*, scope: Scope, application: UUID, seen: int, points: Sequence[str]) -> Application:
    """Decline an application with the reasons. One that two clerks decide is declined by ``proposals``.

    Raises Changed, Told; ValueError without a reason.
    """
    row = _decidable(scope, application)
    _alone(row)
    return finish_decline(scope, row, seen, points)


def finish_decline(scope: Scope, row: Application, seen: int, points: Sequence[str]) -> Application:
    """Decline a locked application."""
    _same(row, seen)
    row.decided_at, row.decided_by = clock.now(), scope.user
    declarations.release(scope=scope, application=row.pk)
    return _remarked(scope, row, "decline", points, "application_declined")


@transaction.atomic
def accept(*, scope: Scope, application: UUID, seen: int, declaration: int) -> Cover:
    """Accept an application and return its cover. One that two clerks decide is accepted by ``proposals``.

    ``declaration``: the version of the declaration that the clerk saw; it is frozen. Raises Changed, Told.
    """
    row = _decidable(scope, application)
    _alone(row)
    return finish_accept(scope, row, seen, declaration)


def finish_accept(scope: Scope, row: Application, seen: int, declaration: int) -> Cover:
    """Accept a locked application. Raises Refused where the programme may not be sold: no paper is issued for it."""
    require(records.programme(), "application", clock.today())
    _same(row, seen)
    if row.confirmed_at is None:
        raise Told("site.policies.not_confirmed")
    if row.checked_at is None:
        raise Told("site.policies.not_checked")
    row.decided_at, row.decided_by = clock.now(), scope.user
    records.step(row, "accept", by="federation")
    try:
        signed = declarations.freeze(scope=scope, application=row.pk, version=declaration)
    except (declarations.Corrected, declarations.NotSigned) as corrected:
        raise Changed from corrected
    cover = covers.make(scope, row, f"{signed.number}-{signed.version}")
    row.save()
    records.record(scope, row, "accepted", cover=cover.pk)
    letters.tell_member(row, "application_accepted", dates=True)
    papers.issue.enqueue(cover=cover.pk)
    return cover


@transaction.atomic
def accept_many(*, scope: Scope, chosen: Sequence[tuple[UUID, int]]) -> tuple[list[Cover], list[tuple[UUID, str]]]:
    """Accept applications (id, version seen), each by itself; return the covers, and why others were not.

    One that cannot be accepted takes nothing from the others. A declaration signed after the application was found complete
    has not been seen by anybody here: that application is left. All are locked before the first number is taken, as whoever
    accepts one alone does. Raises Refused, with nothing done, where the programme may not be sold.
    """
    done: list[Cover] = []
    left: list[tuple[UUID, str]] = []
    wanted = sorted(chosen)[:MOST_AT_ONCE]
    rows = Application.within(scope).filter(pk__in=[pk for pk, _ in wanted]).order_by("pk")
    checked = dict(rows.select_for_update().values_list("pk", "checked_at"))
    for application, seen in wanted:
        try:
            signed, at = declarations.of_application(scope=scope, application=application), checked.get(application)
            if signed is None or (at is not None and signed.signed_at > at):
                raise Changed
            done.append(accept(scope=scope, application=application, seen=seen, declaration=signed.version))
        except Told as told:
            left.append((application, told.word))
    return done, left


def decidable(*, scope: Scope, application: UUID) -> Application:
    """Return an application that the federation can decide about, locked. Raises Told, Http404."""
    return _decidable(scope, application)


def _decidable(scope: Scope, application: UUID) -> Application:
    row = records.locked(scope=scope, application=application)
    records.not_own(scope, row.tenant)
    if row.state not in WAITING:
        raise Told("site.policies.decided")
    return row


def _same(row: Application, seen: int) -> None:
    if row.version != seen:
        raise Changed


def _alone(row: Application) -> None:
    """Refuse where one clerk is not enough."""
    if row.referral or row.state == "referred":
        raise Told("site.policies.two_decide")


def _with_remark(
    scope: Scope, application: UUID, seen: int, name: str, points: Sequence[str], mail: str
) -> Application:
    row = _decidable(scope, application)
    _same(row, seen)
    return _remarked(scope, row, name, points, mail)


def _remarked(scope: Scope, row: Application, name: str, points: Sequence[str], mail: str) -> Application:
    if not points:
        raise ValueError("it says why")
    records.step(row, name, by="federation")
    row.checked_at = row.checked_by = None
    row.save()
    remark = add_remark(row, name, points, scope.user)
    records.record(scope, row, name, remark=remark.pk)
    if mail:
        letters.tell_member(row, mail, reply=remarks.read(remark) if name == "return" else None)
        papers.issue_letter.enqueue(remark=remark.pk)
    return row


def add_remark(row: Application, name: str, points: Sequence[str], by: UUID | None) -> Remark:
    """Keep what was written about an application, and what its letter says of the period: as it is now, whatever comes."""
    remark = Remark(tenant=row.tenant, application=row, step=name, made_at=clock.now(), made_by=by)
    said = remarks.Said(tuple(points))
    if name in papers.LETTERS:
        choice = records.chosen(row)
        left = answer(records.programme(), choice, clock.today(), extensions.known()) if name == "return" else None
        said = remarks.Said(tuple(points), choice, left)
    sealed.put(remark, "content", said.data())
    remark.save(force_insert=True)
    return remark
