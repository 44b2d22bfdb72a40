"""Canonical JSON: one text for equal data, and nothing that could read differently elsewhere."""

import json
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.programmes import canonical, digest
from tests.cast import many

property_test = settings(max_examples=many(150), deadline=None)
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT.map(lambda key: unicodedata.normalize("NFC", key)), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_keys_are_sorted_text_is_nfc_utf_8_and_nothing_is_spaced() -> None:
    assert canonical({"b": [1, None, True], "a": "か\u3099", "年": {"y": -5, "x": ""}}) == (
        '{"a":"が","b":[1,null,true],"年":{"x":"","y":-5}}'.encode()
    )


def test_the_digest_is_that_of_the_bytes() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest(["a", 1]) != digest(["a", "1"])


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        float("nan"),
        1e3,
        Decimal("0.5"),
        Fraction(1, 2),
        date(2027, 4, 1),
        b"x",
        {1, 2},
        object(),
        [0.5],
        {"a": {"b": (1, 0.5)}},
    ],
)
def test_what_json_does_not_hold_exactly_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical"):
        canonical(value)


@pytest.mark.parametrize("value", [{1: "a", "1": "b"}, {"か\u3099": 1, "が": 2}, [{True: 1, "True": 2}]])
def test_two_keys_that_become_one_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="two keys"):
        canonical(value)


def test_a_tuple_is_a_list() -> None:
    assert canonical((1, (2, "x"))) == canonical([1, [2, "x"]]) == b'[1,[2,"x"]]'


@property_test
@given(DATA)
def test_it_reads_back_as_the_same_data(data: Any) -> None:
    assert json.loads(canonical(data)) == json.loads(unicodedata.normalize("NFC", json.dumps(data, ensure_ascii=False)))
    assert canonical(json.loads(canonical(data))) == canonical(data)


@property_test
@given(DATA)
def test_neither_the_order_of_keys_nor_the_form_of_characters_shows(data: Any) -> None:
    def turned(value: Any) -> Any:
        match value:
            case str():
                return unicodedata.normalize("NFD", value)
            case list():
                return tuple(turned(each) for each in value)
            case dict():
                return {key: turned(each) for key, each in reversed(value.items())}
            case _:
                return value

    assert canonical(turned(data)) == canonical(data)


@property_test
@given(DATA, DATA)
def test_other_data_has_another_digest(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    nfc = [unicodedata.normalize("NFC", json.dumps(each, sort_keys=True, ensure_ascii=False)) for each in (one, other)]
    assert (digest(one) == digest(other)) is (same or nfc[0] == nfc[1])
