"""Signing in with address and password: in, out, refused alike whoever it is, limited, and for twelve hours at most."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from sonae.figures import LANGS
from sonae.programmes import load
from sonae_web.accounts import adapter
from sonae_web.accounts.models import User
from sonae_web.accounts.services import grant_role
from tests.web.accounts.doors import PASSWORD, account, confirm, entered, later, link, mails, sign_in, told
from tests.web.cast import archived, once, tree

pytestmark = pytest.mark.django_db
WRONG = "something else 9"


def test_a_member_signs_in_sees_the_roles_and_signs_out(client: Client) -> None:
    person, there = account(), tree()
    for organisation in (there.member, there.far_member):
        grant_role(user=person, organisation=organisation, role="member")
    assert client.get("/home")["Location"] == "/account/login/?next=/home"
    answer = client.post("/account/login/", {"login": "Hanako@Example.jp", "password": PASSWORD, "next": "/home"})
    assert answer["Location"] == "/home"
    page = client.get("/home").content.decode()
    assert "見本商事" in page
    assert "遠方商店" in page
    assert client.get("/account/logout/").status_code == 200
    assert client.post("/account/logout/")["Location"] == "/"
    assert client.get("/home").status_code == 302
    assert [told(f"user.signed_{way}")[0]["actor"] for way in ("in", "out")] == [person.pk, person.pk]


def test_a_single_role_leads_straight_to_its_page_and_none_says_what_to_do(client: Client) -> None:
    person, there = account(), tree()
    entered(client, person)
    assert "まだ役割がありません" in client.get("/home").content.decode()
    grant_role(user=person, organisation=there.member, role="member")
    assert client.get("/home")["Location"].startswith(f"/my/{there.member.pk}/")


def test_the_session_is_another_one_after_signing_in(client: Client) -> None:
    account()
    client.cookies["sessionid"] = "planted-by-somebody-else-00000000"
    sign_in(client)
    assert client.cookies["sessionid"].value != "planted-by-somebody-else-00000000"
    assert Session.objects.get().session_key == client.cookies["sessionid"].value
    assert client.cookies["sessionid"]["httponly"]
    assert not client.cookies["sessionid"]["max-age"]  # gone with the browser
    assert client.get("/settings")["Cache-Control"] == "no-store"


def test_after_twelve_hours_everybody_signs_in_anew_however_busy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account()
    sign_in(client)
    for _ in range(11):
        later(monkeypatch, timedelta(hours=1))
        assert client.get("/settings").status_code == 200
    later(monkeypatch, timedelta(hours=1))
    assert client.get("/settings").status_code == 302


def test_whoever_is_refused_learns_nothing_and_the_log_holds_no_address(client: Client) -> None:
    person = account()
    pages = []
    for address in (person.email, "nobody@example.jp"):
        page = sign_in(client, address, WRONG).content.decode()
        assert "メールアドレスかパスワードが正しくありません" in page
        assert "<title>エラー：サインイン｜Sonae</title>" in page
        pages.append(page.replace(address, ""))
    assert [strip(page) for page in pages] == [strip(pages[0])] * 2
    assert [row["object"] for row in told("user.refused")] == [str(person.pk), "unknown"]
    assert "example.jp" not in str(told("user.refused"))


def strip(page: str) -> list[str]:
    """The lines without tokens."""
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_a_password_is_checked_for_unknown_addresses_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    sign_in(client, "nobody@example.jp", WRONG)
    assert hashed == [WRONG]  # costs what checking one costs


def test_after_five_failures_an_address_waits_even_with_the_right_password_and_in_every_process(client: Client) -> None:
    account()
    for _ in range(5):
        sign_in(client, password=WRONG)
    assert "受け付けを止めています" in sign_in(client).content.decode()
    assert connection.introspection.table_names().count("cache") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = " ".join(row[0] for row in cursor.fetchall())
    assert "login_failed" in keys
    assert "hanako" not in keys


def test_the_cache_is_shared_and_forgets() -> None:
    assert cache.add("x", 1, timeout=60)
    assert not cache.add("x", 2, timeout=60)
    cache.delete("x")
    assert cache.get("x") is None


def test_a_closed_account_is_told_so_after_the_right_password_only(client: Client) -> None:
    person = account()
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert "メールアドレスかパスワードが正しくありません" in sign_in(client, password=WRONG).content.decode()
    assert sign_in(client)["Location"] == "/account/inactive/"
    assert "停止しています" in client.get("/account/inactive/").content.decode()


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    for answer in (
        client.get("/account/signup/"),
        client.post("/account/signup/", {"email": "new@example.jp", "password1": PASSWORD}),
    ):
        assert "招待でお作りいただけます" in answer.content.decode()
    assert not User.objects.exists()


def test_a_forgotten_password_is_set_anew_by_mail_and_nobody_learns_who_has_an_account(client: Client) -> None:
    person = account()
    for address in ("nobody@example.jp", person.email):
        answer = client.post("/account/password/reset/", {"email": address})
        assert answer["Location"] == "/account/password/reset/done/"
    assert [each.to for each in mails()] == [[person.email]]
    form = client.get(link()).headers["Location"]
    assert "12文字以上" in client.get(form).content.decode()
    weak = client.post(form, {"password1": "short", "password2": "short"}).content.decode()
    assert "12文字以上で入力" in weak
    fresh = "新しい 合言葉 2027 です"
    assert client.post(form, {"password1": fresh, "password2": fresh}).status_code == 302
    assert sign_in(client, password=fresh)["Location"] == "/home"
    assert told("user.password_changed")[0]["actor"] == person.pk
    assert mails()[-1].subject == "パスワードが変わりました"
    assert "期限が過ぎています" in client.get(link(0)).content.decode()  # works once


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short1234", "12文字以上"),
        ("x" * 129, "128文字以内"),
        ("password1234", "推測されやすい"),
        ("hanako@example.jp", "メールアドレスに似ています"),
        ("739461028364", "数字だけ"),
    ],
)
def test_weak_passwords_are_refused_with_what_to_do(client: Client, password: str, fault: str) -> None:
    entered(client, account())
    page = client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password}
    ).content.decode()
    assert fault in page
    assert 'role="alert"' in page
    assert "エラー：パスワードの変更" in page


def test_a_changed_password_ends_other_sessions(client: Client) -> None:
    account()
    other = Client()
    sign_in(other)
    sign_in(client)
    fresh = "新しい 合言葉 2027 です"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh})
    assert client.get("/settings").status_code == 200
    assert other.get("/settings").status_code == 302


def test_the_address_is_changed_by_a_code_sent_to_the_new_one(client: Client) -> None:
    person = account()
    sign_in(client)
    assert client.post("/account/email/", {"action_add": "", "email": "new@example.jp"}).status_code == 302
    confirm(client)
    client.post("/account/email/", {"action_add": "", "email": "new@example.jp"})
    assert mails()[-1].to == ["new@example.jp"]
    code = str(mails()[-1].body).split("\n\n")[1].strip()
    page = client.get("/account/confirm-email/").content.decode()
    assert "new@example.jp に確認コード" in page
    assert "確認コードが正しくない" in client.post("/account/confirm-email/", {"code": "XXXXXX"}).content.decode()
    client.post("/account/confirm-email/", {"code": code})
    person.refresh_from_db()
    assert person.email == "new@example.jp"


def test_every_page_is_in_the_chosen_language(client: Client) -> None:
    client.post("/language", {"language": "en", "next": "/"})
    entered(client, account())
    for address in (
        "/home?all",
        "/settings",
        "/account/second-factor/",
        "/account/password/change/",
        "/account/logout/",
        "/join/",
    ):
        page = client.get(address).content.decode()
        assert '<html lang="en">' in page
        outside = page.replace("日本語", "")
        assert not [each for each in outside if "ぁ" <= each <= "鿿"], address


def test_the_header_says_where_one_is_and_leaves_out_pages_that_are_not_there(client: Client) -> None:
    person, there = account(), tree()
    grant_role(user=person, organisation=there.member, role="member")
    page = entered(client, person).get(f"/my/{there.member.pk}/people").content.decode()
    assert f'<a href="/my/{there.member.pk}/people" aria-current="page">担当者</a>' in page
    assert '<span class="as">見本商事</span>' in page
    assert "サインアウト" in page
    assert "サインイン" not in page
    assert "かんたん診断</a>" not in page


def test_in_an_archived_business_nothing_changes_and_the_page_says_so(client: Client) -> None:
    person, there = account(), tree()
    grant_role(user=person, organisation=there.member, role="member")
    archived(there.member)
    people = f"/my/{there.member.pk}/people"
    assert entered(client, person).get(people).status_code == 200
    answer = client.post(people, {"mail": "taro@example.jp", **once()})
    assert answer.status_code == 409
    assert "見本商事の登録は終了しているため" in answer.content.decode()
    assert mails() == []


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in adapter.LETTERS.values()}))
def test_every_letter_has_words_and_none_of_its_subject_is_personal(kind: str) -> None:
    for lang in LANGS:
        words = load(settings.PROGRAMME).words(lang)
        assert "{" not in words(f"mail.{kind}.subject")
        blanks = {name for each, names in adapter.LETTERS.values() if each == kind for name in names}
        assert set(re.findall(r"\{(\w+)\}", words(f"mail.{kind}.body"))) == blanks
