"""Walks through a document read from YAML and collects every fault at its place: wrong type, out of range, misspelt."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from sonae.money import MOST_YEN, share
from sonae.problems import Problem, problem
from sonae.programmes.reader import Document, Key, Where

T = TypeVar("T")
MOST_LISTED = 12
MOST_PERSONS = 200_000_000
"""Largest number of persons taken from outside: more than live in Japan, living and dead clients of decades included."""
MOST_NEAREST = 100
"""With so many problems noted, no nearest name is looked for any more: a hostile file would keep us looking for minutes."""


class Cursor:
    """A place in a document. Readers return the value, or the default after noting a problem."""

    def __init__(self, document: Document, problems: list[Problem], where: Where = ()) -> None:
        self.document = document
        self.problems = problems
        self.where = where

    @property
    def value(self) -> object:
        """The value at this place; None where there is no such place (``fields`` has noted that it is missing)."""
        value = self.document.value
        for key in self.where:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    @property
    def at(self) -> str:
        """The place as text."""
        return self.document.at(self.where)

    def fault(self, code: str, **values: object) -> None:
        """Note a problem at this place."""
        self.problems.append(problem(code, self.at, **values))

    def __getitem__(self, key: Key) -> "Cursor":
        return Cursor(self.document, self.problems, (*self.where, key))

    def nearest(self, word: str, known: Collection[str]) -> str:
        """Return the known name nearest to a misspelt one; empty when none is near."""
        return nearest(word, known) if len(self.problems) < MOST_NEAREST else ""

    # --- containers
    def is_mapping(self) -> bool:
        """Return whether this is a mapping; note a problem when not."""
        if isinstance(self.value, dict):
            return True
        self._wrong_type("mapping")
        return False

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> bool:
        """Return whether this is a mapping; note fields that are missing or unknown (with the nearest known name)."""
        if not self.is_mapping():
            return False
        value: dict[str, object] = self.value  # type: ignore[assignment]
        for name in required:
            if value.get(name) is None:
                self.fault("field.missing", field=name)
        known = [*required, *optional]
        for name in value:
            if name not in known:
                near = self.nearest(name, known)
                if near:
                    self[name].fault("field.misspelt", field=name, near=near)
                else:
                    self[name].fault("field.unknown", field=name, known=_listed(known))
        return True

    def has(self, key: str) -> bool:
        """Return whether this mapping has the field ``key`` with a value other than null."""
        value = self.value
        return isinstance(value, dict) and value.get(key) is not None

    def items(self, key: str | None = None) -> Iterator["Cursor"]:
        """Yield a cursor for each item of the list here, or in the field ``key`` (none when it is missing)."""
        cursor = self if key is None else self[key]
        if key is not None and not self.has(key):
            return
        value = cursor.value
        if not isinstance(value, list):
            cursor._wrong_type("list")
            return
        yield from (cursor[index] for index in range(len(value)))

    def entries(self, key: str | None = None) -> Iterator[tuple[str, "Cursor"]]:
        """Yield each key and a cursor for its value of the mapping here, or in the field ``key``."""
        cursor = self if key is None else self[key]
        if key is not None and not self.has(key):
            return
        if cursor.is_mapping():
            yield from ((name, cursor[name]) for name in cursor.value)  # type: ignore[attr-defined]

    # --- scalars
    def text(self, key: str, default: str = "", most: int = 2_000) -> str:
        """Return the text in a field, without spaces around it; at least 1 and at most ``most`` characters."""
        if not self.has(key):
            return default
        value = self[key].value
        if not isinstance(value, str):
            self[key]._wrong_type("text")
            return default
        value = value.strip()
        if not 1 <= len(value) <= most:
            self[key].fault("value.length", found=len(value), most=most)
            return default
        return value

    def integer(self, key: str, least: int, most: int, default: int = 0) -> int:
        """Return the whole number in a field, between ``least`` and ``most``."""
        if not self.has(key):
            return default
        value = self[key].value
        if isinstance(value, bool) or not isinstance(value, int):
            self[key]._wrong_type("integer")
            return default
        if not least <= value <= most:
            self[key].fault("value.range", found=f"{value:,}", least=f"{least:,}", most=f"{most:,}")
            return default
        return value

    def yen(self, key: str, default: int = 0) -> int:
        """Return an amount of 0 yen or more."""
        return self.integer(key, 0, MOST_YEN, default)

    def persons(self, key: str, least: int = 0, default: int = 0) -> int:
        """Return a number of persons, at most ``MOST_PERSONS``."""
        return self.integer(key, least, MOST_PERSONS, default)

    def number(self, key: str, least: int, most: int, default: Fraction = Fraction(0)) -> Fraction:
        """Return a decimal number exactly."""
        if not self.has(key):
            return default
        value = self[key].value
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self[key]._wrong_type("number")
            return default
        if not least <= value <= most:
            self[key].fault("value.range", found=value, least=f"{least:,}", most=f"{most:,}")
            return default
        return Fraction(value)

    def share(self, key: str, default: Fraction = Fraction(1)) -> Fraction:
        """Return a share between 0 and 1, written as text or number."""
        return self._parsed(key, lambda value: share(_plain(value)), "share", default)

    def day(self, key: str, default: date = date.min) -> date:
        """Return a date written as 2027-04-01."""
        return self._parsed(key, iso_day, "date", default)

    def truth(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        if not self.has(key):
            return default
        value = self[key].value
        if not isinstance(value, bool):
            self[key]._wrong_type("truth")
            return default
        return value

    def choice(self, key: str, allowed: Collection[str], default: str = "", *, what: str = "value.not_allowed") -> str:
        """Return one of the allowed words; ``what`` is the code of the problem otherwise."""
        if not self.has(key):
            return default
        return self[key].word(allowed, what) or default

    def word(self, allowed: Collection[str], what: str = "value.not_allowed") -> str | None:
        """Return the word at this place if it is allowed, else note a problem and return None."""
        value = self.value
        if isinstance(value, str) and value in allowed:
            return value
        if not isinstance(value, str):
            self._wrong_type("text")
            return None
        self.fault(what, found=value, near=self.nearest(value, allowed) or _listed(allowed))
        return None

    def words(self, key: str, allowed: Collection[str], what: str = "value.not_allowed") -> tuple[str, ...]:
        """Return the allowed words of the list in a field, each once, in their order."""
        found: list[str] = []
        for item in self.items(key):
            word = item.word(allowed, what)
            if word in found:
                item.fault("value.twice", found=word)
            elif word is not None:
                found.append(word)
        return tuple(found)

    def _parsed(self, key: str, parse: Callable[[object], T], kind: str, default: T) -> T:
        if not self.has(key):
            return default
        try:
            return parse(self[key].value)
        except (ValueError, TypeError):
            self[key]._wrong_type(kind)
            return default

    def _wrong_type(self, kind: str) -> None:
        self.fault(f"value.not_{kind}", found=shown(self.value))


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known name nearest to a misspelt one; empty when none is near."""
    near = difflib.get_close_matches(word, known, 1, 0.6)
    return near[0] if near else ""


def _plain(value: object) -> str | int | Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise TypeError
    return value


def iso_day(value: object) -> date:
    """Return a date written as 2027-04-01. Raises ValueError for any other form."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError
    return date.fromisoformat(value)


def _listed(words: Collection[str]) -> str:
    listed = list(words)
    return ", ".join(listed[:MOST_LISTED]) + (", …" if len(listed) > MOST_LISTED else "")


def shown(value: object) -> str:
    """Return a value as the words of a problem show it: as written in YAML, containers shortened."""
    match value:
        case dict():
            return "{…}"
        case list():
            return "[…]"
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
