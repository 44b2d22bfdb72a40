"""Requests to join: a business asks an association, which confirms that it is a member or declines. Never one's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from sonae.dates import JST
from sonae_web.accounts import letters
from sonae_web.accounts.invitations import Unfit, invite
from sonae_web.accounts.models import JoinRequest, Organisation, Role, User
from sonae_web.accounts.services import add_organisation
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, declared, get_or_404, unscoped
from sonae_web.ground.words import lang


@dataclass(frozen=True)
class Asked:
    """A request as the association's clerks see it."""

    row: JoinRequest
    name: str
    number: str
    mail: str
    note: str
    twin: bool
    """Whether the association has a member of this name or number already."""

    @property
    def at(self) -> datetime:
        """When it was made, in Japan's time."""
        return self.row.made_at.astimezone(JST)


def associations(*, prefecture: UUID | None = None, text: str = "") -> QuerySet[Organisation]:
    """Return the associations that a business can ask, of one prefecture's federation or all, whose name holds a text."""
    found = Organisation.objects.filter(kind=Organisation.Kind.ASSOCIATION, state=Organisation.State.ACTIVE)
    if prefecture is not None:
        found = found.filter(parent=prefecture)
    if text:
        found = found.filter(name__icontains=text)
    return found.select_related("parent").order_by("parent__name", "name", "pk")


@transaction.atomic
def ask(*, key: UUID, association: Organisation, name: str, number: str, mail: str, note: str) -> None:
    """Make a request to join an association, and write to its clerks and to the address. The same key twice is one request.

    Whether the address or the business is known changes nothing. Raises ValueError for an organisation that is no open
    association. The caller has checked the entries.
    """
    place = Organisation.objects.select_for_update().get(pk=association.pk)
    if place.kind != Organisation.Kind.ASSOCIATION or place.state != Organisation.State.ACTIVE:
        raise ValueError("only an open association can be asked")
    with unscoped("join.ask"):
        if JoinRequest.objects.filter(pk=key).exists():
            return
        row = JoinRequest(pk=key, tenant=place.pk, made_at=clock.now())
        sealed.put(row, "content", {"name": name, "number": number, "mail": mail, "note": note, "lang": lang()})
        row.save(force_insert=True)
    audit.record(action="join.requested", kind="joinrequest", object_id=row.pk, organisation=place.pk)
    letters.send(kind="join_received", to=mail, lang=lang(), values={"association": place.name})
    link = letters.link(reverse("desk_requests", args=[place.pk]))
    for clerk in letters.people([place.pk], Role.Name.ASSOCIATION):
        language = letters.lang_of(clerk.user)
        letters.send(kind="join_waiting", to=clerk.user.email, lang=language, values={"link": link})


def waiting(*, scope: Scope) -> list[Asked]:
    """Return the requests that wait for the association of the scope, the oldest first."""
    rows = JoinRequest.within(scope).filter(tenant=scope.organisation, state=JoinRequest.State.WAITING)
    members = Organisation.objects.filter(parent=scope.organisation, state=Organisation.State.ACTIVE)
    names, numbers = set(), set()
    for member in members:
        names.add(member.name)
        numbers.add(member.number)
    return [_asked(row, names, numbers - {""}) for row in rows.order_by("made_at", "pk")]


def decided(*, scope: Scope) -> list[Asked]:
    """Return the hundred requests decided last."""
    rows = JoinRequest.within(scope).filter(tenant=scope.organisation).exclude(state=JoinRequest.State.WAITING)
    return [_asked(row, set(), set()) for row in rows.order_by("-decided_at", "pk")[:100]]


def read(*, scope: Scope, request: UUID) -> Asked:
    """Return a request to the association of the scope. Raises Http404."""
    row = get_or_404(JoinRequest, scope, request)
    found = next((each for each in waiting(scope=scope) if each.row.pk == row.pk), None)
    return found or _asked(row, set(), set())


@transaction.atomic
def confirm(*, scope: Scope, request: UUID, by: User) -> Organisation:
    """Confirm that a business is a member: add it below the association, invite who asked, and return it.

    Confirming twice is confirming once. Raises Http404; Unfit for one's own request and for one that was declined.
    """
    row = _decidable(scope, request)
    content = sealed.get(row, "content")
    if content["mail"] == by.email:
        raise Unfit("site.requests.own")
    if row.state == JoinRequest.State.CONFIRMED and row.organisation:
        return Organisation.objects.get(pk=row.organisation)
    if row.state != JoinRequest.State.WAITING:
        raise Unfit("site.requests.decided")
    parent = Organisation.objects.get(pk=row.tenant)
    member = add_organisation(kind="member", name=content["name"], parent=parent, number=content["number"])
    asked_in = content["lang"]
    invite(scope=scope, organisation=member, role=Role.Name.MEMBER, mail=content["mail"], by=by, lang=asked_in)
    row.organisation = member.pk
    _decide(row, JoinRequest.State.CONFIRMED, scope, by)
    return member


@transaction.atomic
def decline(*, scope: Scope, request: UUID, reason: str, by: User) -> None:
    """Decline a request and write the reason (one line) to who asked. Declining twice is declining once.

    Raises Http404; Unfit for a request that was confirmed.
    """
    row = _decidable(scope, request)
    if row.state == JoinRequest.State.CONFIRMED:
        raise Unfit("site.requests.decided")
    if row.state == JoinRequest.State.WAITING:
        content = sealed.get(row, "content")
        sealed.put(row, "content", content | {"reason": reason})
        _decide(row, JoinRequest.State.DECLINED, scope, by)
        values = {"association": Organisation.objects.get(pk=row.tenant).name, "reason": reason}
        letters.send(kind="join_declined", to=content["mail"], lang=content["lang"], values=values)


def _decidable(scope: Scope, request: UUID) -> JoinRequest:
    """Return a request to the scope's own association, locked. Raises Http404."""
    found = get_or_404(JoinRequest, scope, request)
    row = JoinRequest.within(scope).select_for_update().get(pk=found.pk)
    if scope.role != Role.Name.ASSOCIATION or row.tenant != scope.organisation:
        raise Unfit("site.invitation.not_allowed")
    return row


def _decide(row: JoinRequest, state: JoinRequest.State, scope: Scope, by: User) -> None:
    row.state, row.decided_at, row.decided_by = state, clock.now(), by.pk
    with declared(scope):
        row.save(update_fields=["content", "state", "decided_at", "decided_by", "organisation"])
    action = f"join.{state.value}"
    audit.record(action=action, kind="joinrequest", object_id=row.pk, actor=by.pk, organisation=row.tenant)


def _asked(row: JoinRequest, names: set[str], numbers: set[str]) -> Asked:
    content = sealed.get(row, "content")
    twin = content["name"] in names or content["number"] in numbers
    return Asked(row, content["name"], content["number"], content["mail"], content["note"], twin)
