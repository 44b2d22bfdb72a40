"""One leak worked through as the flyer does: damages, goodwill, dispute costs, other costs, and what a plan pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sonae.layers import Layer, liability_paid
from sonae.money import Rounding, rounded
from sonae.problems import Problem, Refused
from sonae.programmes import DISPUTE_COSTS, Cursor, DisputeCosts, Document, Plan, Programme
from sonae.programmes.cursor import MOST_PERSONS

MOST_EACH = 100_000_000
MOST_AWARD_TIERS = 50
MOST_COSTS = 50


@dataclass(frozen=True, slots=True)
class Award:
    """Claimants who are awarded the same amount each, in yen."""

    claimants: int
    yen_each: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A leak: its persons, who is awarded what, who is offered goodwill (見舞金), and the costs by kind, in yen."""

    persons: int
    awards: tuple[Award, ...]
    goodwill_persons: int
    goodwill_each: int
    dispute_costs: int
    costs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan's terms for one occurrence, in yen. The deductible is taken from each section."""

    liability_limit: int
    cost_limit: int
    deductible: int
    insurer_share: Fraction = Fraction(1)
    goodwill_cap_each: int | None = None
    dispute_costs: DisputeCosts = "inside"

    @classmethod
    def of(cls, plan: Plan) -> "Terms":
        """Return the terms of a programme's plan."""
        return cls(
            plan.liability_limit, plan.cost_limit, plan.deductible, plan.insurer_share, plan.goodwill_cap_each,
            plan.dispute_costs,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """A scenario worked out, in yen. paid + retained = total."""

    damages: int
    goodwill: int
    dispute_costs: int
    costs: Mapping[str, int]
    total: int
    paid_liability: int
    paid_cost: int

    @property
    def paid(self) -> int:
        """What the plan pays, both sections."""
        return self.paid_liability + self.paid_cost

    @property
    def retained(self) -> int:
        """What stays with the business."""
        return self.total - self.paid

    def data(self) -> dict[str, Any]:
        """Return the estimate as plain data, fields as in the command line's contract."""
        return {
            "damages": self.damages,
            "goodwill": self.goodwill,
            "dispute_costs": self.dispute_costs,
            "costs": dict(self.costs),
            "total": self.total,
            "paid": {"liability": self.paid_liability, "cost": self.paid_cost, "total": self.paid},
            "retained": self.retained,
        }


def estimate(scenario: Scenario, terms: Terms | None) -> Estimate:
    """Return the scenario worked out under a plan's terms (None: no cover)."""
    damages = sum(award.claimants * award.yen_each for award in scenario.awards)
    goodwill = scenario.goodwill_persons * scenario.goodwill_each
    costs = sum(scenario.costs.values())
    paid_liability = paid_cost = 0
    if terms is not None:
        cap = scenario.goodwill_each if terms.goodwill_cap_each is None else terms.goodwill_cap_each
        covered = scenario.goodwill_persons * min(scenario.goodwill_each, cap) + costs
        liability = Layer(terms.liability_limit, terms.deductible)
        paid_liability = liability_paid(liability, damages, scenario.dispute_costs, terms.dispute_costs)
        paid_cost = Layer(terms.cost_limit, terms.deductible, terms.insurer_share).paid(covered)
    return Estimate(
        damages=damages,
        goodwill=goodwill,
        dispute_costs=scenario.dispute_costs,
        costs=scenario.costs,
        total=damages + goodwill + scenario.dispute_costs + costs,
        paid_liability=paid_liability,
        paid_cost=paid_cost,
    )


def flyer_proportions(programme: Programme, persons: int, on: date) -> Scenario:
    """Return the flyer's worked leak in its proportions for so many persons.

    Claimants, goodwill and dispute costs go with the number of persons; so does the apology notice up to the flyer's
    3,000 persons, and stays as it is above (one national newspaper, whatever the number). Claimants are rounded down,
    the rest of the persons are offered goodwill; yen are rounded half up.
    """

    def at(name: str) -> int:
        return programme.integer(f"scenario.{name}", on)

    base = at("persons")

    def scaled(amount: int, size: int, rounding: Rounding) -> int:
        return rounded(Fraction(amount * size, base), rounding)

    high = scaled(at("claimants_high"), persons, Rounding.DOWN)
    low = scaled(at("claimants_high") + at("claimants_low"), persons, Rounding.DOWN) - high
    return Scenario(
        persons=persons,
        awards=(Award(high, at("award_high")), Award(low, at("award_low"))),
        goodwill_persons=persons - high - low,
        goodwill_each=at("goodwill_each"),
        dispute_costs=scaled(at("dispute_costs"), persons, Rounding.HALF_UP),
        costs=MappingProxyType({"apology_notice": scaled(at("apology_notice"), min(persons, base), Rounding.HALF_UP)}),
    )


def read_scenario(document: Document) -> tuple[Scenario, Terms | None]:
    """Return the scenario and the terms (None without a plan) in a document. Raises Refused with every fault."""
    problems: list[Problem] = []
    cursor = Cursor(document, problems)
    if not cursor.fields(["persons"], ["awards", "goodwill", "dispute_costs", "costs", "plan"]):
        raise Refused(problems)
    persons = cursor.persons("persons", 1, MOST_PERSONS)
    awards = tuple(_award(entry) for entry in cursor.items("awards"))
    if len(awards) > MOST_AWARD_TIERS:
        cursor["awards"].fault("value.too_many", found=len(awards), most=MOST_AWARD_TIERS)
    goodwill_persons = goodwill_each = 0
    if cursor.has("goodwill") and cursor["goodwill"].fields(["persons", "yen_each"]):
        goodwill_persons = cursor["goodwill"].persons("persons")
        goodwill_each = cursor["goodwill"].integer("yen_each", 0, MOST_EACH)
    for field, number in (("awards", sum(each.claimants for each in awards)), ("goodwill", goodwill_persons)):
        if cursor.has("persons") and number > persons:
            cursor[field].fault("scenario.more_than_persons", found=f"{number:,}", persons=f"{persons:,}")
    kinds = [kind for kind, _ in cursor.entries("costs")]
    if kinds:
        cursor["costs"].fields(kinds)  # a cost without an amount is missing, not 0
    costs = {kind: cursor["costs"].yen(kind) for kind in kinds}
    if len(costs) > MOST_COSTS:
        cursor["costs"].fault("value.too_many", found=len(costs), most=MOST_COSTS)
    dispute_costs = cursor.yen("dispute_costs")
    terms = _terms(cursor["plan"]) if cursor.has("plan") else None
    if problems:
        raise Refused(problems)
    return Scenario(persons, awards, goodwill_persons, goodwill_each, dispute_costs, MappingProxyType(costs)), terms


def _award(entry: Cursor) -> Award:
    if not entry.fields(["claimants", "yen_each"]):
        return Award(0, 0)
    return Award(entry.persons("claimants"), entry.integer("yen_each", 0, MOST_EACH))


def _terms(entry: Cursor) -> Terms | None:
    optional = ["insurer_share", "goodwill_cap_each", "dispute_costs"]
    if not entry.fields(["liability_limit", "cost_limit", "deductible"], optional):
        return None
    dispute_costs: Any = entry.choice("dispute_costs", DISPUTE_COSTS, "inside")
    return Terms(
        liability_limit=entry.yen("liability_limit"),
        cost_limit=entry.yen("cost_limit"),
        deductible=entry.yen("deductible"),
        insurer_share=entry.share("insurer_share"),
        goodwill_cap_each=entry.yen("goodwill_cap_each") if entry.has("goodwill_cap_each") else None,
        dispute_costs=dispute_costs,
    )
