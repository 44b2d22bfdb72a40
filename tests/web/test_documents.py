"""Issued documents: once for each subject, frozen in the database, opened by their member alone, every reading told."""

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import Http404

from sonae import __version__
from sonae.programmes import load
from sonae_web.ground import documents, sealed
from sonae_web.ground.models import AuditRow, Document
from sonae_web.ground.scope import Scope, ScopeMissing, declared, unscoped
from sonae_web.ground.vault import Sealed, read_keys
from tests.cast import PROGRAMME
from tests.web.apart import at_once, prepare
from tests.web.cast import Tree, scope, tree

pytestmark = pytest.mark.django_db
SUBJECT, MEMBER = uuid.UUID(int=7), uuid.UUID(int=1)
PDF = b"%PDF-1.7 \xe8\xa6\x8b\xe6\x9c\xac"
DATA = {"name": "見本商事", "grade": "B", "yen": 45_000_000}
MINE = Scope(uuid.UUID(int=2), "member", MEMBER, bytes(48) + MEMBER.bytes)


def issued(here: Scope = MINE, **changes: Any) -> Document:
    values: dict[str, Any] = {
        "tenant": here.organisation, "kind": "risk_report", "subject": SUBJECT, "lang": "ja", "number": "R-1",
        "made_on": date(2027, 4, 1), "data": DATA, "pdf": PDF,
    }  # fmt: skip
    with declared(here):
        return documents.issue(**{**values, **changes})


def test_what_is_issued_is_sealed_read_again_and_told_in_the_log() -> None:
    row = issued()
    assert (row.release, row.fingerprint, row.size) == (__version__, load(PROGRAMME).fingerprint, len(PDF))
    assert documents.read(MINE, row.pk) == PDF
    assert documents.read_data(MINE, str(row.pk)) == DATA
    kept = Document.within(MINE).get()
    for column in (kept.pdf, kept.data):
        assert PDF[8:] not in bytes(column)
        assert "見本".encode() not in bytes(column)
    told = AuditRow.objects.order_by("created_at")
    assert [each.action for each in told] == ["document.issue", "document.read_pdf", "document.read_data"]
    assert {(each.object_id, each.actor, each.organisation) for each in told} == {(str(row.pk), MINE.user, MEMBER)}


def test_a_second_issue_is_the_first() -> None:
    first = issued()
    again = issued(pdf=b"%PDF-other", data={"other": 1}, number="R-2", made_on=date(2027, 5, 1))
    assert (again.pk, again.number) == (first.pk, "R-1")
    assert documents.read(MINE, again.pk) == PDF
    others = [issued(lang="en"), issued(kind="certificate"), issued(subject=uuid.uuid4())]
    assert len({first.pk, *(each.pk for each in others)}) == 4
    assert AuditRow.objects.filter(action="document.issue").count() == 4


@pytest.mark.parametrize(
    "changes", [{"pdf": b"<html>"}, {"pdf": b""}, {"lang": "fr"}, {"kind": "Risk report"}, {"kind": ""}]
)
def test_what_is_no_document_is_refused_and_not_kept(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"PDF|code word"), transaction.atomic():
        issued(**changes)
    assert not Document.within(MINE).exists()


def test_data_is_exact() -> None:
    with pytest.raises(TypeError, match="float"):
        issued(data={"yen": 0.5})


def test_only_its_member_sees_it_and_another_is_told_what_a_missing_one_is() -> None:
    there: Tree = tree()
    mine = scope("member", there.member)
    row = issued(mine)
    for other in (
        scope("member", there.neighbour), scope("association", there.association), scope("federation", there.national),
    ):  # fmt: skip
        for pk in (row.pk, uuid.uuid4(), "nonsense"):
            with pytest.raises(Http404, match="not found"):
                documents.read(other, pk)
        with pytest.raises(ScopeMissing), transaction.atomic():
            issued(other, tenant=mine.organisation, subject=uuid.uuid4())
    with pytest.raises(ValueError, match="another tenant"), transaction.atomic():
        issued(scope("member", there.neighbour))
    assert AuditRow.objects.filter(action="document.read_pdf").count() == 0


# --- frozen
CHANGES = {
    "kind": "certificate", "lang": "en", "subject": uuid.UUID(int=8), "number": "R-2", "made_on": date(2028, 1, 1),
    "release": "9", "fingerprint": "x", "size": 1, "pdf_hash": "0", "data_hash": "0",
}  # fmt: skip


def test_every_column_is_frozen_or_sealed() -> None:
    named = {*CHANGES, "id", "tenant", "issued_at", "pdf", "data"}
    assert {field.attname for field in Document._meta.concrete_fields} == named


@pytest.mark.parametrize("column", sorted(CHANGES))
def test_the_database_refuses_a_change_however_it_is_made(column: str) -> None:
    row = issued()
    setattr(row, column, CHANGES[column])
    with unscoped("a job that is wrong"):
        for way in (
            lambda: Document.objects.update(**{column: CHANGES[column]}),
            lambda: Document.objects.bulk_update([row], [column]),
            row.save,
        ):
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                way()
    for column in ("id", "tenant", "issued_at"):
        with (
            unscoped("a job that is wrong"),  # on PostgreSQL nobody else would find the row
            pytest.raises(IntegrityError, match="frozen"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE ground_document SET {column} = {column}")  # noqa: S608
    assert documents.read(MINE, row.pk) == PDF


@pytest.mark.parametrize("column", ["pdf", "data"])
def test_other_content_under_the_same_seal_is_found_when_it_is_read(column: str) -> None:
    row = issued()
    sealed.put_bytes(row, column, b"%PDF-forged" if column == "pdf" else b'{"grade":"A"}')
    with declared(MINE):
        row.save(update_fields=[column])
    way = documents.read if column == "pdf" else documents.read_data
    with pytest.raises(documents.Altered):
        way(MINE, row.pk)
    assert not AuditRow.objects.filter(action__startswith="document.read").exists()


def test_content_of_another_document_does_not_open() -> None:
    row, other = issued(), issued(lang="en")
    with declared(MINE):
        Document.objects.filter(pk=row.pk).update(pdf=other.pdf)
    with pytest.raises(Sealed):
        documents.read(MINE, row.pk)


def test_keys_can_be_changed_under_it(settings: Any) -> None:
    row = issued()
    settings.VAULT_KEYS = {**read_keys("next:" + "Aw" * 21 + "A="), **settings.VAULT_KEYS}
    assert sealed.renew_keys() == 2
    settings.VAULT_KEYS = {"next": settings.VAULT_KEYS["next"]}
    assert documents.read(MINE, row.pk) == PDF


@pytest.mark.django_db(transaction=True)
def test_issued_by_several_at_once_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(tmp_path, monkeypatch)
    done = at_once([lambda: issued(pdf=PDF).pk] * 24)
    assert {type(each) for each in done} == {uuid.UUID}
    assert len(set(done)) == 1
    assert at_once([AuditRow.objects.filter(action="document.issue").count]) == [1]
