"""The plans side by side, a quote made, the underwriter's decision, the agent's page: on phone and desktop, axe clean."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from sonae_web.accounts.models import User
from sonae_web.ground.scope import declared, unscoped
from tests.browser.conftest import OpenPage, sign_in, sound
from tests.web.cast import Tree, acting, person, tree
from tests.web.quotes.cast import diagnosed
from tests.web.test_members import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> tuple[Tree, User]:
    with unscoped("test"):
        place = tree()
        hanako = person()
        scope = acting(hanako, "member", place.member)
    with declared(scope):
        diagnosed(scope, "no")
    return place, hanako


def staff(role: str, place: Tree) -> User:
    user = person(f"{role}@example.jp")
    with unscoped("test"):
        acting(user, role, place.prefecture)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "unused"})
    return user


def make(page: Page, incident: str = "ない") -> None:
    """From the plans' page to a quote for the second plan."""
    page.get_by_role("radio", name=incident, exact=True).check()
    page.get_by_role("button", name=re.compile("^見積書を作る")).nth(1).click()
    page.wait_for_url(re.compile(r"/quotes/[0-9a-f-]{36}/$"))


def test_the_plans_are_compared_and_a_quote_is_made(
    page: Page, scripts: bool, cast: tuple[Tree, User], live_server: Any
) -> None:
    place, hanako = cast
    sign_in(page, hanako, live_server.url)
    page.goto(live_server.url + at("quote_plans", place.member))
    sound(page, at("quote_plans", place.member), scripts=scripts)
    expect(page.get_by_role("main")).to_contain_text("自己負担")
    page.get_by_label("年間売上高").fill("2億")
    page.get_by_role("radio", name="ない", exact=True).check()
    page.get_by_role("button", name="計算し直す").click()
    expect(page.get_by_label("年間売上高")).to_have_value("2億")
    make(page)
    sound(page, page.url.removeprefix(live_server.url), scripts=scripts)
    expect(page.get_by_text("団体割引")).to_be_visible()
    page.goto(live_server.url + at("quotes", place.member))
    sound(page, at("quotes", place.member), scripts=scripts)


def test_from_a_known_incident_to_the_underwriters_decision_and_the_agents_page(
    open_page: OpenPage, size: str, cast: tuple[Tree, User], live_server: Any
) -> None:
    place, hanako = cast
    member = sign_in(open_page(size), hanako, live_server.url)
    member.goto(live_server.url + at("quote_plans", place.member))
    make(member, incident="ある")
    quote = member.url.removeprefix(live_server.url)
    sound(member, quote)
    member.get_by_role("button", name="代理店に説明を依頼").click()
    expect(member.get_by_text("代理店に説明を依頼しました")).to_be_visible()

    desk = sign_in(open_page(size), staff("underwriter", place), live_server.url)
    desk.goto(live_server.url + at("underwriting", place.prefecture))
    sound(desk, at("underwriting", place.prefecture))
    desk.get_by_role("link", name=re.compile("^Q")).click()
    desk.wait_for_url(re.compile(r"/underwriting/[0-9a-f-]{36}/$"))
    sound(desk, desk.url.removeprefix(live_server.url))
    desk.get_by_role("radio", name="承認", exact=True).check()
    desk.get_by_label("保険料に掛ける係数").fill("1.25")
    desk.get_by_role("button", name="決定を確定").click()
    expect(desk.get_by_role("alert")).to_contain_text("理由を入力")
    desk.get_by_label("理由").fill("再発防止策を確認した。")
    desk.get_by_role("button", name="決定を確定").click()
    expect(desk.get_by_role("heading", name="決定", exact=True)).to_be_visible()
    sound(desk, desk.url.removeprefix(live_server.url))

    member.goto(live_server.url + quote)
    expect(member.get_by_text("再発防止策を確認した。")).to_be_visible()
    sound(member, quote)

    agent = sign_in(open_page(size), staff("agent", place), live_server.url)
    agent.goto(live_server.url + at("advice", place.prefecture))
    sound(agent, at("advice", place.prefecture))
    agent.get_by_role("link", name=re.compile("^Q")).click()
    agent.wait_for_url(re.compile(r"/advice/[0-9a-f-]{36}/$"))
    sound(agent, agent.url.removeprefix(live_server.url))
