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


def bring_up_to_date() -> None:
    """Migrate the site's database. Raises Refused when it cannot be reached, this role may not, or no wall guards its rows."""
    from django.core.management import call_command
    from django.db import DatabaseError

    from sonae_web.ground import row_security

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        reason = str(error).partition("\n")[0] or type(error).__name__  # further lines may quote a row
        raise Refused([problem("database.behind", "SONAE_DATABASE_URL", reason=reason)]) from error
    if faults := row_security.faults():
        raise Refused(faults)
