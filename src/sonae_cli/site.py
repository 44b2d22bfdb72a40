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
