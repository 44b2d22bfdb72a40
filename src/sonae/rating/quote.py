"""A quote: the premium with every step that led to it, or why there is none, or why an underwriter decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from sonae.figures import Lang, decimal, exact_yen
from sonae.money import Rounding, rounded
from sonae.problems import Problem
from sonae.programmes import describe
from sonae.rating.request import Request
from sonae.tables import Basis

Decision = Literal["quoted", "referred", "declined"]
DECISIONS: tuple[Decision, ...] = ("quoted", "referred", "declined")
YEAR = 12
"""Months of a year's premium."""
PLACES = 8
"""Decimals to which a factor is written; every factor of the tariff has at most four, a quotient of two may have more."""


def factor_text(factor: Fraction) -> str:
    """Return a factor as it is written: ``0.7579``, ``1``, ``0.58333333``."""
    return decimal(factor, PLACES)


def printed(name: str, factor: str, before: int, yen: int, months: int, lang: Lang) -> str:
    """Return what a step does to the amount before it, so that a pencil comes to the yen after it; "" of the first.

    ``× 0.8``; ``× 7 ÷ 12`` of the months; ``× 0.97368421 + 1円`` where the amount follows from an earlier one than the
    amount before it, and the rounding in between makes a difference.

    >>> printed("group_discount", "0.8", 50_000, 40_000, 7, "ja"), printed("months", "0.58333333", 40_000, 23_330, 7, "ja")
    ('× 0.8', '× 7 ÷ 12')
    >>> printed("cost_limit", "0.97368421", 19_000, 18_501, 12, "en")
    '× 0.97368421 + ¥1'
    """
    if name in ("base", "named"):
        return ""
    if name == "months":
        return f"× {months} ÷ {YEAR}"
    rest = 0 if name == "rounding" else yen - rounded(before * Fraction(factor), Rounding.HALF_UP)
    return f"× {factor}" + (f" {'+' if rest > 0 else '−'} {exact_yen(abs(rest), lang)}" if rest else "")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its id, the factor that it puts on the amount before it, and the amount after it in yen.

    Of ``base`` the factor is 1 and the amount is the base; so of ``named``, the year's premium that an underwriter named.
    """

    name: str
    factor: Fraction
    yen: int
    basis: Basis
    reference: str

    @property
    def factor_text(self) -> str:
        """The factor as it is written."""
        return factor_text(self.factor)

    def data(self) -> dict[str, Any]:
        """Return the step as plain data without floats, to be frozen; ``Quote.record`` gives the contract's form."""
        return {
            "name": self.name,
            "factor": self.factor_text,
            "yen": self.yen,
            "basis": self.basis,
            "reference": self.reference,
        }


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer to a request. Amounts in yen.

    quoted: the premium stands. referred: an underwriter decides; the premium is the tariff's figure, None where the tariff
    ends. declined: no premium. ``reasons`` say why it is referred or declined, each at the field it comes from.
    """

    request: Request
    decision: Decision
    annual_premium: int | None
    premium: int | None
    steps: tuple[Step, ...] = ()
    reasons: tuple[Problem, ...] = ()

    @property
    def months(self) -> int:
        """Months of cover."""
        return self.request.months

    def record(self, lang: Lang) -> dict[str, Any]:
        """Return the quote as the command line's contract has it: factors as numbers, reasons in words."""
        return {
            "annual_premium": self.annual_premium,
            "premium": self.premium,
            "months": self.months,
            "steps": [_step(each) for each in self.steps],
            "decision": self.decision,
            "problems": [describe(each, lang) for each in self.reasons],
        }

    def frozen(self) -> dict[str, Any]:
        """Return the quote as plain data without floats or words, for canonical JSON."""
        return {
            "request": self.request.data(),
            "annual_premium": self.annual_premium,
            "premium": self.premium,
            "months": self.months,
            "steps": [each.data() for each in self.steps],
            "decision": self.decision,
            "reasons": [{"code": each.code, "at": each.at, "values": dict(each.values)} for each in self.reasons],
        }


def reasons_of(frozen: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return the reasons that a frozen quote holds."""
    return tuple(Problem(each["code"], each["at"], tuple(sorted(each["values"].items()))) for each in frozen["reasons"])


def _step(step: Step) -> dict[str, Any]:
    number = float(step.factor_text)
    factor = int(number) if number.is_integer() else number
    return {"name": step.name, "factor": factor, "yen": step.yen, "basis": step.basis}
