"""Every page of a member with something on it: both languages, phone and desktop, text twice as large; ended sessions; paper."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from sonae_web.accounts.models import User
from sonae_web.diagnosis import actions, checklists, evidence, results
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.browser.conftest import EACH_SIZE_AND_LANGUAGE, SIZES, OpenPage, sound, sound_at_each_size
from tests.web.accounts.doors import PASSWORD, account
from tests.web.cast import Tree, acting, tree
from tests.web.test_actions import PDF
from tests.web.test_checklists import answered

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
LONG = "見本の長い名前の商店" * 10
"""A name of 100 characters, as long as a business may have."""


@pytest.fixture
def place() -> Tree:
    with unscoped("test"):
        place = tree()
        place.member.name = LONG
        place.member.save()
    return place


@pytest.fixture
def scope(place: Tree) -> Scope:
    """A member whose checklist is handed in, with an action planned and shown, another done, and the next one begun."""
    with unscoped("test"):
        scope = acting(account(), "member", place.member)
    with declared(scope):
        answered(scope, "no")
        results.hand_in(scope=scope)
        first, second, *_ = actions.listed(scope)
        actions.plan(scope=scope, action=first, assignee=scope.user, due_on=None, note="見本の控え" * 99, seen=0)
        evidence.add(scope=scope, action=first, name="とても長い名前の証拠" * 9 + ".pdf", content=PDF)
        actions.tick(scope=scope, action=second, done=True)
        checklists.start(scope=scope)
    return scope


def sign_in(page: Page, address: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email="hanako@example.jp"))
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


def of_member(scope: Scope) -> list[str]:
    """Return the address of every page of a member that stands for itself."""
    base = f"/my/{scope.organisation}"
    with declared(scope):
        result, first = results.history(scope)[0], actions.listed(scope)[0]
        file = evidence.of(scope, first)[0][0]
        sheet = checklists.read(scope)
    assert sheet is not None
    return [
        f"{base}/", f"{base}/people", f"{base}/results/", f"{base}/results/{result.pk}", f"{base}/actions/",
        f"{base}/actions/{first.question}", f"{base}/actions/files/{file.pk}/remove", f"{base}/checklist/",
        f"{base}/checklist/facts", f"{base}/checklist/file", f"{base}/checklist/paper", f"{base}/checklist/hand-in",
        f"{base}/checklist/questions/{sheet.asked[0].id}", f"{base}/checklist/questions/{sheet.asked[-1].id}",
    ]  # fmt: skip


@EACH_SIZE_AND_LANGUAGE
def test_every_page_of_a_member_is_sound(
    live_server: Any, scope: Scope, open_page: OpenPage, size: str, lang: str
) -> None:
    page = open_page(size)
    sign_in(page, live_server.url)
    page.context.add_cookies([{"name": "django_language", "value": lang, "url": live_server.url}])
    for path in of_member(scope):
        page.goto(live_server.url + path)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        sound_at_each_size(page, path)


def test_text_twice_as_large_never_scrolls_sideways(live_server: Any, scope: Scope, open_page: OpenPage) -> None:
    page = open_page("desktop")
    sign_in(page, live_server.url)
    for path in of_member(scope):
        page.goto(live_server.url + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["desktop"]["width"], path


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_answer_outlives_the_end_of_the_session(
    live_server: Any, scope: Scope, open_page: OpenPage, scripts: bool
) -> None:
    page = open_page("phone", scripts=scripts)
    sign_in(page, live_server.url)
    path = of_member(scope)[-1]
    page.goto(live_server.url + path)
    page.get_by_role("radio", name="わからない").check()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url(lambda address: urlsplit(address).path == "/account/login/")
    page.get_by_label("メールアドレス").fill("hanako@example.jp")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url(live_server.url + path)
    expect(page.get_by_role("alert")).to_contain_text("まだ保存していません")
    expect(page.get_by_role("radio", name="わからない")).to_be_checked()
    sound(page, path, scripts=scripts)
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url(lambda address: urlsplit(address).path != path)
    page.goto(live_server.url + path)
    expect(page.get_by_role("radio", name="わからない")).to_be_checked()


def test_the_questions_are_handed_out_on_paper(live_server: Any, scope: Scope, open_page: OpenPage) -> None:
    page = open_page("desktop")
    sign_in(page, live_server.url)
    overview = f"/my/{scope.organisation}/checklist/"
    page.goto(live_server.url + overview)
    page.get_by_role("link", name="紙に印刷して答える").click()
    sound(page, f"{overview}paper")
    questions = page.locator(".boxes > li")
    assert questions.count() > 50
    expect(questions.locator(".on")).to_have_count(questions.count())
    expect(questions.first.locator(".on")).to_have_text(re.compile("^いいえ"))
    page.get_by_role("link", name="空欄にする").click()
    page.wait_for_url(re.compile("answers=none"))
    expect(page.locator(".on")).to_have_count(0)
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="今の答えを付ける")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 5
