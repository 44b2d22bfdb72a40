"""What a visitor puts into the loss simulator and the calculator: read from the address, each fault at its field."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from unicodedata import normalize

import numpy as np
from django.http import QueryDict

from sonae.checklist import Answers, Business, Edition
from sonae.checklist.business import MEDIA, MOST_EMPLOYEES, STORES
from sonae.figures import count, exact_yen, yen
from sonae.loss.controls import relative_risk, unmet, weights
from sonae.loss.engine import model
from sonae.programmes import Programme, Words
from sonae.programmes.cursor import MOST_PERSONS
from sonae.scenario import MOST_EACH, Award, Scenario
from sonae_web.diagnosis.forms import whole_number

MOST = 100_000_000_000
"""The largest sum taken, in yen (1,000億円)."""
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "contact": ("name", "address"),
        "account": ("account_number",),
        "card": ("card_number",),
        "income": ("income",),
        "medical": ("medical_history", "medical_chart"),
    }
)
"""Kinds of information as the visitor sees them, each with the items of the JO model that stand for it."""
USES = ("web_shop", "cloud", "contractors")
TOGGLES = 10
BUSINESS = MappingProxyType(
    {"industry": ["retail"], "staff": ["10"], "sales": [""], "persons": ["3,000"], "kinds": ["contact"],
     "media": ["paper", "pc"], "plan": ["p5000"]}
)  # fmt: skip
"""The business that the simulator shows before anything is entered."""


class Number(NamedTuple):
    """A field for a number: of people or of yen, its bounds, the slider's, and whether it may be left empty."""

    unit: str
    least: int
    most: int
    slider: tuple[int, int]
    optional: bool = False


SIMULATOR = {
    "staff": Number("people", 0, MOST_EMPLOYEES, (0, 1_000)),
    "sales": Number("yen", 0, MOST, (1_000_000, 10_000_000_000), optional=True),
    "persons": Number("people", 1, MOST_PERSONS, (1, 1_000_000)),
}
STORED = {f"on_{store}": Number("people", 0, MOST_PERSONS, (0, 1_000_000), optional=True) for store in STORES}
"""Persons by medium: of those held, how many are on paper, in electronic stores and so on."""
PAGE = ("industry", *SIMULATOR, "kinds", "media", *STORED, "uses", "consignment", "plan", "done")
"""The simulator's fields in the order of its page."""
CALCULATOR = {
    "persons": Number("people", 1, MOST_PERSONS, (1, 1_000_000)),
    "goodwill_each": Number("yen", 0, MOST_EACH, (0, 100_000)),
    "claimants_high": Number("people", 0, MOST_PERSONS, (0, 100_000)),
    "award_high": Number("yen", 0, MOST_EACH, (0, 10_000_000)),
    "claimants_low": Number("people", 0, MOST_PERSONS, (0, 100_000)),
    "award_low": Number("yen", 0, MOST_EACH, (0, 10_000_000)),
    "dispute_costs": Number("yen", 0, MOST, (0, 100_000_000)),
    "apology_notice": Number("yen", 0, MOST, (0, 100_000_000)),
}


class Fault(NamedTuple):
    """What is wrong with a field: the id of its words, and what fills their blanks besides the field's label."""

    key: str
    found: int = 0
    persons: int = 0


@dataclass(frozen=True)
class Simulation:
    """The simulator's form as entered; business, plan and controls as far as they are right."""

    entered: Mapping[str, str]
    chosen: Mapping[str, tuple[str, ...]]
    faults: Mapping[str, Fault]
    business: Business | None
    plan: str
    done: tuple[str, ...]


@dataclass(frozen=True)
class Calculation:
    """The calculator's form as entered; the scenario when all of it is right, and whether it is the flyer's own."""

    entered: Mapping[str, str]
    faults: Mapping[str, Fault]
    scenario: Scenario | None
    is_flyer: bool


def read_simulation(programme: Programme, edition: Edition, query: QueryDict) -> Simulation:
    """Return the simulator's form: what stands in the address, or the business shown at first."""
    given = dict(query.lists()) if set(PAGE) & set(query) else dict(BUSINESS)
    entered, numbers, faults = _numbers({**SIMULATOR, **STORED}, given)
    entered["industry"] = _first(given, "industry")
    entered["plan"] = _first(given, "plan") or BUSINESS["plan"][0]
    if entered["industry"] not in programme.industries:
        faults["industry"] = Fault("site.quick.fault_industry")
    if entered["plan"] not in {plan.id for plan in programme.plans}:
        faults["plan"] = Fault("site.public.fault_choice")
    chosen: dict[str, tuple[str, ...]] = {}
    groups: tuple[tuple[str, Collection[str], bool], ...] = (
        ("kinds", KINDS, True),
        ("media", MEDIA, True),
        ("uses", USES, False),
    )
    for name, known, needed in groups:
        values = given.get(name, [])
        chosen[name] = tuple(each for each in known if each in values)
        if set(values) - set(known):
            faults[name] = Fault("site.public.fault_choice")
        elif needed and not values:
            faults[name] = Fault("site.public.fault_none")
    chosen["consignment"] = ("yes",) if "yes" in given.get("consignment", []) else ()
    done, held = set(given.get("done", [])), numbers["persons"] or 0
    for name in STORED:
        if "persons" not in faults and (numbers[name] or 0) > held:
            faults.setdefault(name, Fault("site.loss.fault_stored", numbers[name] or 0, held))
    business = None
    if not faults:
        assumed = ("annual_sales",) if numbers["sales"] is None else ()
        business = Business(
            name="", industry=entered["industry"], employees=numbers["staff"] or 0,
            persons_held=held, annual_sales=numbers["sales"],
            information=tuple(item for kind in chosen["kinds"] for item in KINDS[kind]), media=chosen["media"],
            uses=chosen["uses"], on_consignment=bool(chosen["consignment"]), assumed=assumed,
            persons_on=tuple((store, on) for store in STORES if (on := numbers[f"on_{store}"]) is not None),
        )  # fmt: skip
    return Simulation(
        entered=entered,
        chosen=chosen,
        faults={name: faults[name] for name in PAGE if name in faults},
        business=business,
        plan=entered["plan"],
        done=tuple(question.id for question in edition.questions if question.id in done),
    )


