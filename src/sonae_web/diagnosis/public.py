"""Public pages beside the quick check: loss simulator, the flyer's calculator, leak cases, sample report."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.casebook import Case
from sonae.casebook import cases as all_cases
from sonae.checklist import read_answers
from sonae.checklist.business import MEDIA
from sonae.figures import Lang, count, day, exact_yen, yen
from sonae.loss.result import to_yen
from sonae.programmes import Programme, Words, read_file
from sonae.report import Diagnosis, build, diagnose, pdf
from sonae.report.page import Page
from sonae.report.risk import curve, risk
from sonae.scenario import Scenario, Terms, estimate
from sonae_web.diagnosis import services
from sonae_web.diagnosis.figures import (
    CALCULATOR,
    KINDS,
    SIMULATOR,
    USES,
    Fault,
    Number,
    Simulation,
    average,
    most_valuable,
    read_calculation,
    read_simulation,
    toggles,
    told,
)
from sonae_web.ground import clock
from sonae_web.ground.limits import limited
from sonae_web.ground.words import lang, words

SPECIMEN = Path(__file__).with_name("specimen.yaml")
MOST_BYTES = 100_000
CHAPTERS = ("law", "risk", "areas", "cases", "plan", "sources", "annex")

TICKS, LABELLED = (5, 7, 9), ("50", "90")
"""The chart has fewer ticks and labels than the report's, for larger letters."""
FIGURES_AN_HOUR = 600
"""Simulations of one address."""


@limited(FIGURES_AN_HOUR)
@require_safe
def loss(request: HttpRequest) -> HttpResponse:
    """The loss simulator: a business and its controls in the address, what a leak would cost it beside them."""
    programme, edition, texts, on = services.programme(), services.current_edition(), words(), clock.today()
    form = read_simulation(programme, edition, request.GET)
    faults = _told("loss", SIMULATOR, form.faults, texts)
    context: dict[str, Any] = {
        "fields": _fields("loss", SIMULATOR, form.entered, faults, texts),
        "faults": faults,
        "kept": form.done,
        "industries": services.industries(texts),
        "entered": form.entered,
        "groups": [
            _group("kinds", ((kind, texts(f"site.loss.kind_{kind}")) for kind in KINDS), form.chosen, faults, texts),
            _group("media", ((medium, texts(f"medium.{medium}.name")) for medium in MEDIA), form.chosen, faults, texts),
            _group("uses", ((use, texts(f"use.{use}.name")) for use in USES), form.chosen, faults, texts),
        ],
        "consignment": bool(form.chosen["consignment"]),
        "plans": [(plan.id, texts(f"plan.{plan.id}.name")) for plan in programme.plans],
    }
    if form.business is not None:
        context |= simulated(form, lang(), on)
    return render(request, "diagnosis/loss.html", context, status=422 if form.faults else 200)


def simulated(form: Simulation, language: Lang, on: date) -> dict[str, Any]:
    """Return what the simulator shows of a business: controls to switch on, figures, curve, plans, causes, notes."""
    programme, edition, business = services.programme(), services.current_edition(), form.business
    if business is None:
        raise ValueError("the form has faults")
    typical = average(programme, edition, business)
    asked = {question.id for question in typical.asked}
    done = [name for name in form.done if name in asked]
    found = diagnose(average(programme, edition, business, done), on)
    texts = programme.words(language, edition.id)
    page = Page(found, language)
    chapter = risk(page)
    if chapter is None or found.loss is None:
        raise LookupError(f"the loss engine has no values for {on}")
    jo = found.jo
    return {
        "diagnosis": found,
        "toggles": [
            {
                "id": name,
                "name": texts(f"{edition.id}.{name}.action"),
                "saving": texts("report.risk.saving", yen=yen(-to_yen(saved), language)) if to_yen(saved) >= 1 else "",
                "on": name in done,
            }
            for name, saved in toggles(most_valuable(typical, on), done)
        ],
        "risk": chapter,
        "curve": described(curve(page, found.loss, TICKS, LABELLED), chapter["curve_alt"]),
        "plan_rows": [
            row | {"marked": plan.id == form.plan, "published": plan.basis == "published"}
            for plan, row in zip(programme.plans, chapter["plans"], strict=True)
        ],
        "jo": yen(jo.total, language),
        "jo_line": texts(
            "report.loss.jo_line",
            each=exact_yen(jo.per_person, language),
            number=count(business.persons_held),
            total=yen(jo.total, language),
        ),
        "conditions": texts(
            "site.loss.conditions" if done else "site.loss.conditions_none",
            industry=texts(f"industry.{business.industry}.name"),
            staff=count(business.employees),
            persons=count(business.persons_held),
            sales=yen(round(found.loss.central.exposure.annual_sales), language) if found.loss else "",
            number=len(done),
        ),
        "sales_assumed": business.annual_sales is None,
    }  # fmt: skip


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """The flyer's calculation of one leak, step by step, with any figures, and what each plan pays of it."""
    programme, texts, on = services.programme(), words(), clock.today()
    form = read_calculation(programme, request.GET, on)
    faults = _told("calculator", CALCULATOR, form.faults, texts)
    context: dict[str, Any] = {
        "fields": _fields("calculator", CALCULATOR, form.entered, faults, texts),
        "faults": faults,
        "is_flyer": form.is_flyer,
    }
    if form.scenario is not None:
        context |= calculated(programme, form.scenario, texts)
    return render(request, "diagnosis/calculator.html", context, status=422 if form.faults else 200)


