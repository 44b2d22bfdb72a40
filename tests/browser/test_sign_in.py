"""Signing in in a real browser: without scripts by password and app, with them by passkey; every page sound for axe."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sonae_web.accounts import invitations, joining
from sonae_web.accounts.models import User
from sonae_web.accounts.services import grant_role
from tests.browser.conftest import SIZES
from tests.web.accounts.doors import PASSWORD, account, code, link, with_app
from tests.web.cast import Tree, acting, tree

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
INDEX = "/account/second-factor/"


@pytest.fixture(autouse=True)
def _nothing_counted_yet(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    scripts = getattr(request, "param", True)
    context = browser.new_context(viewport=SIZES["phone"], locale="ja-JP", java_script_enabled=scripts)
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    yield page
    assert [text for text in complaints if not re.search(r"status of (404|409|422)", text)] == []


def sign_in(page: Page, address: str) -> None:
    page.get_by_label("メールアドレス").fill(address)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="サインイン", exact=True).click()


def passkey_of(context: BrowserContext, page: Page) -> None:
    """Give the browser a device that knows its owner by finger."""
    tool = context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    tool.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }},
    )  # fmt: skip


@pytest.mark.parametrize("context", [False], indirect=True, ids=["without scripts"])
def test_without_scripts_a_clerk_sets_up_an_app_and_signs_in_with_it(live_server: Any, page: Page) -> None:
    there = tree()
    grant_role(user=account(), organisation=there.association, role="association")
    page.goto(f"{live_server.url}/desk/{there.association.pk}/requests")
    sign_in(page, "hanako@example.jp")
    expect(page.get_by_role("heading", name="2段階の確認を設定してください")).to_be_visible()
    page.get_by_role("link", name="認証アプリの登録").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_role("img", name="二次元コード")).to_be_visible()
    secret = page.locator("code").inner_text()
    page.get_by_label("確認コード").fill(code(secret))
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("残り10個")).to_be_visible()
    page.get_by_role("button", name="サインアウト").click()
    page.get_by_role("link", name="サインイン").click()
    expect(page.get_by_text("パスキーを使うには、ブラウザーのJavaScriptを有効に")).to_be_visible()
    expect(page.get_by_role("button", name="パスキーでサインイン")).not_to_be_visible()
    sign_in(page, "hanako@example.jp")
    page.get_by_label("確認コード").fill(code(secret, 1))
    page.get_by_role("button", name="サインイン", exact=True).click()
    expect(page).to_have_url(re.compile(r"/desk/[0-9a-f-]+/$"))
    page.get_by_role("navigation").get_by_role("link", name="加入申請の確認").click()
    expect(page.get_by_text("確認待ちの申請はありません。")).to_be_visible()


def test_a_passkey_is_added_and_serves_as_both_steps(live_server: Any, context: BrowserContext, page: Page) -> None:
    there = tree()
    person = account()
    grant_role(user=person, organisation=there.association, role="association")
    passkey_of(context, page)
    page.goto(f"{live_server.url}/account/login/")
    sign_in(page, person.email)
    page.wait_for_url(re.compile(INDEX))
    page.get_by_role("link", name="パスキーの追加").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    page.get_by_label("名前").fill("事務所のパソコン")
    page.get_by_role("button", name="パスキーを追加する").click()
    expect(page.get_by_text("残り10個")).to_be_visible()
    assert Authenticator.objects.get(type="webauthn").wrap().is_passwordless
    page.get_by_role("button", name="サインアウト").click()
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page).to_have_url(re.compile(r"/desk/[0-9a-f-]+/$"))  # no password, no code

    page.get_by_role("button", name="サインアウト").click()
    page.goto(f"{live_server.url}/account/login/")
    sign_in(page, person.email)
    page.get_by_role("button", name="パスキーを使う").click()  # as the second step after the password
    expect(page).to_have_url(re.compile(r"/desk/[0-9a-f-]+/$"))


def test_a_browser_that_refuses_is_told_of_in_the_page(live_server: Any, page: Page) -> None:
    page.goto(f"{live_server.url}/account/login/")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('refused')); }")
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_text("パスキーを確認できませんでした")).to_be_visible()


Sound = Callable[..., None]


@pytest.fixture
def sound(live_server: Any, page: Page) -> Sound:
    """Open an address; on phone and desktop it has nothing for axe and does not scroll sideways."""

    def check(address: str = "") -> None:
        if address:
            page.goto(live_server.url + address)
        for size in SIZES.values():
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], (page.url, size)
            results = Axe().run(page)
            assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"

    return check


@pytest.fixture
def there() -> Tree:
    return tree()


def entered(context: BrowserContext, live_server: Any, person: User) -> None:
    client = Client()
    client.force_login(person)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


def test_pages_before_signing_in_are_sound(live_server: Any, page: Page, sound: Sound, there: Tree) -> None:
    person = with_app(account())
    scope = acting(person, "member", there.member)
    for address in (
        "/account/login/", "/account/signup/", "/account/inactive/", "/account/password/reset/",
        "/account/password/reset/done/", "/account/password/reset/key/done/", "/account/password/reset/key/x-y/",
        "/invitation/nothing", "/join/", "/join/?q=nothing", f"/join/{there.association.pk}/sent",
        f"/join/{there.association.pk}",
    ):  # fmt: skip
        sound(address)
    page.get_by_role("button", name="内容の確認に進む").click()
    sound()
    page.get_by_label("事業者名").fill("例示クリーニング")
    page.get_by_label("メールアドレス").fill("ten@example.jp")
    page.get_by_role("button", name="内容の確認に進む").click()
    sound()
    page.get_by_role("button", name="申請を送信").click()
    expect(page.get_by_role("heading", name="申請を送信しました")).to_be_visible()
    Client().post("/account/password/reset/", {"email": person.email})
    sound(link())
    invitations.invite(scope=scope, organisation=there.member, role="member", mail="new@example.jp", by=person)
    sound(link())
    page.get_by_role("button", name="アカウントを作って始める").click()
    sound()
    page.goto(live_server.url + "/account/login/")
    page.get_by_role("main").get_by_role("button", name="サインイン", exact=True).click()
    sound()
    sign_in(page, person.email)
    page.wait_for_url(re.compile("authenticate"))
    sound()


def test_pages_after_signing_in_are_sound(
    live_server: Any, context: BrowserContext, page: Page, sound: Sound, there: Tree
) -> None:
    person = account("a-rather-long-address-of-somebody@example.jp")
    scope = acting(person, "member", there.member)
    acting(person, "association", there.association)
    key = there.national.pk
    joining.ask(key=key, association=there.association, name="見本商事", number="", mail="ten@example.jp", note="")
    invitations.invite(scope=scope, organisation=there.member, role="member", mail="new@example.jp", by=person)
    entered(context, live_server, person)
    for address in ("/home", "/settings", INDEX, "/account/reauthenticate/"):
        sound(address)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    sound(f"{INDEX}totp/activate/")
    page.get_by_role("button", name="登録する").click()
    sound()
    page.get_by_label("確認コード").fill(code(page.locator("code").inner_text()))
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("残り10個")).to_be_visible()
    sound()
    passkey = Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "事務所のパソコン", "credential": {}}
    )
    keys = f"{INDEX}webauthn/keys/{passkey.pk}/"
    for address in (
        INDEX, f"{INDEX}totp/deactivate/", f"{INDEX}recovery-codes/generate/", f"{INDEX}reauthenticate/",
        f"{INDEX}webauthn/", f"{keys}edit/", f"{keys}remove/", "/account/email/", "/account/password/change/",
        "/account/logout/", f"/my/{there.member.pk}/people",
        f"/my/{there.member.pk}/people/{person.roles.get(role='member').pk}/remove",
        f"/desk/{there.association.pk}/requests", f"/desk/{there.association.pk}/requests/{key}",
    ):  # fmt: skip
        sound(address)
    passkey.delete()
    for address in (f"{INDEX}webauthn/", f"{INDEX}webauthn/add/", f"{INDEX}totp/deactivate/"):
        sound(address)
    page.goto(f"{live_server.url}/account/email/")
    page.get_by_label("新しいメールアドレス").fill("new-one@example.jp")
    page.get_by_role("button", name="確認コードを送る").click()
    expect(page.get_by_role("heading", name="メールアドレスの確認")).to_be_visible()
    sound()
