"""A member in a real browser: facts, every question, handing in, report; two people at once; with and without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from sonae_web.accounts.models import Organisation, User
from sonae_web.ground.scope import unscoped
from sonae_web.policies import banks
from tests.browser import enrolling
from tests.web.cast import Tree, acting, person, tree
from tests.web.policies.cast import BANKS

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]
WIDTH = 390


@pytest.fixture
def place() -> Tree:
    with unscoped("test"):
        return tree()


def member_of(place: Tree, mail: str) -> User:
    user = person(mail)
    with unscoped("test"):
        acting(user, "member", place.member)
    return user


def clerk_of(role: str, organisation: Organisation) -> User:
    user = person(f"{role}@example.jp")
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    with unscoped("test"):
        acting(user, role, organisation)
    return user


@pytest.fixture
def open_as(browser: Browser, live_server: Any) -> Iterator[Any]:
    """Open a page of the site as somebody signed in; nothing may complain in its console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(user: User, *, scripts: bool = True) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            viewport={"width": WIDTH, "height": 844}, locale="ja-JP", java_script_enabled=scripts
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "422" not in text and "409" not in text] == []


def sound(page: Page, *, scripts: bool = True) -> None:
    """Nothing for axe to find, no sideways scrolling."""
    if scripts:
        results = Axe().run(page)
        assert results.violations_count == 0, f"{page.url}: {results.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH, page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_member_goes_from_facts_to_the_report(
    live_server: Any, place: Tree, open_as: Any, scripts: bool, tmp_path: Path
) -> None:
    page = open_as(member_of(place, "hanako@example.jp"), scripts=scripts)
    page.goto(f"{live_server.url}/my/{place.member.pk}/")
    sound(page, scripts=scripts)
    page.get_by_role("button", name="診断を始める").click()
    page.wait_for_url(re.compile("/facts$"))
    page.get_by_role("button", name="保存して次へ").click()
    expect(page.get_by_role("alert")).to_be_visible()
    sound(page, scripts=scripts)
    page.get_by_label("業種").select_option("clinic")
    page.get_by_label("従業員の数").fill("８")
    page.get_by_label("個人情報をお持ちの人数").fill("1.2万")
    page.get_by_label("年間売上高").fill("3億円")
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
            sound(page, scripts=scripts)
        page.get_by_role("radio").nth(number % 4).check()
        here = page.url
        page.get_by_role("button", name="保存して次へ").click()
        page.wait_for_url(lambda address, here=here: address != here)
        number += 1
    assert number > 50
    sound(page, scripts=scripts)
    page.get_by_role("link", name="診断を提出").click()
    expect(page.get_by_role("heading", name="診断の提出")).to_be_visible()
    sound(page, scripts=scripts)
    page.get_by_role("button", name="診断を提出").click()
    expect(page.get_by_role("heading", name="の診断結果")).to_be_visible()
    sound(page, scripts=scripts)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="報告書を受け取る（PDF）").click()
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Result of")).to_be_visible()
    sound(page, scripts=scripts)
    page.get_by_role("button", name="日本語").click()
    enrols(page, live_server.url, place, open_as, scripts, tmp_path)


def enrols(page: Page, site: str, place: Tree, open_as: Any, scripts: bool, tmp_path: Path) -> None:
    """From the report to the certificate: quote, declaration, application, its confirmation and acceptance."""

    def look(at: Page) -> None:
        sound(at, scripts=scripts)

    banks.load(BANKS)
    root = f"{site}/my/{place.member.pk}/"
    enrolling.quote(page, root, look)
    enrolling.declare(page, root, look)
    enrolling.begin(page, root, look)
    enrolling.fill(page, look)
    number = enrolling.send(page, look)
    association = open_as(clerk_of("association", place.association), scripts=scripts)
    enrolling.confirm(association, f"{site}/desk/{place.association.pk}/", look)
    office = open_as(clerk_of("federation", place.prefecture), scripts=scripts)
    enrolling.accept(office, f"{site}/desk/{place.prefecture.pk}/", place.member.name, look)
    enrolling.certificate(page, root, number, tmp_path / "certificate.pdf", look)
    printed = "".join(each.extract_text() for each in pypdf.PdfReader(tmp_path / "certificate.pdf").pages)
    assert place.member.name in printed
    address = re.search(r"https?://\S+/verify/\S+", printed.replace("\n", ""))
    assert address is not None


def test_two_people_in_one_checklist_see_both_answers(live_server: Any, place: Tree, open_as: Any) -> None:
    first = open_as(member_of(place, "hanako@example.jp"))
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
    second = open_as(member_of(place, "jiro@example.jp"))
    second.goto(first.url)
    second.get_by_role("radio", name="いいえ", exact=True).check()
    first.get_by_role("radio", name="はい", exact=True).check()
    first.get_by_role("button", name="保存して次へ").click()
    first.wait_for_url(lambda address: address != second.url)
    second.get_by_role("button", name="保存して次へ").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("保存されている答え：はい（hanako@example.jp")
    expect(alert).to_contain_text("選んだ答え：いいえ")
    sound(second)
    second.get_by_role("radio", name="はい", exact=True).check()
    asked = second.url
    second.get_by_role("button", name="保存して次へ").click()
    second.wait_for_url(lambda address: address != asked)
