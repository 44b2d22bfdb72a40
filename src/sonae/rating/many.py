"""Many requests at once, as columns: the same premiums as ``rate`` gives one by one, in whole numbers throughout."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from sonae.programmes import Programme
from sonae.rating.quote import DECISIONS
from sonae.rating.request import GRADES
from sonae.rating.tariff import SCALE, Tariff, tariff
from sonae.tables import Curve

Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
QUOTED, REFERRED, DECLINED = range(len(DECISIONS))
NONE = -1
"""Stands for no premium, no grade, no certificate, and persons not told."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Requests as columns of one length; amounts in yen.

    ``industry`` are places in ``industries``, ``grade`` in A to E, ``certification`` in ``certifications`` (the greatest
    of each), NONE for none; ``persons_held`` NONE where not told; ``known_incident``, ``signed`` flags.
    """

    industries: tuple[str, ...]
    industry: Codes
    annual_sales: Whole
    liability_limit: Whole
    cost_limit: Whole
    deductible: Whole
    grade: Codes
    signed: Flags
    certifications: tuple[str, ...]
    certification: Codes
    persons_held: Whole
    known_incident: Flags
    recent_claims: Whole
    months: Whole

    def __len__(self) -> int:
        return len(self.industry)


@dataclass(frozen=True, eq=False)
class Premiums:
    """Decisions (places in DECISIONS), and premiums in yen, NONE where there is none."""

    decision: npt.NDArray[np.int8]
    annual_premium: Whole
    premium: Whole


def quote_many(programme: Programme, on: date, asked: Columns) -> Premiums:
    """Return decision and premiums of every row, equal to those of ``rate``. Raises LookupError before the first day."""
    rates = tariff(programme, on)
    base = np.array([rates.bases[name].value if name in rates.bases else NONE for name in asked.industries], np.int64)
    bases = base[asked.industry]
    declined = _declined(rates, asked)
    limits, deductibles = rates.curve("limit").nodes, rates.curve("deductible").nodes
    outside = (bases == NONE) | (asked.deductible > deductibles[-1][0])
    for each in (asked.liability_limit, 10 * asked.cost_limit):
        outside |= (each < limits[0][0]) | (each > limits[-1][0])
    decision = np.where(declined, DECLINED, np.where(_referred(rates, asked) | outside, REFERRED, QUOTED))
    yen = np.maximum(bases, 0)
    yen = _times(yen, _read(rates.curve("sales"), asked.annual_sales), SCALE)
    part = rates.share("cost_part")
    limit, cost = (_read(rates.curve("limit"), each) for each in (asked.liability_limit, 10 * asked.cost_limit))
    both = (part.denominator - part.numerator) * limit + part.numerator * cost
    yen = _times(yen, both, part.denominator * SCALE)
    yen = _times(yen, _read(rates.curve("deductible"), asked.deductible), SCALE)
    group = 1 - rates.share("group_discount")
    yen = _times(yen, group.numerator, group.denominator)
    yen = _discounted(rates, asked, yen)
    yen = _times(yen, _read(rates.curve("experience"), np.minimum(asked.recent_claims, rates.last_claims)), SCALE)
    unit = rates.whole("rounding")
    annual = _times(yen, 1, unit) * unit
    premium = _times(annual, asked.months, rates.months * unit) * unit
    none = declined | outside
    return Premiums(decision.astype(np.int8), np.where(none, NONE, annual), np.where(none, NONE, premium))


def _times(yen: Whole, numerator: Whole | int, denominator: int) -> Whole:
    """Return yen × numerator ÷ denominator, half up."""
    result: Whole = (2 * yen * numerator + denominator) // (2 * denominator)
    return result


def _read(curve: Curve, x: Whole) -> Whole:
    """Return a curve at each x, half up in whole numbers; beyond its ends, its ends."""
    xs, ys = (np.array(each, np.int64) for each in zip(*curve.nodes, strict=True))
    x = np.clip(x, xs[0], xs[-1])
    i = np.clip(np.searchsorted(xs, x, side="right") - 1, 0, len(xs) - 2)
    run = xs[i + 1] - xs[i]
    rest = (ys[i + 1] - ys[i]) * (x - xs[i])
    result: Whole = ys[i] + (2 * rest + run) // (2 * run)
    return result


def _discounted(rates: Tariff, asked: Columns, yen: Whole) -> Whole:
    """Return the amounts after declaration and certificate: one factor for each pair of them."""
    grades: list[str | None] = [*GRADES, None]
    names: list[tuple[str, ...]] = [*((name,) for name in asked.certifications), ()]
    cap = rates.share("discount_cap")
    table = [
        [1 - min(cap, rates.declared(grade, signed=True) + rates.certified(name)) for name in names] for grade in grades
    ]
    scale = _common(table)
    factors = np.array([[int(each * scale) for each in row] for row in table], np.int64)
    declared = np.where(asked.signed, asked.grade, NONE)
    return _times(yen, factors[declared, asked.certification], scale)


def _common(table: list[list[Fraction]]) -> int:
    scale = int(np.lcm.reduce(np.array([each.denominator for row in table for each in row], np.int64)))
    if scale > 10**6:
        raise ValueError("the shares off have too many decimals for whole numbers of 64 bits")
    return scale


def _declined(rates: Tariff, asked: Columns) -> Flags:
    refused = np.array([name in rates.words("declined.industries") for name in asked.industries], np.bool_)
    found: Flags = refused[asked.industry] | (asked.annual_sales > rates.whole("declined.sales_over"))
    return found


def _referred(rates: Tariff, asked: Columns) -> Flags:
    low = np.array([*(grade in rates.words("referred.grades") for grade in GRADES), False], np.bool_)
    share = rates.share("referred.cost_share_over")
    found: Flags = (
        (asked.annual_sales > rates.whole("referred.sales_over"))
        | (asked.persons_held > rates.whole("referred.persons_over"))
        | low[asked.grade]
        | asked.known_incident
        | (asked.recent_claims > rates.whole("referred.claims_over"))
        | (share.denominator * asked.cost_limit > share.numerator * asked.liability_limit)
    )
    return found
