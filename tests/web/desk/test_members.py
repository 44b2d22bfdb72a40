"""An association's desk: who has answered, found, sorted, paged, taken away; adding, inviting, archiving."""

import csv
import io
import uuid
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from sonae_web.accounts.models import Invitation, Organisation
from sonae_web.accounts.services import add_organisation, add_organisations
from sonae_web.desk import members
from sonae_web.desk.listing import Asked, folded, ordered, paged
from sonae_web.desk.models import Reference
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow, Mail
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, archived, once, scope
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def progress(tenant: Organisation, state: str, year: int = 2027) -> None:
    with unscoped("a test's rows"):
        Progress.objects.create(tenant=tenant.pk, year=year, state=state, **{f"{state}_at": NOW})


def test_a_clerk_sees_how_far_members_are_finds_them_and_takes_the_table_away(there: Tree, as_clerk: SignIn) -> None:
    progress(there.member, "done")
    progress(there.neighbour, "started")
    progress(there.far_member, "done")
    client = as_clerk("association", there.association)
    page = client.get(reverse("desk", args=[there.association.pk]))
    figures = page.context["figures"]
    assert (figures.members, figures.invited, figures.started, figures.done) == (3, 2, 2, 1)
    assert [row.name for row in page.context["page"].rows] == ["例示協同組合", "例示印刷", "見本商事"]
    assert "遠方商店" not in page.content.decode()
    found = client.get(reverse("desk", args=[there.association.pk]), {"state": "done"})
    assert [row.name for row in found.context["page"].rows] == ["見本商事"]
    down = client.get(reverse("desk", args=[there.association.pk]), {"sort": "-state"})
    assert [row.state for row in down.context["page"].rows] == ["done", "started", "none"]
    before = client.get(reverse("desk", args=[there.association.pk]), {"year": "2026"})
    assert before.context["figures"].done == 0
    file = client.get(reverse("desk_export", args=[there.association.pk, "csv"]), {"sort": "-state"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert rows[1] == ["見本商事", "", "", "回答済み", "", "", "2026-11-23", "", "0"]
    old = client.get(reverse("desk_export", args=[there.association.pk, "csv-cp932"]), {"q": "商事"})
    assert len(old.content.decode("cp932").splitlines()) == 2
    book = load_workbook(io.BytesIO(client.get(reverse("desk_export", args=[there.association.pk, "xlsx"])).content))
    assert book.active is not None
    assert book.active.max_row == 4


def test_a_name_that_would_be_a_formula_leaves_as_text(there: Tree, as_clerk: SignIn) -> None:
    add_organisation(kind="member", name="=1+1", parent=there.association)
    client = as_clerk("association", there.association)
    file = client.get(reverse("desk_export", args=[there.association.pk, "csv"]), {"q": "1+1"})
    assert file.content.decode("utf-8-sig").splitlines()[1].startswith("'=1+1,")


def test_what_cp932_lacks_is_said_in_words(there: Tree, as_clerk: SignIn) -> None:
    add_organisation(kind="member", name="見本𠮷商店", parent=there.association)
    client = as_clerk("association", there.association)
    page = client.get(reverse("desk_export", args=[there.association.pk, "csv-cp932"]))
    assert page.status_code == 422
    assert "Shift_JISにない文字" in page.content.decode()


@pytest.mark.parametrize(
    ("text", "found"), [("ﾐﾎﾝ", True), ("みほん", True), ("ABC", True), ("ａｂｃ", True), ("x", False)]
)
def test_width_case_and_kind_of_kana_do_not_count_in_a_search(text: str, found: bool) -> None:
    assert (folded(text) in folded("ミホン abc商店")) is found


def test_rows_without_a_value_come_last_in_both_directions() -> None:
    rows = [members.Member(uuid.UUID(int=n), f"{n}", "", code, archived=False) for n, code in enumerate(("b", "", "a"))]
    for down, expected in ((False, ["a", "b", ""]), (True, ["b", "a", ""])):
        asked = Asked(2027, sort="code", down=down)
        found = ordered(rows, asked, {"code": lambda row: row.code or None}, lambda row: row.name)
        assert [row.code for row in found] == expected


def test_a_page_beyond_the_last_is_the_last() -> None:
    page = paged(list(range(120)), Asked(2027, page=9))
    assert (page.first, page.last, page.found, page.after) == (101, 120, 120, "")
    assert paged([], Asked(2027, page=9)).first == 0


@pytest.mark.parametrize("query", ["year=1&size=7&page=-1&sort=pk&state=x", "page=99999999999", "sort=-", "q=%00"])
def test_nonsense_in_the_address_shows_the_first_page(there: Tree, as_clerk: SignIn, query: str) -> None:
    client = as_clerk("association", there.association)
    assert client.get(reverse("desk", args=[there.association.pk]) + "?" + query).status_code == 200


def test_two_thousand_members_are_few_queries(there: Tree, as_clerk: SignIn) -> None:
    made = add_organisations(kind="member", entries=[(there.association.pk, f"見本商店{n}", "") for n in range(2_000)])
    with unscoped("a test's rows"):
        Progress.objects.bulk_create(Progress(tenant=row.pk, year=2027, state="invited") for row in made)
    client = as_clerk("association", there.association)
    address = reverse("desk", args=[there.association.pk]) + "?size=200"
    client.get(address)
    with CaptureQueriesContext(connection) as many_rows:
        assert len(client.get(address).context["page"].rows) == 200
    with CaptureQueriesContext(connection) as few_rows:
        client.get(address + "&q=1999")
    assert len(many_rows) == len(few_rows) <= 16


# --- changing
def test_a_member_is_added_and_invited(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("association", there.association)
    address = reverse("desk_member_new", args=[there.association.pk])
    entry = {"name": " 見本青果 ", "code": "Ａ-1", "number": "７０００-０１２-０５０００２", "mail": "Taro@example.jp"}
    answer = client.post(address, entry | once(), follow=True)
    assert answer.content.decode().count("見本青果を追加し、招待メールを送りました。") == 1
    row = Organisation.objects.get(name="見本青果")
    assert (row.parent_id, row.number) == (there.association.pk, "7000012050002")
    with unscoped("a test's look"):
        assert Invitation.objects.get().tenant == row.pk
        assert Progress.objects.get().state == "invited"
        assert Reference.objects.get().code == "Ａ-1"
    assert Mail.objects.count() + len(mail.outbox) == 1
    assert set(AuditRow.objects.values_list("action", flat=True)) >= {"member.added", "invitation.made"}
    again = client.post(address, entry | once())
    assert again.status_code == 422
    assert "すでに登録されています" in again.content.decode()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "見本", "number": "7000012050003"}, "number"),
        ({"name": "見本", "mail": "nobody"}, "mail"),
        ({"name": "見本", "code": "x" * 41}, "code"),
    ],
)
def test_what_is_wrong_stands_at_its_field(there: Tree, as_clerk: SignIn, entry: dict[str, str], field: str) -> None:
    page = as_clerk("association", there.association).post(
        reverse("desk_member_new", args=[there.association.pk]), entry | once()
    )
    assert page.status_code == 422
    assert list(page.context["faults"]) == [field]
    assert Organisation.objects.filter(name="見本").count() == 0