def calculated(programme: Programme, scenario: Scenario, texts: Words) -> dict[str, Any]:
    """Return the steps of a scenario, its total, and what each plan pays and leaves."""
    language = texts.lang
    whole = estimate(scenario, None)

    def times(each: int, number: int) -> str:
        return texts("report.loss.times", each=exact_yen(each, language), number=count(number))

    high, low = scenario.awards
    steps = [
        ("damages_high", times(high.yen_each, high.claimants), high.claimants * high.yen_each),
        ("damages_low", times(low.yen_each, low.claimants), low.claimants * low.yen_each),
        ("goodwill", times(scenario.goodwill_each, scenario.goodwill_persons), whole.goodwill),
        ("dispute_costs", "", whole.dispute_costs),
        ("apology_notice", "", whole.costs["apology_notice"]),
    ]
    rows = []
    for plan in programme.plans:
        paid = estimate(scenario, Terms.of(plan))
        amounts = {
            "liability": paid.paid_liability, "cost": paid.paid_cost, "paid": paid.paid, "retained": paid.retained
        }  # fmt: skip
        rows.append(
            {"name": texts(f"plan.{plan.id}.name"), "published": plan.basis == "published"}
            | {name: exact_yen(amount, language) for name, amount in amounts.items()}
        )
    return {
        "steps": [
            {"name": texts(f"report.loss.{name}"), "working": working, "yen": exact_yen(amount, language)}
            for name, working, amount in steps
        ],
        "rest": texts("site.calculator.rest", number=count(scenario.goodwill_persons)),
        "total": exact_yen(whole.total, language),
        "total_short": yen(whole.total, language),
        "plan_rows": rows,
        "plans_note": texts("report.loss.plans_note", deductible=yen(programme.plans[0].deductible, language)),
    }


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


@require_safe
def sample_pdf(request: HttpRequest) -> HttpResponse:
    """The specimen report as PDF, in the language of the page."""
    return HttpResponse(
        _specimen_pdf(lang(), clock.today()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="sonae-sample-{lang()}.pdf"'},
    )


@lru_cache(maxsize=2)
def _specimen(on: date) -> Diagnosis:
    return diagnose(read_answers(read_file(SPECIMEN, SPECIMEN.name, MOST_BYTES)), on)


@lru_cache(maxsize=4)
def _specimen_pdf(language: Lang, on: date) -> bytes:
    return pdf(_specimen(on), language, specimen=True)


def described(svg: str, text: str) -> str:
    """Return a chart with its description beside its title."""
    return svg.replace("</title>", f"</title><desc>{escape(text)}</desc>", 1)


def _group(
    name: str,
    options: Iterable[tuple[str, str]],
    chosen: Mapping[str, tuple[str, ...]],
    faults: Mapping[str, str],
    texts: Words,
) -> dict[str, Any]:
    return {
        "name": name,
        "label": texts(f"site.loss.{name}"),
        "fault": faults.get(name, ""),
        "options": [{"value": value, "name": text, "on": value in chosen[name]} for value, text in options],
    }


def _told(page: str, numbers: Mapping[str, Number], faults: Mapping[str, Fault], texts: Words) -> dict[str, str]:
    """Return the faults in words by field, in the order of the page."""
    labels = {name: "site.quick.industry" if name == "industry" else f"site.{page}.{name}" for name in faults}
    return {name: told(fault, texts, texts(labels[name]), numbers.get(name)) for name, fault in faults.items()}


def _fields(
    page: str, numbers: Mapping[str, Number], entered: Mapping[str, str], faults: Mapping[str, str], texts: Words
) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "label": texts(f"site.{page}.{name}"),
            "hint": texts(f"site.{page}.{name}_hint"),
            "value": entered[name],
            "keys": "text" if number.unit == "yen" else "numeric",
            "fault": faults.get(name, ""),
        }
        for name, number in numbers.items()
    ]
