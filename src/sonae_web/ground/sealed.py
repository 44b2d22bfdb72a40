"""Sealed columns: content as canonical JSON under the vault's current key, bound to table, column, row and tenant.

A model names such a column with ``SealedField``; ``put`` and ``get`` write and read it. ``renew_keys`` finds every one.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from sonae.programmes.canonical import canonical
from sonae_web.ground.scope import Owned, unscoped
from sonae_web.ground.vault import Vault, key_name


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """A column of sealed bytes, written with ``put`` or ``put_bytes`` and read with ``get`` or ``get_bytes``."""

    def deconstruct(self) -> Any:
        """Return what migrations see: bytes."""
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.BinaryField", arguments, options


def vault() -> Vault:
    """Return the vault with this site's keys."""
    return Vault(settings.VAULT_KEYS)


def label(row: models.Model, column: str) -> str:
    """Return what binds sealed bytes to their place: ``app.model/column/row``, with the tenant of an owned row."""
    place = f"{row._meta.label_lower}/{column}/{row.pk}"
    return f"{place}/{row.tenant}" if isinstance(row, Owned) else place


def put(row: models.Model, column: str, content: Any) -> None:
    """Seal content (what canonical JSON can hold: no floats) into a column of a row; the caller saves the row."""
    put_bytes(row, column, canonical(content))


def get(row: models.Model, column: str) -> Any:
    """Return the content of a sealed column. Raises Sealed for bytes that do not open."""
    return json.loads(get_bytes(row, column))


def put_bytes(row: models.Model, column: str, content: bytes) -> None:
    """Seal bytes into a column of a row; the caller saves the row."""
    setattr(row, column, vault().seal(content, label(row, column)))


def get_bytes(row: models.Model, column: str) -> bytes:
    """Return the bytes of a sealed column. Raises Sealed for bytes that do not open."""
    return vault().open(bytes(getattr(row, column)), label(row, column))


def columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every model with a sealed column, and the column's name."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.attname


def renew_keys() -> int:
    """Seal anew with the current key what an older one sealed, row by row, and return how many. Raises Sealed.

    Each row is a transaction of its own: stopped anywhere and run again, nothing is lost and nothing done twice.
    """
    with unscoped("keys.renew"):
        return sum(_renew(model, column) for model, column in columns())


def _renew(model: type[models.Model], column: str) -> int:
    done = 0
    for pk in model._base_manager.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = model._base_manager.select_for_update().filter(pk=pk).first()
            if row is not None and getattr(row, column) and key_name(bytes(getattr(row, column))) != vault().current:
                setattr(row, column, vault().renew(bytes(getattr(row, column)), label(row, column)))
                row.save(update_fields=[column])
                done += 1
    return done
