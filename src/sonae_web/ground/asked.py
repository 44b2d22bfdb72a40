"""Queries that every request asks: Django makes the SQL of each once, and only its values change from then on.

Making SQL anew costs several times what the database takes to answer. ``Asked`` is for models without a tenant, ``AskedWithin``
for the rows of one organisation; both for those few queries and no others.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

from sonae_web.ground.reach import Scope, asking
from sonae_web.ground.scope import Owned

M = TypeVar("M", bound=models.Model)
Mine = TypeVar("Mine", bound=Owned)


class _Blank(models.Value):
    """A place in a query for a value that is named when it is asked."""

    def __init__(self, name: str, field: models.Field[Any, Any]) -> None:
        super().__init__(None, output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the place in the SQL, and this blank as its parameter."""
        return "%s", (self,)


class Asked(Generic[M]):
    """A query with blanks: ``Asked(lambda key: Session.objects.filter(pk=key), key=CharField())``, asked by ``asked(key="…")``."""

    def __init__(self, made: Callable[..., models.QuerySet[M]], **blanks: models.Field[Any, Any]) -> None:
        self._made, self._blanks = made, blanks

    @cached_property
    def _sql(self) -> tuple[models.QuerySet[M], str, tuple[Any, ...]]:
        rows = self._made(**{name: _Blank(name, field) for name, field in self._blanks.items()})
        sql, values = rows.query.sql_with_params()
        return rows, sql, values

    def __call__(self, **values: Any) -> list[M]:
        """Return the rows for these values. Raises ValidationError, as a field does, for a value that it cannot hold."""
        rows, sql, order = self._sql
        filled = [
            each.output_field.get_db_prep_value(values[each.name], connection) if isinstance(each, _Blank) else each
            for each in order
        ]
        return list(models.QuerySet(rows.model).raw(sql, filled))


class AskedWithin(Generic[Mine]):
    """A query of one organisation's rows: ``AskedWithin(Result, lambda rows: rows.order_by("-made_at"))``, then ``asked(scope)``.

    What holds of ``Model.within(scope)`` holds of it: in its SQL the tenant stands first, and no other is ever filled in.
    """

    def __init__(self, model: type[Mine], made: Callable[[models.QuerySet[Mine]], models.QuerySet[Mine]]) -> None:
        self._model, self._made = model, made
        self._asked = Asked(
            lambda tenant: made(models.QuerySet(model).filter(tenant=tenant)), tenant=models.UUIDField()
        )

    def __call__(self, scope: Scope) -> list[Mine]:
        """Return the rows of the scope: none for a role that does not see this model."""
        if not scope.is_leaf:
            return list(self._made(self._model.within(scope)))
        if scope.role not in self._model.seen_by:
            return []
        with asking(scope):
            return self._asked(tenant=scope.top)
