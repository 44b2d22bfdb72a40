"""Public pages beside the quick check and the calculators: leak cases, sample report."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.casebook import Case
from sonae.casebook import cases as all_cases
from sonae.checklist import read_answers
from sonae.figures import Lang, count, day
from sonae.programmes import Words, read_file
from sonae.report import Diagnosis, build, diagnose, pdf
from sonae_web.diagnosis import services
from sonae_web.ground import clock
from sonae_web.ground.charts import described
from sonae_web.ground.download import download
from sonae_web.ground.rules import public
from sonae_web.ground.words import lang, words

SPECIMEN = Path(__file__).with_name("specimen.yaml")
MOST_BYTES = 100_000
CHAPTERS = ("law", "risk", "areas", "cases", "plan", "sources", "annex")


@public
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Leaks that happened, by trade, with what they teach."""
    programme, edition = services.programme(), services.current_edition()
    texts = words(edition.id)
    industry = request.GET.get("industry", "").strip()[:100]
    faulty = bool(industry) and industry not in programme.industries
    book = all_cases(programme)
    found = [case for case in book if not industry or industry in (case.industry, *case.near)]
    known = {question.id for question in edition.questions}
    context = {
        "industries": services.industries(texts),
        "industry": industry,
        "faults": {"industry": texts("site.quick.fault_industry")} if faulty else {},
        "found": texts("site.cases.found", total=len(book), number=len(found)),
        "cases": [_case(case, edition.id, known, texts) for case in found],
    }
    return render(request, "diagnosis/cases.html", context, status=422 if faulty else 200)


def _case(case: Case, edition: str, known: Collection[str], texts: Words) -> dict[str, Any]:
    return {
        "title": texts(f"casebook.{case.id}.title"),
        "industry": texts(f"industry.{case.industry}.name"),
        "records": texts("report.cases.records_none")
        if case.records is None
        else texts("report.cases.records", number=count(case.records)),
        "cause": texts("report.cases.cause", cause=texts(f"cause.{case.cause}.name")),
        "what": texts(f"casebook.{case.id}.what"),
        "lesson": texts(f"casebook.{case.id}.lesson"),
        "controls": [texts(f"{edition}.{name}.action") for name in case.controls if name in known],
        "reference": texts(f"reference.{case.reference}.name"),
    }


@public
@require_safe
def sample_report(request: HttpRequest) -> HttpResponse:
    """The specimen report: what it says in short, and the PDF to take."""
    language, on = lang(), clock.today()
    report = build(_specimen(on), language, specimen=True)
    texts = words(services.current_edition().id)
    context = {
        "summary": report["summary"],
        "radar": described(report["summary"]["radar"], report["summary"]["radar_alt"]),
        "chapters": [(texts(f"report.{name}.title"), texts(f"site.specimen.about_{name}")) for name in CHAPTERS],
        "kilobytes": count(round(len(_specimen_pdf(language, on)) / 1000)),
        "made": day(on, language),
    }
    return render(request, "diagnosis/sample_report.html", context)


@public
@require_safe
def sample_pdf(request: HttpRequest) -> HttpResponse:
    """The specimen report as PDF, in the language of the page."""
    return download(_specimen_pdf(lang(), clock.today()), f"sonae-sample-{lang()}.pdf")


@lru_cache(maxsize=2)
def _specimen(on: date) -> Diagnosis:
    return diagnose(read_answers(read_file(SPECIMEN, SPECIMEN.name, MOST_BYTES)), on)


@lru_cache(maxsize=4)
def _specimen_pdf(language: Lang, on: date) -> bytes:
    return pdf(_specimen(on), language, specimen=True)
