"""The JO model: the matrix of sensitivity, what counts as identifiable, and leaks described in a file."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.jo import Leak, factors, potential, read_leak
from tests.cast import ON, document, many, places, programme, refused

FACTORS = st.sampled_from([1, 2, 3])
TWO = st.sampled_from([1, 2])
LEAKS = st.builds(Leak, st.integers(1, 200_000_000), FACTORS, FACTORS, st.sampled_from([1, 3, 6]), TWO, TWO)
ITEMS = tuple(programme().items)


def test_the_flyers_leak_could_cost_36_million() -> None:
    found = potential(Leak(persons=3_000, x=1, y=1, identifiability=6, response=2))
    assert (found.per_person, found.total) == (12_000, 36_000_000)


@pytest.mark.parametrize(
    ("x", "y", "sensitivity", "per_person"),
    [
        (1, 1, 2, 6_000), (1, 2, 6, 18_000), (1, 3, 26, 78_000),
        (2, 1, 11, 33_000), (2, 2, 15, 45_000), (2, 3, 35, 105_000),
        (3, 1, 101, 303_000), (3, 2, 105, 315_000), (3, 3, 125, 375_000),
    ],
)  # fmt: skip
def test_the_matrix_of_the_domain(x: int, y: int, sensitivity: int, per_person: int) -> None:
    assert potential(Leak(1, x, y, identifiability=6)).per_person == per_person
    assert per_person == 500 * sensitivity * 6


def test_the_least_and_the_most_a_head() -> None:
    assert potential(Leak(1, 1, 1, 1)).per_person == 1_000
    assert potential(Leak(1, 3, 3, 6, 2, 2)).per_person == 1_500_000


def test_the_greatest_x_and_the_greatest_y_count_together() -> None:
    assert factors(programme(), ["medical_chart", "card_expiry"], ON) == (3, 3, 1)
    found = potential(Leak(1, 3, 3, 1))
    assert found.per_person == 500 * 125
    assert potential(Leak(1, 3, 1, 1)).per_person == 500 * 101


@pytest.mark.parametrize(
    ("items", "identifiability"),
    [
        (["name", "address"], 6), (["name", "address", "phone"], 6), (["name"], 3), (["name", "phone"], 3),
        (["address", "phone"], 3), (["address"], 1), (["phone"], 1), (["email", "medical_chart"], 1), ([], 1),
    ],
)  # fmt: skip
def test_identifiability_goes_by_name_address_and_telephone(items: list[str], identifiability: int) -> None:
    assert factors(programme(), items, ON)[2] == identifiability


def test_an_unknown_item_is_an_error() -> None:
    with pytest.raises(KeyError):
        factors(programme(), ["shoe_size"], ON)


@settings(max_examples=many(200), deadline=None)
@given(LEAKS)
def test_total_is_persons_times_the_product_of_all_factors(leak: Leak) -> None:
    found = potential(leak)
    sensitivity = 10 ** (leak.x - 1) + 5 ** (leak.y - 1)
    product = 500 * sensitivity * leak.identifiability * leak.responsibility * leak.response
    assert (found.per_person, found.total) == (product, product * leak.persons)
    assert type(found.total) is int


@settings(max_examples=many(200), deadline=None)
@given(LEAKS, LEAKS)
def test_more_of_any_factor_never_costs_less(one: Leak, other: Leak) -> None:
    most = Leak(
        max(one.persons, other.persons), max(one.x, other.x), max(one.y, other.y),
        max(one.identifiability, other.identifiability), max(one.responsibility, other.responsibility),
        max(one.response, other.response),
    )  # fmt: skip
    assert potential(most).total >= max(potential(one).total, potential(other).total)


@settings(max_examples=many(200), deadline=None)
@given(st.sets(st.sampled_from(ITEMS)), st.sets(st.sampled_from(ITEMS)))
def test_one_item_more_never_lowers_a_factor(some: set[str], others: set[str]) -> None:
    fewer, more = factors(programme(), some, ON), factors(programme(), some | others, ON)
    assert all(after >= before for before, after in zip(fewer, more, strict=True))


# --- files
def read(text: str) -> Leak:
    return read_leak(document(text), programme(), ON)


def test_a_leak_is_read_from_its_items() -> None:
    assert read("persons: 10\nitems: [name, address, income]\nresponse: 2\n") == Leak(10, 2, 2, 6, 1, 2)


def test_a_leak_is_read_from_its_factors() -> None:
    assert read("persons: 10\nitems: {x: 3, y: 2, identifiability: 3}\nresponsibility: 2\n") == Leak(10, 3, 2, 3, 2, 1)


def test_every_item_can_leak_alone() -> None:
    for name, item in programme().items.items():
        found = read(f"persons: 1\nitems: [{name}]\n")
        assert (found.x, found.y) == (item.x, item.y)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("value.not_mapping", "1:1")]),
        ("persons: 3\n", [("field.missing", "1:1")]),
        ("items: [name]\n", [("field.missing", "1:1")]),
        ("persons: 0\nitems: [name]\n", [("value.range", "1:10 persons")]),
        ("persons: 200000001\nitems: [name]\n", [("value.range", "1:10 persons")]),
        ("persons: 3\nitems: []\n", [("jo.no_items", "2:1 items")]),
        ("persons: -3\nitems: []\n", [("jo.no_items", "2:1 items"), ("value.range", "1:10 persons")]),
        ("items: []\n", [("jo.no_items", "1:1 items"), ("field.missing", "1:1")]),
        ("persons: 3\nitems: name\n", [("value.not_list", "2:8 items")]),
        ("persons: 3\nitems: [nmae]\n", [("information.unknown", "2:9 items[0]")]),
        ("persons: 3\nitems: [name, name]\n", [("value.twice", "2:15 items[1]")]),
        ("persons: 3\nitems: {x: 4, y: 0, identifiability: 6}\n", [("value.range", "2:12 items.x"), ("value.range", "2:18 items.y")]),
        ("persons: 3\nitems: {x: 1, y: 1, identifiability: 5}\n", [("value.not_allowed", "2:38 items.identifiability")]),
        ("persons: 3\nitems: {x: 1, y: 1}\n", [("field.missing", "2:1 items")]),
        ("persons: 3\nitems: [name]\nresponse: 3\n", [("value.range", "3:11 response")]),
        ("persons: 3\nitems: [name]\nresponsability: 2\n", [("field.misspelt", "3:17 responsability")]),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert places(refused(lambda: read(text))) == sorted(expected)
