"""The words of a page: of the programme, in the language of the request."""

from functools import lru_cache
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
    return _words(settings.PROGRAMME, lang(), edition)


@lru_cache(maxsize=32)
def _words(programme: str, language: Lang, edition: str | None) -> Words:
    """Pages ask for words dozens of times, and what a programme says does not change while the site runs."""
    return load(programme).words(language, edition)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: its language and the other one, and its words, asked for once (the tag ``w``)."""
    spoken = lang()
    return {
        "lang": spoken,
        "other_lang": "en" if spoken == "ja" else "ja",
        "words": words(),
        "sample": settings.SAMPLE,
    }
