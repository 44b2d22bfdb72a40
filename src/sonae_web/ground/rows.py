"""Rows of any table as lines that mean the same in every database, and back: what a backup consists of.

Tables are those of the migrations that were applied, as they stood then (the models of the code may be newer). A value
that JSON does not hold is an object with one key, which says its kind.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

AT_ONCE = 100
"""Rows held in memory at once: some hold whole PDFs."""
Table = type[models.Model]


def applied() -> list[tuple[str, str]]:
    """Return the migrations that the database says were applied, in order of name."""
    return sorted(MigrationRecorder(connection).applied_migrations())


def tables(migrations: Iterable[tuple[str, str]]) -> list[Table]:
    """Return the tables that these migrations make, by name. Raises LookupError for a migration that the code lacks."""
    loader = MigrationLoader(None)
    if unknown := set(migrations) - loader.graph.nodes.keys():
        raise LookupError(".".join(min(unknown)))
    state = loader.project_state(last_of(migrations))
    made = state.apps.get_models(include_auto_created=True)
    return sorted((each for each in made if each._meta.managed and not each._meta.proxy), key=label)


def last_of(migrations: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those after which no other of the same app comes."""
    nodes, graph = set(migrations), MigrationLoader(None).graph
    return sorted(
        node
        for node in nodes
        if not any(each.key[0] == node[0] and each.key in nodes for each in graph.node_map[node].children)
    )


def label(table: Table) -> str:
    """Return what names a table: ``app.model``."""
    return str(table._meta.label_lower)


def columns(table: Table) -> list[str]:
    """Return the columns of a table, in order."""
    return [field.attname for field in table._meta.local_concrete_fields]


def read(table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield every row of a table, in no order, a few of them in memory at once."""
    yield from table._base_manager.order_by().values_list(*columns(table)).iterator(AT_ONCE)


def row_line(row: Iterable[Any]) -> bytes:
    """Return a row as a line, the same for the same row in every database. Raises TypeError for an unknown kind of value."""
    return line([_plain(value) for value in row])


def line(content: Any) -> bytes:
    """Return JSON on one line, its keys sorted; text stays as it is, to the character."""
    return json.dumps(content, separators=(",", ":"), sort_keys=True, allow_nan=False).encode() + b"\n"


def write(table: Table, lines: Iterable[Sequence[Any]]) -> None:
    """Insert rows read from lines, as they are: nothing is computed anew."""
    fields, names, source = table._meta.local_concrete_fields, columns(table), iter(lines)
    while batch := [table(**dict(zip(names, map(_value, row), strict=True))) for row in islice(source, AT_ONCE)]:
        most = connection.ops.bulk_batch_size(fields, batch) or 1
        for start in range(0, len(batch), most):
            table._base_manager.all()._insert(batch[start : start + most], fields=fields, raw=True)  # type: ignore[attr-defined]


class Total:
    """How many lines there were and a sum of their hashes, the same in any order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, each: bytes) -> None:
        """Count a line."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(each).digest())) % 2**256

    @property
    def sum(self) -> str:
        """The sum, in hex."""
        return f"{self._sum:064x}"


class _Form(NamedTuple):
    """How values of a type are written: the name of the type, and both ways."""

    type: type
    name: str
    plain: Callable[[Any], Any]
    value: Callable[[Any], Any]


_FORMS = (
    _Form(bytes, "bytes", lambda value: base64.b64encode(value).decode(), base64.b64decode),
    _Form(memoryview, "bytes", lambda value: base64.b64encode(value).decode(), base64.b64decode),
    _Form(uuid.UUID, "uuid", lambda value: value.hex, uuid.UUID),
    _Form(datetime, "moment", lambda value: value.astimezone(UTC).isoformat(), datetime.fromisoformat),
    _Form(date, "date", date.isoformat, date.fromisoformat),  # after datetime, which is a date too
    _Form(time, "time", time.isoformat, time.fromisoformat),
    _Form(timedelta, "us", lambda value: value // timedelta(microseconds=1), lambda us: timedelta(microseconds=us)),
    _Form(Decimal, "decimal", str, Decimal),
    _Form(float, "float", float.hex, float.fromhex),
    _Form(dict, "json", lambda value: value, lambda value: value),
    _Form(list, "json", lambda value: value, lambda value: value),
)
_BACK = {form.name: form.value for form in _FORMS}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    for form in _FORMS:
        if isinstance(value, form.type):
            return {form.name: form.plain(value)}
    raise TypeError(f"no exact form for {type(value).__name__}")


def _value(plain: Any) -> Any:
    if isinstance(plain, dict):
        ((name, content),) = plain.items()
        return _BACK[name](content)
    return plain
