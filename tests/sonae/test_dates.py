"""Bank days, administrative days and date rules, against another holiday library and the flyer's calendar."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import jpholiday
import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.dates import JST, ROLLS, DateRule, Days, Roll, national_holidays, plus_months
from sonae.national_days import DAYS as KNOWN
from sonae.programmes import load
from tests.cast import many, programme

YEARS = range(2005, 2036)
DAYS = st.dates(date(2005, 1, 1), date(2035, 12, 31))
PLAIN = Days()
property_test = settings(max_examples=many(200), deadline=None)

FLYER = [  # application, cover from, months to 25 March 2006, debit (domain.md, section 0)
    ("normal", date(2005, 3, 25), 12, date(2005, 4, 25)),
    ("2005-02", date(2005, 4, 25), 11, date(2005, 5, 23)),
    ("2005-03", date(2005, 5, 25), 10, date(2005, 6, 23)),
    ("2005-04", date(2005, 6, 25), 9, date(2005, 7, 25)),
    ("2005-05", date(2005, 7, 25), 8, date(2005, 8, 23)),
    ("2005-06", date(2005, 8, 25), 7, date(2005, 9, 26)),
    ("2005-07", date(2005, 9, 25), 6, date(2005, 10, 24)),
    ("2005-08", date(2005, 10, 25), 5, date(2005, 11, 24)),
    ("2005-09", date(2005, 11, 25), 4, date(2005, 12, 26)),
    ("2005-10", date(2005, 12, 25), 3, date(2006, 1, 23)),
    ("2005-11", date(2006, 1, 25), 2, date(2006, 2, 23)),
    ("2005-12", date(2006, 2, 25), 1, date(2006, 3, 23)),
]


@lru_cache(maxsize=64)
@pytest.mark.parametrize("year", sorted(KNOWN))
def test_the_table_of_holidays_is_that_of_the_library(year: int) -> None:
    assert national_holidays(year) == frozenset(country_holidays("JP", years=year))


def test_the_table_of_holidays_has_the_years_of_the_programme_and_others_come_from_the_library() -> None:
    """An application may be made the year before its cover, and be debited the year after it started."""
    years = load("chuokai-leak").years
    assert set(KNOWN) >= set(range(years[0] - 1, years[-1] + 2))
    assert national_holidays(1999) == frozenset(country_holidays("JP", years=1999))


def holidays(year: int) -> frozenset[date]:
    """The other library's national holidays."""
    return frozenset(day for day, _ in jpholiday.year_holidays(year))


def closed(day: date, new_year_from: int) -> bool:
    at_new_year = (day.month == 12 and day.day >= new_year_from) or (day.month == 1 and day.day <= 3)
    return at_new_year or day.isoweekday() in (6, 7) or day in holidays(day.year)


def every_day(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=each) for each in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize(("applied", "cover_from", "months", "debit"), FLYER)
def test_the_programmes_rules_give_the_flyers_calendar(
    applied: str, cover_from: date, months: int, debit: date
) -> None:
    sonae = programme()
    starts = sonae.date_rule("calendar.mid_term_cover_from", date(2005, 1, 1))
    debits = sonae.date_rule("calendar.debit_on", date(2005, 1, 1))

    if applied != "normal":
        month = date.fromisoformat(f"{applied}-01")
        for day in every_day(2005):
            if (day.year, day.month) == (month.year, month.month):
                assert starts.moment({"applied": day}, sonae.days) == datetime.combine(cover_from, time(16), JST)
    assert debits.on({"cover_from": cover_from}, sonae.days) == debit
    assert plus_months(cover_from, months) == date(2006, 3, 25)


@pytest.mark.parametrize("year", YEARS)
def test_bank_days_are_those_of_the_other_library(year: int) -> None:
    assert [day for day in every_day(year) if PLAIN.is_bank_day(day) == closed(day, 31)] == []


@pytest.mark.parametrize("year", YEARS)
def test_administrative_days_are_those_of_the_other_library(year: int) -> None:
    assert [day for day in every_day(year) if PLAIN.is_administrative_day(day) == closed(day, 29)] == []


