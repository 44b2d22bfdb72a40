import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WindowExtension",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("year", models.PositiveSmallIntegerField(editable=False)),
                ("until", models.DateField(editable=False)),
                ("decided_on", models.DateField(editable=False)),
                ("reason", models.CharField(editable=False, max_length=200)),
                ("made_at", models.DateTimeField(editable=False)),
                ("made_by", models.UUIDField(editable=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("year", "until"), name="extension_once")],
            },
        ),
    ]
