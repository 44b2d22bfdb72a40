"""Verifies an exported audit log: every row edited, removed, inserted or moved, and a tail cut off, with its place.

Needs no Django and no database. The chain alone shows what was changed by someone who did not make all later hashes
anew; heads noted outside (anchors) show the rest, between the last one that agrees and the first that does not.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sonae.problems import Problem, problem
from sonae_web.ground.chain import FIELDS, MOST_NUMBER, START, Head, digest, read_head, read_row


class Row(NamedTuple):
    """A row whose hash is that of its content, and the line where it stands."""

    line: int
    number: int
    previous: str
    hash: str


BEGINNING = Row(0, 0, "", START)


@dataclass(frozen=True)
class Verified:
    """What a log turned out to be. Without problems, rows 1 to ``anchored`` are those whose head was noted outside."""

    rows: int
    """Rows that are in order."""
    head: Head | None
    anchored: int
    """The highest number whose hash agrees with an anchor; 0 for none."""
    problems: tuple[Problem, ...]
    """Every fault, by line; none for a sound log."""


@dataclass
class _Log:
    name: str
    rows: list[Row] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Lines that hold no row to trust."""
    lines: int = 0
    head: Head | None = None
    head_at: int = 0
    strays: list[int] = field(default_factory=list)
    """The numbers of rows out of place, rising, each once."""
    found: list[tuple[int, Problem]] = field(default_factory=list)

    def at(self, line: int) -> str:
        return f"{self.name}:{max(1, line)}"

    def tell(self, line: int, each: Problem) -> None:
        self.found.append((line, each))

    def lost(self, after: int, before: int, lines: tuple[int, int]) -> int:
        """How many of the rows numbered between two are neither a broken line between two lines nor out of place."""
        broken = bisect_left(self.broken, lines[1]) - bisect_left(self.broken, lines[0] + 1)
        strays = bisect_left(self.strays, before) - bisect_left(self.strays, after + 1)
        return before - after - 1 - broken - strays


def verify(lines: Iterable[bytes], name: str = "-", anchors: Iterable[Head] = ()) -> Verified:
    """Return what is wrong with an exported log, each fault at ``name:line``, and how far it is proven.

    ``anchors`` are heads noted outside the log, in any order.
    """
    log = _read(lines, name)
    rows = _in_order(log.rows)
    kept = {row.line for row in rows}
    strays = [row for row in log.rows if row.line not in kept]
    log.strays = sorted({row.number for row in strays})
    for row in strays:
        log.tell(row.line, problem("log.out_of_place", log.at(row.line), number=row.number))
    _check_links(log, rows)
    last = rows[-1] if rows else BEGINNING
    _check_head(log, last)
    anchored = _check_anchors(log, rows, last, sorted(set(anchors)))
    found = dict.fromkeys(each for _, each in sorted(log.found, key=lambda pair: pair[0]))
    return Verified(len(rows), log.head, anchored, tuple(found))


def _read(lines: Iterable[bytes], name: str) -> _Log:
    log, last = _Log(name), BEGINNING
    for line, raw in enumerate(lines, 1):
        text, log.lines = raw.rstrip(b"\r\n"), line
        if head := read_head(text):
            if log.head:
                log.tell(log.head_at, problem("log.head_not_last", log.at(log.head_at)))
            log.head, log.head_at = head, line
        elif (parts := read_row(text)) is None:
            log.tell(line, problem("log.form", log.at(line)))
            log.broken.append(line)
        elif digest(parts[0]) != parts[1]:
            log.tell(line, problem("log.edited", log.at(line)))
            log.broken.append(line)
        elif (known := _numbered(parts[0])) is None:
            log.tell(line, problem("log.form", log.at(line)))
            log.broken.append(line)
        else:
            number, previous = known
            last = Row(line, number, last.hash if previous == last.hash else previous, parts[1])  # one text, not two
            log.rows.append(last)
    if log.head and log.head_at != log.lines:
        log.tell(log.head_at, problem("log.head_not_last", log.at(log.head_at)))
    return log


def _numbered(content: bytes) -> tuple[int, str] | None:
    """Return number and previous hash from a row's content; None when it is no row's."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    number, previous = value.get("number"), value.get("previous")
    if value.keys() != FIELDS or type(number) is not int or not 0 < number <= MOST_NUMBER:
        return None
    return (number, previous) if isinstance(previous, str) else None


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Return as many rows as can stand with their numbers rising; what is not among them was inserted or moved.

    Of two rows with the same number, it is the one that the next row follows on.
    """
    numbers: list[int] = []  # the lowest number with which so many rows can end
    ends: list[int] = []
    places, before = [0] * len(rows), [-1] * len(rows)
    for index, row in enumerate(rows):
        place = len(numbers) if not numbers or row.number > numbers[-1] else bisect_left(numbers, row.number)
        places[index], before[index] = place, ends[place - 1] if place else -1
        numbers[place : place + 1], ends[place : place + 1] = [row.number], [index]
    if len(numbers) == len(rows):
        return list(rows)
    known = {(row.number, row.hash): index for index, row in enumerate(rows)}
    chosen, index = [], ends[-1]
    while index >= 0:
        follower = rows[index]
        chosen.append(follower)
        other = known.get((follower.number - 1, follower.previous), index)
        fits = other < index and places[other] == places[index] - 1
        index = other if fits else before[index]
    return chosen[::-1]


def _check_links(log: _Log, rows: Sequence[Row]) -> None:
    before = BEGINNING
    for row in rows:
        if row.number == before.number + 1:
            if row.previous != before.hash:
                log.tell(row.line, problem("log.link", log.at(row.line), number=row.number, before=before.number))
        elif (count := log.lost(before.number, row.number, (before.line, row.line))) > 0:
            log.tell(
                row.line,
                problem("log.missing", log.at(row.line), count=count, after=before.number, before=row.number),
            )
        before = row


def _check_head(log: _Log, last: Row) -> None:
    if log.head is None:
        log.tell(log.lines + 1, problem("log.no_head", log.at(log.lines), found=last.number))
    elif log.head.number > last.number:
        _check_end(log, last, log.head.number)
    elif log.head != (last.number, last.hash):
        log.tell(log.head_at, problem("log.head", log.at(log.head_at), found=last.number, expected=log.head.number))


def _check_end(log: _Log, last: Row, number: int) -> None:
    if log.lost(last.number, number + 1, (last.line, log.lines + 1)) > 0:
        log.tell(log.lines + 1, problem("log.cut", log.at(log.lines), found=last.number, expected=number))


def _check_anchors(log: _Log, rows: Sequence[Row], last: Row, anchors: Sequence[Head]) -> int:
    wanted = {anchor.number for anchor in anchors}
    known = {row.number: row for row in (BEGINNING, *rows) if row.number in wanted} if wanted else {}
    agreed, differs = 0, False
    for anchor in anchors:
        row = known.get(anchor.number)
        if row is None:  # a row lost from the middle is told already
            if anchor.number > last.number:
                _check_end(log, last, anchor.number)
        elif row.hash == anchor.hash:
            agreed = row.number
        elif not differs:  # all that follow differ too
            differs = True
            log.tell(row.line, problem("log.anchor", log.at(row.line), number=row.number, after=agreed))
    return agreed
