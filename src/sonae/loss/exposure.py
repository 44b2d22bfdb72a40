"""What a business exposes: how often, and how many persons, for each cause and medium (a pair)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sonae.checklist import Business
from sonae.loss.normal import Floats
from sonae.loss.parameters import CAUSES, MEDIA, Parameters
from sonae.programmes import Programme

CONTRACTOR_USES = frozenset({"contractors", "agents", "cloud"})
PUBLISHING_USES = frozenset({"cloud", "website", "web_shop"})
ELECTRONIC_MEDIA = frozenset({"pc", "server"})
ELECTRONIC_USES = frozenset({"cloud", "web_shop"})


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


def exposure(p: Parameters, programme: Programme, business: Business, factors: tuple[int, int, int]) -> Exposure:
    """Return the exposure of a business; ``factors`` are its JO factors x, y and identifiability."""
    employees = max(1.0, float(business.employees))
    sales = business.annual_sales
    annual_sales = float(sales) if sales is not None else p.sales_per_employee * employees
    frequency = p.base * _industry(p, business) * (employees / 20) ** p.staff_exponent * _exposed(p, business)
    cause = np.array([c for c, _ in p.pairs])
    medium = np.array([m for _, m in p.pairs])
    cap = business.persons_held * (p.persons_on_medium * _held(business))[medium]
    rate = frequency[cause] * p.pair_share * (cap >= 1)
    x, y, identifiability = factors
    return Exposure(
        rate=rate,
        cap=cap,
        per_head=p.jo_basic * (10 ** (x - 1) + 5 ** (y - 1)) * identifiability,
        financial="always" if y == 3 else "harm" if y == 2 else "never",
        cards="card" in business.information_kinds(programme),
        pass_through=_pass_through(p, business),
        employees=employees,
        annual_sales=annual_sales,
        assumed=() if sales is not None else ("annual_sales",),
    )


def _industry(p: Parameters, business: Business) -> Floats:
    return p.industry.get(business.industry, np.ones(len(CAUSES)))


def _exposed(p: Parameters, business: Business) -> Floats:
    uses = set(business.uses)
    factor: Mapping[str, float] = {
        "web_shop": float("web_shop" in uses),
        "contractor": 1.0 if uses & CONTRACTOR_USES else p.exposure_without["contractor"],
        "misconfiguration": 1.0 if uses & PUBLISHING_USES else p.exposure_without["misconfiguration"],
    }
    return np.array([factor.get(cause, 1.0) for cause in CAUSES])


def _held(business: Business) -> Floats:
    """Return 1 for each medium that holds persons' data, else 0. Mail is held by whoever has electronic data."""
    media = set(business.media)
    electronic = bool(media & ELECTRONIC_MEDIA) or bool(set(business.uses) & ELECTRONIC_USES)
    held = {
        "server": electronic,
        "paper": "paper" in media,
        "portable": "portable" in media or electronic,
        "mail": "mail" in media or electronic,
    }
    return np.array([float(held[medium]) for medium in MEDIA])


def _pass_through(p: Parameters, business: Business) -> float:
    if not business.on_consignment:
        return 0.0
    return p.recourse["pass_through"] * p.recourse.get(business.industry, p.recourse["other"])
