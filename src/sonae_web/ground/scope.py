"""Tenancy: whose rows a request, a job or a test may touch. Without a declared scope there are no rows at all.

Reading: ``Model.within(scope)``. Writing, following relations and everything that Django does by itself (``save``,
``refresh_from_db``, cascades): inside ``with declared(scope):``, where ``Model.objects`` is narrowed to the scope. Migrations
of data, jobs and tests may say ``with unscoped("why"):``. Anywhere else every manager raises ScopeMissing.

A query belongs to the scope in which it was made; fetch it there too. Joins know no tenant: a relation between two owned
models needs a service that keeps their tenants apart, and is named in ``tests/web/test_scope.py``.

On PostgreSQL a second wall stands behind this one (``row_security``): the database is told with each statement which scope
holds for it, and shows nothing outside, whatever the statement says.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NoReturn, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.constants import OnConflict
from django.http import Http404

from sonae_web.ground.reach import Reach, Scope, ScopeMissing, Unscoped, asking, declared, reach, unscoped

__all__ = [
    "Owned",
    "Reach",
    "Scope",
    "ScopeMissing",
    "ScopedManager",
    "ScopedQuerySet",
    "Unscoped",
    "below",
    "declared",
    "get_or_404",
    "reach",
    "tree",
    "unscoped",
]


@models.UUIDField.register_lookup
class Among(models.Lookup):
    """``tenant__among=organisations``: like ``in``, in one parameter for any number of them."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for PostgreSQL."""
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*values, list(self.rhs))

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for SQLite, where a UUID is stored as 32 hexadecimal digits."""
        column, values = self.process_lhs(compiler, connection)
        among = json.dumps([each.hex for each in self.rhs])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*values, among)  # noqa: S608 - a column of ours


def tree() -> type[models.Model]:
    """Return the model of organisations: ``path`` says where each stands (``Scope.root``)."""
    return apps.get_model(settings.TREE_MODEL)


def below(scope: Scope) -> models.QuerySet[Any]:
    """Return the organisations of a scope's branch, the top included."""
    since, until = scope.span
    return tree()._default_manager.filter(path__gte=since, path__lt=until)


M = TypeVar("M", bound="Owned")
_END = object()


class ScopedQuerySet(models.QuerySet[M]):
    """Rows within a scope, from which none outside can be read, written or made; nor can a row change its tenant."""

    _reach: Reach | None = None

    def narrowed(self, to: Reach) -> Self:
        """Return the rows of the scope: none for a role that does not see this model."""
        if isinstance(to, Unscoped):
            rows = self.all()
        elif to.role not in self.model.seen_by or not to.root:
            rows = self.none()
        elif to.is_leaf:
            rows = self.filter(tenant=to.top)
        else:
            rows = self.filter(tenant__in=below(to).values("pk"))
        rows._reach = to
        return rows

    def _clone(self) -> Self:
        copy: Self = super()._clone()  # type: ignore[misc]
        copy._reach = self._reach
        return copy

    def update(self, **values: Any) -> int:
        """Update, but never the tenant."""
        if "tenant" in values:
            raise ScopeMissing("a row never changes its tenant")
        with asking(self._reach):
            return super().update(**values)

    def _update(self, values: Iterable[tuple[Any, Any, Any]]) -> int:
        """What ``save`` calls: the tenant is a condition here, not a value, so that a changed one finds no row."""
        rows, rest = self, []
        for field, model, value in values:
            if field.attname == "tenant":
                rows = rows.filter(tenant=value)
            else:
                rest.append((field, model, value))
        with asking(self._reach):
            return int(super(ScopedQuerySet, rows)._update(rest))  # type: ignore[misc]

    def _insert(self, objs: Iterable[M], *args: Any, on_conflict: OnConflict | None = None, **options: Any) -> Any:
        """What every way of making rows calls."""
        if on_conflict == OnConflict.UPDATE:
            raise ScopeMissing("an insert that turns into an update does not ask whose the row is")
        if not self._may_own({each.tenant for each in objs}):
            raise ScopeMissing(f"a new row of {self.model._meta.label} lies outside the scope")
        with asking(self._reach):
            return super()._insert(objs, *args, on_conflict=on_conflict, **options)  # type: ignore[misc]

    def _may_own(self, tenants: set[uuid.UUID]) -> bool:
        if not isinstance(self._reach, Scope):
            return isinstance(self._reach, Unscoped)
        if self._reach.role not in self.model.seen_by:
            return False
        others = tenants - {self._reach.top}
        return not others or below(self._reach).filter(pk__among=frozenset(others)).count() == len(others)

    def _fetch_all(self) -> None:
        with asking(self._reach):
            super()._fetch_all()

    def _iterator(self, *args: Any) -> Iterator[Any]:
        rows = super()._iterator(*args)  # type: ignore[misc]
        while True:
            with asking(self._reach):
                row = next(rows, _END)
            if row is _END:
                return
            yield row

    def aggregate(self, *args: Any, **named: Any) -> dict[str, Any]:
        """Aggregate the rows of the scope."""
        with asking(self._reach):
            return super().aggregate(*args, **named)

    def count(self) -> int:
        """Count the rows of the scope."""
        with asking(self._reach):
            return super().count()

    def exists(self) -> bool:
        """Return whether the scope holds such a row."""
        with asking(self._reach):
            return super().exists()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete these rows, and what Django cascades to."""
        with asking(self._reach):
            return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        with asking(self._reach):
            return int(super()._raw_delete(using))

    def raw(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: SQL by hand knows no tenant."""
        raise ScopeMissing("SQL by hand knows no tenant")

    def select_related(self, *fields: Any) -> Self:
        """Refuse: a join knows no tenant. ``prefetch_related`` in a declared scope does."""
        raise ScopeMissing("a join knows no tenant; use prefetch_related in a declared scope")


class ScopedManager(models.Manager[M]):
    """The manager of owned models: raises ScopeMissing unless a scope is declared, and narrows to it."""

    def get_queryset(self) -> ScopedQuerySet[M]:
        """Return the rows of the declared scope. Raises ScopeMissing."""
        to = reach()
        if to is None:
            raise ScopeMissing(f"{self.model._meta.label} was asked for rows outside a declared scope")
        return ScopedQuerySet(self.model, using=self._db, hints=getattr(self, "_hints", None)).narrowed(to)


class Owned(models.Model):
    """A row of one organisation, its tenant, for ever. Only the member's role sees it unless ``seen_by`` says otherwise."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.UUIDField(editable=False, db_index=True)

    seen_by: ClassVar[frozenset[str]] = frozenset({"member"})
    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    @classmethod
    def within(cls, scope: Scope) -> ScopedQuerySet[Self]:
        """Return the rows of the scope, whatever is declared around."""
        return ScopedQuerySet(cls).narrowed(scope)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Delete this row if it lies in the declared scope. Raises ScopeMissing outside one."""
        return type(self)._base_manager.using(using).filter(pk=self.pk).delete()


def get_or_404(model: type[M], scope: Scope, pk: uuid.UUID | str) -> M:
    """Return a row of the scope. Another tenant's, a missing one and nonsense all raise the same Http404."""
    try:
        return model.within(scope).get(pk=pk)
    except (models.ObjectDoesNotExist, ValidationError):
        raise Http404("not found") from None
