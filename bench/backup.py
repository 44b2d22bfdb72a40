"""Time and memory of a backup and of restoring it: 100,000 audit rows and 2,000 documents of 150 kB, SQLite.

PYTHONPATH=src:. .venv/bin/python bench/backup.py [rows] [documents]
"""

import os
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp())
os.environ |= {
    "SONAE_SECRET_KEY": "for measuring only " * 4,
    "SONAE_KEYS": "sample-1:" + "AQ" * 21 + "A=",
    "SONAE_HOSTS": "localhost",
    "SONAE_SAMPLE": "true",
    "SONAE_LOG_LEVEL": "ERROR",
}


def main(rows: int, documents: int) -> None:
    """Fill a site, back it up, restore it, each in a process of its own, and print what each took."""
    file = FOLDER / "site.backup"
    measured("fill", "first", lambda: fill(rows, documents))
    measured("backup", "first", lambda: command("backup", str(file)))
    print(f"  {file.stat().st_size / 1e6:.0f} MB")
    measured("restore", "second", lambda: command("restore", str(file)))


def measured(name: str, database: str, act: Callable[[], None]) -> None:
    """Run an act in a child process with a database of its own."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.environ["SONAE_DATABASE_URL"] = f"sqlite:///{FOLDER / database}.sqlite3"
        act()
        used = resource.getrusage(resource.RUSAGE_SELF)
        core = used.ru_utime + used.ru_stime
        print(
            f"{name}: {core:.1f} s of a core, {time.perf_counter() - started:.1f} s in all, {used.ru_maxrss / 1024:.0f} MB",
            flush=True,
        )
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def fill(rows: int, documents: int) -> None:
    """Make a site."""
    from sonae_cli.site import begin_site

    begin_site()
    from django.core.management import call_command
    from django.db import transaction

    from sonae_web.ground import audit, clock
    from sonae_web.ground.documents import issue
    from sonae_web.ground.scope import unscoped

    call_command("migrate", verbosity=0)
    with transaction.atomic(), unscoped("measuring"):
        for number in range(rows):
            audit.record(action="quote.bind", kind="quote", object_id=uuid.uuid4(), detail={"yen": number})
        for number in range(documents):
            issue(
                tenant=uuid.uuid4(), kind="risk_report", subject=uuid.uuid4(), lang="ja", number=str(number),
                made_on=clock.today(), data={"number": number}, pdf=b"%PDF-" + os.urandom(150_000),
            )  # fmt: skip
    audit.seal()


def command(*words: str) -> None:
    """Run a command of sonae."""
    from sonae_cli.app import main as sonae

    try:
        sonae(list(words))
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3] or ("100000", "2000")))
