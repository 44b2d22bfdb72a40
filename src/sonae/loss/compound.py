"""The year's total of a Poisson number of losses, by fast Fourier transform on mean-preserving cells.

A layer's payments are bounded by its limit and the year's by the same, so that 64 cells a limit and a transform of 128 are
enough, however many the losses; the gross curve has no bound and takes two grids of different step, stitched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import factorial

import numpy as np
import numpy.typing as npt

from sonae.layers import Layer
from sonae.loss.losses import Losses, counted
from sonae.loss.normal import Floats

Complex = npt.NDArray[np.complex128]
CELLS = 64
"""Cells a limit."""
FINE, COARSE = 20_000.0, 1_000_000.0
"""Steps of the two gross grids, in yen."""
LENGTH = 8192
"""Cells of each gross grid."""
_SMALL, _ERROR = 0.5, 1e-12
_BLOCK = 64
_DAMPED = 24.0
"""Sums beyond a transform wrap round to its start; damping leaves e^−24 of them."""


def poisson(rate: Floats, severity: Floats, length: int) -> Floats:
    """Return the distribution of the year's total in cells, for each row.

    ``rate``: expected losses a year (rows); ``severity``: chance of each cell for one loss (rows × cells, sum 1 or less:
    what is missing is a loss beyond the grid); ``length``: of the transform, at least twice the cells that are to be right.
    """
    transform = np.fft.rfft(severity, length) - 1
    result: Floats = np.fft.irfft(1 + _expm1(rate[..., None] * transform, 2 * float(rate.max(initial=0.0))), length)
    return result


def _expm1(z: Complex, most: float) -> Complex:
    """Return exp(z) − 1 for |z| ≤ most, within 1e-12 of z: by its series where z is small, several times as fast."""
    if most > _SMALL:
        exact: Complex = np.expm1(z)
        return exact
    last, error = 1, most / 2
    while error > _ERROR:
        last, error = last + 1, error * most / (last + 2)
    coefficient = 1 / factorial(last)
    result = np.full_like(z, coefficient)
    for term in range(last, 1, -1):
        coefficient *= term
        result *= z
        result += coefficient
    result *= z
    return result


def layer_year(rate: Floats, severity: Floats, cell: Floats, annual_cells: int = CELLS) -> Floats:
    """Return the expected payment a year of layers (rows), the year's sum capped at ``annual_cells`` cells of ``cell`` yen.

    ``severity``: rows × (cells + 1), what one loss pays in cells, chances adding up to 1. E[min(sum, cap)] = cap − Σ over
    sums below the cap of (cap − sum) × its chance, so that a transform of twice the cap is enough: the severity is damped
    by e^(−θ cell), which leaves of sums that wrap round e^−24. The expectation is taken on the transform (Parseval).
    """
    damping, weight = _damped(annual_cells, severity.shape[1])
    length = 2 * (len(weight) - 1)
    result = np.empty(len(rate))
    for start in range(0, len(rate), _BLOCK):  # blocks that stay in the processor's cache
        rows = slice(start, start + _BLOCK)
        some = rate[rows]
        exponent = some[:, None] * (np.fft.rfft(severity[rows] * damping, length) - 1)
        found = _expm1(exponent, 2 * float(some.max(initial=0.0)))
        result[rows] = found.real @ weight.real + found.imag @ weight.imag
    return np.clip(result, 0.0, annual_cells) * cell


def passed_in_year(rate: Floats, severity: Floats, beyond: Floats, annual_cells: int = CELLS) -> Floats:
    """Return the chance that a year passes the limit (rows): by one loss beyond it, or by the sum of several.

    ``beyond``: chance that one loss goes beyond; it is taken out of the last cell, and a year with such a loss out of the
    years whose sum stays within the limit.
    """
    within = severity.copy()
    within[:, -1] -= np.minimum(beyond, within[:, -1])
    within *= ((1 - beyond) / within.sum(axis=1))[:, None]  # where more goes beyond than the last cell holds
    damping, _ = _damped(annual_cells, severity.shape[1])
    length = 4 * annual_cells
    chances = np.fft.irfft(
        _expm1(rate[:, None] * (np.fft.rfft(within * damping, length) - 1), 2 * float(rate.max(initial=0.0))), length
    )
    undamped = chances[:, : annual_cells + 1] / damping[1] ** np.arange(annual_cells + 1)
    result: Floats = np.clip(-undamped.sum(axis=1), 0.0, 1.0)
    return result


@lru_cache(maxsize=8)
def _damped(annual_cells: int, cells: int) -> tuple[Floats, Complex]:
    """Return e^(−θ cell) by cell, and the transform of −(cap − cell)⁺ e^(θ cell), weighted for a product with a spectrum."""
    length = 2 ** int(np.ceil(np.log2(max(2 * annual_cells, cells))))
    theta = _DAMPED / length
    below = np.maximum(annual_cells - np.arange(length), 0) * np.exp(theta * np.arange(length))
    weight = -np.fft.rfft(below) / length
    weight[1:-1] *= 2
    return np.exp(-theta * np.arange(cells)), weight


def layer_severity(limited_mean: Callable[[Floats], Floats], layer: Layer, cells: int = CELLS) -> Floats:
    """Return what one loss pays of a layer, by cell 0 … cells of limit ÷ cells yen, the mean kept in every cell.

    ``limited_mean(x)`` is E[min(loss, x)] in yen. Source: local moment matching (Gerber 1982) of order one.
    """
    if not layer.limit or not layer.share:
        nothing: Floats = np.eye(1, cells + 1)[0]
        return nothing
    points = np.linspace(layer.loss_for(0), layer.loss_for(layer.limit), cells + 1)
    slope = np.diff(limited_mean(points)) / (points[1] - points[0])  # mean of P(loss > x) over each cell
    return np.concatenate([1 - slope[:1], slope[:-1] - slope[1:], slope[-1:]])


def split_cells(loss: Floats, chance: Floats, step: float, cells: int) -> Floats:
    """Return chance by cell 0 … cells: each loss is split between its two neighbours so that its mean is kept.

    Losses beyond the last cell are left out.
    """
    position = loss / step
    index = position.astype(np.int64)
    if position.max(initial=0.0) >= cells:
        inside = index < cells
        position, index, chance = position[inside], index[inside], chance[inside]
    upper = chance * (position - index)
    result = counted(index, chance - upper, cells + 1)
    result[1:] += counted(index, upper, cells + 1)[:cells]
    return result


@dataclass(frozen=True, eq=False)
class Curve:
    """The year's gross total: chance of at most x yen, on two stitched grids, fine to 164 million and coarse to 8.2 billion."""

    fine: Floats
    coarse: Floats
    expected: float
    """Yen a year, worked out without the grids."""

    @cached_property
    def error(self) -> float:
        """Most by which a chance can be wrong because sums beyond a transform wrap round to its start.

        Fine grid: the chance of passing twice its end, read from the coarse one. Coarse grid: Markov's bound. Amounts are
        right to one step beside.
        """
        wraps = self.expected / (2 * LENGTH * COARSE)
        return 1 - float(self.coarse[int(2 * LENGTH * FINE / COARSE)]) + wraps

    def quantile(self, chance: float) -> float:
        """Return the least yen that the year's total stays within with this chance; infinity beyond the coarse grid."""
        for step, cumulative in ((FINE, self.fine), (COARSE, self.coarse)):
            index = int(np.searchsorted(cumulative, chance - 1e-12))
            if index < len(cumulative):
                return index * step
        return float("inf")

    def exceedance(self, yen: Floats) -> Floats:
        """Return the chance that the year's total is more than each amount."""
        grid = np.arange(LENGTH, dtype=np.float64)
        fine: Floats = np.interp(yen, FINE * grid, self.fine)
        coarse: Floats = np.interp(yen, COARSE * grid, self.coarse)
        result: Floats = 1 - np.where(yen <= FINE * (LENGTH - 1), fine, coarse)
        return np.maximum(result, 0.0)


def gross_curve(losses: Losses) -> Curve:
    """Return the curve of the year's gross total."""
    drawn = losses.drawn_out
    total = max(losses.total, 1e-300)
    grids = []
    for step in (FINE, COARSE):
        cells = split_cells(drawn.loss, drawn.number, step, LENGTH - 1) / total
        cells[0] += 1 - float(drawn.number.sum()) / total
        year = poisson(np.array([losses.total]), cells[None, :], 2 * LENGTH)[0, :LENGTH]
        grids.append(np.minimum(np.cumsum(np.maximum(year, 0.0)), 1.0))
    return Curve(grids[0], grids[1], float(drawn.number @ drawn.loss))
