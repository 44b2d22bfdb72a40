"""Databases of a test's own: a file on SQLite, a fresh database on PostgreSQL; each empty to begin with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
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
    if connections["default"].vendor == "sqlite":
        return str(folder / f"{name}.sqlite3")
    return _created(name, "")


def filled(folder: Path, name: str, fill: Callable[[], object]) -> str:
    """Return what names a new database that is up to date and holds what ``fill`` made: once, of which each is a copy."""
    if connections["default"].vendor == "sqlite":
        path = folder / f"{name}.sqlite3"
        path.write_bytes(_file(fill))
        return str(path)
    return _created(name, f'TEMPLATE "{_template(fill)}"')


@cache
def _file(fill: Callable[[], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "filled.sqlite3")
        _make(str(path), fill)
        return path.read_bytes()


@cache
def _template(fill: Callable[[], object]) -> str:
    name = _created(f"filled_by_{fill.__name__}", "")
    _make(name, fill)
    return name


def _make(name: str, fill: Callable[[], object]) -> None:
    with inside(name):
        migrate()
        fill()


def _created(name: str, of: str) -> str:
    outer = connections["default"]
    full = f"{outer.settings_dict['NAME']}_{name}"
    with outer.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{full}"')
        cursor.execute(f'CREATE DATABASE "{full}" {of}')
    return full


def migrate() -> None:
    """Bring the site's database up to date, as ``sonae serve`` does."""
    call_command("migrate", interactive=False, verbosity=0)
