from django.db import migrations

from sonae_web.ground.frozen import freeze

SIGNED = ("id", "tenant", "declaration_id", "version", "number", "on", "grade", "signed_at", "signed_by", "hash")
DECLARATION = ("id", "tenant", "year", "edition", "started_at", "versions", "frozen_at", "frozen_version")
LAID = ("id", "tenant", "declaration_id", "application", "accepted")


class Migration(migrations.Migration):
    dependencies = [
        ("declarations", "0001_declarations"),
    ]

    operations = [
        freeze("declarations_signeddeclaration", SIGNED),
        freeze("declarations_declaration", DECLARATION, when="OLD.frozen_at IS NOT NULL"),
        freeze("declarations_laid", LAID, when="OLD.accepted"),
    ]
