"""The year's total of a Poisson number of losses, by fast Fourier transform on mean-preserving cells.

A layer's payments are bounded by its limit, so that 64 cells a limit and a transform of 256 (four full limits in a year)
are enough; the gross curve has no bound and takes two grids of different step, stitched.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sonae.loss.normal import Floats

CELLS = 64
"""Cells a limit."""
PERIOD = 256
"""Length of the layer's transform: sums of up to four full limits; more in one year would wrap round."""
FINE, COARSE = 20_000.0, 1_000_000.0
"""Steps of the two gross grids, in yen."""
LENGTH = 8192
"""Cells of each gross grid."""


def poisson(rate: Floats, severity: Floats, length: int) -> Floats:
    """Return the distribution of the year's total in cells, for each row.

    ``rate``: expected losses a year (rows); ``severity``: chance of each cell for one loss (rows × cells, sum 1 or less:
    what is missing is a loss beyond the grid); ``length``: of the transform, at least twice the cells that are to be right.
    """
    transform = np.fft.rfft(severity, length)
    result: Floats = np.fft.irfft(np.exp(rate[..., None] * (transform - 1)), length)
    return result


def split_cells(loss: Floats, chance: Floats, step: float, cells: int) -> Floats:
    """Return chance by cell 0 … cells: each loss is split between its two neighbours so that its mean is kept.

    Losses beyond the last cell are left out.
    """
    position = loss.ravel() / step
    index = position.astype(np.int64)
    share = position - index
    weight = chance.ravel()
    inside = (index < cells) & (weight > 0)
    index, share, weight = index[inside], share[inside], weight[inside]
    low = np.bincount(index, weight * (1 - share), cells + 1).astype(np.float64)
    result: Floats = low + np.bincount(index + 1, weight * share, cells + 1)
    return result


@dataclass(frozen=True, slots=True)
class Year:
    """A layer's year: expected payment in yen, and the chance of a payment at all."""

    expected: Floats
    any: Floats


def layer_year(rate: Floats, severity: Floats, cell: Floats, annual_cells: int = CELLS) -> Year:
    """Return the year's payment of layers (rows), the sum of payments capped at ``annual_cells`` cells of ``cell`` yen.

    ``severity``: rows × (cells + 1), what one loss pays in cells, chances adding up to 1.
    """
    total = poisson(rate, severity, PERIOD)
    paid = np.minimum(np.arange(PERIOD), annual_cells)
    return Year(expected=(total @ paid) * cell, any=1 - total[..., 0])


def layer_severity(
    limited_mean: Callable[[Floats], Floats], limit: float, deductible: float, cells: int = CELLS
) -> Floats:
    """Return what one loss pays of a layer, by cell 0 … cells of limit ÷ cells yen, the mean kept in every cell.

    ``limited_mean(x)`` is E[min(loss, x)] in yen. Source: local moment matching (Gerber 1982) of order one.
    """
    step = limit / cells
    points = deductible + step * np.arange(cells + 1)
    slope = np.diff(limited_mean(np.asarray(points, dtype=np.float64))) / step  # mean of P(loss > x) over each cell
    return np.concatenate([1 - slope[:1], slope[:-1] - slope[1:], slope[-1:]])


@dataclass(frozen=True, eq=False)
class Curve:
    """The year's gross total: chance of at most x yen, on two stitched grids, fine to 164 million and coarse to 8.2 billion."""

    fine: Floats
    coarse: Floats

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


def gross_curve(loss: Floats, rate: Floats) -> Curve:
    """Return the curve of the year's gross total; ``rate`` is the expected number a year of each ``loss``."""
    total = float(rate.sum())
    grids = []
    for step in (FINE, COARSE):
        cells = split_cells(loss, rate / max(total, 1e-300), step, LENGTH - 1)
        year = poisson(np.array([total]), cells[None, :], 2 * LENGTH)[0, :LENGTH]
        grids.append(np.minimum(np.cumsum(np.maximum(year, 0.0)), 1.0))
    return Curve(*grids)
