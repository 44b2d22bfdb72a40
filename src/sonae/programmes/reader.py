"""The one reader of YAML and JSON, for programmes and for what people send: YAML 1.2 core, every fault with its place.

Only ``true``, ``false``, ``null`` and decimal numbers are special: ``yes``, ``on``, ``16:00``, ``0001`` and dates stay
text. Duplicate keys, anchors, tags, several documents, deep nesting and forbidden characters are problems.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from sonae.problems import Problem, Refused, problem, short

MOST_BYTES = 1_000_000
"""Largest file taken from outside."""
MOST_DEPTH = 32
MOST_NODES = 100_000
MOST_PROBLEMS = 100
"""After so many problems of form, reading ends."""

Key = str | int
Where = tuple[Key, ...]

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,29})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,12}")
_CONSTANTS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
# controls but tab and line ends, private use, bidirectional marks, overrides and isolates, BOM, other invisibles (with the
# line ends that only YAML 1.1 knows: U+0085, U+2028, U+2029), non-characters
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000-\uf8ff\ufdd0-\ufdef\ufeff"
    "\ufff9-\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|.)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """One file read: plain values (dict, list, str, int, Decimal, bool, None) and the line and column of each."""

    name: str
    value: Any
    places: Mapping[Where, tuple[int, int]] = field(default_factory=dict)

    def at(self, where: Where = ()) -> str:
        """Return the place of a value: ``clinic.yaml:12:3 answers.attack.mfa``."""
        known = where
        while known not in self.places and known:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        return f"{self.name}:{line}:{column} {path_text(where)}".rstrip()


def path_text(where: Where) -> str:
    """Return a path in a document as text: ``awards[0].yen_each``."""
    text = ""
    for key in where:
        text += f"[{key}]" if isinstance(key, int) else f".{short(key)}"
    return text.removeprefix(".")


def read(data: bytes, name: str) -> Document:
    """Return the document in ``data`` (UTF-8). Raises Refused with every problem of its form, each at its place."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()  # without the mark
        raise Refused([problem("file.not_utf8", _place(name, before))]) from error
    if found := [*islice(FORBIDDEN.finditer(text), MOST_PROBLEMS)]:
        raise Refused(_forbidden(_place(name, text[: match.start()]), match[0]) for match in found)
    build = _Build(name)
    try:
        build.run(yaml.parse(_paired(text), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
        build.problems.append(problem("yaml.syntax", place, detail=error.problem or "", line=_line(text, mark)))
    except _Stop:
        pass
    if build.problems:
        raise Refused(build.problems)
    return Document(name, build.root, build.places)


def read_file(path: Path, name: str | None = None, most_bytes: int = MOST_BYTES) -> Document:
    """Return the document in the file. Raises Refused when it is missing, too large or faulty."""
    shown = name or path.name
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise Refused([problem("file.unreadable", shown, reason=error.strerror or type(error).__name__)]) from error
    return read_bytes(data, shown, most_bytes)


def read_bytes(data: bytes, name: str, most_bytes: int = MOST_BYTES) -> Document:
    """Return the document in ``data``. Raises Refused when it is too large or faulty."""
    if len(data) > most_bytes:
        raise Refused([problem("file.too_large", name, most=f"{most_bytes:,}")])
    return read(data, name)


def _place(name: str, before: str) -> str:
    """Return the place of what comes after the text ``before``."""
    line = before.count("\n") + before.count("\r") - before.count("\r\n") + 1
    return f"{name}:{line}:{len(before) - max(before.rfind(chr(10)), before.rfind(chr(13)))}"


def _forbidden(at: str, character: str) -> Problem:
    return problem("text.forbidden_character", at, character=f"U+{ord(character):04X}")


def _paired(text: str) -> str:
    """Return JSON with each pair of escapes that means one character (``\\ud842\\udfb7``) as that character, which YAML lacks.

    Spaces after the string keep every column.
    """

    def character(escape: re.Match[str]) -> str:
        if escape[1] is None:
            return escape[0]
        return chr(0x10000 + ((int(escape[1], 16) & 0x3FF) << 10) + (int(escape[2], 16) & 0x3FF))

    if text.lstrip()[:1] not in ("{", "[") or "\\ud" not in text.lower():
        return text
    return _STRING.sub(lambda string: _ESCAPE.sub(character, string[0]).ljust(len(string[0])), text)


def _line(text: str, mark: Any) -> str:
    if mark is None:
        return ""
    lines = text.splitlines()
    return lines[mark.line].strip() if mark.line < len(lines) else ""


class _Stop(Exception):  # noqa: N818
    """Reading ends here: what follows could not be told apart."""


class _Build:
    """Builds plain values from parser events without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Any = None
        self.places: dict[Where, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.stack: list[tuple[Any, Where]] = []  # open containers
        self.key: list[str | None] = []  # for each open mapping, the key that waits for its value
        self.documents = 0

    def run(self, events: Iterator[Any]) -> None:
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._check_node(event)
                    self._add(self._scalar(event), event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._check_node(event)
                    self._open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.stack.pop()
                    self.key.pop()
                case yaml.AliasEvent():
                    self._fault("yaml.alias", event)
                    raise _Stop
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        self._fault("yaml.many_documents", event)
                        raise _Stop

    def _fault(self, code: str, event: Any, **values: object) -> None:
        mark = event.start_mark
        self.problems.append(problem(code, f"{self.name}:{mark.line + 1}:{mark.column + 1}", **values))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Stop

    def _check_node(self, event: Any) -> None:
        if event.anchor is not None or event.tag is not None:
            self._fault("yaml.alias", event)
            raise _Stop
        if len(self.places) > MOST_NODES or len(self.stack) >= MOST_DEPTH:
            self._fault("yaml.too_complex", event)
            raise _Stop

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style == '"' and (found := FORBIDDEN.search(text)) is not None:  # written as an escape
            self._fault("text.forbidden_character", event, character=f"U+{ord(found[0]):04X}")
        text = unicodedata.normalize("NFC", text)
        if not event.implicit[0] or self._expects_key():
            return text
        if text in _NULLS:
            return None
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.key[-1] is None

    def _open(self, event: Any) -> None:
        if self._expects_key():
            self._fault("yaml.key_not_text", event)
            raise _Stop
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        where = self._add(value, event)
        self.stack.append((value, where))
        self.key.append(None)

    def _add(self, value: Any, event: Any) -> Where:
        mark = (event.start_mark.line + 1, event.start_mark.column + 1)
        if not self.stack:
            self.root = value
            self.places[()] = mark
            return ()
        container, where = self.stack[-1]
        if isinstance(container, list):
            container.append(value)
            where = (*where, len(container) - 1)
        elif (key := self.key[-1]) is None:
            if value in container:
                self._fault("yaml.duplicate_key", event, key=value)
            container.setdefault(value, None)
            self.key[-1] = value
            self.places[(*where, value)] = mark
            return where
        else:
            self.key[-1] = None
            container[key] = value
            where = (*where, key)
            mark = self.places[where] if isinstance(value, (dict, list)) else mark
        self.places[where] = mark
        return where
