"""People: who signs in, in which roles."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """People, organisations, roles, invitations."""

    name = "sonae_web.accounts"

    def ready(self) -> None:
        """Listen to what allauth tells of second factors."""
        from sonae_web.accounts import factor_log

        factor_log.connect()
