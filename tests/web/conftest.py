"""Every test begins with full allowances: they are counted in the process."""

import pytest

from sonae_web.accounts.api import tries
from sonae_web.api import api
from sonae_web.diagnosis import public, views
from sonae_web.ground.api import allowances


@pytest.fixture(autouse=True)
def full_allowances() -> None:
    for view in (views.begin, views.report, public.loss):
        view.allowance._left.clear()  # type: ignore[attr-defined]
    for allowance in (*allowances(api), tries):
        allowance._left.clear()
