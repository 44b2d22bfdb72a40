"""What the flyer shows, by programme year: which leaks, features and premium examples. Read from ``flyer.yaml``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sonae.casebook import check_casebook
from sonae.dates import DateRule
from sonae.money import MOST_YEN
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Cursor, Plan, Programme, read_document
from sonae.programmes.kept import kept_sound
from sonae.programmes.values import sourced
from sonae.tables import Basis

FILE = "flyer.yaml"
FEATURES = ("diagnosis", "law", "group_discount")
GRADES = ("A", "B", "C", "D", "E")
SPECIMEN_AREAS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A business whose premium is shown: its industry, yearly sales in yen, and a plan of the programme."""

    industry: str
    annual_sales: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Shown:
    """What the flyer shows from a programme year on. ``specimen`` is a made-up report: its grade and scores 0–100."""

    from_year: int
    features: tuple[str, ...]
    cases: tuple[str, ...]
    examples: tuple[Example, ...]
    example_month: int
    specimen_grade: str
    specimen_scores: tuple[int, ...]
    basis: Basis
    reference: str


def shown(programme: Programme, year: int) -> Shown:
    """Return what the flyer of a year shows. Raises Refused for a year that the programme does not have, and for faulty data."""
    if year not in programme.years:
        years = f"{programme.years[0]}–{programme.years[-1]}"
        raise Refused([problem("flyer.year", "year", found=year, years=years)])
    found, problems = check_flyer(programme)
    if problems:
        raise Refused(problems)
    return [each for each in found if each.from_year <= year][-1]


def rule(programme: Programme, name: str, year: int) -> DateRule:
    """Return a rule of the calendar as it holds for a programme year."""
    return programme.date_rule(f"calendar.{name}", date(year, 1, 1))


def first_day(programme: Programme, year: int) -> date:
    """Return the day on which the cover of a programme year starts: the clauses and desks of that day are shown."""
    return rule(programme, "normal_cover_from", year).on({"year": date(year, 1, 1)}, programme.days)


@kept_sound
def check_flyer(programme: Programme) -> tuple[tuple[Shown, ...], tuple[Problem, ...]]:
    """Return what the flyer shows by year, and every fault of ``flyer.yaml`` and its words."""
    problems: list[Problem] = []
    try:
        cursor = Cursor(read_document(programme.folder, FILE), problems)
    except Refused as refused:
        return (), refused.problems
    cursor.fields(["flyer"])
    found = tuple(_shown(entry, programme) for entry in cursor.items("flyer"))
    years = [each.from_year for each in found]
    if not problems and not (years and years[0] <= programme.years[0] and all(a < b for a, b in pairwise(years))):
        cursor["flyer"].fault("programme.editions")
    if not problems:
        problems += _check_words(programme, found)
    return found, tuple(problems)


def _shown(entry: Cursor, programme: Programme) -> Shown:
    entry.fields(["from_year", "features", "cases", "examples", "example_month", "specimen", "basis", "reference"])
    basis, reference = sourced(entry, programme.references)
    entry["specimen"].fields(["grade", "scores"])
    scores = [_score(item) for item in entry["specimen"].items("scores")]
    if len(scores) != SPECIMEN_AREAS:
        entry["specimen"].fault("flyer.specimen", found=len(scores), needed=SPECIMEN_AREAS)
    return Shown(
        from_year=entry.integer("from_year", 2000, 2100),
        features=entry.words("features", FEATURES),
        cases=entry.words("cases", [case.id for case in check_casebook(programme)[0]]),
        examples=tuple(_examples(entry, programme)),
        example_month=entry.integer("example_month", 1, 12, 1),
        specimen_grade=entry["specimen"].choice("grade", GRADES),
        specimen_scores=tuple(scores),
        basis=basis,
        reference=reference,
    )


def _score(item: Cursor) -> int:
    score = item.value
    if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 100:
        item.fault("value.range", found=score, least=0, most=100)
        return 0
    return score


def _examples(entry: Cursor, programme: Programme) -> Iterator[Example]:
    plans = {plan.id: plan for plan in programme.plans}
    for row in entry.items("examples"):
        row.fields(["industry", "annual_sales", "plan"])
        industry = row.choice("industry", programme.industries, what="industry.unknown")
        sales = row.integer("annual_sales", 1, MOST_YEN)
        if plan := plans.get(row.choice("plan", plans)):
            yield Example(industry, sales, plan)


def _check_words(programme: Programme, found: tuple[Shown, ...]) -> list[Problem]:
    needed = {
        f"flyer.case.{case}.{word}" for each in found for case in each.cases for word in ("industry", "scale", "what")
    }
    needed |= {f"flyer.feature.{feature}.title" for each in found for feature in each.features}
    return [fault for words in programme.sound_words() for fault in words.lacking(sorted(needed))]
