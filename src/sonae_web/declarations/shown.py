"""What a declaration's pages share, the member's and the office's: the way on, the PDF, and what is stated read through."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from sonae.declaration import HISTORY
from sonae.figures import exact_yen
from sonae_web.accounts.acting import ActingRequest
from sonae_web.diagnosis import profile
from sonae_web.diagnosis.services import programme
from sonae_web.ground.download import download
from sonae_web.ground.words import lang, words


def to(request: ActingRequest, page: str, **values: str | UUID) -> HttpResponse:
    """Return the way to another page of the same organisation."""
    return redirect(reverse(page, kwargs={"organisation": request.acting.organisation.pk, **values}))


def pdf(content: bytes, number: str, version: int) -> HttpResponse:
    """Return a declaration's PDF as an answer."""
    return download(content, f"sonae-{number}-{version}-{lang()}.pdf")


def summary(found: Any) -> dict[str, Any]:
    """Return what is stated, to be read through: facts, the past, certifications, controls by area."""
    stated = found.stated
    edition = stated.form.edition
    texts = words(edition.id)
    facts = [] if stated.business is None else profile.told(stated.business, texts)
    if stated.business is not None and stated.business.annual_sales is not None:
        sales = (texts("policy.sales"), exact_yen(stated.business.annual_sales, texts.lang))
        facts = [sales if name == texts("site.facts.annual_sales") else (name, told) for name, told in facts]
    asked = stated.asked(programme())
    return {
        "facts": facts,
        "past": [
            {
                "id": name,
                "title": texts(f"policy.declaration.{name}_title"),
                "stated": texts(f"policy.{getattr(stated, name).stated or 'not_stated'}"),
                "entries": getattr(stated, name).entries,
                "amount": texts(f"policy.declaration.{name}_amount"),
                "persons": name == "leaks",
            }
            for name in HISTORY
        ],
        "certifications": [
            (texts(f"rating.certification.{each.id}.name"), each.number, each.until)
            for each in stated.certifications or ()
        ],
        "areas": [
            {
                "id": area,
                "title": texts(f"{edition.id}.area.{area}.name"),
                "rows": [
                    {
                        "number": edition.numbers[each.id],
                        "question": texts(f"{edition.id}.{each.id}.question"),
                        "answer": texts(f"answer.{stated.controls.get(each.id, 'unknown')}.name"),
                        "value": stated.controls.get(each.id, "unknown"),
                    }
                    for each in asked
                    if each.area == area
                ],
            }
            for area in edition.areas
            if any(each.area == area for each in asked)
        ],
    }
