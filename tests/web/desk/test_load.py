"""Loading lists: checked whole, confirmed, loaded in batches that survive being killed, safe to repeat."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from sonae.problems import Refused
from sonae_web.accounts.models import Invitation, Organisation, Role
from sonae_web.accounts.services import revoke_role
from sonae_web.desk import jobs, load_views, rows, sheets, uploads
from sonae_web.desk.models import Reference, Upload
from sonae_web.ground import clock
from sonae_web.ground.jobs import run_all
from sonae_web.ground.models import Mail
from sonae_web.ground.scope import declared, unscoped
from tests.cast import many
from tests.web.cast import Tree, archived, scope, tree
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
HEAD = ["会員団体", "コード", "事業者名", "法人番号", "メールアドレス"]
NUMBER = "7000012050002"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 3, tzinfo=UTC))


def csv(*lines: Sequence[str], head: Sequence[str] = HEAD) -> bytes:
    return "\r\n".join(",".join(line) for line in (head, *lines)).encode("utf-8-sig")


def members(there: Tree) -> list[tuple[str, str, str]]:
    """Members of the association that a list added: name, number and code."""
    with unscoped("a test's look"):
        codes = dict(Reference.objects.values_list("tenant", "code"))
    found = Organisation.objects.filter(parent=there.association, kind="member")
    known = {there.member.pk, there.neighbour.pk, there.own_member.pk}
    return sorted((row.name, row.number, codes.get(row.pk, "")) for row in found if row.pk not in known)


def send(client: Client, place: Organisation, content: bytes, kind: str = "members") -> Any:
    file = SimpleUploadedFile("list.csv", content)
    return client.post(reverse("desk_load", args=[place.pk]), {"kind": kind, "file": file})


def loaded(there: Tree, content: bytes, kind: str = "members", place: Organisation | None = None) -> Upload:
    """Load a list from beginning to end as the prefecture's clerk."""
    where = place or there.prefecture
    mine = scope("federation", where)
    with declared(mine):
        found = uploads.check(scope=mine, place=where, kind=kind, content=content)
        row = uploads.keep(scope=mine, place=where, kind=kind, content=content, found=found)
        return uploads.load(scope=mine, place=where, upload=row.pk)


def faults(there: Tree, content: bytes, kind: str = "members") -> list[tuple[str, str]]:
    mine = scope("federation", there.prefecture)
    try:
        found = uploads.check(scope=mine, place=there.prefecture, kind=kind, content=content)
    except Refused as refused:
        return [(each.code, each.at) for each in refused.problems]
    return [(each.code, each.at) for each in found.problems]


