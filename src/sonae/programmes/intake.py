"""What people send to be read: a workbook (.xlsx) or a CSV file, taken as bytes; lists with a heading, row by row."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sonae.problems import Problem, Refused, problem, short
from sonae.programmes.cursor import nearest
from sonae.programmes.grid import MOST_CELLS, Cell, Grid
from sonae.programmes.package import MOST_BYTES, OLE, WHOLE
from sonae.programmes.sheet import check_separator, decoded
from sonae.programmes.workbook import read_workbook

MOST_HEADING_FAULTS = 100
MOST_ABOVE = 20
"""Rows that may stand above a heading: a title, notes."""


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A row of a list: its cells by column id, without spaces around them and in NFC; empty cells are empty texts.

    ``places`` has the place of every cell (``会員!B12``; of a CSV file line and cell, ``12:2``). ``problems`` are cells that
    cannot be taken (a formula, an error, merged, forbidden characters); these are empty texts too.
    """

    number: int
    cells: Mapping[str, str]
    places: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def read_grids(content: bytes) -> tuple[Grid, ...]:
    """Return the sheets of a workbook or of a CSV file (UTF-8 or cp932). Raises Refused when it cannot be taken."""
    if content.startswith((b"PK", OLE)):
        return read_workbook(content)
    if len(content) > MOST_BYTES:
        raise Refused([problem("workbook.too_large", WHOLE, most=f"{MOST_BYTES:,}")])
    return (_csv(content),)


def read_rows(
    content: bytes, columns: Mapping[str, Collection[str]], *, needed: Collection[str] = ()
) -> tuple[BulkRow, ...]:
    """Return the rows of the first visible sheet of a workbook, or of a CSV file; blank rows are left out.

    ``columns`` says for each column's id what its heading may be, besides the id (width, case and spaces do not count);
    those in ``needed`` must be there, of the others a cell is empty where there is no column. Raises Refused with every fault
    of the heading. Cells are texts: dates as 2027-04-01, whole numbers in digits.

    >>> rows = read_rows("名称,人数\\n見本商事,12\\n".encode(), {"name": ["名称"], "members": ["人数"]}, needed=["name"])
    >>> dict(rows[0].cells), rows[0].places["members"]
    ({'name': '見本商事', 'members': '12'}, '2:2')
    """
    grid = next((grid for grid in read_grids(content) if not grid.hidden), None)
    if grid is None or not grid.rows:
        raise Refused([problem("table.no_rows", grid.at(1, 1) if grid else WHOLE)])
    known = {folded(heading): id_ for id_, headings in columns.items() for heading in (id_, *headings)}
    top = _heading_row(grid, known)
    found = _columns(grid, top, known, needed)
    rows = (_row(grid, number, found, columns) for number in sorted(grid.rows) if number > top)
    return tuple(row for row in rows if row is not None)


def folded(text: str) -> str:
    """Return a text as headings and words are compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _heading_row(grid: Grid, known: Collection[str]) -> int:
    """Return the row with the most known headings among the first ones."""
    first = [row for row in sorted(grid.rows) if grid.rows[row]][:MOST_ABOVE]
    return max(
        first, key=lambda row: (sum(folded(grid.text(row, each)) in known for each in grid.rows[row]), -row), default=1
    )


def _columns(grid: Grid, top: int, known: Mapping[str, str], needed: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for column in sorted(grid.rows.get(top, {})):
        heading, at = grid.text(top, column), grid.at(top, column)
        id_ = known.get(folded(heading), "")
        if not id_:
            near = nearest(folded(heading)[:80], known) or "—"
            problems.append(problem("table.column_unknown", at, found=short(heading), near=near))
        elif id_ in found:
            problems.append(problem("table.column_twice", at, found=short(heading)))
        found.setdefault(id_, column)
        if len(problems) >= MOST_HEADING_FAULTS:
            break
    problems += (problem("field.missing", grid.at(top, 1), field=id_) for id_ in needed if id_ not in found)
    if problems:
        raise Refused(problems)
    return found


def _row(grid: Grid, number: int, found: Mapping[str, int], columns: Collection[str]) -> BulkRow | None:
    cells = dict.fromkeys(columns, "")
    places = dict.fromkeys(columns, grid.at(number, 1))
    problems: list[Problem] = []
    for id_, column in found.items():
        places[id_] = grid.at(number, column)
        fault = grid.fault(number, column)
        if fault is None:
            cells[id_] = grid.text(number, column)
        else:
            problems.append(fault)
    return BulkRow(number, cells, places, tuple(problems)) if problems or any(cells.values()) else None


def _csv(content: bytes) -> Grid:
    text = decoded(content)
    first = next((line for line in text.splitlines() if line.strip()), "")
    check_separator("1", first)
    rows: dict[int, dict[int, Cell]] = {}
    lines: dict[int, int] = {}
    count = 0
    for number, (line, cells) in enumerate(csv_rows(text), 1):
        count += len(cells)
        if count > MOST_CELLS:
            raise Refused([problem("workbook.too_much", str(line))])
        lines[number] = line
        rows[number] = {column: Cell(cell) for column, cell in enumerate(cells, 1) if cell.strip()}
    return Grid("", hidden=False, rows=rows, lines=lines)


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV text with the line at which each begins. Raises Refused where it is none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "table.rows_run_on" if reader.line_num > line else "table.syntax"
            raise Refused([problem(code, str(line))]) from error
        if any(cell.strip() for cell in cells):
            yield line, cells
