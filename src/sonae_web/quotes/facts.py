"""What a member's quote is rated on: its facts, filled from what it told before, and the signed declaration's credit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sonae.checklist import Answers, load_edition
from sonae.checklist.business import restored
from sonae.comparison import Costs
from sonae.figures import count
from sonae.loss import assess
from sonae.loss.result import to_yen
from sonae.money import MOST_YEN
from sonae.programmes import Plan, Programme
from sonae.programmes.cursor import MOST_PERSONS
from sonae.rating import Request, tariff
from sonae.rating.request import MOST_CLAIMS
from sonae_web.declarations import services as declarations
from sonae_web.diagnosis import checklists, results
from sonae_web.diagnosis.figures import yen_amount
from sonae_web.diagnosis.forms import whole_number
from sonae_web.diagnosis.models import Result
from sonae_web.ground.scope import Scope

NUMBERS: Mapping[str, int] = MappingProxyType(
    {"annual_sales": MOST_YEN, "persons_held": MOST_PERSONS, "recent_claims": MOST_CLAIMS}
)
TRUTHS = ("yes", "no")


@dataclass(frozen=True)
class Credit:
    """What a signed declaration says that bears on the premium; its number and version."""

    grade: str | None
    certifications: tuple[str, ...]
    known_incident: bool
    known_claim: bool
    number: str


@dataclass(frozen=True)
class Facts:
    """What the form holds as entered, the kinds ticked, faults by field as ids of words, and what is right of it."""

    entered: Mapping[str, str]
    kinds: tuple[str, ...]
    faults: Mapping[str, str]
    values: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Whether it can be rated."""
        return not self.faults and {"industry", *NUMBERS, "known_incident"} <= set(self.values)


def credit(scope: Scope) -> Credit | None:
    """Return what the member's newest signed declaration gives to the rating, or None."""
    signed = declarations.signed(scope=scope)
    if signed is None:
        return None
    found = declarations.credit(signed)
    return Credit(found.grade, found.certifications, found.prior_leak, found.prior_claim, signed.number)


def prefilled(scope: Scope, credit: Credit | None) -> Facts:
    """Return the form as a member first meets it: from its newest result, or else its open checklist.

    Whether it knows of a leak is not answered for it; until it says so, the plans are compared as without one.
    """
    business = _business(scope)
    entered = {"recent_claims": "0", "known_incident": ""}
    if business is not None:
        sales = business["annual_sales"]
        entered |= {
            "industry": business["industry"],
            "annual_sales": "" if sales is None else count(sales),
            "persons_held": count(business["persons_held"]),
        }
    if credit is not None:
        entered["known_incident"] = "yes" if credit.known_incident else "no"
        entered["recent_claims"] = "1" if credit.known_claim else "0"
    found = read(entered, (), None)
    return Facts(found.entered, (), MappingProxyType({}), MappingProxyType({"known_incident": False, **found.values}))


def read(posted: Mapping[str, str], kinds: tuple[str, ...], programme: Programme | None) -> Facts:
    """Return the form as posted, each fault at its field; without a programme the words are taken as they are."""
    entered = {name: posted.get(name, "").strip()[:100] for name in ("industry", *NUMBERS, "known_incident")}
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    if entered["industry"] and (programme is None or entered["industry"] in programme.industries):
        values["industry"] = entered["industry"]
    else:
        faults["industry"] = "site.quick.fault_industry"
    for name, most in NUMBERS.items():
        number = yen_amount(entered[name]) if name == "annual_sales" else whole_number(entered[name])
        if number is None or number > most:
            faults[name] = f"quotes.fault.{name}"
        else:
            values[name] = number
    if entered["known_incident"] in TRUTHS:
        values["known_incident"] = entered["known_incident"] == "yes"
    else:
        faults["known_incident"] = "quotes.fault.known_incident"
    return Facts(MappingProxyType(entered), kinds, MappingProxyType(faults), MappingProxyType(values))


def request(programme: Programme, facts: Facts, plan: Plan, credit: Credit | None, on: date, months: int) -> Request:
    """Return what is rated. Without a signed declaration neither grade nor certificate counts."""
    known = tuple(kind for kind in tariff(programme, on).declined_kinds if kind in facts.kinds)
    return Request(
        on=on,
        industry=facts.values["industry"],
        annual_sales=facts.values["annual_sales"],
        liability_limit=plan.liability_limit,
        cost_limit=plan.cost_limit,
        deductible=plan.deductible,
        grade=credit.grade if credit else None,
        declaration_signed=credit is not None,
        certifications=credit.certifications if credit else (),
        persons_held=facts.values["persons_held"],
        known_incident=facts.values["known_incident"] or (credit is not None and credit.known_incident),
        recent_claims=max(facts.values["recent_claims"], int(credit is not None and credit.known_claim)),
        kinds=known,
        months=months,
    )


def section_costs(programme: Programme, result: Result | None) -> Costs | None:
    """Return what a material incident costs each section (50 %, 90 %) by the newest result's answers; None without one."""
    if result is None:
        return None
    record = results.content(result)["record"]
    edition = load_edition(programme, record["edition"])
    business = record["business"]
    told = business | {"persons_on": [list(pair) for pair in business.get("persons_on", {}).items()]}
    answers = Answers(programme, edition, restored(told), record["answers"], quick=record["check"] == "quick")
    try:
        found = assess(answers, result.on)
    except LookupError:  # a day before the loss engine's values
        return None
    return {
        section: {chance: to_yen(costs[chance]) for chance in ("50", "90")}
        for section, costs in found.material_section.items()
    }


def _business(scope: Scope) -> Mapping[str, Any] | None:
    newest = results.latest(scope)
    if newest is not None:
        found: Mapping[str, Any] = results.content(newest)["record"]["business"]
        return found
    sheet = checklists.read(scope)
    if sheet is None or sheet.business is None:
        return None
    business = sheet.business
    return {name: getattr(business, name) for name in ("industry", "annual_sales", "persons_held")}
