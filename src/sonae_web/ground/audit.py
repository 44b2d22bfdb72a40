"""The audit log: written with the change, sealed in a chain by one sealer, exported for ``sonae log verify``.

Rows hold ids only, never personal data: who may read the log may not be who may read what it speaks of.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from sonae.programmes import canonical
from sonae_web.ground import chain, clock
from sonae_web.ground.chain import Head
from sonae_web.ground.logs import request_id
from sonae_web.ground.models import AuditHead, AuditRow

FAULT_AFTER = 60
"""Seconds after which an unsealed row is a fault: nobody seals."""
MOST_AT_ONCE = 500
"""Rows sealed in one transaction."""
MOST_DETAILS = 20
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_KEY = re.compile(r"[a-z_]{1,40}")

_READING = re.compile(r"[a-z_]+\.(read[a-z_]*|listed)")
"""Actions that change nothing: somebody saw what is sealed."""
_readings: ContextVar[list[AuditRow] | None] = ContextVar("readings", default=None)

Value = UUID | int | str
"""What a detail may be: an id, a number, yes or no, a code word."""


def record(
    *,
    action: str,
    kind: str,
    object_id: UUID | str,
    actor: UUID | None = None,
    organisation: UUID | None = None,
    detail: Mapping[str, Value] | None = None,
) -> AuditRow:
    """Write a row for what is done in this transaction, so that both are kept or neither; return it, unsealed.

    ``action``, ``kind`` and what is text in ``object_id`` and ``detail`` are code words: up to 60 lower-case letters,
    digits, ``_``, ``.`` and ``-``, a letter first. Raises ValueError for anything else, RuntimeError outside a
    transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a row of the log is written in the transaction of what it tells")
    row = AuditRow.objects.create(
        created_at=clock.now(),
        actor=None if actor is None else _uuid(actor, "actor"),
        organisation=None if organisation is None else _uuid(organisation, "organisation"),
        action=_code(action, "action"),
        kind=_code(kind, "kind"),
        object_id=str(object_id) if isinstance(object_id, UUID) else _code(object_id, "object_id"),
        detail=canonical(_plain(detail or {})),
        request_id=request_id.get(),
    )
    collected = _readings.get()
    if collected is not None and _READING.fullmatch(action):
        collected.append(row)
    return row


@contextmanager
def readings() -> Iterator[list[AuditRow]]:
    """Collect the rows of the block that say what somebody read: for whoever takes back what was done there (``keep``)."""
    found: list[AuditRow] = []
    token = _readings.set(found)
    try:
        yield found
    finally:
        _readings.reset(token)


def keep(rows: list[AuditRow]) -> None:
    """Write rows again that were taken back with their transaction: what was done is undone, but what was seen was seen."""
    if rows:
        AuditRow.objects.bulk_create(rows)


def seal() -> int:
    """Number and chain every unsealed row in the order of creation; return how many. Sealers wait for one another."""
    sealed = 0
    while rows := _seal_some():
        sealed += rows
    return sealed


def head() -> Head:
    """Return number and hash of the last sealed row. Kept outside, it proves that nothing before it was changed."""
    row = AuditHead.objects.filter(pk=1).first() or AuditHead()
    return Head(row.number, row.hash)


def unsealed_for() -> int:
    """Return for how many seconds the oldest unsealed row has waited; 0 when there is none."""
    oldest = AuditRow.objects.filter(number__isnull=True).order_by("created_at").first()
    return max(0, int((clock.now() - oldest.created_at).total_seconds())) if oldest else 0


def export(target: Path | BinaryIO) -> Head:
    """Write the sealed rows and the head, whole or not at all; return the head. Raises OSError.

    What the database holds is written as it stands: whether it is right is for ``sonae log verify`` to say.
    """
    if not isinstance(target, Path):
        with TemporaryFile() as whole:
            last = _write(whole)
            whole.seek(0)
            shutil.copyfileobj(whole, target)
        return last
    part = target.with_name(f".{target.name[:40]}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)  # left by a process that was killed
        with part.open("xb") as file:
            last = _write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return last


@transaction.atomic
def _seal_some() -> int:
    AuditHead.objects.get_or_create(pk=1)
    last = AuditHead.objects.select_for_update().get(pk=1)  # on SQLite the transaction itself is the lock (IMMEDIATE)
    rows = list(AuditRow.objects.filter(number__isnull=True).order_by("created_at", "id")[:MOST_AT_ONCE])
    for row in rows:
        row.number, row.previous = last.number + 1, last.hash
        row.hash = chain.digest(row.content)
        last.number, last.hash = row.number, row.hash
    if rows:
        AuditRow.objects.bulk_update(rows, ["number", "previous", "hash"])
        last.save(update_fields=["number", "hash"])
    return len(rows)


def _write(file: BinaryIO) -> Head:
    last = head()  # first: rows sealed while this runs are for the next export
    rows = AuditRow.objects.filter(number__lte=last.number).order_by("number")
    file.writelines(chain.row_line(row.content, row.hash) for row in rows.iterator())
    file.write(chain.head_line(last))
    return last


def _plain(detail: Mapping[str, Value]) -> dict[str, str | int]:
    if len(detail) > MOST_DETAILS:
        raise ValueError(f"more than {MOST_DETAILS} details")
    plain: dict[str, str | int] = {}
    for key, value in detail.items():
        if not _KEY.fullmatch(key):
            raise ValueError("a detail's name is of small letters and _")
        if isinstance(value, UUID):
            plain[key] = str(value)
        elif isinstance(value, int) and abs(value) <= chain.MOST_NUMBER:
            plain[key] = value
        else:
            plain[key] = _code(value, key)
    return plain


def _code(text: object, what: str) -> str:
    if not isinstance(text, str) or not _CODE.fullmatch(text):
        raise ValueError(f"{what} is no code word")  # and is not named: it may be what must not be logged
    return text


def _uuid(value: object, what: str) -> UUID:
    if not isinstance(value, UUID):
        raise ValueError(f"{what} is no UUID")
    return value
