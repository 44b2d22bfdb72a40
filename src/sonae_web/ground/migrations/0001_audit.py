import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                (
                    "hash",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000", max_length=64
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="ground_audithead_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("actor", models.UUIDField(null=True)),
                ("organisation", models.UUIDField(null=True)),
                ("action", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=60)),
                ("object_id", models.CharField(max_length=60)),
                ("detail", models.BinaryField()),
                ("request_id", models.CharField(max_length=32)),
                ("number", models.PositiveBigIntegerField(null=True, unique=True)),
                ("previous", models.CharField(default="", max_length=64)),
                ("hash", models.CharField(default="", max_length=64)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("number__isnull", True)),
                        fields=["created_at", "id"],
                        name="ground_auditrow_unsealed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hash", ""), ("number__isnull", True), ("previous", "")),
                            models.Q(
                                ("number__isnull", False),
                                models.Q(("previous", ""), _negated=True),
                                models.Q(("hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ground_auditrow_sealed_whole",
                    )
                ],
            },
        ),
    ]
