from django.db import migrations

from sonae_web.ground.frozen import freeze

COVER = (
    "id", "tenant", "application_id", "number", "master", "insured", "year", "kind", "plan", "annual_premium", "premium",
    "months", "cover_from", "cover_to", "debit_on", "first_cover_on", "accepted_at", "token_hash",
)  # fmt: skip
"""What the certificate says; the two states of its life go on."""


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_policies"),
    ]

    operations = [
        freeze("policies_cover", COVER),
    ]
