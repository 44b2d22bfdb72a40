"""What browser tests share: one chromium; pages that end with nothing to complain of; full allowances."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from sonae_web.accounts.models import User
from tests.web.conftest import full_allowances

__all__ = ["EACH_SIZE_AND_LANGUAGE", "SIZES", "OpenPage", "browser", "full_allowances", "sign_in", "sound"]

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}
EACH_SIZE_AND_LANGUAGE = pytest.mark.parametrize(
    ("size", "lang"),
    [
        ("phone", "ja"),
        ("desktop", "en"),
        pytest.param("phone", "en", marks=pytest.mark.soak),
        pytest.param("desktop", "ja", marks=pytest.mark.soak),
    ],
)
"""For tests that look at every page with ``sound_at_each_size``: axe, which takes its time, sees each size and each language
once; all four in the soak run."""
OpenPage = Callable[..., Page]
"""``open_page("phone")``, ``open_page("desktop", scripts=False)``."""

CHROMIUM = shutil.which("chromium") or "chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """A page of a visitor of its own, by size, with or without scripts.

    Whatever the browser complained of by the end fails the test, but that an answer was 422 (a form with a fault), and
    what the test says is ``expected``.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(size: str, *, scripts: bool = True, expected: tuple[str, ...] = ("status of 422",)) -> Page:
        def hear(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and not any(part in said.text for part in expected):
                complaints.append(said.text)

        context = browser.new_context(viewport=SIZES[size], locale="ja-JP", java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, user: User, site: str) -> Page:
    """The same page, with somebody signed in."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    return page


@pytest.fixture(params=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(open_page: OpenPage, size: str, scripts: bool) -> Page:
    return open_page(size, scripts=scripts)


def settled(page: Page, ask: Callable[[], Any]) -> Any:
    """What a page says once it is there: one that is just being left is asked again when the next has come."""
    for _ in range(5):
        page.wait_for_load_state()
        try:
            return ask()
        except Error as error:
            if not any(said in str(error) for said in ("context was destroyed", "properties of null")):
                raise
    pytest.fail(f"{page.url} never settles")


def fits(page: Page) -> None:
    """The page does not scroll sideways."""
    viewport = page.viewport_size
    assert viewport is not None
    width = settled(page, lambda: page.evaluate("document.documentElement.scrollWidth"))
    assert width <= viewport["width"], (page.url, viewport)


def sound(page: Page, path: str, *, scripts: bool = True) -> None:
    """Wait until the page at a path is there; it does not scroll sideways, and axe finds nothing on it."""
    page.wait_for_url(lambda address: urlsplit(address).path == path)  # and until that page is loaded
    fits(page)
    if scripts:
        results = settled(page, lambda: Axe().run(page))
        assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"


def sound_at_each_size(page: Page, path: str) -> None:
    """The same, and at the other size it does not scroll sideways either."""
    sound(page, path)
    own = page.viewport_size
    assert own is not None
    for size in SIZES.values():
        page.set_viewport_size(size)
        fits(page)
    page.set_viewport_size(own)
