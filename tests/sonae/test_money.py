"""Whole yen: named roundings, exact shares, splits that add up."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.money import MOST_YEN, Rounding, rounded, share, split
from tests.cast import many

AMOUNTS = st.fractions(min_value=-(10**16), max_value=10**16, max_denominator=10**6)
UNITS = st.sampled_from((1, 10, 100, 1_000, 10_000, 7))
property_test = settings(max_examples=many(150), deadline=None)


def test_the_flyers_dispute_costs_are_shared_between_member_and_insurer_to_the_yen() -> None:
    scaled = rounded(Fraction(2_000_000 * 10_000_000, 37_000_000), Rounding.DOWN)

    assert scaled == 540_540
    assert rounded(scaled * share("0.9"), Rounding.HALF_UP, unit=10) == 486_490
    assert split(scaled, [50, 30, 20]) == (270_270, 162_162, 108_108)


@pytest.mark.parametrize(
    ("amount", "rounding", "unit", "yen"),
    [
        (Fraction(5, 2), Rounding.DOWN, 1, 2),
        (Fraction(5, 2), Rounding.UP, 1, 3),
        (Fraction(5, 2), Rounding.HALF_UP, 1, 3),
        (Fraction(3, 2), Rounding.HALF_UP, 1, 2),
        (Fraction(249, 100), Rounding.HALF_UP, 1, 2),
        (4, Rounding.HALF_UP, 10, 0),
        (5, Rounding.HALF_UP, 10, 10),
        (Fraction(499_999, 100_000), Rounding.HALF_UP, 10, 0),
        (1, Rounding.UP, 1_000, 1_000),
        (999, Rounding.DOWN, 1_000, 0),
        (1_000, Rounding.UP, 1_000, 1_000),
        (0, Rounding.UP, 10, 0),
        (Fraction(-5, 2), Rounding.DOWN, 1, -2),
        (Fraction(-5, 2), Rounding.UP, 1, -3),
        (Fraction(-5, 2), Rounding.HALF_UP, 1, -3),
        (Fraction(-1, 3), Rounding.DOWN, 1, 0),
    ],
)
def test_each_rounding_settles_a_fraction_as_its_name_says(
    amount: Fraction | int, rounding: Rounding, unit: int, yen: int
) -> None:
    assert rounded(amount, rounding, unit) == yen


def test_amounts_beyond_a_floats_digits_keep_every_yen() -> None:
    assert rounded(Fraction(2 * 10**30 + 1, 2), Rounding.HALF_UP) == 10**30 + 1
    assert rounded(Fraction(2 * 10**30 + 1, 2), Rounding.DOWN) == 10**30


@pytest.mark.parametrize("unit", [0, -10])
def test_a_unit_under_one_yen_is_nonsense(unit: int) -> None:
    with pytest.raises(ValueError, match="unit"):
        rounded(100, Rounding.DOWN, unit)


@property_test
@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_rounding_agrees_with_decimal_arithmetic(digits: int, places: int) -> None:
    exact = Decimal(digits).scaleb(-places)
    for rounding, oracle in ((Rounding.DOWN, ROUND_DOWN), (Rounding.UP, ROUND_UP), (Rounding.HALF_UP, ROUND_HALF_UP)):
        assert rounded(Fraction(exact), rounding) == int(exact.quantize(Decimal(1), oracle))


@property_test
@given(AMOUNTS, UNITS)
def test_rounded_amounts_are_multiples_of_the_unit_nearest_on_their_side(amount: Fraction, unit: int) -> None:
    down, up, half = (rounded(amount, each, unit) for each in (Rounding.DOWN, Rounding.UP, Rounding.HALF_UP))

    assert down % unit == up % unit == half % unit == 0
    assert abs(down) <= abs(amount) <= abs(up)
    assert abs(up) - abs(down) in (0, unit)
    assert 2 * abs(half - amount) <= unit


@property_test
@given(AMOUNTS, AMOUNTS, st.sampled_from(Rounding), UNITS)
def test_rounding_never_turns_an_order_round(one: Fraction, other: Fraction, rounding: Rounding, unit: int) -> None:
    low, high = sorted((one, other))
    assert rounded(low, rounding, unit) <= rounded(high, rounding, unit)


@property_test
@given(AMOUNTS, st.sampled_from(Rounding), UNITS)
def test_what_is_rounded_stays_so_and_a_debt_rounds_as_a_credit(
    amount: Fraction, rounding: Rounding, unit: int
) -> None:
    once = rounded(amount, rounding, unit)
    assert rounded(once, rounding, unit) == once
    assert rounded(-amount, rounding, unit) == -once


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("0", Fraction(0)),
        ("1", Fraction(1)),
        ("1.0", Fraction(1)),
        ("0.9", Fraction(9, 10)),
        ("0.1", Fraction(1, 10)),
        ("0.000000000001", Fraction(1, 10**12)),
        (0, Fraction(0)),
        (1, Fraction(1)),
        (Decimal("0.35"), Fraction(7, 20)),
        (Decimal("0.0000001"), Fraction(1, 10**7)),
    ],
)
def test_a_share_is_exact(written: str | int | Decimal, exact: Fraction) -> None:
    assert share(written) == exact


@pytest.mark.parametrize(
    "written",
    [
        "1.1", "-0.1", "2", 2, -1, Decimal("1.01"), Decimal("NaN"), "1/2", "9e-1", "1e-99999999", "90%", "", " 0.5", "0.5\n",
        "0,5", ".5", "1.", "0_1", "０.５", "٠.٥", "nan", "inf", "True",
    ],
)  # fmt: skip
def test_what_is_no_decimal_from_0_to_1_is_no_share(written: str | int | Decimal) -> None:
    with pytest.raises(ValueError, match="not "):
        share(written)


def test_the_remainder_of_a_split_goes_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == (34, 33, 33)
    assert split(69_200, [40, 35, 25]) == (27_680, 24_220, 17_300)
    assert split(1, [1, 99]) == (1, 0)


@property_test
@given(st.integers(0, MOST_YEN), st.lists(st.integers(0, 10_000), min_size=1, max_size=8).filter(any))
def test_a_split_adds_up_and_is_short_of_no_part_by_a_yen(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    assert len(parts) == len(weights)
    for part, weight in list(zip(parts, weights, strict=True))[1:]:
        exact = Fraction(amount * weight, sum(weights))
        assert exact - 1 < part <= exact
    assert Fraction(amount * weights[0], sum(weights)) - 1 < parts[0] < amount + 1


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [-1, 2], [3, -1]])
def test_weights_must_be_positive_somewhere_and_negative_nowhere(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)
