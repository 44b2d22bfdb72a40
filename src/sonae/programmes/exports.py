"""Tables as people take them away: CSV and workbooks in which no cell can act as a formula, equal bytes for equal rows."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from sonae.problems import Refused, problem

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

Encoding = Literal["utf-8", "cp932"]
Value = str | int | float | None
MARK = "'"
_LIVE = frozenset("=+-@\u2212")
"""What a formula may begin with, in any width."""
_LEADING = frozenset("\"'`\u2018\u2019\u201c\u201d\u300c\u300e")
_CUTS = frozenset("\t\r\n")
_EXACT_TIME = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")
_TIME = rb"\g<1>2000-01-01T00:00:00Z\g<2>"
_CP932 = str.maketrans({"\u2014": "\u2015", "\u2212": "\uff0d", "\u301c": "\uff5e", "\u2016": "\u2225", "\u00a5": "\uffe5",
                        "\u2013": "-", "\u00a0": " "})  # fmt: skip
"""Characters that Shift_JIS has in another form."""


def is_live(text: str) -> bool:
    """Return whether a spreadsheet might take a text as a formula, or as the beginning of another cell.

    Spaces, quotes and invisible characters before the sign do not make it safe; full-width and small signs count as signs.
    """
    for character in text:
        if character in _CUTS:
            return True
        if character in _LEADING or character.isspace() or unicodedata.category(character).startswith("C"):
            continue
        return character in _LIVE or unicodedata.normalize("NFKC", character)[0] in _LIVE
    return False


def safe_cell(text: str) -> str:
    """Return a text as a cell of an export: with ``'`` before it where a spreadsheet might take it as a formula.

    For text that people gave. Numbers stay numbers: give them to the writer as they are.

    >>> safe_cell("=1+1"), safe_cell("見本商店"), plain_cell(safe_cell("=1+1"))
    ("'=1+1", '見本商店', '=1+1')
    """
    return MARK + text if is_live(text) else text


def plain_cell(text: str) -> str:
    """Return the text that ``safe_cell`` was given: without the ``'`` that it put before it."""
    return text[1:] if text.startswith(MARK) and is_live(text[1:]) else text


def csv_bytes(rows: Iterable[Sequence[Value]], encoding: Encoding = "utf-8") -> bytes:
    """Return rows as a CSV file: UTF-8 with the mark by which Excel knows it, or cp932. Every text is made safe.

    Raises Refused for a character that cp932 lacks.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    if encoding == "utf-8":
        return file.getvalue().encode("utf-8-sig")
    try:
        return file.getvalue().translate(_CP932).encode("cp932")
    except UnicodeEncodeError as error:
        line = error.object[: error.start].count("\n") + 1
        character = f"U+{ord(error.object[error.start]):04X}"
        raise Refused([problem("export.not_in_cp932", str(line), character=character)]) from error


def table_workbook(rows: Iterable[Sequence[Value]], *, title: str, widths: Sequence[int] = ()) -> bytes:
    """Return rows as a workbook of one sheet: the first row is the heading, frozen and with filters. Every text is safe."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            put(sheet, number, column, value)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    return workbook_bytes(book)


def put(sheet: "Worksheet", row: int, column: int, value: Value) -> "Cell":
    """Write a value into a cell, a text safe and never as a formula, and return the cell."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]
    if isinstance(value, str):
        cell.value = safe_cell(value)
        cell.data_type = "s"  # a text, whatever it begins with
    elif value is not None:
        cell.value = value
    return cell


def workbook_bytes(book: "Workbook") -> bytes:
    """Return a workbook as a file; equal workbooks give equal bytes, since no time is kept."""
    written, kept = io.BytesIO(), io.BytesIO()
    book.save(written)
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _TIMES.sub(_TIME, content)
            entry = zipfile.ZipInfo(name, _EXACT_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, content)
    return kept.getvalue()
