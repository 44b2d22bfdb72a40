"""Values of rows as lines: what goes out comes back, to the microsecond and the character."""

import json
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae_web.ground import rows
from sonae_web.ground.rows import Total

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.uuids(), st.dates(), st.times(), st.timedeltas(),
    st.datetimes(timezones=st.just(UTC)), st.decimals(allow_nan=False), st.floats(allow_nan=False),
    st.lists(JSON), st.dictionaries(st.text(), JSON),
)  # fmt: skip


@given(st.lists(VALUES))
def test_what_goes_out_comes_back(row: list[Any]) -> None:
    line = rows.row_line(row)
    assert line.count(b"\n") == 1
    back = [rows._value(each) for each in json.loads(line)]
    assert back == row
    assert [type(each) for each in back] == [type(each) for each in row]


def test_a_row_is_written_the_same_whatever_the_database() -> None:
    moment = datetime(2027, 4, 1, 12, tzinfo=UTC)
    assert rows.row_line([memoryview(b"x"), {"b": 1, "a": 2}]) == rows.row_line([b"x", {"a": 2, "b": 1}])
    assert rows.row_line([moment]) == rows.row_line([moment.astimezone(tz=None)])
    assert rows.row_line([uuid.UUID(int=1), date(1, 1, 1), time(1), timedelta(-1), Decimal("1.0"), 0.1]) == (
        b'[{"uuid":"00000000000000000000000000000001"},{"date":"0001-01-01"},{"time":"01:00:00"},{"us":-86400000000},'
        b'{"decimal":"1.0"},{"float":"0x1.999999999999ap-4"}]\n'
    )


def test_a_kind_of_value_that_is_not_known_is_not_written() -> None:
    for value in (object(), 1j, {1, 2}):
        with pytest.raises(TypeError, match="no exact form"):
            rows.row_line([value])


def test_the_sum_of_rows_does_not_depend_on_their_order_but_on_each() -> None:
    def total(*lines: bytes) -> tuple[int, str]:
        made = Total()
        for line in lines:
            made.add(line)
        return made.rows, made.sum

    assert total(b"a", b"b", b"b") == total(b"b", b"a", b"b")
    assert len({total(), total(b"a"), total(b"b"), total(b"a", b"a"), total(b"a", b"b"), total(b"b", b"b")}) == 6
