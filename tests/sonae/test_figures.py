"""How numbers, money and dates are written: the rows of look.md, section 5, and what must hold for any number."""

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.figures import LANGS, Lang, count, day, decimal, effort_hours, era_year, exact_yen, yen
from sonae.money import MOST_YEN, Rounding, rounded
from tests.cast import many

MINUS = "−"
AMOUNTS = st.integers(0, MOST_YEN) | st.integers(0, 2_000_000) | st.integers(0, 12).map(lambda zeros: 10**zeros - 1)
property_test = settings(max_examples=many(200), deadline=None)


def read(text: str) -> int:
    """The whole yen that a text says, in either language."""
    found = re.fullmatch(r"¥([\d,.]+)(?: (million|billion))?", text)
    if found:
        scale = {None: 1, "million": 10**6, "billion": 10**9}[found[2]]
        return int(Fraction(found[1].replace(",", "")) * scale)
    found = re.fullmatch(r"(?:([\d,]+)億)?(?:([\d,.]+)万)?([\d,]+)?円", text)
    assert found, text
    parts = [Fraction((part or "0").replace(",", "")) for part in found.groups()]
    return int(parts[0] * 10**8 + parts[1] * 10**4 + parts[2])


def test_the_rows_of_the_look() -> None:
    assert (exact_yen(69_200, "ja"), exact_yen(69_200, "en")) == ("69,200円", "¥69,200")
    assert (yen(184_000, "ja"), yen(184_000, "en")) == ("18.4万円", "¥184,000")
    assert (yen(43_900_000, "ja"), yen(43_900_000, "en")) == ("4,390万円", "¥43.9 million")
    assert [yen(each, "ja") for each in (1_400, 6_410_000, 100_000_000, 120_000_000)] == [
        "1,400円", "641万円", "1億円", "1億2,000万円",
    ]  # fmt: skip
    assert (exact_yen(-52_000, "ja"), exact_yen(-52_000, "en")) == (f"{MINUS}52,000円", f"{MINUS}¥52,000")
    assert [count(each) for each in (1_284, 12_000, 3)] == ["1,284", "12,000", "3"]
    assert (day(date(2027, 4, 23), "ja"), day(date(2027, 4, 23), "en")) == (
        "2027年4月23日（金）",
        "23 April 2027 (Fri)",
    )
    assert era_year(date(2027, 4, 23)) == "令和9年"


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [
        (0, "0円", "¥0"),
        (7, "7円", "¥7"),
        (99, "99円", "¥99"),
        (104, "100円", "¥100"),
        (105, "110円", "¥110"),
        (1_378, "1,400円", "¥1,400"),
        (99_499, "99,000円", "¥99,000"),
        (99_500, "10万円", "¥100,000"),
        (100_000, "10万円", "¥100,000"),
        (183_700, "18.4万円", "¥184,000"),
        (183_499, "18.3万円", "¥183,000"),
        (200_499, "20万円", "¥200,000"),
        (999_499, "99.9万円", "¥999,000"),
        (999_500, "100万円", "¥1 million"),
        (1_004_999, "100万円", "¥1 million"),
        (1_005_000, "101万円", "¥1.01 million"),
        (10_000_000, "1,000万円", "¥10 million"),
        (43_904_999, "4,390万円", "¥43.9 million"),
        (99_994_999, "9,999万円", "¥99.99 million"),
        (99_995_000, "1億円", "¥100 million"),
        (123_449_999, "1億2,340万円", "¥123.4 million"),
        (123_450_000, "1億2,350万円", "¥123.5 million"),
        (999_950_000, "10億円", "¥1 billion"),
        (1_234_500_000, "12億3,500万円", "¥1.235 billion"),
        (4_500_000_000, "45億円", "¥4.5 billion"),
        (12_345_000_000, "123億5,000万円", "¥12.35 billion"),
        (534_016_000_000, "5,340億円", "¥534 billion"),
    ],
)
def test_an_estimate_is_rounded_to_what_people_say(amount: int, ja: str, en: str) -> None:
    assert (yen(amount, "ja"), yen(amount, "en")) == (ja, en)


@property_test
@given(AMOUNTS)
def test_an_estimate_is_the_same_amount_in_both_languages_and_within_a_twentieth(amount: int) -> None:
    said = read(yen(amount, "ja"))

    assert read(yen(amount, "en")) == said
    assert abs(said - amount) * 20 <= amount
    if amount >= 1_000_000:
        assert abs(said - amount) * 200 <= amount


