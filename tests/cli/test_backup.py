"""The whole site in one file and back: every row of every model, exactly, or nothing; closed without the key."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, connections, transaction

from sonae.problems import Refused
from sonae_web.accounts.models import Organisation, User
from sonae_web.diagnosis import services
from sonae_web.diagnosis.models import Checklist, QuickCheck, Task
from sonae_web.ground import audit, backup, documents, numbers, rows, sealed
from sonae_web.ground.models import AuditRow, Counter, Document
from sonae_web.ground.scope import declared, unscoped
from sonae_web.ground.vault import new_key, read_keys
from tests.cast import Shell, dice
from tests.cli.places import filled, fresh, inside, inside_sqlite, migrate
from tests.web.cast import Tree, scope, tree

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "標識ひみつ漏洩試験"
ODD = "が\u3099\r\n\u2028\x7f😀 見本 <&\"'\\"
MOMENTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2027, 4, 1, 3, 4, 5, 678901, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)


def fill() -> Tree:
    """A site with something in every kind of column."""
    there = tree()
    mine = scope("member", there.member)
    Organisation.objects.filter(pk=there.neighbour.pk).update(name=ODD)
    link = services.begin(industry="retail", employees=5, persons_held=800)
    check = services.read(link)
    services.answer(link=link, question=check.questions[0].id, value="unknown")
    person = User.objects.all()[0]
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Authenticator.objects.create(user=person, type="totp", data={"z": [1, 2.5, None], "a": {"b": "値", "ä": 1}})
    for number, moment in enumerate(MOMENTS):
        Session.objects.create(session_key=f"Key{number}", session_data=ODD, expire_date=moment)
    with transaction.atomic(), declared(mine):
        numbers.take("application.2027", 5)
        documents.issue(
            tenant=there.member.pk, kind="risk_report", subject=uuid.uuid4(), lang="ja", number="R-1",
            made_on=date(2027, 4, 1), data={"name": MARKER}, pdf=b"%PDF-" + MARKER.encode(),
        )  # fmt: skip
        list_ = Checklist(
            tenant=there.member.pk, edition="2027-01", year=2027, started_at=MOMENTS[1], changed_at=MOMENTS[1]
        )
        sealed.put(list_, "content", {"answers": MARKER})
        list_.save(force_insert=True)
        Task.objects.create(
            tenant=there.member.pk, edition="2027-01", question="q", changed_at=MOMENTS[1], due_on=date(1, 1, 1)
        )
    with transaction.atomic():
        audit.record(action="quote.bind", kind="quote", object_id=uuid.uuid4(), detail={"yen": 5})
    audit.seal()
    return there


def content(*, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every model, as the models of the code read it; what JSON holds has no order of keys."""
    with unscoped("a test compares"):
        return {
            model._meta.label: sorted(
                repr([_comparable(value) for value in row])
                for row in model._base_manager.values_list(*(field.attname for field in model._meta.concrete_fields))
            )
            for model in apps.get_models(include_auto_created=True)
            if model._meta.label not in but
        }


