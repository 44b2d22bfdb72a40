"""Joining in a browser: returned and completed across a month's end; both choices of December; clerks; public pages."""

from collections.abc import Callable
from datetime import datetime
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
from tests.browser.conftest import EACH_SIZE_AND_LANGUAGE, OpenPage, sign_in, sound_at_each_size
from tests.web.cast import Tree, acting, person, tree
from tests.web.policies.cast import BANKS, applied, confirmed, quoted, ready, sent

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
    here = [datetime(2027, 6, 30, 23, 50, tzinfo=JST)]
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


def acting_in(role: str, organisation: Organisation) -> Scope:
    with unscoped("test"):
        return acting(person(f"by-service-{role}@example.jp"), role, organisation)


def look(page: Page) -> None:
    """The page scrolls in no direction but down, and says what it is."""
    viewport = page.viewport_size
    assert viewport is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], page.url
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_returned_and_completed_across_a_months_end_it_starts_a_month_later(
    live_server: Any, place: Tree, member: Scope, at: Move, open_page: OpenPage
) -> None:
    with declared(member):
        ready(member)
        quoted(member)
    root, desk = f"{live_server.url}/my/{place.member.pk}/", f"{live_server.url}/desk/{place.prefecture.pk}/"
    page = sign_in(open_page("phone"), of(member), live_server.url)
    enrolling.begin(page, root, look)
    enrolling.fill(page, look)
    expect(page.get_by_text("2027年8月25日").first).to_be_visible()
    number = enrolling.send(page, look)
    office = sign_in(open_page("desktop"), clerk_of("federation", place.prefecture), live_server.url)
    enrolling.open_(office, desk, place.member.name, look)
    enrolling.press(office, "返却する")
    expect(office.get_by_text("1行に1つ入力してください")).to_be_visible()
    look(office)
    office.get_by_label("足りないもの、理由").fill("見本：口座名義をご確認ください。")
    enrolling.press(office, "返却する")
    expect(office.get_by_role("status")).to_contain_text("返却し")
    at(datetime(2027, 7, 1, 0, 0, tzinfo=JST))
    page.goto(f"{root}application/")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("見本：口座名義をご確認ください。")).to_be_visible()
    expect(page.get_by_text("2027年9月25日").first).to_be_visible()
    with page.expect_download():
        page.get_by_role("link", name="通知書（PDF）").click()
    assert enrolling.send(page, look) == number
    expect(page.get_by_text("2027年9月25日").first).to_be_visible()


def test_in_december_the_member_chooses_the_year(
    live_server: Any, place: Tree, member: Scope, at: Move, open_page: OpenPage
) -> None:
    at(datetime(2027, 12, 15, 9, 0, tzinfo=JST))
    with declared(member):
        ready(member)
        quoted(member, "normal")
    root = f"{live_server.url}/my/{place.member.pk}/"
    page = sign_in(open_page("desktop"), of(member), live_server.url)
    page.goto(f"{root}application/")
    expect(page.get_by_role("button", name="2027年度 中途加入に申し込む")).to_be_visible()
    enrolling.begin(page, root, look, "2028年度 通常加入")
    enrolling.fill(page, look)
    expect(page.get_by_text("2028年3月25日").first).to_be_visible()
    enrolling.send(page, look)
    page.goto(f"{root}application/")
    expect(page.get_by_role("button", name="2027年度 中途加入に申し込む")).to_be_visible()
    expect(page.get_by_role("button", name="2028年度 通常加入に申し込む")).to_have_count(0)


def test_two_clerks_decide_what_was_referred(
    live_server: Any, place: Tree, member: Scope, at: Move, open_page: OpenPage
) -> None:
    with declared(member):
        ready(member)
        row = sent(member)
    confirmed(acting_in("association", place.association), row.pk)
    desks = [(place.prefecture, "first"), (place.national, "second")]
    first, second = (sign_in(open_page("desktop"), clerk_of("federation", *each), live_server.url) for each in desks)
    enrolling.open_(first, f"{live_server.url}/desk/{place.prefecture.pk}/", place.member.name, look)
    first.get_by_label("足りないもの、理由").fill("保有件数が多い")
    enrolling.press(first, "2人の判断に回す")
    enrolling.press(first, "完備を確認")
    first.get_by_label("足りないもの、理由").fill("対策を確かめた")
    enrolling.press(first, "引受けを提案する")
    expect(first.get_by_text("ご自身の提案です")).to_be_visible()
    look(first)
    enrolling.open_(second, f"{live_server.url}/desk/{place.national.pk}/", place.member.name, look)
    enrolling.press(second, "提案を承認する")
    expect(second.get_by_text("引受済み").first).to_be_visible()


@EACH_SIZE_AND_LANGUAGE
def test_public_pages_are_sound(
    live_server: Any, place: Tree, at: Move, open_page: OpenPage, size: str, lang: str
) -> None:
    page = open_page(size)
    language = {"name": "django_language", "value": lang, "url": live_server.url}
    page.context.add_cookies([language])  # type: ignore[list-item]  # a dict of its fields
    at(datetime(2027, 12, 15, 9, 0, tzinfo=JST))
    page.goto(f"{live_server.url}/when/?plan=p5000&industry=retail&sales=5000%E4%B8%87")
    expect(page.get_by_role("heading", level=3)).to_have_count(2)
    sound_at_each_size(page, "/when/")
    page.goto(f"{live_server.url}/when/?applied=2004-12-09")
    sound_at_each_size(page, "/when/")
    page.goto(f"{live_server.url}/verify/{'C' * 32}")
    sound_at_each_size(page, f"/verify/{'C' * 32}")
    expect(page.get_by_role("status")).to_contain_text("有効ではありません" if lang == "ja" else "Not valid")


@EACH_SIZE_AND_LANGUAGE
def test_every_page_of_an_application_is_sound(
    live_server: Any, place: Tree, member: Scope, at: Move, open_page: OpenPage, size: str, lang: str
) -> None:
    at(datetime(2027, 6, 10, 11, 0, tzinfo=JST))
    with declared(member):
        application = applied(member)
    root, desk = f"/my/{place.member.pk}/", f"/desk/{place.prefecture.pk}/"
    user = clerk_of("federation", place.prefecture)
    paths = {
        of(member): [
            f"{root}application/",
            f"{root}application/{application}/",
            f"{root}application/{application}/withdraw",
        ],
        user: [f"{desk}applications/", f"{desk}applications/{application}/", f"{desk}window/"],
        clerk_of("federation", place.national, "national"): [f"/desk/{place.national.pk}/window/"],
        clerk_of("association", place.association): [f"/desk/{place.association.pk}/enrolment/"],
    }
    for who, theirs in paths.items():
        page = sign_in(open_page(size), who, live_server.url)
        language = {"name": "django_language", "value": lang, "url": live_server.url}
        page.context.add_cookies([language])  # type: ignore[list-item]  # a dict of its fields
        for path in theirs:
            page.goto(live_server.url + path)
            sound_at_each_size(page, path)
