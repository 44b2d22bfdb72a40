"""The people of an organisation, and how one leaves it."""

from uuid import UUID

from django.db import transaction
from django.http import Http404

from sonae_web.accounts.invitations import Unfit
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.accounts.services import revoke_role
from sonae_web.ground.scope import Scope


def people(*, organisation: Organisation, role: str) -> list[Role]:
    """Return who holds a role in an organisation, by mail address."""
    held = Role.objects.filter(organisation=organisation, role=role)
    return list(held.select_related("user").order_by("user__email"))


def colleague(*, scope: Scope, role: UUID) -> Role:
    """Return the holding of the scope's own role, in its own organisation. Raises Http404 for any other."""
    row = Role.objects.filter(pk=role, organisation=scope.organisation, role=scope.role).select_related("user").first()
    if row is None:
        raise Http404("not found")
    return row


@transaction.atomic
def remove(*, scope: Scope, role: UUID, by: User) -> None:
    """Take their role from a colleague, or from oneself. Raises Http404; Unfit for the last one: somebody must remain."""
    Organisation.objects.select_for_update().get(pk=scope.organisation)
    row = colleague(scope=scope, role=role)
    if Role.objects.filter(organisation=scope.organisation, role=scope.role, user__is_active=True).count() <= 1:
        raise Unfit("site.people.last")
    revoke_role(role=row.pk, by=by.pk)
