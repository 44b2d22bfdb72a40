"""Businesses in a CSV table: one row each, a column a field, questions in columns named by their id.

Columns may be named, and cells written, by id or as the words of either language (業種, はい); lists are parted by ; or 、.
An empty cell of a question is an unanswered question; without any column of questions a business has average answers.
Every fault is noted at its row and column; a row with a fault gives no business, the others do.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sonae.checklist.business import (
    ASSUMED_INFORMATION,
    ASSUMED_MEDIA,
    MEDIA,
    MOST_EMPLOYEES,
    NAME_LENGTH,
    USES,
    Business,
)
from sonae.checklist.edition import ANSWERS, Edition
from sonae.figures import LANGS
from sonae.money import MOST_YEN
from sonae.problems import Problem, Refused, problem, short
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_NEAREST, MOST_PERSONS, nearest
from sonae.programmes.reader import FORBIDDEN
from sonae.programmes.sheet import Cells, Sheet

NEEDED = ("industry", "employees", "persons_held")
FIELDS = ("annual_sales", "information", "media", "uses", "on_consignment")
"""Of a business, where left out filled for it."""
OPTIONAL = ("id", "name", *FIELDS)
TRUTHS = {"true": True, "yes": True, "1": True, "はい": True, "false": False, "no": False, "0": False, "いいえ": False}
MOST_FAULTS = 100
"""Of a heading; more are not told."""
MOST_ROW_FAULTS = 20
MOST_DIGITS = 20
MOST_KNOWN = 10_000
"""Lists remembered as read: a hostile table would have a new one in every row."""
NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")
WIDE = str.maketrans("０１２３４５６７８９，", "0123456789,")
PARTED = re.compile("[;；、\r\n]")
ALSO_PARTED = re.compile("[,，・/／]")
"""What people part lists by as well; names such as 勤務先・学校 hold them."""

Read = Callable[[str], Any]


class Wrong(Exception):  # noqa: N818 - a cell's fault, turned into a problem at its place
    """A cell that cannot be read: the code of its problem and the values for its words."""

    def __init__(self, *, what: str, **values: object) -> None:
        super().__init__(what)
        self.code, self.values = what, values


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
        readers = _readers(self.programme, self.edition)
        answered = any(column in readers.questions for column in self.columns)
        rows = self.sheet.rows()
        next(rows, None)
        seen: set[str] = set()
        for line, cells in rows:
            yield self._row(line, cells, readers, seen, answered=answered)

    def _row(self, line: int, cells: Cells, readers: "_Readers", seen: set[str], *, answered: bool) -> Row:
        if cells is None:
            return Row(line, "", None, None, (problem("table.syntax", self.sheet.at(line)),))
        cells = _fitted(cells, len(self.columns))
        if len(cells) != len(self.columns):
            fault = problem("table.cells", self.sheet.at(line), found=len(cells), expected=len(self.columns))
            return Row(line, self._key(cells), None, None, (fault,))
        problems: list[Problem] = []
        found: dict[str, Any] = {}
        given: dict[str, str] = {}
        for number, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            text = cell.strip()
            if not text and column not in NEEDED:
                continue
            try:
                if column in readers.questions:
                    given[column] = readers.answer(column, text)
                else:
                    found[column] = readers.fields[column](text)
                    if column == "id":
                        _once(text, seen)
            except Wrong as wrong:
                if len(problems) < MOST_ROW_FAULTS:
                    place = f"{self.sheet.at(line)} {self.headings[number]}"
                    problems.append(problem(wrong.code, place, **wrong.values))
        key = found.get("id") or found.get("name") or ""
        if problems:
            return Row(line, key, None, None, tuple(problems))
        return Row(line, key, _business(found), given if answered else None)

    def _key(self, cells: list[str]) -> str:
        """Return what identifies a row that has too few or too many cells, as far as can be told."""
        at = [self.columns.index(name) for name in ("id", "name") if name in self.columns]
        return next((cells[i].strip()[:NAME_LENGTH] for i in at if i < len(cells) and cells[i].strip()), "")


def _business(found: Mapping[str, Any]) -> Business:
    return Business(
        name=found.get("name", ""),
        industry=found["industry"],
        employees=found["employees"],
        persons_held=found["persons_held"],
        annual_sales=found.get("annual_sales"),
        information=found.get("information", ASSUMED_INFORMATION),
        media=found.get("media", ASSUMED_MEDIA),
        uses=found.get("uses", ()),
        on_consignment=found.get("on_consignment", False),
        assumed=tuple(name for name in FIELDS if name not in found),
    )


def _fitted(cells: list[str], columns: int) -> list[str]:
    """Return a row without the empty cells that a spreadsheet adds at its end."""
    end = len(cells)
    while end > columns and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _once(name: str, seen: set[str]) -> None:
    if name in seen:
        raise Wrong(what="value.twice", found=name)
    seen.add(name)


# --- the heading
def open_table(sheet: Sheet, programme: Programme, edition: Edition) -> Table:
    """Return a table with its heading read. Raises Refused with every fault of the heading."""
    line, cells = next(sheet.rows(), (1, []))
    if not cells:
        raise Refused([problem("table.syntax" if cells is None else "table.nothing", sheet.at(line))])
    known = _headings(programme, edition)
    headings = tuple(cell.strip() for cell in _fitted(cells, 0))
    columns: list[str] = []
    problems: list[Problem] = []
    for number, heading in enumerate(headings, 1):
        name = known.get(_folded(heading), "")
        place = f"{sheet.at(line)} {short(heading) or number}"
        if not heading:
            problems.append(problem("table.column_blank", place, found=number))
        elif not name:
            near = nearest(_folded(heading), known) or "—"
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


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _words(programme: Programme, prefix: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Return ids by what a cell may say: the id itself and its name in each language."""
    found = {_folded(name): name for name in ids}
    for lang in LANGS:
        words = programme.words(lang)
        for name in ids:
            if f"{prefix}.{name}.name" in words:
                found.setdefault(_folded(words(f"{prefix}.{name}.name")), name)
    return found


