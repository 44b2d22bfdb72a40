"""Pages of a member's quotes: the plans side by side, a quote made, shown, as paper, and laid before the agent."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sonae import comparison
from sonae.enrolment import Choice
from sonae.programmes import describe, sale
from sonae.rating import tariff
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.diagnosis import results
from sonae_web.diagnosis import services as diagnosis
from sonae_web.ground import clock
from sonae_web.ground.download import download
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import lang, words
from sonae_web.quotes import facts, papers, services, shown
from sonae_web.quotes.facts import Credit, Facts

member = acting(Role.Name.MEMBER)


@member
@require_safe
def listed(request: ActingRequest) -> HttpResponse:
    """Every quote, newest first."""
    rows = services.history(request.acting.scope)
    return render(request, "quotes/quotes.html", {"quotes": rows})


@member
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: ActingRequest) -> HttpResponse:
    """The plans side by side, for the facts as they are known or as entered; nothing is kept."""
    credit = facts.credit(request.acting.scope)
    if request.method == "POST":
        return _plans(request, _posted(request), credit, request.POST.get("window", ""), tell=True)
    return _plans(request, facts.prefilled(request.acting.scope, credit), credit, "")


@member
@require_POST
@once
def make(request: ActingRequest) -> HttpResponse:
    """Make a quote for a plan, or show the form again with its faults. Raises Refused where the programme may not be sold."""
    scope, credit, found = request.acting.scope, facts.credit(request.acting.scope), _posted(request)
    plan, window = request.POST.get("plan", ""), request.POST.get("window", "")
    if not found.whole or plan not in {each.id for each in diagnosis.programme().plans}:
        return _plans(request, found, credit, window, tell=True)
    try:
        row = services.make(
            scope=scope,
            insured=request.acting.organisation.name,
            facts=found,
            plan=plan,
            kind=window or _first_kind(),
            credit=credit,
        )
    except services.NotOpen:  # stands on the page
        return _plans(request, found, credit, window, tell=True, status=409)
    return redirect("quote", request.acting.organisation.pk, row.pk)


@member
@require_safe
def one(request: ActingRequest, quote: UUID) -> HttpResponse:
    """One quote as it was frozen, and what the underwriter decided."""
    scope, texts = request.acting.scope, words()
    row, content = services.read(scope=scope, quote=quote)
    services.require_offer(row)
    decided = services.decision(scope, row)
    context = {
        "quote": row,
        "usable": services.is_usable(row),
        "declared": content["declaration"] is not None,
        "plan": texts(f"plan.{row.plan}.name"),
        "choice": papers.period(content),
        "asked": shown.asked(content, texts),
        "steps": shown.steps(services.standing(scope, row), texts),
        "reasons": shown.reasons(content["quote"], lang()),
        "decision": decided[1] if decided else None,
    }
    return render(request, "quotes/quote.html", context)


@member
@require_safe
def paper(request: ActingRequest, quote: UUID) -> HttpResponse:
    """The quote as PDF, in the language of the page."""
    scope = request.acting.scope
    row = services.one(scope=scope, quote=quote)
    pdf = papers.paper(scope=scope, row=row, lang=lang())
    return download(pdf, f"quote-{row.number}-{lang()}.pdf", inline=True)


@member
@require_POST
def ask_agent(request: ActingRequest, quote: UUID) -> HttpResponse:
    """Lay a quote before the agent."""
    row = services.ask_agent(scope=request.acting.scope, quote=quote)
    return redirect("quote", request.acting.organisation.pk, row.pk)


# --- the plans
def _posted(request: ActingRequest) -> Facts:
    return facts.read(request.POST.dict(), tuple(request.POST.getlist("kinds")), diagnosis.programme())


def _first_kind() -> str:
    open_ = services.open_choices(clock.today())
    return open_[0].kind if open_ else ""


def _plans(
    request: ActingRequest,
    found: Facts,
    credit: Credit | None,
    window: str,
    *,
    tell: bool = False,
    status: int = 0,
) -> HttpResponse:
    programme, texts, on = diagnosis.programme(), words(), clock.today()
    open_ = services.open_choices(on)
    choice = next((each for each in open_ if each.kind == window), open_[0] if open_ else None)
    missing = [describe(each, lang()) for each in sale.missing(programme, "comparison", on)]
    result = results.latest(request.acting.scope)
    faults = {name: texts(fault) for name, fault in found.faults.items()} if tell else {}
    context: dict[str, Any] = {
        "entered": found.entered,
        "ticked": found.kinds,
        "faults": faults,
        "industries": diagnosis.industries(texts),
        "kinds": [(kind, texts(f"rating.kind.{kind}.name")) for kind in tariff(programme, on).declined_kinds],
        "choices": open_,
        "choice": choice,
        "credit": credit,
        "earns": credit is not None and services.earns(credit, on),
        "result": result,
        "missing": missing,
    }
    if choice is not None and found.whole and not missing:
        context |= _compared(request, found, choice, credit)
    return render(request, "quotes/plans.html", context, status=status or (422 if faults else 200))


def _compared(request: ActingRequest, found: Facts, choice: Choice, credit: Credit | None) -> dict[str, Any]:
    scope, texts = request.acting.scope, words()
    result = results.latest(scope)
    rated = services.compare(scope=scope, facts=found, choice=choice, credit=credit, result=result, on=clock.today())
    frozen = {name: quote.frozen() for name, quote in rated.quotes.items()}
    table = shown.compared(comparison.data(rated.compared), texts)
    first = next(iter(frozen.values()))
    working = [
        {"id": name, "name": texts(f"plan.{name}.name"), "steps": shown.steps(each, texts)}
        for name, each in frozen.items()
        if each["steps"]
    ]
    premiums = [rated.quotes[head["id"]].premium for head in table["heads"]]
    promised = services.promised(facts=found, choice=choice, result=result, credit=credit)
    for i, card in enumerate(table["cards"]):
        card |= {"premium": premiums[i], "promised": promised["premiums"][i] if promised else None}
    return {
        "table": table,
        "premiums": premiums,
        "working": working,
        "reasons": shown.reasons(first, lang()),
        "decision": first["decision"],
        "promised": promised,
    }
