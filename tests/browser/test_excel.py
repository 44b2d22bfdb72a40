"""The checklist as Excel in a real browser: taken, filled in, sent back with a fault, mended, checked, saved."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from playwright.sync_api import expect

from sonae_web.ground.scope import unscoped
from tests.browser.conftest import OpenPage, sign_in, sound
from tests.web.cast import acting, person, tree
from tests.web.test_members import FACTS, at

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def fill(path: Path, first: str) -> None:
    """Answer はい everywhere, but something else first."""
    book = load_workbook(path)
    cells = [cell for row in book.worksheets[1].iter_rows() for cell in row if not cell.protection.locked]
    for cell in cells:
        cell.value = "はい"
    cells[0].value = first
    book.save(path)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_member_answers_in_excel(live_server: Any, open_page: OpenPage, scripts: bool, tmp_path: Path) -> None:
    user = person()
    with unscoped("test"):
        place = tree()
        acting(user, "member", place.member)
    client = Client()
    client.force_login(user)
    client.post(at("checklist_start", place.member))
    client.post(at("checklist_facts", place.member), FACTS)
    page = sign_in(open_page("phone", scripts=scripts), user, live_server.url)
    page.goto(live_server.url + at("checklist", place.member))
    page.get_by_role("link", name="ExcelやCSVで答える").click()
    sound(page, at("checklist_file", place.member), scripts=scripts)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excelの記入用ファイルを受け取る").click()
    path = tmp_path / "sonae.xlsx"
    waiting.value.save_as(path)

    fill(path, "たぶん")
    page.get_by_label("ファイル", exact=True).set_input_files(path)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("alert")).to_contain_text("直すところが1か所あります")
    expect(page.get_by_role("alert")).to_contain_text(re.compile("質問![A-Z]+[0-9]+"))
    sound(page, at("checklist_file", place.member), scripts=scripts)

    fill(path, "一部")
    page.get_by_label("ファイル", exact=True).set_input_files(path)
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("heading", name="取り込む内容の確認")).to_be_visible()
    sound(page, at("checklist_file", place.member), scripts=scripts)
    page.get_by_role("button", name="答えを取り込む").click()
    page.wait_for_url(live_server.url + at("checklist", place.member))
    expect(page.get_by_role("link", name="診断を提出")).to_be_visible()
