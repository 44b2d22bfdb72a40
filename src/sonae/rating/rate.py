"""The premium of one request, step by step.

premium = base(industry) × sales × limit × cost limit × deductible × (1 − group discount)
        × (1 − min(declaration + certification, cap)) × experience × loading, × months ÷ 12

Each step's amount is rounded half up to whole yen and carried on, so that the next is worked out with a pencil from what
is printed; the year's premium and the premium are rounded half up to 10 yen. Every amount rises with what it is made of,
and rounding keeps the order: a better answer never costs more, more cover never costs less. docs/algorithms/rating.md.
"""

from datetime import date
from fractions import Fraction
from typing import Any

from sonae.money import Rounding, rounded
from sonae.programmes import Programme
from sonae.rating.quote import Decision, Quote, Step
from sonae.rating.request import Request
from sonae.rating.rules import declined, referred
from sonae.rating.tariff import Tariff, tariff
from sonae.tables import Value

ONE = Fraction(1)
UNDERWRITER = "underwriter"
"""Where a premium comes from that no tariff gives."""


def rate(programme: Programme, request: Request) -> Quote:
    """Return the quote for a request as of its day. Raises LookupError before the tariff's first day."""
    rates = tariff(programme, request.on)
    reasons = declined(rates, request)
    if reasons:
        return Quote(request, "declined", None, None, (), reasons)
    reasons = referred(rates, request)
    decision: Decision = "referred" if reasons else "quoted"
    if not _within(rates, request):
        return Quote(request, decision, None, None, (), reasons)
    steps = _Steps(rates, request)
    return Quote(request, decision, steps.annual, steps.premium, tuple(steps.rows), reasons)


def named(programme: Programme, request: Request, annual_premium: int) -> Quote:
    """Return the quote of a request that an underwriter takes at a year's premium of its own, where the tariff has none.

    Its first step says that the underwriter named it. Raises ValueError where the tariff has a figure or declines the
    business, for a loading beside it, and for a premium that is not above 0 and a multiple of the tariff's rounding;
    LookupError before the tariff's first day.
    """
    rates = tariff(programme, request.on)
    unit = rates.whole("rounding")
    if declined(rates, request) or _within(rates, request) or request.loading != ONE:
        raise ValueError("a premium is named only for what an underwriter may take and the tariff has no figure for")
    if annual_premium <= 0 or annual_premium % unit:
        raise ValueError(f"a premium is above 0 and a multiple of {unit} yen")
    premium = premium_for(annual_premium, request.months, programme, request.on)
    months = rates.values["months"]
    steps = (
        Step("named", ONE, annual_premium, "assumed", UNDERWRITER),
        Step("months", Fraction(request.months, rates.months), premium, months.basis, months.reference),
    )
    return Quote(request, "referred", annual_premium, premium, steps, referred(rates, request))


def premium_for(annual_premium: int, months: int, programme: Programme, on: date) -> int:
    """Return the premium in yen for so many months of a year's premium, by the tariff of a day.

    Raises ValueError for months that are not 1 to the tariff's year, LookupError before the tariff's first day.
    """
    rates = tariff(programme, on)
    if not 1 <= months <= rates.months:
        raise ValueError(f"cover lasts 1 to {rates.months} months")
    return rounded(Fraction(annual_premium * months, rates.months), Rounding.HALF_UP, rates.whole("rounding"))


def _within(rates: Tariff, request: Request) -> bool:
    """Whether the tariff has a figure: an industry's base, and limits and deductible between its nodes."""
    limits, deductibles = rates.curve("limit").nodes, rates.curve("deductible").nodes
    return (
        request.industry in rates.bases
        and all(limits[0][0] <= each <= limits[-1][0] for each in (request.liability_limit, 10 * request.cost_limit))
        and deductibles[0][0] <= request.deductible <= deductibles[-1][0]
    )


class _Steps:
    """The steps of one request, in order; ``yen`` is the amount so far."""

    def __init__(self, rates: Tariff, request: Request) -> None:
        self.rates, self.request = rates, request
        base = rates.bases[request.industry]
        self.yen = base.value
        self.rows = [Step("base", ONE, base.value, base.basis, base.reference)]
        self._times("sales", rates.factor("sales", request.annual_sales), rates.values["sales"])
        self._limits()
        self._times("deductible", rates.factor("deductible", request.deductible), rates.values["deductible"])
        self._times("group_discount", 1 - rates.share("group_discount"), rates.values["group_discount"])
        self._discounts()
        claims = min(request.recent_claims, rates.last_claims)
        self._times("experience", rates.factor("experience", claims), rates.values["experience"])
        rounding = rates.values["rounding"]
        if request.loading != ONE:
            self._times("loading", request.loading, rounding)
        self.annual = rounded(self.yen, Rounding.HALF_UP, rounding.value)
        self._to("rounding", ONE, self.annual, rounding)
        self.premium = rounded(Fraction(self.annual * request.months, rates.months), Rounding.HALF_UP, rounding.value)
        self._to("months", Fraction(request.months, rates.months), self.premium, rates.values["months"])

    def _times(self, name: str, factor: Fraction, value: Value[Any]) -> None:
        self._to(name, factor, rounded(self.yen * factor, Rounding.HALF_UP), value)

    def _to(self, name: str, factor: Fraction, yen: int, value: Value[Any]) -> None:
        self.rows.append(Step(name, factor, yen, value.basis, value.reference))
        self.yen = yen

    def _limits(self) -> None:
        """The liability limit's factor; then, where the cost limit is not a tenth of it, the part that goes with that."""
        rates, request, before = self.rates, self.request, self.yen
        limit, cost = rates.factor("limit", request.liability_limit), rates.factor("limit", 10 * request.cost_limit)
        part = rates.share("cost_part")
        both = (1 - part) * limit + part * cost
        self._times("limit", limit, rates.values["limit"])
        self._to("cost_limit", both / limit, rounded(before * both, Rounding.HALF_UP), rates.values["cost_part"])

    def _discounts(self) -> None:
        """The declaration's share off, then the certificate's; together at most the cap, both of the amount before them."""
        rates, request, before = self.rates, self.request, self.yen
        cap = rates.share("discount_cap")
        declared = min(cap, rates.declared(request.grade, signed=request.declaration_signed))
        together = min(cap, declared + rates.certified(request.certifications))
        self._times("declaration", 1 - declared, rates.credit or rates.values["discount_cap"])
        rest = (1 - together) / (1 - declared) if declared < 1 else Fraction(0)
        value = rates.values["certification"]
        self._to("certification", rest, rounded(before * (1 - together), Rounding.HALF_UP), value)
