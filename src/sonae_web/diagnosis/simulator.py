"""The loss simulator: a business and its controls in the address, what a leak would cost it beside them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.checklist import Edition
from sonae.checklist.business import MEDIA, STORES
from sonae.figures import Lang, count, exact_yen, yen
from sonae.loss.parameters import parameters
from sonae.loss.result import to_yen
from sonae.programmes import Programme, Words
from sonae.report import Diagnosis, diagnose
from sonae.report.page import Page
from sonae.report.risk import estimate, risk
from sonae_web.diagnosis import services
from sonae_web.diagnosis.fields import faults_told, fields, group, is_live
from sonae_web.diagnosis.figures import (
    KINDS,
    SIMULATOR,
    STORED,
    USES,
    Simulation,
    average,
    most_valuable,
    read_simulation,
    toggles,
)
from sonae_web.ground import clock
from sonae_web.ground.charts import described
from sonae_web.ground.limits import limited
from sonae_web.ground.rules import public
from sonae_web.ground.words import lang, words

TICKS, LABELLED = (5, 7, 9), ("50", "90")
"""The chart has fewer ticks and labels than the report's, for larger letters."""
FIGURES_AN_HOUR = 3_600
"""Simulations of one address: a slider drawn along asks about ten times."""


@public
@limited(FIGURES_AN_HOUR)
@require_safe
def loss(request: HttpRequest) -> HttpResponse:
    """The whole page; to its script, when something has moved, the figures alone."""
    programme, edition, texts, on = services.programme(), services.current_edition(), words(), clock.today()
    form = read_simulation(programme, edition, request.GET)
    context: dict[str, Any] = {"live": is_live(request)}
    context["faults"] = faults_told("loss", {**SIMULATOR, **STORED}, form.faults, texts)
    if not context["live"]:
        context |= _form(programme, form, context["faults"], texts, on)
    if form.business is not None:
        context |= simulated(form, lang(), on)
    page = "diagnosis/loss_live.html" if context["live"] else "diagnosis/loss.html"
    return render(request, page, context, status=422 if form.faults else 200)


def _form(programme: Programme, form: Simulation, faults: Mapping[str, str], texts: Words, on: date) -> dict[str, Any]:
    """Return the form as entered."""
    kinds = group("kinds", ((kind, texts(f"site.loss.kind_{kind}")) for kind in KINDS), form.chosen, faults, texts)
    media = group("media", ((medium, texts(f"medium.{medium}.name")) for medium in MEDIA), form.chosen, faults, texts)
    uses = group("uses", ((use, texts(f"use.{use}.name")) for use in USES), form.chosen, faults, texts)
    shares = dict(zip(STORES, parameters(programme, on).persons_on_medium.tolist(), strict=True))
    hints = {f"on_{store}": texts("site.loss.stored_hint", share=f"{shares[store]:.0%}") for store in STORES}
    stored = fields("loss", STORED, form.entered, faults, texts, hints=hints, empty=texts("site.loss.stored_empty"))
    return {
        "fields": fields("loss", SIMULATOR, form.entered, faults, texts, empty=texts("site.loss.sales_empty")),
        "groups": [kinds, media | {"stored": stored, "open": any(form.entered[name] for name in STORED)}, uses],
        "industries": services.industries(texts),
        "entered": form.entered,
        "kept": form.done,
        "consignment": bool(form.chosen["consignment"]),
        "plans": [(plan.id, texts(f"plan.{plan.id}.name")) for plan in programme.plans],
    }


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
    chapter = risk(page, TICKS, LABELLED)
    if chapter is None or found.loss is None:
        raise LookupError(f"the loss engine has no values for {on}")
    valued = toggles(most_valuable(typical, on), done)
    return {
        "diagnosis": found,
        "toggles": _toggles(valued, done, edition, texts),
        "risk": chapter,
        "ten_years": estimate(page, 10 * found.loss.expected),
        "curve": described(chapter["curve"], chapter["curve_alt"]),
        "plan_rows": [
            row | {"marked": plan.id == form.plan, "published": plan.basis == "published"}
            for plan, row in zip(programme.plans, chapter["plans"], strict=True)
        ],
        "jo": yen(found.jo.total, language),
        "jo_line": texts(
            "report.loss.jo_line",
            each=exact_yen(found.jo.per_person, language),
            number=count(business.persons_held),
            total=yen(found.jo.total, language),
        ),
        "conditions": _conditions(found, len(done), texts),
        "sales_assumed": business.annual_sales is None,
    }


def _toggles(valued: list[tuple[str, float]], done: list[str], edition: Edition, texts: Words) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "name": texts(f"{edition.id}.{name}.action"),
            "saving": texts("report.risk.saving", yen=yen(-to_yen(saved), texts.lang)) if to_yen(saved) >= 1 else "",
            "on": name in done,
        }
        for name, saved in valued
    ]


def _conditions(found: Diagnosis, done: int, texts: Words) -> str:
    business, sales = found.answers.business, found.loss.central.exposure.annual_sales if found.loss else 0.0
    return texts(
        "site.loss.conditions" if done else "site.loss.conditions_none",
        industry=texts(f"industry.{business.industry}.name"),
        staff=count(business.employees),
        persons=count(business.persons_held),
        sales=yen(round(sales), texts.lang),
        number=done,
    )
