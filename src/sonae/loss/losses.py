"""What incidents cost, gathered in fine bins of yen: for what layers pay, for quantiles, and for the year's curve."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sonae.loss.normal import Flags, Floats, Indices

CHANCES = (0.5, 0.9, 0.99)
BINS_PER_DOUBLING = 150
"""A bin is 0.5 % wide."""
_ROUNDED = 1e-9


@dataclass(frozen=True, eq=False)
class Losses:
    """Losses of one kind above 0 in rising order, gathered in bins that keep number and yen; they stand at their mean."""

    loss: Floats
    number: Floats
    """Expected number a year."""
    total: float
    """Expected number a year, also of losses of nothing."""
    material: Floats
    """As ``number``, of the material incidents alone."""
    material_total: float
    moving: Floats
    """Part of each bin, 0 to 1, that stands for a range of sizes; the rest is one person, or all of them."""
    reach: Floats
    """How many bins wide that range is."""

    @classmethod
    def of(cls, loss: Floats, rate: Floats, material: Floats | Flags) -> "Losses":
        """Return the losses gathered; the arrays broadcast together: yen, number a year, part that is material (0 to 1).

        Their second axis is size: one person first, all persons last, between them cells of neighbouring sizes.
        """
        rate = np.ascontiguousarray(np.broadcast_to(rate, np.broadcast_shapes(loss.shape, rate.shape)))
        place = np.maximum(np.broadcast_to(loss, rate.shape), 0.5)
        np.log2(place, out=place)
        place *= BINS_PER_DOUBLING
        place += 1
        bins = _bin(place).ravel()
        by_bin, still = (
            counted(bins, rate.ravel()),
            counted(_ends(bins.reshape(rate.shape)), _ends(rate), bins.max() + 1),
        )
        work = rate * material  # one array for all products: making new ones takes longer than filling them
        by_material = counted(bins, work.ravel())
        width = counted(bins, np.multiply(rate, _reach(place), out=work).ravel())
        yen = counted(bins, np.multiply(rate, loss, out=work).ravel())
        keep = (by_bin > 0) & (yen > by_bin)
        keep[0] = False
        kept = by_bin[keep]
        moving = kept - still[keep]
        moving[moving < _ROUNDED * kept] = 0.0
        return cls(
            loss=yen[keep] / kept,
            number=kept,
            total=float(by_bin.sum()),
            material=by_material[keep],
            material_total=float(by_material.sum()),
            moving=moving / kept,
            reach=np.where(moving > 0, width[keep] / np.where(moving > 0, moving, 1.0), 0.0),
        )

    @cached_property
    def _cumulated(self) -> tuple[Floats, Floats]:
        start = np.zeros(1)
        amount = np.cumsum(self.number * self.loss)
        return np.concatenate([start, np.cumsum(self.number)]), np.concatenate([start, amount])

    def limited_mean(self, yen: Floats) -> Floats:
        """Return the mean of a loss cut at each amount: E[min(loss, yen)]."""
        number, amount = self._cumulated
        at = np.searchsorted(self.loss, yen)
        result: Floats = (amount[at] + yen * (number[-1] - number[at])) / max(self.total, 1e-300)
        return result

    @cached_property
    def drawn_out(self) -> "DrawnOut":
        """The losses spread evenly over the sizes that each stands for, so that chances do not step with the cells."""
        place = np.log2(self.loss) * BINS_PER_DOUBLING
        low, high = place - self.reach / 2, place + self.reach / 2
        bins = int(np.ceil(high.max(initial=0.0))) + 2
        still = 1 - self.moving
        number, material = (
            _spread(low, high, part * self.moving, bins) + counted(_bin(place), part * still, bins)
            for part in (self.number, self.material)
        )
        loss = 2.0 ** ((np.arange(bins) + 0.5) / BINS_PER_DOUBLING)
        scale = float(self.number @ self.loss) / max(float(number @ loss), 1e-300)
        return DrawnOut(loss * scale, number, material, self.total, self.material_total)


@dataclass(frozen=True, eq=False)
class DrawnOut:
    """Losses by bin in rising order, drawn out over their sizes; number a year and mean as of the losses they come from."""

    loss: Floats
    number: Floats
    material: Floats
    total: float
    material_total: float

    def over(self, yen: float) -> tuple[float, float]:
        """Return the expected number a year of losses above an amount: of all incidents, of material ones."""
        at = int(np.searchsorted(self.loss, yen, side="right"))
        return float(self.number[at:].sum()), float(self.material[at:].sum())

    def over_if_material(self, yen: Floats) -> Floats:
        """Return the chance that a material incident's loss is more than each amount (0 where none can happen)."""
        above = np.append(np.cumsum(self.material[::-1])[::-1], 0.0)
        result: Floats = above[np.searchsorted(self.loss, yen, side="right")] / max(self.material_total, 1e-300)
        return result

    def if_material(self) -> dict[str, float]:
        """Return the 50, 90 and 99 % quantiles of a material incident's loss, in yen; 0 where none can happen."""
        none = self.material_total - float(self.material.sum())
        within = none + np.cumsum(self.material)
        found = {}
        for q in CHANCES:
            index = int(np.searchsorted(within, q * self.material_total * (1 - 1e-12)))
            nothing = none >= q * self.material_total or self.material_total <= 0
            found[f"{int(q * 100)}"] = 0.0 if nothing else float(self.loss[min(index, len(self.loss) - 1)])
        return found


def _ends(array: Any) -> Any:
    """Return what stands for one person and for all of them (the second axis's ends), flat."""
    return array[:, [0, -1]].ravel()


def _reach(place: Floats) -> Floats:
    """Return how many bins lie between the losses of neighbouring sizes (second axis): 0 for one person and for all."""
    result = np.zeros_like(place)
    if place.shape[1] > 2:
        inner = result[:, 2:-1]
        np.subtract(place[:, 3:], place[:, 1:-2], out=inner)
        inner *= 0.5
        np.subtract(place[:, 2], place[:, 1], out=result[:, 1])
        np.maximum(result, 0.0, out=result)
    return result


def _bin(place: Floats) -> Indices:
    result: Indices = np.maximum(place, 0.0).astype(np.int64)
    return result


def _spread(low: Floats, high: Floats, number: Floats, bins: int) -> Floats:
    """Return numbers by bin, each spread evenly from low to high (places in bins; a range of nothing stays in its bin)."""
    wide = high - low > 1e-3
    narrow = counted(_bin(low[~wide]), number[~wide], bins)
    slope = number[wide] / (high[wide] - low[wide])
    places, slopes = np.concatenate([low[wide], high[wide]]), np.concatenate([slope, -slope])
    at = _bin(np.ceil(places))
    rise, start = counted(at, slopes, bins + 1), counted(at, slopes * places, bins + 1)
    cumulated = np.arange(bins + 1) * np.cumsum(rise) - np.cumsum(start)
    return narrow + np.maximum(np.diff(cumulated), 0.0)


def counted(index: Indices, weight: Floats, least: int = 0) -> Floats:
    """Return the sum of the weights at each index, at least so many."""
    result: Floats = np.bincount(index, weight, least).astype(np.float64, copy=False)
    return result
