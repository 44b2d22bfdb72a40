"""The API's pages in a real browser: the reference has nothing for axe to find, the generated one passes the strict policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}


@pytest.fixture(params=["phone", "desktop"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[request.param], locale="ja-JP")
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def narrow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_the_reference_is_for_everybody(page: Page, live_server: Any) -> None:
    for heading in ("問題の知らせ", "Errors"):
        page.goto(f"{live_server.url}/api/")
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert found == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
        assert narrow(page)
        page.get_by_role("button", name="English").click() if heading != "Errors" else None


def test_the_generated_reference_calls_an_operation_under_the_strict_policy(page: Page, live_server: Any) -> None:
    answer = page.goto(f"{live_server.url}/api/v1/docs")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    page.locator("#operations-public-programmes .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.get_by_text("chuokai-leak").first).to_be_visible()
