"""Rating: what a year of cover costs, step by step, and what is quoted, referred to an underwriter, or declined.

Many at once: ``sonae.rating.many``.
"""

from sonae.rating.quote import Decision, Quote, Step, factor_text, printed
from sonae.rating.rate import named, premium_for, rate
from sonae.rating.request import Asked, Request, read_request
from sonae.rating.tariff import Tariff, tariff

__all__ = [
    "Asked",
    "Decision",
    "Quote",
    "Request",
    "Step",
    "Tariff",
    "factor_text",
    "named",
    "premium_for",
    "printed",
    "rate",
    "read_request",
    "tariff",
]
