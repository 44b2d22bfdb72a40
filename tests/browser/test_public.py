"""The public pages in a real browser, on phone and desktop: nothing for axe to find, no sideways scrolling, no script needed."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, sound

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_a_visitor_looks_around_without_an_account(live_server: Any, page: Page, scripts: bool) -> None:
    page.goto(live_server.url)
    sound(page, "/", scripts=scripts)
    page.get_by_role("main").get_by_role("link", name="損害シミュレーター").click()
    sound(page, "/loss/", scripts=scripts)
    page.get_by_role("textbox", name="個人情報をお持ちの人数").fill("多数")
    with page.expect_navigation():
        page.get_by_role("button", name="計算する").click()
    page.get_by_role("link", name="「個人情報をお持ちの人数」は、").click()
    sound(page, "/loss/", scripts=scripts)
    page.get_by_role("textbox", name="個人情報をお持ちの人数").fill("1.2万")
    page.get_by_label("カード番号").check()
    page.get_by_label("プラン").select_option("p10000")
    with page.expect_navigation():
        page.get_by_role("button", name="計算する").click()
    page.get_by_label("社外からのログインをすべて多要素認証にする").check()
    with page.expect_navigation():
        page.get_by_role("button", name="計算する").click()
    expect(page.get_by_text("従業員10人、保有12,000人分")).to_be_visible()
    expect(page.get_by_text("行っている対策1件")).to_be_visible()
    page.get_by_text("すべてのプランを比べる").click()
    sound(page, "/loss/", scripts=scripts)
    page.goto(page.url)
    expect(page.get_by_text("行っている対策1件")).to_be_visible()

    page.get_by_role("link", name="チラシの例で1つの漏えいを計算する").click()
    expect(page.locator("#figures").get_by_text("4,500万円")).to_be_visible()
    sound(page, "/calculator/", scripts=scripts)
    page.get_by_role("textbox", name="漏れた人数").fill("100")
    with page.expect_navigation():
        page.get_by_role("button", name="計算する").click()
    sound(page, "/calculator/", scripts=scripts)
    page.get_by_role("textbox", name="漏れた人数").fill("6,000")
    with page.expect_navigation():
        page.get_by_role("button", name="計算する").click()
    expect(page.locator("#figures").get_by_text("4,650万円")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="事例").click()
    sound(page, "/cases/", scripts=scripts)
    page.get_by_label("業種").select_option("mining")
    with page.expect_navigation():
        page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("この業種に近い事例はありません。")).to_be_visible()
    sound(page, "/cases/", scripts=scripts)

    page.get_by_role("navigation").get_by_role("link", name="報告書例").click()
    sound(page, "/sample-report/", scripts=scripts)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="見本を受け取る（PDF）").click()
    assert waiting.value.suggested_filename == "sonae-sample-ja.pdf"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sample report")).to_be_visible()
    for address in ("/", "/loss/", "/calculator/", "/cases/", "/sample-report/", "/privacy/", "/terms/"):
        page.goto(live_server.url + address)
        sound(page, address, scripts=scripts)


def test_a_keyboard_reaches_the_content_first_and_faults_take_the_focus(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/quick/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文に移動")
    assert skip.evaluate("each => each === document.activeElement && each.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.get_by_label("業種").evaluate("each => each === document.activeElement")
    page.get_by_role("button", name="質問に進む").press("Enter")
    assert page.get_by_role("alert").evaluate("each => each === document.activeElement")
    page.goto(live_server.url + "/loss/?staff=x#result")
    assert page.get_by_role("alert").evaluate("each => each === document.activeElement")


def test_paper_holds_what_was_chosen_and_no_empty_boxes(live_server: Any, page: Page) -> None:
    page.goto(live_server.url + "/loss/")
    page.emulate_media(media="print")
    expect(page.get_by_label("氏名と住所")).to_be_visible()
    expect(page.get_by_label("カード番号")).not_to_be_visible()
    expect(page.get_by_text("受託", exact=True)).not_to_be_visible()
    expect(page.get_by_text("すべてのプランを比べる")).to_be_visible()
    expect(page.get_by_role("button", name="計算する")).not_to_be_visible()


@pytest.mark.parametrize("scripts", [True], ids=["enlarged by a script"])
def test_letters_twice_the_size_do_not_make_the_page_scroll_sideways(live_server: Any, page: Page, size: str) -> None:
    for address in (
        "/",
        "/quick/",
        "/loss/",
        "/loss/?staff=x",
        "/calculator/",
        "/cases/",
        "/sample-report/",
        "/privacy/",
    ):
        page.goto(live_server.url + address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], address
