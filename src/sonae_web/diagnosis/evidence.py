"""Evidence: files that show that an action was done. Sealed; taken only when they are what they say, small and whole.

Nothing here unpacks or renders a file: it is kept as it came and handed back as a download.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from sonae_web.diagnosis.actions import Action, touched
from sonae_web.diagnosis.models import Evidence
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope
from sonae_web.ground.typed import one_line

MOST_BYTES = 10_000_000
MOST_FILES = 20
"""Of one action."""
MOST_OF_MEMBER = 200_000_000
"""Bytes of all of a member's evidence."""
MOST_PIXELS = 100_000_000
"""Of a picture: beyond it whoever opens it may run out of memory."""
MOST_NAME = 150
KINDS: Mapping[str, str] = MappingProxyType(
    {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg", "text": "text/plain; charset=utf-8"}
)
_SUFFIXES = MappingProxyType(
    {"pdf": ("pdf",), "png": ("png",), "jpeg": ("jpg", "jpeg"), "text": ("txt", "csv", "log", "md")}
)


class Unfit(Exception):  # noqa: N818 - a state
    """A file that is not taken; ``reason`` is kind, broken, size, pixels, name, files or space."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def add(*, scope: Scope, action: Action, name: str, content: bytes) -> Evidence:
    """Keep a file as evidence of an action and return its row; the same file twice is one. Raises Unfit."""
    kind = kind_of(name, content)
    task = touched(scope, action)
    for row in Evidence.within(scope).filter(task=task, size=len(content)):
        if sealed.get_bytes(row, "content") == content:
            return row
    if Evidence.within(scope).filter(task=task).count() >= MOST_FILES:
        raise Unfit("files")
    held = Evidence.within(scope).aggregate(held=Sum("size"))["held"] or 0
    if held + len(content) > MOST_OF_MEMBER:
        raise Unfit("space")
    row = Evidence(
        tenant=scope.organisation, task=task, kind=kind, size=len(content), added_at=clock.now(), added_by=scope.user
    )
    sealed.put(row, "name", clean(name))
    sealed.put_bytes(row, "content", content)
    row.save(force_insert=True)
    _record(scope, row, "evidence.added")
    return row


def of(scope: Scope, action: Action) -> list[tuple[Evidence, str]]:
    """Return an action's evidence, without the content, and each one's name."""
    if action.task is None:
        return []
    rows = Evidence.within(scope).filter(task=action.task).defer("content").order_by("added_at")
    return [(row, str(sealed.get(row, "name"))) for row in rows]


@transaction.atomic
def read(*, scope: Scope, row: Evidence) -> tuple[str, bytes]:
    """Return a file's name and content, and note in the log that it was read."""
    _record(scope, row, "evidence.read")
    return str(sealed.get(row, "name")), sealed.get_bytes(row, "content")


@transaction.atomic
def remove(*, scope: Scope, evidence: UUID) -> None:
    """Remove a file; one that is not there is removed already."""
    row = Evidence.within(scope).defer("content").filter(pk=evidence).first()
    if row is not None:
        _record(scope, row, "evidence.removed")
        row.delete()


def kind_of(name: str, content: bytes) -> str:
    """Return what kind of file this is. Raises Unfit when it is none that is taken, or not what its name says."""
    if not clean(name):
        raise Unfit("name")
    if not content:
        raise Unfit("broken")
    if len(content) > MOST_BYTES:
        raise Unfit("size")
    suffix = clean(name).rpartition(".")[2].casefold()
    kind = next((kind for kind, suffixes in _SUFFIXES.items() if suffix in suffixes), None)
    if kind is None:
        raise Unfit("kind")
    if not _IS[kind](content):
        raise Unfit("broken")
    if kind in ("png", "jpeg"):
        width, height = (_png_size if kind == "png" else _jpeg_size)(content)
        if width * height > MOST_PIXELS:
            raise Unfit("pixels")
    return kind


def clean(name: str) -> str:
    """Return a file's name without folders and what cannot be seen, at most 150 characters, its ending kept."""
    plain = one_line(name).replace("\\", "/").rpartition("/")[2].strip().strip(".")
    stem, dot, suffix = plain.rpartition(".")
    return f"{stem[: MOST_NAME - 1 - len(suffix)]}{dot}{suffix}" if len(suffix) < 10 else plain[:MOST_NAME]


def _is_pdf(content: bytes) -> bool:
    return content.startswith((b"%PDF-1.", b"%PDF-2.")) and b"%%EOF" in content[-2048:]


def _is_png(content: bytes) -> bool:
    begins = content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    return begins and content.endswith(b"IEND\xaeB`\x82") and len(content) >= 57


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-4096:]


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for encoding in ("utf-8", "cp932"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_IS = MappingProxyType({"pdf": _is_pdf, "png": _is_png, "jpeg": _is_jpeg, "text": _is_text})


def _png_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Return the size that the first frame header tells. Raises Unfit when there is none."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    raise Unfit("broken")


def _record(scope: Scope, row: Evidence, action: str) -> None:
    audit.record(action=action, kind="evidence", object_id=row.pk, actor=scope.user, organisation=row.tenant)
