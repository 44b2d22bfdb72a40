"""Bank days, administrative days and date rules of Japan, for any year.

Two calendars: banks close on Saturdays, Sundays, national holidays and 31 December to 3 January; public offices the same
but from 29 December (行政機関の休日に関する法律). National holidays come from the holidays library, for the years of the
programmes through ``national_days``; a day that it does not know yet (or gets wrong) is put into an override table, which is
data.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal

from sonae.national_days import DAYS

JST = timezone(timedelta(hours=9), "JST")
"""Japan Standard Time; Japan has had no summer time since 1951."""

Roll = Literal["none", "next_bank", "previous_bank", "next_administrative"]
ROLLS: tuple[Roll, ...] = ("none", "next_bank", "previous_bank", "next_administrative")


@lru_cache(maxsize=256)
def national_holidays(year: int) -> frozenset[date]:
    """Return the national holidays (国民の祝日, with substitutes) of ``year``, 1949 to 2099."""
    if year in DAYS:
        return frozenset(date(year, int(day[:2]), int(day[2:])) for day in DAYS[year].split())
    from holidays import country_holidays  # loads every country: not for the years of programmes

    return frozenset(country_holidays("JP", years=year))


@dataclass(frozen=True)
class Days:
    """The two calendars under an override table: day → closed (True) or open (False) for both."""

    overrides: Mapping[date, bool] = field(default_factory=dict)

    def is_bank_day(self, day: date) -> bool:
        """Return whether banks are open on ``day``."""
        return self._is_open(day, new_year_from=31)

    def is_administrative_day(self, day: date) -> bool:
        """Return whether public offices are open on ``day``."""
        return self._is_open(day, new_year_from=29)

    def _is_open(self, day: date, new_year_from: int) -> bool:
        if day in self.overrides:
            return not self.overrides[day]
        closed_at_new_year = (day.month == 12 and day.day >= new_year_from) or (day.month == 1 and day.day <= 3)
        return not closed_at_new_year and day.weekday() < 5 and day not in national_holidays(day.year)

    def rolled(self, day: date, roll: Roll) -> date:
        """Return ``day``, moved to the nearest open day as ``roll`` says."""
        if roll == "none":
            return day
        is_open = self.is_administrative_day if roll == "next_administrative" else self.is_bank_day
        step = timedelta(days=-1 if roll == "previous_bank" else 1)
        while not is_open(day):
            day += step
        return day


def plus_months(day: date, months: int, day_of_month: int | None = None) -> date:
    """Return the day ``months`` later, on ``day_of_month`` (default: the same), never past the month's end.

    >>> plus_months(date(2005, 12, 10), 2, 25)
    datetime.date(2006, 2, 25)
    >>> plus_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day_of_month or day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class DateRule:
    """A date tied to an anchor: so many months after it, on a day of the month, rolled to an open day, at a time JST."""

    anchor: str
    months: int
    day: int
    roll: Roll = "none"
    at: time | None = None

    def on(self, anchors: Mapping[str, date], days: Days) -> date:
        """Return the date for the given anchors. Raises KeyError for an anchor that is not given."""
        return days.rolled(plus_months(anchors[self.anchor].replace(day=1), self.months, self.day), self.roll)

    def moment(self, anchors: Mapping[str, date], days: Days) -> datetime:
        """Return the moment in JST (start of the day where the rule names no time)."""
        return datetime.combine(self.on(anchors, days), self.at or time(0), JST)
