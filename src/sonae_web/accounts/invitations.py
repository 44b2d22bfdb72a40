"""Invitations: a link by mail that lets a person take a role once, within 14 days. Who may send which is a table."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse

from sonae.dates import JST
from sonae.figures import Lang, day
from sonae.programmes import load
from sonae_web.accounts import letters
from sonae_web.accounts.models import Invitation, Organisation, Role, User
from sonae_web.accounts.services import HELD_AT, grant_role, sees
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, ScopedQuerySet, declared, get_or_404, unscoped

LASTS = timedelta(days=14)
LINK_BYTES = 32
OWN, BELOW = "own", "below"
MAY_INVITE = frozenset(
    {
        (Role.Name.MEMBER, Role.Name.MEMBER, OWN),
        (Role.Name.ASSOCIATION, Role.Name.ASSOCIATION, OWN),
        (Role.Name.ASSOCIATION, Role.Name.MEMBER, BELOW),
        (Role.Name.FEDERATION, Role.Name.ASSOCIATION, BELOW),
        (Role.Name.FEDERATION, Role.Name.MEMBER, BELOW),
        (Role.Name.FEDERATION, Role.Name.FEDERATION, OWN),
        (Role.Name.FEDERATION, Role.Name.FEDERATION, BELOW),
    }
)
"""Who may invite (role), as what (role), and where: into the own organisation, or one below it in the tree."""


class Unfit(Exception):  # noqa: N818 - an answer to what was asked, in words that say why
    """What was asked cannot be done; its text is the id of the words that say why."""


class Gone(Exception):  # noqa: N818 - a state: there is nothing behind this link
    """No invitation behind a link: never was, used, withdrawn, expired, or into an archived organisation. All look alike."""


@dataclass(frozen=True)
class Invited:
    """An open invitation as whoever may send it sees it."""

    row: Invitation
    mail: str
    expired: bool

    @property
    def until(self) -> datetime:
        """The moment from which its link no longer works, in Japan's time."""
        return self.row.expires_at.astimezone(JST)


def may_invite(*, scope: Scope, organisation: Organisation, role: str) -> bool:
    """Return whether somebody acting in a scope may invite people to a role in an organisation."""
    if not sees(scope, organisation) or organisation.state != Organisation.State.ACTIVE:
        return False
    if organisation.kind not in HELD_AT[Role.Name(role)]:
        return False
    where = OWN if organisation.pk == scope.organisation else BELOW
    return (scope.role, role, where) in MAY_INVITE


@transaction.atomic
def invite(
    *, scope: Scope, organisation: Organisation, role: str, mail: str, by: User, lang: Lang = "ja"
) -> Invitation:
    """Invite whoever reads a mail address to a role, and return the invitation; an open one to the same address is renewed.

    ``lang``: the language of the letter to somebody without an account; others are written to in theirs.
    Raises Unfit for an address that is none, for a person who holds the role already, and for what the scope may not do.
    """
    address = mail_address(mail)
    if not may_invite(scope=scope, organisation=organisation, role=role):
        raise Unfit("site.invitation.not_allowed")
    if Role.objects.filter(user__email=address, organisation=organisation, role=role).exists():
        raise Unfit("site.invitation.already")
    Organisation.objects.select_for_update().get(pk=organisation.pk)  # one at a time, so that none is sent twice
    for each in open_invitations(scope=scope, organisation=organisation):
        if each.mail == address and each.row.role == role:
            return _send(each.row, organisation, address, scope, by, lang)
    row = Invitation(tenant=organisation.pk, role=role, made_at=clock.now(), made_by=by.pk)
    sealed.put(row, "mail", address)
    return _send(row, organisation, address, scope, by, lang)


@transaction.atomic
def resend(*, scope: Scope, invitation: UUID, by: User) -> Invitation:
    """Send an invitation again: by a new link that lasts 14 days; the old one is dead. Raises Http404, Unfit."""
    row, organisation = _managed(scope, invitation)
    return _send(row, organisation, sealed.get(row, "mail"), scope, by)


@transaction.atomic
def withdraw(*, scope: Scope, invitation: UUID, by: User) -> None:
    """Withdraw an invitation; one withdrawn already stays so. Raises Http404, Unfit."""
    row, _ = _managed(scope, invitation, also_withdrawn=True)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        with declared(scope):
            row.save(update_fields=["withdrawn_at"])
        _record("invitation.withdrawn", row, by.pk)


def open_invitations(*, scope: Scope, organisation: Organisation) -> list[Invited]:
    """Return the invitations into an organisation that are neither used nor withdrawn, the newest first."""
    return [seen(row) for row in still_open(scope=scope).filter(tenant=organisation.pk).order_by("-made_at", "pk")]


def still_open(*, scope: Scope) -> ScopedQuerySet[Invitation]:
    """Return every invitation in the scope that is neither used nor withdrawn."""
    return Invitation.within(scope).filter(accepted_at=None, withdrawn_at=None)


def seen(row: Invitation) -> Invited:
    """Return an open invitation as whoever may send it sees it."""
    return Invited(row, sealed.get(row, "mail"), row.expires_at <= clock.now())


@dataclass(frozen=True)
class Offer:
    """What whoever holds a link is offered."""

    organisation: Organisation
    role: str
    mail: str
    known: bool
    """Whether somebody has an account under this address."""