@property_test
@given(AMOUNTS, AMOUNTS)
def test_a_greater_amount_never_reads_as_less(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert read(yen(low, "ja")) <= read(yen(high, "ja"))


@property_test
@given(AMOUNTS)
def test_what_is_said_once_is_said_again(amount: int) -> None:
    for lang in LANGS:
        assert yen(read(yen(amount, lang)), lang) == yen(amount, lang)


@property_test
@given(st.integers(1, MOST_YEN), st.sampled_from(LANGS))
def test_a_decrease_has_a_true_minus_before_the_amount(amount: int, lang: Lang) -> None:
    assert yen(-amount, lang) == MINUS + yen(amount, lang)
    assert exact_yen(-amount, lang) == MINUS + exact_yen(amount, lang)
    assert count(-amount) == MINUS + count(amount)


@property_test
@given(st.integers(-MOST_YEN, MOST_YEN))
def test_an_exact_amount_keeps_every_yen(amount: int) -> None:
    digits = re.sub("[^0-9]", "", exact_yen(amount, "ja"))
    assert int(digits) == abs(amount)
    assert re.fullmatch(rf"{MINUS}?¥[0-9]{{1,3}}(,[0-9]{{3}})*", exact_yen(amount, "en"))


@property_test
@given(AMOUNTS)
def test_thousands_and_hundreds_are_never_said_in_characters(amount: int) -> None:
    assert not set(yen(amount, "ja")) & set("千百")


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (date(2005, 4, 25), "2005年4月25日（月）", "25 April 2005 (Mon)"),
        (date(2024, 2, 29), "2024年2月29日（木）", "29 February 2024 (Thu)"),
        (date(2026, 12, 31), "2026年12月31日（木）", "31 December 2026 (Thu)"),
        (date(2027, 1, 3), "2027年1月3日（日）", "3 January 2027 (Sun)"),
        (date(2027, 5, 4), "2027年5月4日（火）", "4 May 2027 (Tue)"),
        (date(2027, 9, 1), "2027年9月1日（水）", "1 September 2027 (Wed)"),
        (date(2027, 11, 27), "2027年11月27日（土）", "27 November 2027 (Sat)"),
    ],
)
def test_a_date_names_its_weekday(value: date, ja: str, en: str) -> None:
    assert (day(value, "ja"), day(value, "en")) == (ja, en)


@property_test
@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_a_date_is_that_day_and_weekday(value: date) -> None:
    assert day(value, "en") == f"{value.day} {value:%B %Y} ({value:%a})"
    numbers = [int(each) for each in re.findall("[0-9]+", day(value, "ja"))]
    assert numbers == [value.year, value.month, value.day]


@pytest.mark.parametrize(
    ("value", "era"),
    [
        (date(1926, 12, 25), "昭和元年"),
        (date(1927, 1, 1), "昭和2年"),
        (date(1989, 1, 7), "昭和64年"),
        (date(1989, 1, 8), "平成元年"),
        (date(2005, 3, 25), "平成17年"),
        (date(2019, 4, 30), "平成31年"),
        (date(2019, 5, 1), "令和元年"),
        (date(2020, 1, 1), "令和2年"),
        (date(2026, 11, 23), "令和8年"),
    ],
)
def test_the_era_begins_on_its_day_with_the_first_year_named_gannen(value: date, era: str) -> None:
    assert era_year(value) == era


def test_before_showa_there_is_no_era_here() -> None:
    with pytest.raises(LookupError, match="1926-12-24"):
        era_year(date(1926, 12, 24))


@pytest.mark.parametrize(
    ("hours", "ja", "en"),
    [
        (Fraction(0), "0分", "0 minutes"),
        (Fraction(1, 60), "1分", "1 minute"),
        (Fraction(1, 2), "30分", "30 minutes"),
        (Fraction(1), "1時間", "1 hour"),
        (Fraction(3, 2), "1.5時間", "1.5 hours"),
        (Fraction(4), "4時間", "4 hours"),
        (Fraction(8), "1日", "1 day"),
        (Fraction(9), "1.5日", "1.5 days"),
        (Fraction(12), "1.5日", "1.5 days"),
        (Fraction(16), "2日", "2 days"),
        (Fraction(17), "2.5日", "2.5 days"),
        (Fraction(80), "10日", "10 days"),
    ],
)
def test_hours_of_work_are_said_in_minutes_hours_or_days(hours: Fraction, ja: str, en: str) -> None:
    assert (effort_hours(hours, "ja"), effort_hours(hours, "en")) == (ja, en)


@property_test
@given(st.fractions(0, 1000, max_denominator=60), st.fractions(0, 1000, max_denominator=60))
def test_more_work_never_sounds_like_less(one: Fraction, other: Fraction) -> None:
    def hours(text: str) -> Fraction:
        unit = text.lstrip("0123456789.")
        return Fraction(text.removesuffix(unit)) * {"分": Fraction(1, 60), "時間": Fraction(1), "日": Fraction(8)}[unit]

    low, high = sorted((one, other))
    assert hours(effort_hours(low, "ja")) <= hours(effort_hours(high, "ja"))


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(12), 1, "12"),
        (Fraction(1, 2), 1, "0.5"),
        (Fraction(1, 4), 1, "0.3"),
        (Fraction(1, 3), 3, "0.333"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(10), 0, "10"),
        (Fraction(100), 2, "100"),
        (Fraction(1_001, 1_000), 2, "1"),
        (Fraction(1, 100), 2, "0.01"),
        (Fraction(-1, 4), 1, f"{MINUS}0.3"),
        (Fraction(-1, 100), 1, "0"),
        (Fraction(0), 3, "0"),
    ],
)
def test_a_decimal_has_no_zeros_that_say_nothing(value: Fraction, places: int, text: str) -> None:
    assert decimal(value, places) == text


@property_test
@given(st.fractions(-(10**9), 10**9, max_denominator=10**6), st.integers(0, 6))
def test_a_decimal_reads_back_as_the_rounded_number(value: Fraction, places: int) -> None:
    exact = Fraction(rounded(value * 10**places, Rounding.HALF_UP), 10**places)
    assert Fraction(decimal(value, places).replace(MINUS, "-")) == exact
