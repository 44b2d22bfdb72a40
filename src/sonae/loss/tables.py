"""Many businesses at once: what an incident costs is tabulated by persons held, and a business read between two nodes.

What an incident costs depends on the business only through the persons on each medium, a few marks of its information, and
its share of work that clients claim back. Rows are made for nodes of persons held when a business needs them; a business
between two nodes is their mixture, so that more persons never cost less. Its answers and its facts enter as weights of
pairs, and all businesses between the same nodes are one matrix product.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sonae.layers import Layer
from sonae.loss.compound import CELLS, layer_year
from sonae.loss.controls import UNMET, population_mean, ranges, relative_risk, weights
from sonae.loss.engine import MATERIAL_PERSONS
from sonae.loss.exposure import Exposure, Facts, caps, frequency, industry_factors
from sonae.loss.normal import Floats, Indices
from sonae.loss.parameters import CAUSES, ELECTRONIC, LEVELS, MEDIA, Level, Parameters, parameters
from sonae.loss.portfolio import AVERAGE, Kind, Portfolio
from sonae.loss.severity import IS_INSURED, SPREAD_CHANCE, Severity, outcomes, own_loss, sizes
from sonae.programmes import Plan

NODES_PER_DECADE = 28
FEW_NODES, FEW_DECADES = 30, 2
"""Nodes a decade up to 100 persons, where the deductible bends what is paid."""
BINS_A_DOUBLING, DOUBLINGS = 40, 34
"""Bins of a section's losses, from 1 yen to 2^34 (17 billion); they keep number and yen."""
BINS = BINS_A_DOUBLING * DOUBLINGS + 1
GROUP = 512
"""Businesses in one matrix product."""


# --- rows of the table
def nodes(p: Parameters, most: float) -> Floats:
    """Return the nodes of persons held, 0 to ``most`` or more: even in the logarithm, the kinks of all ramps by medium, and
    both sides of the step at which an incident is material.
    """  # fmt: skip
    decades = int(np.ceil(np.log10(max(most, 10.0))))
    few = 10.0 ** (np.arange(FEW_DECADES * FEW_NODES) / FEW_NODES)
    more = 10.0 ** (np.arange(FEW_DECADES * NODES_PER_DECADE, decades * NODES_PER_DECADE + 1) / NODES_PER_DECADE)
    ramps = (
        p.call_centre, p.investigation_size, p.advice_size, p.notice_local, p.notice_national, p.mass_ramp, p.goodwill_ramp,
    )  # fmt: skip
    steps = [1.0, MATERIAL_PERSONS * (1 - 1e-9), MATERIAL_PERSONS * (1 + 1e-9)]
    kinks = np.concatenate([steps, *(x for x, _ in ramps)])[:, None] / p.persons_on_medium
    found = np.unique(np.concatenate([[0.0], few, more, kinks[kinks < 10.0**decades]]))
    return np.append(found, max(found[-1], most) + 1)


def _parts(s: Severity) -> tuple[Floats, Floats]:
    """Return weights of states, pair × cell × state: without, and times, the aftermath's relative risk."""
    plain = np.zeros((*s.chance.shape, 3))
    plain[..., 0] = s.chance
    aftermath = np.concatenate([-(s.state[..., :1] + s.state[..., 1:]), s.state], axis=2) * s.chance[..., None]
    return plain, aftermath


def _means(s: Severity) -> Floats:
    """Return the insured mean of one incident, (without, with the aftermath) × pair, in yen."""
    mean = s.means[IS_INSURED].sum(axis=0)
    return np.stack([np.einsum("pcs,pcs->p", part, mean) for part in _parts(s)])


