"""What every test of quotes has: a day in June, a member, an underwriter of its federation."""

from collections.abc import Iterator

import pytest

from sonae_web.ground import clock
from sonae_web.ground.scope import Scope
from tests.web.cast import Tree, scope
from tests.web.quotes.cast import JUNE


@pytest.fixture(autouse=True)
def _in_june() -> Iterator[None]:
    with clock.stopped(JUNE):
        yield


@pytest.fixture
def member(place: Tree) -> Scope:
    return scope("member", place.member)


@pytest.fixture
def underwriter(place: Tree) -> Scope:
    return scope("underwriter", place.prefecture)
