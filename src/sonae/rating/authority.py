"""What one underwriter may decide alone, and what a second one confirms: limits read from the tariff."""

from fractions import Fraction

from sonae.problems import Problem, problem
from sonae.rating.request import Request
from sonae.rating.tariff import Tariff


def beyond(rates: Tariff, request: Request, annual_premium: int | None = None) -> tuple[Problem, ...]:
    """Return why a decision to take this request needs a second underwriter; none where it does not.

    ``annual_premium``: the one that the underwriter names itself, where the tariff has none; else its loading counts.
    """
    reasons = []
    most = rates.whole("authority.liability_limit")
    if request.liability_limit > most:
        reasons.append(problem("rating.beyond_limit", "plan.liability_limit", most=f"{most:,}"))
    most = rates.whole("authority.annual_sales")
    if request.annual_sales > most:
        reasons.append(problem("rating.beyond_sales", "annual_sales", most=f"{most:,}"))
    if annual_premium is not None:
        lowest, highest = premium_bounds(rates)
        if not lowest <= annual_premium <= highest:
            reasons.append(problem("rating.beyond_premium", "annual_premium", least=f"{lowest:,}", most=f"{highest:,}"))
        return tuple(reasons)
    least, greatest = bounds(rates)
    if not least <= request.loading <= greatest:
        reasons.append(problem("rating.beyond_loading", "loading", least=float(least), most=float(greatest)))
    return tuple(reasons)


def bounds(rates: Tariff) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest loading that one underwriter may set."""
    loading = rates.values["authority.loading"].value
    return Fraction(loading["least"]), Fraction(loading["most"])


def premium_bounds(rates: Tariff) -> tuple[int, int]:
    """Return the least and the greatest year's premium in yen that one underwriter may name where the tariff has none."""
    found = rates.values["authority.annual_premium"].value
    return int(found["least"]), int(found["most"])
