"""Answers of the API that tell what is wrong: problem details (RFC 9457) with the library's codes, in the caller's language."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation.trans_real import parse_accept_lang_header

from sonae.contract import text
from sonae.figures import Lang
from sonae.problems import Problem, problem
from sonae.programmes import describe, library
from sonae_web.ground.logs import request_id

MEDIA_TYPE = "application/problem+json"
KINDS: Mapping[int, str] = MappingProxyType(
    {
        400: "unreadable",
        401: "token",
        403: "scope",
        404: "missing",
        405: "method",
        413: "too_large",
        415: "media_type",
        422: "refused",
        429: "too_many",
        500: "failed",
    }
)
"""What can be wrong, by status: the part of the type's address that names it on the reference page."""
PLAIN: Mapping[int, Problem] = MappingProxyType(
    {
        400: problem("request.unreadable", "request"),
        401: problem("request.token", "Authorization"),
        404: problem("request.missing", "path"),
        405: problem("request.method", "method"),
        415: problem("request.media_type", "Content-Type"),
        500: problem("request.failed", "request"),
    }
)
"""What is told where nothing more is known than the status."""


def lang_of(request: HttpRequest) -> Lang:
    """Return the language in which the caller wants to be told: by Accept-Language alone, never by a cookie; ja by default."""
    for wanted, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if wanted.partition("-")[0] in ("ja", "en"):
            return "en" if wanted.startswith("en") else "ja"
    return "ja"


def answer(request: HttpRequest, status: int, problems: Iterable[Problem] = ()) -> HttpResponse:
    """Return problem details: of a status that KINDS does not name as of the nearest it names."""
    kind = KINDS.get(status) or KINDS[500 if status >= 500 else 400]
    found = list(problems) or [PLAIN.get(status) or PLAIN[500 if status >= 500 else 400]]
    lang = lang_of(request)
    words, told = library(lang), [describe(each, lang) for each in found]
    detail = told[0]["found"]
    if len(told) > 1:
        detail = words("site.api.detail_many", number=len(told), first=detail)
    body = {
        "type": f"{reverse('api_reference')}#{kind}",
        "title": words(f"site.api.kind.{kind}.title"),
        "status": status,
        "detail": detail,
        "instance": request_id.get(),
        "problems": told,
    }
    headers = {"Content-Language": lang, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return HttpResponse(text(body), status=status, content_type=MEDIA_TYPE, headers=headers)
