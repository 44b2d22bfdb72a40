"""A business as it is stored: its facts as plain data, and back."""

from collections.abc import Mapping
from typing import Any

from sonae.checklist import Business


def plain(business: Business) -> dict[str, Any]:
    """Return the facts of a business as plain data."""
    return {name: _listed(getattr(business, name)) for name in business.__slots__}


def restored(stored: Mapping[str, Any]) -> Business:
    """Return the business of plain data."""
    facts: dict[str, Any] = {name: _tupled(value) for name, value in stored.items()}
    return Business(**facts)


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(each) for each in value) if isinstance(value, list) else value
