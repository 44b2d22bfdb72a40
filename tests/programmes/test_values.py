"""Dated values: every unit, and every fault at its place."""

import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.dates import DateRule
from sonae.figures import LANGS
from sonae.problems import Problem
from sonae.programmes import Cursor, Document, canonical, describe
from sonae.programmes.values import UNITS, plain, read_values
from sonae.tables import Brackets, Curve, Value
from tests.cast import document, many, places

REFERENCES = ("flyer-2004", "house-2026")
property_test = settings(max_examples=many(150), deadline=None)

EXAMPLE = """\
values:
  scenario.goodwill_each:
    unit: yen
    values:
    - {from: 2004-12-10, value: 500, basis: published, reference: flyer-2004, published: true}
    - {from: 2027-04-01, value: 1000, basis: assumed, reference: house-2026, note: dearer, low: 800, high: 1500}
  calendar.debit_on:
    unit: date_rule
    values: [{from: 2004-12-01, value: {anchor: cover_from, months: 1, day: 23, roll: next_bank}, basis: published, reference: flyer-2004}]
"""

GOOD: dict[str, tuple[str, object, object]] = {
    "yen": ("100000000", 100_000_000, 100_000_000),
    "points": ("50", 50, 50),
    "persons": ("3000", 3000, 3000),
    "employees": ("0", 0, 0),
    "days": ("30", 30, 30),
    "years": ("10", 10, 10),
    "share": ("'0.9'", Fraction(9, 10), "9/10"),
    "number": ("0.0532", Fraction(532, 10_000), "133/2500"),
    "numbers": ("{loss: 0.5, theft: 2}", {"loss": Fraction(1, 2), "theft": Fraction(2)}, {"loss": "1/2", "theft": "2"}),
    "table": ("{clinic: {loss: 0.5}}", {"clinic": {"loss": Fraction(1, 2)}}, {"clinic": {"loss": "1/2"}}),
    "nodes": ("[[0, 0.5], [1.5, 3]]", ((0, Fraction(1, 2)), (Fraction(3, 2), 3)), [["0", "1/2"], ["3/2", "3"]]),
    "brackets": ("[[0, E], [30, D]]", Brackets((0, 30), ("E", "D")), [[0, "E"], [30, "D"]]),
    "curve": ("[[0, 10], [5, 20]]", Curve(((0, 10), (5, 20))), [[0, 10], [5, 20]]),
    "date_rule": (
        '{anchor: applied, months: 2, day: 25, at: "16:00"}',
        DateRule("applied", 2, 25, "none", time(16)),
        ["applied", 2, 25, "none", "16:00:00"],
    ),
    "word": ("C", "C", "C"),
    "words": ("[clinic, finance]", ("clinic", "finance"), ["clinic", "finance"]),
    "day": ("2027-04-01", date(2027, 4, 1), "2027-04-01"),
}


