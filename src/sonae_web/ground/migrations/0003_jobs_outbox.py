import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ground", "0002_documents_numbers_once")]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("name", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField()),
                ("ran_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("lang", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed")],
                        default="queued",
                        max_length=6,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_index=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("content", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(("sent_at", None), ("state__in", ("queued", "failed"))),
                            _connector="OR",
                        ),
                        name="ground_mail_sent_at_a_moment",
                    )
                ],
            },
        ),
    ]
