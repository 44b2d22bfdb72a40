"""What clerks send: invitations and reminders. The two functions through which every mail of the desk goes."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from sonae_web.accounts import invitations, letters
from sonae_web.accounts.models import Invitation, Organisation, Role, User
from sonae_web.desk import places
from sonae_web.diagnosis import progress
from sonae_web.ground.scope import Scope, declared


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


def remind(*, to: User, member: str, association: str, link: str) -> None:
    """Write a reminder to somebody of a member in this transaction, in the language of who gets it."""
    values = {"member": member, "association": association, "link": link}
    letters.send(kind="reminder", to=to.email, lang=letters.lang_of(to), values=values)


def people(members: Collection[UUID]) -> dict[UUID, list[User]]:
    """Return by member the people who act for it."""
    found: dict[UUID, list[User]] = {}
    for held in letters.people(members, Role.Name.MEMBER):
        found.setdefault(held.organisation_id, []).append(held.user)
    return found


def invited(scope: Scope, organisations: Collection[UUID]) -> dict[UUID, Invitation]:
    """Return by organisation its newest invitation that was neither withdrawn nor accepted."""
    of_those = Invitation.within(scope).filter(tenant__among=frozenset(organisations))
    open_ = of_those.filter(withdrawn_at=None, accepted_at=None).order_by("made_at")
    return {row.tenant: row for row in open_}
