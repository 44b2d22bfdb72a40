"""Reminders in bulk: confirmed first, sent once, never to those who have answered or were just reminded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import grant_role
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import AuditRow, Mail
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, archived, once, person
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db


class Moment:
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(clock, "now", lambda: moment.now)
    return moment


@pytest.fixture
def client(there: Tree, as_clerk: SignIn) -> Client:
    for number, member in enumerate((there.member, there.neighbour, there.far_member)):
        grant_role(user=person(f"m{number}@example.jp"), organisation=member, role="member")
    return as_clerk("association", there.association)


def sign_in_again(client: Client) -> None:
    """A session does not last for days."""
    client.logout()
    client.force_login(User.objects.get(email__startswith="association-"))


def remind(client: Client, there: Tree, **entry: object) -> Any:
    return client.post(reverse("desk_remind", args=[there.association.pk]), once() | entry)


def letters() -> list[tuple[str, str]]:
    """Recipient and body of every mail: those that Django sends, and those in the site's outbox."""
    sent = [(each.to[0], str(each.body)) for each in mail.outbox]
    return sorted(sent + [(it["to"], it["body"]) for it in (sealed.get(row, "content") for row in Mail.objects.all())])


def to() -> list[str]:
    return [recipient for recipient, _ in letters()]


def row_of(member: Organisation) -> Progress:
    with unscoped("a test's look"):
        return Progress.objects.get(tenant=member.pk, year=2027)


def test_the_clerk_confirms_and_each_is_reminded_once(there: Tree, client: Client, moment: Moment) -> None:
    page = remind(client, there, all="1")
    assert (len(page.context["plan"].to), page.context["plan"].left_out) == (2, 1)
    assert not Mail.objects.exists(), "nothing is sent before it is confirmed"
    assert remind(client, there, all="1", confirmed="1").status_code == 422
    for _ in range(2):  # a double click
        remind(client, there, all="1", confirmed="1", sure="1")
    assert to() == ["m0@example.jp", "m1@example.jp"]
    body = letters()[0][1]
    assert "例示協同組合より" in body
    assert f"{settings.ADDRESS}/home" in body
    row = row_of(there.member)
    assert (row.state, row.reminders, row.reminded_at) == ("invited", 1, moment.now)
    assert AuditRow.objects.filter(action="members.reminded").count() == 1


def test_each_is_reminded_in_the_language_they_read(there: Tree, client: Client) -> None:
    User.objects.filter(email="m0@example.jp").update(lang="en")
    remind(client, there, all="1", confirmed="1", sure="1")
    assert [(recipient, "diagnosis" in body) for recipient, body in letters()] == [
        ("m0@example.jp", True),
        ("m1@example.jp", False),
    ]


def test_only_those_ticked_and_none_outside_of_the_association(there: Tree, client: Client) -> None:
    remind(client, there, member=[there.neighbour.pk, there.far_member.pk, "x"], confirmed="1", sure="1")
    assert to() == ["m1@example.jp"]


def test_not_within_three_days_not_when_answered_not_when_archived(there: Tree, client: Client, moment: Moment) -> None:
    remind(client, there, all="1", confirmed="1", sure="1")
    with unscoped("a test's rows"):
        Progress.objects.filter(tenant=there.neighbour.pk).update(state="done")
    moment.now += timedelta(days=2, hours=23)
    sign_in_again(client)
    page = remind(client, there, all="1")
    without = page.context["plan"].without
    assert {reason: len(rows) for reason, rows in without.items()} == {
        "done": 1, "lately": 1, "no_address": 1, "archived": 0,
    }  # fmt: skip
    moment.now += timedelta(hours=1)
    sign_in_again(client)
    remind(client, there, all="1", confirmed="1", sure="1")
    assert to() == ["m0@example.jp", "m0@example.jp", "m1@example.jp"]
    assert row_of(there.member).reminders == 2
    archived(there.member)
    moment.now += timedelta(days=9)
    sign_in_again(client)
    assert not remind(client, there, member=[there.member.pk]).context["plan"].to


def test_whoever_has_not_registered_yet_gets_the_invitation_again(there: Tree, client: Client) -> None:
    client.post(
        reverse("desk_member_invite", args=[there.association.pk, there.own_member.pk]),
        {"mail": "new@example.jp", **once()},
    )
    before = letters()
    page = remind(client, there, member=[there.own_member.pk])
    assert page.context["plan"].by_invitation == 1
    assert "new@example.jp" not in page.content.decode()
    remind(client, there, member=[there.own_member.pk], confirmed="1", sure="1")
    assert to() == ["new@example.jp"] * 2
    assert {body for _, body in letters()} > {body for _, body in before}, "with a link of its own"
    assert row_of(there.own_member).reminders == 1


def test_nobody_ticked_is_said(there: Tree, client: Client) -> None:
    assert "会員が選ばれていません" in remind(client, there).content.decode()
    assert client.get(reverse("desk_remind", args=[there.association.pk])).status_code == 302
