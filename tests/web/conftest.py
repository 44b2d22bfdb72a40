"""Every test begins with full allowances: they are counted in the process."""

import pytest

from sonae_web.accounts import public as doors
from sonae_web.diagnosis import public, views


@pytest.fixture(autouse=True)
def full_allowances() -> None:
    for view in (views.begin, views.report, public.loss, doors.invitation, doors.join, doors.join_ask):
        view.allowance._left.clear()  # type: ignore[attr-defined]
