"""Canonical JSON: the bytes that are hashed and frozen. Sorted keys, NFC, no floats, no spaces, UTF-8."""

import hashlib
import json
import unicodedata
from typing import Any


def canonical(value: Any) -> bytes:
    """Return canonical JSON of plain data.

    Raises TypeError for a float or any other value that JSON does not hold exactly, and for keys that become the same text.
    """
    return json.dumps(_exact(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _exact(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case None | bool() | int():
            return value
        case dict():
            found = {_exact(str(key)): _exact(inner) for key, inner in value.items()}
            if len(found) < len(value):
                raise TypeError("two keys are the same text")
            return found
        case list() | tuple():
            return [_exact(inner) for inner in value]
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")
