"""Each organisation is told where it stands: its path, level by level from the root."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 500


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the path of each organisation that has none."""
    rows = apps.get_model("accounts", "Organisation").objects.using(editor.connection.alias)
    paths: dict[object, bytes] = {}
    for kind in ("national", "prefectural", "association", "member"):
        level = []
        for row in rows.filter(kind=kind).only("pk", "parent_id").order_by("pk").iterator(AT_ONCE):
            row.path = paths.get(row.parent_id, b"") + row.pk.bytes
            level.append(row)
        rows.bulk_update(level, ["path"], batch_size=AT_ONCE)
        paths = {row.pk: row.path for row in level}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_addresses")]
    operations = [
        migrations.AddField(
            model_name="organisation",
            name="path",
            field=models.BinaryField(default=b"", max_length=64),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
