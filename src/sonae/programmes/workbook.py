"""Workbooks (.xlsx) read as sheets of cells: sparse, so that a cell in the last row costs no more than one in the first.

Other readers lay a sheet out whole: two cells far apart in a file of 5 kB made one of them ask for 9 GB and end the process.
A workbook is data here: formulas are not worked out (a cell that holds one says so), links and macros are not followed.
"""

import posixpath
import re
from datetime import datetime, timedelta
from decimal import Decimal

from sonae.problems import Refused, problem
from sonae.programmes.grid import MOST_CELLS, Cell, Grid, Kind, Region, cell_name
from sonae.programmes.package import WHOLE, Package, damaged, local

MOST_SHEETS = 30
MOST_MERGED = 20_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.')
_DATE_LETTER = re.compile("[ymdhsge]", re.IGNORECASE)
_DAY = timedelta(days=1)


def read_workbook(content: bytes) -> tuple[Grid, ...]:
    """Return the worksheets in their order. Raises Refused with the reason why it cannot be taken."""
    return _Reader(Package(content)).grids()


class _Reader:
    """What the sheets of one workbook share: its texts, and which styles show a date."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.cells = 0
        self.path = _main_part(package)
        related = _related(package, self.path)
        texts = [path for kind, path in related.values() if kind == "sharedStrings"]
        styles = [path for kind, path in related.values() if kind == "styles"]
        self.sheets = {id_: path for id_, (kind, path) in related.items() if kind == "worksheet"}
        self.texts = _shared_texts(package, texts[0]) if texts else []
        self.dates = _date_styles(package, styles[0]) if styles else frozenset()
        self.first_day = datetime(1899, 12, 30)  # noqa: DTZ001 - a day, not a moment

    def grids(self) -> tuple[Grid, ...]:
        found: list[tuple[str, str, bool]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self.first_day = datetime(1904, 1, 1)  # noqa: DTZ001
            elif tag == "sheet":
                id_ = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
                found.append((attributes.get("name", ""), id_, attributes.get("state", "visible") != "visible"))

        self.package.walk(self.path, start)
        if len(found) > MOST_SHEETS:
            raise Refused([problem("workbook.too_much", self.path)])
        grids = [self._grid(name, self.sheets[id_], hidden) for name, id_, hidden in found if id_ in self.sheets]
        if not grids:
            raise damaged(self.path)
        return tuple(grids)

    def _grid(self, name: str, path: str, hidden: bool) -> Grid:
        sheet = _Sheet(self, path)
        self.package.walk(path, sheet.start, sheet.end, sheet.text)
        return Grid(name, hidden, sheet.rows, tuple(sheet.merged))

    def cell(self, kind: str, style: str, text: str, path: str) -> Cell:
        """Return a cell from what its element says."""
        match kind:
            case "s":
                if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) >= len(self.texts):
                    raise damaged(path)
                return Cell(self.texts[int(text)])
            case "str" | "inlineStr":
                return Cell(_unescaped(text))
            case "b":
                return Cell("true" if text.strip() in ("1", "true") else "false", Kind.TRUTH)
            case "e":
                return Cell(text.strip(), Kind.ERROR)
            case "d":
                return Cell(text.strip().removesuffix("T00:00:00"), Kind.DATE)
            case _:
                number = _number(text.strip(), path)
                if style in self.dates:
                    return Cell(self._day(number), Kind.DATE)
                return Cell(_plain(number), Kind.NUMBER)

    def _day(self, number: Decimal) -> str:
        try:
            moment = self.first_day + float(number) * _DAY
        except (OverflowError, ValueError):
            return _plain(number)
        return moment.date().isoformat() if number == int(number) else moment.isoformat(timespec="seconds")


class _Sheet:
    """Takes in one worksheet, element by element."""

    def __init__(self, reader: _Reader, path: str) -> None:
        self.reader, self.path = reader, path
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merged: list[Region] = []
        self.row = self.column = 0
        self.in_data = self.in_cell = self.taking = self.reading_aloud = False
        self.formula = self.filled = False
        self.kind = self.style = ""
        self.pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and self.in_data:
            self.row, self.column = self._number_of_row(attributes.get("r")), 0
        elif tag == "c" and self.in_data:
            self._open_cell(attributes)
        elif self.in_cell:
            if tag == "f":
                self.formula = True
            elif tag == "rPh":
                self.reading_aloud = True  # how the text is pronounced
            elif tag == "v" or (tag == "t" and not self.reading_aloud):
                self.taking = self.filled = True
        elif tag == "sheetData":
            self.in_data = True
        elif tag == "mergeCell":
            self._merge(_region(attributes.get("ref", ""), self.path))

    def _merge(self, region: Region) -> None:
        if (region.top, region.left) != (region.bottom, region.right):
            self.merged.append(region)
        if len(self.merged) > MOST_MERGED:
            raise Refused([problem("workbook.too_much", self.path)])

    def text(self, text: str) -> None:
        if self.taking:
            self.pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.taking = False
        elif tag == "rPh":
            self.reading_aloud = False
        elif tag == "c" and self.in_cell:
            self._close_cell()
        elif tag == "sheetData":
            self.in_data = False

    def _number_of_row(self, text: str | None) -> int:
        if text is not None and not (text.isascii() and text.isdigit() and len(text) <= 7):
            raise damaged(self.path)
        row = self.row + 1 if text is None else int(text)
        if not 1 <= row <= LAST_ROW:
            raise damaged(self.path)
        return row

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if self.in_cell:
            raise damaged(self.path)
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            row, self.column = _place(reference, self.path)
            if row != self.row:
                raise damaged(self.path)
        self.in_cell, self.taking, self.reading_aloud, self.formula, self.filled = True, False, False, False, False
        self.kind, self.style, self.pieces = attributes.get("t", "n"), attributes.get("s", ""), []

    def _close_cell(self) -> None:
        self.in_cell = False
        text = "".join(self.pieces)
        if self.formula:
            self._keep(Cell(text, Kind.FORMULA))
        elif self.filled and (text.strip() or self.kind not in ("n", "b", "e", "d")):
            cell = self.reader.cell(self.kind, self.style, text, self.path)
            if cell.text.strip():
                self._keep(cell)

    def _keep(self, cell: Cell) -> None:
        self.reader.cells += 1
        if self.reader.cells > MOST_CELLS:
            raise Refused([problem("workbook.too_much", self.path)])
        row = self.rows.setdefault(self.row, {})
        if self.column in row or not 1 <= self.column <= LAST_COLUMN:
            raise Refused([problem("workbook.damaged", f"{self.path} {cell_name(self.row, self.column)}")])
        row[self.column] = cell


# --- parts beside the sheets
def _main_part(package: Package) -> str:
    """Return the name of the workbook's own part."""
    paths = [path for kind, path in _related(package, "").values() if kind == "officeDocument"]
    if len(paths) != 1:
        raise Refused([problem("workbook.not_workbook", WHOLE)])
    types: list[str] = []
    package.walk(
        "[Content_Types].xml",
        lambda tag, attributes: (
            types.append(attributes.get("ContentType", "")) if tag in ("Override", "Default") else None
        ),
    )
    if any("macroenabled" in each.lower() for each in types):
        raise Refused([problem("workbook.macros", WHOLE)])
    if not any("spreadsheetml.sheet.main" in each or "spreadsheetml.template.main" in each for each in types):
        raise Refused([problem("workbook.not_workbook", WHOLE)])
    return paths[0]


