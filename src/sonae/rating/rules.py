"""What the programme declines, and what an underwriter decides: rules read from the tariff, each reason at its field."""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from sonae.problems import Problem, problem
from sonae.rating.request import Request
from sonae.rating.tariff import Tariff

NOT_TAKEN: Mapping[str, Problem] = MappingProxyType(
    {
        "public": problem("rating.declined_public", "industry"),
        "foreign_public": problem("rating.declined_foreign_public", "industry"),
        "public_body": problem("rating.declined_public_body", "kinds"),
        "unlisted_consumer_lender": problem("rating.declined_unlisted_consumer_lender", "kinds"),
        "ceremonial_mutual": problem("rating.declined_ceremonial_mutual", "kinds"),
    }
)
"""Why an industry or a kind of business is not taken, each in words of its own."""


def declined(rates: Tariff, request: Request) -> tuple[Problem, ...]:
    """Return every reason why the programme does not take this business; none where it does."""
    reasons = []
    if request.industry in rates.words("declined.industries"):
        reasons.append(NOT_TAKEN[request.industry])
    reasons += (NOT_TAKEN[kind] for kind in request.kinds)
    most = rates.whole("declined.sales_over")
    if request.annual_sales > most:
        reasons.append(problem("rating.declined_sales", "annual_sales", most=f"{most:,}"))
    return tuple(reasons)


def referred(rates: Tariff, request: Request) -> tuple[Problem, ...]:
    """Return every reason why an underwriter decides; none where the tariff does."""
    reasons = []
    most = rates.whole("referred.sales_over")
    if request.annual_sales > most:
        reasons.append(problem("rating.referred_sales", "annual_sales", most=f"{most:,}"))
    most = rates.whole("referred.persons_over")
    if request.persons_held is not None and request.persons_held > most:
        reasons.append(problem("rating.referred_persons", "persons_held", most=f"{most:,}"))
    if request.grade in rates.words("referred.grades"):
        reasons.append(problem("rating.referred_grade", "grade", grade=request.grade))
    if request.known_incident:
        reasons.append(problem("rating.referred_incident", "known_incident"))
    if request.group in rates.words("referred.groups"):
        reasons.append(problem("rating.referred_group", "industry", group=request.group))
    most = rates.whole("referred.claims_over")
    if request.recent_claims > most:
        reasons.append(problem("rating.referred_claims", "recent_claims", most=most))
    return (*reasons, *_terms(rates, request))


def _terms(rates: Tariff, request: Request) -> list[Problem]:
    """Return the reasons that lie in the plan: limits and deductible beyond the tariff, a high cost limit."""
    reasons = []
    nodes, share = rates.curve("limit").nodes, rates.share("referred.cost_share_over")
    if not nodes[0][0] <= request.liability_limit <= nodes[-1][0]:
        least, most = f"{nodes[0][0]:,}", f"{nodes[-1][0]:,}"
        reasons.append(problem("rating.referred_limit", "plan.liability_limit", least=least, most=most))
    if not nodes[0][0] <= 10 * request.cost_limit <= nodes[-1][0]:
        least, most = f"{nodes[0][0] // 10:,}", f"{nodes[-1][0] // 10:,}"
        reasons.append(problem("rating.referred_limit", "plan.cost_limit", least=least, most=most))
    elif Fraction(request.cost_limit) > share * request.liability_limit:
        reasons.append(problem("rating.referred_cost_limit", "plan.cost_limit", share=f"{float(share):.0%}"))
    largest = rates.curve("deductible").nodes[-1][0]
    if request.deductible > largest:
        reasons.append(problem("rating.referred_deductible", "plan.deductible", most=f"{largest:,}"))
    if request.industry not in rates.bases:
        reasons.append(problem("rating.referred_industry", "industry"))
    return reasons
