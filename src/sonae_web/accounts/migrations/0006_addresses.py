"""Everybody can sign in: people made before there was signing in get their address as a confirmed one.

Until then only we made accounts, each for an address that we knew, so there is nothing to confirm.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 500


def add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the address of each person who has none."""
    address, user = apps.get_model("account", "EmailAddress"), apps.get_model("accounts", "User")
    people = user.objects.using(editor.connection.alias).filter(emailaddress=None).order_by("pk")
    rows = [address(user=person, email=person.email.lower(), verified=True, primary=True) for person in people]
    address.objects.using(editor.connection.alias).bulk_create(rows, batch_size=AT_ONCE)


def keep(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Going back, addresses stay: they go with their table, and are found as they are the next time."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_tokens"), ("account", "0009_emailaddress_unique_primary_email")]
    operations = [migrations.RunPython(add, keep)]
