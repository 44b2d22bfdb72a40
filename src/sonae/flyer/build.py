"""The flyer as plain data, every string ready to print, for the PDF and the screen alike."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sonae.figures import Lang
from sonae.flyer.cover import coverage, premiums, windows
from sonae.flyer.face import cases, diagnosis, features, loss
from sonae.flyer.page import Contact, Page
from sonae.flyer.parties import contacts, parties
from sonae.papers import render
from sonae.programmes import Programme
from sonae.programmes.sale import require


def build(programme: Programme, year: int, lang: Lang, on: date, given: Sequence[Contact] = ()) -> dict[str, Any]:
    """Return the flyer of a programme year as plain data in one language, made on a day.

    ``given`` are the contacts that the operator keeps; without them those published for the year are shown. Raises Refused
    for a year that the programme does not have, and for a live programme that may not publish it or has nobody to ask.
    """
    page = Page(programme, year, lang)
    require(programme, "flyer", on)
    sample = programme.status == "sample"
    product = page.w("product")
    return {
        "lang": lang,
        "on": on.isoformat(),
        "year": year,
        "title": page.w("title", product=product, year=year),
        "to": page.w("to"),
        "headline": page.w("headline"),
        "product": product,
        "product_lead": page.w("product_lead"),
        "of_year": page.w("year", year=year),
        "watermark": page.w("watermark") if sample else "",
        "sample": page.w("sample") if sample else "",
        "translation": page.w("translation") if lang == "en" else "",
        "reconstructed": page.w("reconstructed"),
        "words": {"estimate": page.w("estimate")},  # theme.typ makes its badge of it
        "cases": cases(page),
        "loss": loss(page),
        "features_title": page.w("features"),
        "features": features(page),
        "diagnosis": diagnosis(page),
        "coverage": coverage(page),
        "premiums": premiums(page),
        "windows": windows(page),
        "contacts": contacts(page, given),
        "parties": parties(page),
        "caution": page.w("caution"),
        "made": page.w("made", day=page.day(on)),
    }


def pdf(programme: Programme, year: int, lang: Lang, on: date, given: Sequence[Contact] = ()) -> bytes:
    """Return the flyer as PDF/A-2a and UA-1 of two A4 pages. Equal data gives equal bytes within one release."""
    return render("flyer", build(programme, year, lang, on, given), on)
