"""A person closes the own account: roles and tokens end, what identifies the person is erased, the audit log stays."""

from django.db import transaction

from sonae_web.accounts import letters
from sonae_web.accounts.invitations import Unfit
from sonae_web.accounts.models import STAFF, Organisation, Role, User
from sonae_web.accounts.services import revoke_role
from sonae_web.ground import audit
from sonae_web.ground.words import lang


def alone(*, user: User) -> list[Role]:
    """Return the roles of a person that nobody else holds in the organisation, by its name."""
    others = Role.objects.filter(user__is_active=True).exclude(user=user)
    mine = Role.objects.filter(user=user).select_related("organisation").order_by("organisation__name", "role")
    return [each for each in mine if not others.filter(organisation=each.organisation, role=each.role).exists()]


def hindering(found: list[Role]) -> list[Role]:
    """Return of such roles those that forbid to close the account: clerks act for others, so that somebody must remain.

    A member without people is no hindrance: its association invites somebody again. Nor is an archived organisation.
    """
    return [each for each in found if each.role in STAFF and each.organisation.state == Organisation.State.ACTIVE]


@transaction.atomic
def close(*, user: User) -> None:
    """Close an account and erase the person: address, password, second factors, tokens, roles. A last letter tells of it.

    What the person entered for an organisation stays with it, under an id that nobody can be found by any more, and so do
    the rows of the audit log. Raises Unfit for somebody who is the last to hold a clerk's role.
    """
    places = Role.objects.filter(user=user).values("organisation")
    list(Organisation.objects.filter(pk__in=places).order_by("pk").select_for_update())  # of the last two, one waits
    person = User.objects.select_for_update().get(pk=user.pk)
    if hindering(alone(user=person)):
        raise Unfit("site.closing.alone")
    for role in list(Role.objects.filter(user=person)):
        revoke_role(role=role.pk, by=person.pk)
    letters.send(kind="account_closed", to=person.email, lang=lang(), values={})
    audit.record(action="user.closed", kind="user", object_id=person.pk, actor=person.pk)
    person.delete()