def _comparable(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


@pytest.fixture
def place(tmp_path: Path) -> Iterator[str]:
    """A filled site, which is the one in use."""
    name = filled(tmp_path, "first", fill)
    with inside(name):
        yield name


@pytest.fixture
def file(sonae: Shell, place: str, tmp_path: Path) -> Path:
    """Its backup."""
    path = tmp_path / "site.backup"
    assert sonae("backup", path).code == 0
    return path


def code(ran: Any) -> str:
    assert ran.code == 1
    return str(ran.data["problems"][0]["code"])


def test_all_rows_come_back_in_an_empty_place_and_open(sonae: Shell, place: str, tmp_path: Path) -> None:
    path = tmp_path / "site.backup"
    told = sonae("backup", path, "--json").data
    before = content()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (told["key"], told["rows"]) == ("sample-2", sum(map(len, before.values())))
    assert told["head"]["number"] == AuditRow.objects.count() >= 3
    assert (told["left_out"], told["unopened"]) == ([], 0)
    with inside(fresh(tmp_path, "second")):
        back = sonae("restore", path, "--json")
        assert back.data == {"log_faults": 0} | {name: told[name] for name in ("tables", "rows", "key", "head")}
        (restored,) = AuditRow.objects.filter(number=None)
        assert restored.action == "site.restore"
        restored.delete()
        assert content() == before
        with unscoped("a test reads"):
            assert sealed.get(Checklist.objects.get(), "content") == {"answers": MARKER}
            assert MARKER.encode() in sealed.get_bytes(Document.objects.get(), "pdf")
        with transaction.atomic():
            assert numbers.take("application.2027") == range(6, 7)
        migrate()  # and the site can start
        assert AuditRow.objects.count() == audit.head().number == told["head"]["number"]
        User.objects.get(email__startswith="member").groups.create(name="a row with a number of its own")


def test_the_database_may_be_of_another_kind(sonae: Shell, place: str, file: Path, tmp_path: Path) -> None:
    """Between SQLite and PostgreSQL when the tests run on PostgreSQL; else between two files."""
    before = content()
    with inside_sqlite(tmp_path / "other.sqlite3"):
        assert sonae("restore", file).code == 0
        AuditRow.objects.filter(number=None).delete()
        assert content() == before
        assert sonae("backup", file).code == 0
        before = content()
    with inside(fresh(tmp_path, "third")):
        assert sonae("restore", file).code == 0
        AuditRow.objects.filter(number=None).delete()
        assert content() == before


# --- what is refused, and leaves everything as it was
def untouched(sonae: Shell, file: Path, tmp_path: Path, expected: str) -> None:
    with inside(fresh(tmp_path, "second")):
        assert code(sonae("restore", file, "--json")) == expected
        assert connection.introspection.table_names() == []


def test_without_the_key_it_stays_closed(sonae: Shell, file: Path, tmp_path: Path, settings: Any) -> None:
    current = settings.VAULT_KEYS["sample-2"]
    settings.VAULT_KEYS = read_keys(new_key("new"))
    untouched(sonae, file, tmp_path, "backup.key")
    settings.VAULT_KEYS = read_keys(new_key("sample-2"))
    untouched(sonae, file, tmp_path, "backup.damaged")
    settings.VAULT_KEYS = {**read_keys(new_key("new")), "sample-2": current}
    with inside(fresh(tmp_path, "third")):
        assert sonae("restore", file).code == 0


def test_the_older_key_of_a_row_must_be_there_too_and_be_the_same(
    sonae: Shell, place: str, tmp_path: Path, settings: Any
) -> None:
    old, path = settings.VAULT_KEYS, tmp_path / "site.backup"
    newer = read_keys(new_key("newer"))
    settings.VAULT_KEYS = {**newer, **old}
    assert sonae("backup", path).code == 0
    for keys in (newer, {**newer, **read_keys(new_key("sample-2"))}):
        settings.VAULT_KEYS = keys
        untouched(sonae, path, tmp_path, "backup.key")


def test_what_cannot_be_opened_any_more_is_told_and_kept_as_it_is(
    sonae: Shell, place: str, tmp_path: Path, settings: Any
) -> None:
    path = tmp_path / "site.backup"
    settings.VAULT_KEYS = read_keys(new_key("newer"))
    with unscoped("damage"):
        Checklist.objects.update(content=b"\xff")
    told = sonae("backup", path, "--json").data
    assert told["unopened"] == 4  # a quick check, PDF and data of a document, the damaged checklist
    assert "4件は" in sonae("backup", path).out
    before = content()
    with inside(fresh(tmp_path, "second")):
        assert sonae("restore", path).code == 0
        AuditRow.objects.filter(number=None).delete()
        assert content()["diagnosis.Checklist"] == before["diagnosis.Checklist"]


def test_a_table_that_is_not_the_sites_is_told(sonae: Shell, place: str, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE someone_elses (id integer)")
    assert sonae("backup", tmp_path / "site.backup", "--json").data["left_out"] == ["someone_elses"]
    assert "someone_elses" in sonae("backup", tmp_path / "site.backup").out


def test_a_byte_changed_anywhere_a_piece_lost_or_added_is_found(sonae: Shell, file: Path, tmp_path: Path) -> None:
    sound, broken = file.read_bytes(), tmp_path / "broken"
    head = len(backup.MAGIC) + 1 + len("sample-2") + 32
    places = [*range(head), *dice("backup").sample(range(head, len(sound)), 60), len(sound) - 1]
    cuts = [0, 1, head - 1, head, head + 1, len(sound) // 2, len(sound) - 17, len(sound) - 1]
    for place in places:
        changed = bytearray(sound)
        changed[place] ^= 1 << place % 8
        broken.write_bytes(changed)
        assert problem_of(broken) in ("backup.damaged", "backup.form", "backup.key")
    for text in (*(sound[:cut] for cut in cuts), sound + b"\0", sound + sound):
        broken.write_bytes(text)
        assert problem_of(broken) in ("backup.damaged", "backup.form")
    broken.write_bytes(bytes([sound[0] ^ 1]) + sound[1:])
    untouched(sonae, broken, tmp_path, "backup.form")
    broken.write_bytes(sound[:-1])
    untouched(sonae, broken, tmp_path, "backup.damaged")
    untouched(sonae, tmp_path / "none", tmp_path, "file.unreadable")


def problem_of(path: Path) -> str:
    """The code with which the first reading of a file is refused."""
    with path.open("rb") as opened, pytest.raises(Refused) as refused:
        backup.check(opened, path.name)
    return refused.value.problems[0].code


def test_what_is_not_empty_is_left_alone(sonae: Shell, place: str, file: Path, tmp_path: Path) -> None:
    before = content()
    assert code(sonae("restore", file, "--json")) == "backup.not_empty"
    assert content() == before
    with inside(fresh(tmp_path, "second")):
        migrate()  # brings rows of its own, which are not content
        assert sonae("restore", file).code == 0
        AuditRow.objects.filter(number=None).delete()
        assert content() == before


def test_what_a_newer_release_made_is_refused(
    sonae: Shell, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site.backup"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ground', '9999_later', '2030-01-01')"
        )
    assert code(sonae("backup", path, "--json")) == "backup.newer"
    assert not path.exists()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    monkeypatch.setattr(backup, "FORM", 2)
    assert sonae("backup", path).code == 0
    monkeypatch.undo()
    untouched(sonae, path, tmp_path, "backup.newer")


def test_a_database_ahead_of_the_backup_is_refused_and_an_older_backup_restored(
    sonae: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site.backup"
    with inside(fresh(tmp_path, "first")):
        migrate()
        call_command("migrate", "diagnosis", "0001", verbosity=0)
        services.begin(industry="retail", employees=5, persons_held=800)
        assert sonae("backup", path).code == 0
    with inside(fresh(tmp_path, "second")):
        migrate()
        assert code(sonae("restore", path, "--json")) == "backup.ahead"
    with inside(fresh(tmp_path, "third")):
        assert sonae("restore", path).code == 0
        assert "diagnosis_checklist" not in connection.introspection.table_names()
        migrate()
        assert QuickCheck.objects.count() == 1


# --- stopped anywhere
class Killed(BaseException):
    """Nothing may catch it but the test."""


@pytest.mark.parametrize(
    "where",
    [
        (rows, "write", 1), (rows, "write", 9), (rows, "read", 1), (rows, "read", 20), (audit, "export", 1),
        (audit, "record", 1), (backup, "_compare", 1), (rows, "last_of", 1),
    ],
)  # fmt: skip
def test_a_restore_killed_anywhere_leaves_nothing_and_can_be_run_again(
    sonae: Shell, place: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str, int]
) -> None:
    before = content()
    module, name, count = where
    with inside(fresh(tmp_path, "second")):
        kill(monkeypatch, module, name, count)
        with pytest.raises(Killed):
            backup_restore(file)
        monkeypatch.undo()
        assert not any(
            content(but=("contenttypes.ContentType", "auth.Permission")).values()
            if "ground_auditrow" in connection.introspection.table_names()
            else []
        )
        assert sonae("restore", file).code == 0
        AuditRow.objects.filter(number=None).delete()
        assert content() == before


def backup_restore(file: Path) -> None:
    from sonae_cli.backup import restore

    restore(str(file))


def kill(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, count: int) -> None:
    """Stop the process, as it were, at the n-th call."""
    real: Callable[..., Any] = getattr(module, name)
    calls = []

    def deadly(*args: Any, **values: Any) -> Any:
        calls.append(1)
        if len(calls) == count:
            raise Killed
        return real(*args, **values)

    monkeypatch.setattr(module, name, deadly)


def test_a_backup_that_fails_leaves_the_one_before(
    sonae: Shell, place: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    for error, name in ((OSError(28, "No space left on device"), "file.not_written"), (Killed(), "")):

        def fail(*_: Any, error: BaseException = error) -> Any:
            raise error

        monkeypatch.setattr(rows, "row_line", fail)
        if name:
            assert code(sonae("backup", file, "--json")) == name
        else:
            with pytest.raises(Killed):
                sonae("backup", file)
        monkeypatch.undo()
        assert file.read_bytes() == before
        assert [each.name for each in tmp_path.iterdir() if "part" in each.name] == []
    assert sonae("backup", file).code == 0


def test_rows_that_came_out_otherwise_are_not_kept(
    sonae: Shell, place: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rows.write

    def loses(table: Any, lines: Any) -> None:
        real(table, [row for row in lines if "application.2027" not in row])

    with inside(fresh(tmp_path, "second")):
        monkeypatch.setattr(rows, "write", loses)
        assert code(sonae("restore", file, "--json")) == "backup.differs"
        assert not Counter.objects.exists()
        assert not Organisation.objects.exists()


def test_a_log_with_faults_is_restored_only_when_told_so(sonae: Shell, place: str, tmp_path: Path) -> None:
    path = tmp_path / "site.backup"
    AuditRow.objects.filter(number=2).update(action="quote.read")
    assert sonae("backup", path).code == 0
    with inside(fresh(tmp_path, "second")):
        refused = sonae("restore", path, "--json")
        assert [each["code"] for each in refused.data["problems"]] == ["backup.log", "log.edited"]
        assert not Organisation.objects.exists()
        assert sonae("restore", path, "--with-faulty-log", "--json").data["log_faults"] == 1
        assert Organisation.objects.exists()


# --- one moment, while others write
def test_a_backup_is_of_one_moment_and_holds_nobody_up(
    sonae: Shell, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "site.backup", rows.read
    written: list[int] = []

    def read(table: Any) -> Any:
        if not written:  # another process writes once the snapshot has begun
            other = connections["default"].copy()
            with other.cursor() as cursor:
                cursor.execute("UPDATE ground_counter SET next = next + 100")
                cursor.execute("INSERT INTO ground_counter (series, next) VALUES ('later', 1)")
                written.append(1)
            other.close()
        return real(table)

    before = content()["ground.Counter"]
    monkeypatch.setattr(rows, "read", read)
    assert sonae("backup", path).code == 0
    monkeypatch.undo()
    assert content()["ground.Counter"] != before
    with inside(fresh(tmp_path, "second")):
        assert sonae("restore", path).code == 0
        assert content()["ground.Counter"] == before


def test_inside_a_transaction_there_is_no_moment_of_its_own(place: str, tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as opened, transaction.atomic(), pytest.raises(RuntimeError, match="its own"):
        backup.write(opened, "x")


# --- what cannot be read in it
def test_markers_are_in_neither_backup_nor_database(place: str, file: Path) -> None:
    held = [file.read_bytes()]
    if connection.vendor == "sqlite":
        connections["default"].close()
        found = list(Path(place).parent.glob(f"{Path(place).name}*"))
        held += [path.read_bytes() for path in found]
        assert "見本商事".encode() in b"".join(held)  # what is plain is found this way
    encoded = [MARKER.encode(name) for name in ("utf-8", "cp932", "utf-16-le", "utf-16-be")]
    encoded += [base64.b64encode(piece[start:])[:-4] for piece in encoded[:] for start in range(3)]
    for piece in encoded:
        assert all(piece not in each for each in held), piece
    assert "見本商事".encode() not in held[0]
