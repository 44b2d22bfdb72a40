"""A programme (制度): one folder of dated data, read whole, checked whole, frozen, with a fingerprint."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from sonae.dates import DateRule, Days
from sonae.figures import LANGS, Lang
from sonae.problems import Problem, Refused, problem
from sonae.programmes import words as words_of
from sonae.programmes.cursor import Cursor, iso_day
from sonae.programmes.kept import kept_sound
from sonae.programmes.reader import Document, read_file
from sonae.programmes.values import read_values, sourced
from sonae.programmes.words import LIBRARY, Words
from sonae.tables import Basis, Brackets, Dated, Value

MOST_BYTES = 4_000_000
STATUSES = ("sample", "live")
DisputeCosts = Literal["inside", "outside_prorata"]
DISPUTE_COSTS: tuple[DisputeCosts, ...] = ("inside", "outside_prorata")
VALUE_FILES = ("scoring.yaml", "loss.yaml", "calendar.yaml", "enrolment.yaml", "rates.yaml")
NEEDED = {
    "scoring.grades": "brackets",
    "scoring.critical_cap": "word",
    **dict.fromkeys((f"scoring.points.{answer}" for answer in ("yes", "partly", "no", "unknown")), "points"),
    **dict.fromkeys((f"scenario.{name}" for name in ("persons", "claimants_high", "claimants_low")), "persons"),
    **dict.fromkeys((f"scenario.{name}" for name in ("award_high", "award_low", "goodwill_each")), "yen"),
    **dict.fromkeys((f"scenario.{name}" for name in ("dispute_costs", "apology_notice")), "yen"),
    **dict.fromkeys((f"calendar.{name}" for name in ("normal_from", "normal_until", "normal_cover_from")), "date_rule"),
    **dict.fromkeys((f"calendar.{name}" for name in ("mid_term_from", "mid_term_until")), "date_rule"),
    **dict.fromkeys((f"calendar.{name}" for name in ("mid_term_cover_from", "cover_to", "debit_on")), "date_rule"),
    "enrolment.master_policy": "word",
    "jo.basic": "yen",
    "jo.responsibility_high": "words",
    **dict.fromkeys((f"jo.identifiability.{name}" for name in ("name_and_address", "name")), "points"),
    **dict.fromkeys((f"jo.identifiability.{name}" for name in ("address_and_phone", "otherwise")), "points"),
    "law.small_handler.employees": "employees",
    "law.small_handler.persons": "persons",
    "law.report.volume": "persons",
}
"""The values that computations ask for by name, with their units."""
KINDS = ("special_care", "financial", "card", "identity")
"""Kinds of information that change what the law asks or what a leak costs."""
REFERENCE_KINDS = ("source", "house")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a member can buy: two limits and the terms of payout, in yen for one occurrence and the year.

    Basis and reference are those of limits and deductible; the other terms are one for all plans (``plan_terms``).
    """

    id: str
    liability_limit: int
    cost_limit: int
    deductible: int
    insurer_share: Fraction
    goodwill_cap_each: int
    dispute_costs: DisputeCosts
    basis: Basis
    reference: str


@dataclass(frozen=True, slots=True)
class Item:
    """A kind of information in the JO model: x mental suffering and y economic loss, 1 to 3."""

    id: str
    x: int
    y: int
    kind: str
    basis: Basis
    reference: str