def test_what_is_registered_of_a_member_is_corrected(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("association", there.association)
    address = reverse("desk_member_edit", args=[there.association.pk, there.member.pk])
    assert 'value="見本商事"' in client.get(address).content.decode()
    entry = {"name": "見本商事株式会社", "code": "S-1", "number": "7000012050002"}
    for _ in range(2):  # clicked twice
        assert client.post(address, entry)["Location"] == reverse("desk", args=[there.association.pk])
    there.member.refresh_from_db()
    assert (there.member.name, there.member.number) == ("見本商事株式会社", "7000012050002")
    with unscoped("a test's look"):
        assert Reference.objects.get().code == "S-1"
    other = reverse("desk_member_edit", args=[there.association.pk, there.neighbour.pk])
    for wrong, field in (
        (entry | {"code": ""}, "name"),
        (entry | {"name": "別の見本"}, "code"),
        ({"name": "a\tb"}, "name"),
    ):
        page = client.post(other, wrong)
        assert page.status_code == 422
        assert list(page.context["faults"]) == [field]
    there.neighbour.refresh_from_db()
    assert there.neighbour.name == "例示印刷"
    client.post(address, entry | {"code": ""})
    with unscoped("a test's look"):
        assert not Reference.objects.exists()
    assert AuditRow.objects.filter(action="member.corrected").count() == 3
    archived(there.member)
    assert client.post(address, entry)["Location"].endswith("/archive")


def test_a_member_is_archived_after_asking_and_restored(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("association", there.association)
    address = reverse("desk_member_archive", args=[there.association.pk, there.member.pk])
    assert client.post(address).status_code == 422
    there.member.refresh_from_db()
    assert there.member.state == "active"
    client.post(address, {"sure": "1"})
    client.post(address, {"sure": "1"})  # a double click
    page = client.get(reverse("desk", args=[there.association.pk]))
    assert "見本商事" not in [row.name for row in page.context["page"].rows]
    assert page.context["figures"].members == 2
    assert AuditRow.objects.filter(action="member.archived").count() == 1
    client.post(reverse("desk_member_restore", args=[there.association.pk, there.member.pk]))
    there.member.refresh_from_db()
    assert there.member.state == "active"


def test_another_associations_member_is_a_missing_one(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("association", there.association)
    answers = []
    for pk in (there.far_member.pk, there.other_associations_member.pk, uuid.uuid4(), there.association.pk):
        for name in ("desk_member_archive", "desk_member_edit", "desk_member_invite", "desk_member_restore"):
            answer = client.post(reverse(name, args=[there.association.pk, pk]), {"sure": "1", "mail": "a@example.jp"})
            answers.append((answer.status_code, answer.content))
    assert {status for status, _ in answers} == {404}
    assert not Organisation.objects.filter(state="archived").exists()


def test_a_federation_reads_but_changes_nothing(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("federation", there.prefecture)
    page = client.get(reverse("desk_association", args=[there.prefecture.pk, there.association.pk]))
    assert [row.name for row in page.context["page"].rows] == ["例示協同組合", "例示印刷", "見本商事"]
    assert '<form method="post" action="/desk' not in page.content.decode()
    for name, args in (("desk_member_new", []), ("desk_remind", []), ("desk_member_archive", [there.member.pk])):
        assert client.post(reverse(name, args=[there.prefecture.pk, *args]), {"sure": "1"}).status_code == 404
    far = reverse("desk_association", args=[there.prefecture.pk, there.far_association.pk])
    assert client.get(far).status_code == 404


def test_a_member_has_no_desk(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("member", there.member)
    for place in (there.member, there.association):
        assert client.get(reverse("desk", args=[place.pk])).status_code == 404


def test_the_scope_of_a_neighbour_lists_nobody(there: Tree) -> None:
    foreign = scope("association", there.other_association)
    assert members.listed(scope=foreign, association=there.association, year=2027) == []
