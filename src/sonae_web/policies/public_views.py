"""Public pages: when would I be covered and what would I pay; is this certificate valid."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.enrolment import Choice, none_open
from sonae.figures import day, exact_yen, yen
from sonae.programmes import sale
from sonae.rating import Request, rate
from sonae_web.diagnosis import services as diagnosis
from sonae_web.diagnosis.figures import yen_amount
from sonae_web.ground import clock
from sonae_web.ground.limits import limited
from sonae_web.ground.rules import public
from sonae_web.ground.words import lang, words
from sonae_web.policies import covers, records, shown
from sonae_web.windows import extensions

MOST_SALES = 10**13
VERIFIED_AN_HOUR = 120


@public
@require_safe
def when(request: HttpRequest) -> HttpResponse:
    """From a day, a plan and what a business is: start, end, debit, premium."""
    texts, programme = words(), records.programme()
    entered = {name: request.GET.get(name, "").strip()[:60] for name in ("applied", "plan", "industry", "sales")}
    entered["applied"] = entered["applied"] or clock.today().isoformat()
    faults: dict[str, str] = {}
    applied = _day(entered["applied"])
    if applied is None:
        faults["applied"] = texts("site.when.fault_applied")
    plan = next((each for each in programme.plans if each.id == entered["plan"]), None)
    sales = yen_amount(entered["sales"]) if entered["sales"] else None
    if entered["plan"] and plan is None:
        faults["plan"] = texts("site.when.fault_plan")
    if entered["industry"] and entered["industry"] not in programme.industries:
        faults["industry"] = texts("site.quick.fault_industry")
    if entered["sales"] and (sales is None or sales > MOST_SALES):
        faults["sales"] = texts("site.when.fault_sales")
    context: dict[str, Any] = {
        "entered": entered, "faults": faults, "industries": diagnosis.industries(texts),
        "plans": [
            {
                "id": each.id, "name": shown.plan_name(each.id),
                "limits": texts("site.policies.limits", liability=yen(each.liability_limit, lang()), cost=yen(each.cost_limit, lang())),
            }
            for each in programme.plans
        ],
    }  # fmt: skip
    if applied is not None and not faults:
        found = extensions.open_choices(programme, applied)
        known = plan is not None and sales is not None and entered["industry"]
        context["choices"] = [
            _choice(each, entered["industry"], sales, plan, applied) if known else shown.choice(each) for each in found
        ]
        context["extended"] = len({each.year for each in found}) < len(found)
        context |= {"known": known, "has_sales": bool(sales)}
        context["day"] = day(applied, lang())
        if not found:
            closed = none_open(programme, applied)
            context["reason"] = texts(f"calendar.reason.{closed.reason}")
            context["opening"] = day(closed.next_opening, lang()) if closed.next_opening else ""
    return render(request, "policies/when.html", context, status=422 if faults else 200)


def _choice(found: Choice, industry: str, sales: int | None, plan: Any, applied: date) -> dict[str, Any]:
    """Return a choice with its premium, or why it has none. Raises Refused where the programme may not be sold."""
    sale.require(records.programme(), "quote", clock.today())
    quote = rate(
        records.programme(),
        Request(
            on=applied, industry=industry, annual_sales=sales or 0, liability_limit=plan.liability_limit,
            cost_limit=plan.cost_limit, deductible=plan.deductible, months=found.months,
        ),
    )  # fmt: skip
    premium = exact_yen(quote.premium, lang()) if quote.premium is not None and quote.decision != "declined" else ""
    return shown.choice(found) | {"premium": premium, "decision": quote.decision}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@public
@limited(VERIFIED_AN_HOUR)
@require_safe
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the certificate with this token is valid now, and nothing else."""
    answer = render(request, "policies/verify.html", {"valid": covers.is_valid(token)})
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