class _Section:
    """One section's columns of a row: for every plan what one loss pays, in cells."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers

    def columns(self, s: Severity, chance: Floats, covered: Sequence[Floats]) -> Floats:
        """Return the columns, 2 · pairs (without, then with the aftermath) × columns.

        ``chance``: of the outcomes' branches; ``covered``: what of each outcome's loss each plan can cover.
        """
        parts = _parts(s)
        found = np.empty((2, len(chance), len(self.layers) * (CELLS + 1)))
        gathered = {key: _Gathered(part, chance, parts) for key, part in {id(part): part for part in covered}.items()}
        for number, (layer, part) in enumerate(zip(self.layers, covered, strict=True)):
            start = number * (CELLS + 1)
            found[:, :, start : start + CELLS + 1] = gathered[id(part)].cells(layer)
        return found.reshape(2 * len(chance), -1)


class _Gathered:
    """Losses in logarithmic bins: number and yen in all bins before, (without, with the aftermath) × pair × bin."""

    def __init__(self, loss: Floats, chance: Floats, parts: Sequence[Floats]) -> None:
        pairs = len(loss)
        index = _bin(loss)
        index += (np.arange(pairs) * BINS)[:, None, None, None, None]
        number, yen = np.empty((2, pairs, BINS)), np.empty((2, pairs, BINS))
        for which, part in enumerate(parts):
            states = slice(0, 1) if which == 0 else slice(None)  # without the aftermath everything is quiet
            own = loss[:, :, states]
            weight = np.broadcast_to(part[:, :, states, None, None] * chance[:, :, states], own.shape).ravel()
            at = index[:, :, states].ravel()
            number[which] = np.bincount(at, weight, pairs * BINS).reshape(pairs, BINS)
            yen[which] = np.bincount(at, weight * own.ravel(), pairs * BINS).reshape(pairs, BINS)
        self.number, self.yen = _before(number), _before(yen)

    def cells(self, layer: Layer) -> Floats:
        """Return what one loss pays of a layer in cells, the mean kept (``compound.layer_severity`` for every pair)."""
        number, yen = self.number, self.yen
        total = number[:, :, -1:]
        if not layer.limit or not layer.share:
            return total * np.eye(1, CELLS + 1)
        points = np.linspace(layer.loss_for(0), layer.loss_for(layer.limit), CELLS + 1)
        at = _bin(points)
        limited = yen[:, :, at] + points * (total - number[:, :, at])
        slope = np.diff(limited, axis=2) / (points[1] - points[0])
        return np.concatenate([total - slope[:, :, :1], slope[:, :, :-1] - slope[:, :, 1:], slope[:, :, -1:]], axis=2)


def _bin(loss: Floats) -> Indices:
    """Return the bin of each loss; all above the last bin's start stand in it."""
    result: Indices = (np.log2(np.clip(loss, 1.0, 2.0**DOUBLINGS)) * BINS_A_DOUBLING).astype(np.int64)
    return result


def _before(amounts: Floats) -> Floats:
    """Return sums of the bins before each, one more than bins."""
    result = np.zeros((*amounts.shape[:2], BINS + 1))
    np.cumsum(amounts, axis=2, out=result[:, :, 1:])
    return result


# --- the answer
@dataclass(frozen=True, eq=False)
class Many:
    """The answers of many businesses, one row each: yen a year unless said otherwise."""

    expected: Floats
    insurable: Floats
    low: Floats
    high: Floats
    by_cause: Floats
    """Rows × causes."""
    rate_any: Floats
    """Incidents a year."""
    rate_material: Floats
    paid: Floats
    """Rows × plans × (liability, cost)."""


def assess_many(
    businesses: Portfolio, plans: Sequence[Plan] | None = None, progress: Callable[[int], None] | None = None
) -> Many:
    """Return the answers of all businesses. ``progress`` is told how many more are done, now and then.

    Dispute costs beside a limit are not tabulated: raises ValueError for such a plan.
    """
    chosen = businesses.programme.plans if plans is None else tuple(plans)
    if any(plan.dispute_costs != "inside" for plan in chosen):
        raise ValueError("plans with dispute costs beside the limit are worked out one business at a time")
    count = len(businesses)
    found = Many(
        expected=np.zeros(count),
        insurable=np.zeros(count),
        low=np.zeros(count),
        high=np.zeros(count),
        by_cause=np.zeros((count, len(CAUSES))),
        rate_any=np.zeros(count),
        rate_material=np.zeros(count),
        paid=np.zeros((count, len(chosen), 2)),
    )
    worker = _Worker(businesses, chosen, found)
    interval = np.searchsorted(worker.nodes, businesses.persons, side="right") - 1
    order = np.lexsort((businesses.kind, interval))
    kind, interval = businesses.kind[order], interval[order]
    starts = np.flatnonzero(np.r_[count > 0, (np.diff(kind) != 0) | (np.diff(interval) != 0)])
    for start, stop in zip(starts, np.r_[starts[1:], [count] * bool(count)], strict=True):
        for first in range(start, stop, GROUP):
            group = order[first : min(first + GROUP, stop)]
            worker.work(businesses.kinds[kind[start]], int(interval[start]), group)
            if progress is not None:
                progress(len(group))
    return found