def read(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The values in a text by name, and its problems; each must have words in both languages."""
    problems: list[Problem] = []
    found = read_values(Cursor(document(text), problems), REFERENCES)
    for each in problems:
        for lang in LANGS:
            assert all(describe(each, lang).values())
    return found, problems


def one(unit: str, value: str, more: str = "basis: assumed, reference: house-2026") -> str:
    """A document with one value, which begins at 5:25."""
    return f"values:\n  x:\n    unit: {unit}\n    values:\n    - {{from: 2005-01-01, value: {value}, {more}}}\n"


def faults(text: str) -> list[tuple[str, str]]:
    return [(code, at.removeprefix("5:").replace("values.x.values[0]", "…")) for code, at in places(read(text)[1])]


def test_values_are_read_by_name_with_where_they_come_from() -> None:
    values, problems = read(EXAMPLE)

    assert problems == []
    assert list(values) == ["scenario.goodwill_each", "calendar.debit_on"]
    goodwill = values["scenario.goodwill_each"]
    assert goodwill.unit == "yen"
    assert goodwill.at(date(2027, 3, 31)) == Value(date(2004, 12, 10), 500, "published", "flyer-2004")
    assert goodwill.at(date(2027, 4, 1)) == Value(date(2027, 4, 1), 1_000, "assumed", "house-2026", 800, 1_500)
    rule = values["calendar.debit_on"].at(date(2005, 1, 1)).value
    assert rule == DateRule("cover_from", 1, 23, "next_bank")


def test_every_unit_has_its_test() -> None:
    assert set(GOOD) == set(UNITS)


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_is_read_as_its_kind_and_hashed_as_plain_data(unit: str) -> None:
    text, value, flat = GOOD[unit]
    values, problems = read(one(unit, text))

    assert problems == []
    found = values["x"].at(date(2005, 1, 1)).value
    assert found == value
    assert plain(found) == flat
    assert json.loads(canonical(plain(found))) == flat


@pytest.mark.parametrize("unit", UNITS)
def test_low_and_high_are_read_as_the_value_is(unit: str) -> None:
    text, value, _ = GOOD[unit]
    values, problems = read(one(unit, text, f"low: {text}, high: {text}, basis: assumed, reference: house-2026"))

    assert problems == []
    found = values["x"].at(date(2005, 1, 1))
    assert (found.value, found.low, found.high) == (value, value, value)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("key", ["low", "high"])
def test_a_faulty_low_or_high_is_told_at_its_place(unit: str, key: str) -> None:
    wrong = "{a: {b: c}}" if unit not in ("numbers", "table", "date_rule") else "5"
    _, problems = read(one(unit, GOOD[unit][0], f"basis: assumed, reference: house-2026, {key}: {wrong}"))

    assert problems
    assert all(f".{key}" in each.at for each in problems)


WRONG: dict[str, list[tuple[str, str] | tuple[str, str, str]]] = {
    "yen": [
        ("-1", "value.range"),
        ("1.5", "value.not_integer"),
        ("'5'", "value.not_integer"),
        ("5円", "value.not_integer"),
        ("true", "value.not_integer"),
        ("[5]", "value.not_integer"),
        ("1000000000000001", "value.range"),
    ],
    "share": [
        ("1.5", "value.not_share"),
        ("'-0.1'", "value.not_share"),
        ("1/2", "value.not_share"),
        ("true", "value.not_share"),
        ("[]", "value.not_share"),
    ],
    "number": [
        ("x", "value.not_number"),
        ("-0.5", "value.range"),
    ],
    "numbers": [
        ("5", "value.not_mapping"),
        ("{a: x}", "value.not_number", "37 ….value.a"),
        ("{a: -1}", "value.range", "37 ….value.a"),
    ],
    "table": [
        ("[]", "value.not_mapping"),
        ("{a: 5}", "value.not_mapping", "37 ….value.a"),
    ],
    "nodes": [
        ("[[1, 2], [1, 3]]", "value.not_rising"),
        ("[[1, 2, 3]]", "value.not_pair", "34 ….value[0]"),
        ("[[1, x]]", "value.not_pair", "34 ….value[0]"),
        ("[[true, 1]]", "value.not_pair", "34 ….value[0]"),
        ("5", "value.not_list"),
        ("[]", "value.not_rising"),
    ],
    "brackets": [
        ("[[0, E], [0, D]]", "value.not_rising"),
        ("[]", "value.not_rising"),
        ("E", "value.not_list"),
        ("[[0, E], [30]]", "value.not_pair", "42 ….value[1]"),
        ("[[true, E]]", "value.not_pair", "34 ….value[0]"),
        ("[['0', E]]", "value.not_pair", "34 ….value[0]"),
        ("[[0, 5]]", "value.not_pair", "34 ….value[0]"),
        ("[0]", "value.not_pair", "34 ….value[0]"),
        ("[[0, null]]", "value.not_pair", "34 ….value[0]"),
    ],
    "curve": [
        ("[[5, 1], [0, 2]]", "value.not_rising"),
        ("[[0, 1.5]]", "value.not_pair", "34 ….value[0]"),
        ("[[0, x]]", "value.not_pair", "34 ….value[0]"),
        ("[[0, true]]", "value.not_pair", "34 ….value[0]"),
        ("{}", "value.not_list"),
    ],
    "word": [
        ("5", "value.not_text"),
        ("[C]", "value.not_text"),
        ("''", "value.length"),
    ],
    "words": [
        ("[a, 5]", "value.not_text", "37 ….value[1]"),
        ("a", "value.not_list"),
        ("[a, null]", "value.not_text", "37 ….value[1]"),
    ],
    "day": [
        ("2027-4-1", "value.not_date"),
        ("2027-02-29", "value.not_date"),
    ],
    "date_rule": [
        ("5", "value.not_mapping"),
        ("{anchor: a, months: 1}", "field.missing"),
        ("{anchor: a, months: 1, day: 32}", "value.range", "61 ….value.day"),
        ("{anchor: a, months: 1, day: 0}", "value.range", "61 ….value.day"),
        ("{anchor: a, months: 121, day: 1}", "value.range", "53 ….value.months"),
        ("{anchor: a, months: x, day: 1}", "value.not_integer", "53 ….value.months"),
        ("{anchor: a, months: 1, day: 1, roll: nextbank}", "value.not_allowed", "70 ….value.roll"),
        ("{anchor: a, months: 1, day: 1, rol: none}", "field.misspelt", "69 ….value.rol"),
        ("{anchor: a, months: 1, day: 1, at: '25:00'}", "value.not_time", "68 ….value.at"),
        ("{anchor: a, months: 1, day: 1, at: '16'}", "value.not_time", "68 ….value.at"),
        ("{anchor: a, months: 1, day: 1, at: '16:00Z'}", "value.not_time", "68 ….value.at"),
        ("{anchor: a, months: 1, day: 1, at: 16:00:00}", "value.not_time", "68 ….value.at"),
        ("{anchor: a, months: 1, day: 1, at: 16}", "value.not_text", "68 ….value.at"),
    ],
}
"""A faulty value, its problem, and the place where that is not the value's own."""


@pytest.mark.parametrize(("unit", "row"), [(unit, row) for unit, rows in WRONG.items() for row in rows])
def test_a_faulty_value_is_told_once_at_its_place(unit: str, row: tuple[str, ...]) -> None:
    value, code, *at = row
    own = "26 ….value" if value[0] in "[{" else "33 ….value"
    assert faults(one(unit, value)) == [(code, at[0] if at else own)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("basis: assumed", [("field.missing", "7 …")]),
        ("reference: house-2026", [("field.missing", "7 …")]),
        ("basis: guessed, reference: house-2026", [("value.not_allowed", "45 ….basis")]),
        ("basis: assumed, reference: house-2025", [("reference.unknown", "65 ….reference")]),
        ("basis: assumed, reference: house-2026, published: yes", [("value.not_truth", "88 ….published")]),
        ("basis: assumed, reference: house-2026, referense: x", [("field.misspelt", "88 ….referense")]),
    ],
)
def test_where_a_value_comes_from_must_be_told(more: str, expected: list[tuple[str, str]]) -> None:
    assert faults(one("yen", "500", more)) == expected


