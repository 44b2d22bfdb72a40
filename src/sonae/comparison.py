"""The plans beside each other for one member: premium, what each pays of the flyer's leak and of the member's own.

The member's own: what one material incident costs its liability section and its cost section, as its diagnosis found it,
at the middle (50 %) and at the end of nine in ten (90 %). The sections' quantiles are not added up: they need not fall
on one incident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sonae.layers import Layer
from sonae.programmes import Plan, Programme
from sonae.rating import Quote
from sonae.scenario import Estimate, Terms, estimate, flyer_proportions

CHANCES = ("50", "90")
DECISIVE = "90"
SECTIONS = ("liability", "cost")
Section = Literal["liability", "cost"]
Costs = Mapping[str, Mapping[str, int]]
"""Yen by section (liability, cost) and chance ("50", "90"): ``material.section_cost`` of ``sonae loss``."""
Why = Literal["covers", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Part:
    """One section of one plan at one chance, in yen: cost = paid + stays. ``covered``: the limit is enough for it."""

    section: str
    chance: str
    cost: int
    paid: int
    covered: bool

    @property
    def stays(self) -> int:
        """What stays with the member: the deductible, the member's share, and what is above the limit."""
        return self.cost - self.paid


@dataclass(frozen=True, slots=True)
class Row:
    """One plan: its quote (None where it is not rated), the flyer's leak under it, and the member's incident by section."""

    plan: Plan
    quote: Quote | None
    flyer: Estimate
    parts: tuple[Part, ...]

    @property
    def enough(self) -> bool:
        """Whether both limits are enough for the section's 90 % cost."""
        decisive = [part for part in self.parts if part.chance == DECISIVE]
        return bool(decisive) and all(part.covered for part in decisive)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The plans from the smallest up. ``marked`` is the smallest whose two limits each cover that section's 90 % cost.

    ``why``: covers – one does; none – even the largest does not; unknown – there is no diagnosis to compare with.
    """

    rows: tuple[Row, ...]
    marked: Plan | None
    why: Why


def compare(programme: Programme, quotes: Mapping[str, Quote], costs: Costs | None, on: date) -> Comparison:
    """Return the programme's plans side by side. ``quotes`` by plan id; ``costs`` None without a diagnosis.

    Raises LookupError before the first day of the flyer's leak.
    """
    leak = flyer_proportions(programme, programme.integer("scenario.persons", on), on)
    plans = sorted(programme.plans, key=lambda plan: (plan.liability_limit, plan.cost_limit))
    rows = tuple(Row(plan, quotes.get(plan.id), estimate(leak, Terms.of(plan)), _parts(plan, costs)) for plan in plans)
    marked = next((row.plan for row in rows if row.enough), None)
    why: Why = "unknown" if costs is None else "none" if marked is None else "covers"
    return Comparison(rows, marked, why)


def _parts(plan: Plan, costs: Costs | None) -> tuple[Part, ...]:
    layers = {
        "liability": Layer(plan.liability_limit, plan.deductible),
        "cost": Layer(plan.cost_limit, plan.deductible, plan.insurer_share),
    }
    found = []
    for section, chance in ((section, chance) for chance in CHANCES for section in SECTIONS) if costs else ():
        cost, layer = (costs or {})[section][chance], layers[section]
        # The limit is enough where it cuts nothing off, whatever deductible and share leave with the member.
        unlimited = Layer(max(cost, 1), layer.deductible, layer.share).paid(cost)
        found.append(Part(section, chance, cost, layer.paid(cost), unlimited <= layer.limit))
    return tuple(found)


def data(found: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data without floats, to be frozen."""
    return {
        "marked": found.marked.id if found.marked else None,
        "why": found.why,
        "plans": [_row(row) for row in found.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    parts: Sequence[Part] = row.parts
    return {
        "id": row.plan.id,
        "annual_premium": row.quote.annual_premium if row.quote else None,
        "decision": row.quote.decision if row.quote else None,
        "flyer": {"total": row.flyer.total, "paid": row.flyer.paid, "retained": row.flyer.retained},
        "if_material": [
            {"section": each.section, "chance": each.chance, "cost": each.cost, "paid": each.paid, "stays": each.stays}
            for each in parts
        ],
        "enough": row.enough,
    }
