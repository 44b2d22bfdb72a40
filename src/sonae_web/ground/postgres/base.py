"""Django's PostgreSQL back end, but every statement runs in the scope that holds for it (``reach.holding``).

With a statement goes, in front of it in the same message, its scope as settings that end with the transaction
(``set_config(…, true)``); the policies of ``row_security`` read them. What rests on this:

- Nothing is left over: the database itself forgets the settings at the end of each transaction, whoever uses the connection
  next, even behind a pooler. Statements of one message outside a transaction are a transaction of their own.
- They are told again when the scope has changed since the last statement, and after every ROLLBACK, for rolling back to a
  savepoint brings back what was set before it.
- Where no scope holds nothing is set, and the policies show no row.

It is a back end, and not a call at the beginning of requests, so that no way to the database can leave it out.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus, TransactionStatus

from sonae_web.ground.reach import Reach, Scope, ScopeMissing, Unscoped, holding

SETTINGS = ("sonae.unscoped", "sonae.role", "sonae.top", "sonae.since", "sonae.until")
TELL = "SELECT " + ",".join(f"set_config('{name}',%s,true)" for name in SETTINGS)
UNTOUCHED = frozenset(
    {"ALTER", "BEGIN", "COMMENT", "COMMIT", "CREATE", "DROP", "RELEASE", "ROLLBACK", "SAVEPOINT", "SET", "VACUUM"}
)
"""Statements that touch no row: some must not stand in a transaction, others would fail behind anything else."""
_UNKNOWN = object()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that tells the database the scope of each statement."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._told: object = None
        self.execute_wrappers.append(self._in_scope)

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor without the ways around what is told with each statement."""
        cursor = super().create_cursor(name)
        for way in ("callproc", "copy", "stream"):
            setattr(cursor, way, _refused)
        return cursor

    def is_usable(self) -> bool:
        """Return whether statements can be sent, without asking the server: one that has gone has closed its end.

        What cannot be seen so (a network that swallows everything) a question would wait for as long as the statement.
        """
        if self.connection is None:
            return False
        raw = self.connection.pgconn
        try:
            raw.consume_input()
        except psycopg.Error:
            return False
        return bool(raw.status == ConnStatus.OK and raw.transaction_status != TransactionStatus.INERROR)

    def _in_scope(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run a statement in the scope that holds."""
        outside = self.connection.info.transaction_status == TransactionStatus.IDLE
        if outside:
            self._told = None
        to, word = holding(), sql.split(None, 1)[0].upper() if isinstance(sql, str) and sql.strip() else ""
        if word == "ROLLBACK":
            self._told = _UNKNOWN
        if word in UNTOUCHED or to is self._told:
            return execute(sql, params, many, context)
        cursor = context["cursor"].cursor
        if isinstance(params, tuple) and isinstance(sql, str) and not many and not getattr(cursor, "name", None):
            execute(f"{TELL};{sql}", settings_of(to) + params, many, context)
            self._told = to
            cursor.nextset()
            return None
        if outside and self.connection.autocommit:
            with self.wrap_database_errors, self.connection.transaction():
                self._tell(to)
                return execute(sql, params, many, context)
        self._tell(to)
        return execute(sql, params, many, context)

    def _tell(self, to: Reach | None) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(TELL, settings_of(to))
        self._told = to


def _refused(*args: Any, **options: Any) -> NoReturn:
    raise ScopeMissing("SQL by this way knows no tenant; execute it")


def settings_of(to: Reach | None) -> tuple[str, ...]:
    """Return the values of SETTINGS: of a branch that is one organisation only its top is said, not its span."""
    if isinstance(to, Unscoped):
        return "on", "", "", "", ""
    if isinstance(to, Scope):
        since, until = ("", "") if to.is_leaf else (each.hex() for each in to.span)
        return "", to.role, str(to.top or ""), since, until
    return "", "", "", "", ""
