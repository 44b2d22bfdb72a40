"""Settings of every test run: properties without a clock, and the same examples each time but in the soak run.

Tests of PostgreSQL itself run where SONAE_TEST_DATABASE_URL names one, as ``./sonae test`` does in a call of its own.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("sonae", database=None, deadline=None, derandomize="SONAE_SOAK" not in os.environ)
settings.load_profile("sonae")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of PostgreSQL where there is none."""
    if "SONAE_TEST_DATABASE_URL" not in os.environ:
        out = [each for each in items if each.get_closest_marker("needs_postgres")]
        config.hook.pytest_deselected(items=out)
        items[:] = [each for each in items if each not in out]
