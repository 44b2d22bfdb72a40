"""Inquiries: asked by anybody, answered, closed and opened again by the federation that they came to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from sonae.dates import JST
from sonae_web.accounts import letters
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.ground import audit, clock, numbers, sealed
from sonae_web.ground.scope import Scope, declared, get_or_404, unscoped
from sonae_web.ground.typed import one_line
from sonae_web.ground.words import lang
from sonae_web.inquiries.desks import place_for
from sonae_web.inquiries.models import Inquiry

SHOWN = 200
"""Inquiries of one state shown at once, the newest."""
_STATE = Inquiry.State
MAY = {
    "answer": ((_STATE.OPEN, _STATE.ANSWERED), _STATE.ANSWERED),
    "close": ((_STATE.OPEN, _STATE.ANSWERED), _STATE.CLOSED),
    "reopen": ((_STATE.ANSWERED, _STATE.CLOSED), _STATE.OPEN),
}
"""For each act the states in which it may be done, and the state after it."""


class Changed(Exception):  # noqa: N818 - a state
    """Somebody else changed the inquiry first."""


class NotPossible(Exception):  # noqa: N818 - a state
    """What cannot be done in the state that the inquiry is in."""


@dataclass(frozen=True)
class Given:
    """An answer: its text, when it was given (in Japan), and whether it went out by mail."""

    text: str
    at: datetime
    sent: bool


@dataclass(frozen=True)
class Asked:
    """An inquiry as the federation's clerks see it."""

    row: Inquiry
    text: str
    business: str
    name: str
    mail: str
    phone: str
    answers: tuple[Given, ...]

    @property
    def at(self) -> datetime:
        """When it was made, in Japan's time."""
        return self.row.made_at.astimezone(JST)

    def may(self) -> set[str]:
        """Return what may be done with it now."""
        return {act for act, (states, _) in MAY.items() if self.row.state in states}


@transaction.atomic
def ask(*, office: str, text: str, business: str, name: str, mail: str, phone: str) -> Inquiry:
    """Take in an inquiry for the federation that serves an office, write to its clerks and to who asks, and return it.

    The caller has checked the entries.
    """
    place = place_for(office)
    row = Inquiry(tenant=place.pk, office=office, made_at=clock.now(), changed_at=clock.now())
    sealed.put(
        row,
        "content",
        {"text": text, "business": business, "name": name, "mail": mail, "phone": phone, "lang": lang(), "answers": []},
    )
    year = clock.today().year
    row.number = f"Q{year}-{numbers.take(f'inquiry.{year}').start:05}"
    with unscoped("inquiry.ask"):
        row.save(force_insert=True)
    audit.record(action="inquiry.received", kind="inquiry", object_id=row.pk, organisation=place.pk)
    if mail:
        letters.send(kind="inquiry_received", to=mail, lang=lang(), values={"number": row.number, "office": place.name})
    link = letters.link(reverse("desk_inquiry", args=[place.pk, row.pk]))
    for clerk in letters.people([place.pk], Role.Name.FEDERATION):
        language = letters.lang_of(clerk.user)
        letters.send(kind="inquiry_waiting", to=clerk.user.email, lang=language, values={"link": link})
    return row


@transaction.atomic
def listed(*, scope: Scope, state: str) -> list[Asked]:
    """Return the federation's own inquiries in a state, the newest first, at most SHOWN; the log says who looked through them."""
    rows = _own(scope).filter(state=state).order_by("-made_at", "pk")[:SHOWN]
    found = [_asked(row) for row in rows]
    if found:
        audit.record(
            action="inquiry.listed", kind="organisation", object_id=scope.organisation, actor=scope.user,
            organisation=scope.organisation, detail={"state": state},
        )  # fmt: skip
    return found


def counts(*, scope: Scope) -> dict[str, int]:
    """Return how many inquiries of its own the federation has in each state."""
    return {state.value: _own(scope).filter(state=state).count() for state in _STATE}


@transaction.atomic
def read(*, scope: Scope, inquiry: UUID) -> Asked:
    """Return an inquiry to the scope's own federation; the reading is a row of the log. Raises Http404."""
    row = get_or_404(Inquiry, scope, _known(scope, inquiry))
    audit.record(action="inquiry.read", kind="inquiry", object_id=row.pk, actor=scope.user, organisation=row.tenant)
    return _asked(row)


@transaction.atomic
def answer(*, scope: Scope, inquiry: UUID, text: str, version: int, by: User) -> bool:
    """Note an answer, send it where there is a mail address, and return whether it was sent.

    Raises Http404; Changed when the inquiry is not at the version that the clerk saw; NotPossible when it is closed.
    """
    row = _changeable(scope, inquiry, version, "answer")
    content: dict[str, Any] = sealed.get(row, "content")
    given = {"text": text, "by": str(by.pk), "at": clock.now().isoformat(), "sent": bool(content["mail"])}
    sealed.put(row, "content", content | {"answers": [*content["answers"], given]})
    _change(row, "answer", scope, by)
    if content["mail"]:
        place = Organisation.objects.get(pk=row.tenant)
        values = {"number": row.number, "office": place.name, "answer": one_line(text)}
        link = letters.link(reverse("inquiry"))
        letters.send(kind="inquiry_answered", to=content["mail"], lang=content["lang"], values=values | {"link": link})
    return bool(content["mail"])


@transaction.atomic
def close(*, scope: Scope, inquiry: UUID, version: int, by: User) -> None:
    """Close an inquiry. Raises as ``answer`` does."""
    row = _changeable(scope, inquiry, version, "close")
    row.closed_at = clock.now()
    _change(row, "close", scope, by)


@transaction.atomic
def reopen(*, scope: Scope, inquiry: UUID, version: int, by: User) -> None:
    """Open an inquiry again that was answered or closed. Raises as ``answer`` does."""
    row = _changeable(scope, inquiry, version, "reopen")
    row.closed_at = None
    _change(row, "reopen", scope, by)


def _own(scope: Scope) -> Any:
    return Inquiry.within(scope).filter(tenant=scope.organisation)


def _known(scope: Scope, inquiry: UUID) -> UUID:
    """Return an inquiry's id if it came to the scope's own federation, else one that nothing has."""
    return inquiry if _own(scope).filter(pk=inquiry).exists() else UUID(int=0)


def _changeable(scope: Scope, inquiry: UUID, version: int, act: str) -> Inquiry:
    found = get_or_404(Inquiry, scope, _known(scope, inquiry))
    row = Inquiry.within(scope).select_for_update().get(pk=found.pk)
    if row.version != version:
        raise Changed
    if row.state not in MAY[act][0]:
        raise NotPossible
    return row


def _change(row: Inquiry, act: str, scope: Scope, by: User) -> None:
    row.state, row.version, row.changed_at = MAY[act][1], row.version + 1, clock.now()
    with declared(scope):
        row.save(update_fields=["content", "state", "version", "changed_at", "closed_at"])
    audit.record(action=f"inquiry.{act}", kind="inquiry", object_id=row.pk, actor=by.pk, organisation=row.tenant)


def _asked(row: Inquiry) -> Asked:
    content = sealed.get(row, "content")
    answers = tuple(
        Given(each["text"], datetime.fromisoformat(each["at"]).astimezone(JST), each["sent"])
        for each in content["answers"]
    )
    return Asked(
        row=row,
        text=content["text"],
        business=content["business"],
        name=content["name"],
        mail=content["mail"],
        phone=content["phone"],
        answers=answers,
    )
