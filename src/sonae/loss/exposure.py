"""What a business exposes: how often, and how many persons, for each cause and medium (a pair)."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from sonae.checklist import Business
from sonae.checklist.business import ELECTRONIC_USES
from sonae.loss.normal import Flags, Floats
from sonae.loss.parameters import CAUSES, MEDIA, Parameters
from sonae.programmes import Programme

CONTRACTOR_USES = frozenset({"contractors", "agents", "cloud"})
PUBLISHING_USES = frozenset({"cloud", "website", "web_shop"})
ELECTRONIC_MEDIA = frozenset({"pc", "server"})
FINANCIAL_KINDS = frozenset({"financial", "card"})
WEB_SHOP, CONTRACTOR, MISCONFIGURATION = (CAUSES.index(name) for name in ("web_shop", "contractor", "misconfiguration"))


@dataclass(frozen=True, eq=False)
class Exposure:
    """A business as the engine sees it. ``rate`` per year and ``cap`` persons are by pair (cause, medium)."""

    rate: Floats
    cap: Floats
    per_head: float
    """JO figure a head at normal responsibility and an appropriate response, in yen."""
    financial: str
    """When goodwill is the financial amount: always, with harm, or never."""
    cards: bool
    pass_through: float
    """Share of goodwill, letters, calls and notices that a client claims back."""
    employees: float
    annual_sales: float
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Facts:
    """What decides frequency and exposed persons of businesses, one row each."""

    industry: Floats
    """Rows × causes: the industry's factor on frequency."""
    employees: Floats
    persons: Floats
    web_shop: Flags
    contractors: Flags
    publishing: Flags
    held: Flags
    """Rows × media: whether the medium holds persons' data."""

    @classmethod
    def of(cls, p: Parameters, business: Business) -> "Facts":
        """Return the facts of one business, as one row."""
        uses = set(business.uses)
        return cls(
            industry=industry_factors(p, business.industry)[None, :],
            employees=np.array([float(business.employees)]),
            persons=np.array([float(business.persons_held)]),
            web_shop=np.array(["web_shop" in uses]),
            contractors=np.array([bool(uses & CONTRACTOR_USES)]),
            publishing=np.array([bool(uses & PUBLISHING_USES)]),
            held=np.array([media_held(business.media, business.uses)]),
        )


def industry_factors(p: Parameters, industry: str) -> Floats:
    """Return an industry's factors by cause, 1 where it has none."""
    return p.industry.get(industry, np.ones(len(CAUSES)))


def media_held(media: Collection[str], uses: Collection[str]) -> list[bool]:
    """Return by medium whether it holds persons' data. Mail and portable media come with any electronic store."""
    electronic = not ELECTRONIC_MEDIA.isdisjoint(media) or not ELECTRONIC_USES.isdisjoint(uses)
    held = {
        "server": electronic,
        "paper": "paper" in media,
        "portable": "portable" in media or electronic,
        "mail": "mail" in media or electronic,
    }
    return [held[medium] for medium in MEDIA]


def caps(p: Parameters, persons: Floats) -> Floats:
    """Return the most persons that an incident can reach, rows × pairs: those held on its medium."""
    medium = np.array([m for _, m in p.pairs])
    result: Floats = persons[:, None] * p.persons_on_medium[medium]
    return result


def reach(p: Parameters, business: Business) -> Floats:
    """Return the most persons that an incident can reach, by pair: those told for its medium, else the assumed share."""
    held = float(business.persons_held)
    found: Floats = caps(p, np.array([held]))[0]
    for store, persons in business.persons_on:
        found[[MEDIA[medium] == store for _, medium in p.pairs]] = min(float(persons), held)
    return found


def frequency(p: Parameters, facts: Facts, reached: Floats | None = None) -> Floats:
    """Return incidents a year before the answers, rows × pairs: 0 where the medium holds nobody's data.

    ``reached``: the most persons an incident can reach, where that is not the assumed share.
    """
    staff = (np.maximum(facts.employees, 1.0)[:, None] / 20) ** p.staff_exponent
    by_cause = p.base * facts.industry * staff
    by_cause[:, WEB_SHOP] *= facts.web_shop
    by_cause[:, CONTRACTOR] *= np.where(facts.contractors, 1.0, p.exposure_without["contractor"])
    by_cause[:, MISCONFIGURATION] *= np.where(facts.publishing, 1.0, p.exposure_without["misconfiguration"])
    cause, medium = np.array(p.pairs).T
    reachable = facts.held[:, medium] & ((caps(p, facts.persons) if reached is None else reached) >= 1)
    result: Floats = by_cause[:, cause] * p.pair_share * reachable
    return result


def exposure(p: Parameters, programme: Programme, business: Business, factors: tuple[int, int, int]) -> Exposure:
    """Return the exposure of a business; ``factors`` are its JO factors x, y and identifiability."""
    facts, reached = Facts.of(p, business), reach(p, business)
    rate = frequency(p, facts, reached)[0]
    x, y, identifiability = factors
    sales, employees = business.annual_sales, max(1, business.employees)
    return Exposure(
        rate=rate,
        cap=reached * (rate > 0),
        per_head=p.jo_basic * (10 ** (x - 1) + 5 ** (y - 1)) * identifiability,
        financial=financial(programme, business),
        cards="card" in business.information_kinds(programme),
        pass_through=pass_through(p, business),
        employees=float(employees),
        annual_sales=float(sales) if sales is not None else p.sales_per_employee * employees,
        assumed=(*(("annual_sales",) if sales is None else ()), *(("employees",) if business.employees < 1 else ())),
    )


def financial(programme: Programme, business: Business) -> str:
    """Return when goodwill is the financial amount: by the economic weight (JO y) of account, card and income data held."""
    items = [programme.items[item] for item in business.information]
    y = max((item.y for item in items if item.kind in FINANCIAL_KINDS), default=1)
    return "always" if y == 3 else "harm" if y == 2 else "never"


def pass_through(p: Parameters, business: Business) -> float:
    """Return the share of goodwill, letters, calls and notices that a client claims back."""
    if not business.on_consignment:
        return 0.0
    return p.recourse["pass_through"] * p.recourse.get(business.industry, p.recourse["other"])
