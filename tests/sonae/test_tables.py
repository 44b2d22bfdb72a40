"""Dated values, brackets and curves."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.money import Rounding
from sonae.tables import Brackets, Curve, Dated, Value
from tests.cast import many

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
RISING = st.lists(st.integers(0, 10**9), min_size=1, max_size=8, unique=True).map(sorted)
property_test = settings(max_examples=many(150), deadline=None)


def dated(*days: date) -> Dated[int]:
    return Dated("goodwill", "yen", tuple(Value(day, index, "assumed", "house-2026") for index, day in enumerate(days)))


@st.composite
def curves(draw: st.DrawFn, *, rising: bool = False) -> Curve:
    xs = draw(RISING)
    ys = draw(st.lists(st.integers(0, 10**9), min_size=len(xs), max_size=len(xs)))
    return Curve(tuple(zip(xs, sorted(ys) if rising else ys, strict=True)))


def test_a_value_is_in_force_from_its_day_until_the_next_ones() -> None:
    goodwill = dated(date(2004, 12, 1), date(2027, 4, 1))

    assert goodwill.at(date(2004, 12, 1)).value == 0
    assert goodwill.at(date(2027, 3, 31)).value == 0
    assert goodwill.at(date(2027, 4, 1)).value == 1
    assert goodwill.at(date(2099, 1, 1)).value == 1
    assert goodwill.at(date(2027, 4, 1)).reference == "house-2026"


def test_there_is_no_value_before_the_first_day() -> None:
    with pytest.raises(LookupError, match="goodwill has no value on 2004-11-30"):
        dated(date(2004, 12, 1)).at(date(2004, 11, 30))


@property_test
@given(st.lists(DAYS, min_size=1, max_size=6, unique=True).map(sorted), DAYS)
def test_the_value_on_a_day_is_the_last_that_began(starts: list[date], day: date) -> None:
    begun = [index for index, start in enumerate(starts) if start <= day]
    if begun:
        assert dated(*starts).at(day).value == begun[-1]
    else:
        with pytest.raises(LookupError):
            dated(*starts).at(day)


@pytest.mark.parametrize("days", [(), (date(2005, 1, 1), date(2005, 1, 1)), (date(2005, 1, 2), date(2005, 1, 1))])
def test_days_that_do_not_rise_are_refused(days: tuple[date, ...]) -> None:
    with pytest.raises(ValueError, match="goodwill"):
        dated(*days)


def test_a_later_value_changes_nothing_before_it() -> None:
    before, after = dated(date(2005, 1, 1)), dated(date(2005, 1, 1), date(2027, 1, 1))
    for day in (date(2005, 1, 1), date(2026, 12, 31)):
        assert before.at(day) == after.at(day)


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        dated(date(2005, 1, 1)).values[0].value = 5  # type: ignore[misc]  # frozen: that is what is tried


def test_the_class_is_that_of_the_greatest_bound_not_above() -> None:
    grades = Brackets((0, 30, 50, 70, 85), ("E", "D", "C", "B", "A"))

    assert [grades.find(score) for score in (0, 29, 30, 49, 50, 69, 70, 84, 85, 100, 10**9)] == [*"EEDDCCBBAAA"]


def test_below_the_first_bound_there_is_no_class() -> None:
    with pytest.raises(LookupError, match="9 is below the first bracket 10"):
        Brackets((10, 20), ("low", "high")).find(9)


@property_test
@given(RISING, st.integers(0, 10**9))
def test_a_greater_number_is_never_in_a_lower_class(bounds: list[int], x: int) -> None:
    brackets = Brackets(tuple(bounds), tuple(range(len(bounds))))
    if x >= bounds[0]:
        found = brackets.find(x)
        assert bounds[found] <= x
        assert found + 1 == len(bounds) or x < bounds[found + 1]
        assert brackets.find(x + 1) in (found, found + 1)


@pytest.mark.parametrize(
    ("bounds", "classes"), [((), ()), ((0,), ()), ((0, 1), ("a",)), ((1, 0), ("a", "b")), ((0, 0), ("a", "b"))]
)
def test_brackets_without_rising_bounds_for_every_class_are_refused(
    bounds: tuple[int, ...], classes: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="brackets"):
        Brackets(bounds, classes)


def test_a_curve_runs_straight_from_node_to_node() -> None:
    curve = Curve(((50, 1_000), (100, 1_320), (300, 2_048)))

    assert [curve.at(x, Rounding.HALF_UP) for x in (50, 75, 100, 200, 300)] == [1_000, 1_160, 1_320, 1_684, 2_048]


@pytest.mark.parametrize("x", [49, 301, -50])
def test_a_curve_is_never_extended(x: int) -> None:
    with pytest.raises(LookupError, match="outside the curve from 50 to 300"):
        Curve(((50, 1_000), (300, 2_048))).at(x, Rounding.HALF_UP)


def test_a_curve_of_one_node_is_that_point() -> None:
    assert Curve(((5, 70),)).at(5, Rounding.DOWN) == 70
    with pytest.raises(LookupError):
        Curve(((5, 70),)).at(6, Rounding.DOWN)


def test_the_rounding_between_nodes_is_the_one_named() -> None:
    curve = Curve(((0, 0), (3, 10)))
    assert [curve.at(1, each) for each in (Rounding.DOWN, Rounding.UP, Rounding.HALF_UP)] == [3, 4, 3]
    assert [curve.at(2, each) for each in (Rounding.DOWN, Rounding.UP, Rounding.HALF_UP)] == [6, 7, 7]


@pytest.mark.parametrize("nodes", [(), ((1, 5), (1, 6)), ((2, 5), (1, 6))])
def test_nodes_that_do_not_rise_are_refused(nodes: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="rise"):
        Curve(nodes)


@property_test
@given(curves(), st.data())
def test_a_curve_goes_through_its_nodes_and_between_their_heights(curve: Curve, data: st.DataObject) -> None:
    for x, y in curve.nodes:
        assert curve.at(x, Rounding.DOWN) == curve.at(x, Rounding.UP) == y
    x = data.draw(st.integers(curve.nodes[0][0], curve.nodes[-1][0]))
    for (x0, y0), (x1, y1) in pairwise(curve.nodes):
        if x0 <= x <= x1:
            exact = y0 + Fraction(y1 - y0) * (x - x0) / (x1 - x0)
            assert min(y0, y1) <= curve.at(x, Rounding.HALF_UP) <= max(y0, y1)
            assert abs(curve.at(x, Rounding.HALF_UP) - exact) <= Fraction(1, 2)


@property_test
@given(curves(rising=True), st.data())
def test_a_curve_with_rising_nodes_never_falls(curve: Curve, data: st.DataObject) -> None:
    xs = st.integers(curve.nodes[0][0], curve.nodes[-1][0])
    low, high = sorted((data.draw(xs), data.draw(xs)))
    rounding = data.draw(st.sampled_from(Rounding))
    assert curve.at(low, rounding) <= curve.at(high, rounding)


def test_days_next_to_a_start_are_on_their_own_side() -> None:
    starts = [date(2005, 3, 25) + timedelta(days=366 * year) for year in range(20)]
    values = dated(*starts)
    for index, start in enumerate(starts[1:], 1):
        assert values.at(start - timedelta(days=1)).value == index - 1
        assert values.at(start).value == index
