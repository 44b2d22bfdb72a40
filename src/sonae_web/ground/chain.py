"""The form of the audit log's chain, for the site that writes it and the command that verifies it; imports no Django.

A row's hash is the SHA-256 of its content: canonical JSON of FIELDS, its number and the hash of the row before among
them. An exported log is a line ``{"hash":…,"row":{…}}`` for each row, the numbers 1, 2, 3 …, and at last its head,
``{"head":{"hash":…,"number":…}}``.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

from sonae.programmes.canonical import canonical

START = "0" * 64
"""What stands for the hash of the row before the first."""
FIELDS = frozenset(
    ("action", "actor", "created_at", "detail", "id", "kind", "number", "object_id", "organisation", "previous", "request_id")
)  # fmt: skip
MOST_NUMBER = 10**18 - 1
_ROW = re.compile(rb'\{"hash":"([0-9a-f]{64})","row":(\{.*\})\}', re.DOTALL)
_HEAD = re.compile(rb'\{"head":\{"hash":"([0-9a-f]{64})","number":(0|[1-9][0-9]{0,17})\}\}')
_TEXT = re.compile(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})")


class Head(NamedTuple):
    """The last row of a log: its number (0 of an empty log) and its hash. As text: ``12:hash``."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


def head_of(text: str) -> Head | None:
    """Return the head written as ``12:hash``; None for any other text."""
    match = _TEXT.fullmatch(text)
    return Head(int(match[1]), match[2]) if match else None


def content(fields: Mapping[str, str | int | None]) -> bytes:
    """Return the bytes of a row that are hashed. Raises ValueError unless ``fields`` has exactly FIELDS."""
    if fields.keys() != FIELDS:
        raise ValueError("a row of the log has other fields")
    return canonical(dict(fields))


def digest(row: bytes) -> str:
    """Return the hash of a row's content, in hex."""
    return hashlib.sha256(row).hexdigest()


def row_line(row: bytes, row_hash: str) -> bytes:
    """Return the line of a row in an exported log, from its content and its hash as they stand (right or not)."""
    return b'{"hash":%b,"row":%b}\n' % (canonical(row_hash), row)


def head_line(head: Head) -> bytes:
    """Return the last line of an exported log."""
    return canonical({"head": head._asdict()}) + b"\n"


def read_row(line: bytes) -> tuple[bytes, str] | None:
    """Return content and hash from a line without its end; None when it has another form. Checks nothing."""
    match = _ROW.fullmatch(line)
    return (match[2], match[1].decode()) if match else None


def read_head(line: bytes) -> Head | None:
    """Return the head from a line without its end; None when it is no head."""
    match = _HEAD.fullmatch(line)
    return Head(int(match[2]), match[1].decode()) if match else None
