"""A sheet of cells as it was sent: what each cell holds, where it stands, and why it cannot be taken."""

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sonae.problems import Problem, problem
from sonae.programmes.exports import plain_cell
from sonae.programmes.reader import FORBIDDEN

MOST_CELLS = 400_000
"""Cells that hold something, in all sheets of a file together."""
MOST_TEXT = 32_767
"""Characters of a cell, as in a workbook."""


class Kind(Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "truth"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text as one would type it: numbers in digits, dates as 2027-04-01, true or false."""

    text: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Region:
    """Cells that were merged into one: rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet: the cells that hold something, by row and column from 1. A CSV file is one sheet without a name."""

    name: str
    hidden: bool
    rows: Mapping[int, Mapping[int, Cell]]
    merged: tuple[Region, ...] = ()
    lines: Mapping[int, int] | None = None
    """Of a CSV file: the line at which each row begins."""
    by_column: dict[int, list[Region]] = field(default_factory=dict, compare=False, repr=False)
    """The merged regions over each column that was asked for, from the top."""

    def at(self, row: int, column: int) -> str:
        """Return the place of a cell: ``質問!D12``; of a CSV file line and cell: ``12:4``."""
        if self.lines is not None:
            return f"{self.lines.get(row, row)}:{column}"
        return f"{self.name}!{cell_name(row, column)}"

    def text(self, row: int, column: int) -> str:
        """Return a cell's text without spaces around it, whatever it holds; empty for an empty cell."""
        cell = self.rows.get(row, {}).get(column)
        return "" if cell is None else unicodedata.normalize("NFC", plain_cell(cell.text)).strip()

    def fault(self, row: int, column: int) -> Problem | None:
        """Return why a cell cannot be taken: a formula, an error, merged with others, or not fit to be kept."""
        at = self.at(row, column)
        region = self._region(row, column)
        if region is not None:
            area = f"{cell_name(region.top, region.left)}:{cell_name(region.bottom, region.right)}"
            return problem("cell.merged", at, found=area)
        cell = self.rows.get(row, {}).get(column)
        if cell is None:
            return None
        if cell.kind is Kind.FORMULA:
            return problem("cell.formula", at)
        if cell.kind is Kind.ERROR:
            return problem("cell.error", at, found=cell.text)
        if found := FORBIDDEN.search(cell.text):
            return problem("text.forbidden_character", at, character=f"U+{ord(found[0]):04X}")
        return problem("value.length", at, found=len(cell.text), most=MOST_TEXT) if len(cell.text) > MOST_TEXT else None

    def _region(self, row: int, column: int) -> Region | None:
        """Return the merged region over a cell."""
        regions = self.by_column.get(column)
        if regions is None:
            regions = sorted(
                (each for each in self.merged if each.left <= column <= each.right), key=lambda each: each.top
            )
            self.by_column[column] = regions
        above = bisect_right(regions, row, key=lambda each: each.top)
        return regions[above - 1] if above and regions[above - 1].bottom >= row else None


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell: ``D12``."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
