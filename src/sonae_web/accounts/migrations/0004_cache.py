"""The table of the shared cache."""

from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the table, unless it is there."""
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


def remove(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it: it holds nothing that is missed."""
    editor.execute("DROP TABLE cache")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_joining")]
    operations = [migrations.RunPython(add, remove)]
