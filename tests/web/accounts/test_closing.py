"""Closing the own account: who may, what is erased, what stays."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client

from sonae_web.accounts import closing
from sonae_web.accounts.invitations import Unfit
from sonae_web.accounts.models import Role, Token, User
from sonae_web.accounts.services import grant_role
from sonae_web.accounts.tokens import issue_token, scopes_of
from sonae_web.diagnosis import checklists
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import declared, unscoped
from tests.web.accounts.doors import PASSWORD, account, confirm, mails, sign_in, staff, told
from tests.web.apart import at_once, prepare
from tests.web.cast import Tree, acting, archived, tree

pytestmark = pytest.mark.django_db
PAGE = "/settings/close"


def test_a_member_shows_again_who_it_is_and_closes_its_account(client: Client, place: Tree) -> None:
    person = account()
    held = grant_role(user=person, organisation=place.member, role="member")
    issue_token(user=person, role=held.pk, name="見本", scopes=scopes_of("member"), days=9)
    client.force_login(person)
    assert PAGE in client.get("/settings").content.decode()
    page = client.get(PAGE).content.decode()
    assert "担当者が1人もいなくなります" in page
    assert "見本商事" in page
    assert client.post(PAGE, {"sure": "1"})["Location"].startswith("/account/reauthenticate/")
    assert User.objects.filter(pk=person.pk).exists()
    confirm(client)
    assert client.post(PAGE).status_code == 422  # not ticked
    assert client.post(PAGE, {"sure": "1"})["Location"] == "/closed"
    assert "アカウントを閉じました" in client.get("/closed").content.decode()
    assert client.get("/settings").status_code == 302
    for model in (User, EmailAddress, Role, Token, Authenticator):
        assert not model.objects.exists(), model
    assert sign_in(Client()).status_code == 200  # the address and password open nothing
    assert mails()[-1].subject == "アカウントを閉じました"
    assert [each["actor"] for each in told("user.closed")] == [person.pk]
    assert [each["object"] for each in told("role.revoked")] == [str(held.pk)]
    log = " ".join(f"{row.object_id} {bytes(row.detail)!r}" for row in AuditRow.objects.all())
    assert person.email not in log


def test_the_only_clerk_is_told_why_not_and_may_once_there_is_another(client: Client, place: Tree) -> None:
    clerk = staff(account())
    grant_role(user=clerk, organisation=place.association, role="association")
    client.force_login(clerk)
    confirm(client, PASSWORD)
    page = client.get(PAGE).content.decode()
    assert "今は閉じられません" in page
    assert "例示協同組合" in page
    answer = client.post(PAGE, {"sure": "1"})
    assert answer.status_code == 409
    assert Role.objects.count() == 1
    with pytest.raises(Unfit):
        closing.close(user=clerk)
    gone = account("gone@example.jp")
    grant_role(user=gone, organisation=place.association, role="association")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(Unfit):  # somebody whose account is closed does not count
        closing.close(user=clerk)
    grant_role(user=account("taro@example.jp"), organisation=place.association, role="association")
    closing.close(user=clerk)
    assert not User.objects.filter(pk=clerk.pk).exists()


def test_an_archived_organisation_holds_nobody(place: Tree) -> None:
    clerk = account()
    grant_role(user=clerk, organisation=place.association, role="association")
    archived(place.association)
    closing.close(user=clerk)
    assert not User.objects.exists()


def test_what_was_entered_stays_with_the_business(client: Client, place: Tree) -> None:
    person, other = account(), account("taro@example.jp")
    with unscoped("test"):
        scope = acting(person, "member", place.member)
        colleague = acting(other, "member", place.member)
    with declared(scope):
        checklists.start(scope=scope)
    closing.close(user=person)
    with declared(colleague):
        assert checklists.read(colleague) is not None


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_clerks_who_close_at_once_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    both = threading.Barrier(2)
    waits = closing.alone

    def alone(*, user: User) -> list[Role]:
        """Look, and go on once the other has looked too, if the other can."""
        found = waits(user=user)
        with suppress(threading.BrokenBarrierError):
            both.wait(1)
        return found

    def set_up() -> list[User]:
        there = tree().association
        people = [account(f"{name}@example.jp") for name in ("hanako", "taro")]
        for each in people:
            grant_role(user=each, organisation=there, role="association")
        return people

    (people,) = at_once([set_up])
    monkeypatch.setattr(closing, "alone", alone)
    done = at_once([lambda each=each: closing.close(user=each) for each in people])  # type: ignore[misc]
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "Unfit"]
    assert at_once([User.objects.count]) == [1]
