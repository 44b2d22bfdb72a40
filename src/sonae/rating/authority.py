"""What one underwriter may decide alone, and what a second one confirms: limits read from the tariff."""

from fractions import Fraction

from sonae.problems import Problem, problem
from sonae.rating.request import Request
from sonae.rating.tariff import Tariff


def beyond(rates: Tariff, request: Request) -> tuple[Problem, ...]:
    """Return why a decision to take this request, with its loading, needs a second underwriter; none where it does not."""
    reasons = []
    most = rates.whole("authority.liability_limit")
    if request.liability_limit > most:
        reasons.append(problem("rating.beyond_limit", "plan.liability_limit", most=f"{most:,}"))
    most = rates.whole("authority.annual_sales")
    if request.annual_sales > most:
        reasons.append(problem("rating.beyond_sales", "annual_sales", most=f"{most:,}"))
    least, greatest = bounds(rates)
    if not least <= request.loading <= greatest:
        reasons.append(problem("rating.beyond_loading", "loading", least=float(least), most=float(greatest)))
    return tuple(reasons)


def bounds(rates: Tariff) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest loading that one underwriter may set."""
    loading = rates.values["authority.loading"].value
    return Fraction(loading["least"]), Fraction(loading["most"])
