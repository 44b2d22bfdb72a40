"""Settings of every test run: properties without a clock, and the same examples each time but in the soak run."""

import os

from hypothesis import settings

settings.register_profile("sonae", database=None, deadline=None, derandomize="SONAE_SOAK" not in os.environ)
settings.load_profile("sonae")
