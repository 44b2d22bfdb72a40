"""What is asked to be rated: a business, a plan, what it declares; read field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Document, Programme, load
from sonae.rating.tariff import Tariff, tariff

GRADES = ("A", "B", "C", "D", "E")
WINDOWS = ("normal", "mid_term")
MOST_CLAIMS = 1_000
FIELDS = ("programme", "on", "industry", "annual_sales", "plan")
OPTIONAL = (
    "grade", "declaration_signed", "certifications", "persons_held", "known_incident", "recent_claims", "kinds",
    "applied", "window", "months",
)  # fmt: skip
PLAN = ("liability_limit", "cost_limit", "deductible")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked to be rated. Amounts in yen; sales a year.

    ``group`` is the middle group of the classification where the industry was told as one. ``grade`` counts towards the
    premium only with a signed declaration. ``recent_claims`` are the member's own of the last three years. ``loading`` is
    what an underwriter put on the premium.
    """

    on: date
    industry: str
    annual_sales: int
    liability_limit: int
    cost_limit: int
    deductible: int
    grade: str | None = None
    declaration_signed: bool = False
    certifications: tuple[str, ...] = ()
    persons_held: int | None = None
    known_incident: bool = False
    recent_claims: int = 0
    kinds: tuple[str, ...] = ()
    months: int = 12
    group: str = ""
    loading: Fraction = Fraction(1)

    def data(self) -> dict[str, Any]:
        """Return the request as plain data, in the fields of the command line's contract."""
        found: dict[str, Any] = {
            "on": self.on.isoformat(),
            "industry": self.group or self.industry,
            "annual_sales": self.annual_sales,
            "plan": {name: getattr(self, name) for name in PLAN},
            "declaration_signed": self.declaration_signed,
            "certifications": list(self.certifications),
            "known_incident": self.known_incident,
            "recent_claims": self.recent_claims,
            "kinds": list(self.kinds),
            "months": self.months,
        }
        if self.grade is not None:
            found["grade"] = self.grade
        if self.persons_held is not None:
            found["persons_held"] = self.persons_held
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: its programme, and the day of application from which the months follow (None: as given)."""

    programme: Programme
    request: Request
    applied: date | None = None
    window: str | None = None


def read_request(document: Document) -> Asked:
    """Return the request in a document. Raises Refused with every fault and its place."""
    problems: list[Problem] = []
    cursor = Cursor(document, problems)
    if not cursor.fields(list(FIELDS), list(OPTIONAL)):
        raise Refused(problems)
    programme = _programme(cursor)
    on = cursor.day("on")
    rates = None
    if programme is not None and cursor.has("on") and on != date.min:
        try:
            rates = tariff(programme, on)
        except LookupError:
            cursor["on"].fault("rating.no_tariff", on=on.isoformat())
    if programme is None or rates is None:
        raise Refused(problems)
    request = _request(cursor, programme, rates, on)
    applied = cursor.day("applied") if cursor.has("applied") else None
    if applied and cursor.has("months"):
        cursor["months"].fault("rating.months_and_applied")
    if cursor.has("window") and not cursor.has("applied"):
        cursor["window"].fault("rating.window_without_day")
    window = cursor.choice("window", WINDOWS) or None
    if problems:
        raise Refused(problems)
    return Asked(programme, request, applied, window)


def _programme(cursor: Cursor) -> Programme | None:
    name = cursor.text("programme")
    try:
        return load(name) if name else None
    except Refused as refused:
        cursor.problems += [
            replace(each, at=cursor["programme"].at) if each.at == "programme" else each for each in refused.problems
        ]
        return None


def _request(cursor: Cursor, programme: Programme, rates: Tariff, on: date) -> Request:
    plan = cursor["plan"]
    if cursor.has("plan"):
        plan.fields(list(PLAN))
    industry, group = _industry(cursor, programme)
    return Request(
        on=on,
        industry=industry,
        group=group,
        annual_sales=cursor.yen("annual_sales"),
        liability_limit=plan.yen("liability_limit"),
        cost_limit=plan.yen("cost_limit"),
        deductible=plan.yen("deductible"),
        grade=cursor.choice("grade", GRADES) or None,
        declaration_signed=cursor.truth("declaration_signed"),
        certifications=cursor.words("certifications", rates.certification),
        persons_held=cursor.persons("persons_held") if cursor.has("persons_held") else None,
        known_incident=cursor.truth("known_incident"),
        recent_claims=cursor.integer("recent_claims", 0, MOST_CLAIMS),
        kinds=cursor.words("kinds", rates.declined_kinds),
        months=cursor.integer("months", 1, rates.months, rates.months),
    )


def _industry(cursor: Cursor, programme: Programme) -> tuple[str, str]:
    """Return the industry and its middle group, where it was told as one (``"83"``)."""
    groups: Mapping[str, str] = {group: name for name, held in programme.industries.items() for group in held}
    told = cursor["industry"].value if cursor.has("industry") else None
    if isinstance(told, str) and told in groups:
        return groups[told], told
    return cursor.choice("industry", programme.industries, "other", what="industry.unknown"), ""
