"""Threads beside the test, each with a connection of its own to one database: on SQLite a file, as a site has it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def prepare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the threads a database that is up to date: on SQLite a copy of one that is migrated once, else the tests' own."""
    databases = connections.databases["default"]
    if connections["default"].vendor == "sqlite":
        copy = folder / "threads.sqlite3"
        copy.write_bytes(_migrated())
        monkeypatch.setitem(databases, "NAME", str(copy))


@cache
def _migrated() -> bytes:
    """An empty database that every migration was run on, as a file."""

    def migrate() -> None:
        executor = MigrationExecutor(connections["default"])
        executor.migrate(executor.loader.graph.leaf_nodes())

    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as here:
        path = Path(folder, "migrated.sqlite3")
        here.setitem(connections.databases["default"], "NAME", str(path))
        assert at_once([migrate]) == [None]
        return path.read_bytes()


def at_once(acts: Sequence[Callable[[], Any]], threads: int = 8) -> list[Any]:
    """Run acts in several threads and return what each gave, or the exception that it raised."""

    def one(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, acts))
