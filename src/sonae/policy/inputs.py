"""What the papers of a cover are made from: plain frozen facts, amounts in whole yen, moments with their time zone.

Words that only the caller knows (steps of a rating, reasons, what is missing) are given in the language of the paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from sonae.enrolment import Answer
from sonae.programmes import Plan

Kind = Literal["normal", "mid_term"]
Confirmation = Literal[
    "explanation", "intent", "antisocial", "consent_association", "consent_insurer", "cooling_off", "declaration"
]
CONFIRMATIONS: tuple[Confirmation, ...] = (
    "explanation", "intent", "declaration", "antisocial", "consent_association", "consent_insurer", "cooling_off",
)  # fmt: skip
"""What an applicant confirms, in the order of the paper."""


@dataclass(frozen=True, slots=True)
class Insurer:
    """An insurer and its share of the risk (0 to 1). Each answers for its own share alone."""

    name: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Agent:
    """The agency that handles the programme, and its registration."""

    name: str
    registration: str
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to ask: a name and how it is reached; what is not known is empty and not printed."""

    name: str
    telephone: str = ""
    mail: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands behind a cover: the policyholder (federation), the insurers (lead first), the agency, and whom to ask.

    ``complaints``: who takes complaints at the insurer; ``disputes``: the body for alternative dispute resolution. Where
    something is not settled yet (a sample programme), it is empty and the paper says so.
    """

    policyholder: str
    office: Office
    insurers: tuple[Insurer, ...] = ()
    agent: Agent | None = None
    complaints: Office | None = None
    disputes: Office | None = None
    approval: str = ""
    """Approval number of the papers, with its use-until date in words."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits and deductible for each occurrence and the period; the share of the costs that the insurers pay (0 to 1)."""

    liability_limit: int
    cost_limit: int
    deductible: int
    insurer_share: Fraction = Fraction(1)


def terms_of(plan: Plan) -> Terms:
    """Return the terms of a plan."""
    return Terms(plan.liability_limit, plan.cost_limit, plan.deductible, plan.insurer_share)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of cover: half-open, from 16:00 to 16:00 JST, in whole months; ``debit_on`` the day of the debit."""

    kind: Kind
    cover_from: datetime
    cover_to: datetime
    months: int
    debit_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the rating as printed: its name, its factor, the yen after it (None: none), its basis."""

    name: str
    factor: str
    yen: int | None
    basis: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A price, a referral or a refusal. ``reasons`` of the latter two, and ``conditions`` of the underwriter, in words."""

    number: str
    on: date
    insured: str
    industry: str
    """An id of the programme's industries."""
    annual_sales: int
    terms: Terms
    period: Period
    decision: Literal["quoted", "referred", "declined"]
    steps: tuple[Step, ...] = ()
    annual_premium: int | None = None
    premium: int | None = None
    expires_on: date | None = None
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs for a business: name, position, and on what authority (``representative`` or ``delegated``)."""

    name: str
    position: str
    authority: Literal["representative", "delegated"]


@dataclass(frozen=True, slots=True)
class Account:
    """The account that is debited, as it may be shown: its number is cut to the last three digits when printed."""

    bank: str
    branch: str
    kind: Literal["ordinary", "current", "savings"]
    number: str
    holder_kana: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application as it was sent. ``confirmations``: when each was given; one that was not given is absent."""

    number: str
    sent_at: datetime
    insured: str
    association: str
    corporate_number: str
    industry: str
    annual_sales: int
    sales_are_planned: bool
    persons_held: int
    terms: Terms
    period: Period
    premium: int
    account: Account
    explanation_version: str
    explanation_delivered: Literal["screen", "download", "paper", "mail"]
    confirmations: Mapping[Confirmation, datetime]
    signatory: Signatory
    quote: str = ""
    """Number of the quote."""
    declaration: str = ""
    """Number and version of the declaration."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proof of cover (加入者証). ``verify`` is the address that says whether it is valid: printed, and as QR code."""

    number: str
    """The member number (加入者番号)."""
    master_policy: str
    issued_on: date
    insured: str
    association: str
    terms: Terms
    period: Period
    first_cover_on: date
    premium: int
    verify: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to an applicant. ``points``: what is missing (returned), or the reasons (declined)."""

    kind: Literal["returned", "declined"]
    number: str
    on: date
    insured: str
    application: str
    points: tuple[str, ...]
    period: Period | None = None
    """The one applied for."""
    answer: Answer | None = None
    """Returned: until when the completed application must arrive, and for which start; None: the year has none left."""
