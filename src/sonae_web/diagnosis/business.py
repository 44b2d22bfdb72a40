"""A business as it is stored: its facts as plain data, and back."""

from collections.abc import Mapping
from typing import Any

from sonae.checklist import Business

LISTS = ("information", "media", "uses", "assumed")


def plain(business: Business) -> dict[str, Any]:
    """Return the facts of a business as plain data."""
    facts = {name: getattr(business, name) for name in business.__slots__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}


def restored(stored: Mapping[str, Any]) -> Business:
    """Return the business of plain data."""
    facts: dict[str, Any] = {name: tuple(value) if name in LISTS else value for name, value in stored.items()}
    return Business(**facts)