class _Worker:
    """Works out groups of businesses of one kind between two nodes; keeps the rows of the two nodes it is at."""

    def __init__(self, businesses: Portfolio, plans: Sequence[Plan], found: Many) -> None:
        self.businesses, self.plans, self.found = businesses, plans, found
        self.levels = {level: parameters(businesses.programme, businesses.on, level) for level in LEVELS}
        self.p = self.levels["central"]
        self.weights = weights(businesses.programme, businesses.edition)
        self.liability = _Section([Layer(plan.liability_limit, plan.deductible) for plan in plans])
        self.cost = _Section([Layer(plan.cost_limit, plan.deductible, plan.insurer_share) for plan in plans])
        self.nodes = nodes(self.p, float(businesses.persons.max(initial=1.0)))
        self.cause = np.array([c for c, _ in self.p.pairs])
        self.electronic = np.array([CAUSES[c] in ELECTRONIC for c, _ in self.p.pairs])[:, None]
        self.by_mail = np.array([MEDIA[m] == "mail" for _, m in self.p.pairs])
        self.industries = {
            p: np.array([industry_factors(p, name) for name in businesses.industries]).reshape(-1, len(CAUSES))
            for p in self.levels.values()
        }
        self.same_risk = all(
            np.array_equal(ranges(p), ranges(self.p)) and p.answers == self.p.answers for p in self.levels.values()
        )
        self.at: tuple[int, int] = (-1, -1)
        self.rows: dict[tuple[object, ...], Any] = {}

    def work(self, kind: Kind, interval: int, chosen: Indices) -> None:
        """Fill in the answers of the businesses ``chosen``."""
        if interval != self.at[0]:
            self.at = (interval, interval + 1)
            self.rows = {key: row for key, row in self.rows.items() if key[0] in self.at}
        found, persons = self.found, self.businesses.persons[chosen]
        share = (persons - self.nodes[interval]) / (self.nodes[interval + 1] - self.nodes[interval])
        codes = self.businesses.answers[chosen]
        risk = self._risk(self.p, codes)
        by_level: dict[Level, Any] = {
            level: self._expected(level, kind, chosen, share, risk if self.same_risk else self._risk(p, codes))
            for level, p in self.levels.items()
        }
        rate, aftermath, insured, own = by_level["central"]
        found.insurable[chosen] = insured.sum(axis=1)
        found.by_cause[chosen] = insured + own
        targets: dict[Level, Floats] = {"central": found.expected, "low": found.low, "high": found.high}
        for level, target in targets.items():
            target[chosen] = (by_level[level][2] + by_level[level][3]).sum(axis=1)
        found.rate_any[chosen] = rate.sum(axis=1)
        low, high = (self._material(kind, node) for node in self.at)
        found.rate_material[chosen] = (rate * ((1 - share)[:, None] * low + share[:, None] * high)).sum(axis=1)
        weight = np.concatenate([rate, rate * aftermath[:, None]], axis=1)
        mixed = np.concatenate([weight * (1 - share)[:, None], weight * share[:, None]], axis=1)
        for number, (section, name) in enumerate(((self.liability, "liability"), (self.cost, "cost"))):
            table = mixed @ np.concatenate([self._columns(name, kind, node) for node in self.at])
            found.paid[chosen, :, number] = self._paid(section, rate.sum(axis=1), table)

    def _severity(self, level: Level, kind: Kind, node: int) -> Severity:
        """Return what an incident costs at a node, own loss left at nothing; its sizes are worked out once."""
        p = self.levels[level]
        key = (node, "sizes", level)
        if key not in self.rows:
            self.rows[key] = sizes(p, caps(p, self.nodes[[node]])[0])
        nothing = np.zeros(1)
        e = Exposure(nothing, nothing, kind.per_head, kind.financial, kind.cards, kind.pass_through, 0.0, 0.0)
        return outcomes(p, e, self.cause, self.by_mail, *self.rows[key])

    def _means(self, level: Level, kind: Kind, node: int) -> Floats:
        key = (node, "means", level, kind)
        if key not in self.rows:
            self.rows[key] = _means(self._severity(level, kind, node))
        found: Floats = self.rows[key]
        return found

    def _material(self, kind: Kind, node: int) -> Floats:
        """Return by pair the chance that an incident is material."""
        key = (node, "material")
        if key not in self.rows:
            s = self._severity("central", kind, node)
            self.rows[key] = (s.chance * ((s.persons > MATERIAL_PERSONS) | self.electronic)).sum(axis=1)
        found: Floats = self.rows[key]
        return found

    def _columns(self, name: str, kind: Kind, node: int) -> Floats:
        """Return a section's columns at a node; the cost section does not depend on awards and cards."""
        key = (node, name, kind) if name == "liability" else (node, name, kind.financial, kind.pass_through)
        if key not in self.rows:
            s = self._severity("central", kind, node)
            if name == "liability":
                loss = s.liability()
                chance = s.claimed[..., :, None] * (s.goodwill_branch[..., None, :] if s.pass_through else 1.0)
                self.rows[key] = self.liability.columns(s, chance, [loss] * len(self.plans))
            else:
                chance = s.goodwill_branch[..., :, None] * SPREAD_CHANCE
                covered = {cap: s.cost(cap) for cap in {plan.goodwill_cap_each for plan in self.plans}}
                parts = [covered[plan.goodwill_cap_each] for plan in self.plans]
                self.rows[key] = self.cost.columns(s, chance, parts)
        found: Floats = self.rows[key]
        return found

    def _expected(
        self, level: Level, kind: Kind, chosen: Indices, share: Floats, risk: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return rates by pair, the aftermath's relative risk, and insured and own loss by cause, at one level."""
        p, businesses = self.levels[level], self.businesses
        rate = frequency(p, self._facts(p, chosen)) * risk[:, self.cause]
        low, high = (self._means(level, kind, node) for node in self.at)
        plain, aftermath = ((1 - share)[:, None] * low[part] + share[:, None] * high[part] for part in (0, 1))
        employees, sales = np.maximum(businesses.employees[chosen], 1.0), businesses.sales[chosen]
        recovery, lost = own_loss(p, employees, np.where(np.isnan(sales), p.sales_per_employee * employees, sales))
        insured = self._by_cause(rate * (plain + risk[:, -1:] * aftermath))
        return rate, risk[:, -1], insured, self._by_cause(rate) * (recovery * float(SPREAD_CHANCE @ p.spread) + lost)

    def _risk(self, p: Parameters, codes: npt.NDArray[np.uint8]) -> Floats:
        mean = population_mean(p)
        risk = relative_risk(self.weights, p, np.array([UNMET["yes"], UNMET["partly"], UNMET["no"], mean, mean])[codes])
        return np.where(codes[:, :1] == AVERAGE, 1.0, risk)

    def _facts(self, p: Parameters, chosen: Indices) -> Facts:
        businesses = self.businesses
        web_shop, contractors, publishing, *held = businesses.marks[chosen].T
        return Facts(
            self.industries[p][businesses.industry[chosen]], businesses.employees[chosen], businesses.persons[chosen],
            web_shop, contractors, publishing, np.stack(held, axis=1),
        )  # fmt: skip

    def _by_cause(self, pairs: Floats) -> Floats:
        result = np.zeros((len(pairs), len(CAUSES)))
        for pair, cause in enumerate(self.cause):
            result[:, cause] += pairs[:, pair]
        return result

    @staticmethod
    def _paid(section: _Section, rate: Floats, cells: Floats) -> Floats:
        plans = len(section.layers)
        chances = cells.reshape(len(rate) * plans, CELLS + 1) / np.maximum(rate, 1e-300).repeat(plans)[:, None]
        step = np.array([layer.limit / CELLS for layer in section.layers])
        return layer_year(rate.repeat(plans), chances, np.tile(step, len(rate))).reshape(len(rate), plans)