@pytest.mark.parametrize("year", YEARS)
def test_the_calendars_differ_only_on_weekdays_of_29_and_30_december(year: int) -> None:
    differ = [day for day in every_day(year) if PLAIN.is_bank_day(day) != PLAIN.is_administrative_day(day)]
    assert differ == [day for day in (date(year, 12, 29), date(year, 12, 30)) if day.isoweekday() < 6]


@pytest.mark.parametrize("year", YEARS)
def test_every_debit_day_is_the_first_bank_day_from_the_23rd(year: int) -> None:
    sonae = programme()
    rule = sonae.date_rule("calendar.debit_on", date(year, 1, 1))
    for month in range(1, 13):
        day = rule.on({"cover_from": date(year, month, 25)}, sonae.days)
        first = plus_months(date(year, month, 1), 1, 23)
        assert next(each for each in (first + timedelta(days=n) for n in range(7)) if not closed(each, 31)) == day


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 12, 30), True),  # Wednesday
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),  # Monday
        (date(2019, 4, 30), False),  # between two holidays of the change of reign
        (date(2019, 5, 1), False),
        (date(2019, 10, 22), False),  # enthronement
        (date(2020, 7, 24), False),  # sports day, moved for the games
        (date(2020, 10, 12), True),  # … so not here
        (date(2018, 12, 24), False),  # substitute for the 23rd
        (date(2019, 12, 23), True),  # no longer a holiday
        (date(2020, 2, 24), False),  # substitute for the new emperor's birthday
        (date(2026, 9, 22), False),  # between two holidays
        (date(2016, 8, 11), False),  # first mountain day
        (date(2015, 8, 11), True),
        (date(2024, 2, 29), True),
    ],
)
def test_banks_open_and_close_on_days_that_are_easily_got_wrong(day: date, open_: bool) -> None:
    assert PLAIN.is_bank_day(day) is open_


def test_a_day_put_into_the_override_table_is_closed_for_both_calendars() -> None:
    strike = date(2027, 4, 23)
    assert PLAIN.is_bank_day(strike)
    days = Days({strike: True})

    assert not days.is_bank_day(strike)
    assert not days.is_administrative_day(strike)
    assert days.rolled(strike, "next_bank") == date(2027, 4, 26)
    assert days.rolled(strike, "previous_bank") == date(2027, 4, 22)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 4, 24), date(2027, 2, 11), date(2026, 12, 31)])
def test_a_day_put_into_the_override_table_is_open_whatever_else_it_is(day: date) -> None:
    days = Days({day: False})

    assert not PLAIN.is_bank_day(day)
    assert days.is_bank_day(day)
    assert days.is_administrative_day(day)
    assert days.rolled(day, "next_bank") == day


@pytest.mark.parametrize(
    ("day", "roll", "to"),
    [
        (date(2005, 4, 23), "none", date(2005, 4, 23)),
        (date(2005, 4, 23), "next_bank", date(2005, 4, 25)),
        (date(2005, 4, 23), "previous_bank", date(2005, 4, 22)),
        (date(2026, 12, 29), "next_bank", date(2026, 12, 29)),
        (date(2026, 12, 29), "next_administrative", date(2027, 1, 4)),
        (date(2026, 12, 31), "next_bank", date(2027, 1, 4)),
        (date(2027, 1, 3), "previous_bank", date(2026, 12, 30)),
        (date(2024, 4, 27), "next_bank", date(2024, 4, 30)),
        (date(2019, 4, 27), "next_bank", date(2019, 5, 7)),  # ten days of holidays
    ],
)
def test_each_roll_moves_as_its_name_says(day: date, roll: Roll, to: date) -> None:
    assert PLAIN.rolled(day, roll) == to


@property_test
@given(DAYS, st.sampled_from(ROLLS))
def test_a_rolled_day_is_open_and_no_open_day_was_passed(day: date, roll: Roll) -> None:
    rolled = PLAIN.rolled(day, roll)
    if roll == "none":
        assert rolled == day
        return
    is_open: Callable[[date], bool] = (
        PLAIN.is_administrative_day if roll == "next_administrative" else PLAIN.is_bank_day
    )
    assert is_open(rolled)
    assert rolled <= day if roll == "previous_bank" else rolled >= day
    low, high = sorted((day, rolled))
    passed = [low + timedelta(days=each) for each in range((high - low).days + 1)]
    assert not any(is_open(each) for each in passed if each != rolled)


