"""What changed after acceptance (通知事項): told by the member, seen by the federation, never a change of what was signed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404

from sonae_web.declarations.drafts import NotThere
from sonae_web.declarations.models import Declaration, Notice
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope
from sonae_web.ground.typed import lines

KINDS = ("name", "address", "industry", "sales", "persons", "controls", "insurance", "other")
MOST_TEXT = 2_000


@dataclass(frozen=True)
class Told:
    """A change as it was told."""

    row: Notice
    text: str


def frozen(scope: Scope) -> Declaration | None:
    """Return the member's newest declaration that was accepted, or None."""
    return Declaration.within(scope).exclude(frozen_at=None).order_by("-frozen_at").first()


def notify(*, scope: Scope, kind: str, changed_on: date, text: str) -> Notice:
    """Keep a change that the member notifies, dated.

    Raises NotThere before anything was accepted; ValueError for an unknown kind, a day to come, and no or too long a text.
    """
    clean = lines(text)
    if kind not in KINDS or changed_on > clock.today() or not 1 <= len(clean) <= MOST_TEXT:
        raise ValueError("no change that can be notified")
    with transaction.atomic():
        declaration = frozen(scope)
        if declaration is None:
            raise NotThere
        row = Notice(
            tenant=scope.organisation, declaration=declaration, kind=kind, changed_on=changed_on,
            notified_at=clock.now(), notified_by=scope.user,
        )  # fmt: skip
        sealed.put(row, "content", clean)
        row.save(force_insert=True)
        _record(scope, row, "notice.made")
        return row


def told(scope: Scope) -> list[Told]:
    """Return what was notified within the scope, newest first."""
    return [Told(row, str(sealed.get(row, "content"))) for row in Notice.within(scope).order_by("-notified_at")]


def waiting(scope: Scope) -> list[Notice]:
    """Return what was notified and is not seen yet, oldest first, without what is sealed."""
    return list(Notice.within(scope).filter(seen_at=None).defer("content").order_by("notified_at"))


def read(*, scope: Scope, notice: UUID) -> Told:
    """Return one, and note in the log who read it. Raises Http404."""
    row = Notice.within(scope).filter(pk=notice).first()
    if row is None:
        raise Http404("not found")
    with transaction.atomic():
        _record(scope, row, "notice.read")
    return Told(row, str(sealed.get(row, "content")))


def see(*, scope: Scope, notice: UUID) -> Notice:
    """Mark a change as seen by the office; one already seen stays as it is. Raises Http404."""
    with transaction.atomic():
        row = Notice.within(scope).filter(pk=notice).select_for_update().first()
        if row is None:
            raise Http404("not found")
        if row.seen_at is None:
            row.seen_at, row.seen_by_user = clock.now(), scope.user
            row.save(update_fields=["seen_at", "seen_by_user"])
            _record(scope, row, "notice.seen")
        return row


def _record(scope: Scope, row: Notice, action: str) -> None:
    audit.record(
        action=action, kind="notice", object_id=row.pk, actor=scope.user, organisation=row.tenant,
        detail={"kind": row.kind},
    )  # fmt: skip
