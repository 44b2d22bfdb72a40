"""The public pages in a real browser, on phone and desktop: nothing for axe to find, no sideways scrolling, no script needed."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> ViewportSize:
    return SIZES[request.param]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, size: ViewportSize, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(viewport=size, locale="ja-JP", java_script_enabled=scripts)
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    yield page
    context.close()
    assert [text for text in complaints if "422" not in text] == []


def test_a_visitor_looks_around_without_an_account(
    live_server: Any, page: Page, size: ViewportSize, scripts: bool
) -> None:
    def sound(path: str) -> None:
        page.wait_for_url(lambda address: urlsplit(address).path == path)  # and until that page is loaded
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        if scripts:
            results = Axe().run(page)
            assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"

    page.goto(live_server.url)
    sound("/")
    page.get_by_role("main").get_by_role("link", name="損害シミュレーター").click()
    sound("/loss/")
    page.get_by_label("個人情報をお持ちの人数").fill("多数")
    page.get_by_role("button", name="計算する").click()
    page.get_by_role("link", name="「個人情報をお持ちの人数」は、").click()
    sound("/loss/")
    page.get_by_label("個人情報をお持ちの人数").fill("1.2万")
    page.get_by_label("カード番号").check()
    page.get_by_label("プラン").select_option("p10000")
    page.get_by_role("button", name="計算する").click()
    page.get_by_label("社外からのログインをすべて多要素認証にする").check()
    page.get_by_role("button", name="計算する").click()
    expect(page.get_by_text("従業員10人、保有12,000人分")).to_be_visible()
    expect(page.get_by_text("行っている対策1件")).to_be_visible()
    page.get_by_text("すべてのプランを比べる").click()
    sound("/loss/")
    page.goto(page.url)
    expect(page.get_by_text("行っている対策1件")).to_be_visible()

    page.get_by_role("link", name="チラシの例で1つの漏えいを計算する").click()
    assert page.get_by_text("4,500万円").first.is_visible()
    sound("/calculator/")
    page.get_by_label("漏れた人数").fill("100")
    page.get_by_role("button", name="計算する").click()
    sound("/calculator/")
    page.get_by_label("漏れた人数").fill("6,000")
    page.get_by_role("button", name="計算する").click()
    assert page.get_by_text("4,650万円").first.is_visible()

    page.get_by_role("navigation").get_by_role("link", name="事例").click()
    sound("/cases/")
    page.get_by_label("業種").select_option("mining")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("この業種に近い事例はありません。")).to_be_visible()
    sound("/cases/")

    page.get_by_role("navigation").get_by_role("link", name="報告書例").click()
    sound("/sample-report/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="見本を受け取る（PDF）").click()
    assert waiting.value.suggested_filename == "sonae-sample-ja.pdf"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Sample report")).to_be_visible()
    for address in ("/", "/loss/", "/calculator/", "/cases/", "/sample-report/"):
        page.goto(live_server.url + address)
        sound(address)


def test_a_keyboard_reaches_the_content_first_and_faults_take_the_focus(
    live_server: Any, page: Page, size: ViewportSize, scripts: bool
) -> None:
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


def test_paper_holds_what_was_chosen_and_no_empty_boxes(
    live_server: Any, page: Page, size: ViewportSize, scripts: bool
) -> None:
    page.goto(live_server.url + "/loss/")
    page.emulate_media(media="print")
    expect(page.get_by_label("氏名と住所")).to_be_visible()
    expect(page.get_by_label("カード番号")).not_to_be_visible()
    expect(page.get_by_text("受託", exact=True)).not_to_be_visible()
    expect(page.get_by_text("すべてのプランを比べる")).to_be_visible()
    expect(page.get_by_role("button", name="計算する")).not_to_be_visible()


@pytest.mark.parametrize("scripts", [True], ids=["enlarged by a script"])
def test_letters_twice_the_size_do_not_make_the_page_scroll_sideways(
    live_server: Any, page: Page, size: ViewportSize
) -> None:
    for address in ("/", "/quick/", "/loss/", "/loss/?staff=x", "/calculator/", "/cases/", "/sample-report/"):
        page.goto(live_server.url + address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address