@property_test
@given(DAYS, DAYS, st.sampled_from(ROLLS))
def test_rolling_keeps_the_order_of_days_and_what_is_rolled_stays(one: date, other: date, roll: Roll) -> None:
    low, high = sorted((one, other))
    assert PLAIN.rolled(low, roll) <= PLAIN.rolled(high, roll)
    assert PLAIN.rolled(PLAIN.rolled(one, roll), roll) == PLAIN.rolled(one, roll)


@pytest.mark.parametrize(
    ("day", "months", "day_of_month", "to"),
    [
        (date(2024, 1, 31), 1, None, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, None, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, None, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, None, date(2028, 2, 29)),
        (date(2000, 2, 29), -1, 31, date(2000, 1, 31)),
        (date(2027, 12, 31), 2, None, date(2028, 2, 29)),
        (date(2027, 3, 31), -1, None, date(2027, 2, 28)),
        (date(2005, 11, 30), 2, 25, date(2006, 1, 25)),
        (date(2005, 12, 1), 2, 25, date(2006, 2, 25)),
        (date(2005, 12, 31), 0, 31, date(2005, 12, 31)),
        (date(2005, 4, 30), 0, 31, date(2005, 4, 30)),
        (date(9999, 11, 30), 1, 31, date(9999, 12, 31)),
        (date(1, 2, 28), -1, None, date(1, 1, 28)),
    ],
)
def test_months_end_where_they_end(day: date, months: int, day_of_month: int | None, to: date) -> None:
    assert plus_months(day, months, day_of_month) == to


@property_test
@given(DAYS, st.integers(-120, 120))
def test_so_many_months_later_is_so_many_months_later(day: date, months: int) -> None:
    later = plus_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@property_test
@given(DAYS.filter(lambda day: day.day <= 28), st.integers(-60, 60), st.integers(-60, 60))
def test_months_add_up_and_go_back(day: date, one: int, other: int) -> None:
    assert plus_months(plus_months(day, one), other) == plus_months(day, one + other)
    assert plus_months(plus_months(day, one), -one) == day


@property_test
@given(DAYS, DAYS, st.integers(-24, 24))
def test_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    low, high = sorted((one, other))
    assert plus_months(low, months) <= plus_months(high, months)


def test_a_rule_counts_months_from_the_anchors_month_whatever_its_day() -> None:
    rule = DateRule("applied", months=2, day=25, at=time(16))
    starts = {rule.moment({"applied": day}, PLAIN) for day in every_day(2027) if day.month == 12}

    assert starts == {datetime(2028, 2, 25, 16, 0, tzinfo=JST)}


def test_a_moment_is_japanese_time_and_starts_the_day_when_the_rule_names_no_time() -> None:
    rule = DateRule("cover_from", months=1, day=23, roll="next_bank")
    moment = rule.moment({"cover_from": date(2005, 3, 25)}, PLAIN)

    assert moment.isoformat() == "2005-04-25T00:00:00+09:00"
    assert moment.tzname() == "JST"


def test_a_rule_on_a_day_that_a_month_lacks_takes_its_last() -> None:
    rule = DateRule("applied", months=1, day=31)
    assert rule.on({"applied": date(2024, 1, 15)}, PLAIN) == date(2024, 2, 29)
    assert rule.on({"applied": date(2027, 3, 31)}, PLAIN) == date(2027, 4, 30)


def test_a_rule_whose_anchor_is_not_given_raises() -> None:
    with pytest.raises(KeyError, match="cover_from"):
        DateRule("cover_from", months=1, day=23).on({"applied": date(2027, 1, 1)}, PLAIN)


@property_test
@given(DAYS, st.integers(0, 12), st.integers(1, 31), st.sampled_from(ROLLS), DAYS)
def test_a_later_anchor_never_gives_an_earlier_day(one: date, months: int, day: int, roll: Roll, other: date) -> None:
    rule = DateRule("applied", months, day, roll)
    low, high = sorted((one, other))
    assert rule.on({"applied": low}, PLAIN) <= rule.on({"applied": high}, PLAIN)
