"""Every test begins with full allowances: they are counted in the process."""

import pytest

from sonae_web.diagnosis import simulator, views


@pytest.fixture(autouse=True)
def full_allowances() -> None:
    for view in (views.begin, views.report, simulator.loss):
        view.allowance._left.clear()  # type: ignore[attr-defined]
