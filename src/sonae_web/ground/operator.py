"""Who runs this site: from the settings; in a sample, plainly sample words; a deployment without it is told so."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from sonae_web.ground.words import words


def operator() -> dict[str, str]:
    """Return name, representative, address, contact and court of whoever runs the site, in the language of the request."""
    texts = words()
    unset = "site.legal.sample_" if settings.SAMPLE else "site.legal.unset_"
    return {name: value or texts(unset + name) for name, value in settings.OPERATOR.items()}


@register(Tags.security, deploy=True)
def is_named(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """A site for others names who is responsible for the personal information on it (APPI art. 32)."""
    missing = [f"SONAE_OPERATOR_{name.upper()}" for name, value in settings.OPERATOR.items() if not value]
    if settings.SAMPLE or not missing:
        return []
    return [
        Error(
            f"The privacy page does not say who is responsible: {', '.join(missing)} not set.",
            hint="docs/operating.md says what each of them holds.",
            id="sonae.E001",
        )
    ]
