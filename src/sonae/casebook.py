"""Leaks that happened, as facts with their sources: which of them resemble a business."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sonae.checklist import CAUSES, Business
from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Programme, read_document
from sonae.programmes.kept import kept_sound
from sonae.programmes.words import LIBRARY
from sonae.tables import BASES, Basis


@dataclass(frozen=True, slots=True)
class Case:
    """One leak: industry and cause by id, records as the source counts them (None: not told), controls that bear on it."""

    id: str
    industry: str
    records: int | None
    cause: str
    near: tuple[str, ...]
    controls: tuple[str, ...]
    basis: Basis
    reference: str


def cases(programme: Programme) -> tuple[Case, ...]:
    """Return all cases. Raises Refused with every fault of the casebook."""
    found, problems = check_casebook(programme)
    if problems:
        raise Refused(problems)
    return found


def check_casebook(programme: Programme) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """Return the cases and every fault of the casebook."""
    return _load(programme)


@kept_sound
def _load(programme: Programme) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    problems: list[Problem] = []
    industries, references = programme.industries, programme.references
    try:
        cursor = Cursor(read_document(LIBRARY, "casebook.yaml"), problems)
    except Refused as refused:
        return (), refused.problems
    found = []
    cursor.fields(["cases"])
    for entry in cursor.items("cases"):
        entry.fields(["id", "industry", "cause", "industries", "controls", "basis", "reference"], ["persons"])
        basis: Any = entry.choice("basis", BASES)
        found.append(
            Case(
                id=entry.text("id"),
                industry=entry.choice("industry", industries, what="industry.unknown"),
                records=entry.integer("persons", 1, 10**10) if entry.has("persons") else None,
                cause=entry.choice("cause", CAUSES),
                near=entry.words("industries", industries, "industry.unknown"),
                controls=tuple(str(item.value) for item in entry.items("controls")),
                basis=basis,
                reference=entry.choice("reference", references, what="reference.unknown"),
            )
        )
    return tuple(found), tuple(problems)


def similar(all_cases: Collection[Case], business: Business, open_controls: Collection[str]) -> tuple[Case, ...]:
    """Return the cases, those nearest to the business first: its industry, then how many controls it lacks, then their order."""

    def distance(case: Case) -> tuple[bool, int]:
        return business.industry not in case.near, -len(set(case.controls) & set(open_controls))

    return tuple(sorted(all_cases, key=distance))
