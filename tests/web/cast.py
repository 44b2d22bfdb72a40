"""The cast of the site: a small tree of organisations, and people with a role in it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import add_organisation, grant_role, scope_of
from sonae_web.ground.scope import Scope

NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)
"""Noon in Japan: where the clock of tests that set it begins."""


@dataclass(frozen=True)
class Tree:
    """Two prefectures. The first has two associations, one of which is a member itself; the other prefecture mirrors one."""

    national: Organisation
    prefecture: Organisation
    association: Organisation
    member: Organisation
    neighbour: Organisation
    """Another member of the same association."""
    own_member: Organisation
    """The association as the insured."""
    other_association: Organisation
    other_associations_member: Organisation
    other_prefecture: Organisation
    far_association: Organisation
    far_member: Organisation

    def __iter__(self) -> Iterator[Organisation]:
        return iter(vars(self).values())


def once() -> dict[str, str]:
    """The key that a form brings which is done once."""
    return {"once": str(uuid.uuid4())}


def tree() -> Tree:
    national = add_organisation(kind="national", name="見本全国中央会")
    prefecture = add_organisation(kind="prefectural", name="見本県中央会", parent=national)
    association = add_organisation(kind="association", name="例示協同組合", parent=prefecture)
    other_association = add_organisation(kind="association", name="見本商店街振興組合", parent=prefecture)
    other_prefecture = add_organisation(kind="prefectural", name="例示県中央会", parent=national)
    far_association = add_organisation(kind="association", name="遠方協同組合", parent=other_prefecture)
    return Tree(
        national,
        prefecture,
        association,
        member=add_organisation(kind="member", name="見本商事", parent=association),
        neighbour=add_organisation(kind="member", name="例示印刷", parent=association),
        own_member=add_organisation(kind="member", name="例示協同組合", parent=association),
        other_association=other_association,
        other_associations_member=add_organisation(kind="member", name="見本青果店", parent=other_association),
        other_prefecture=other_prefecture,
        far_association=far_association,
        far_member=add_organisation(kind="member", name="遠方商店", parent=far_association),
    )


def person(mail: str = "hanako@example.jp") -> User:
    return User.objects.create_user(mail)


def acting(user: User, role: str, organisation: Organisation) -> Scope:
    """The scope of a person in a role, granted if need be."""
    return scope_of(user=user, role=grant_role(user=user, organisation=organisation, role=role).pk)


def scope(role: str, organisation: Organisation) -> Scope:
    """The scope of somebody in a role: one person for each role and organisation."""
    mail = f"{role}-{organisation.pk}@example.jp"
    return acting(User.objects.filter(email=mail).first() or person(mail), role, organisation)


def archived(organisation: Organisation) -> Organisation:
    """The same organisation, archived."""
    organisation.state = Organisation.State.ARCHIVED
    organisation.save(update_fields=["state"])
    return organisation