def _related(package: Package, path: str) -> dict[str, tuple[str, str]]:
    """Return kind and path of the parts that a part refers to, by their id; what lies outside the package is left out."""
    folder, name = posixpath.split(path)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode", "Internal") == "Internal":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    package.walk(posixpath.join(folder, "_rels", f"{name}.rels"), start)
    return found


def _shared_texts(package: Package, path: str) -> list[str]:
    texts: list[str] = []
    pieces: list[str] = []
    inside = {"t": 0, "rPh": 0}

    def start(tag: str, _: dict[str, str]) -> None:
        if tag == "si":
            pieces.clear()
        elif tag in inside:
            inside[tag] += 1

    def end(tag: str) -> None:
        if tag == "si":
            texts.append(_unescaped("".join(pieces)))
        elif tag in inside:
            inside[tag] -= 1

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    package.walk(path, start, end, text)
    return texts


def _date_styles(package: Package, path: str) -> frozenset[str]:
    """Return the numbers of the styles that show a number as a date or a time."""
    custom: dict[str, str] = {}
    styles: list[str] = []
    inside = [False]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside[0] = True
        elif tag == "xf" and inside[0]:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside[0] = False

    package.walk(path, start, end)
    dates = {str(number) for number in BUILT_IN_DATES} - set(custom)
    dates |= {
        id_
        for id_, code in custom.items()
        if "general" not in code.lower() and _DATE_LETTER.search(_QUOTED.sub("", code))
    }
    return frozenset(str(number) for number, id_ in enumerate(styles) if id_ in dates)


# --- texts of cells
def _place(reference: str, path: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise damaged(path)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column


def _region(text: str, path: str) -> Region:
    first, _, last = text.partition(":")
    (top, left), (bottom, right) = _place(first, path), _place(last or first, path)
    return Region(top, left, bottom, right)


def _number(text: str, path: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise damaged(path)
    return Decimal(text)


def _plain(number: Decimal) -> str:
    """Return a number as one would type it: ``12``, ``0.5``."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unescaped(text: str) -> str:
    """Return a text with the characters that a workbook writes as ``_x000D_``; line ends as on other systems."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: _character(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _character(code: int) -> str:
    return "\ufffe" if 0xD800 <= code <= 0xDFFF else chr(code)  # a half of a character is none: refused where it stands
