"""What plans pay of a business's incidents: any number at once, each limit for one occurrence and for the year."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sonae.layers import Layer
from sonae.loss.compound import CELLS, layer_severity, layer_year, passed_in_year
from sonae.loss.losses import Losses
from sonae.loss.normal import Flags, Floats
from sonae.loss.severity import SPREAD_CHANCE, Severity
from sonae.programmes import DisputeCosts, Plan


@dataclass(frozen=True, slots=True)
class Passed:
    """Chances that a plan's limit is passed: of the liability section, the cost section, either. In a year by one incident or
    by the sum of several (both sections at once only by one incident); if material by that incident.
    """  # fmt: skip

    liability: float
    cost: float
    either: float


@dataclass(frozen=True, eq=False)
class PlanLoss:
    """What a plan pays in a year, in yen, and how often and with which chance its limits are passed."""

    plan: Plan
    paid_liability: float
    paid_cost: float
    in_a_year: Passed
    if_material: Passed

    @property
    def paid(self) -> float:
        """Both sections."""
        return self.paid_liability + self.paid_cost


@dataclass(frozen=True, eq=False)
class Section:
    """One section's losses: of every outcome (pair × cell × state × two branches), and sorted with their rates."""

    loss: Floats
    losses: Losses


@dataclass(frozen=True, eq=False)
class Incidents:
    """A business's incidents: what they cost, how many a year by pair × cell × state, and which are material."""

    severity: Severity
    weight: Floats
    material: Flags
    """Pair × cell."""

    def liability(self, terms: DisputeCosts = "inside") -> Section:
        """Return the liability section's losses; dispute costs count where they are inside the limit. Worked out once."""
        s = self.severity
        if terms not in self._liabilities:
            chance = s.claimed[..., :, None]
            if s.pass_through:
                chance = chance * s.goodwill_branch[..., None, :]
            self._liabilities[terms] = self._section(s.liability(dispute=terms == "inside"), chance)
        return self._liabilities[terms]

    def cost(self, goodwill_cap: float = np.inf) -> Section:
        """Return the cost section's losses, goodwill up to a cap a head; worked out once for each cap."""
        s = self.severity
        cap = goodwill_cap if goodwill_cap < s.goodwill_each.max() else np.inf
        if cap not in self._costs:
            self._costs[cap] = self._section(s.cost(cap), s.goodwill_branch[..., :, None] * SPREAD_CHANCE)
        return self._costs[cap]

    @cached_property
    def _liabilities(self) -> dict[DisputeCosts, Section]:
        return {}

    @cached_property
    def _costs(self) -> dict[float, Section]:
        return {}

    def _section(self, loss: Floats, chance: Floats) -> Section:
        rate = self.weight[..., None, None] * chance
        return Section(loss, Losses.of(loss, rate, self.material[:, :, None, None, None]))

    def beside(self, limit: float) -> float:
        """Return dispute costs that are paid beside the liability limit, yen a year: limit ÷ damages of them above it."""
        s = self.severity
        damages = s.liability(dispute=False)[..., 1, :]
        share = np.minimum(1.0, limit / np.maximum(damages, 1.0))
        mean = (1 - s.offered) * share[..., 0] + s.offered * share[..., -1]
        return float((self.weight * s.claim * s.dispute * mean).sum())


def plan_losses(incidents: Incidents, plans: Sequence[Plan]) -> tuple[PlanLoss, ...]:
    """Return what each plan pays in a year; each limit holds for one occurrence and for the year."""
    liability = {terms: incidents.liability(terms) for terms in {plan.dispute_costs for plan in plans}}
    cost = {cap: incidents.cost(cap) for cap in {plan.goodwill_cap_each for plan in plans}}
    chosen = [(plan, liability[plan.dispute_costs], cost[plan.goodwill_cap_each]) for plan in plans]
    rows, cells, rates = [], [], []
    for plan, damages, response in chosen:
        for losses, layer in (
            (damages.losses, Layer(plan.liability_limit, plan.deductible)),
            (response.losses, Layer(plan.cost_limit, plan.deductible, plan.insurer_share)),
        ):
            rows.append(layer_severity(losses.limited_mean, layer))
            cells.append(layer.limit / CELLS)
            rates.append(losses.total)
    over = [_rates_passed(incidents, *each) for each in chosen]
    beyond = np.array([rate for passed in over for rate, _ in passed[:2]])
    year, often = np.zeros(0), np.zeros(0)
    if plans:
        rate, severities = np.array(rates), np.array(rows)
        year = layer_year(rate, severities, np.array(cells))
        often = passed_in_year(rate, severities, beyond / np.maximum(rate, 1e-300))
    rate_material = float((incidents.weight * incidents.material[:, :, None]).sum())
    found = []
    for i, (plan, _, _) in enumerate(chosen):
        outside = plan.dispute_costs == "outside_prorata"
        beside = incidents.beside(plan.liability_limit) if outside else 0.0
        one, two = float(often[2 * i]), float(often[2 * i + 1])
        both = float(np.expm1(-over[i][3][0]))
        in_a_year = Passed(one, two, max(one, two, min(1.0, one + two + both)))
        if_material = Passed(*(rate / rate_material if rate_material > 0 else 0.0 for _, rate in over[i][:3]))
        found.append(PlanLoss(plan, float(year[2 * i]) + beside, float(year[2 * i + 1]), in_a_year, if_material))
    return tuple(found)


def _rates_passed(incidents: Incidents, plan: Plan, damages: Section, response: Section) -> list[tuple[float, float]]:
    """Return how often a year (all incidents, material ones) one passes the liability, the cost, either, and both limits."""
    s = incidents.severity
    tops = _tops(plan)
    liability, cost = damages.losses.drawn_out.over(tops[0]), response.losses.drawn_out.over(tops[1])
    over = damages.loss > tops[0]
    first = s.claimed[..., 0, None] * over[..., 0, :] + s.claimed[..., 1, None] * over[..., 1, :]
    over = response.loss > tops[1]
    second = sum(chance * over[..., spread] for spread, chance in enumerate(SPREAD_CHANCE))
    both = (1 - s.offered) * (first * second)[..., 0] + s.offered * (first * second)[..., -1]
    material = incidents.weight * incidents.material[:, :, None]
    twice = (float(np.vdot(incidents.weight, both)), float(np.vdot(material, both)))
    either = [max(one, two, one + two - each) for one, two, each in zip(liability, cost, twice, strict=True)]
    return [liability, cost, (either[0], either[1]), twice]


def _tops(plan: Plan) -> tuple[float, float]:
    """Return the losses from which on the liability and the cost section's limits are used up."""
    liability = Layer(plan.liability_limit, plan.deductible)
    cost = Layer(plan.cost_limit, plan.deductible, plan.insurer_share)
    return liability.loss_for(liability.limit), cost.loss_for(cost.limit)
