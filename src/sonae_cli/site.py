"""What commands need that work on the site's own data: its settings, from the environment."""

import os

from sonae.problems import Refused, problem


def begin_site() -> None:
    """Make the site's code ready to use. Raises Refused when the environment does not hold its settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae_web.settings")
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    try:
        if not apps.ready:
            django.setup()
    except (ImproperlyConfigured, ValueError) as error:
        raise Refused([problem("site.not_there", "-", reason=error)]) from error


def bring_up_to_date() -> None:
    """Migrate the site's database. Raises Refused when it cannot be reached, or this role may not."""
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        reason = str(error).partition("\n")[0] or type(error).__name__  # further lines may quote a row
        raise Refused([problem("database.behind", "SONAE_DATABASE_URL", reason=reason)]) from error
