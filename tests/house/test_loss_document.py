"""docs/algorithms/loss.md names every value of the loss engine and quotes each as the data have it.

That its worked examples come out is tested with those of every document (test_documents.py).
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.cast import programme

PAGE = Path(__file__).parents[2] / "docs/algorithms/loss.md"
FIRST = "2022-04-01"
"""The day from which a value holds whose row names none."""
NAME = re.compile(r"`loss\.(\w+)`(?: (\S+))?")
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
NONE = "–"
Quotes = dict[tuple[str, str, str], Any]
"""Value by name, first day and level (value, low, high); under the level "source" its basis and reference."""


def read() -> str:
    return PAGE.read_text(encoding="utf-8")


def tables() -> Iterator[tuple[list[str], list[list[str]]]]:
    """Yield the head and the rows of every table."""
    for table in re.findall(r"(?:^\|.*\n)+", read(), flags=re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines())
        yield head, rows


def quoted(text: str) -> Any:
    """The value that a cell quotes: a number, numbers by name, or nodes. Nothing beside them may stand in the cell."""
    for part, sign in ((rf"({NUMBER}) → ({NUMBER})", "→"), (rf"(\w+) ({NUMBER})", "")):
        if sign in text and re.fullmatch(rf"{part}(?:, {part})*", text):
            pairs = re.findall(part, text)
            return [(number(x), number(y)) for x, y in pairs] if sign else {name: number(n) for name, n in pairs}
    return number(text)


def number(text: str) -> Fraction:
    assert re.fullmatch(NUMBER, text), text
    return Fraction(text.replace(",", ""))


def quotes() -> Quotes:
    """Every value that the tables quote."""
    found: Quotes = {}
    for head, rows in tables():
        if head[0] == "`loss.industry`":
            found["industry", FIRST, "value"] = {
                name: {"all": number(factor)} | ({} if but == NONE else quoted(but))
                for names, factor, but in rows
                for name in names.split(", ")
            }
        elif head[0] == "parameter":
            for row in rows:
                _quote(dict(zip(head, row, strict=True)), found)
    return found


def _quote(row: Mapping[str, str], found: Quotes) -> None:
    named = NAME.fullmatch(row["parameter"])
    assert named, row
    name, mark = named[1], named[2] or ""
    start = mark if mark.startswith("20") else FIRST
    found[name, start, "source"] = row["basis, reference"]
    if "value" in row and mark and not mark.startswith("20"):  # a table: one row for each of its names
        found.setdefault((name, start, "value"), {})[mark] = quoted(row["value"])
        return
    if "value" in row:
        ends = row["low / high"].split(" / ")
        levels = {"value": row["value"], **(dict(zip(("low", "high"), ends, strict=True)) if len(ends) > 1 else {})}
        new = {(name, start, level): quoted(text) for level, text in levels.items() if text != NONE}
        assert not new.keys() & found.keys(), f"{name} stands twice"
        found |= new
        return
    causes = {cause: number(row[cause]) for cause in list(row)[1 : list(row).index("beside")] if row[cause] != NONE}
    if mark in ("", "low", "high"):
        found[name, start, mark or "value"] = causes | ({} if row["beside"] == NONE else quoted(row["beside"]))
    else:  # a table: one row for each medium
        for cause, share in causes.items():
            found.setdefault((name, start, "value"), {}).setdefault(cause, {})[mark] = share


def data() -> Quotes:
    """The same of the programme's data."""
    found: Quotes = {}
    for name, dated in programme().values.items():
        for value in dated.values if name.startswith("loss.") else ():
            key = name.removeprefix("loss."), value.start.isoformat()
            levels = {"value": value.value, "low": value.low, "high": value.high}
            found |= {(*key, level): plain(content) for level, content in levels.items() if content is not None}
            found[(*key, "source")] = f"{value.basis}, {value.reference}"
    return found


def plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {name: plain(each) for name, each in content.items()}
    return list(content) if isinstance(content, tuple) else Fraction(content)


def test_every_value_is_quoted_as_the_data_have_it() -> None:
    stated, expected = quotes(), data()
    (stated["industry", FIRST, "source"],) = re.findall(
        r"`loss\.industry`: factor on the rate, (\w+, [\w-]+)\.", read()
    )
    assert stated.keys() == expected.keys()
    assert {key: value for key, value in stated.items() if value != expected[key]} == {}


def test_every_value_is_named_and_no_other() -> None:
    named = {name for name, _ in NAME.findall(read())}
    assert named == {name for name, _, _ in data()}
