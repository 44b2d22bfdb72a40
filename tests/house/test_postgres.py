"""The test run's own PostgreSQL: where it is found, that it begins and is gone at the end, whatever happens."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests import postgres, run
from tests.cast import ROOT

HOLD = """
import sys
from tests import postgres, run
import signal
signal.signal(signal.SIGTERM, run._end)
with postgres.cluster() as address:
    print(address, flush=True)
    sys.stdin.read()
"""


def folder_of(address: str) -> Path:
    return Path(parse_qs(urlsplit(address).query)["host"][0])


@pytest.mark.needs_postgres
def test_it_listens_on_its_socket_alone_with_an_ordinary_role_and_is_gone_after_a_failure() -> None:
    def fail() -> None:
        with postgres.cluster() as address:
            folders.append(folder_of(address))
            with psycopg.connect(host=str(folders[0]), user="sonae", dbname="sonae") as connection:
                row = connection.execute(
                    "SELECT rolsuper, rolbypassrls, current_setting('listen_addresses') FROM pg_roles WHERE rolname = 'sonae'"
                ).fetchone()
            assert row == (False, False, "")
            assert folders[0].stat().st_mode & 0o077 == 0
            raise ZeroDivisionError

    folders: list[Path] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert [each.exists() for each in folders] == [False]


@pytest.mark.needs_postgres
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_is_gone_when_the_run_is_stopped(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as holder:
        assert holder.stdout
        folder = folder_of(holder.stdout.readline().decode())
        with psycopg.connect(host=str(folder), user="sonae", dbname="sonae") as connection:
            holder.send_signal(number)
            assert holder.wait(timeout=postgres.PATIENCE) != 0
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
    assert not folder.exists()


@pytest.mark.needs_postgres
def test_what_does_not_start_says_why_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SPEED", ("no_such_setting=1",))
    folder = Path(tempfile.mkdtemp(prefix="sonae-pg-", dir="/tmp"))
    monkeypatch.setattr(tempfile, "mkdtemp", lambda **_: str(folder))
    with pytest.raises(RuntimeError, match="no_such_setting"), postgres.cluster():
        pytest.fail("started")
    assert not folder.exists()


def test_the_newest_of_debians_is_taken_where_the_path_leads_to_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    assert postgres.programs() is None
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/initdb").touch()
    assert postgres.programs() == tmp_path / "17/bin"


def test_without_it_the_run_says_so_and_all_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def all_pass(parts: Sequence[run.Part]) -> list[str]:
        ran.extend(part.name for part in parts)
        return []

    monkeypatch.setattr(run, "_there", lambda program: program != "postgres")
    monkeypatch.setattr(run, "_passes", lambda *_: True)
    monkeypatch.setattr(run, "_run", all_pass)
    assert [run.main(words) for words in ([], ["--all"], ["--postgres"])] == [0, 1, 1]
    assert set(run.PARTS) <= set(ran)
    assert "tests on PostgreSQL" not in ran
    assert capsys.readouterr().out.count("Debian package postgresql") == 3


def test_the_parts_of_the_run_leave_no_test_out() -> None:
    parts = [part for parts in run.PARTS.values() for part in parts]
    assert len(parts) == len(set(parts))
    tests = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    assert [path for path in tests if not path.startswith(tuple(f"{part}/" for part in parts))] == []
