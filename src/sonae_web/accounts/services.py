"""The tree of organisations and the roles in it: grown, granted, revoked; and what each role may see."""

import unicodedata
import uuid
from collections.abc import Sequence
from typing import NoReturn

from django.db import transaction

from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.ground import audit
from sonae_web.ground.scope import Scope, ScopeMissing
from sonae_web.ground.typed import composed, unseen

_FEDERATIONS = frozenset({Organisation.Kind.NATIONAL, Organisation.Kind.PREFECTURAL})
HELD_AT = {
    Role.Name.MEMBER: frozenset({Organisation.Kind.MEMBER}),
    Role.Name.ASSOCIATION: frozenset({Organisation.Kind.ASSOCIATION}),
    Role.Name.FEDERATION: _FEDERATIONS,
    Role.Name.AGENT: _FEDERATIONS,
    Role.Name.UNDERWRITER: _FEDERATIONS,
    Role.Name.CLAIMS: _FEDERATIONS,
    Role.Name.AUDITOR: _FEDERATIONS,
    Role.Name.ADMIN: _FEDERATIONS,
}
"""The kinds of organisation in which each role is held: who stands outside the tree, in the federation they work for."""
SEES_ITS_BRANCH = frozenset(
    {Role.Name.MEMBER, Role.Name.ASSOCIATION, Role.Name.FEDERATION, Role.Name.AGENT, Role.Name.UNDERWRITER}
)
"""Roles that see the branch of their organisation, of it the models that name them; a member's is itself alone."""


@transaction.atomic
def add_organisation(*, kind: str, name: str, parent: Organisation | None = None, number: str = "") -> Organisation:
    """Add an organisation directly below its parent and return it.

    Raises ValueError for a kind that has no place there, a parent that is archived, a name that is none, or a number
    (法人番号) that cannot be one.
    """
    above = None if parent is None else Organisation.objects.select_for_update().get(pk=parent.pk)
    _check_place(Organisation.Kind(kind), above)
    row = _organisation(kind, name, above, number)
    row.save(force_insert=True)
    return row


def add_organisations(*, kind: str, entries: Sequence[tuple[uuid.UUID, str, str]]) -> list[Organisation]:
    """Add many organisations of a kind, each as (parent, name, number), and return them in that order.

    The rules are those of ``add_organisation``; needs a transaction. Raises ValueError, and then nothing is added.
    """
    wanted = {parent for parent, _, _ in entries}
    parents = {row.pk: row for row in Organisation.objects.select_for_update().filter(pk__in=wanted)}
    for parent in wanted:
        _check_place(Organisation.Kind(kind), parents.get(parent))
    rows = [_organisation(kind, name, parents[parent], number) for parent, name, number in entries]
    return Organisation.objects.bulk_create(rows)


def _organisation(kind: str, name: str, above: Organisation | None, number: str) -> Organisation:
    row = Organisation(kind=kind, name=clean_name(name), parent=above, number=corporate_number(number))
    row.path = (bytes(above.path) if above else b"") + row.pk.bytes
    return row


def move(*, organisation: Organisation, parent: Organisation) -> NoReturn:
    """Refuse, with ValueError: who sees a row follows from the tree, so a move would hand the past to another branch."""
    raise ValueError(f"{organisation.pk} stays where it is: archive it and add a new organisation below {parent.pk}")


@transaction.atomic
def grant_role(*, user: User, organisation: Organisation, role: str, by: uuid.UUID | None = None) -> Role:
    """Grant a role and return it; one already held is returned as it is. ``by``: who grants it, for the log.

    Raises ValueError for a role that is not held in such an organisation, an archived one, or a closed account.
    """
    place = Organisation.objects.select_for_update().get(pk=organisation.pk)
    person = User.objects.select_for_update().get(pk=user.pk)
    if place.kind not in HELD_AT[Role.Name(role)]:
        raise ValueError(f"nobody is {role} in a {place.kind} organisation")
    if place.state != Organisation.State.ACTIVE or not person.is_active:
        raise ValueError("no role in an archived organisation or for a closed account")
    held, made = Role.objects.get_or_create(user=person, organisation=place, role=role)
    if made:
        _record("role.granted", held, by)
    return held


@transaction.atomic
def revoke_role(*, role: uuid.UUID, by: uuid.UUID | None = None) -> None:
    """Revoke a role; one that is not there is revoked already. ``by``: who revokes it, for the log."""
    held = Role.objects.select_for_update().filter(pk=role).first()
    if held is not None:
        _record("role.revoked", held, by)
        held.delete()


def _record(action: str, role: Role, by: uuid.UUID | None) -> None:
    audit.record(
        action=action,
        kind="role",
        object_id=role.pk,
        actor=by,
        organisation=role.organisation_id,
        detail={"user": role.user_id, "role": role.role},
    )


def scope_of(*, user: User, role: uuid.UUID) -> Scope:
    """Return the scope of a person acting in one of their roles, as it stands in the database now.

    A member sees its own organisation; an association and a federation see their branch, of it only the models that name
    their role in ``seen_by``; the other roles see nothing of the tree. Raises ScopeMissing for a role that this person does
    not hold (any more), and for a closed account.
    """
    held = Role.objects.select_related("organisation").filter(pk=role, user=user, user__is_active=True).first()
    if held is None:
        raise ScopeMissing("this person does not hold this role")
    return scope_held(held.user_id, held.role, held.organisation)


def scope_held(user: uuid.UUID, role: str, organisation: Organisation) -> Scope:
    """Return the scope of a role just read from the database, whose person has an open account."""
    return Scope(user, role, organisation.pk, bytes(organisation.path) if role in SEES_ITS_BRANCH else b"")


def sees(scope: Scope, organisation: Organisation) -> bool:
    """Return whether an organisation lies in the branch of a scope, archived or not: its rows remain."""
    return bool(scope.root) and bytes(organisation.path).startswith(scope.root)


def _check_place(kind: Organisation.Kind, parent: Organisation | None) -> None:
    order = list(Organisation.Kind)
    expected = order[order.index(kind) - 1] if kind != Organisation.Kind.NATIONAL else None
    if (parent.kind if parent else None) != expected:
        raise ValueError(f"a {kind} organisation lies directly below {expected or 'nothing'}")
    if parent and parent.state != Organisation.State.ACTIVE:
        raise ValueError("nothing is added below an archived organisation")


def clean_name(text: str) -> str:
    """Return the name of an organisation as it is stored. Raises ValueError."""
    name = composed(text)
    if not 1 <= len(name) <= 200 or unseen(name) or any(unicodedata.category(each).startswith("C") for each in name):
        raise ValueError("a name has 1 to 200 characters that can be seen")
    return name


def is_name(text: str) -> bool:
    """Return whether a text can be an organisation's name."""
    try:
        return bool(clean_name(text))
    except ValueError:
        return False


def is_corporate_number(text: str) -> bool:
    """Return whether a text is a 法人番号."""
    try:
        return bool(corporate_number(text))
    except ValueError:
        return False


def corporate_number(text: str) -> str:
    """Return a 法人番号 or "". Raises ValueError.

    Its first digit is 9 − (the others, from the right times 1, 2, 1, 2 …, summed, mod 9).
    """
    if not text:
        return ""
    if len(text) != 13 or not (text.isascii() and text.isdigit()):
        raise ValueError("a corporate number has 13 digits")
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text[1:])))
    if int(text[0]) != 9 - total % 9:
        raise ValueError("the check digit of the corporate number is wrong")
    return text
