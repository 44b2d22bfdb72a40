"""The calendar of joining: which covers an application of a day may choose, their start, end and debit day.

A programme year Y is cover that ends on 25 March Y + 1. Its rules are those in force on 1 January Y, so that a rule
changed later leaves the years before it as they were. Everything is reckoned in Japan's time: a window's last day ends
there at midnight, cover starts and ends there at 16:00.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sonae.dates import JST, DateRule, plus_months
from sonae.problems import Problem, problem
from sonae.programmes import Programme

Kind = Literal["normal", "mid_term"]
"""通常加入 and 中途加入."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A cover that an application may choose. Moments are in Japan's time; ``months`` of cover are whole months."""

    kind: Kind
    year: int
    cover_from: datetime
    cover_to: datetime
    months: int
    debit_on: date

    def data(self) -> dict[str, Any]:
        """Return the choice as plain data, moments in ISO 8601 with offset."""
        return {
            "kind": self.kind,
            "year": self.year,
            "cover_from": self.cover_from.isoformat(),
            "cover_to": self.cover_to.isoformat(),
            "months": self.months,
            "debit_on": self.debit_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Extension:
    """The federation keeps the normal window of a year open until the end of a day; known from the day it was decided."""

    year: int
    until: date
    decided_on: date


@dataclass(frozen=True, slots=True)
class Closed:
    """Why no window is open, and the day on which the next one opens, if any does."""

    reason: Literal["before_first_year", "between_windows", "after_last_year"]
    next_opening: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application that is returned has left: completed by the end of a day in Japan, cover starts at a moment.

    ``kept``: that is the start it was applied for; else the next one that it can still have.
    """

    by: date
    cover_from: datetime
    kept: bool


def applied_on(completed: datetime) -> date:
    """Return the date of an application: the day, in Japan, on which it arrived complete."""
    return completed.astimezone(JST).date()


def choices(programme: Programme, applied: date, extensions: Iterable[Extension] = ()) -> list[Choice]:
    """Return the covers that an application of a day may choose, the earlier start first; none where no window is open.

    In December both windows are open. An extension counts for applications from the day on which it was decided.
    """
    known = tuple(extensions)
    found = []
    for year in (applied.year, applied.year + 1):
        if year not in programme.years:
            continue
        if _opens(programme, "mid_term", year) <= applied <= _day(programme, "mid_term_until", year):
            found.append(_mid_term(programme, year, applied))
        if _opens(programme, "normal", year) <= applied <= _normal_until(programme, year, applied, known):
            found.append(_choice(programme, "normal", year, _moment(programme, "normal_cover_from", year)))
    return sorted(found, key=lambda each: each.cover_from)


def of_year(open_: Iterable[Choice], year: int, kind: Kind) -> Choice | None:
    """Return the choice of a year among those that are open, of a kind where there is one of it; None: none."""
    found = [each for each in open_ if each.year == year]
    return next((each for each in found if each.kind == kind), found[0] if found else None)


def last_day(programme: Programme, choice: Choice, on: date, extensions: Iterable[Extension] = ()) -> date | None:
    """Return the last day, from ``on``, on which an application may choose this start of cover; None where none is left."""
    known = tuple(each for each in extensions if each.decided_on <= on)
    wanted = (choice.kind, choice.year, choice.cover_from)
    day = choice.cover_from.astimezone(JST).date()
    while day >= on:
        if wanted in [(each.kind, each.year, each.cover_from) for each in choices(programme, day, known)]:
            return day
        day -= timedelta(days=1)
    return None


def answer(programme: Programme, choice: Choice, on: date, extensions: Iterable[Extension] = ()) -> Answer | None:
    """Return until when an application for a cover, returned on a day, must come back complete, and for which start.

    Its own start while that can be had, else the one that the same year has for who applies that day. None: the year has no
    start left.
    """
    known = tuple(extensions)
    by = last_day(programme, choice, on, known)
    if by is not None:
        return Answer(by, choice.cover_from, kept=True)
    later = of_year(choices(programme, on, known), choice.year, choice.kind)
    by = None if later is None else last_day(programme, later, on, known)
    return None if later is None or by is None else Answer(by, later.cover_from, kept=False)


def none_open(programme: Programme, applied: date) -> Closed:
    """Return why an application of a day can choose nothing, and when the next window opens."""
    opening = next((day for day in _openings(programme) if day > applied), None)
    if opening is None:
        return Closed("after_last_year", None)
    first = next(_openings(programme))
    return Closed("before_first_year" if applied < first else "between_windows", opening)


def moved(programme: Programme, choice: Choice, now: datetime) -> Choice | None:
    """Return the choice of an application that is still undecided at a moment: nothing is covered backwards.

    Before its start it stays as it is. From its start on it moves to the same day of the first later month whose start is
    still to come. Where the year has none left, that is the normal start of the next year (another period, so the
    applicant must be asked); None where the programme has no such year.
    """
    if now < choice.cover_from:
        return choice
    months = 1
    while (start := _later(choice.cover_from, months)) <= now:
        months += 1
    if start < choice.cover_to:
        return _choice(programme, "mid_term", choice.year, start)
    for year in range(choice.year + 1, programme.years.stop):
        start = _moment(programme, "normal_cover_from", year)
        if now < start:
            return _choice(programme, "normal", year, start)
    return None


def faults_of(programme: Programme, extension: Extension) -> list[Problem]:
    """Return what is wrong with an extension: it adds to the window, ends before cover starts, and is not decided after its end."""
    if extension.year not in programme.years:
        years = f"{programme.years[0]}–{programme.years[-1]}"
        return [problem("extension.year", "year", found=extension.year, years=years)]
    ends = _day(programme, "normal_until", extension.year)
    starts = _moment(programme, "normal_cover_from", extension.year).date()
    if not ends < extension.until < starts:
        return [problem("extension.until", "until", found=extension.until, after=ends, before=starts)]
    if extension.decided_on > extension.until:
        return [problem("extension.late", "until", found=extension.until, decided=extension.decided_on)]
    return []


# --- from the rules
def _mid_term(programme: Programme, year: int, applied: date) -> Choice:
    rule = _named(programme, "mid_term_cover_from", year)
    return _choice(programme, "mid_term", year, rule.moment({"applied": applied}, programme.days))


def _choice(programme: Programme, kind: Kind, year: int, start: datetime) -> Choice:
    end = _moment(programme, "cover_to", year)
    months = (end.year - start.year) * 12 + end.month - start.month
    debit = _named(programme, "debit_on", year).on({"cover_from": start.date()}, programme.days)
    return Choice(kind, year, start, end, months, debit)


def _normal_until(programme: Programme, year: int, applied: date, extensions: Iterable[Extension]) -> date:
    ends = [each.until for each in extensions if each.year == year and each.decided_on <= applied]
    return max([_day(programme, "normal_until", year), *ends])


def _openings(programme: Programme) -> Iterator[date]:
    for year in programme.years:
        yield _opens(programme, "normal", year)
        yield _opens(programme, "mid_term", year)


def _opens(programme: Programme, kind: Kind, year: int) -> date:
    return _day(programme, f"{kind}_from", year)


def _day(programme: Programme, name: str, year: int) -> date:
    return _named(programme, name, year).on({"year": _first(year)}, programme.days)


def _moment(programme: Programme, name: str, year: int) -> datetime:
    return _named(programme, name, year).moment({"year": _first(year)}, programme.days)


def _named(programme: Programme, name: str, year: int) -> DateRule:
    return programme.date_rule(f"calendar.{name}", _first(year))


def _later(start: datetime, months: int) -> datetime:
    return datetime.combine(plus_months(start.date(), months), start.timetz())


def _first(year: int) -> date:
    return date(year, 1, 1)
