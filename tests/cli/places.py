"""Databases of a test's own: a file on SQLite, a fresh database on PostgreSQL; each empty to begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Make a database the site's own in the block: a path of a file, or a name on the PostgreSQL server of the tests."""
    outer = connections["default"]
    with _using(type(outer)({**outer.settings_dict, "NAME": name}, "default")):
        yield


@contextmanager
def inside_sqlite(path: Path) -> Iterator[None]:
    """Make a file of SQLite the site's database in the block, whatever the tests run on."""
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}
    settings = {**connections["default"].settings_dict, "NAME": str(path), "OPTIONS": options}
    with _using(DatabaseWrapper(settings, "default")):
        yield


@contextmanager
def _using(inner: Any) -> Iterator[None]:
    outer = connections["default"]
    connections["default"] = inner
    try:
        yield
    finally:
        inner.close()
        connections["default"] = outer


def fresh(folder: Path, name: str) -> str:
    """Return what names a new, empty database."""
    outer = connections["default"]
    if outer.vendor == "sqlite":
        return str(folder / f"{name}.sqlite3")
    full = f"{outer.settings_dict['NAME']}_{name}"
    with outer.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{full}"')
        cursor.execute(f'CREATE DATABASE "{full}"')
    return full


def migrate() -> None:
    """Bring the site's database up to date, as ``sonae serve`` does."""
    call_command("migrate", interactive=False, verbosity=0)
