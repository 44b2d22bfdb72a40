"""Many businesses from a CSV table to a CSV table: one row of figures each, or the row's faults."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from sonae.checklist import Row, Table
from sonae.loss.engine import YEARS
from sonae.loss.parameters import CAUSES, parameters
from sonae.loss.portfolio import Line, Portfolio, portfolio
from sonae.loss.result import chance, shared_out, to_yen
from sonae.loss.tables import Many, assess_many
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Plan
from sonae.programmes.sheet import check_target, write_sheet

BLOCK = 100_000
"""Businesses worked out together; memory does not grow beyond those of a block."""
SECTIONS = ("liability", "cost")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a batch did: rows read, rows with faults, the number of their faults, and the first of these."""

    rows: int
    faulty: int
    faults: int
    problems: tuple[Problem, ...]


def columns(plans: tuple[Plan, ...]) -> list[str]:
    """Return the heading of the result."""
    names = ["line", "id", "expected_loss", "expected_insurable", "low", "high"]
    names += [f"probability_any_{years}" for years in YEARS]
    names += [f"probability_material_{years}" for years in YEARS]
    names += [f"by_cause_{cause}" for cause in CAUSES]
    for plan in plans:
        names += [f"{plan.id}_paid_{section}" for section in SECTIONS] + [f"{plan.id}_retained"]
    return [*names, "problems"]


def run(table: Table, target: Path, on: date, progress: Callable[[int], None], *, most_problems: int = 100) -> Done:
    """Write the figures of every business of a table; the target is written whole or not at all.

    ``progress`` is told how many more rows are done. Raises Refused when the table breaks off, the target cannot be
    written or is the source, or a plan is not worked out in batches; and LookupError before the engine's first day.
    """
    _check_plans(table)
    block = _Block(table, most_problems)
    with write_sheet(target, table.sheet) as writer:
        writer.writerow(columns(table.programme.plans))
        rows = table.rows()
        while (businesses := block.read(islice(rows, BLOCK), on)) is not None:
            writer.writerows(block.figures(businesses, progress))
    return block.done()


def check(table: Table, target: Path, on: date, progress: Callable[[int], None], *, most_problems: int = 100) -> Done:
    """Return what ``run`` would say of a table, and raise what it would raise, without working anything out or writing."""
    _check_plans(table)
    check_target(target, table.sheet)
    parameters(table.programme, on)
    block = _Block(table, most_problems)
    rows = table.rows()
    while count := block.skim(islice(rows, BLOCK)):
        progress(count)
    return block.done()


def _check_plans(table: Table) -> None:
    beside = [plan.id for plan in table.programme.plans if plan.dispute_costs != "inside"]
    if beside:
        raise Refused(problem("loss.not_in_batch", f"plans.{name}", found=name) for name in beside)


class _Block:
    """Rows worked out together: the businesses as columns, and of each row only what its line of figures needs."""

    def __init__(self, table: Table, most_problems: int) -> None:
        self.table, self.most_problems = table, most_problems
        self.rows = self.faulty = self.total = 0
        self.problems: list[Problem] = []
        self.lines = array("q")
        self.keys: list[str] = []
        self.faults: dict[int, str] = {}

    def read(self, rows: Iterable[Row], on: date) -> Portfolio | None:
        """Return the sound businesses among the rows, None where there are no rows any more."""
        businesses = portfolio(self.table.programme, self.table.edition, self._sound(rows), on)
        return businesses if self.lines else None

    def skim(self, rows: Iterable[Row]) -> int:
        """Return how many rows there are, having noted their faults alone."""
        for _ in self._sound(rows):
            pass
        return len(self.lines)

    def _sound(self, rows: Iterable[Row]) -> Iterator[Line]:
        self.lines, self.keys, self.faults = array("q"), [], {}
        for row in rows:
            self.rows += 1
            self.lines.append(row.line)
            self.keys.append(safe(row.key))
            if row.business is None:
                place = self.table.sheet.at(row.line)
                cells = (f"{each.at.removeprefix(place)} {each.code}".strip() for each in row.problems)
                self.faults[row.line] = "; ".join(cells)
                self.faulty += 1
                self.total += len(row.problems)
                self.problems += row.problems[: self.most_problems - len(self.problems)]
            else:
                yield row.business, row.given

    def done(self) -> Done:
        """Return what was read so far."""
        return Done(self.rows, self.faulty, self.total, tuple(self.problems))

    def figures(self, businesses: Portfolio, progress: Callable[[int], None]) -> Iterator[list[object]]:
        """Yield the result's lines, one for each row."""
        progress(len(self.lines) - len(businesses))
        figures = _cells(assess_many(businesses, progress=progress)) if len(businesses) else iter(())
        nothing = [""] * (len(columns(self.table.programme.plans)) - 3)
        for line, key in zip(self.lines, self.keys, strict=True):
            faults = self.faults.get(line, "")
            yield [line, key, *(nothing if faults else next(figures)), faults]


def _cells(many: Many) -> Iterator[list[object]]:
    """Yield each business's figures in the order of ``columns``: whole yen, chances to 6 places.

    The causes, and for each plan what it pays and what is retained, add up to the expected loss.
    """
    for i in range(len(many.expected)):
        expected = to_yen(many.expected[i])
        found: list[object] = [expected, to_yen(many.insurable[i]), to_yen(many.low[i]), to_yen(many.high[i])]
        found += [chance(many.rate_any[i], years) for years in YEARS]
        found += [chance(many.rate_material[i], years) for years in YEARS]
        found += shared_out(dict(zip(CAUSES, many.by_cause[i].tolist(), strict=True)), expected).values()
        for paid in many.paid[i]:
            sections = [to_yen(yen) for yen in paid]
            found += [*sections, expected - sum(sections)]
        yield found


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
