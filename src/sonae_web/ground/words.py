"""The words of a page: of the programme, in the language of the request."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from sonae.figures import Lang
from sonae.programmes import Words, load


def lang() -> Lang:
    """Return the language of this request."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"


def words(edition: str | None = None) -> Words:
    """Return the words in the language of this request."""
    return load(settings.PROGRAMME).words(lang(), edition)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: its language and the other one, and its words, asked for once (the tag ``w``)."""
    spoken = lang()
    return {
        "lang": spoken,
        "other_lang": "en" if spoken == "ja" else "ja",
        "words": words(),
        "sample": settings.SAMPLE,
    }
