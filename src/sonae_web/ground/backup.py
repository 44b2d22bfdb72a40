"""The whole site in one file, encrypted, and back into an empty database: of either kind, whichever it came from.

What is in it (compressed, then encrypted whole with ``stream`` under the vault's current key), a JSON value a line: its
head (release, migrations, head of the audit log); for each table its name and columns, its rows, and their number and sum;
at last the keys under which columns are sealed, each with a check value. The keys themselves are not in it.
"""

import hmac
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sonae import __version__
from sonae.problems import Refused, problem
from sonae_web.ground import audit, clock, rows, sealed, stream
from sonae_web.ground.chain import Head, head_of
from sonae_web.ground.rows import Table, Total
from sonae_web.ground.scope import unscoped
from sonae_web.ground.vault import Sealed, Vault, key_name

MAGIC, FORM = b"SONAE-BACKUP\n", 1
MADE_BY_MIGRATIONS = ("auth.permission", "contenttypes.contenttype")
"""Models whose rows appear when the database is brought up to date, in the order in which they can be deleted."""
_NOT_CONTENT = {"django_migrations", "auth_permission", "django_content_type"}
"""Their tables, and the list of migrations: filled in a database that is still empty."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds."""

    tables: int
    rows: int
    key: str
    """The name of the key that it is encrypted with."""
    head: Head
    """Of the audit log, as it was when the backup was begun."""
    left_out: tuple[str, ...] = ()
    """Tables in the database that are not the site's, and not in the backup."""
    unopened: int = 0
    """Sealed values whose key is not there: in the backup as they are, and no more open after restoring."""


@dataclass(frozen=True)
class _Contents:
    head: Head
    migrations: list[tuple[str, str]]
    totals: dict[str, tuple[int, str]]


# --- writing
def write(file: BinaryIO, at: str) -> Backup:
    """Write everything as it stands at one moment; others go on working meanwhile. ``at`` names the file in problems.

    Raises Refused, DatabaseError, OSError, and RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a backup is a transaction of its own")
    with transaction.atomic():
        audit.record(action="site.backup", kind="site", object_id="all")
    audit.seal()
    with unscoped("site.backup"), _snapshot():
        migrations, keys = rows.applied(), sealed.vault()
        tables, found = _tables(migrations, at), audit.head()
        head = {
            "form": FORM,
            "release": __version__,
            "made_at": clock.now().isoformat(),
            "database": connection.vendor,
            "migrations": migrations,
            "log": str(found),
        }
        totals: dict[str, Total] = {}
        used: Counter[str] = Counter()
        file.writelines(stream.seal(_compressed(_lines_of(head, tables, keys, totals, used)), keys, MAGIC))
        known = {table._meta.db_table for table in tables} | _NOT_CONTENT
        left_out = tuple(sorted(set(connection.introspection.table_names()) - known))
    unopened = sum(values for name, values in used.items() if name not in keys.keys)
    return Backup(len(tables), sum(each.rows for each in totals.values()), keys.current, found, left_out, unopened)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Let every read in the block see the same moment, without holding up those who write."""
    if connection.vendor == "sqlite":  # atomic() would begin an IMMEDIATE transaction, for which all writers wait
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _lines_of(
    head: dict[str, Any], tables: Iterable[Table], keys: Vault, totals: dict[str, Total], used: Counter[str]
) -> Iterator[bytes]:
    sealed_columns = {(model._meta.label_lower, column) for model, column in sealed.columns()}
    yield rows.line(head)
    for table in tables:
        name, names = rows.label(table), rows.columns(table)
        places = [place for place, column in enumerate(names) if (name, column) in sealed_columns]
        total = totals[name] = Total()
        yield rows.line({"table": name, "columns": names})
        for row in rows.read(table):
            used.update(_key_of(bytes(row[place])) for place in places if row[place])
            line = rows.row_line(row)
            total.add(line)
            yield line
        yield rows.line({"rows": total.rows, "sum": total.sum})
    yield rows.line({"keys": {name: _check_value(keys, name) for name in used if name in keys.keys}})


def _key_of(value: bytes) -> str:
    """Return the name of the key that sealed a value; "" for one that is damaged, which is kept as it is."""
    try:
        return key_name(value)
    except Sealed:
        return ""


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    deflate = zlib.compressobj(level=1)
    for piece in pieces:
        yield deflate.compress(piece)
    yield deflate.flush()


# --- reading
def check(file: BinaryIO, at: str) -> _Contents:
    """Read a backup to its end and return what it holds; touches no database. Raises Refused."""
    try:
        lines = _lines(stream.open_sealed(file, sealed.vault(), MAGIC))
        head = json.loads(next(lines))
        if head["form"] != FORM:
            raise Refused([problem("backup.newer", at, found=head["release"])])
        migrations, log = [(app, name) for app, name in head["migrations"]], head_of(head["log"])
        if log is None:
            raise ValueError("no head of the log")
        expected = {rows.label(table): rows.columns(table) for table in _tables(migrations, at)}
        totals, keys = _read_tables(lines, expected)
    except stream.OtherFile:
        raise Refused([problem("backup.form", at)]) from None
    except stream.NoKey as error:
        raise Refused([problem("backup.key", at, found=error)]) from None
    except Sealed:
        raise Refused([problem("backup.damaged", at)]) from None
    except (ValueError, KeyError, TypeError, StopIteration, zlib.error) as error:
        raise Refused([problem("backup.damaged", at)]) from error
    ours = sealed.vault()
    if lacking := [name for name, value in keys.items() if name not in ours.keys or _check_value(ours, name) != value]:
        raise Refused([problem("backup.key", at, found=", ".join(lacking))])
    return _Contents(log, migrations, totals)


