"""Fields of the simulator and the calculator as their pages show them, and whether a script asked for the figures alone."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest

from sonae.programmes import Words
from sonae_web.diagnosis.figures import Fault, Number, told


def is_live(request: HttpRequest) -> bool:
    """Whether the page's script asks for what has changed, not for a whole page."""
    return request.headers.get("HX-Request") == "true"


def fields(
    page: str,
    numbers: Mapping[str, Number],
    entered: Mapping[str, str],
    faults: Mapping[str, str],
    texts: Words,
    *,
    hints: Mapping[str, str] = MappingProxyType({}),
    empty: str = "",
) -> list[dict[str, Any]]:
    """Return the fields for numbers, each with its slider's ends and unit.

    ``hints``: those that are not words of the page; ``empty``: what a slider says of an optional field without a number.
    """
    return [
        {
            "name": name,
            "label": texts(f"site.{page}.{name}"),
            "hint": hints[name] if name in hints else texts(f"site.{page}.{name}_hint"),
            "value": entered[name],
            "keys": "text" if number.unit == "yen" else "numeric",
            "from": number.slider[0],
            "to": number.slider[1],
            "unit": texts(f"site.public.unit_{number.unit}"),
            "empty": empty if number.optional else "",
            "fault": faults.get(name, ""),
        }
        for name, number in numbers.items()
    ]


def group(
    name: str,
    options: Iterable[tuple[str, str]],
    chosen: Mapping[str, tuple[str, ...]],
    faults: Mapping[str, str],
    texts: Words,
) -> dict[str, Any]:
    """Return a group of boxes to tick."""
    return {
        "name": name,
        "label": texts(f"site.loss.{name}"),
        "fault": faults.get(name, ""),
        "options": [{"value": value, "name": text, "on": value in chosen[name]} for value, text in options],
    }


def faults_told(page: str, numbers: Mapping[str, Number], faults: Mapping[str, Fault], texts: Words) -> dict[str, str]:
    """Return the faults in words by field, in the order of the page."""
    labels = {name: "site.quick.industry" if name == "industry" else f"site.{page}.{name}" for name in faults}
    return {name: told(fault, texts, texts(labels[name]), numbers.get(name)) for name, fault in faults.items()}
