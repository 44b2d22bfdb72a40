"""A checklist that was filled in outside: a workbook or CSV file made by ``template``, read back into answers.

Rows are found by their ids. Every fault is told with its cell, and nothing is taken unless all of it can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sonae.checklist.answers import Answers
from sonae.checklist.business import ELECTRONIC_USES, Business, business_of
from sonae.checklist.cells import Wrong, readers_of, visible
from sonae.checklist.edition import Edition, load_edition
from sonae.checklist.form import GROUPS, MARKER, NEEDED, VERSION, fact_ids
from sonae.figures import LANGS
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Programme
from sonae.programmes.cursor import nearest
from sonae.programmes.grid import Grid, Kind
from sonae.programmes.intake import folded, read_grids
from sonae.programmes.package import WHOLE

MOST_ABOVE = 30
"""Rows that may stand above a heading."""
MOST_FAULTS = 300
MOST_NEAREST = 20
"""Faults up to which the nearest id is looked for."""
TRUTHS = {"true": "yes", "false": "no"}
"""Answers written as a spreadsheet's own true and false."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled-in file holds: the business and its answers, whole and valid."""

    answers: Answers

    @property
    def ignored(self) -> tuple[str, ...]:
        """The questions that were answered although they do not apply to the business; they are kept, and not counted."""
        asked = {question.id for question in self.answers.asked}
        return tuple(name for name in self.answers.given if name not in asked)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An answer as it stands in the file."""

    id: str
    text: str
    kind: Kind
    at: str


def read_filled(content: bytes, programme: Programme, edition: str | None = None) -> Filled:
    """Return the business and the answers in a filled-in workbook (.xlsx) or CSV file (UTF-8 or cp932).

    ``edition`` is the one that is expected; without it, the edition that the file names. Answers may be ids or words of
    either language. Raises Refused with every fault and its cell: ``質問!F12``; of a CSV file line and cell: ``12:6``.
    """
    grids = read_grids(content)
    chosen = _edition(grids, programme, edition)
    problems: list[Problem] = []
    entries, places = _entries(grids, programme, chosen, problems)
    values = _values(entries, programme, chosen, problems)
    business = _business(values, places, programme, problems)
    if problems or business is None:
        raise Refused(problems[:MOST_FAULTS])
    given = {question.id: values[question.id][0] for question in chosen.questions if question.id in values}
    return Filled(Answers(programme, chosen, business, MappingProxyType(given)))


# --- which form it is
def _edition(grids: tuple[Grid, ...], programme: Programme, expected: str | None) -> Edition:
    """Return the edition that the file was made for. Raises Refused when it is not one of ours, or not the one expected."""
    for grid in grids:
        for row in list(grid.rows)[:MOST_ABOVE]:
            for column in grid.rows[row]:
                if grid.text(row, column) == MARKER:
                    return _marked(grid, row, column, programme, expected)
    raise Refused([problem("template.not_one", WHOLE)])


def _marked(grid: Grid, row: int, column: int, programme: Programme, expected: str | None) -> Edition:
    said: dict[str, tuple[str, str]] = {}
    for each in range(column + 1, column + 8):
        name, _, value = grid.text(row, each).partition("=")
        said.setdefault(name, (value, grid.at(row, each)))
    here = grid.at(row, column)
    version, at_version = said.get("version", ("", here))
    if version != VERSION:
        raise Refused([problem("template.version", at_version, found=version)])
    name, at_programme = said.get("programme", ("", here))
    if name != programme.id:
        raise Refused([problem("template.other_programme", at_programme, found=name, expected=programme.id)])
    edition, at = said.get("edition", ("", here))
    if expected is not None and edition != expected:
        raise Refused([problem("template.other_edition", at, found=edition, expected=expected)])
    try:
        return load_edition(programme, edition)
    except Refused as refused:
        raise Refused(
            replace(each, at=at if each.at == "edition" else each.at) for each in refused.problems
        ) from refused


# --- the answers as they stand
def _entries(
    grids: tuple[Grid, ...], programme: Programme, edition: Edition, problems: list[Problem]
) -> tuple[list[_Entry], dict[str, str]]:
    """Return the answers, and by the id of each row where its answer belongs."""
    words = {folded(programme.words(lang)("template.column.answer")) for lang in LANGS} | {"answer"}
    known = {*fact_ids(programme), *(question.id for question in edition.questions)}
    entries: list[_Entry] = []
    places: dict[str, str] = {}
    found = False
    for grid in grids:
        heading = None if grid.hidden else _heading(grid, words)
        if heading is None:
            continue
        found = True
        top, id_column, answer_column = heading
        for row in sorted(each for each in grid.rows if each > top):
            places.setdefault(grid.text(row, id_column), grid.at(row, answer_column))
            entry = _entry(grid, row, id_column, answer_column, known, problems)
            if entry is not None:
                entries.append(entry)
            if len(problems) >= MOST_FAULTS:
                raise Refused(problems)
    if not found:
        raise Refused([problem("template.no_heading", WHOLE)])
    return entries, places


def _heading(grid: Grid, words: set[str]) -> tuple[int, int, int] | None:
    """Return the row of the heading, the column of ids and that of answers."""
    for row in sorted(grid.rows)[:MOST_ABOVE]:
        said = {folded(grid.text(row, column)): column for column in sorted(grid.rows[row], reverse=True)}
        answer = next((said[word] for word in sorted(words) if word in said), None)
        if "id" in said and answer is not None:
            return row, said["id"], answer
    return None


def _entry(
    grid: Grid, row: int, id_column: int, answer_column: int, known: set[str], problems: list[Problem]
) -> _Entry | None:
    id_, text, at = grid.text(row, id_column), grid.text(row, answer_column), grid.at(row, answer_column)
    faults = [fault for column in (id_column, answer_column) if (fault := grid.fault(row, column))]
    cell = grid.rows[row].get(answer_column)
    if not id_ and text:
        faults.append(problem("template.no_id", at, found=visible(text)))
    elif id_ and id_ not in known:
        near = (nearest(id_[:80], known) if len(problems) < MOST_NEAREST else "") or "—"
        faults.append(problem("template.unknown_row", grid.at(row, id_column), found=visible(id_), near=near))
    elif cell is not None and cell.kind is Kind.DATE and not faults:
        faults.append(problem("cell.date", at, found=text))
    problems += faults
    if faults or not text or cell is None:
        return None
    return _Entry(id_, text, cell.kind, at)


# --- their values
def _values(
    entries: list[_Entry], programme: Programme, edition: Edition, problems: list[Problem]
) -> dict[str, tuple[Any, str]]:
    """Return value and place of each answer by the id of its row; rows that stand twice must say the same."""
    facts, readers = fact_ids(programme), readers_of(programme, edition)
    values: dict[str, tuple[Any, str]] = {}
    for entry in entries:
        field, item = facts.get(entry.id, (entry.id, ""))
        read = readers["on_consignment"] if item else readers[field]
        text = TRUTHS.get(entry.text, entry.text) if entry.kind is Kind.TRUTH else entry.text
        try:
            value = read(text)
        except Wrong as wrong:
            problems.append(problem(wrong.code, entry.at, **wrong.values))
            continue
        if entry.id in values and values[entry.id][0] != value:
            problems.append(problem("template.twice", entry.at, found=entry.id, first=values[entry.id][1]))
        values.setdefault(entry.id, (value, entry.at))
    return values


def _business(
    values: Mapping[str, tuple[Any, str]], places: Mapping[str, str], programme: Programme, problems: list[Problem]
) -> Business | None:
    """Return the business, or None after noting why it is not whole. Of a group with any answer, empty cells mean no."""
    found: dict[str, Any] = {}
    for id_, (field, item) in fact_ids(programme).items():
        if id_ not in values:
            continue
        value = values[id_][0]
        if item:
            found.setdefault(field, [])
            found[field] += [item] if value else []
        else:
            found[field] = value
    faulty = {each.at for each in problems}
    for field in NEEDED:
        at = places.get(f"business.{field}", WHOLE)
        if field not in found and at not in faulty:
            problems.append(problem("template.fact_missing", at, field=_label(programme, field)))
    if problems:
        return None
    groups = {field: tuple(found[field]) for field in GROUPS if field in found}
    if found["persons_held"] and groups.get("media") == () and not ELECTRONIC_USES & set(groups.get("uses", ())):
        at = next(at for id_, (_, at) in values.items() if id_.startswith("business.media."))
        problems.append(problem("template.kept_nowhere", at, persons=f"{found['persons_held']:,}"))
        return None
    return business_of(found | groups)


def _label(programme: Programme, field: str) -> str:
    return " / ".join(programme.words(lang)(f"template.label.{field}") for lang in LANGS)
