"""The flyer as a page and as PDF, of any programme year."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.contacts import NATIONAL
from sonae.figures import Lang
from sonae.flyer import Contact, build, first_day, pdf
from sonae.problems import Refused
from sonae.programmes import Programme, load
from sonae_web.ground import clock
from sonae_web.ground.charts import described
from sonae_web.ground.download import download
from sonae_web.ground.limits import limited
from sonae_web.ground.posted import whole
from sonae_web.ground.rules import public
from sonae_web.ground.unsold import is_unsold
from sonae_web.ground.words import lang, words
from sonae_web.inquiries import desks
from sonae_web.windows import extensions

PAPERS_AN_HOUR = 120
"""For one address: an office shares one."""


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What the programme is, for a year chosen by the visitor; first the year that can be joined now."""
    programme, texts = load(settings.PROGRAMME), words()
    asked, office = request.GET.get("year", ""), request.GET.get("office", "")
    places = desks.places()
    faults = {}
    if asked and _year(programme, asked) is None:
        faults["year"] = texts("site.flyer.fault_year")
    if office and office not in places:
        faults["office"] = texts("site.flyer.fault_office")
    year = _year(programme, asked) or joinable(programme)
    office = office if office in places and office != NATIONAL else ""
    try:
        flyer = _built(programme, year, lang(), clock.today(), _given(programme, year, office, places))
    except Refused as refused:
        return _not_published(request, refused)
    context = {
        "flyer": flyer,
        "squares": described(flyer["loss"]["squares"], flyer["loss"]["story"]),
        "published": texts("flyer.published"),
        "year": year,
        "years": list(reversed(programme.years)),
        "office": office,
        "offices": [(each.office, each.organisation.name) for each in places.values() if each.office != NATIONAL],
        "faults": faults,
        "past": not _sold(programme, year),
    }
    return render(request, "inquiries/flyer.html", context, status=422 if faults else 200)


@public
@limited(PAPERS_AN_HOUR)
@require_safe
def paper(request: HttpRequest, year: int) -> HttpResponse:
    """The flyer of a year as PDF, in the language of the page, with the desk of a federation if one is named."""
    programme, places = load(settings.PROGRAMME), desks.places()
    office = request.GET.get("office", "")
    if year not in programme.years or (office and office not in places):
        raise Http404("not found")
    try:
        content = _paper(programme, year, lang(), clock.today(), _given(programme, year, office, places))
    except Refused as refused:
        return _not_published(request, refused)
    return download(content, f"sonae-flyer-{year}-{lang()}.pdf")


def _not_published(request: HttpRequest, refused: Refused) -> HttpResponse:
    """Say that there is no such flyer. What the programme lacks to be sold is raised on: its page names it."""
    if is_unsold(refused):
        raise refused
    return render(request, "inquiries/not_published.html", status=404)


def joinable(programme: Programme) -> int:
    """Return the year whose cover can be joined today and starts first; outside of all windows the nearest year."""
    found = extensions.open_choices(programme, clock.today())
    years = programme.years
    return found[0].year if found else min(max(clock.today().year, years[0]), years[-1])


def _sold(programme: Programme, year: int) -> bool:
    """Whether the year's cover has not ended yet."""
    return year + 1 not in programme.years or clock.today() < first_day(programme, year + 1)


def _given(programme: Programme, year: int, office: str, places: dict[str, desks.Place]) -> tuple[Contact, ...]:
    """Return the desks that the flyer of a year names: none of today's on the flyer of a year that is over."""
    named = [places[each] for each in (office, NATIONAL) if each in places] if _sold(programme, year) else []
    return tuple(dict.fromkeys(place.contact for place in named))


def _year(programme: Programme, text: str) -> int | None:
    number = whole(text)
    return number if number in programme.years else None


@lru_cache(maxsize=64)
def _built(programme: Programme, year: int, language: Lang, on: date, given: tuple[Contact, ...]) -> dict[str, Any]:
    return build(programme, year, language, on, given)


@lru_cache(maxsize=64)
def _paper(programme: Programme, year: int, language: Lang, on: date, given: tuple[Contact, ...]) -> bytes:
    return pdf(programme, year, language, on, given)
