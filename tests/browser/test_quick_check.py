"""A visitor with a phone, in a real browser: from the first page to the report as PDF."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

PHONE: ViewportSize = {"width": 390, "height": 844}

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="ja-JP", java_script_enabled=request.param)
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    yield page
    context.close()
    assert complaints == []


def no_sideways(page: Page) -> None:
    """The page does not scroll sideways at phone width."""
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_shop_owner_goes_from_the_first_page_to_the_report(
    live_server: Any, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with_scripts = "with scripts" in request.node.name
    page.goto(live_server.url)
    page.get_by_role("link", name="かんたん診断を始める").click()
    page.get_by_label("業種").select_option("retail")
    page.get_by_label("従業員の数").fill("５")
    page.get_by_label("個人情報をお持ちの人数").fill("800")
    page.get_by_role("button", name="質問に進む").click()
    number = 1
    while True:
        here = (f"/{number}", "/result")
        page.wait_for_url(lambda address, here=here: address.endswith(here))  # type: ignore[misc]
        if page.url.endswith("/result"):
            break
        if with_scripts and number in (1, 3):
            assert Axe().run(page).violations_count == 0
            no_sideways(page)
        page.get_by_text("一部" if number % 2 else "わからない", exact=True).first.click()
        page.get_by_role("button", name="保存して次へ").click()
        number += 1
    assert number > 10
    expect(page.get_by_role("heading", name="かんたん診断の結果")).to_be_visible()
    if with_scripts:
        assert Axe().run(page).violations_count == 0
        no_sideways(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="報告書を受け取る（PDF）").click()
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert re.fullmatch(r"sonae-[0-9a-f]{12}\.pdf", waiting.value.suggested_filename)
