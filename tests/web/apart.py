"""Threads beside the test, each with a connection of its own to one database: on SQLite a file, as a site has it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def prepare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bring the database of the threads up to date."""
    if connections["default"].vendor == "sqlite":
        monkeypatch.setitem(connections.databases["default"], "NAME", str(folder / "threads.sqlite3"))

    def migrate() -> None:
        executor = MigrationExecutor(connections["default"])
        executor.migrate(executor.loader.graph.leaf_nodes())

    assert at_once([migrate]) == [None]


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
