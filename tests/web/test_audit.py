"""The audit log: written with the change or not at all, sealed once and in order, exported whole, and what it refuses."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from sonae_cli.chain import Verified, verify
from sonae_web.ground import audit, chain, clock
from sonae_web.ground.chain import START, Head
from sonae_web.ground.logs import request_id
from sonae_web.ground.models import AuditHead, AuditRow
from tests.cast import Shell, codes, places
from tests.web.apart import at_once, prepare

pytestmark = pytest.mark.django_db
CLERK, OFFICE, QUOTE = UUID(int=1), UUID(int=2), UUID(int=3)
NOON = datetime(2027, 4, 1, 3, tzinfo=UTC)


def written(count: int = 1, **changes: Any) -> list[AuditRow]:
    """Rows of one transaction."""
    values = {"action": "quote.bind", "kind": "quote", "object_id": QUOTE, "actor": CLERK, "organisation": OFFICE}
    with transaction.atomic():
        return [audit.record(**{**values, **changes}) for _ in range(count)]


def exported() -> list[bytes]:
    stream = io.BytesIO()
    audit.export(stream)
    return stream.getvalue().splitlines(keepends=True)


def verified(*anchors: Head) -> Verified:
    return verify(exported(), "log", anchors)


def test_what_is_done_is_written_sealed_exported_and_verified(tmp_path: Path) -> None:
    token = request_id.set("f" * 32)
    written(detail={"plan": "b", "yen": 12_300, "renewed": True, "declaration": UUID(int=4)})
    request_id.reset(token)
    written(action="quote.read", actor=None, organisation=None, object_id="all")
    assert audit.seal() == 2
    path = tmp_path / "audit.jsonl"
    assert audit.export(path) == audit.head() == Head(2, AuditRow.objects.get(number=2).hash)
    first, second, head = (json.loads(line) for line in path.read_bytes().splitlines())
    assert first["row"].pop("created_at").endswith("+00:00")
    assert first["row"] == {
        "id": str(AuditRow.objects.get(number=1).id), "number": 1, "previous": START, "request_id": "f" * 32,
        "actor": str(CLERK), "organisation": str(OFFICE), "action": "quote.bind", "kind": "quote", "object_id": str(QUOTE),
        "detail": '{"declaration":"00000000-0000-0000-0000-000000000004","plan":"b","renewed":true,"yen":12300}',
    }  # fmt: skip
    assert (second["row"]["previous"], second["row"]["request_id"]) == (first["hash"], "")
    assert (second["row"]["actor"], second["row"]["object_id"]) == (None, "all")
    assert head == {"head": {"number": 2, "hash": second["hash"]}}
    found = verify(path.read_bytes().splitlines(), anchors=[audit.head()])
    assert (found.rows, found.anchored, found.problems) == (2, 2, ())


def test_every_field_is_in_the_hash() -> None:
    assert {field.name for field in AuditRow._meta.concrete_fields} == chain.FIELDS | {"hash"}
    with pytest.raises(ValueError, match="other fields"):
        chain.content({"number": 1})


# --- written with the change or not at all
@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(action="quote.bind", kind="quote", object_id=QUOTE)
    assert AuditRow.objects.count() == 0


def test_it_goes_back_with_the_change() -> None:
    def fail() -> None:
        with transaction.atomic():
            written()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert AuditRow.objects.count() == 0
    assert audit.seal() == 0


# --- what may stand in it
@pytest.mark.parametrize(
    "value",
    [
        "見本 太郎", "taro@example.jp", "Taro", "090-1234-5678", "", "two words", "x" * 61, "a\n", "K", "ａ",
        1.5, None, 10**18, b"x", ["a"], {"a": 1},
    ],
)  # fmt: skip
def test_what_is_no_id_number_or_code_word_is_refused_and_not_repeated(value: Any) -> None:
    for changes in ({"detail": {"name": value}}, {"object_id": value}, {"action": value}, {"kind": value}):
        with pytest.raises(ValueError, match="no code word") as refused:
            written(**changes)
        if isinstance(value, str) and value:
            assert value not in str(refused.value)
    if value is not None:
        for who in ("actor", "organisation"):
            with pytest.raises(ValueError, match="no UUID"):
                written(**{who: value})


@pytest.mark.parametrize("key", ["", "Name", "氏名", "a1", "a.b", "a\n", "x" * 41])
def test_a_details_name_is_of_small_letters(key: str) -> None:
    with pytest.raises(ValueError, match="name"):
        written(detail={key: 1})


def test_details_are_few() -> None:
    names = [f"d{'_' * number}" for number in range(audit.MOST_DETAILS + 1)]
    written(detail=dict.fromkeys(names[1:], 1))
    with pytest.raises(ValueError, match="details"):
        written(detail=dict.fromkeys(names, 1))


# --- sealed once, in order
def test_sealing_again_changes_nothing_and_goes_on_where_it_ended() -> None:
    written(3)
    assert audit.seal() == 3
    before, head = exported(), audit.head()
    assert audit.seal() == 0
    assert exported() == before
    written(2)
    assert exported() == before  # what is not sealed yet is not in it
    assert audit.seal() == 2
    assert exported()[:3] == before[:3]
    assert verified(head, audit.head()).anchored == 5


def test_rows_are_numbered_in_the_order_of_creation_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST_AT_ONCE", 4)
    later, earlier = written(5), written(5)
    for number, row in enumerate([*earlier, *later]):
        AuditRow.objects.filter(pk=row.pk).update(created_at=NOON + timedelta(seconds=number))
    assert audit.seal() == 10
    assert [row.pk for row in AuditRow.objects.order_by("number")] == [row.pk for row in [*earlier, *later]]
    assert verified().problems == ()


def test_a_row_that_waits_too_long_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert audit.unsealed_for() == 0
    (first, *_) = written(2)
    monkeypatch.setattr(clock, "now", lambda: first.created_at + timedelta(seconds=audit.FAULT_AFTER + 1))
    assert audit.unsealed_for() > audit.FAULT_AFTER
    audit.seal()
    assert audit.unsealed_for() == 0


def test_a_row_is_sealed_whole_or_not() -> None:
    (row,) = written()
    for half in ({"number": 1}, {"hash": START}, {"number": 1, "hash": START}, {"previous": START}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditRow.objects.filter(pk=row.pk).update(**half)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditHead.objects.create(id=2)


@pytest.mark.django_db(transaction=True)
def test_several_sealers_and_writers_at_once_number_every_row_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    monkeypatch.setattr(audit, "MOST_AT_ONCE", 7)
    done = at_once([lambda: len(written(3)), audit.seal] * 40)
    done += at_once([audit.seal])
    (found,) = at_once([lambda: verified(audit.head())])
    assert sum(done[:80:2]) == sum(done[1:80:2]) + done[-1] == 120
    assert (found.rows, found.anchored, found.problems) == (120, 120, ())


# --- what was changed in the database comes out in the export
def sealed(count: int = 10) -> Head:
    written(count)
    audit.seal()
    return audit.head()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("actor", UUID(int=9)), ("actor", None), ("organisation", UUID(int=9)), ("action", "quote.read"), ("kind", "見本"),
        ("object_id", '"},'), ("detail", b'{"a": 1}'), ("detail", b"{} "), ("detail", b"\xff"), ("request_id", "0"),
        ("previous", "x"), ("hash", START), ("id", UUID(int=9)), ("created_at", NOON),
    ],
)  # fmt: skip
def test_any_field_edited_in_the_database_is_told_at_its_row(field: str, value: Any) -> None:
    head = sealed()
    AuditRow.objects.filter(number=5).update(**{field: value})
    assert places(verified(head).problems) == [("log.edited", "5")]


def test_a_hash_that_is_none_is_told_at_its_row() -> None:
    head = sealed()
    AuditRow.objects.filter(number=5).update(hash='"},{')
    assert places(verified(head).problems) == [("log.form", "5")]


def test_rows_deleted_in_the_database_are_told() -> None:
    head = sealed()
    AuditRow.objects.filter(number__in=(4, 5)).delete()
    assert places(verified(head).problems) == [("log.missing", "4")]
    AuditRow.objects.filter(number__gt=8).delete()
    assert places(verified(head).problems) == [("log.cut", "7"), ("log.missing", "4")]


def test_rows_exchanged_in_the_database_are_told() -> None:
    head = sealed()
    three, seven = (AuditRow.objects.get(number=number).pk for number in (3, 7))
    for key, number in ((three, 99), (seven, 3), (three, 7)):
        AuditRow.objects.filter(pk=key).update(number=number)
    assert places(verified(head).problems) == [("log.edited", "3"), ("log.edited", "7")]


def test_a_log_begun_anew_is_told_by_the_head_kept_outside() -> None:
    head = sealed()
    AuditRow.objects.all().delete()
    AuditHead.objects.all().delete()
    sealed(12)
    assert verified().problems == ()
    assert codes(verified(head).problems) == {"log.anchor"}


# --- the export
def test_an_export_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed()
    path, stream = tmp_path / "audit.jsonl", io.BytesIO()
    path.write_text("before")

    def full(_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chain, "head_line", full)
    for target in (path, stream):
        with pytest.raises(OSError, match="No space"):
            audit.export(target)
    assert [each.name for each in tmp_path.iterdir()] == ["audit.jsonl"]
    assert (path.read_text(), stream.getvalue()) == ("before", b"")


def test_what_is_sealed_while_an_export_runs_is_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sealed(3)
    sealed(2)
    monkeypatch.setattr(audit, "head", lambda: before)
    found = verified(before)
    assert (found.rows, found.anchored, found.problems) == (3, 3, ())


@pytest.fixture
def sonae(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)


def test_the_command_seals_what_waits_and_its_head_verifies_the_file(sonae: Shell, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(3)
    for lang, words in (("ja", "記録3件"), ("en", "3 rows exported")):
        ran = sonae("log", "export", path, "--lang", lang)
        assert (ran.code, ran.err) == (0, "")
        assert words in ran.out
        assert f"3:{audit.head().hash}" in ran.out
    data = sonae("log", "export", path, "--json").data
    assert data == {"rows": 3, "head": {"number": 3, "hash": audit.head().hash}, "file": str(path)}
    head = f"{data['head']['number']}:{data['head']['hash']}"
    assert sonae("log", "verify", path, "--head", head, "--json").data["anchored"] == 3


def test_the_command_writes_the_log_alone_to_stdout(sonae: Shell) -> None:
    written(2)
    log = sonae("log", "export", "-").out
    assert len(log.splitlines()) == 3
    assert sonae("log", "verify", "-", stdin=log).code == 0


def test_a_file_that_cannot_be_written_is_refused(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("log", "export", tmp_path / "gone" / "audit.jsonl", "--json")
    assert (ran.code, [each["code"] for each in ran.data["problems"]]) == (1, ["file.not_written"])
