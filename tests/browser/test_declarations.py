"""A declaration in a browser: every page of it is sound, and a member gets from the start to a signature, with and without scripts."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from playwright.sync_api import Page, expect

from sonae.declaration import Entry, Past
from sonae_web.accounts.models import User
from sonae_web.declarations import drafts, notices, services
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.browser.conftest import EACH_SIZE_AND_LANGUAGE, OpenPage, sign_in, sound_at_each_size
from tests.web.cast import Tree, acting, person, tree
from tests.web.declarations.cast import HANAKO, confirmed, diagnosed, signed

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
LEAK = Past("yes", (Entry("2024-11", "見本：顧客名簿の入った封筒を別の宛先に送った。" * 9, 12),))


@pytest.fixture
def place() -> Tree:
    with unscoped("test"):
        place = tree()
        place.member.name = "見本の長い名前の商店" * 10
        place.member.save()
    return place


@pytest.fixture
def member(place: Tree) -> Scope:
    with unscoped("test"):
        found = acting(person("member@example.jp"), "member", place.member)
    with declared(found):
        diagnosed(found, "no")
    return found


@pytest.fixture
def office(place: Tree) -> Scope:
    with unscoped("test"):
        user = person("clerk@example.jp")
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        return acting(user, "federation", place.prefecture)


def other_than(before: str) -> Callable[[str], bool]:
    return lambda address: address != before


def of(scope: Scope) -> User:
    return User.objects.get(pk=scope.user)


@EACH_SIZE_AND_LANGUAGE
def test_every_page_of_a_declaration_is_sound(
    live_server: Any, member: Scope, office: Scope, open_page: OpenPage, size: str, lang: str
) -> None:
    base, desk, application = f"/my/{member.organisation}/declaration/", f"/desk/{office.organisation}", uuid.uuid4()
    page = sign_in(open_page(size), of(member), live_server.url)
    language = {"name": "django_language", "value": lang, "url": live_server.url}
    page.context.add_cookies([language])  # type: ignore[list-item]  # a dict of its fields

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(live_server.url + path)
            expect(page.locator("html")).to_have_attribute("lang", lang)
            sound_at_each_size(page, path.partition("?")[0])

    look(base, f"{base}changes")
    with declared(member):
        found = drafts.start(scope=member)
    sections = (f"{base}sections/{name}?left=1" for name in ("business", "attack", "certifications", "leaks"))
    look(base, *sections, f"{base}sign")
    with declared(member):
        found = confirmed(member)
        found = drafts.save_past(scope=member, name="leaks", past=LEAK, seen=found.draft.version)
    look(base, *(f"{base}sections/{each.id}" for each in found.sections), f"{base}sign")
    page.get_by_role("checkbox").check()
    page.get_by_role("main").get_by_role("button").click()
    sound_at_each_size(page, f"{base}sign")
    expect(page.get_by_role("alert")).to_be_visible()
    with declared(member):
        row = services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
        services.lay_before(scope=member, signed=row, application=application)
    with declared(office):
        services.freeze(scope=office, application=application, version=1)
    with declared(member):
        notice = notices.notify(scope=member, kind="sales", changed_on=clock.today(), text="見本の変更\n" * 9)
    look(base, f"{base}changes")
    page.context.clear_cookies()
    sign_in(page, of(office), live_server.url).context.add_cookies([language])  # type: ignore[list-item]  # a dict of its fields
    look(f"{desk}/applications/{application}/declaration", f"{desk}/changes/", f"{desk}/changes/{notice.pk}")


def test_a_member_signs(live_server: Any, member: Scope, page: Page, scripts: bool) -> None:
    sign_in(page, of(member), live_server.url)
    page.goto(f"{live_server.url}/my/{member.organisation}/declaration/")
    page.get_by_role("button", name="申告書を作成する").click()
    for _ in range(20):
        page.wait_for_load_state()
        if "/sections/" not in page.url:
            break
        none = page.get_by_role("radio", name="いいえ", exact=True)
        if none.count() == 1:
            none.check()
        for box in page.get_by_role("checkbox", name="この内容で申告する").all():
            box.check()
        before = page.url
        page.get_by_role("button", name="保存して次へ").click()
        page.wait_for_url(other_than(before))
    page.get_by_label("氏名").fill("見本 花子")
    page.get_by_label("役職").fill("代表取締役")
    page.get_by_role("radio", name="代表者として").check()
    page.get_by_role("checkbox", name="権限をもって").check()
    page.get_by_role("button", name="申告書に署名する").click()
    expect(page.get_by_text("署名しました（第1版）")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")
    with declared(member):
        assert services.signed(scope=member) is not None


def test_two_people_at_one_declaration(live_server: Any, member: Scope, open_page: OpenPage) -> None:
    with declared(member):
        signed(member)
    page = sign_in(open_page("desktop", expected=("status of 409",)), of(member), live_server.url)
    path = f"/my/{member.organisation}/declaration/sections/claims"
    page.goto(live_server.url + path)
    with declared(member):
        found = drafts.read(member)
        assert found is not None
        drafts.save_past(scope=member, name="leaks", past=LEAK, seen=found.draft.version)
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.get_by_role("alert")).to_contain_text("ほかの人が先に変更しました")
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url(lambda address: "/sections/claims" not in address)
