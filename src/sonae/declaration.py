"""The declaration (告知事項申告書): what a business states about itself, signs, and is rated by.

It is not the diagnosis: it asks only what bears on the premium, is filled from a diagnosis and confirmed item by item.
What is not stated or not known earns nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

from sonae.checklist import Business, Edition, Question, load_edition
from sonae.checklist.business import FACTS, plain_business, restored
from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Programme
from sonae.programmes.kept import kept_sound
from sonae.scoring import Score, score
from sonae.tables import BASES

FILE = "declaration.yaml"
Stated = Literal["", "no", "yes"]
"""Whether something is the case; "" until it is stated."""
STATED: tuple[Stated, ...] = ("", "no", "yes")
HISTORY = ("leaks", "insurance", "claims")
"""What else is asked: leaks already known, other insurance of this risk, claims of recent years."""
MOST_ENTRIES = 20
MOST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Form:
    """What the declaration of a programme year asks."""

    year: int
    edition: Edition
    least_weight: int
    certifications: tuple[str, ...]
    leaks_years: int
    claims_years: int

    @property
    def controls(self) -> tuple[Question, ...]:
        """The controls that can be asked for, in the edition's order."""
        return tuple(each for each in self.edition.questions if each.weight >= self.least_weight)


@dataclass(frozen=True, slots=True)
class Entry:
    """One leak, insurance or claim: when (a year and month, 2026-04), with whom or how many persons, and what."""

    when: str
    what: str
    amount: int | None = None
    """Leaks: persons; insurance: limit in yen; claims: yen paid."""


