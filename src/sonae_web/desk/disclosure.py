"""Which counts of a table may be published, so that nobody can be read out of them: the rule of the nightly totals.

A table counts a set of businesses by cell (grades A to E, and none). The clerk knows by name who has answered and when, and
keeps every table ever shown. A cell is shown or hidden; the number of all is always shown.

The rule (``publish``): a table takes the place of the one before it only when

1. it holds results of at least LEAST different businesses that were in no table before;
2. each cell shown holds at least LEAST, and so do all the hidden cells together, which are then at least two (or none is
   hidden): what is hidden does not follow from the total minus the rest;
3. the same holds of what is new since each earlier table, for every set of cells whose count follows from both tables.

Guaranteed, of any number of tables of an association, of all its years, and of a federation's (which add up what its
associations' tables show, and nothing else):

- every linear combination of published counts that depends on results at all depends on those of at least LEAST
  businesses. (Take the newest table in it: its new results stand in no other, and are of at least LEAST businesses.)
- every count of a set of cells that follows from one table, or from the difference of two of the same association, has at
  least LEAST businesses inside of the set and at least LEAST outside, or the set is all or nothing. So neither a cell of a
  few nor "all of them have grade E" can be read, not even of those who are new.

Not guaranteed: anything against one who knows some of the grades already (six of ten businesses who tell each other theirs
learn about the other four together; so does a clerk who makes up members and answers for them); bounds (a count is never
negative, and grows as long as nobody leaves); that grades of one business in two years, or in two tables, are independent;
that three or more tables, combined with weights, keep at least LEAST businesses on each side of a cell (the first guarantee
holds for them). A business with the same corporate number in two associations is two businesses here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

LEAST = 5
FRESH = 2
"""A table that hides a cell of the one before it waits until 1/FRESH of what that one counted is new."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The latest result of a business, and its cell in this table."""

    result: str
    business: str
    cell: str


@dataclass(frozen=True)
class Table:
    """What is published: how many there are, and the cells shown. What is left of the total is in the hidden cells."""

    answers: int
    shown: Mapping[str, int]

    @property
    def hidden(self) -> int:
        """How many are in cells that are not shown."""
        return self.answers - sum(self.shown.values())


@dataclass(frozen=True)
class History:
    """What was published before: each result with the number of the first table that held it, and the cells shown by each."""

    first: Mapping[str, int] = field(default_factory=dict)
    shown: Sequence[frozenset[str]] = ()
    answers: int = 0
    """How many the newest table held."""


def publish(history: History, answers: Collection[Answer], cells: Collection[str]) -> tuple[Table, History] | None:
    """Return the table to publish now and the history with it, or None where the one before has to stand.

    ``answers`` holds one answer for each business, each in one of ``cells``. Raises ValueError otherwise.
    """
    if len({each.business for each in answers}) != len(answers) or any(each.cell not in cells for each in answers):
        raise ValueError("one answer for each business, in a cell of the table")
    fresh = sum(each.result not in history.first for each in answers)
    if fresh < LEAST:
        return None
    before = history.shown[-1] if history.shown else frozenset[str]()
    tries = [_shown(history, answers, frozenset(cells), last) for last in (before, frozenset[str]())]
    shown = max(tries, key=lambda each: (before <= each, len(each)))
    if not before <= shown and fresh * FRESH < history.answers:
        return None
    table = Table(len(answers), {cell: _count(answers, {cell}) for cell in cells if cell in shown})
    number = len(history.shown)
    first = {**dict.fromkeys((each.result for each in answers), number), **history.first}
    return table, History(first, (*history.shown, shown), len(answers))


def _shown(
    history: History, answers: Collection[Answer], cells: frozenset[str], last: frozenset[str]
) -> frozenset[str]:
    """Return the cells to show: begin with all, hide the smallest until nothing is amiss, those in ``last`` after the rest."""
    shown = cells
    for cell in sorted(cells, key=lambda cell: (cell in last, _count(answers, {cell}), cell)):
        if _sound(history, answers, shown, cells):
            break
        shown -= {cell}
    return shown


def _sound(history: History, answers: Collection[Answer], shown: frozenset[str], cells: frozenset[str]) -> bool:
    if len(cells - shown) == 1 or not _split_well(answers, shown, cells):
        return False
    for number, before in enumerate(history.shown):
        new = [each for each in answers if history.first.get(each.result, number + 1) > number]
        if not _split_well(new, shown & before, cells):
            return False
    return True


def _split_well(answers: Collection[Answer], apart: frozenset[str], cells: frozenset[str]) -> bool:
    """Return whether each cell that can be told apart, and all the others together, hold enough."""
    rest = cells - apart
    blocks: list[Collection[str]] = [{cell} for cell in apart]
    if rest and apart:
        blocks.append(rest)
    return all(_count(answers, block) >= LEAST for block in blocks)


def _count(answers: Collection[Answer], cells: Collection[str]) -> int:
    return sum(each.cell in cells for each in answers)
