"""The ground of the site: clock, vault, logs, words."""

from django.apps import AppConfig


class Ground(AppConfig):
    """In the database: the audit log, the schedule, mails."""

    name = "sonae_web.ground"

    def ready(self) -> None:
        """Register the checks of a deployment."""
        from sonae_web.ground import operator  # noqa: F401
