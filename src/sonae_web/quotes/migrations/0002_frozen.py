from django.db import migrations

from sonae_web.ground.frozen import freeze

QUOTE = (
    "id", "tenant", "number", "on", "plan", "decision", "year", "kind", "months", "cover_from", "expires_on", "made_at",
    "made_by", "release", "fingerprint", "hash",
)  # fmt: skip
PRICE = ("state", "annual_premium", "premium")
DECISION = ("id", "tenant", "quote_id", "outcome", "by", "at", "hash")
CONFIRMED = ("confirmed_by", "confirmed_at")


class Migration(migrations.Migration):
    dependencies = [
        ("quotes", "0001_quotes"),
    ]

    operations = [
        freeze("quotes_quote", QUOTE),
        freeze("quotes_quote", PRICE, name="decided", when="OLD.state NOT IN ('waiting', 'confirming')"),
        freeze("quotes_decision", DECISION),
        freeze("quotes_decision", CONFIRMED, name="confirmed", when="OLD.confirmed_at IS NOT NULL"),
    ]
