"""Tokens of the API as their owner makes, sees and revokes them: shown once, after saying again who one is."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sonae_web.accounts import tokens
from sonae_web.accounts.models import Organisation, Token, User
from sonae_web.accounts.services import grant_role, revoke_role
from sonae_web.ground import sealed
from sonae_web.ground.models import Answer
from tests.web.accounts.doors import PASSWORD, account, confirm, entered, later, staff, told
from tests.web.cast import Tree, archived, tree

pytestmark = pytest.mark.django_db
LIST, NEW = "/settings/tokens/", "/settings/tokens/new"


@pytest.fixture
def there() -> Tree:
    return tree()


@pytest.fixture
def hanako(there: Tree) -> User:
    person = account()
    grant_role(user=person, organisation=there.member, role="member")
    return person


@pytest.fixture
def browser(client: Client, hanako: User) -> Client:
    entered(client, hanako)
    confirm(client)
    return client


def form(user: User, **changes: Any) -> dict[str, Any]:
    return {
        "once": str(uuid.uuid4()), "name": "会計システム", "role": str(user.roles.get().pk), "days": "90",
        "scopes": ["diagnoses:read", "reports:read"],
    } | changes  # fmt: skip


def shown(answer: Any) -> str:
    found: list[str] = re.findall(r"sonae_[0-9A-Za-z]{49}", answer.content.decode())
    assert len(found) == 1
    return found[0]


def reads(secret: str) -> int:
    return Client().get("/api/v1/diagnoses", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_token_is_made_shown_once_listed_used_and_revoked(browser: Client, hanako: User, there: Tree) -> None:
    assert "まだトークンはありません" in browser.get(LIST).content.decode()
    page = browser.get(NEW).content.decode()
    assert f"対象：{there.member.name}" in page
    assert "診断の読み取り" in page
    made = browser.post(NEW, form(hanako))
    secret = shown(made)
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    listed = browser.get(LIST).content.decode()
    assert secret not in listed
    assert "会計システム" in listed
    assert listed.count("—") == 1  # not used yet
    assert reads(secret) == 200
    token = Token.objects.get()
    assert token.last_used is not None
    assert token.last_used.isoformat() in browser.get(LIST).content.decode()
    address = f"/settings/tokens/{token.pk}/revoke"
    assert "元に戻せません" in browser.get(address).content.decode()
    assert reads(secret) == 200
    assert browser.post(address)["Location"] == LIST
    assert browser.post(address)["Location"] == LIST
    assert reads(secret) == 401
    after = browser.get(LIST).content.decode()
    assert "取消し済み" in after
    assert address not in after
    assert browser.get(address)["Location"] == LIST
    assert [len(told(action)) for action in ("token.issue", "token.revoke")] == [1, 1]


def test_the_form_sent_twice_makes_one_token_and_shows_the_same_secret(browser: Client, hanako: User) -> None:
    sent = form(hanako)
    first, second = browser.post(NEW, sent), browser.post(NEW, sent)
    assert shown(first) == shown(second)
    assert Token.objects.count() == 1
    assert browser.post(NEW, sent | {"name": "別"}).status_code == 409
    (kept,) = Answer.objects.all()
    assert shown(first).encode() not in bytes(kept.content)
    assert sealed.get(kept, "content")["status"] == 200


def test_making_one_needs_the_password_again_and_goes_on_from_there(client: Client, hanako: User) -> None:
    entered(client, hanako)
    assert client.get(LIST).status_code == 200
    for answer in (client.get(NEW), client.post(NEW, form(hanako))):
        assert answer["Location"].startswith("/account/reauthenticate/")
    assert not Token.objects.exists()
    done = client.post(f"/account/reauthenticate/?next={NEW}", {"password": PASSWORD, "next": NEW})
    assert reads(shown(done)) == 200
    assert Token.objects.count() == 1


def test_after_a_while_it_is_asked_again(browser: Client, hanako: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.get(NEW).status_code == 200
    session = browser.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [each | {"at": each["at"] - 3_600} for each in records]
    session.save()
    assert browser.get(NEW)["Location"].startswith("/account/reauthenticate/")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "名前を1〜60文字で"),
        ({"name": "あ" * 61}, "name", "名前を1〜60文字で"),
        ({"name": "a\u202eb"}, "name", "名前に使えない文字"),
        ({"scopes": []}, "scopes", "できることを1つ以上"),
        ({"scopes": ["everything"]}, "scopes", "できることを1つ以上"),
        ({"days": "366"}, "days", "期限を一覧から"),
        ({"days": "x"}, "days", "期限を一覧から"),
        ({"role": str(uuid.uuid4())}, "role", "対象を選んで"),
        ({"role": "x"}, "role", "対象を選んで"),
    ],
)
def test_faults_stand_at_their_fields_and_nothing_is_made(
    browser: Client, hanako: User, changes: dict[str, Any], field: str, words: str
) -> None:
    answer = browser.post(NEW, form(hanako) | changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'href="#{field}' in page
    assert not Token.objects.exists()


def test_all_faults_are_told_at_once(browser: Client) -> None:
    page = browser.post(NEW, {"once": str(uuid.uuid4())}).content.decode()
    assert re.findall(r'<li><a href="#([a-z]+)', page) == ["name", "role", "scopes", "days"]


def test_too_many_are_refused_in_words(browser: Client, hanako: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1)
    assert browser.post(NEW, form(hanako)).status_code == 200
    answer = browser.post(NEW, form(hanako))
    assert answer.status_code == 422
    assert "使用可のトークンが1個あります" in answer.content.decode()


def test_with_several_roles_one_is_chosen(browser: Client, hanako: User, there: Tree) -> None:
    own = str(hanako.roles.get().pk)
    grant_role(user=hanako, organisation=there.neighbour, role="member")
    archived(there.other_associations_member)
    page = browser.get(NEW).content.decode()
    assert there.member.name in page
    assert there.neighbour.name in page
    assert browser.post(NEW, form_for("", hanako)).status_code == 422
    assert browser.post(NEW, form_for(own, hanako)).status_code == 200
    assert Token.objects.get().role_id == uuid.UUID(own)


def form_for(role: str, user: User) -> dict[str, Any]:
    return {"once": str(uuid.uuid4()), "name": "会計", "role": role, "days": "30", "scopes": ["diagnoses:read"]}


def test_of_an_archived_organisation_none_is_made_and_those_that_ended_say_why(
    browser: Client, hanako: User, there: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post(NEW, form(hanako, name="甲", days="30"))
    browser.post(NEW, form(hanako, name="乙", days="365"))
    archived(there.member)
    assert browser.get(NEW)["Location"] == LIST
    assert browser.post(NEW, form(hanako))["Location"] == LIST
    assert Token.objects.count() == 2
    later(monkeypatch, timedelta(days=31))
    browser = entered(Client(), hanako)
    assert "期限切れ" in browser.get(LIST).content.decode()
    revoke_role(role=hanako.roles.get().pk)
    page = browser.get(LIST).content.decode()
    assert page.count("役割なし") == 2
    assert "今の役割では作れません" in page


def test_anothers_token_is_not_there(browser: Client, hanako: User, there: Tree) -> None:
    other = account("other@example.jp")
    role = grant_role(user=other, organisation=there.neighbour, role="member")
    token, secret = tokens.issue_token(user=other, role=role.pk, name="他人", scopes=["diagnoses:read"], days=30)
    assert "他人" not in browser.get(LIST).content.decode()
    found = [browser.get(f"/settings/tokens/{pk}/revoke") for pk in (token.pk, uuid.uuid4())]
    assert {each.status_code for each in found} == {404}
    assert len({each.content for each in found}) == 1
    assert browser.post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    assert reads(secret) == 200


def test_staff_set_up_a_second_factor_first_and_have_nothing_to_make(client: Client, there: Tree) -> None:
    clerk = account("clerk@example.jp")
    grant_role(user=clerk, organisation=Organisation.objects.get(pk=there.association.pk), role="association")
    entered(client, clerk)
    for address in (LIST, NEW):
        assert client.get(address)["Location"] == "/account/second-factor/"
    staff(clerk)
    page = client.get(LIST).content.decode()
    assert "今の役割では作れません" in page
    assert NEW not in page
    confirm(client)
    assert client.get(NEW)["Location"] == LIST


def test_strangers_sign_in_first(client: Client) -> None:
    for address in (LIST, NEW, f"/settings/tokens/{uuid.uuid4()}/revoke"):
        assert client.get(address)["Location"].startswith("/account/login/")
        assert client.post(address)["Location"].startswith("/account/login/")


def test_the_pages_speak_english(browser: Client, hanako: User) -> None:
    browser.cookies["django_language"] = "en"
    for page in (browser.get(LIST), browser.get(NEW), browser.post(NEW, form(hanako, name="Accounting"))):
        text = re.sub(r"日本語|見本商事", "", page.content.decode())
        assert re.findall(r"[぀-ヿ一-鿿]+", text) == []
