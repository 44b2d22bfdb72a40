"""Tokens of the API: issued once, kept as a hash, good for one role of one person until they expire or are revoked.

A secret is ``sonae_``, 43 random characters (256 bits) and a checksum of 6: one that leaked into a text can be recognised,
and a mistyped one is refused without a look-up.
"""

import hashlib
import re
import secrets
import string
import uuid
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from django.db import transaction
from django.http import Http404

from sonae.problems import Problem, Refused, problem
from sonae_web.accounts.models import Organisation, Role, Token, User
from sonae_web.accounts.services import scope_of
from sonae_web.ground import audit, clock
from sonae_web.ground.scope import Scope, ScopeMissing
from sonae_web.ground.typed import composed, unseen

PREFIX = "sonae_"
ALPHABET = string.digits + string.ascii_letters
RANDOM, CHECKSUM = 43, 6
FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECKSUM}}}")
MOST_DAYS = 365
MOST_TOKENS = 20
"""Tokens of one role of a person that are good at the same time."""
NAME_LENGTH = 60
SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "diagnoses:read": frozenset({Role.Name.MEMBER}),
        "reports:read": frozenset({Role.Name.MEMBER}),
        "applications:read": frozenset({Role.Name.MEMBER}),
    }
)
"""What a token may be good for, and the roles whose tokens may be."""


class Unknown(Exception):  # noqa: N818 - a state: nobody is known by this secret
    """No token that is good: nonsense, never issued, revoked, expired, of a role or a person that is no more. All alike."""


@dataclass(frozen=True)
class Acting:
    """Who acts through a token: the token, and the scope of its person in its role as it stands now."""

    token: Token
    scope: Scope

    def may(self, scope: str) -> bool:
        """Return whether the token is good for this."""
        return scope in self.token.scopes.split()


@dataclass(frozen=True)
class Shown:
    """A token as its person sees it."""

    token: Token

    @property
    def state(self) -> str:
        """What it is good for now: good, expired, revoked, or gone with its role."""
        if self.token.revoked_at is not None:
            return "revoked"
        if self.token.role is None:
            return "gone"
        return "good" if self.token.expires_at > clock.now() else "expired"

    @property
    def scopes(self) -> list[str]:
        """What it may be used for, as the last part of word ids."""
        return [each.replace(":", "_") for each in self.token.scopes.split()]


def of(user: User) -> list[Shown]:
    """Return every token of a person, in all roles, the newest first."""
    rows = Token.objects.filter(user=user).select_related("role__organisation")
    return [Shown(each) for each in rows.order_by("-created_at", "pk")]


def roles_for(user: User) -> list[Role]:
    """Return the roles of a person for which a token can be made: it may be good for something, and the place is open."""
    held = Role.objects.filter(user=user, organisation__state=Organisation.State.ACTIVE).select_related("organisation")
    return [each for each in held.order_by("organisation__name", "role") if scopes_of(each.role)]


@transaction.atomic
def issue_token(*, user: User, role: uuid.UUID, name: str, scopes: Collection[str], days: int) -> tuple[Token, str]:
    """Issue a token of a role of a person, and return it with its secret, which is told this once.

    Nowhere is it kept, but sealed in the answer to the form that asked for it, for a day: sent twice, it is answered alike.

    Raises ScopeMissing for a role that the person does not hold, and Refused with every fault: a name that is none, scopes
    that are unknown or not the role's, days outside 1 to 365, too many tokens.
    """
    scope = scope_of(user=user, role=role)
    Role.objects.select_for_update().get(pk=role)  # two at once are counted one after the other
    name, faults = composed(name), faults_of(role=scope.role, name=name, scopes=scopes, days=days)
    if Token.objects.filter(role=role, revoked_at=None, expires_at__gt=clock.now()).count() >= MOST_TOKENS:
        faults.append(problem("value.too_many", "tokens", found=MOST_TOKENS + 1, most=MOST_TOKENS))
    if faults:
        raise Refused(faults)
    secret = new_secret()
    token = Token(
        secret_hash=_hash(secret), user=user, role_id=role, name=name, scopes=" ".join(sorted(set(scopes))),
        created_at=clock.now(), expires_at=clock.now() + timedelta(days=days),
    )  # fmt: skip
    token.save(force_insert=True)
    audit.record(
        action="token.issue", kind="token", object_id=token.pk, actor=user.pk, organisation=scope.organisation,
        detail={"role": role, "days": days},
    )  # fmt: skip
    return token, secret


def faults_of(*, role: str, name: str, scopes: Collection[str], days: int) -> list[Problem]:
    """Return every fault of what is asked of a token of a role."""
    name, allowed = composed(name), scopes_of(role)
    faults: list[Problem] = []
    if not 1 <= len(name) <= NAME_LENGTH:
        faults.append(problem("value.length", "name", found=len(name), most=NAME_LENGTH))
    if found := unseen(name):
        faults.append(problem("text.forbidden_character", "name", character=f"U+{ord(found):04X}"))
    if not scopes:
        faults.append(problem("field.missing", "scopes", field="scopes"))
    faults += (
        problem("value.not_allowed", "scopes", found=each, near=", ".join(allowed) or "—")
        for each in sorted(set(scopes) - set(allowed))
    )
    if not 1 <= days <= MOST_DAYS:
        faults.append(problem("value.range", "days", found=days, least=1, most=MOST_DAYS))
    return faults


@transaction.atomic
def revoke_token(*, token: uuid.UUID, user: User) -> Token:
    """Revoke a token of this person, and return it; one already revoked stays as it is.

    Raises Http404 for another's token and for one that is not there.
    """
    found = Token.objects.select_for_update().filter(pk=token, user=user).first()
    if found is None:
        raise Http404("not found")
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        found.save(update_fields=["revoked_at"])
        organisation = found.role.organisation_id if found.role else None
        audit.record(action="token.revoke", kind="token", object_id=found.pk, actor=user.pk, organisation=organisation)
    return found


def authenticate(secret: str) -> Acting:
    """Return who acts through a secret, and note the day of its use. Raises Unknown.

    The look-up is by the hash of the whole secret, so that its time tells nothing of any secret that is kept.
    """
    if not has_form(secret):
        raise Unknown
    token = Token.objects.filter(secret_hash=_hash(secret), revoked_at=None, expires_at__gt=clock.now()).first()
    if token is None or token.role_id is None:
        raise Unknown
    try:
        acting = Acting(token, scope_of(user=token.user, role=token.role_id))
    except ScopeMissing:
        raise Unknown from None
    today = clock.today()
    if token.last_used != today:
        Token.objects.filter(pk=token.pk).update(last_used=today)
    return acting


def scopes_of(role: str) -> tuple[str, ...]:
    """Return what a token of a role may be good for."""
    return tuple(name for name, roles in SCOPES.items() if role in roles)


def new_secret() -> str:
    """Return a fresh secret."""
    start = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return start + _checksum(start)


def has_form(secret: str) -> bool:
    """Return whether a text has the form of a secret, its checksum included."""
    return FORM.fullmatch(secret) is not None and _checksum(secret[:-CHECKSUM]) == secret[-CHECKSUM:]


def _checksum(start: str) -> str:
    """Return the CRC-32 of a text in 6 characters of base 62."""
    number, digits = zlib.crc32(start.encode()), ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
