"""Businesses in a CSV table: one row each, a column a field, questions in columns named by their id.

Columns may be named, and cells written, by id or as the words of either language (業種, はい); lists are parted by ; or 、.
An empty cell of a question is an unanswered question; without any column of questions a business has average answers.
Every fault is noted at its row and column; a row with a fault gives no business, the others do.
"""

import csv
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
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
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_NEAREST, MOST_PERSONS, nearest

NEEDED = ("industry", "employees", "persons_held")
OPTIONAL = ("id", "name", "annual_sales", "information", "media", "uses", "on_consignment")
ENCODINGS = ("utf-8-sig", "cp932")
TRUTHS = {"true": True, "yes": True, "1": True, "はい": True, "false": False, "no": False, "0": False, "いいえ": False}
MOST_CELL = 4_000
MOST_ROW_FAULTS = 20

Read = Callable[[str], Any]


class Wrong(Exception):  # noqa: N818 - a cell's fault, turned into a problem at its place
    """A cell that cannot be read: the code of its problem and the values for its words."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


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
    """A table whose heading is sound."""

    path: Path
    encoding: str
    columns: tuple[str, ...]
    programme: Programme
    edition: Edition

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank, in order. Raises Refused when the file breaks off or cannot be parsed."""
        readers = _readers(self.programme, self.edition)
        answered = any(column in readers.questions for column in self.columns)
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file)
            try:
                next(reader)
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        yield self._row(reader.line_num, cells, readers, answered=answered)
            except csv.Error as error:
                place = f"{self.path.name}:{reader.line_num}"
                raise Refused([problem("table.syntax", place, detail=str(error))]) from error

    def _row(self, line: int, cells: list[str], readers: "_Readers", *, answered: bool) -> Row:
        problems: list[Problem] = []
        if len(cells) != len(self.columns):
            place = f"{self.path.name}:{line}"
            problems.append(problem("table.cells", place, found=len(cells), expected=len(self.columns)))
            return Row(line, cells[0][:NAME_LENGTH], None, None, tuple(problems))
        found: dict[str, Any] = {}
        given: dict[str, str] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            text = cell.strip()
            if not text and column not in NEEDED:
                continue
            try:
                if column in readers.questions:
                    given[column] = readers.answer(column, text)
                else:
                    found[column] = readers.fields[column](text)
            except Wrong as wrong:
                if len(problems) < MOST_ROW_FAULTS:
                    problems.append(problem(wrong.code, f"{self.path.name}:{line} {column}", **wrong.values))
        key = found.get("id") or found.get("name") or ""
        if problems:
            return Row(line, key, None, None, tuple(problems))
        business = Business(
            name=found.get("name", ""),
            industry=found["industry"],
            employees=found["employees"],
            persons_held=found["persons_held"],
            annual_sales=found.get("annual_sales"),
            information=found.get("information", ASSUMED_INFORMATION),
            media=found.get("media", ASSUMED_MEDIA),
            uses=found.get("uses", ()),
            on_consignment=found.get("on_consignment", False),
        )
        return Row(line, key, business, given if answered else None)


def open_table(path: Path, programme: Programme, edition: Edition) -> Table:
    """Return a table with its heading read. Raises Refused with every fault of file and heading."""
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            heading = next(csv.reader(file), [])
    except OSError as error:
        raise Refused([problem("file.unreadable", str(path), reason=error.strerror or type(error).__name__)]) from error
    except csv.Error as error:
        raise Refused([problem("table.syntax", f"{path.name}:1", detail=str(error))]) from error
    known = _headings(programme, edition)
    columns, problems = [], []
    for number, cell in enumerate(heading, 1):
        name = known.get(_folded(cell), "")
        place = f"{path.name}:1 {cell.strip() or number}"
        if not name:
            near = nearest(cell.strip(), known) or "—"
            problems.append(problem("table.column_unknown", place, found=cell.strip(), near=near))
        elif name in columns:
            problems.append(problem("table.column_twice", place, found=name))
        columns.append(name)
    problems += (problem("field.missing", f"{path.name}:1", field=name) for name in NEEDED if name not in columns)
    if problems:
        raise Refused(problems)
    return Table(path, encoding, tuple(columns), programme, edition)


def _encoding(path: Path) -> str:
    """Return the first encoding in which the whole file can be read."""
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused([problem("table.encoding", path.name)])


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
            raise Wrong("answers.not_an_answer", found=text, known=", ".join(allowed))
        if found not in allowed:
            raise Wrong("answers.not_allowed", found=found, question=question, known=", ".join(allowed))
        return found


def _readers(programme: Programme, edition: Edition) -> _Readers:
    items = _words(programme, "item", tuple(programme.items))
    return _Readers(
        fields={
            "id": _text,
            "name": _text,
            "industry": _choice(_words(programme, "industry", tuple(programme.industries)), "industry.unknown"),
            "employees": _whole(MOST_EMPLOYEES),
            "persons_held": _whole(MOST_PERSONS),
            "annual_sales": _whole(MOST_YEN),
            "information": _list(_choice(items, "information.unknown")),
            "media": _list(_choice(_words(programme, "medium", MEDIA), "value.not_allowed")),
            "uses": _list(_choice(_words(programme, "use", USES), "value.not_allowed")),
            "on_consignment": _truth,
        },
        questions={question.id: question.answers for question in edition.questions},
        answers=_words(programme, "answer", ANSWERS),
    )


def _text(cell: str) -> str:
    if len(cell) > NAME_LENGTH:
        raise Wrong("value.length", found=len(cell), most=NAME_LENGTH)
    return cell


def _whole(most: int) -> Read:
    def read(cell: str) -> int:
        if not cell:
            raise Wrong("table.empty")
        digits = unicodedata.normalize("NFKC", cell).replace(",", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_CELL):
            raise Wrong("value.not_integer", found=cell)
        number = int(digits)
        if number > most:
            raise Wrong("value.range", found=f"{number:,}", least="0", most=f"{most:,}")
        return number

    return read


def _choice(known: Mapping[str, str], code: str) -> Read:
    near: dict[str, str] = {}

    def read(cell: str) -> str:
        if not cell:
            raise Wrong("table.empty")
        found = known.get(cell) or known.get(_folded(cell))
        if found is None:
            if cell not in near and len(near) < MOST_NEAREST:
                near[cell] = nearest(_folded(cell), known)
            raise Wrong(code, found=cell, near=near.get(cell) or ", ".join(list(known)[:5]))
        return found

    return read


def _list(item: Read) -> Read:
    known: dict[str, tuple[str, ...]] = {}

    def read(cell: str) -> tuple[str, ...]:
        if cell not in known:
            parts = [part.strip() for part in cell.replace("、", ";").replace("；", ";").split(";")]
            known[cell] = tuple(dict.fromkeys(item(part) for part in parts if part))
        return known[cell]

    return read


def _truth(cell: str) -> bool:
    found = TRUTHS.get(_folded(cell))
    if found is None:
        raise Wrong("value.not_truth", found=cell)
    return found
