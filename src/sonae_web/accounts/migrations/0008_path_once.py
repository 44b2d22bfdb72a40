"""No two organisations stand at the same place: a step of its own, for PostgreSQL changes no table that it has just filled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_paths")]
    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="path",
            field=models.BinaryField(max_length=64, unique=True),
        )
    ]
