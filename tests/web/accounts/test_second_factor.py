"""Second factors: asked for, compulsory for staff, the last one kept, used once, and their secrets sealed."""

import base64
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from sonae_web.accounts import factors
from sonae_web.accounts.services import grant_role
from sonae_web.ground.vault import Sealed
from tests.web.accounts.doors import SECRET, account, code, confirm, entered, mails, sign_in, staff, told, with_app
from tests.web.cast import tree

pytestmark = pytest.mark.django_db
INDEX = "/account/second-factor/"


def test_a_clerk_sets_up_an_app_before_anything_else_and_signs_in_with_it(
    client: Client, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
) -> None:
    person, there = account(), tree()
    grant_role(user=person, organisation=there.association, role="association")
    desk = f"/desk/{there.association.pk}/requests"
    sign_in(client)
    assert client.get(desk)["Location"] == INDEX
    assert "2段階の確認を設定してください" in client.get(INDEX).content.decode()
    assert client.get(f"{INDEX}totp/activate/")["Location"].startswith("/account/reauthenticate/")
    confirm(client)
    page = client.get(f"{INDEX}totp/activate/").content.decode()
    assert "data:" not in page
    assert "<svg" in page
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    row = Session.objects.get(session_key=client.session.session_key).session_data
    assert found[1] == client.session["mfa.totp.secret"]
    for text in (found[1], str(person.pk)):  # not before it is confirmed, either
        assert text.encode() not in base64.b64decode(row)
        assert text not in row
    wrong = client.post(f"{INDEX}totp/activate/", {"code": "000000"}).content.decode()
    assert "確認コードが正しくない" in wrong
    with django_capture_on_commit_callbacks(execute=True):  # allauth tells of it then
        answer = client.post(f"{INDEX}totp/activate/", {"code": code(found[1])})
    assert answer["Location"] == f"{INDEX}recovery-codes/"
    assert len(re.findall(r"<li><code>\d{8}</code>", client.get(answer["Location"]).content.decode())) == 10
    assert client.get(desk).status_code == 200
    assert 'data-density="dense"' in client.get(desk).content.decode()

    client.post("/account/logout/")
    assert sign_in(client)["Location"] == f"{INDEX}authenticate/"
    assert client.get(desk).status_code == 302  # not in yet
    assert client.post(f"{INDEX}authenticate/", {"code": code(found[1])})["Location"] == "/home"
    assert client.get(desk).status_code == 200
    assert [each["detail"] for each in told("factor.added")] == ['{"factor":"totp"}', '{"factor":"recovery_codes"}']
    assert mails()[-1].subject == "2段階の確認の方法が追加されました"


def test_a_code_works_once_and_wrong_ones_are_noted_without_a_name(client: Client) -> None:
    person = with_app(account())
    sign_in(client)
    assert "確認コードが正しくない" in client.post(f"{INDEX}authenticate/", {"code": "000000"}).content.decode()
    assert told("factor.refused")[0] | {"detail": ""} == {
        "actor": None, "organisation": None, "object": str(person.pk), "detail": "",
    }  # fmt: skip
    now = code()
    assert client.post(f"{INDEX}authenticate/", {"code": now}).status_code == 302
    other = Client()
    sign_in(other)
    assert other.post(f"{INDEX}authenticate/", {"code": now}).status_code == 200
    assert other.get("/settings").status_code == 302


def test_a_spare_code_works_once(client: Client) -> None:
    person = with_app(account())
    spare = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (302, 200):
        browser = Client()
        sign_in(browser)
        assert browser.post(f"{INDEX}authenticate/", {"code": spare}).status_code == expected


def test_secrets_are_sealed_and_open_with_their_purpose_only(client: Client) -> None:
    person = with_app(account())
    RecoveryCodes.activate(person)
    for row in Authenticator.objects.all():
        assert SECRET not in str(row.data)
        for name in ("secret", "seed"):
            if name in row.data:
                assert factors.opened(row.data[name])
                assert "sample-2" not in row.data[name]  # sealed bytes as base64
    assert factors.opened(Authenticator.objects.get(type="totp").data["secret"]) == SECRET
    with pytest.raises(Sealed):
        factors.opened(factors.seal(SECRET)[:-4] + "AAAA")


def test_keys_are_renewed_and_the_old_one_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = settings.VAULT_KEYS.items()
    monkeypatch.setattr(settings, "VAULT_KEYS", dict([old]))
    person = with_app(account())
    codes = RecoveryCodes.activate(person).get_unused_codes()
    monkeypatch.setattr(settings, "VAULT_KEYS", dict([new, old]))
    assert factors.renew_keys() == 2
    assert factors.renew_keys() == 0
    monkeypatch.setattr(settings, "VAULT_KEYS", dict([new]))
    assert factors.opened(Authenticator.objects.get(type="totp").data["secret"]) == SECRET
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == codes


def test_a_clerk_cannot_remove_the_last_factor_a_member_can(client: Client) -> None:
    person, there = with_app(account()), tree()
    held = grant_role(user=person, organisation=there.association, role="association")
    sign_in(client)
    client.post(f"{INDEX}authenticate/", {"code": code()})
    confirm(client)
    for answer in (client.get(f"{INDEX}totp/deactivate/"), client.post(f"{INDEX}totp/deactivate/")):
        assert answer.status_code == 409
        assert "最後の1つは外せません" in answer.content.decode()
    passkey = Authenticator.objects.create(user=person, type="webauthn", data={"name": "鍵", "credential": {}})
    assert client.get(f"{INDEX}totp/deactivate/").status_code == 200
    assert client.post(f"{INDEX}totp/deactivate/").status_code == 302
    assert client.post(f"{INDEX}webauthn/keys/{passkey.pk}/remove/").status_code == 409
    assert Authenticator.objects.get(pk=passkey.pk)
    held.delete()
    assert client.post(f"{INDEX}webauthn/keys/{passkey.pk}/remove/").status_code == 302
    assert not Authenticator.objects.exclude(type="recovery_codes").exists()
    assert told("factor.removed")


def test_the_passkey_of_another_is_not_there(client: Client) -> None:
    other = account("other@example.jp")
    passkey = Authenticator.objects.create(user=other, type="webauthn", data={"name": "鍵", "credential": {}})
    account()
    sign_in(client)
    confirm(client)
    assert client.post(f"{INDEX}webauthn/keys/{passkey.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_removing_a_factor_needs_the_password_again(client: Client) -> None:
    with_app(account())
    sign_in(client)
    client.post(f"{INDEX}authenticate/", {"code": code()})
    assert client.post(f"{INDEX}totp/deactivate/")["Location"].startswith("/account/reauthenticate/")
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_clerk_without_a_factor_sees_no_page_and_with_one_sees_it(client: Client) -> None:
    person, there = account(), tree()
    grant_role(user=person, organisation=there.association, role="association")
    entered(client, person)
    address = f"/desk/{there.association.pk}/requests"
    assert client.get(address).status_code == 302
    staff(person)
    assert client.get(address).status_code == 200


def test_a_session_whose_key_is_gone_or_that_is_damaged_is_empty(client: Client) -> None:
    client.force_login(account())
    assert client.get("/settings").status_code == 200
    store = client.session
    for broken in ("", "x", "AAAA", "%", base64.b64encode(b"\1\4none" + bytes(40)).decode()):
        assert store.decode(broken) == {}
        Session.objects.update(session_data=broken)
        assert client.get("/settings")["Location"].startswith("/account/login/")
