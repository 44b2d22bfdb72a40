"""A PostgreSQL of the test run's own: in a temporary folder, on a socket inside it, gone at the end whatever happens.

The role that the tests connect with is an ordinary one, for row-level security binds no superuser.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

DEBIAN = Path("/usr/lib/postgresql")
ROLE = "sonae"
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")
"""Nothing here outlives the run, so nothing need survive a crash."""
MOST_CONNECTIONS = 50
PATIENCE = 60
"""Seconds to start in."""


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, or None: where the path leads, else Debian's newest version."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = [each.parent for each in DEBIAN.glob("*/bin/initdb")]
    return max(found, key=lambda each: float(each.parent.name), default=None)


@contextmanager
def cluster(speed: Sequence[str] = SPEED) -> Iterator[str]:
    """Start a cluster and yield the address of its database; end and delete it in any case.

    It takes no port: it listens on a Unix socket in its own folder alone, which only its user can enter. As root it runs
    as the user postgres, since PostgreSQL refuses root. Raises FileNotFoundError when PostgreSQL is not installed, and
    RuntimeError, with its own words, when it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="sonae-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        with _started(folder, speed):
            with psycopg.connect(host=str(folder), user="postgres", dbname="postgres", autocommit=True) as admin:
                admin.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE NOSUPERUSER NOBYPASSRLS")
                admin.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")
            yield f"postgres://{ROLE}@/{ROLE}?host={folder}"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _started(folder: Path, speed: Sequence[str]) -> Iterator[None]:
    data, log = folder / "data", folder / "log"
    settings = [f"-c {each}" for each in (*speed, f"max_connections={MOST_CONNECTIONS}", "listen_addresses=")]
    try:
        _run(folder, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = " ".join([f"-k {folder}", *settings])
        _run(folder, "pg_ctl", "-D", data, "-l", log, "-w", "-t", PATIENCE, "-o", options, "start")
        yield
    finally:
        if (data / "postmaster.pid").exists():
            _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(folder: Path, program: str, *arguments: object) -> None:
    """Run a program of PostgreSQL, as root by the user postgres. What it says goes to a file: a server keeps a pipe open."""
    found = programs()
    if found is None:
        raise FileNotFoundError("PostgreSQL is not installed")
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(
            [found / program, *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            start_new_session=True, check=False, **as_user,  # type: ignore[call-overload]  # which user is by the system
        )  # fmt: skip
        if ended.returncode:
            said.seek(0)
            log = folder / "log"
            words = said.read().decode(errors="replace") + (log.read_text(errors="replace") if log.exists() else "")
            raise RuntimeError(f"{program} failed ({ended.returncode}): {words[-2000:]}")
