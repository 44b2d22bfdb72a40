"""Tables of values: each value is dated and carries its basis and reference; brackets; curves in integers."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Generic, Literal, TypeVar

from sonae.money import Rounding, rounded

Basis = Literal["published", "fitted", "assumed"]
BASES: tuple[Basis, ...] = ("published", "fitted", "assumed")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """A value in force from a day on (JST), with where it comes from: ``reference`` is an id of references.yaml.

    ``low`` and ``high`` bound it where a range is known: towards the lower and the higher loss.
    """

    start: date
    value: T
    basis: Basis
    reference: str
    low: T | None = None
    high: T | None = None


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """The values of one quantity over time, in order of their first day. Raises ValueError when empty or out of order."""

    name: str
    unit: str
    values: tuple[Value[T], ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"{self.name} has no value")
        if any(later.start <= earlier.start for earlier, later in pairwise(self.values)):
            raise ValueError(f"{self.name}: the days from which values hold do not rise")

    def at(self, day: date) -> Value[T]:
        """Return the value in force on ``day``. Raises LookupError before the first."""
        index = bisect_right([value.start for value in self.values], day)
        if index == 0:
            raise LookupError(f"{self.name} has no value on {day}")
        return self.values[index - 1]


@dataclass(frozen=True, slots=True)
class Brackets(Generic[T]):
    """Classes by lower bound: ``find(x)`` gives the class of the greatest bound ≤ x. Bounds rise; the first is the least x."""

    bounds: tuple[int, ...]
    classes: tuple[T, ...]

    def __post_init__(self) -> None:
        if not self.bounds or len(self.bounds) != len(self.classes):
            raise ValueError("brackets need a bound for every class")
        if any(b <= a for a, b in pairwise(self.bounds)):
            raise ValueError("the bounds of brackets must rise")

    def find(self, x: int) -> T:
        """Return the class of ``x``. Raises LookupError below the first bound."""
        index = bisect_right(self.bounds, x)
        if index == 0:
            raise LookupError(f"{x} is below the first bracket {self.bounds[0]}")
        return self.classes[index - 1]


@dataclass(frozen=True, slots=True)
class Curve:
    """A piecewise linear curve through integer nodes (x rising), read in integers.

    >>> Curve(((0, 0), (10, 100))).at(3, Rounding.HALF_UP)
    30
    """

    nodes: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not self.nodes or any(b[0] <= a[0] for a, b in pairwise(self.nodes)):
            raise ValueError("the nodes of a curve must rise in x")

    def at(self, x: int, rounding: Rounding) -> int:
        """Return y at ``x``, rounded as named. Raises LookupError outside the nodes: a curve is never extended."""
        if not self.nodes[0][0] <= x <= self.nodes[-1][0]:
            raise LookupError(f"{x} is outside the curve from {self.nodes[0][0]} to {self.nodes[-1][0]}")
        index = bisect_right([node[0] for node in self.nodes], x)
        if index == len(self.nodes):
            return self.nodes[-1][1]
        (x0, y0), (x1, y1) = self.nodes[index - 1], self.nodes[index]
        return rounded(Fraction(y0 * (x1 - x) + y1 * (x - x0), x1 - x0), rounding)
