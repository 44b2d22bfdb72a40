"""A member in a real browser: facts, every question, handing in, report; two people at once; with and without scripts."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from sonae_web.accounts.models import User
from sonae_web.diagnosis import results
from sonae_web.ground.scope import declared, unscoped
from tests.browser.conftest import OpenPage, sign_in, sound
from tests.web.accounts.doors import PASSWORD, account
from tests.web.cast import Tree, acting, person, tree
from tests.web.test_checklists import answered

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
EXPECTED = ("status of 422", "status of 409")


@pytest.fixture
def place() -> Tree:
    with unscoped("test"):
        return tree()


def member_of(place: Tree, mail: str) -> User:
    user = person(mail)
    with unscoped("test"):
        acting(user, "member", place.member)
    return user


def at(page: Page) -> str:
    """The path of a page."""
    return urlsplit(page.url).path


def test_a_member_goes_from_facts_to_the_report(
    live_server: Any, place: Tree, open_page: OpenPage, scripts: bool, tmp_path: Path
) -> None:
    page = sign_in(open_page("phone", scripts=scripts), member_of(place, "hanako@example.jp"), live_server.url)
    page.goto(f"{live_server.url}/my/{place.member.pk}/")
    sound(page, at(page), scripts=scripts)
    page.get_by_role("button", name="診断を始める").click()
    page.wait_for_url(re.compile("/facts$"))
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.get_by_role("alert")).to_be_visible()
    sound(page, at(page), scripts=scripts)
    page.get_by_label("業種").select_option("clinic")
    page.get_by_label("従業員の数").fill("８")
    page.get_by_label("個人情報をお持ちの人数").fill("1.2万")
    page.get_by_label("氏名").check()
    page.get_by_text("健康など配慮が要る情報").click()
    page.get_by_label("病歴").check()
    page.get_by_label("パソコン").check()
    page.get_by_label("受託していない").check()
    page.get_by_role("button", name="保存して次へ").click()
    number = 1
    while True:
        page.wait_for_url(re.compile(r"/questions/|/checklist/$"))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if page.url.endswith("/checklist/"):
            break
        expect(page).to_have_title(re.compile(r"^問\d+｜"))
        if number in (1, 9):
            sound(page, at(page), scripts=scripts)
        page.get_by_role("radio").nth(number % 4).check()
        here = page.url
        page.get_by_role("button", name="保存して次へ").click()
        page.wait_for_url(re.compile(f"^(?!{re.escape(here)}$)"))
        number += 1
    assert number > 50
    sound(page, at(page), scripts=scripts)
    page.get_by_role("link", name="診断を提出").click()
    expect(page.get_by_role("heading", name="診断の提出")).to_be_visible()
    sound(page, at(page), scripts=scripts)
    page.get_by_role("button", name="診断を提出").click()
    expect(page.get_by_role("heading", name="の診断結果")).to_be_visible()
    sound(page, at(page), scripts=scripts)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="報告書を受け取る（PDF）").click()
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Result of")).to_be_visible()
    sound(page, at(page), scripts=scripts)


def test_two_people_in_one_checklist_see_both_answers(live_server: Any, place: Tree, open_page: OpenPage) -> None:
    first = sign_in(open_page("phone"), member_of(place, "hanako@example.jp"), live_server.url)
    first.goto(f"{live_server.url}/my/{place.member.pk}/")
    first.get_by_role("button", name="診断を始める").click()
    first.get_by_label("業種").select_option("retail")
    first.get_by_label("従業員の数").fill("8")
    first.get_by_label("個人情報をお持ちの人数").fill("800")
    first.get_by_label("氏名").check()
    first.get_by_label("紙", exact=True).check()
    first.get_by_label("受託していない").check()
    first.get_by_role("button", name="保存して次へ").click()
    first.wait_for_url(re.compile("/questions/"))
    second = sign_in(open_page("phone", expected=EXPECTED), member_of(place, "jiro@example.jp"), live_server.url)
    second.goto(first.url)
    second.get_by_role("radio", name="いいえ", exact=True).check()
    first.get_by_role("radio", name="はい", exact=True).check()
    first.get_by_role("button", name="保存して次へ").click()
    first.wait_for_url(lambda address: address != second.url)
    second.get_by_role("button", name="保存して次へ").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("保存されている答え：はい（hanako@example.jp")
    expect(alert).to_contain_text("選んだ答え：いいえ")
    sound(second, at(second))
    second.get_by_role("radio", name="はい", exact=True).check()
    asked = second.url
    second.get_by_role("button", name="保存して次へ").click()
    second.wait_for_url(lambda address: address != asked)


def test_the_language_changes_over_a_form_half_filled_and_a_redo_is_discarded(
    live_server: Any, place: Tree, open_page: OpenPage, scripts: bool
) -> None:
    user = member_of(place, "hanako@example.jp")
    page = sign_in(open_page("phone", scripts=scripts, expected=EXPECTED), user, live_server.url)
    with unscoped("test"):
        scope = acting(user, "member", place.member)
    with declared(scope):
        answered(scope, "no")
        results.hand_in(scope=scope)
    page.goto(f"{live_server.url}/my/{place.member.pk}/")
    page.get_by_role("button", name="診断をやり直す").click()
    page.goto(f"{live_server.url}/my/{place.member.pk}/checklist/facts")
    page.get_by_label("従業員の数").fill("たくさん")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="About your business")).to_be_visible()
    expect(page.get_by_label("Number of staff")).to_have_value("たくさん")
    sound(page, at(page), scripts=scripts)
    page.get_by_label("Number of staff").press("Enter")  # saves, and does not change the language
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="日本語")).to_be_visible()
    page.get_by_role("button", name="日本語").click()
    page.goto(f"{live_server.url}/my/{place.member.pk}/checklist/")
    page.get_by_role("link", name="この診断を取りやめる").click()
    sound(page, at(page), scripts=scripts)
    page.get_by_role("button", name="取りやめる").click()
    expect(page.get_by_role("status").last).to_contain_text("診断を取りやめました")
    sound(page, at(page), scripts=scripts)


def test_a_form_refused_for_its_token_is_sent_again(live_server: Any, place: Tree, open_page: OpenPage) -> None:
    user = member_of(place, "hanako@example.jp")
    page = sign_in(open_page("phone", expected=(*EXPECTED, "status of 403")), user, live_server.url)
    page.goto(f"{live_server.url}/my/{place.member.pk}/")
    page.get_by_role("button", name="診断を始める").click()
    page.get_by_label("業種").select_option("clinic")
    page.get_by_label("従業員の数").fill("８")
    page.context.clear_cookies(name="csrftoken")
    sign_in(page, user, live_server.url)
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.get_by_role("heading", name="送信を受け付けられませんでした")).to_be_visible()
    sound(page, at(page))
    page.get_by_role("button", name="もう一度送信する").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("従業員の数")).to_have_value("８")


def test_an_account_is_closed(live_server: Any, place: Tree, open_page: OpenPage, size: str) -> None:
    user = account("jiro@example.jp")
    with unscoped("test"):
        acting(user, "member", place.member)
    page = sign_in(open_page(size), user, live_server.url)
    page.goto(f"{live_server.url}/settings")
    page.get_by_role("link", name="アカウントを閉じる").click()
    sound(page, "/settings/close")
    page.get_by_role("button", name="アカウントを閉じる").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(f"{live_server.url}/settings/close")
    page.get_by_role("button", name="アカウントを閉じる").click()
    sound(page, "/settings/close")
    page.get_by_label("元に戻せない").check()
    page.get_by_role("button", name="アカウントを閉じる").click()
    expect(page.get_by_role("heading", name="アカウントを閉じました")).to_be_visible()
    sound(page, "/closed")
