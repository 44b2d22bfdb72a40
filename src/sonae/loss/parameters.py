"""The engine's parameters on one day, as arrays in the order of ``CAUSES``; low, central or high."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from sonae.checklist.business import STORES
from sonae.loss.normal import Floats, normal_cdf
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_PERSONS

Level = Literal["low", "central", "high"]
LEVELS: tuple[Level, ...] = ("low", "central", "high")

CAUSES = (
    "misdelivery", "loss", "disposal", "theft", "mailbox", "web_shop", "ransomware", "misconfiguration", "insider",
    "contractor",
)  # fmt: skip
ATTACKS = ("mailbox", "web_shop", "ransomware")
ELECTRONIC = ("mailbox", "web_shop", "ransomware", "misconfiguration")
"""Causes that make an incident material whatever its number of persons."""
MEDIA = STORES
STATES = ("quiet", "harm", "mass")
NEEDED = (
    "advice_share",
    "advice_size",
    "answers_of_population",
    "attack_share",
    "award",
    "award_cap",
    "base",
    "call_centre",
    "card_reissue",
    "claimants",
    "consulting",
    "cost_index",
    "dispute",
    "exposure_without",
    "frequency_index",
    "goodwill_offered",
    "goodwill_ramp",
    "goodwill_yen",
    "handling",
    "harm",
    "industry",
    "investigation",
    "investigation_share",
    "investigation_size",
    "legal",
    "letter_mail",
    "letter_post",
    "lost_sales",
    "mass",
    "mass_ramp",
    "median_persons",
    "medium_of_cause",
    "notice",
    "notice_local",
    "notice_national",
    "one_person",
    "persons_on_medium",
    "range",
    "recourse",
    "recovery",
    "reporting_rate",
    "sales_per_employee",
    "sigma_persons",
    "size_trend",
    "spread",
    "staff_exponent",
    "web_shop_owners",
)
"""The values ``loss.<name>`` that the engine asks for."""
CELLS_PER_DECADE = 8
TREND_FROM = 2016


@dataclass(frozen=True, eq=False)
class Parameters:
    """All parameters as floats, causes in the order of ``CAUSES``. Rates are per year; amounts in yen; sizes in persons."""

    base: Floats
    staff_exponent: Floats
    industry: Mapping[str, Floats]
    exposure_without: Mapping[str, float]
    pairs: tuple[tuple[int, int], ...]
    pair_share: Floats
    persons_on_medium: Floats
    log_range: Floats
    aftermath_log_range: float
    answers: Mapping[str, float]
    one_person: Floats
    mu: Floats
    sigma: Floats
    harm: Floats
    mass: Floats
    mass_ramp: tuple[Floats, Floats]
    claimants: Mapping[str, float]
    award: Floats
    """States × two multiples of the JO figure a head."""
    award_chance: Floats
    award_cap: float
    dispute: Mapping[str, float]
    goodwill_offered: Floats
    goodwill_ramp: tuple[Floats, Floats]
    goodwill_plain: float
    goodwill_financial: float
    letter_post: float
    letter_mail: float
    call_centre: tuple[Floats, Floats]
    investigation: Floats
    investigation_size: tuple[Floats, Floats]
    advice: Floats
    advice_size: tuple[Floats, Floats]
    notice: Mapping[str, float]
    notice_local: tuple[Floats, Floats]
    notice_national: tuple[Floats, Floats]
    handling: Mapping[str, float]
    spread: Floats
    card_reissue: float
    recourse: Mapping[str, float]
    recovery: Floats
    recovery_exponent: float
    lost_sales: Mapping[str, float]
    sales_per_employee: float
    jo_basic: float
    cells_per_decade: int
    edges: Floats
    edge_cdf: Floats
    edge_partial: Floats


@lru_cache(maxsize=32)
def parameters(
    programme: Programme, on: date, level: Level = "central", cells_per_decade: int = CELLS_PER_DECADE
) -> Parameters:
    """Return the parameters in force on a day. Raises LookupError before the first day of the engine's values.

    ``level`` takes each value's low or high where it has one; ``cells_per_decade`` is the resolution of sizes.
    """
    read = _Reader(programme, on, level)
    base = read.numbers("base")
    share, owners = read.numbers("attack_share"), read.number("web_shop_owners")
    rates = {**base, **{attack: base["attack"] * share[attack] for attack in ATTACKS}}
    rates["web_shop"] /= owners
    scale = read.number("frequency_index") * float(read.central("reporting_rate")) / read.number("reporting_rate")
    medium_of_cause = read.table("medium_of_cause")
    pairs = tuple(
        (c, m) for c, cause in enumerate(CAUSES) for m, medium in enumerate(MEDIA) if medium in medium_of_cause[cause]
    )
    harm, goodwill = read.by_cause("harm"), read.numbers("goodwill_offered")
    cost_index, award = read.number("cost_index"), read.table("award")
    recovery, handling = read.numbers("recovery"), read.numbers("handling")
    advice = read.number("legal") + read.number("consulting")
    spread = read.numbers("spread")
    mu = np.log(read.by_cause("median_persons")) + np.log1p(read.by_cause("size_trend")) * max(
        0, min(on.year, programme.years.stop - 1) - TREND_FROM
    )
    sigma = read.by_cause("sigma_persons")
    edges, edge_cdf, edge_partial = _cells(mu, sigma, cells_per_decade)
    return Parameters(
        base=scale * np.array([rates[cause] for cause in CAUSES]),
        staff_exponent=read.by_cause("staff_exponent"),
        industry=_industries(read.table("industry")),
        exposure_without=read.numbers("exposure_without"),
        pairs=pairs,
        pair_share=np.array([medium_of_cause[CAUSES[c]][MEDIA[m]] for c, m in pairs]),
        persons_on_medium=np.array([read.numbers("persons_on_medium")[medium] for medium in MEDIA]),
        log_range=np.log(read.by_cause("range")),
        aftermath_log_range=float(np.log(read.numbers("range")["aftermath"])),
        answers=read.numbers("answers_of_population"),
        one_person=read.by_cause("one_person"),
        mu=mu,
        sigma=sigma,
        harm=harm,
        mass=read.by_cause("mass"),
        mass_ramp=read.nodes("mass_ramp"),
        claimants=read.numbers("claimants"),
        award=np.array([[award[state]["multiple"], award[state]["high"]] for state in STATES]),
        award_chance=np.array([[1 - award[state]["share_high"], award[state]["share_high"]] for state in STATES]),
        award_cap=read.number("award_cap"),
        dispute=read.numbers("dispute"),
        goodwill_offered=np.stack(
            [
                read.by_cause("goodwill_offered"),
                np.full(len(CAUSES), goodwill["harm"]),
                np.full(len(CAUSES), goodwill["mass"]),
            ],
            1,
        ),
        goodwill_ramp=read.nodes("goodwill_ramp"),
        goodwill_plain=read.numbers("goodwill_yen")["plain"],
        goodwill_financial=read.numbers("goodwill_yen")["financial"],
        letter_post=read.number("letter_post"),
        letter_mail=read.number("letter_mail"),
        call_centre=read.nodes("call_centre"),
        investigation=read.number("investigation") * cost_index * read.by_cause("investigation_share"),
        investigation_size=read.nodes("investigation_size"),
        advice=advice * read.by_cause("advice_share"),
        advice_size=read.nodes("advice_size"),
        notice=read.numbers("notice"),
        notice_local=read.nodes("notice_local"),
        notice_national=read.nodes("notice_national"),
        handling=handling,
        spread=np.array([spread["low"], spread["middle"], spread["high"]]),
        card_reissue=read.number("card_reissue"),
        recourse=read.numbers("recourse"),
        recovery=cost_index * np.array([recovery[cause] for cause in CAUSES]),
        recovery_exponent=recovery["staff_exponent"],
        lost_sales=read.numbers("lost_sales"),
        sales_per_employee=read.number("sales_per_employee"),
        jo_basic=float(programme.integer("jo.basic", on)),
        cells_per_decade=cells_per_decade,
        edges=edges,
        edge_cdf=edge_cdf,
        edge_partial=edge_partial,
    )


def _cells(mu: Floats, sigma: Floats, cells_per_decade: int) -> tuple[Floats, Floats, Floats]:
    """Return the global edges of sizes, and by cause and edge the body's chance and its mean persons up to the edge."""
    number = int(np.ceil(np.log10(MOST_PERSONS) * cells_per_decade))
    edges = 10.0 ** (np.arange(number + 1) / cells_per_decade)
    z = (np.log(edges) - mu[:, None]) / sigma[:, None]
    mean = np.exp(mu + sigma**2 / 2)[:, None]
    return edges, normal_cdf(z), mean * normal_cdf(z - sigma[:, None])


