"""The ground of the site: clock, vault, logs, words."""

from django.apps import AppConfig


class Ground(AppConfig):
    """Nothing of its own in the database yet."""

    name = "sonae_web.ground"
