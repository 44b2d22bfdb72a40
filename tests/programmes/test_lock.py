"""published.lock: values are added once, never changed or lost unseen."""

from pathlib import Path

import pytest

from sonae.check import check
from sonae.problems import Refused
from sonae.programmes.lock import compare, publish, read_lock
from sonae.programmes.words import LIBRARY

HASH, OTHER = "a" * 64, "b" * 64
VALUE = "chuokai-leak/plan.p1000@2005"


def test_publishing_adds_once(tmp_path: Path) -> None:
    lock = tmp_path / "published.lock"
    assert publish({VALUE: HASH}, lock) == [VALUE]
    assert publish({VALUE: HASH}, lock) == []
    assert read_lock(lock) == {VALUE: HASH}
    assert compare({VALUE: HASH}, "chuokai-leak", lock) == []


@pytest.mark.parametrize(
    ("now", "code"),
    [({VALUE: OTHER}, "lock_changed"), ({}, "lock_lost"), ({VALUE: HASH, "chuokai-leak/x@2027": HASH}, "lock_missing")],
)
def test_a_difference_is_told(tmp_path: Path, now: dict[str, str], code: str) -> None:
    lock = tmp_path / "published.lock"
    publish({VALUE: HASH}, lock)
    assert [each.code for each in compare(now, "chuokai-leak", lock)] == [f"programme.{code}"]


def test_a_changed_value_is_not_published_over(tmp_path: Path) -> None:
    lock = tmp_path / "published.lock"
    publish({VALUE: HASH}, lock)
    with pytest.raises(Refused):
        publish({VALUE: OTHER}, lock)
    assert read_lock(lock) == {VALUE: HASH}


def test_a_line_that_is_no_entry_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "published.lock"
    lock.write_text("nonsense\n", encoding="utf-8")
    assert [each.code for each in compare({}, "chuokai-leak", lock)] == ["programme.lock_form"]


def test_the_programme_agrees_with_its_lock() -> None:
    found = check(LIBRARY / "chuokai-leak")
    assert found.problems == ()
    assert len(found.published) == len(read_lock())
