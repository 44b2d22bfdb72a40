"""What clerks send: invitations and reminders. The two functions through which every mail of the desk goes."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sonae_web.accounts.models import Invitation, Organisation, Role
from sonae_web.desk import places
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.outbox import post
from sonae_web.ground.scope import Scope, declared
from sonae_web.ground.words import lang

INVITATION_DAYS = 30


class NotInvited(Exception):  # noqa: N818 - an answer in words
    """An invitation that cannot be; ``word`` is the id of the words that say why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def invite(*, scope: Scope, organisation: Organisation, role: str, mail: str) -> None:
    """Invite whoever reads an address to a role in an organisation; of a member it is noted for the year."""
    now = clock.now()
    row = Invitation(
        tenant=organisation.pk, role=role, link_hash=hashlib.sha256(secrets.token_bytes(32)).digest(),
        made_at=now, made_by=scope.user, expires_at=now + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    sealed.put(row, "mail", mail)
    with declared(scope):
        row.save(force_insert=True)
        audit.record(
            action="invitation.made", kind="invitation", object_id=row.pk, actor=scope.user, organisation=organisation.pk
        )
        if role == Role.Name.MEMBER:
            progress, made = Progress.objects.get_or_create(
                tenant=organisation.pk,
                year=places.this_year(),
                defaults={"state": Progress.State.INVITED, "invited_at": now},
            )
            if not made and progress.invited_at is None:
                Progress.objects.filter(pk=progress.pk).update(invited_at=now)


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
    within = places.narrowed(scope, frozenset(organisations))
    open_ = Invitation.within(within).filter(withdrawn_at=None, accepted_at=None).order_by("made_at")
    return {row.tenant: row for row in open_}
