"""Pages of the agent: quotes that members asked it to explain, with the plan that it may recommend, and why.

Nobody else recommends: these words appear for agents only.
"""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.programmes import sale
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.words import words
from sonae_web.quotes import papers, services, shown

agent = acting(Role.Name.AGENT)


@agent
@require_safe
def listed(request: ActingRequest) -> HttpResponse:
    """Every quote that the agent was asked to explain, newest first."""
    rows = services.asked_of_agent(request.acting.scope)
    names = dict(Organisation.objects.filter(pk__in={row.tenant for row in rows}).values_list("pk", "name"))
    return render(request, "quotes/advice.html", {"quotes": [(row, names[row.tenant]) for row in rows]})


@agent
@require_safe
def one(request: ActingRequest, quote: UUID) -> HttpResponse:
    """The plans as the member saw them when the quote was made, with what may be recommended."""
    scope, texts = request.acting.scope, words()
    if services.one(scope=scope, quote=quote).asked_agent_at is None:
        raise Http404("not asked")
    row, content = services.read(scope=scope, quote=quote)
    sale.require(programme(), "comparison", clock.today())
    table = shown.compared(content["comparison"], texts)
    context = {
        "quote": row,
        "insured": content["insured"],
        "plan": texts(f"plan.{row.plan}.name"),
        "choice": papers.period(content),
        "table": table,
        "steps": shown.steps(services.standing(scope, row), texts),
        "usable": services.is_usable(row),
        "fits": row.plan == content["comparison"]["marked"],
        "agent": True,
    }
    return render(request, "quotes/advice_quote.html", context)
