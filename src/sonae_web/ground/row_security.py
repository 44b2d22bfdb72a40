"""Row-level security: the second wall of tenancy, on PostgreSQL, for every ``Owned`` model by itself.

Each table gets one policy, made from its model: rows are read, made, changed and deleted only where the settings of the
transaction (told by ``sonae_web.ground.postgres``) name the row's tenant and a role that ``seen_by`` names, or say
that tenancy was left. It is forced, so it binds the tables' owner too; a superuser it cannot bind.

``apply`` belongs to the ``migrate`` command: a table comes to be by migrating alone, in production, in tests and when a
backup is restored, so nobody has to remember it, and a changed ``seen_by`` needs no migration. ``faults`` looks, for
``/readyz`` and before serving. This guards against a query that forgot its tenant, not against somebody who can run
SQL of their own: such a one can make any setting.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.utils import CursorWrapper

from sonae.problems import Problem, problem
from sonae_web.ground.scope import Owned, tree

POLICY = "sonae_tenant"
# Sub-selects: each is computed once for a statement, not once for a row; but the last, which looks up the place of the row's
# tenant in the tree, or of all tenants of the branch at once, as the planner finds best.
_CONDITION = """(SELECT current_setting('sonae.unscoped', true)) = 'on'
 OR ((SELECT current_setting('sonae.role', true)) = ANY ({roles}::text[])
 AND ({tenant} = (SELECT nullif(current_setting('sonae.top', true), '')::uuid)
 OR EXISTS (SELECT 1 FROM {tree} place WHERE place.{key} = {tenant}
 AND place.path >= (SELECT decode(current_setting('sonae.since', true), 'hex'))
 AND place.path < (SELECT decode(current_setting('sonae.until', true), 'hex')))))"""
_STANDING = """
SELECT c.relrowsecurity AND c.relforcerowsecurity AND count(p.oid) = 1 AND bool_and(p.polpermissive AND p.polcmd = '*'
       AND p.polroles = ARRAY[0::oid] AND p.polname = %s AND obj_description(p.oid, 'pg_policy') = %s || md5({expression}))
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.oid = to_regclass(%s) GROUP BY c.relrowsecurity, c.relforcerowsecurity
"""
_EXPRESSION = "pg_get_expr(p.polqual, p.polrelid) || pg_get_expr(p.polwithcheck, p.polrelid)"


def owned() -> list[type[Owned]]:
    """Return the models whose tables need a policy."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, Owned) and model._meta.managed and not model._meta.proxy
    ]


def apply(tables: Iterable[type[Owned]] | None = None, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Give every table of owned models (or of those named) its policy, where it lacks it; needs the tables' owner.

    A table that does not exist (yet) is left out, and all are before the tree has its paths. Safe to run at any time;
    elsewhere than on PostgreSQL it does nothing.
    Raises TypeError for a model whose tenant is in another table: a policy could not see it.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'path' AND NOT attisdropped",
            [_quoted(cursor, tree()._meta.db_table)],
        )
        if not cursor.fetchone():
            return
        for model in owned() if tables is None else tables:
            if model._meta.get_field("tenant").model is not model:
                raise TypeError(f"{model._meta.label} keeps its tenant in another table")
            if _stands(cursor, model) is False:
                _put_up(cursor, model)


def faults(tables: Iterable[type[Owned]] | None = None, *, using: str = DEFAULT_DB_ALIAS) -> list[Problem]:
    """Return why the second wall does not stand: a role that it does not bind, tables without their policy."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ((role, unbound),) = cursor.fetchall()
        found = [problem("database.role_unbound", "SONAE_DATABASE_URL", role=role)] if unbound else []
        return found + [
            problem("database.no_policy", "SONAE_DATABASE_URL", table=model._meta.db_table)
            for model in (owned() if tables is None else tables)
            if not _stands(cursor, model)
        ]


def _stands(cursor: CursorWrapper, model: type[Owned]) -> bool | None:
    """Return whether the table is guarded as its model asks and by nothing else; None where there is no such table."""
    table = _quoted(cursor, model._meta.db_table)
    cursor.execute(_STANDING.format(expression=_EXPRESSION), [POLICY, _mark(_condition(cursor, model)), table])
    found = cursor.fetchone()
    return None if found is None else bool(found[0])


def _put_up(cursor: CursorWrapper, model: type[Owned]) -> None:
    table, condition = _quoted(cursor, model._meta.db_table), _condition(cursor, model)
    cursor.execute("SELECT polname FROM pg_policy WHERE polrelid = to_regclass(%s)", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP POLICY {_quoted(cursor, name)} ON {table}")
    cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})")
    cursor.execute(
        f"SELECT %s || md5({_EXPRESSION}) FROM pg_policy p WHERE polrelid = to_regclass(%s)",  # noqa: S608 - ours
        [_mark(condition), table],
    )
    ((mark,),) = cursor.fetchall()
    cursor.execute(f"COMMENT ON POLICY {POLICY} ON {table} IS '{mark}'")


def _condition(cursor: CursorWrapper, model: type[Owned]) -> str:
    roles = "'{" + ",".join(sorted(map(str, model.seen_by))) + "}'"
    places = tree()
    return _CONDITION.format(
        roles=roles,
        tenant=f"{_quoted(cursor, model._meta.db_table)}.{_quoted(cursor, _column(model, 'tenant'))}",
        tree=_quoted(cursor, places._meta.db_table),
        key=_quoted(cursor, _column(places, "id")),
    )


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _mark(condition: str) -> str:
    """Return what stands in the policy's comment before the hash of its text in the database: which rule it was made by."""
    return hashlib.sha256(condition.encode()).hexdigest()[:32] + " "


def _quoted(cursor: CursorWrapper, name: str) -> str:
    return str(cursor.db.ops.quote_name(name))
