"""What clerks send: invitations and reminders. The two functions through which every mail of the desk goes."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from sonae_web.accounts import invitations
from sonae_web.accounts.models import Invitation, Organisation, Role, User
from sonae_web.desk import places
from sonae_web.diagnosis import progress
from sonae_web.ground.outbox import post
from sonae_web.ground.scope import Scope, declared
from sonae_web.ground.words import lang


class NotInvited(Exception):  # noqa: N818 - an answer in words
    """An invitation that cannot be; ``word`` is the id of the words that say why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@transaction.atomic
def invite(*, scope: Scope, organisation: Organisation, role: str, mail: str) -> None:
    """Invite whoever reads an address to a role in an organisation; of a member it is noted for the year.

    Raises NotInvited for somebody who holds the role already, an archived organisation, and what the scope may not do.
    """
    own = places.narrowed(scope, organisation)
    by = User.objects.get(pk=scope.user)
    try:
        invitations.invite(scope=own, organisation=organisation, role=role, mail=mail, by=by)
    except invitations.Unfit as unfit:
        raise NotInvited(str(unfit)) from unfit
    if role == Role.Name.MEMBER:
        with declared(own):
            progress.invited(scope=own, organisation=organisation.pk, year=places.this_year())


def remind(*, to: str, member: str, association: str, link: str) -> None:
    """Write a reminder to somebody of a member in this transaction."""
    post(kind="reminder", to=to, lang=lang(), values={"member": member, "association": association, "link": link})


def addresses(members: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return by member the addresses of the people who act for it."""
    found: dict[UUID, list[str]] = {}
    held = Role.objects.filter(role=Role.Name.MEMBER, organisation__pk__among=frozenset(members), user__is_active=True)
    for member, mail in held.order_by("user__email").values_list("organisation_id", "user__email"):
        found.setdefault(member, []).append(mail)
    return found


def invited(scope: Scope, organisations: Collection[UUID]) -> dict[UUID, Invitation]:
    """Return by organisation its newest invitation that was neither withdrawn nor accepted."""
    of_those = Invitation.within(scope).filter(tenant__among=frozenset(organisations))
    open_ = of_those.filter(withdrawn_at=None, accepted_at=None).order_by("made_at")
    return {row.tenant: row for row in open_}
