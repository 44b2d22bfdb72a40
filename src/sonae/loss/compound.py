"""The year's total of a Poisson number of losses, by fast Fourier transform on mean-preserving cells.

A layer's payments are bounded by its limit, so that 64 cells a limit and a transform of 256 (four full limits in a year)
are enough; the gross curve has no bound and takes two grids of different step, stitched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import factorial

import numpy as np
import numpy.typing as npt

from sonae.layers import Layer
from sonae.loss.losses import Losses, counted
from sonae.loss.normal import Floats, Indices

Complex = npt.NDArray[np.complex128]
CELLS = 64
"""Cells a limit."""
PERIOD = 256
"""Length of the layer's transform: sums of up to four full limits; more in one year would wrap round."""
FINE, COARSE = 20_000.0, 1_000_000.0
"""Steps of the two gross grids, in yen."""
LENGTH = 8192
"""Cells of each gross grid."""
_SMALL, _ERROR = 0.5, 1e-10
_BLOCK = 64
_FAR, _WRAPPED = 12, 1e-4
"""Standard deviations within which a year's sum surely lies; what may wrap round a transform."""
_TILTS = np.array([0.1, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0])


def poisson(rate: Floats, severity: Floats, length: int) -> Floats:
    """Return the distribution of the year's total in cells, for each row.

    ``rate``: expected losses a year (rows); ``severity``: chance of each cell for one loss (rows × cells, sum 1 or less:
    what is missing is a loss beyond the grid); ``length``: of the transform, at least twice the cells that are to be right.
    """
    result: Floats = np.fft.irfft(spectrum(rate, severity, length), length)
    return result


def spectrum(rate: Floats, severity: Floats, length: int) -> Complex:
    """Return the transform of the year's total: exp(rate × (transform of the severity − 1)), by rows."""
    result: Complex = _exp(rate[..., None] * (np.fft.rfft(severity, length) - 1), 2 * float(rate.max(initial=0.0)))
    return result


def _exp(z: Complex, most: float) -> Complex:
    """Return exp(z) for |z| ≤ most, within 1e-10: by its series where z is small, which is several times as fast."""
    if most > _SMALL:
        exact: Complex = np.exp(z)
        return exact
    last, error = 1, most
    while error > _ERROR:
        last, error = last + 1, error * most / (last + 1)
    coefficient = 1 / factorial(last)
    result = np.full_like(z, coefficient)
    for term in range(last, 0, -1):
        coefficient *= term
        result *= z
        result += coefficient
    return result


def layer_year(rate: Floats, severity: Floats, cell: Floats, annual_cells: int = CELLS) -> Floats:
    """Return the expected payment a year of layers (rows), the year's sum capped at ``annual_cells`` cells of ``cell`` yen.

    ``severity``: rows × (cells + 1), what one loss pays in cells, chances adding up to 1. The expectation is taken on the
    transform (Parseval), so that it is not transformed back. Rows of so many losses that their sum could wrap round a
    transform of ``PERIOD`` take a longer one; those that pass the cap all but surely pay it.
    """
    result = np.empty(len(rate))
    for start in range(0, len(rate), _BLOCK):  # blocks that stay in the processor's cache
        rows = slice(start, start + _BLOCK)
        result[rows] = _block_year(rate[rows], severity[rows], annual_cells)
    return result * cell


def _block_year(rate: Floats, severity: Floats, annual_cells: int) -> Floats:
    cells = np.arange(severity.shape[1])
    mean, deviation = rate * (severity @ cells), np.sqrt(np.maximum(rate * (severity @ cells**2), 0.0))
    length = _lengths(rate, severity)
    sure = mean - _FAR * deviation > annual_cells
    result = np.where(sure, float(annual_cells), 0.0)
    for each in np.unique(length[~sure]):
        rows = ~sure & (length == each)
        weight = _capped(annual_cells, int(each))
        found = spectrum(rate[rows], severity[rows], int(each))
        result[rows] = np.maximum(found.real @ weight.real + found.imag @ weight.imag, 0.0)  # not a rounding below 0
    return result


def _lengths(rate: Floats, severity: Floats) -> Indices:
    """Return the length of each row's transform, so long that what wraps round is 1e-4 of the paying losses or less
    (by this bound, which is wide: in the standard case 1e-5 of the payment).

    Chernoff: P(sum ≥ n) ≤ exp(rate × (E[e^(θ cell)] − 1) − θ n) for every θ.
    """
    theta = _TILTS / (severity.shape[1] - 1)
    grown = rate[:, None] * (severity @ np.exp(np.arange(severity.shape[1])[:, None] * theta) - 1)
    allowed = np.log(_WRAPPED * np.maximum(rate * (1 - severity[:, 0]), 1e-300))
    needed = ((grown - allowed[:, None]) / theta).min(axis=1)
    result: Indices = np.exp2(np.ceil(np.log2(np.maximum(needed, PERIOD)))).astype(np.int64)
    return result


@lru_cache(maxsize=8)
def _capped(annual_cells: int, length: int) -> Complex:
    """Return the transform of min(cell, annual_cells), so weighted that its product with a spectrum is the mean."""
    weight = np.fft.rfft(np.minimum(np.arange(length), annual_cells)) / length
    weight[1:-1] *= 2
    result: Complex = weight
    return result


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
