"""Businesses in a CSV table: one row each, a column a field, questions in columns named by their id.

Columns may be named, and cells written, by id or as the words of either language (業種, はい); lists are parted by ; or 、.
Once any question has a column, an empty cell, and a question without a column, is an unanswered question; without any such
column a business has average answers.
Every fault is noted at its row and column; a row with a fault gives no business, the others do.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sonae.checklist.business import MAY_BE_LEFT_OUT, NAME_LENGTH, Business, business_of
from sonae.checklist.cells import Read, Wrong, folded, ids_by_words, readers_of, visible
from sonae.checklist.edition import Edition
from sonae.problems import Problem, Refused, problem, short
from sonae.programmes import Programme
from sonae.programmes.cursor import nearest
from sonae.programmes.sheet import Cells, Sheet

NEEDED = ("industry", "employees", "persons_held")
"""Of a business, where left out filled for it."""
OPTIONAL = ("id", "name", *MAY_BE_LEFT_OUT)
MOST_FAULTS = 100
"""Of a heading; more are not told."""
MOST_ROW_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its line in the file, what identifies it (id, else name), its business and answers, or its faults."""

    line: int
    key: str
    business: Business | None
    given: Mapping[str, str] | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table whose heading is sound: ids of its columns, and their headings as the file has them."""

    sheet: Sheet
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    programme: Programme
    edition: Edition

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank, in order. Raises Refused when rows cannot be told apart any more."""
        known = readers_of(self.programme, self.edition)
        readers = [known[column] for column in self.columns]
        asked = {question.id for question in self.edition.questions}.intersection(self.columns)
        rows = self.sheet.rows()
        next(rows, None)
        for line, cells in rows:
            yield self._row(line, cells, readers, asked)

    def _row(self, line: int, cells: Cells, readers: Sequence[Read], asked: Collection[str]) -> Row:
        if cells is None:
            return Row(line, "", None, None, (problem("table.syntax", self.sheet.at(line)),))
        cells = _fitted(cells, len(self.columns))
        if len(cells) != len(self.columns):
            fault = problem("table.cells", self.sheet.at(line), found=len(cells), expected=len(self.columns))
            return Row(line, self._key(cells), None, None, (fault,))
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        for column, heading, read, cell in zip(self.columns, self.headings, readers, cells, strict=True):
            text = cell.strip()
            if not text and column not in NEEDED:
                continue
            try:
                found[column] = read(text)
            except Wrong as wrong:
                if len(problems) < MOST_ROW_FAULTS:
                    problems.append(problem(wrong.code, f"{self.sheet.at(line)} {heading}", **wrong.values))
        if problems:
            return Row(line, self._key(cells), None, None, tuple(problems))
        key = found.get("id") or found.get("name") or ""
        given = {name: found[name] for name in asked if name in found} if asked else None
        return Row(line, key, business_of(found), given)

    def _key(self, cells: list[str]) -> str:
        """Return what identifies a faulty row, as far as can be told."""
        at = [self.columns.index(name) for name in ("id", "name") if name in self.columns]
        return next((visible(cells[i])[:NAME_LENGTH] for i in at if i < len(cells) and cells[i].strip()), "")


def _fitted(cells: list[str], columns: int) -> list[str]:
    """Return a row without the empty cells that a spreadsheet adds at its end."""
    end = len(cells)
    while end > columns and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


# --- the heading
def open_table(sheet: Sheet, programme: Programme, edition: Edition) -> Table:
    """Return a table with its heading read. Raises Refused with every fault of the heading."""
    line, cells = next(sheet.rows(), (1, []))
    if cells is None:
        raise Refused([problem("table.syntax", sheet.at(line))])
    if not cells:
        raise Refused([problem("table.nothing", sheet.at(line))])
    known = _headings(programme, edition)
    headings = tuple(visible(cell) for cell in _fitted(cells, 0))
    columns: list[str] = []
    problems: list[Problem] = []
    for number, heading in enumerate(headings, 1):
        name = known.get(folded(heading)) or known.get(folded(heading.replace(" ", "")), "")
        place = f"{sheet.at(line)} {short(heading) or number}"
        if not heading:
            problems.append(problem("table.column_blank", place, found=number))
        elif not name:
            near = nearest(folded(heading), known) or "—"
            problems.append(problem("table.column_unknown", place, found=heading, near=near))
        elif name in columns:
            first = headings[columns.index(name)]
            problems.append(
                problem("table.column_twice", place, found=name if first == heading else f"{first} = {heading}")
            )
        columns.append(name)
        if len(problems) >= MOST_FAULTS:
            raise Refused(problems)
    words = programme.words("ja")
    missing = (name for name in NEEDED if name not in columns)
    problems += (
        problem("field.missing", sheet.at(line), field=f"{name} ({words(f'table.{name}.name')})") for name in missing
    )
    if problems:
        raise Refused(problems)
    return Table(sheet, tuple(columns), headings, programme, edition)


def _headings(programme: Programme, edition: Edition) -> dict[str, str]:
    columns = ids_by_words(programme, "table", (*NEEDED, *OPTIONAL))
    return columns | {folded(question.id): question.id for question in edition.questions}