def _industries(table: Mapping[str, Mapping[str, float]]) -> dict[str, Floats]:
    return {name: np.array([row.get(cause, row["all"]) for cause in CAUSES]) for name, row in table.items()}


class _Reader:
    """Reads ``loss.<name>`` values of a day at one level, as floats."""

    def __init__(self, programme: Programme, on: date, level: Level) -> None:
        self.programme, self.on, self.level = programme, on, level

    def central(self, name: str) -> Any:
        return self.programme.value(f"loss.{name}", self.on).value

    def raw(self, name: str) -> Any:
        value = self.programme.value(f"loss.{name}", self.on)
        chosen = {"low": value.low, "high": value.high}.get(self.level)
        return value.value if chosen is None else chosen

    def number(self, name: str) -> float:
        return float(self.raw(name))

    def numbers(self, name: str) -> dict[str, float]:
        return _Named(name, {key: float(number) for key, number in self.raw(name).items()})

    def by_cause(self, name: str) -> Floats:
        numbers = self.numbers(name)
        return np.array([numbers[cause] for cause in CAUSES])

    def table(self, name: str) -> dict[str, dict[str, float]]:
        rows = self.raw(name).items()
        return _Named(name, {key: _Named(f"{name}.{key}", {i: float(n) for i, n in row.items()}) for key, row in rows})

    def nodes(self, name: str) -> tuple[Floats, Floats]:
        rows = self.raw(name)
        return np.array([float(x) for x, _ in rows]), np.array([float(y) for _, y in rows])


class _Named(dict[str, Any]):
    """Numbers by key that name themselves when a key is missing: ``loss.harm.theft``."""

    def __init__(self, name: str, numbers: Mapping[str, Any]) -> None:
        super().__init__(numbers)
        self.name = name

    def __missing__(self, key: str) -> Any:
        raise KeyError(f"loss.{self.name}.{key}")
