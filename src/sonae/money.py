"""Whole yen and named roundings. An amount is an ``int``; a share or rate is an exact ``Fraction``."""

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction

MOST_YEN = 10**15
"""Largest amount taken from outside (1,000兆円): far above any cover, far below any overflow."""


class Rounding(Enum):
    """How a fraction of a yen (or of ``unit`` yen) is settled. Each use names its policy at the call."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


def rounded(amount: Fraction | int, rounding: Rounding, unit: int = 1) -> int:
    """Return ``amount`` yen as a whole multiple of ``unit`` yen, rounded as named (half away from zero for HALF_UP).

    >>> rounded(Fraction(2_000_000 * 10, 37), Rounding.DOWN)
    540540
    >>> rounded(Fraction(5), Rounding.HALF_UP, unit=10)
    10
    """
    if unit < 1:
        raise ValueError("unit must be 1 yen or more")
    size = abs(Fraction(amount)) / unit
    whole, rest = divmod(size.numerator, size.denominator)
    if (rounding is Rounding.UP and rest) or (rounding is Rounding.HALF_UP and 2 * rest >= size.denominator):
        whole += 1
    return whole * unit if amount >= 0 else -whole * unit


def share(text: str | int | Decimal) -> Fraction:
    """Return a share such as ``"0.9"`` exactly. Raises ValueError outside 0 to 1 or if it is no decimal number."""
    written = f"{text:f}" if isinstance(text, Decimal) else str(text)
    if not re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,18})?", written):  # no 1/2, and no 1e-99999999, which fills the memory
        raise ValueError(f"not a decimal number: {text}")
    value = Fraction(written)
    if not 0 <= value <= 1:
        raise ValueError(f"not between 0 and 1: {text}")
    return value


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return ``amount`` yen split in proportion to ``weights``, each part rounded down, the remainder to the first.

    The parts add up to ``amount``. Raises ValueError without a positive weight.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be 0 or more and not all 0")
    parts = [rounded(Fraction(amount * weight, total), Rounding.DOWN) for weight in weights]
    parts[0] += amount - sum(parts)
    return tuple(parts)
