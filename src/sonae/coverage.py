"""What a programme covers, clause by clause and by date: information, causes, media, territory, payments, exclusions, conditions.

A cover keeps the clauses of the day on which its year's cover starts, whatever changes later.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from sonae.figures import LANGS, decimal, exact_yen
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Cursor, Programme, Words, digest, read_document
from sonae.programmes.kept import kept_sound
from sonae.programmes.values import sourced
from sonae.tables import Basis

GROUPS = ("information", "cause", "medium", "territory", "liability", "cost", "exclusion", "condition")
"""In the order in which papers show them."""
AMOUNTS = ("days",)
FILE = "coverage.yaml"
_ID = re.compile(f"({'|'.join(GROUPS)})[.][a-z][a-z_]*")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause in one wording, in force from ``start`` until the day before ``end`` (None: still).

    ``id`` is what a decision on a claim names as its reason. ``amounts`` fill blanks of its words: ``days``.
    ``reconstructed`` marks what was a picture in the flyer and is taken from sister schemes.
    """

    id: str
    start: date
    end: date | None
    amounts: Mapping[str, int]
    basis: Basis
    reference: str
    published: bool
    reconstructed: bool

    @property
    def group(self) -> str:
        """The group it belongs to, one of GROUPS."""
        return self.id.partition(".")[0]

    @property
    def words_id(self) -> str:
        """The id of its words: below it stand ``title`` and ``text``."""
        return f"clause.{self.id}.{self.start.year}"

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day."""
        return self.start <= on and (self.end is None or on < self.end)


@dataclass(frozen=True, slots=True)
class Told:
    """A clause in words: heading and explanation."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The clauses in force on one day, in order of groups."""

    on: date
    clauses: tuple[Clause, ...]

    def of(self, group: str) -> tuple[Clause, ...]:
        """Return the clauses of a group."""
        return tuple(clause for clause in self.clauses if clause.group == group)

    def __getitem__(self, id_: str) -> Clause:
        """Return a clause by id. Raises KeyError when none of that id is in force."""
        for clause in self.clauses:
            if clause.id == id_:
                return clause
        raise KeyError(id_)

    def __contains__(self, id_: object) -> bool:
        return any(clause.id == id_ for clause in self.clauses)


def covered(programme: Programme, on: date) -> Coverage:
    """Return the clauses in force on a day: for a cover, the day on which its year's cover starts.

    Empty before the programme's first day. Raises Refused with every fault of the data.
    """
    found, problems = check_clauses(programme)
    if problems:
        raise Refused(problems)
    return Coverage(on, tuple(clause for clause in found if clause.holds(on)))


def ids(programme: Programme) -> tuple[str, ...]:
    """Return the ids of all clauses, in force now or not: what a decision may name. Raises Refused."""
    found, problems = check_clauses(programme)
    if problems:
        raise Refused(problems)
    return tuple(dict.fromkeys(clause.id for clause in found))


def told(programme: Programme, clause: Clause, words: Words) -> Told:
    """Return a clause in words, with its own amounts and the terms of all plans put in."""
    blanks = _blanks(programme, words) | {name: str(amount) for name, amount in clause.amounts.items()}
    return Told(words(f"{clause.words_id}.title"), words(f"{clause.words_id}.text", **blanks))


def _blanks(programme: Programme, words: Words) -> dict[str, str]:
    """Return the terms that are one for all plans, as words show them."""
    plan = programme.plans[0]
    return {
        "deductible": exact_yen(plan.deductible, words.lang),
        "goodwill_cap_each": exact_yen(plan.goodwill_cap_each, words.lang),
        "insurer_share": f"{decimal(Fraction(plan.insurer_share * 100), 1)}%",
    }


@kept_sound
def check_clauses(programme: Programme) -> tuple[tuple[Clause, ...], tuple[Problem, ...]]:
    """Return every clause in every wording, and every fault of ``coverage.yaml`` and its words."""
    problems: list[Problem] = []
    try:
        cursor = Cursor(read_document(programme.folder, FILE), problems)
    except Refused as refused:
        return (), refused.problems
    cursor.fields(["clauses"])
    found = [
        clause for id_, entry in cursor.entries("clauses") for clause in _terms(id_, entry, programme) if clause.id
    ]
    found.sort(key=lambda clause: GROUPS.index(clause.group))
    for group in GROUPS:
        if not problems and not any(clause.group == group for clause in found):
            cursor.fault("coverage.group_empty", found=group)
    if not problems:
        problems += _check_words(programme, found)
    return tuple(found), tuple(problems)


def _terms(id_: str, entry: Cursor, programme: Programme) -> Iterator[Clause]:
    """Yield a clause's wordings in order, each ending where the next begins or where it says so."""
    if not _ID.fullmatch(id_):
        entry.fault("coverage.id", found=id_, groups=", ".join(GROUPS))
        return
    rows = list(entry.items())
    if not rows:
        entry.fault("coverage.no_terms", found=id_)
    later: date | None = None
    found = []
    for row in reversed(rows):
        before = len(entry.problems)
        if not row.fields(["from", "basis", "reference"], ["until", "published", "reconstructed", "amounts"]):
            continue
        basis, reference = sourced(row, programme.references)
        start, end = row.day("from"), row.day("until") if row.has("until") else later
        if end is not None and (end <= start or (later is not None and end > later)):
            row.fault("value.dates_do_not_rise", name=id_)
        if later is not None and later.year == start.year:
            row.fault("coverage.same_year", found=id_)
        amounts = {name: row["amounts"].integer(name, 1, 100_000) for name, _ in row.entries("amounts")}
        if amounts:
            row["amounts"].fields([], AMOUNTS)
        published, reconstructed = row.truth("published"), row.truth("reconstructed")
        later = start
        if len(entry.problems) == before:
            found.append(Clause(id_, start, end, MappingProxyType(amounts), basis, reference, published, reconstructed))
    yield from reversed(found)


def _check_words(programme: Programme, clauses: list[Clause]) -> list[Problem]:
    """Return clauses without words, and words whose blanks nothing fills."""
    needed = [f"{clause.words_id}.{part}" for clause in clauses for part in ("title", "text")]
    needed += [f"coverage.group.{group}.name" for group in GROUPS]
    problems = []
    for words in programme.sound_words():
        missing = words.lacking(needed)
        problems += missing
        for clause in clauses if not missing else ():
            try:
                told(programme, clause, words)
            except KeyError as error:
                at = f"text/{words.lang}"
                problems.append(problem("coverage.blank", at, id=clause.words_id, found=error.args[0]))
    return problems


def published(programme: Programme) -> dict[str, str]:
    """Return the hash of each clause marked published, words included, by ``<programme>/clause.<id>@<from>``.

    Its end is not hashed: a later wording, or none, is a change of its own.
    """
    words = [programme.words(lang) for lang in LANGS]
    return {
        f"{programme.id}/clause.{clause.id}@{clause.start}": digest(
            [
                dict(clause.amounts),
                [[each(f"{clause.words_id}.{part}") for part in ("title", "text")] for each in words],
            ]
        )
        for clause in check_clauses(programme)[0]
        if clause.published
    }