def test_a_clerk_sends_a_list_sees_what_it_would_do_confirms_and_it_is_loaded(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("federation", there.prefecture)
    content = csv(
        ["例示協同組合", "M1", "見本一号", NUMBER, "a@example.jp"], ["見本商店街振興組合", "M2", "見本二号", "", ""]
    )
    answer = send(client, there.prefecture, content)
    address = answer.url
    page = client.get(address)
    assert page.context["found"].verdicts == {"new": 2}
    assert members(there) == [], "nothing is written before it is confirmed"
    with unscoped("a test's look"):
        assert "見本一号".encode() not in bytes(Upload.objects.get().content), "kept sealed"
    for _ in range(2):  # a double click
        client.post(address)
    assert members(there) == [("見本一号", NUMBER, "M1")]
    assert Organisation.objects.get(name="見本二号").parent_id == there.other_association.pk
    assert "取込みが終わりました" in client.get(address).content.decode()
    with unscoped("a test's look"):
        row = Upload.objects.get()
        assert (row.state, row.new, row.invited, bytes(row.content)) == ("done", 2, 1, b"")
        assert Invitation.objects.count() == 1
    assert Mail.objects.count() + len(mail.outbox) == 1


def test_an_association_loads_its_own_members_from_a_workbook(there: Tree, as_clerk: SignIn) -> None:
    client, book, target = as_clerk("association", there.association), Workbook(), io.BytesIO()
    assert book.active is not None
    for line in (["コード", "事業者名"], ["0007", "見本七号"]):
        book.active.append(line)
    book.save(target)
    answer = send(client, there.association, target.getvalue())
    client.post(answer.url)
    assert members(there) == [("見本七号", "", "0007")]
    assert send(client, there.association, target.getvalue(), "associations").status_code == 422


def test_associations_are_loaded_below_the_federation_or_the_prefecture_named(there: Tree) -> None:
    loaded(there, csv(["A1", "見本新組合"], head=["団体コード", "団体名"]), "associations")
    assert Organisation.objects.get(name="見本新組合").parent_id == there.prefecture.pk
    named = csv(["例示県中央会", "見本遠組合"], head=["中央会", "団体名"])
    loaded(there, named, "associations", there.national)
    assert Organisation.objects.get(name="見本遠組合").parent_id == there.other_prefecture.pk


def test_every_fault_is_named_by_its_cell_and_nothing_is_kept(there: Tree, as_clerk: SignIn) -> None:
    content = csv(
        ["例示協同組合", "M1", "見本一号", "123", "nobody"],
        ["ない組合", "M2", "", "", ""],
        ["", "x" * 41, "見本三号", "", ""],
        ["遠方協同組合", "M4", "見本四号", "", ""],
        ["例示協同組合", "M1", "見本五号", "", ""],
        ["例示協同組合", "M6", "見本\u202e号", "", ""],
        ["例示協同組合", "M6", "見本六号", "", ""],
        ["例示協同組合", "M6", "見本七号", "", ""],
    )
    expected = [
        ("load.number", "2:4"), ("load.mail", "2:5"), ("load.above_unknown", "3:1"), ("load.name", "3:3"),
        ("load.above_missing", "4:1"), ("load.code", "4:2"), ("load.above_unknown", "5:1"),
        ("text.forbidden_character", "7:3"), ("load.name", "7:3"), ("load.twice", "9"),
    ]  # fmt: skip
    assert faults(there, content) == expected
    page = send(as_clerk("federation", there.prefecture), there.prefecture, content)
    text = page.content.decode()
    assert page.status_code == 422
    assert all(code in text for code, _ in expected)
    assert "何も変更していません" in text
    with unscoped("a test's look"):
        assert not Upload.objects.exists()
    assert members(there) == []


def test_files_that_are_no_lists_are_refused(there: Tree) -> None:
    assert faults(there, b"") == [("table.no_rows", "")]
    assert faults(there, csv()) == [("table.no_rows", "")]
    assert faults(there, csv(["x"], head=["社長"])) == [
        ("table.column_unknown", "1:1"), ("field.missing", "1:1"), ("field.missing", "1:1"),
    ]  # fmt: skip
    assert faults(there, "会員団体;事業者名\n例示;見本".encode())[0][0] == "table.separator"
    assert faults(there, b"PK\x03\x04 no workbook")[0][0].startswith("workbook.")
    assert faults(there, csv(['例示協同組合,"']))[0][0] in ("table.syntax", "table.rows_run_on")


def test_too_much_is_refused_before_it_is_read(there: Tree, as_clerk: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    content = csv(["例示協同組合", "M1", "見本一号", "", ""], ["例示協同組合", "M2", "見本二号", "", ""])
    monkeypatch.setattr(uploads, "MOST_ROWS", 1)
    assert faults(there, content)[0][0] == "load.too_many"
    monkeypatch.setattr(sheets, "MOST_BYTES", 20)
    assert faults(there, content)[0][0] == "load.too_large"
    monkeypatch.setattr(uploads, "check", lambda **_: pytest.fail("read"))
    page = send(as_clerk("federation", there.prefecture), there.prefecture, content)
    assert "load.too_large" in page.content.decode()


# --- whom a row means
def test_a_row_means_by_code_then_number_then_name(there: Tree) -> None:
    loaded(there, csv(["例示協同組合", "M1", "見本一号", "", ""], ["例示協同組合", "", "見本二号", NUMBER, ""]))
    row = loaded(
        there,
        csv(
            ["例示協同組合", "M1", "見本一号・改", "", ""],
            ["例示協同組合", "M2", "見本二号・改", NUMBER, ""],
            ["例示協同組合", "M9", "見本商事", "", ""],
        ),
    )
    assert (row.new, row.changed) == (0, 3)
    assert members(there) == [("見本一号・改", "", "M1"), ("見本二号・改", NUMBER, "M2")]
    other = loaded(there, csv(["例示協同組合", "M3", "見本一号・改", "", ""]))
    assert other.new == 1, "another business of the same name has another code"


def test_a_row_that_contradicts_what_is_registered_is_a_fault(there: Tree) -> None:
    loaded(there, csv(["例示協同組合", "M1", "見本一号", NUMBER, ""]))
    assert faults(there, csv(["例示協同組合", "M1", "見本一号", "5000012050004", ""])) in (
        [("load.contradicts", "2")],
        [("load.number", "2:4")],
    )
    assert faults(there, csv(["例示協同組合", "M2", "見本一号", NUMBER, ""])) == [("load.contradicts", "2")]
    archived(there.member)
    assert faults(there, csv(["例示協同組合", "", "見本商事", "", ""])) == [("load.archived", "2")]


def test_two_associations_of_a_name_are_told_apart_by_code(there: Tree) -> None:
    for code in ("A1", "A2"):
        loaded(there, csv([code, "見本同名組合"], head=["コード", "団体名"]), "associations")
    assert Organisation.objects.filter(name="見本同名組合").count() == 2
    assert faults(there, csv(["見本同名組合", "", "見本一号", "", ""])) == [("load.above_twice", "2:1")]
    assert faults(there, csv(["Ａ2", "", "見本一号", "", ""])) == []


def test_the_same_list_again_changes_nothing_and_invites_nobody(there: Tree) -> None:
    content = csv(["例示協同組合", "M1", "見本一号", "", "a@example.jp"], ["例示協同組合", "", "見本二号", "", ""])
    loaded(there, content)
    row = loaded(there, content)
    assert (row.new, row.changed, row.same, row.invited) == (0, 0, 2, 0)
    assert len(members(there)) == 2
    with unscoped("a test's look"):
        assert Invitation.objects.count() == 1


# --- killed
class KilledError(Exception):
    """The process is gone."""


@settings(max_examples=many(15), deadline=None)
@given(count=st.integers(1, 12), kills=st.lists(st.integers(0, 8), max_size=4), batch=st.integers(1, 5))
def test_killed_anywhere_and_run_again_nothing_is_doubled_or_missing(count: int, kills: list[int], batch: int) -> None:
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        there = tree()
        patch.setattr(uploads, "BATCH", batch)
        content = csv(*(["例示協同組合", f"M{n}", f"見本{n}号", "", f"m{n}@example.jp"] for n in range(count)))
        mine = scope("federation", there.prefecture)
        with declared(mine):
            found = uploads.check(scope=mine, place=there.prefecture, kind="members", content=content)
            row = uploads.keep(scope=mine, place=there.prefecture, kind="members", content=content, found=found)
            for kill in kills:
                steps = iter(range(1_000))
                record = uploads._record

                def record_or_die(*args: Any, kill: int = kill, steps: Iterator[int] = steps) -> None:
                    if next(steps) == kill:
                        raise KilledError
                    record(*args)  # noqa: B023

                with pytest.MonkeyPatch.context() as death:
                    death.setattr(uploads, "_record", record_or_die)
                    try:
                        uploads.load(scope=mine, place=there.prefecture, upload=row.pk)
                    except KilledError:
                        continue
            done = uploads.load(scope=mine, place=there.prefecture, upload=row.pk)
        assert (done.state, done.next_row, done.new) == ("done", count, count)
        assert [name for name, _, _ in members(there)] == sorted(f"見本{n}号" for n in range(count))
        with unscoped("a test's look"):
            assert Invitation.objects.count() == count
        transaction.set_rollback(True)


def test_two_who_load_the_same_list_do_not_double_it(there: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "BATCH", 2)
    content = csv(*(["例示協同組合", "", f"見本{n}号", "", ""] for n in range(6)))
    mine = scope("federation", there.prefecture)
    with declared(mine):
        found = uploads.check(scope=mine, place=there.prefecture, kind="members", content=content)
        row = uploads.keep(scope=mine, place=there.prefecture, kind="members", content=content, found=found)
        over = rows.above("members", there.prefecture, mine)
        load_batch = uploads._load

        def after_another(*args: Any) -> int:
            """Somebody else loads everything between our reading of the list and our batch."""
            monkeypatch.setattr(uploads, "_load", load_batch)
            uploads.load(scope=mine, place=there.prefecture, upload=row.pk)
            return load_batch(*args)

        monkeypatch.setattr(uploads, "_load", after_another)
        done = uploads.load(scope=mine, place=there.prefecture, upload=row.pk)
        assert (done.next_row, done.new) == (6, 6)
        assert load_batch(mine, row.pk, 2, [], over) == 6
    assert len(members(there)) == 6


def test_a_long_list_goes_on_as_a_job_while_its_clerk_holds_the_role(
    there: Tree, as_clerk: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_views, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(uploads, "BATCH", 2)
    client = as_clerk("federation", there.prefecture)
    address = send(client, there.prefecture, csv(*(["例示協同組合", "", f"見本{n}号", "", ""] for n in range(7)))).url
    client.post(address)
    assert "7行のうち2行まで" in client.get(address).content.decode()
    run_all()
    assert len(members(there)) == 7
    address = send(client, there.prefecture, csv(*(["例示協同組合", "", f"例示{n}号", "", ""] for n in range(7)))).url
    client.post(address)
    revoke_role(role=Role.objects.get(user__email__startswith="federation-").pk)
    run_all()
    assert len(members(there)) == 9


def test_the_page_of_a_long_list_tells_what_was_found_when_it_was_sent(
    there: Tree, as_clerk: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_clerk("federation", there.prefecture)
    address = send(client, there.prefecture, csv(*(["例示協同組合", "", f"見本{n}号", "", ""] for n in range(3)))).url
    monkeypatch.setattr(uploads, "SHORT", 2)
    monkeypatch.setattr(uploads, "check", lambda **_: pytest.fail("read again"))
    assert client.get(address).context["found"].verdicts["new"] == 3
    client.post(address)
    assert client.get(address).context["upload"].new == 3


def test_another_federations_list_is_a_missing_one(there: Tree, as_clerk: SignIn) -> None:
    address = send(
        as_clerk("federation", there.prefecture), there.prefecture, csv(["例示協同組合", "", "見本一号", "", ""])
    ).url
    pk = address.rstrip("/").rpartition("/")[2]
    for role, place in (("federation", there.other_prefecture), ("association", there.association)):
        assert as_clerk(role, place).post(reverse("desk_upload", args=[place.pk, pk])).status_code == 404
    assert members(there) == []


def test_the_template_can_be_loaded_as_it_is_headed(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("federation", there.prefecture)
    for kind in ("members", "associations"):
        for form in ("csv", "csv-cp932", "xlsx"):
            for lang in ("ja", "en"):
                client.cookies["django_language"] = lang
                content = client.get(reverse("desk_load_template", args=[there.prefecture.pk, kind, form])).content
                assert faults(there, content, kind) == [("table.no_rows", "")], (kind, form, lang)
    assert client.get(reverse("desk_load_template", args=[there.prefecture.pk, "x", "csv"])).status_code == 404