def _headings(programme: Programme, edition: Edition) -> dict[str, str]:
    columns = _words(programme, "table", (*NEEDED, *OPTIONAL))
    return columns | {_folded(question.id): question.id for question in edition.questions}


# --- cells
@dataclass(frozen=True, eq=False)
class _Readers:
    """How the cells of each column are read; what cells say often is read once."""

    fields: Mapping[str, Read]
    questions: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, str]

    def answer(self, question: str, text: str) -> str:
        found = self.answers.get(text) or self.answers.get(_folded(text))
        allowed = self.questions[question]
        if found is None:
            raise Wrong(what="answers.not_an_answer", found=text, known=", ".join(allowed))
        if found not in allowed:
            raise Wrong(what="answers.not_allowed", found=found, question=question, known=", ".join(allowed))
        return found


def _readers(programme: Programme, edition: Edition) -> _Readers:
    items = _words(programme, "item", tuple(programme.items))
    return _Readers(
        fields={
            "id": _text,
            "name": _text,
            "industry": _choice(_words(programme, "industry", tuple(programme.industries)), what="industry.unknown"),
            "employees": _whole(MOST_EMPLOYEES),
            "persons_held": _whole(MOST_PERSONS),
            "annual_sales": _whole(MOST_YEN),
            "information": _list(items, what="information.unknown"),
            "media": _list(_words(programme, "medium", MEDIA)),
            "uses": _list(_words(programme, "use", USES)),
            "on_consignment": _truth,
        },
        questions={question.id: question.answers for question in edition.questions},
        answers=_words(programme, "answer", ANSWERS),
    )


def _text(cell: str) -> str:
    if len(cell) > NAME_LENGTH:
        raise Wrong(what="value.length", found=len(cell), most=NAME_LENGTH)
    if found := FORBIDDEN.search(cell):
        raise Wrong(what="text.forbidden_character", character=f"U+{ord(found[0]):04X}")
    return unicodedata.normalize("NFC", cell)


def _whole(most: int) -> Read:
    def read(cell: str) -> int:
        if not cell:
            raise Wrong(what="table.empty")
        text = cell.translate(WIDE)
        if not NUMBER.fullmatch(text):
            raise Wrong(what="value.not_integer", found=cell)
        digits = text.replace(",", "").lstrip("0")
        if len(digits) > MOST_DIGITS or int(digits or "0") > most:
            raise Wrong(what="value.range", found=cell, least="0", most=f"{most:,}")
        return int(digits or "0")

    return read


def _choice(known: Mapping[str, str], *, what: str = "value.not_allowed") -> Read:
    near: dict[str, str] = {}

    def read(cell: str) -> str:
        if not cell:
            raise Wrong(what="table.empty")
        found = known.get(cell) or known.get(_folded(cell))
        if found is None:
            if cell not in near and len(near) < MOST_NEAREST:
                near[cell] = nearest(_folded(cell), known)
            raise Wrong(what=what, found=cell, near=near.get(cell) or ", ".join(list(known)[:5]))
        return found

    return read


def _list(known: Mapping[str, str], *, what: str = "value.not_allowed") -> Read:
    item = _choice(known, what=what)
    lists: dict[str, tuple[str, ...]] = {}

    def parts(cell: str) -> Iterator[str]:
        for part in PARTED.split(cell):
            yield from [part] if _folded(part) in known else ALSO_PARTED.split(part)

    def read(cell: str) -> tuple[str, ...]:
        if cell in lists:
            return lists[cell]
        found = tuple(dict.fromkeys(item(part.strip()) for part in parts(cell) if part.strip()))
        if not found:
            raise Wrong(what="table.empty")
        if len(lists) < MOST_KNOWN:
            lists[cell] = found
        return found

    return read


def _truth(cell: str) -> bool:
    found = TRUTHS.get(_folded(cell))
    if found is None:
        raise Wrong(what="value.not_truth", found=cell)
    return found
