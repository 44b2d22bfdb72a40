"""A visitor with a phone, in a real browser: from the first page to the report as PDF."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, sound

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_a_shop_owner_goes_from_the_first_page_to_the_report(
    live_server: Any, open_page: OpenPage, scripts: bool, tmp_path: Path
) -> None:
    page = open_page("phone", scripts=scripts)
    page.goto(live_server.url)
    page.get_by_role("link", name="かんたん診断を始める").click()
    page.get_by_label("業種").select_option("retail")
    page.get_by_label("従業員の数").fill("５")
    page.get_by_label("個人情報をお持ちの人数").fill("800")
    page.get_by_role("button", name="質問に進む").click()
    number = 1
    while True:
        here = (f"/{number}", "/result")
        page.wait_for_url(lambda address, here=here: address.endswith(here))  # type: ignore[misc]  # a default binds the turn of the loop
        if page.url.endswith("/result"):
            break
        if number in (1, 3):
            sound(page, urlsplit(page.url).path, scripts=scripts)
        page.get_by_text("一部" if number % 2 else "わからない", exact=True).first.click()
        page.get_by_role("button", name="保存して次へ").click()
        number += 1
    assert number > 10
    expect(page.get_by_role("heading", name="かんたん診断の結果")).to_be_visible()
    sound(page, urlsplit(page.url).path, scripts=scripts)
    page.get_by_text("答えを見直す").click()
    expect(page.locator("dl.answers > div")).to_have_count(number - 1)
    sound(page, urlsplit(page.url).path, scripts=scripts)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="報告書を受け取る（PDF）").click()
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert re.fullmatch(r"sonae-[0-9a-f]{12}\.pdf", waiting.value.suggested_filename)


def test_a_visitor_comes_back_by_the_private_link_and_erases(live_server: Any, open_page: OpenPage) -> None:
    page = open_page("desktop", expected=("status of 404",))
    page.goto(live_server.url + "/quick/")
    page.get_by_label("業種").select_option("clinic")
    page.get_by_label("従業員の数").fill("12")
    page.get_by_label("個人情報をお持ちの人数").fill("1.3万")
    page.get_by_role("button", name="質問に進む").click()
    page.wait_for_url("**/1")
    link = page.url.removesuffix("/1")
    expect(page.get_by_text(link, exact=True)).to_be_visible()
    page.get_by_text("はい", exact=True).first.click()
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url("**/2")

    again = open_page("phone")
    again.goto(link)
    again.wait_for_url("**/2")
    again.get_by_role("link", name="答えを消去する").click()
    again.wait_for_url("**/erase")
    again.get_by_role("button", name="答えを消去する").click()
    again.wait_for_url("**/quick/erased")
    again.get_by_role("button", name="English").click()
    expect(again.get_by_role("heading", name="The answers are erased")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="このリンクの診断はありません")).to_be_visible()
