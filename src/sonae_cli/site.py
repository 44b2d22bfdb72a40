"""What commands need that work on the site's own data: its settings, from the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sonae.problems import Refused, problem


def begin_site() -> None:
    """Make the site's code ready to use. Raises Refused when the environment does not hold its settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae_web.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


@contextmanager
def site_database() -> Iterator[None]:
    """Make the site's code ready; in the block, a database that does not answer is a refusal."""
    begin_site()
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise Refused([problem("site.not_there", "-", reason=type(error).__name__)]) from error
