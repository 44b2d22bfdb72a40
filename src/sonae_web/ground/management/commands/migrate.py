"""``migrate``, and with it the policies of row-level security: a table comes into being in no other way."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from sonae_web.ground import row_security
from sonae_web.ground.scope import unscoped


class Command(migrate.Command):
    """Django's migrate; on PostgreSQL it may take its time, sees every tenant, and puts up the second wall at the end."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then apply the policies that the models ask for."""
        connection = connections[options["database"]]
        with unscoped("migrate"):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET statement_timeout = 0")
            super().handle(*args, **options)
            if not options["plan"]:
                row_security.apply(using=connection.alias)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("RESET statement_timeout")