def _read_tables(
    lines: Iterator[bytes], expected: dict[str, list[str]]
) -> tuple[dict[str, tuple[int, str]], dict[str, str]]:
    """Return number and sum of each table's rows, and the keys. Raises ValueError or KeyError for what is not whole."""
    totals: dict[str, tuple[int, str]] = {}
    name, total, keys = "", Total(), None
    for line in lines:
        content = json.loads(line)
        if keys is not None:
            raise ValueError("something after the end")
        if isinstance(content, list):
            if len(content) != len(expected[name]):
                raise ValueError("a row of another length")
            total.add(line)
        elif "table" in content:
            name, total = content["table"], Total()
            if content["columns"] != expected[name] or name in totals:
                raise ValueError("a table of another form")
        elif "rows" in content:
            totals[name] = (total.rows, total.sum)
            if totals[name] != (content["rows"], content["sum"]):
                raise ValueError("rows are missing")
        else:
            keys = content["keys"]
    if keys is None or totals.keys() != expected.keys():
        raise ValueError("tables are missing")
    return totals, keys


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    inflate, waiting = zlib.decompressobj(), b""
    for piece in pieces:
        *whole, waiting = (waiting + inflate.decompress(piece)).splitlines(keepends=True) or [b""]
        yield from whole
        if waiting.endswith(b"\n"):
            yield waiting
            waiting = b""
    if waiting or not inflate.eof or inflate.unused_data:
        raise ValueError("no end")


# --- restoring
def restore(file: BinaryIO, at: str, before_commit: Callable[[Head], None]) -> Backup:
    """Write what a backup holds into an empty database, all of it or nothing; killed anywhere, it can be run again.

    The whole file is read and checked first. Then the database is brought to the migrations of the backup (``sonae serve``
    does the rest), and in one transaction every row is written, read back and compared; ``before_commit`` is called with
    the head of the log last, and may refuse. Raises Refused, DatabaseError, OSError.
    """
    contents = check(file, at)
    file.seek(0)
    with unscoped("site.restore"):
        _refuse_what_is_not_empty(at, contents.migrations)
        MigrationExecutor(connection).migrate(rows.last_of(contents.migrations))
        tables = _tables(contents.migrations, at)
        try:
            with transaction.atomic():
                _refuse_what_is_not_empty(at, contents.migrations)  # nobody came in between
                _write_tables(file, {rows.label(table): table for table in tables})
                _compare(tables, contents.totals, at)
                before_commit(contents.head)
                audit.record(action="site.restore", kind="site", object_id="all")
        except DatabaseError as error:
            raise Refused([problem("backup.not_taken", at, reason=type(error).__name__)]) from error
    kept = sum(count for count, _ in contents.totals.values())
    return Backup(len(tables), kept, sealed.vault().current, contents.head)


def _refuse_what_is_not_empty(at: str, migrations: Iterable[tuple[str, str]]) -> None:
    with connection.cursor() as cursor:
        for name in sorted(set(connection.introspection.table_names(cursor)) - _NOT_CONTENT):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608 - a name of ours
            if cursor.fetchone():
                raise Refused([problem("backup.not_empty", at, found=name)])
    if ahead := set(rows.applied()) - set(migrations):
        raise Refused([problem("backup.ahead", at, found=".".join(min(ahead)))])


def _write_tables(file: BinaryIO, tables: dict[str, Table]) -> None:
    for name in MADE_BY_MIGRATIONS:
        if name in tables:
            tables[name]._base_manager.all().delete()
    lines = _lines(stream.open_sealed(file, sealed.vault(), MAGIC))
    for line in lines:
        content = json.loads(line)
        if "table" in content:
            rows.write(tables[content["table"]], _rows(lines))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.values())):
            cursor.execute(statement)
    connection.check_constraints()


def _rows(lines: Iterator[bytes]) -> Iterator[list[Any]]:
    """Yield the rows up to the end of their table."""
    for line in lines:
        content = json.loads(line)
        if not isinstance(content, list):
            return
        yield content


def _compare(tables: Iterable[Table], totals: dict[str, tuple[int, str]], at: str) -> None:
    for table in tables:
        total = Total()
        for row in rows.read(table):
            total.add(rows.row_line(row))
        if (total.rows, total.sum) != totals[rows.label(table)]:
            raise Refused([problem("backup.differs", at, found=table._meta.db_table)])


def _tables(migrations: Iterable[tuple[str, str]], at: str) -> list[Table]:
    try:
        return rows.tables(migrations)
    except LookupError as error:
        raise Refused([problem("backup.newer", at, found=error.args[0])]) from error


def _check_value(keys: Vault, name: str) -> str:
    """Return what tells a key from another of the same name, and nothing else of it."""
    return hmac.digest(keys.keys[name], b"sonae backup: which key is it", "sha256").hex()
