"""Every test begins with full allowances: they are counted in the process. The tree of the cast, a clock to set."""

from collections.abc import Callable
from datetime import datetime

import pytest

from sonae_web.accounts import public as doors
from sonae_web.accounts.api import tries
from sonae_web.api import api
from sonae_web.diagnosis import simulator, views
from sonae_web.ground import clock
from sonae_web.ground.api import allowances
from sonae_web.ground.scope import unscoped
from sonae_web.inquiries import flyer
from sonae_web.inquiries import views as inquiries
from tests.web.cast import NOON, Tree, tree


@pytest.fixture(autouse=True)
def full_allowances() -> None:
    public = (doors.invitation, doors.join, doors.join_ask, inquiries.inquiry, flyer.paper)
    for view in (views.begin, views.report, simulator.loss, *public):
        view.allowance._left.clear()  # type: ignore[attr-defined]  # set by its decorator
    for allowance in (*allowances(api), tries):
        allowance._left.clear()


@pytest.fixture
def place() -> Tree:
    """The tree of the cast."""
    with unscoped("test"):
        return tree()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the site's clock, from NOON on."""

    def set_(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_(NOON)
    return set_