@dataclass(frozen=True, eq=False)
class Programme:
    """A programme, frozen. Values are by name and date; ``fingerprint`` changes with any byte that may show in a result."""

    id: str
    folder: Path
    status: str
    years: range
    editions: tuple[tuple[int, str], ...]
    plans: tuple[Plan, ...]
    values: Mapping[str, Dated[Any]]
    items: Mapping[str, Item]
    industries: Mapping[str, tuple[str, ...]]
    references: Mapping[str, Mapping[str, Any]]
    days: Days
    fingerprint: str

    def value(self, name: str, on: date) -> Value[Any]:
        """Return the value in force on a day. Raises KeyError or LookupError when there is none."""
        return self.values[name].at(on)

    def integer(self, name: str, on: date) -> int:
        """Return a whole-number value in force on a day."""
        found: int = self.value(name, on).value
        return found

    def fraction(self, name: str, on: date) -> Fraction:
        """Return a share in force on a day, exactly."""
        return Fraction(self.value(name, on).value)

    def brackets(self, name: str, on: date) -> Brackets[str]:
        """Return the brackets in force on a day."""
        found: Brackets[str] = self.value(name, on).value
        return found

    def date_rule(self, name: str, on: date) -> DateRule:
        """Return the date rule in force on a day."""
        found: DateRule = self.value(name, on).value
        return found

    def edition_of(self, year: int) -> str:
        """Return the checklist's edition that a programme year uses. Raises LookupError outside the derived years."""
        if year not in self.years:
            raise LookupError(f"{self.id} has no year {year}")
        return [edition for first, edition in self.editions if first <= year][-1]

    def words(self, lang: Lang, edition: str | None = None) -> Words:
        """Return every word of library and programme in a language (of its checklists only one edition, if named)."""
        return words_of.load(lang, self.folder, edition)

    def sound_words(self, edition: str | None = None) -> Iterator[Words]:
        """Yield the words of each language whose files are sound; ``words.check`` tells the faults of the others."""
        for lang in LANGS:
            with suppress(Refused):
                yield self.words(lang, edition)

    @property
    def edition_names(self) -> tuple[str, ...]:
        """The ids of the checklist's editions that have a file, oldest first."""
        return tuple(sorted(path.stem for path in (self.folder / "checklist").glob("*.yaml")))

    def document(self, name: str) -> Document:
        """Return one of the programme's data files as read. Raises Refused."""
        return read_document(self.folder, name)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the ids of the programmes that come with the library."""
    return tuple(sorted(path.parent.name for path in LIBRARY.glob("*/programme.yaml")))


def load(name: str) -> Programme:
    """Return a programme by id. Raises Refused with every problem of its data."""
    if name not in names():
        raise Refused([problem("programme.unknown", "programme", found=name, known=", ".join(names()))])
    programme, problems = load_folder(LIBRARY / name)
    if problems or programme is None:
        raise Refused(problems)
    return programme


@kept_sound
def load_folder(folder: Path) -> tuple[Programme | None, tuple[Problem, ...]]:
    """Return the programme in a folder (None if it cannot be made) and every problem of its data."""
    problems: list[Problem] = []
    shared = _Shared(problems)
    head = shared.cursor(folder, "programme.yaml")
    values: dict[str, Dated[Any]] = {}
    for base, name in [(LIBRARY, "law/appi.yaml"), (LIBRARY, "jo.yaml"), *((folder, name) for name in VALUE_FILES)]:
        if (cursor := shared.cursor(base, name)) is not None:
            for key, dated in read_values(cursor, shared.references, ["items"] if name == "jo.yaml" else ()).items():
                if key in values:
                    cursor["values"][key].fault("value.name_twice", name=key)
                values[key] = dated
    if not problems:
        problems += (
            problem("programme.value_missing", folder.name, found=f"{name} ({unit})")
            for name, unit in NEEDED.items()
            if name not in values or values[name].unit != unit
        )
    if head is None or not head.fields(
        ["id", "status", "years", "editions", "plan_terms", "plans"], ["closed_days", "open_days"]
    ):
        return None, tuple(problems)
    years, id_ = head["years"], head.text("id")
    if head.has("years"):
        years.fields(["first", "last"])
    first = years.integer("first", 2000, 2100, 2005)
    last = years.integer("last", first, 2100, first)
    if id_ and id_ != folder.name:
        head["id"].fault("programme.id_is_not_folder", found=id_, folder=folder.name)
    programme = Programme(
        id=id_,
        folder=folder,
        status=head.choice("status", STATUSES),
        years=range(first, last + 1),
        editions=_editions(head, first),
        plans=_plans(head, shared.references),
        values=MappingProxyType(values),
        items=MappingProxyType(shared.items()),
        industries=MappingProxyType(shared.industries()),
        references=MappingProxyType(shared.references),
        days=_days(head),
        fingerprint=fingerprint(folder),
    )
    return programme, tuple(problems)


class _Shared:
    """What all programmes share, read with one list of problems."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.references: dict[str, Mapping[str, Any]] = {}
        if (cursor := self.cursor(LIBRARY, "references.yaml")) is not None:
            cursor.fields(["references"])
            for name, entry in cursor.entries("references"):
                entry.fields(["kind"], ["address", "issued"])
                entry.choice("kind", REFERENCE_KINDS)
                self.references[name] = entry.value if isinstance(entry.value, dict) else {}

    def cursor(self, base: Path, name: str) -> Cursor | None:
        try:
            return Cursor(read_document(base, name), self.problems)
        except Refused as refused:
            self.problems += refused.problems
            return None

    def items(self) -> dict[str, Item]:
        found: dict[str, Item] = {}
        cursor = self.cursor(LIBRARY, "jo.yaml")
        for entry in cursor.items("items") if cursor else ():
            entry.fields(["id", "x", "y", "basis", "reference"], ["kind"])
            basis, reference = sourced(entry, self.references)
            name = entry.text("id")
            if name in found:
                entry["id"].fault("value.twice", found=name)
            x, y = entry.integer("x", 1, 3, 1), entry.integer("y", 1, 3, 1)
            found[name] = Item(name, x, y, entry.choice("kind", KINDS, ""), basis, reference)
        return found

    def industries(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        cursor = self.cursor(LIBRARY, "industries.yaml")
        if cursor is not None:
            cursor.fields(["industries"], ["divisions"])
        seen: set[str] = set()
        for entry in cursor.items("industries") if cursor else ():
            entry.fields(["id", "groups", "basis", "reference"])
            sourced(entry, self.references)
            name = entry.text("id")
            if name in found:
                entry["id"].fault("value.twice", found=name)
            groups = list(entry.items("groups"))
            for group in groups:
                if not isinstance(group.value, str) or not re.fullmatch("[0-9]{2}", group.value) or group.value in seen:
                    group.fault("industry.group", found=group.value)
                seen.add(str(group.value))
            found[name] = tuple(str(group.value) for group in groups)
        return found


def read_document(base: Path, name: str) -> Document:
    """Return a data file of a programme or of the library. Raises Refused."""
    return read_file(base / name, f"{base.name}/{name}" if base != LIBRARY else name, MOST_BYTES)


def _editions(head: Cursor, first: int) -> tuple[tuple[int, str], ...]:
    rows = []
    before = len(head.problems)
    for entry in head.items("editions"):
        entry.fields(["from_year", "edition"])
        rows.append((entry.integer("from_year", 2000, 2100), entry.text("edition")))
    rising = all(earlier[0] < later[0] for earlier, later in pairwise(rows))
    if head.has("editions") and len(head.problems) == before and not (rows and rows[0][0] <= first and rising):
        head["editions"].fault("programme.editions")
    return tuple(rows)


def _plans(head: Cursor, references: Mapping[str, Any]) -> tuple[Plan, ...]:
    terms = head["plan_terms"]
    if not head.has("plan_terms") or not terms.fields(
        ["insurer_share", "goodwill_cap_each", "dispute_costs", "basis", "reference"]
    ):
        return ()
    sourced(terms, references)
    share, cap = terms.share("insurer_share"), terms.yen("goodwill_cap_each")
    dispute_costs: Any = terms.choice("dispute_costs", DISPUTE_COSTS, "inside")
    plans = []
    for entry in head.items("plans"):
        entry.fields(["id", "liability_limit", "cost_limit", "deductible", "basis", "reference"], ["published"])
        basis, reference = sourced(entry, references)
        entry.truth("published")
        limits = (entry.yen("liability_limit"), entry.yen("cost_limit"), entry.yen("deductible"))
        plans.append(Plan(entry.text("id"), *limits, share, cap, dispute_costs, basis, reference))
    return tuple(plans)


def _days(head: Cursor) -> Days:
    overrides: dict[date, bool] = {}
    for field, closed in (("closed_days", True), ("open_days", False)):
        for entry in head.items(field):
            try:
                day = iso_day(entry.value)
            except ValueError:
                entry.fault("value.not_date", found=entry.value)
                continue
            if day in overrides:
                entry.fault("value.twice", found=day)
            overrides[day] = closed
    return Days(MappingProxyType(overrides))


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 (hex) over every data file that may show in a result, line ends made equal."""
    digest = hashlib.sha256()
    for base, pattern in (
        (LIBRARY, "*.yaml"),
        (LIBRARY, "law/*.yaml"),
        (LIBRARY, "text/*/*.yaml"),
        (folder, "**/*.yaml"),
    ):
        for path in sorted(base.glob(pattern)):
            relative = path.relative_to(base).as_posix()
            if not relative.startswith("cases/"):
                content = path.read_bytes().replace(b"\r\n", b"\n")
                digest.update(f"{relative}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()
