"""The same race again and again, on PostgreSQL: what the database held before each round is put back by the database itself."""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, connections

from sonae_web.ground.scope import unscoped
from tests.cast import dice

ROUNDS = 10_000 if "SONAE_SOAK" in os.environ else 20
LATEST = 0.02
"""Seconds by which one of a round may begin after the other, so that they meet at every point of their ways."""

Act = Callable[[], Any]


@contextmanager
def rounds(acts: Sequence[Act]) -> Iterator[Iterator[list[Any]]]:
    """Yield the answers of one round after another: each act in a thread of its own, with one connection for all rounds.

    An answer is what the act gave, or what it raised. Between rounds every table is as it was at the beginning.
    """
    saved = _save()
    with ThreadPoolExecutor(len(acts)) as pool:
        try:
            yield _rounds(pool, acts, saved, dice(len(acts)))
        finally:
            _together(pool, [connections.close_all] * len(acts))
            _run("; ".join(f"DROP TABLE {copy}" for copy in saved.values()))


def _rounds(
    pool: ThreadPoolExecutor, acts: Sequence[Act], saved: dict[str, str], chance: random.Random
) -> Iterator[Any]:
    back = "; ".join(f"DELETE FROM {table}; {_copy(copy, table)}" for table, copy in saved.items())  # noqa: S608 - ours
    for _ in range(ROUNDS):
        waits = [0.0] * len(acts)
        waits[chance.randrange(len(acts))] = chance.choice((0.0, chance.uniform(0, LATEST)))
        yield _together(pool, acts, waits)
        _run(back)


def _together(pool: ThreadPoolExecutor, acts: Sequence[Act], waits: Sequence[float] = ()) -> list[Any]:
    line = threading.Barrier(len(acts))

    def one(act: Act, wait: float) -> Any:
        line.wait(30)
        time.sleep(wait)
        try:
            return act()
        except Exception as error:
            return error

    return list(pool.map(one, acts, waits or [0.0] * len(acts)))


def _save() -> dict[str, str]:
    """Keep what every table of the site holds in a table beside it; return the names, by table."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table: f"again_{model._meta.db_table}" for model in models if model._meta.managed}
    _run("; ".join(f"CREATE UNLOGGED TABLE {copy} (LIKE {table})" for table, copy in tables.items()))
    _run("; ".join(_copy(table, copy) for table, copy in tables.items()))
    return tables


def _copy(table: str, to: str) -> str:
    return f"INSERT INTO {to} SELECT * FROM {table}"  # noqa: S608 - names of ours


def _run(sql: str) -> None:
    with unscoped("test"), connection.cursor() as cursor:
        cursor.execute(sql)
