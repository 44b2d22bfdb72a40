"""Dated values in YAML: each with unit, first day, basis and reference; the unit says what kind of value it is.

values:
  scenario.goodwill_each:
    unit: yen
    values:
    - {from: 2004-12-10, value: 500, basis: published, reference: flyer-2004, published: true}
"""

from collections.abc import Collection
from datetime import date, time
from fractions import Fraction
from typing import Any

from sonae.dates import ROLLS, DateRule
from sonae.money import MOST_YEN
from sonae.programmes.cursor import Cursor
from sonae.tables import BASES, Brackets, Curve, Dated, Value

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
)
Values = dict[str, Dated[Any]]


def read_values(cursor: Cursor, references: Collection[str]) -> Values:
    """Return the dated values under ``values:`` of a document by name, noting every fault."""
    found: Values = {}
    for name, entry in cursor.entries("values"):
        if not entry.fields(["unit", "values"]):
            continue
        unit = entry.choice("unit", UNITS)
        rows = [row for item in entry.items("values") if (row := _value(item, unit, references)) is not None]
        try:
            found[name] = Dated(name, unit, tuple(rows))
        except ValueError:
            entry.fault("value.dates_do_not_rise", name=name)
    return found


def sourced(item: Cursor, references: Collection[str]) -> None:
    """Note a fault when the item's basis or reference is missing or unknown."""
    item.choice("basis", BASES)
    item.choice("reference", references, what="reference.unknown")


def _value(item: Cursor, unit: str, references: Collection[str]) -> Value[Any] | None:
    if not item.fields(["from", "value", "basis", "reference"], ["published", "note"]) or not unit:
        return None
    before = len(item.problems)
    sourced(item, references)
    item.truth("published")
    value = _read(item, unit)
    if len(item.problems) > before:
        return None
    return Value(item.day("from"), value, item.choice("basis", BASES), item.text("reference"))  # type: ignore[arg-type]


def _read(item: Cursor, unit: str) -> Any:
    match unit:
        case "share":
            return item.number("value", 0, 1) if not isinstance(item["value"].value, str) else item.share("value")
        case "brackets":
            rows = _pairs(item)
            return _built(item, lambda: Brackets(tuple(row[0] for row in rows), tuple(row[1] for row in rows)))
        case "curve":
            return _built(item, lambda: Curve(tuple((row[0], row[1]) for row in _pairs(item))))
        case "date_rule":
            return _date_rule(item["value"])
        case "word":
            return item.text("value")
        case "words":
            return tuple(str(word.value) for word in item.items("value"))
        case "day":
            return item.day("value")
        case _:
            return item.integer("value", 0, MOST_YEN)


def _pairs(item: Cursor) -> list[Any]:
    rows: list[Any] = []
    for row in item.items("value"):
        pair = row.value
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], int):
            row.fault("value.not_pair")
        else:
            rows.append(pair)
    return rows


def _built(item: Cursor, build: Any) -> Any:
    try:
        return build()
    except (ValueError, TypeError):
        item["value"].fault("value.not_rising")
        return None


def _date_rule(item: Cursor) -> DateRule | None:
    if not item.fields(["anchor", "months", "day"], ["roll", "at"]):
        return None
    at = item.text("at")
    try:
        moment = time.fromisoformat(at) if at else None
    except ValueError:
        item["at"].fault("value.not_time", found=at)
        return None
    return DateRule(
        item.text("anchor"),
        item.integer("months", -120, 120),
        item.integer("day", 1, 31, 1),
        item.choice("roll", ROLLS, "none"),  # type: ignore[arg-type]
        moment,
    )


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
            return list(value)
        case date():
            return value.isoformat()
        case _:
            return value
