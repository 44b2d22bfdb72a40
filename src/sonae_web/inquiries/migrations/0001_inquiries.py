"""Inquiries, and the desks that answer them."""

import uuid

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Desk",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant", models.UUIDField(db_index=True, editable=False)),
                ("office", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("phone", models.CharField(blank=True, default="", max_length=20)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="desk_one_each")],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant", models.UUIDField(db_index=True, editable=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("office", models.CharField(max_length=20)),
                ("content", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=Q(state__in=("open", "answered", "closed")), name="inquiry_state"),
                    models.CheckConstraint(
                        condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at=None),
                        name="inquiry_closed_at",
                    ),
                ],
            },
        ),
    ]
