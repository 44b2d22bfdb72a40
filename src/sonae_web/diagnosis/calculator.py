"""The flyer's calculator: one leak step by step, with any figures, and what each plan pays of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.figures import count, exact_yen, yen
from sonae.programmes import Programme, Words
from sonae.scenario import Scenario, Terms, estimate
from sonae_web.diagnosis import services
from sonae_web.diagnosis.fields import faults_told, fields, is_live
from sonae_web.diagnosis.figures import CALCULATOR, read_calculation
from sonae_web.ground import clock
from sonae_web.ground.rules import public
from sonae_web.ground.words import words


@public
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """The flyer's calculation of one leak, step by step, with any figures, and what each plan pays of it."""
    programme, texts, on = services.programme(), words(), clock.today()
    form = read_calculation(programme, request.GET, on)
    faults = faults_told("calculator", CALCULATOR, form.faults, texts)
    context: dict[str, Any] = {
        "fields": fields("calculator", CALCULATOR, form.entered, faults, texts),
        "faults": faults,
        "is_flyer": form.is_flyer,
        "live": is_live(request),
    }
    if form.scenario is not None:
        context |= calculated(programme, form.scenario, texts)
    page = "diagnosis/calculator_live.html" if context["live"] else "diagnosis/calculator.html"
    return render(request, page, context, status=422 if form.faults else 200)


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
