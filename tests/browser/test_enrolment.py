"""Joining in a browser: returned and completed across a month's end; both choices of December; clerks; public pages."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import Page, expect

from sonae.dates import JST
from sonae_web.accounts.models import Organisation, User
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.policies import banks
from tests.browser import enrolling
from tests.browser.conftest import OpenPage, sign_in
from tests.web.cast import Tree, acting, person, tree
from tests.web.policies.cast import BANKS, ready

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
Move = Callable[[datetime], None]


@pytest.fixture
def place() -> Tree:
    banks.load(BANKS)
    with unscoped("test"):
        return tree()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Move:
    """The clock of the whole site, moved by hand."""
    here = [datetime(2027, 6, 29, 11, 0, tzinfo=JST)]
    monkeypatch.setattr(clock, "now", lambda: here[0])

    def move(moment: datetime) -> None:
        here[0] = moment

    return move


@pytest.fixture
def member(place: Tree) -> Scope:
    with unscoped("test"):
        return acting(person("member@example.jp"), "member", place.member)


def of(scope: Scope) -> User:
    return User.objects.get(pk=scope.user)


def clerk_of(role: str, organisation: Organisation, name: str = "") -> User:
    user = person(f"{name or role}@example.jp")
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with unscoped("test"):
        acting(user, role, organisation)
    return user


def look(page: Page) -> None:
    """The page scrolls in no direction but down, and says what it is."""
    viewport = page.viewport_size
    assert viewport is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], page.url
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_thread(live_server: Any, place: Tree, member: Scope, at: Move, open_page: OpenPage, tmp_path: Path) -> None:
    with declared(member):
        ready(member, signed=False)
    page = sign_in(open_page("phone"), of(member), live_server.url)
    root = f"{live_server.url}/my/{place.member.pk}/"
    enrolling.quote(page, root, look)
    enrolling.declare(page, root, look)
    enrolling.begin(page, root, look)
    enrolling.fill(page, look)
    number = enrolling.send(page, look)
    clerk = sign_in(open_page("desktop"), clerk_of("association", place.association), live_server.url)
    enrolling.confirm(clerk, f"{live_server.url}/desk/{place.association.pk}/", look)
    office = sign_in(open_page("desktop"), clerk_of("federation", place.prefecture), live_server.url)
    enrolling.accept(office, f"{live_server.url}/desk/{place.prefecture.pk}/", place.member.name, look)
    enrolling.certificate(page, root, number, tmp_path / "c.pdf", look)