def average(programme: Programme, edition: Edition, business: Business, done: Collection[str] = ()) -> Answers:
    """Return answers that weigh as those of the average business, but ``done`` with yes: na is neutral to the engine."""
    given = {question.id: "yes" if question.id in done else "na" for question in edition.questions}
    return Answers(programme, edition, business, MappingProxyType(given))


def most_valuable(answers: Answers, on: date) -> list[tuple[str, float]]:
    """Return the questions asked with the yen a year that yes saves beside average answers, the greatest first."""
    central = model(answers, on, given={})
    w = weights(answers.programme, answers.edition)
    asked = [question.id for question in answers.asked]
    rows = [w.questions.index(name) for name in asked]
    mended = np.repeat(unmet(w, central.p, {})[None, :], len(rows), axis=0)
    mended[np.arange(len(rows)), rows] = 0.0
    now = float(central.expected(central.risk).sum())
    saved = [now - float(central.expected(risk).sum()) for risk in relative_risk(w, central.p, mended)]
    return sorted(zip(asked, saved, strict=True), key=lambda each: -each[1])


def toggles(valued: Sequence[tuple[str, float]], done: Collection[str]) -> list[tuple[str, float]]:
    """Return the ten most valuable controls, and those switched on that have fallen out of the ten."""
    return [each for rank, each in enumerate(valued) if rank < TOGGLES or each[0] in done]


def flyer(programme: Programme, on: date) -> dict[str, int]:
    """Return the flyer's worked leak by field."""
    return {name: programme.integer(f"scenario.{name}", on) for name in CALCULATOR}


def read_calculation(programme: Programme, query: QueryDict, on: date) -> Calculation:
    """Return the calculator's form: what stands in the address, or the flyer's worked leak."""
    worked = flyer(programme, on)
    shown = {name: [count(number)] for name, number in worked.items()}
    entered, numbers, faults = _numbers(CALCULATOR, dict(query.lists()) if set(CALCULATOR) & set(query) else shown)
    n = {name: number or 0 for name, number in numbers.items()}
    claimants = n["claimants_high"] + n["claimants_low"]
    if not faults and claimants > n["persons"]:
        faults["claimants_low"] = Fault("site.calculator.fault_claimants", claimants, n["persons"])
    scenario = None
    if not faults:
        scenario = Scenario(
            persons=n["persons"],
            awards=(Award(n["claimants_high"], n["award_high"]), Award(n["claimants_low"], n["award_low"])),
            goodwill_persons=n["persons"] - claimants,
            goodwill_each=n["goodwill_each"],
            dispute_costs=n["dispute_costs"],
            costs=MappingProxyType({"apology_notice": n["apology_notice"]}),
        )
    return Calculation(entered, faults, scenario, is_flyer=n == worked)


def told(fault: Fault, words: Words, label: str, number: Number | None) -> str:
    """Return a fault in words: which field, and what may stand in it."""
    if number is None or fault.found:
        return words(fault.key, label=label, found=count(fault.found), persons=count(fault.persons))
    if number.unit == "people":
        least, most = count(number.least), count(number.most)
    else:
        least, most = exact_yen(number.least, words.lang), yen(number.most, words.lang)
    return words(fault.key, label=label, least=least, most=most)


def yen_amount(text: str) -> int | None:
    """Return an amount of yen as people type it: 1億2,000万円, 1.2億, ¥500, 500円; None for anything else."""
    plain = normalize("NFKC", text).replace(" ", "").removeprefix("¥").removesuffix("円")
    if any(unit in plain for unit in "人名分"):
        return None
    oku, mark, rest = plain.rpartition("億")
    if not mark:
        return whole_number(plain)
    high = whole_number(f"{oku}万")
    low = whole_number(rest) if rest else 0
    return None if high is None or low is None else high * 10_000 + low


def _numbers(
    fields: Mapping[str, Number], given: Mapping[str, Sequence[object]]
) -> tuple[dict[str, str], dict[str, int | None], dict[str, Fault]]:
    entered = {name: _first(given, name) for name in fields}
    values: dict[str, int | None] = {}
    faults: dict[str, Fault] = {}
    for name, field in fields.items():
        text = entered[name]
        number = yen_amount(text) if field.unit == "yen" else whole_number(text)
        sound = field.optional and not text if number is None else field.least <= number <= field.most
        values[name] = number
        if not sound:
            faults[name] = Fault(f"site.public.fault_{field.unit}")
    return entered, values, faults


def _first(given: Mapping[str, Sequence[object]], name: str) -> str:
    values = given.get(name) or [""]
    return str(values[0]).strip()[:100]
