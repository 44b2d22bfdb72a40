"""The calendar of joining: the flyer's dates, both choices in December, boundaries to the minute, later starts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.dates import JST
from sonae.enrolment import (
    Answer,
    Choice,
    Extension,
    answer,
    applied_on,
    choices,
    faults_of,
    last_day,
    moved,
    none_open,
)
from sonae.programmes import load

PROGRAMME = load("chuokai-leak")
FIRST, LAST = date(2004, 12, 10), date(2035, 12, 31)
OPEN_DAYS = st.dates(FIRST, LAST)
VECTORS = (
    # applied in, kind, cover from, months to 2006-03-25, debit on: the table of the flyer's rule, worked out by hand
    (date(2005, 1, 10), "normal", date(2005, 3, 25), 12, date(2005, 4, 25)),
    (date(2005, 2, 1), "mid_term", date(2005, 4, 25), 11, date(2005, 5, 23)),
    (date(2005, 3, 31), "mid_term", date(2005, 5, 25), 10, date(2005, 6, 23)),
    (date(2005, 4, 1), "mid_term", date(2005, 6, 25), 9, date(2005, 7, 25)),
    (date(2005, 5, 31), "mid_term", date(2005, 7, 25), 8, date(2005, 8, 23)),
    (date(2005, 6, 10), "mid_term", date(2005, 8, 25), 7, date(2005, 9, 26)),
    (date(2005, 7, 31), "mid_term", date(2005, 9, 25), 6, date(2005, 10, 24)),
    (date(2005, 8, 1), "mid_term", date(2005, 10, 25), 5, date(2005, 11, 24)),
    (date(2005, 9, 30), "mid_term", date(2005, 11, 25), 4, date(2005, 12, 26)),
    (date(2005, 10, 31), "mid_term", date(2005, 12, 25), 3, date(2006, 1, 23)),
    (date(2005, 11, 30), "mid_term", date(2006, 1, 25), 2, date(2006, 2, 23)),
    (date(2005, 12, 9), "mid_term", date(2006, 2, 25), 1, date(2006, 3, 23)),
)


def at_four(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 16, tzinfo=JST)


@pytest.mark.parametrize(("applied", "kind", "start", "months", "debit"), VECTORS)
def test_the_dates_of_the_flyer(applied: date, kind: str, start: date, months: int, debit: date) -> None:
    (found,) = choices(PROGRAMME, applied)
    assert (found.kind, found.year, found.months, found.debit_on) == (kind, 2005, months, debit)
    assert (found.cover_from, found.cover_to) == (at_four(start), at_four(date(2006, 3, 25)))


@pytest.mark.parametrize("day", [date(2005, 12, 10), date(2005, 12, 31), date(2034, 12, 10)])
def test_in_december_the_applicant_chooses_the_year(day: date) -> None:
    this, following = choices(PROGRAMME, day)
    assert (this.kind, this.year, this.months) == ("mid_term", day.year, 1)
    assert (following.kind, following.year, following.months) == ("normal", day.year + 1, 12)
    assert this.cover_to == following.cover_from


def test_one_choice_on_the_day_before_both_windows_and_on_the_day_after() -> None:
    assert [each.kind for each in choices(PROGRAMME, date(2005, 12, 9))] == ["mid_term"]
    assert [each.kind for each in choices(PROGRAMME, date(2006, 1, 1))] == ["normal"]


@pytest.mark.parametrize(
    ("day", "reason", "opening"),
    [
        (date(1999, 1, 1), "before_first_year", FIRST),
        (date(2004, 12, 9), "before_first_year", FIRST),
        (date(2036, 1, 1), "after_last_year", None),
        (date(9999, 1, 1), "after_last_year", None),
    ],
)
def test_outside_the_derived_years_nothing_is_open(day: date, reason: str, opening: date | None) -> None:
    assert choices(PROGRAMME, day) == []
    closed = none_open(PROGRAMME, day)
    assert (closed.reason, closed.next_opening) == (reason, opening)


@given(OPEN_DAYS)
def test_within_the_derived_years_something_is_always_open(day: date) -> None:
    found = choices(PROGRAMME, day)
    assert len(found) == (2 if day.month == 12 and day.day >= 10 and day.year in range(2005, 2035) else 1)
    for each in found:
        assert each.year in PROGRAMME.years
        assert at_four(day) < each.cover_from < each.cover_to
        assert each.cover_to == at_four(date(each.year + 1, 3, 25))
        assert each.months == 12 if each.kind == "normal" else 1 <= each.months <= 11
        assert each.debit_on > each.cover_from.date()
        assert PROGRAMME.days.is_bank_day(each.debit_on)
        assert (each.debit_on - date(each.debit_on.year, each.debit_on.month, 23)).days in range(6)


@given(OPEN_DAYS, OPEN_DAYS)
def test_who_applies_later_is_not_covered_earlier(one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    assert choices(PROGRAMME, earlier)[0].cover_from <= choices(PROGRAMME, later)[0].cover_from


# --- to the minute
@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (datetime(2005, 1, 31, 23, 59, 59, tzinfo=JST), date(2005, 3, 25)),
        (datetime(2005, 2, 1, 0, 0, tzinfo=JST), date(2005, 4, 25)),
        (datetime(2005, 1, 31, 14, 59, tzinfo=UTC), date(2005, 3, 25)),
        (datetime(2005, 1, 31, 15, 0, tzinfo=UTC), date(2005, 4, 25)),
        (datetime(2005, 2, 28, 14, 59, tzinfo=UTC), date(2005, 4, 25)),
        (datetime(2005, 2, 28, 15, 0, tzinfo=UTC), date(2005, 5, 25)),
    ],
)
def test_a_window_and_a_month_end_at_midnight_in_japan(moment: datetime, start: date) -> None:
    assert choices(PROGRAMME, applied_on(moment))[0].cover_from.date() == start


def test_the_first_window_opens_at_midnight_in_japan() -> None:
    assert choices(PROGRAMME, applied_on(datetime(2004, 12, 9, 14, 59, tzinfo=UTC))) == []
    assert len(choices(PROGRAMME, applied_on(datetime(2004, 12, 9, 15, 0, tzinfo=UTC)))) == 1


# --- extensions
EXTENDED = Extension(2027, date(2027, 2, 20), decided_on=date(2027, 1, 29))


@pytest.mark.parametrize(
    ("applied", "kinds"),
    [
        (date(2027, 1, 31), ["normal"]),
        (date(2027, 2, 1), ["normal", "mid_term"]),
        (date(2027, 2, 20), ["normal", "mid_term"]),
        (date(2027, 2, 21), ["mid_term"]),
    ],
)
def test_an_extension_keeps_the_normal_window_open_beside_the_other(applied: date, kinds: list[str]) -> None:
    assert [each.kind for each in choices(PROGRAMME, applied, (EXTENDED,))] == kinds


def test_an_extension_moves_no_other_date_and_no_other_year() -> None:
    normal = choices(PROGRAMME, date(2027, 2, 20), (EXTENDED,))[0]
    assert normal == choices(PROGRAMME, date(2027, 1, 31))[0]
    assert [each.kind for each in choices(PROGRAMME, date(2028, 2, 1), (EXTENDED,))] == ["mid_term"]


def test_an_extension_counts_from_the_day_it_was_decided() -> None:
    late = Extension(2027, date(2027, 2, 20), decided_on=date(2027, 2, 10))
    assert len(choices(PROGRAMME, date(2027, 2, 9), (late,))) == 1
    assert len(choices(PROGRAMME, date(2027, 2, 10), (late,))) == 2


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        (Extension(2004, date(2004, 2, 20), date(2004, 1, 1)), "extension.year"),
        (Extension(2027, date(2027, 1, 31), date(2027, 1, 1)), "extension.until"),
        (Extension(2027, date(2027, 3, 25), date(2027, 1, 1)), "extension.until"),
        (Extension(2027, date(2027, 2, 20), date(2027, 2, 21)), "extension.late"),
    ],
)
def test_what_no_extension_can_be(extension: Extension, code: str) -> None:
    assert [each.code for each in faults_of(PROGRAMME, extension)] == [code]


def test_an_extension_that_can_be() -> None:
    assert faults_of(PROGRAMME, EXTENDED) == []
    assert faults_of(PROGRAMME, Extension(2027, date(2027, 3, 24), date(2027, 3, 24))) == []


# --- undecided at the start
def test_undecided_before_the_start_nothing_moves() -> None:
    (choice,) = choices(PROGRAMME, date(2005, 6, 10))
    assert moved(PROGRAMME, choice, choice.cover_from - timedelta(minutes=1)) == choice


def test_undecided_at_the_start_it_moves_to_the_next_month() -> None:
    (choice,) = choices(PROGRAMME, date(2005, 6, 10))
    found = moved(PROGRAMME, choice, choice.cover_from)
    assert found is not None
    assert (found.kind, found.year, found.months) == ("mid_term", 2005, 6)
    assert (found.cover_from, found.debit_on) == (at_four(date(2005, 9, 25)), date(2005, 10, 24))


def test_a_normal_one_undecided_becomes_mid_term() -> None:
    (choice,) = choices(PROGRAMME, date(2005, 1, 10))
    found = moved(PROGRAMME, choice, at_four(date(2005, 4, 25)))
    assert found is not None
    assert (found.kind, found.months, found.cover_from) == ("mid_term", 10, at_four(date(2005, 5, 25)))


def test_the_last_of_a_year_moves_to_the_next_and_that_of_the_last_year_nowhere() -> None:
    last = choices(PROGRAMME, date(2005, 12, 1))[0]
    found = moved(PROGRAMME, last, last.cover_from)
    assert found is not None
    assert (found.kind, found.year, found.months) == ("normal", 2006, 12)
    end = choices(PROGRAMME, date(2035, 12, 1))[0]
    assert moved(PROGRAMME, end, end.cover_from) is None


@given(OPEN_DAYS, st.integers(0, 60 * 24 * 800))
def test_it_never_moves_into_the_past_nor_beyond_its_period(day: date, minutes: int) -> None:
    choice: Choice = choices(PROGRAMME, day)[-1]
    now = choice.cover_from - timedelta(days=30) + timedelta(minutes=minutes)
    found = moved(PROGRAMME, choice, now)
    if found is None:
        assert now >= at_four(date(2035, 3, 25))
        return
    assert now < found.cover_from < found.cover_to
    assert found.cover_from >= choice.cover_from
    assert (
        found.months
        == (found.cover_to.year - found.cover_from.year) * 12 + found.cover_to.month - found.cover_from.month
    )


# --- returned: until when must it come back complete
def mid_term(applied: date) -> Choice:
    return next(each for each in choices(PROGRAMME, applied) if each.kind == "mid_term")


def test_returned_in_its_month_it_keeps_its_start_until_the_months_end() -> None:
    choice = mid_term(date(2027, 6, 10))
    assert answer(PROGRAMME, choice, date(2027, 6, 14)) == Answer(date(2027, 6, 30), choice.cover_from, kept=True)
    assert answer(PROGRAMME, choice, date(2027, 6, 30)) == Answer(date(2027, 6, 30), choice.cover_from, kept=True)


def test_returned_in_a_later_month_the_start_of_that_month_is_left() -> None:
    choice = mid_term(date(2027, 6, 10))
    later = Answer(date(2027, 7, 31), at_four(date(2027, 9, 25)), kept=False)
    assert answer(PROGRAMME, choice, date(2027, 7, 1)) == later


def test_a_normal_one_is_left_until_its_window_closes_then_the_year_goes_on_mid_term() -> None:
    normal = choices(PROGRAMME, date(2027, 1, 12))[0]
    assert answer(PROGRAMME, normal, date(2027, 1, 31)) == Answer(date(2027, 1, 31), normal.cover_from, kept=True)
    assert answer(PROGRAMME, normal, date(2027, 2, 1)) == Answer(
        date(2027, 2, 28), at_four(date(2027, 4, 25)), kept=False
    )


def test_an_extension_decided_by_then_counts_and_one_decided_later_does_not() -> None:
    normal = choices(PROGRAMME, date(2027, 1, 12))[0]
    longer = (Extension(2027, date(2027, 2, 14), date(2027, 1, 25)),)
    told = [answer(PROGRAMME, normal, date(2027, 1, day), longer) for day in (24, 25)]
    assert [each.by for each in told if each] == [date(2027, 1, 31), date(2027, 2, 14)]


def test_with_the_last_window_of_its_year_closed_nothing_is_left() -> None:
    last = mid_term(date(2027, 12, 5))
    assert answer(PROGRAMME, last, date(2027, 12, 31)) == Answer(date(2027, 12, 31), last.cover_from, kept=True)
    assert answer(PROGRAMME, last, date(2028, 1, 1)) is None


def test_what_was_moved_by_the_calendar_is_no_longer_to_be_had_once_its_month_is_over() -> None:
    moved_on = moved(PROGRAMME, mid_term(date(2027, 6, 10)), at_four(date(2027, 8, 25)))
    assert moved_on is not None
    assert last_day(PROGRAMME, moved_on, date(2027, 8, 26)) is None  # September's start was for who applied in July


@given(OPEN_DAYS, st.integers(0, 120))
def test_the_day_told_is_the_last_that_still_counts(day: date, days: int) -> None:
    choice, on = choices(PROGRAMME, day)[-1], day + timedelta(days=days)
    found = answer(PROGRAMME, choice, on)
    if found is None:
        assert choice.year not in {each.year for each in choices(PROGRAMME, on)}
        return
    assert found.by >= on
    starts = [{each.cover_from for each in choices(PROGRAMME, found.by + timedelta(days=more))} for more in (0, 1)]
    assert found.cover_from in starts[0]
    assert found.cover_from not in starts[1]
    assert found.kept is (found.cover_from == choice.cover_from)
