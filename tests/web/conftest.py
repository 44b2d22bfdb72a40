"""Every test begins with full allowances: they are counted in the process. Threads with a database of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from sonae_web.accounts import public as doors
from sonae_web.accounts.api import tries
from sonae_web.api import api
from sonae_web.diagnosis import simulator, views
from sonae_web.ground.api import allowances


@pytest.fixture(autouse=True)
def full_allowances() -> None:
    for view in (views.begin, views.report, simulator.loss, doors.invitation, doors.join, doors.join_ask):
        view.allowance._left.clear()  # type: ignore[attr-defined]
    for allowance in (*allowances(api), tries):
        allowance._left.clear()


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], Any]:
    """Runs an act in a thread, with a connection of its own to one database: on SQLite a file, as a site has it."""
    if connections["default"].vendor == "sqlite":
        monkeypatch.setitem(connections.databases["default"], "NAME", str(tmp_path / "threads.sqlite3"))

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    def migrate() -> None:
        executor = MigrationExecutor(connections["default"])
        executor.migrate(
            [each for each in executor.loader.graph.leaf_nodes() if each[0] in ("ground", "django_tasks_database")]
        )

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run, migrate).result()
    return run
