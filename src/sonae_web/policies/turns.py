"""What the calendar does: covers start and end at their moment; what is undecided at its start moves to a later one."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from sonae.enrolment import moved
from sonae.enrolment.states import WAITING, Life, after
from sonae_web.ground import audit, clock
from sonae_web.ground.scope import unscoped
from sonae_web.policies import deciding, letters, records
from sonae_web.policies.models import Application, Cover
from sonae_web.quotes import services as quotes
from sonae_web.quotes.models import Quote

AT_ONCE = 500


def turn() -> None:
    """Take every step that is due. Safe to run at any time and twice at once: each row is locked and looked at anew."""
    with unscoped("cover.turn"):
        now = clock.now()
        for pk in _ids(Cover.objects.filter(state="accepted", cover_from__lte=now)):
            _step(pk, "accepted", "start")
        for pk in _ids(Cover.objects.filter(state="on_cover", cover_to__lte=now)):
            _step(pk, "on_cover", "end")
        for pk in _ids(Application.objects.filter(state__in=WAITING, cover_from__lte=now)):
            _move(pk)


def _ids(rows: "Iterable[Cover] | Iterable[Application]") -> list[UUID]:
    return list(rows.order_by("cover_from", "pk").values_list("pk", flat=True)[:AT_ONCE])  # type: ignore[union-attr]  # a query set of either


@transaction.atomic
def _step(pk: UUID, source: str, name: str) -> None:
    row = Cover.objects.select_for_update().filter(pk=pk, state=source).first()
    if row is None:
        return
    life = after(Life(row.cover_from, row.cover_to, row.state, row.payment), name, by="clock", at=clock.now())
    row.state = life.state
    row.save(update_fields=["state"])
    audit.record(action=f"cover.{name}", kind="cover", object_id=row.pk, organisation=row.tenant)


@transaction.atomic
def _move(pk: UUID) -> None:
    """Move an application that is undecided at its start; into another year only the member can, so it goes back."""
    row = Application.objects.select_for_update().filter(pk=pk, state__in=WAITING, cover_from__lte=clock.now()).first()
    if row is None:
        return
    choice = moved(records.programme(), records.chosen(row), clock.now())
    if choice is None or choice.year != row.year:
        _give_back(row)
        return
    records.set_choice(row, choice)
    assert row.quote is not None  # noqa: S101 - it was sent
    row.premium = quotes.premium_for(Quote.objects.get(pk=row.quote), row.months)
    row.version, row.changed_at = row.version + 1, clock.now()
    row.save()
    audit.record(
        action="application.moved", kind="application", object_id=row.pk, organisation=row.tenant,
        detail={"start": f"d{clock.date_of(row.cover_from):%Y%m%d}"},
    )  # fmt: skip
    letters.tell_member(row, "application_moved", dates=True)
    letters.tell_clerks(row, "application_moved_clerk")


def _give_back(row: Application) -> None:
    row.state = after(Life(row.cover_from, row.cover_to, row.state), "return", by="clock", at=clock.now()).state
    row.version, row.changed_at, row.checked_at, row.checked_by = row.version + 1, clock.now(), None, None
    row.save()
    remark = deciding.add_remark(row, "moved", [], None)
    audit.record(
        action="application.year_over", kind="application", object_id=row.pk, organisation=row.tenant,
        detail={"remark": remark.pk},
    )  # fmt: skip
    letters.tell_member(row, "application_year_over")
    letters.tell_clerks(row, "application_moved_clerk")
