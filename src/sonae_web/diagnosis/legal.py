"""Privacy and terms: the words of site_legal.yaml, with what the settings and the data say."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.figures import count
from sonae_web.ground import retention
from sonae_web.ground.operator import operator
from sonae_web.ground.rules import public
from sonae_web.ground.words import words

PRIVACY = ("who", "kept", "visitors", "use", "others", "safety", "cookies", "log", "rights", "complaints", "changes")
TERMS = (
    "scope", "what", "estimates", "not", "you", "forbidden", "stops", "liability", "software", "changes", "law",
)  # fmt: skip
DAY = 86_400
KEPT = {
    "quick_check": "diagnosis.quickcheck",
    "account": "accounts.user",
    "checklist": "diagnosis.checklist",
    "task": "diagnosis.task",
    "inquiry": "inquiries.inquiry",
    "mail": "ground.mail",
    "log": "ground.auditrow",
}
"""What the privacy page lists, by the model whose rules say how long."""


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of whom, why, how long, and what one may ask for."""
    context = {"page": "privacy", "kept": kept_rows(), "cookies": cookie_rows()}
    return render(request, "diagnosis/legal.html", context | {"sections": sections("privacy", PRIVACY)})


@public
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """On what terms the site may be used, and what its figures are not."""
    return render(request, "diagnosis/legal.html", {"page": "terms", "sections": sections("terms", TERMS)})


def sections(page: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the sections of a page: title, sentences, and the items of its list, as the words' file orders them."""
    texts, values = words(), operator()
    found = []
    for name in names:
        base = f"site.legal.{page}.{name}"
        lines = {kind: [key for key in texts.texts if key.startswith(f"{base}.{kind}_")] for kind in ("text", "item")}
        found.append(
            {
                "name": name,
                "title": texts(f"{base}.title"),
                "texts": [texts(key, **values) for key in lines["text"]],
                "items": [texts(key, **values) for key in lines["item"]],
            }
        )
    return found


def kept_rows() -> list[dict[str, str]]:
    """Return what the site keeps of people: what, why, and for how long, in days as retention.yaml has them."""
    texts, table = words(), retention.table()
    rows = []
    for name, label in KEPT.items():
        days = [rule.days for rule in table[label].rules]
        values = dict(zip(("first", "second"), map(count, days), strict=False))
        parts = {part: texts(f"site.legal.keeps.{name}.{part}", **values) for part in ("what", "why", "long")}
        rows.append(parts)
    return rows


def cookie_rows() -> list[dict[str, str]]:
    """Return the cookies that the site sets: their names, why, and for how long."""
    texts = words()
    ages = {
        settings.CSRF_COOKIE_NAME: ("form", settings.CSRF_COOKIE_AGE),
        settings.LANGUAGE_COOKIE_NAME: ("language", settings.LANGUAGE_COOKIE_AGE),
        settings.SESSION_COOKIE_NAME: ("session", settings.SESSION_COOKIE_AGE),
    }
    return [
        {
            "name": name,
            "why": texts(f"site.legal.cookie.{purpose}"),
            "long": texts("site.legal.cookie.days", days=seconds // DAY)
            if seconds
            else texts("site.legal.cookie.until_closed"),
        }
        for name, (purpose, seconds) in ages.items()
    ]
