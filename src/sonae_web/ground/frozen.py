"""Rows that the database keeps as they are: a trigger refuses the change of frozen columns, however it is made.

For migrations. Sealed columns stay out of it, since the change of keys seals them anew: what they hold is bound to their row
by the seal. A row can be deleted: that is for retention. On SQLite, altering the table takes its triggers away: freeze again.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def freeze(table: str, columns: Sequence[str], *, name: str = "frozen", when: str = "") -> RunPython:
    """Return the step of a migration that freezes columns of a table, for rows of which ``when`` (SQL about OLD) holds.

    ``name`` tells several triggers of a table apart.
    """
    trigger = f"{table}_{name}"

    def forward(_: object, editor: BaseDatabaseSchemaEditor) -> None:
        of = ", ".join(map(editor.quote_name, columns))
        condition = f"WHEN ({when}) " if when else ""
        head = f"CREATE TRIGGER {trigger} BEFORE UPDATE OF {of} ON {table} "
        if editor.connection.vendor == "sqlite":
            editor.execute(f"{head}{condition}BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END")
            return
        editor.execute(
            f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{table} is frozen' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        editor.execute(f"{head}FOR EACH ROW {condition}EXECUTE FUNCTION {trigger}()")

    def backward(_: object, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            editor.execute(f"DROP TRIGGER {trigger}")
        else:
            editor.execute(f"DROP TRIGGER {trigger} ON {table}")
            editor.execute(f"DROP FUNCTION {trigger}()")

    return RunPython(forward, backward)
