"""Many businesses as columns: what each needs of the engine, read line by line, what many share worked out once."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from sonae.checklist import Business, Edition
from sonae.jo import factors
from sonae.loss.exposure import Facts, exposure
from sonae.loss.normal import Floats
from sonae.loss.parameters import Parameters, parameters
from sonae.programmes import Programme

CODES = {"yes": 0, "partly": 1, "no": 2, "unknown": 2}
NEUTRAL, AVERAGE = 3, 4
"""Codes of a question that is not asked or does not apply, and of all questions of a business with average answers."""
MOST_KNOWN = 20_000
"""Combinations of facts remembered while lines are read; then they are worked out anew."""

Line = tuple[Business, Mapping[str, str] | None]
"""A business and its answers; None: average answers."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a business's information and contracts change of an incident's cost."""

    per_head: float
    financial: str
    cards: bool
    pass_through: float


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Businesses reduced to what the engine needs of them, some 130 bytes each."""

    programme: Programme
    edition: Edition
    on: date
    kinds: tuple[Kind, ...]
    kind: npt.NDArray[np.int32]
    industries: tuple[str, ...]
    industry: npt.NDArray[np.int32]
    employees: Floats
    persons: Floats
    sales: Floats
    """Yen, or NaN where not told."""
    marks: npt.NDArray[np.bool_]
    """Rows × (web shop, contractors, publishing, then one for each medium that holds data)."""
    answers: npt.NDArray[np.uint8]
    """Rows × questions: codes."""

    def __len__(self) -> int:
        return len(self.persons)


def portfolio(programme: Programme, edition: Edition, lines: Iterable[Line], on: date) -> Portfolio:
    """Return businesses as columns. Raises LookupError before the engine's first day.

    Raises ValueError for a business that tells its persons by medium: the tables know the assumed shares alone.
    """
    p = parameters(programme, on)
    reader = _Reader(programme, edition, p, on)
    numbers, marks, answers = array("d"), bytearray(), bytearray()
    for business, given in lines:
        row = reader.row(business, given)
        numbers.extend(row[0])
        marks += row[1]
        answers += row[2]
    table = np.array(numbers).reshape(-1, 5)
    return Portfolio(
        programme=programme,
        edition=edition,
        on=on,
        kinds=tuple(reader.kinds),
        kind=table[:, 0].astype(np.int32),
        industries=tuple(reader.industries),
        industry=table[:, 1].astype(np.int32),
        employees=table[:, 2],
        persons=table[:, 3],
        sales=table[:, 4],
        marks=np.frombuffer(marks, dtype=np.bool_).reshape(len(table), -1) if len(table) else np.zeros((0, 7), bool),
        answers=np.frombuffer(answers, dtype=np.uint8).reshape(-1, len(edition.questions)),
    )


class _Reader:
    """Reads lines; what many businesses share (kind, marks, questions asked) is worked out once."""

    def __init__(self, programme: Programme, edition: Edition, p: Parameters, on: date) -> None:
        self.programme, self.edition, self.p, self.on = programme, edition, p, on
        self.kinds: dict[Kind, int] = {}
        self.industries: dict[str, int] = {}
        self.average = bytes([AVERAGE] * len(edition.questions))
        self.known_kinds: dict[object, int] = {}
        self.known_marks: dict[object, bytes] = {}
        self.known_asked: dict[object, tuple[str, ...]] = {}
        over = (each.condition.employees_over for each in edition.questions)
        self.bounds = sorted({bound for bound in over if bound is not None})

    def row(self, business: Business, given: Mapping[str, str] | None) -> tuple[tuple[float, ...], bytes, bytes]:
        if business.persons_on:
            raise ValueError("persons by medium are not taken in a batch")
        if len(self.known_asked) > MOST_KNOWN:
            self.known_kinds, self.known_marks, self.known_asked = {}, {}, {}
        key = (business.information, business.industry, business.on_consignment)
        if key not in self.known_kinds:
            self.known_kinds[key] = self.kinds.setdefault(self._kind(business), len(self.kinds))
        industry = self.industries.setdefault(business.industry, len(self.industries))
        held = (business.media, business.uses)
        if held not in self.known_marks:
            facts = Facts.of(self.p, business)
            marks = np.concatenate([facts.web_shop, facts.contractors, facts.publishing, facts.held[0]])
            self.known_marks[held] = marks.tobytes()
        sales = float("nan") if business.annual_sales is None else float(business.annual_sales)
        numbers = (self.known_kinds[key], industry, float(business.employees), float(business.persons_held), sales)
        return numbers, self.known_marks[held], self._codes(business, given, (*key, *held))

    def _kind(self, business: Business) -> Kind:
        e = exposure(self.p, self.programme, business, factors(self.programme, business.information, self.on))
        return Kind(e.per_head, e.financial, e.cards, e.pass_through)

    def _codes(self, business: Business, given: Mapping[str, str] | None, key: tuple[object, ...]) -> bytes:
        if given is None:
            return self.average
        key = (*key, *(business.employees > bound for bound in self.bounds))
        if key not in self.known_asked:
            asked = {question.id for question in self.edition.applicable(business, self.programme)}
            self.known_asked[key] = tuple(each.id if each.id in asked else "" for each in self.edition.questions)
        unanswered = CODES["unknown"]
        return bytes(
            CODES.get(given[name], NEUTRAL) if name in given else unanswered if name else NEUTRAL
            for name in self.known_asked[key]
        )
