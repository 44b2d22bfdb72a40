"""The tariff in force on a day: the dated values of ``rates.yaml`` gathered, each with its basis and reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sonae.money import Rounding
from sonae.programmes import Programme
from sonae.tables import Curve, Value

SCALE = 10_000
"""Curves are in ten-thousandths."""
BASE, CREDIT = "rates.base.", "loss.credit"
NEEDED = {
    "rates.examples": "table",
    "rates.sales": "curve",
    "rates.limit": "curve",
    "rates.cost_part": "share",
    "rates.deductible": "curve",
    "rates.group_discount": "share",
    "rates.certification": "numbers",
    "rates.discount_cap": "share",
    "rates.experience": "curve",
    "rates.rounding": "yen",
    "rates.months": "number",
    "rates.declined.industries": "words",
    "rates.declined.kinds": "words",
    "rates.declined.sales_over": "yen",
    "rates.referred.sales_over": "yen",
    "rates.referred.persons_over": "persons",
    "rates.referred.grades": "words",
    "rates.referred.groups": "words",
    "rates.referred.cost_share_over": "share",
    "rates.referred.claims_over": "number",
    "rates.quote_days": "days",
    "rates.authority.liability_limit": "yen",
    "rates.authority.annual_sales": "yen",
    "rates.authority.loading": "numbers",
    "rates.authority.annual_premium": "numbers",
}
"""The values that rating asks for by name, with their units; beside them one base for each industry that is not declined."""


@dataclass(frozen=True, eq=False)
class Tariff:
    """The tariff of a day. ``values`` are those of NEEDED without ``rates.``, with where they come from."""

    values: Mapping[str, Value[Any]]
    bases: Mapping[str, Value[int]]
    credit: Value[Mapping[str, Fraction]] | None
    """Share off by grade of a signed declaration; None before its first day."""

    def curve(self, name: str) -> Curve:
        """Return a curve in ten-thousandths."""
        found: Curve = self.values[name].value
        return found

    def share(self, name: str) -> Fraction:
        """Return a share."""
        return Fraction(self.values[name].value)

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return int(self.values[name].value)

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of ids."""
        found: tuple[str, ...] = self.values[name].value
        return found

    @property
    def months(self) -> int:
        """Months that the year's premium is for."""
        return self.whole("months")

    @property
    def certification(self) -> Mapping[str, Fraction]:
        """Share off by certificate."""
        found: Mapping[str, Fraction] = self.values["certification"].value
        return found

    @property
    def declined_kinds(self) -> tuple[str, ...]:
        """Kinds of business that the programme does not take."""
        return self.words("declined.kinds")

    @property
    def last_claims(self) -> int:
        """The most claims for which there is a factor; more have the same one."""
        return self.curve("experience").nodes[-1][0]

    def factor(self, name: str, x: int) -> Fraction:
        """Return the factor of a curve at x. Raises LookupError where the curve has no nodes."""
        return Fraction(self.curve(name).at(x, Rounding.HALF_UP), SCALE)

    def declared(self, grade: str | None, *, signed: bool) -> Fraction:
        """Return the share off for a declaration: none without a grade or a signature."""
        if self.credit is None or grade is None or not signed:
            return Fraction(0)
        return Fraction(self.credit.value[grade])

    def certified(self, certifications: tuple[str, ...]) -> Fraction:
        """Return the share off for certificates: that of the greatest."""
        return max((Fraction(self.certification[each]) for each in certifications), default=Fraction(0))


@lru_cache(maxsize=64)
def tariff(programme: Programme, on: date) -> Tariff:
    """Return the tariff in force on a day. Raises LookupError before its first day."""
    values = {name.removeprefix("rates."): programme.value(name, on) for name in NEEDED}
    bases = {
        name.removeprefix(BASE): dated.at(on)
        for name, dated in programme.values.items()
        if name.startswith(BASE) and dated.values[0].start <= on
    }
    credit = programme.values.get(CREDIT)
    return Tariff(
        values=MappingProxyType(values),
        bases=MappingProxyType(bases),
        credit=credit.at(on) if credit is not None and credit.values[0].start <= on else None,
    )
