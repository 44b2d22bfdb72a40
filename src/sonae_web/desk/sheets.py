"""Lists that clerks send: rows of a workbook, or of a CSV file of any length without holding its rows."""

from collections.abc import Collection, Iterator, Mapping

from sonae.problems import Problem, Refused, problem, short
from sonae.programmes.exports import plain_cell
from sonae.programmes.intake import BulkRow, csv_rows, folded, read_rows
from sonae.programmes.package import OLE
from sonae.programmes.sheet import check_separator, decoded
from sonae_web.ground.typed import composed, unseen

MOST_BYTES = 20_000_000
"""Largest CSV file taken: some 200,000 rows. A workbook may have 2 MB (``sonae.programmes.package``)."""
MOST_CELL = 1_000
"""Characters of a cell."""


def read(content: bytes, columns: Mapping[str, Collection[str]], needed: Collection[str]) -> Iterator[BulkRow]:
    """Yield the rows of a list, blank ones left out, as ``read_rows`` gives them. Raises Refused when it cannot be taken."""
    if content.startswith((b"PK", OLE)):
        yield from read_rows(content, columns, needed=needed)
        return
    if len(content) > MOST_BYTES:
        raise Refused([problem("load.too_large", "", most=f"{MOST_BYTES // 1_000_000}")])
    text = decoded(content)
    lines = csv_rows(text)
    heading = next(lines, None)
    if heading is None:
        raise Refused([problem("table.no_rows", "")])
    check_separator(str(heading[0]), text.lstrip().partition("\n")[0])
    found = _columns(heading, columns, needed)
    for number, cells in lines:
        yield _row(number, cells, found, columns)


def _columns(
    heading: tuple[int, list[str]], columns: Mapping[str, Collection[str]], needed: Collection[str]
) -> dict[str, int]:
    known = {folded(name): id_ for id_, names in columns.items() for name in (id_, *names)}
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for place, name in enumerate(heading[1], 1):
        id_, at = known.get(folded(name)), f"{heading[0]}:{place}"
        if id_ is None and name.strip():
            near = "、".join(next(iter(names), id_) for id_, names in columns.items())
            problems.append(problem("table.column_unknown", at, found=short(name), near=near))
        elif id_ in found:
            problems.append(problem("table.column_twice", at, found=short(name)))
        elif id_ is not None:
            found[id_] = place
    missing = [id_ for id_ in needed if id_ not in found]
    problems += [problem("field.missing", f"{heading[0]}:1", field=next(iter(columns[id_]), id_)) for id_ in missing]
    if problems:
        raise Refused(problems)
    return found


def _row(line: int, cells: list[str], found: Mapping[str, int], columns: Collection[str]) -> BulkRow:
    texts, places = dict.fromkeys(columns, ""), dict.fromkeys(columns, f"{line}:1")
    problems: list[Problem] = []
    for id_, place in found.items():
        places[id_] = f"{line}:{place}"
        text = composed(plain_cell(cells[place - 1])) if place <= len(cells) else ""
        if forbidden := unseen(text):
            character = f"U+{ord(forbidden):04X}"
            problems.append(problem("text.forbidden_character", places[id_], character=character))
        elif len(text) > MOST_CELL:
            problems.append(problem("value.length", places[id_], found=len(text), most=MOST_CELL))
        else:
            texts[id_] = text
    return BulkRow(line, texts, places, tuple(problems))
