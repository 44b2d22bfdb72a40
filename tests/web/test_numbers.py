"""Numbers: each once, none left out, in the transaction that issues, for several clerks at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from sonae_web.ground import numbers
from sonae_web.ground.models import Counter
from tests.web.apart import at_once, prepare

pytestmark = pytest.mark.django_db
SERIES = "application.2027"


def test_a_series_counts_from_one_and_a_block_is_as_long_as_asked() -> None:
    assert [numbers.take(SERIES), numbers.take(SERIES, 3), numbers.take(SERIES)] == [
        range(1, 2),
        range(2, 5),
        range(5, 6),
    ]
    assert numbers.take("certificate.2027") == range(1, 2)


def test_what_is_rolled_back_is_given_to_the_next() -> None:
    numbers.take(SERIES)
    with transaction.atomic():
        assert numbers.take(SERIES, 10) == range(2, 12)
        transaction.set_rollback(True)
    assert numbers.take(SERIES) == range(2, 3)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        numbers.take(SERIES)
    assert not Counter.objects.exists()


@pytest.mark.parametrize(
    ("series", "how_many"),
    [
        ("", 1),
        ("Application", 1),
        ("a b", 1),
        ("a" * 61, 1),
        ("見本", 1),
        (SERIES, 0),
        (SERIES, -1),
        (SERIES, 1_000_001),
    ],
)
def test_what_is_no_series_or_no_block_is_refused(series: str, how_many: int) -> None:
    with pytest.raises(ValueError, match=r"series|numbers"):
        numbers.take(series, how_many)
    assert not Counter.objects.exists()


def test_the_database_keeps_a_counter_from_one() -> None:
    numbers.take(SERIES)
    with pytest.raises(IntegrityError), transaction.atomic():
        Counter.objects.update(next=0)


@pytest.mark.django_db(transaction=True)
def test_clerks_at_once_get_each_number_once_and_none_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(how_many: int) -> Callable[[], list[int]]:
        def act() -> list[int]:
            with transaction.atomic():
                taken = list(numbers.take(SERIES, how_many))
                if how_many == 3:
                    raise ZeroDivisionError
                return taken

        return act

    prepare(tmp_path, monkeypatch)
    sizes = [1, 2, 3, 5] * 20
    done = at_once([one(size) for size in sizes])
    taken = [number for each in done if isinstance(each, list) for number in each]
    assert sum(isinstance(each, ZeroDivisionError) for each in done) == 20
    assert sorted(taken) == list(range(1, 20 * 8 + 1))
