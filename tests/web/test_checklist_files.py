"""The checklist as Excel and CSV: handed out, filled in, shown as what it changes, saved whole or not at all."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from sonae_web.accounts.models import User
from sonae_web.diagnosis import checklists
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.cast import Tree, acting, person
from tests.web.test_members import FACTS, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(place: Tree, client: Client) -> Scope:
    user: User = person()
    with unscoped("test"):
        scope = acting(user, "member", place.member)
    client.force_login(user)
    client.post(at("checklist_start", place.member))
    client.post(at("checklist_facts", place.member), FACTS)
    return scope


@pytest.fixture
def send(client: Client, place: Tree, member: Scope) -> Callable[[bytes, str], str]:
    def send(content: bytes, name: str = "checklist.xlsx") -> str:
        file = SimpleUploadedFile(name, content)
        answer = client.post(at("checklist_file", place.member), {"file": file})
        return f"{answer.status_code} {answer.content.decode()}"

    return send


def got(client: Client, place: Tree, form: str) -> bytes:
    return client.get(at("checklist_template", place.member, form=form)).content


def filled(content: bytes, answer: str) -> bytes:
    """The workbook with one answer in every answer cell of its second sheet."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[1]
    cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert len(cells) > 50
    for cell in cells:
        cell.value = answer
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def carried(page: str) -> str:
    return page.partition('name="taken" value="')[2].partition('"')[0]


def test_excel_goes_out_and_comes_back(client: Client, place: Tree, member: Scope, send: Callable[..., str]) -> None:
    page = send(filled(got(client, place, "checklist.xlsx"), "はい"))
    assert page.startswith("200")
    assert "の答えが変わります。まだ保存していません。" in page
    with declared(member):
        sheet = checklists.read(member)
        assert sheet is not None
        assert sheet.answered == 0
    taken = {"taken": carried(page)}
    assert client.post(at("checklist_file", place.member), taken)["Location"] == at("checklist", place.member)
    with declared(member):
        sheet = checklists.read(member)
        assert sheet is not None
        assert sheet.next_open is None
        assert {given.value for given in sheet.given.values()} == {"yes"}
    assert client.post(at("checklist_file", place.member), taken).status_code == 302  # again: nothing left to change


@pytest.mark.parametrize("form", ["checklist.csv", "checklist-sjis.csv"])
def test_csv_goes_out_and_comes_back(
    client: Client, place: Tree, member: Scope, send: Callable[..., str], form: str
) -> None:
    encoding = "cp932" if "sjis" in form else "utf-8-sig"
    text = got(client, place, form).decode(encoding)
    assert "見本商事" in text
    page = send(text.encode(encoding), form)
    assert "保存されている答えと同じです" in page


def test_every_fault_is_told_with_its_cell_and_nothing_is_saved(
    client: Client, place: Tree, member: Scope, send: Callable[..., str]
) -> None:
    page = send(filled(got(client, place, "checklist.xlsx"), "たぶん"))
    assert page.startswith("422")
    assert "直すところが" in page
    assert "はい、一部、いいえ、わからない のどれかに直してください。" in page
    assert "質問!" in page
    with declared(member):
        sheet = checklists.read(member)
        assert sheet is not None
        assert sheet.given == {}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0" * 9, b"\0" * 99, b"a,b\n" * 9])
def test_what_is_no_checklist_is_refused_with_a_reason(send: Callable[..., str], content: bytes) -> None:
    assert send(content).startswith("422")


def test_too_large_a_file_is_refused(send: Callable[..., str]) -> None:
    assert "2MBを超えています" in send(b"x" * 2_000_001)
    assert "大きすぎます" in send(b"x" * 21_000_000)


def test_what_others_saved_meanwhile_is_shown_again(
    client: Client, place: Tree, member: Scope, send: Callable[..., str]
) -> None:
    page = send(filled(got(client, place, "checklist.xlsx"), "はい"))
    with declared(member):
        first = checklists.read(member)
        assert first is not None
        checklists.save_answer(scope=member, question=first.asked[0].id, value="no", seen=0)
    answer = client.post(at("checklist_file", place.member), {"taken": carried(page)})
    assert answer.status_code == 409
    assert "ほかの方が答えを変更しました" in answer.content.decode()
    again = carried(answer.content.decode())
    assert client.post(at("checklist_file", place.member), {"taken": again}).status_code == 302


@pytest.mark.parametrize("taken", ["", "x", "AAAA", "あ"])
def test_a_confirmation_that_is_not_ours_is_refused(client: Client, place: Tree, member: Scope, taken: str) -> None:
    assert client.post(at("checklist_file", place.member), {"taken": taken}).status_code == 422


def test_there_are_no_other_forms(client: Client, place: Tree, member: Scope) -> None:
    assert client.get(at("checklist_template", place.member, form="checklist.xls")).status_code == 404