@dataclass(frozen=True, slots=True)
class Past:
    """Whether there is something to state, and what."""

    stated: Stated = ""
    entries: tuple[Entry, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether it is stated, and told where there is something."""
        return self.stated == "no" or (self.stated == "yes" and bool(self.entries))


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certification held: its id, its number, and its last day."""

    id: str
    number: str
    until: date


@dataclass(frozen=True)
class Declaration:
    """What a business states. ``controls``: answers by question id; one that is absent is not stated."""

    form: Form
    business: Business | None = None
    controls: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    certifications: tuple[Certificate, ...] | None = None
    """None until it is stated which are held, if any."""
    leaks: Past = Past()
    insurance: Past = Past()
    claims: Past = Past()

    def asked(self, programme: Programme) -> tuple[Question, ...]:
        """Return the controls asked of this business, in order; none before its facts are stated."""
        if self.business is None:
            return ()
        business = self.business
        return tuple(each for each in self.form.controls if each.condition.holds(business, programme))

    def plain(self) -> dict[str, Any]:
        """Return it as plain data, as it is signed; ``read`` gives it back."""
        business = self.business
        return {
            "year": self.form.year,
            "edition": self.form.edition.id,
            "least_weight": self.form.least_weight,
            "business": None
            if business is None
            else plain_business(business, (*FACTS, "assumed") if business.assumed else FACTS),
            "controls": dict(self.controls),
            "certifications": None
            if self.certifications is None
            else [
                {"id": each.id, "number": each.number, "until": each.until.isoformat()} for each in self.certifications
            ],
            **{name: _past_plain(getattr(self, name)) for name in HISTORY},
        }


@dataclass(frozen=True, slots=True)
class Credit:
    """What a signed declaration gives to the rating. ``prior_leak``: it states a leak, which is referred.

    ``prior_claim``: it states claims, ``recent_claims`` of them. What is not stated counts as a leak and as a claim.
    """

    grade: str | None
    certifications: tuple[str, ...]
    prior_leak: bool
    prior_claim: bool
    recent_claims: int = 0


def form(programme: Programme, year: int) -> Form:
    """Return what the declaration of a programme year asks. Raises LookupError outside the derived years, Refused for faulty data."""
    edition = load_edition(programme, programme.edition_of(year))
    rows, problems = _rows(programme)
    if problems:
        raise Refused(problems)
    row = [each for each in rows if each["from_year"] <= year][-1]
    return Form(year, edition, row["least_weight"], row["certifications"], row["leaks_years"], row["claims_years"])


def check(programme: Programme) -> tuple[Problem, ...]:
    """Return every fault of the declaration's data."""
    return _rows(programme)[1]


def prefill(form: Form, record: Mapping[str, Any]) -> Declaration:
    """Return the declaration as far as the record of a diagnosis fills it: facts, and answers to the controls asked.

    A fact that the diagnosis assumed is not taken: it is named as assumed, and missing until the business states it. An
    answer 「わからない」 is taken as it is: it stays not known until somebody finds out.
    """
    facts, assumed = record["business"], record["assumed"]
    told = {name: [] if name in assumed and isinstance(facts[name], list) else facts[name] for name in FACTS}
    business = restored({**told, "assumed": assumed})
    controls = record["answers"] if record["edition"] == form.edition.id else {}
    known = {each.id for each in form.controls}
    return Declaration(
        form, business, MappingProxyType({name: each for name, each in controls.items() if name in known})
    )


def missing(programme: Programme, declaration: Declaration) -> tuple[str, ...]:
    """Return what is not stated yet: ``business``, ids of questions, ``certifications``, ``leaks``, ``insurance``, ``claims``."""
    found = []
    business = declaration.business
    if business is None or business.annual_sales is None or business.assumed:
        found.append("business")
    found += [each.id for each in declaration.asked(programme) if each.id not in declaration.controls]
    if declaration.certifications is None:
        found.append("certifications")
    found += [name for name in HISTORY if not getattr(declaration, name).is_complete]
    return tuple(found)


def evaluated(programme: Programme, declaration: Declaration, on: date) -> Score | None:
    """Return the evaluation of the controls declared, as of a day; None before the facts are stated.

    What was asked and is not stated counts as not known; what the form does not ask counts for nothing.
    """
    if declaration.business is None:
        return None
    asked, edition = declaration.asked(programme), declaration.form.edition
    return score(programme, edition, declaration.business, declaration.controls, on=on, asked=asked)


def credit(programme: Programme, declaration: Declaration, on: date) -> Credit:
    """Return what a signed declaration gives to the rating on a day.

    The grade is that of the controls declared. A certification counts until its last day, that day included. An item that
    is better answered never gives less.
    """
    found = evaluated(programme, declaration, on)
    held = declaration.certifications or ()
    valid = {each.id for each in held if each.until >= on}
    return Credit(
        None if found is None else found.grade,
        tuple(name for name in declaration.form.certifications if name in valid),
        prior_leak=declaration.leaks.stated != "no",
        prior_claim=declaration.claims.stated != "no",
        recent_claims=0 if declaration.claims.stated == "no" else max(1, len(declaration.claims.entries)),
    )


def read(programme: Programme, plain: Mapping[str, Any]) -> Declaration:
    """Return the declaration of plain data, with the form by which it was made."""
    base = form(programme, plain["year"])
    if base.edition.id != plain["edition"]:
        base = replace(base, edition=load_edition(programme, plain["edition"]))
    held, business = plain["certifications"], plain["business"]
    return Declaration(
        replace(base, least_weight=plain["least_weight"]),
        None if business is None else restored(business),
        MappingProxyType(dict(plain["controls"])),
        None
        if held is None
        else tuple(Certificate(each["id"], each["number"], date.fromisoformat(each["until"])) for each in held),
        **{name: _past(plain[name]) for name in HISTORY},
    )


def _past_plain(past: Past) -> dict[str, Any]:
    entries = [{"when": each.when, "what": each.what, "amount": each.amount} for each in past.entries]
    return {"stated": past.stated, "entries": entries}


def _past(plain: Mapping[str, Any]) -> Past:
    return Past(plain["stated"], tuple(Entry(**each) for each in plain["entries"]))


@kept_sound
def _rows(programme: Programme) -> tuple[tuple[Mapping[str, Any], ...], tuple[Problem, ...]]:
    problems: list[Problem] = []
    try:
        cursor = Cursor(programme.document(FILE), problems)
    except Refused as refused:
        return (), refused.problems
    cursor.fields(["basis", "reference", "forms"])
    cursor.choice("basis", BASES)
    cursor.choice("reference", programme.references, what="reference.unknown")
    rows = [_row(entry) for entry in cursor.items("forms")]
    years = [row["from_year"] for row in rows]
    rising = all(earlier < later for earlier, later in pairwise(years))
    if not problems and not (years and years[0] <= programme.years[0] and rising):
        cursor["forms"].fault("programme.editions")
    return tuple(rows), tuple(problems)


def _row(entry: Cursor) -> Mapping[str, Any]:
    entry.fields(["from_year", "controls", "certifications", "leaks_years", "claims_years"])
    if entry.has("controls"):
        entry["controls"].fields(["least_weight"])
    return MappingProxyType(
        {
            "from_year": entry.integer("from_year", 2000, 2100),
            "least_weight": entry["controls"].integer("least_weight", 1, 5, 1),
            "certifications": tuple(str(each.value) for each in entry.items("certifications")),
            "leaks_years": entry.integer("leaks_years", 1, 30, 5),
            "claims_years": entry.integer("claims_years", 1, 30, 3),
        }
    )