def read(link: str) -> Offer:
    """Return what an invitation offers. Raises Gone."""
    with unscoped("invitation.read"):
        row, organisation = _behind(link, Invitation.objects.all())
        mail = sealed.get(row, "mail")
    return Offer(organisation, row.role, mail, User.objects.filter(email=mail).exists())


@transaction.atomic
def accept(*, link: str, user: User) -> Role:
    """Take up an invitation as somebody who is signed in, and return the role; doing so twice is doing so once.

    Raises Gone.
    """
    with unscoped("invitation.accept"):
        row, organisation = _behind(link, Invitation.objects.select_for_update(), again=user.pk)
        return _take(row, organisation, user)


@transaction.atomic
def accept_anew(*, link: str, password: str) -> User:
    """Make an account for the invited address and take up the invitation with it; return the person, not signed in yet.

    The address counts as verified: the link came by mail. The same link and password once more give the same person, since
    people click twice. The caller has checked the password against the rules. Raises Gone; Unfit for an address that has an
    account.
    """
    with unscoped("invitation.accept"):
        done = Invitation.objects.select_for_update().filter(link_hash=_hash(link), accepted_at__isnull=False).first()
        if done is not None:
            person = User.objects.filter(pk=str(done.accepted_by)).first()
            if person is None or not person.check_password(password):
                raise Gone
            return person
        row, organisation = _behind(link, Invitation.objects.select_for_update())
        mail = sealed.get(row, "mail")
        try:
            with transaction.atomic():
                person = User.objects.create_user(mail, password)
        except IntegrityError:
            raise Unfit("site.invitation.known") from None
        EmailAddress.objects.create(user=person, email=mail, verified=True, primary=True)
        audit.record(action="user.made", kind="user", object_id=person.pk, actor=person.pk)
        _take(row, organisation, person)
        return person


def mail_address(text: str) -> str:
    """Return a mail address as it is stored. Raises Unfit."""
    address = text.strip().casefold()
    try:
        validate_email(address)
    except ValidationError:
        raise Unfit("site.fault.mail") from None
    if len(address) > 254:
        raise Unfit("site.fault.mail")
    return address


def _send(
    row: Invitation, organisation: Organisation, address: str, scope: Scope, by: User, lang: Lang = "ja"
) -> Invitation:
    """Give an invitation a new link and 14 days, save it, and send the letter: to who has no account yet in ``lang``."""
    link = secrets.token_urlsafe(LINK_BYTES)
    again = not row._state.adding
    row.link_hash, row.expires_at = _hash(link), clock.now() + LASTS
    with declared(scope):
        row.save()
    _record("invitation.renewed" if again else "invitation.made", row, by.pk)
    person = User.objects.filter(email=address).first()
    language = lang if person is None else letters.lang_of(person)
    values = {
        "organisation": organisation.name,
        "role": load(settings.PROGRAMME).words(language)(f"site.role.{row.role}"),
        "link": letters.link(reverse("invitation", args=[link])),
        "until": day(row.expires_at.astimezone(JST).date(), language),
    }
    letters.send(kind="invitation", to=address, lang=language, values=values)
    return row


def _managed(scope: Scope, pk: UUID, *, also_withdrawn: bool = False) -> tuple[Invitation, Organisation]:
    """Return an unused invitation, locked, that the scope may send. Raises Http404, Unfit."""
    found = get_or_404(Invitation, scope, pk)
    row = Invitation.within(scope).select_for_update().get(pk=found.pk)
    organisation = Organisation.objects.get(pk=row.tenant)
    if not may_invite(scope=scope, organisation=organisation, role=row.role):
        raise Unfit("site.invitation.not_allowed")
    if row.accepted_at is not None or (row.withdrawn_at is not None and not also_withdrawn):
        raise Unfit("site.invitation.over")
    return row, organisation


def _behind(link: str, rows: QuerySet[Invitation], again: UUID | None = None) -> tuple[Invitation, Organisation]:
    """Return of these rows the open invitation of a link, or one that this person took up. Raises Gone."""
    row = rows.filter(link_hash=_hash(link), withdrawn_at=None).first()
    if row is None or (row.accepted_at is None and row.expires_at <= clock.now()):
        raise Gone
    if row.accepted_at is not None and (again is None or row.accepted_by != again):
        raise Gone
    organisation = Organisation.objects.get(pk=row.tenant)
    if organisation.state != Organisation.State.ACTIVE:
        raise Gone
    return row, organisation


def _take(row: Invitation, organisation: Organisation, user: User) -> Role:
    if row.accepted_at is None:
        row.accepted_at, row.accepted_by = clock.now(), user.pk
        row.save(update_fields=["accepted_at", "accepted_by"])
        _record("invitation.accepted", row, user.pk)
        return grant_role(user=user, organisation=organisation, role=row.role, by=row.made_by)
    held = Role.objects.filter(user=user, organisation=organisation, role=row.role).first()
    if held is None:  # taken up once, and the role was revoked since
        raise Gone
    return held


def _record(action: str, row: Invitation, actor: UUID) -> None:
    audit.record(
        action=action,
        kind="invitation",
        object_id=row.pk,
        actor=actor,
        organisation=row.tenant,
        detail={"role": row.role},
    )


def _hash(link: str) -> bytes:
    return hashlib.sha256(link.encode(errors="surrogatepass")).digest()