@pytest.mark.parametrize("day", ["2005-1-1", "20050101", "2005-02-29", "5", "today"])
def test_a_first_day_that_is_no_day_is_told_and_nothing_else(day: str) -> None:
    later = "    - {from: 2006-01-01, value: 6, basis: assumed, reference: house-2026}\n"
    values, problems = read(one("yen", "5").replace("2005-01-01", day) + later)

    assert places(problems) == [("value.not_date", "5:14 values.x.values[0].from")]
    assert [value.value for value in values["x"].values] == [6]


@pytest.mark.parametrize("second", ["2005-01-01", "2004-12-31"])
def test_days_that_do_not_rise_are_told_at_the_name(second: str) -> None:
    text = one("yen", "5") + f"    - {{from: {second}, value: 6, basis: assumed, reference: house-2026}}\n"
    values, problems = read(text)

    assert values == {}
    assert places(problems) == [("value.dates_do_not_rise", "2:3 values.x")]


def test_a_name_without_any_value_is_told() -> None:
    assert places(read("values:\n  x: {unit: yen, values: []}")[1]) == [("value.dates_do_not_rise", "2:3 values.x")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("values: {x: {unit: yenn, values: []}}", [("value.not_allowed", "1:20 values.x.unit")]),
        ("values: {x: {values: []}}", [("field.missing", "1:10 values.x")]),
        ("values: {x: {unit: yen}}", [("field.missing", "1:10 values.x")]),
        ("values: {x: 5}", [("value.not_mapping", "1:13 values.x")]),
        ("values: {x: {unit: yen, values: 5}}", [("value.not_list", "1:33 values.x.values")]),
        ("values: {x: {unit: yen, values: [5]}}", [("value.not_mapping", "1:34 values.x.values[0]")]),
        ("values: [x]", [("value.not_mapping", "1:1 values")]),
        ("valeus: 5", [("field.misspelt", "1:9 valeus"), ("field.missing", "1:1")]),
        ("values: {}\nitems: 5", [("field.unknown", "2:8 items")]),
        ("", [("value.not_mapping", "1:1")]),
        ("[]", [("value.not_mapping", "1:1")]),
    ],
)
def test_a_fault_of_the_frame_is_told(text: str, expected: list[tuple[str, str]]) -> None:
    assert places(read(text)[1]) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("values: {}\nitems: []", []), ("values: {}", [("field.missing", "1:1")])]
)
def test_other_fields_stand_beside_the_values_where_the_file_has_them(
    text: str, expected: list[tuple[str, str]]
) -> None:
    problems: list[Problem] = []
    read_values(Cursor(document(text), problems), REFERENCES, ["items"])
    assert places(problems) == expected


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**16)
    | st.just(Decimal("0.5"))
    | st.sampled_from(["x", "", "0.9", "2027-04-01", "16:00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["anchor", "months", "day", "at", "a"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@property_test
@given(st.sampled_from(UNITS), ODD, ODD)
def test_whatever_stands_as_a_value_is_read_or_told_and_what_is_read_can_be_hashed(
    unit: str, value: Any, low: Any
) -> None:
    row = {"from": "2005-01-01", "value": value, "low": low, "basis": "assumed", "reference": "house-2026"}
    problems: list[Problem] = []
    data: Mapping[str, Any] = {"values": {"x": {"unit": unit, "values": [row]}}}
    found = read_values(Cursor(Document("f.yaml", data), problems), REFERENCES)

    assert ("x" in found) is (not problems)
    for dated in found.values():
        assert canonical(plain(dated.values[0].value))
        assert canonical(plain(dated.values[0].low))
