"""Dated values in YAML: each with unit, first day, basis and reference; the unit says what kind of value it is.

values:
  scenario.goodwill_each:
    unit: yen
    values:
    - {from: 2004-12-10, value: 500, basis: published, reference: flyer-2004, published: true}
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from sonae.dates import ROLLS, DateRule
from sonae.money import MOST_YEN
from sonae.programmes.cursor import Cursor
from sonae.tables import BASES, Basis, Brackets, Curve, Dated, Value

UNITS = (
    "yen",
    "points",
    "persons",
    "employees",
    "days",
    "years",
    "share",
    "brackets",
    "curve",
    "date_rule",
    "word",
    "words",
    "day",
    "number",
    "numbers",
    "table",
    "nodes",
)
Values = dict[str, Dated[Any]]
_TIME = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


def read_values(cursor: Cursor, references: Collection[str], others: Collection[str] = ()) -> Values:
    """Return the dated values under ``values:`` of a document by name, noting every fault; ``others`` stand beside."""
    found: Values = {}
    cursor.fields(["values", *others])
    for name, entry in cursor.entries("values"):
        before = len(cursor.problems)
        if not entry.fields(["unit", "values"]):
            continue
        unit = entry.choice("unit", UNITS)
        rows = [row for item in entry.items("values") if (row := _value(item, unit, references)) is not None]
        try:
            found[name] = Dated(name, unit, tuple(rows))
        except ValueError:
            if len(cursor.problems) == before:  # else rows are left out, and why is told
                entry.fault("value.dates_do_not_rise", name=name)
    return found


def sourced(item: Cursor, references: Collection[str]) -> tuple[Basis, str]:
    """Return the item's basis and reference, noting a fault for an unknown one."""
    basis: Any = item.choice("basis", BASES)
    return basis, item.choice("reference", references, what="reference.unknown")


def _value(item: Cursor, unit: str, references: Collection[str]) -> Value[Any] | None:
    before = len(item.problems)
    if not item.fields(["from", "value", "basis", "reference"], ["published", "note", "low", "high"]) or not unit:
        return None
    start = item.day("from")
    basis, reference = sourced(item, references)
    item.truth("published")
    value = _read(item, unit, "value")
    low, high = (_read(item, unit, key) if item.has(key) else None for key in ("low", "high"))
    return Value(start, value, basis, reference, low, high) if len(item.problems) == before else None


def _read(item: Cursor, unit: str, key: str) -> Any:
    return _READERS.get(unit, _whole)(item, key)


def _whole(item: Cursor, key: str) -> int:
    return item.integer(key, 0, MOST_YEN)


def _brackets(item: Cursor, key: str) -> Any:
    def build() -> Brackets[str]:
        rows = _pairs(item[key], str)
        return Brackets(tuple(row[0] for row in rows), tuple(row[1] for row in rows))

    return _built(item[key], build)


def _curve(item: Cursor, key: str) -> Any:
    return _built(item[key], lambda: Curve(tuple((row[0], row[1]) for row in _pairs(item[key], int))))


def _table(item: Cursor, key: str) -> Any:
    return MappingProxyType({name: _numbers(row) for name, row in item.entries(key)})


def _numbers(row: Cursor) -> Mapping[str, Fraction]:
    return MappingProxyType({name: row.number(name, 0, MOST_YEN) for name, _ in row.entries()})


def _nodes(cursor: Cursor) -> tuple[tuple[Fraction, Fraction], ...]:
    """Read [x, y] pairs of plain numbers, x rising; at least one."""
    rows = []
    before = len(cursor.problems)
    for row in cursor.items():
        pair = row.value
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or any(isinstance(n, bool) or not isinstance(n, (int, Decimal)) for n in pair)
        ):
            row.fault("value.not_pair")
        else:
            rows.append((Fraction(pair[0]), Fraction(pair[1])))
    rising = rows and all(earlier[0] < later[0] for earlier, later in pairwise(rows))
    if not rising and len(cursor.problems) == before:
        cursor.fault("value.not_rising")
    return tuple(rows)


def _word(word: Cursor) -> str:
    if not isinstance(word.value, str):
        word.fault("value.not_text", found=word.value)
    return str(word.value)


def _pairs(cursor: Cursor, second: type) -> list[Any]:
    rows: list[Any] = []
    for row in cursor.items():
        pair = row.value
        # bool is an int to isinstance
        if not isinstance(pair, list) or [type(each) for each in pair] != [int, second]:
            row.fault("value.not_pair")
        else:
            rows.append(pair)
    return rows


def _built(cursor: Cursor, build: Any) -> Any:
    before = len(cursor.problems)
    try:
        return build()
    except ValueError:
        if len(cursor.problems) == before:
            cursor.fault("value.not_rising")
        return None


def _date_rule(item: Cursor) -> DateRule | None:
    if not item.fields(["anchor", "months", "day"], ["roll", "at"]):
        return None
    at = item.text("at")
    if at and not _TIME.fullmatch(at):
        item["at"].fault("value.not_time", found=at)
        return None
    return DateRule(
        item.text("anchor"),
        item.integer("months", -120, 120),
        item.integer("day", 1, 31, 1),
        item.choice("roll", ROLLS, "none"),  # type: ignore[arg-type]
        time.fromisoformat(at) if at else None,
    )


_READERS: Mapping[str, Callable[[Cursor, str], Any]] = {
    "share": Cursor.share,
    "number": lambda item, key: item.number(key, 0, MOST_YEN),
    "numbers": lambda item, key: _numbers(item[key]),
    "table": _table,
    "nodes": lambda item, key: _nodes(item[key]),
    "brackets": _brackets,
    "curve": _curve,
    "date_rule": lambda item, key: _date_rule(item[key]),
    "word": Cursor.text,
    "words": lambda item, key: tuple(_word(word) for word in item.items(key)),
    "day": Cursor.day,
}
"""How each unit's value is read; every other unit is a whole number of 0 or more."""


def plain(value: Any) -> Any:
    """Return a dated value's content as plain data for a hash or JSON (fractions as text)."""
    match value:
        case Fraction():
            return str(value)
        case Brackets():
            return [list(pair) for pair in zip(value.bounds, value.classes, strict=True)]
        case Curve():
            return [list(node) for node in value.nodes]
        case DateRule():
            return [value.anchor, value.months, value.day, value.roll, value.at.isoformat() if value.at else None]
        case tuple():
            return [plain(each) for each in value]
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case date():
            return value.isoformat()
        case _:
            return value
