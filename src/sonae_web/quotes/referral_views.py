"""Pages of the underwriter: referred quotes of the federation it works for; decided, proposed, confirmed, sent back."""

import re
import unicodedata
from fractions import Fraction
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sonae.figures import count
from sonae.programmes import describe
from sonae.rating import tariff
from sonae.rating.authority import bounds, premium_bounds
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.declarations import services as declarations
from sonae_web.declarations.desk_views import shown as shown_declaration
from sonae_web.declarations.shown import pdf
from sonae_web.diagnosis.figures import yen_amount
from sonae_web.diagnosis.services import programme
from sonae_web.ground.idempotency import once
from sonae_web.ground.typed import lines
from sonae_web.ground.words import lang, words
from sonae_web.quotes import papers, referrals, services, shown
from sonae_web.quotes.models import Quote
from sonae_web.quotes.referrals import Judgement

underwriter = acting(Role.Name.UNDERWRITER)
MOST_DECIDED = 50


@underwriter
@require_safe
def queue(request: ActingRequest) -> HttpResponse:
    """What waits, the oldest first; and what was decided last."""
    scope = request.acting.scope
    waiting, done = referrals.queue(scope), referrals.decided(scope, MOST_DECIDED)
    names = dict(
        Organisation.objects.filter(pk__in={row.tenant for row in (*waiting, *done)}).values_list("pk", "name")
    )
    context = {
        name: [(row, names[row.tenant]) for row in rows] for name, rows in (("waiting", waiting), ("done", done))
    }
    return render(request, "quotes/queue.html", context)


@underwriter
@require_http_methods(["GET", "HEAD", "POST"])
@once
def referral(request: ActingRequest, quote: UUID) -> HttpResponse:
    """One referred quote: what it was rated on, why it was referred; the decision on it, or the form for one."""
    if request.method != "POST":
        return _page(request, quote, {}, {}, "")
    entered = {
        name: lines(request.POST.get(name, "")) for name in ("outcome", "loading", "premium", "reason", "conditions")
    }
    row = referrals.one(scope=request.acting.scope, quote=quote)
    faults, judgement = _judgement(entered, row)
    if judgement is None:
        return _page(request, quote, entered, faults, "")
    try:
        row = referrals.decide(scope=request.acting.scope, quote=quote, judgement=judgement)
    except tuple(_REFUSED) as refused:
        return _page(request, quote, entered, {}, _REFUSED[type(refused)])
    return redirect("referral", request.acting.organisation.pk, row.pk)


@underwriter
@require_POST
@once
def confirm(request: ActingRequest, quote: UUID) -> HttpResponse:
    """Confirm a proposed decision, or send it back to be decided anew."""
    act = referrals.send_back if request.POST.get("act") == "send_back" else referrals.confirm
    try:
        act(scope=request.acting.scope, quote=quote, seen=request.POST.get("seen", ""))
    except tuple(_REFUSED) as refused:
        return _page(request, quote, {}, {}, _REFUSED[type(refused)])
    return redirect("referral", request.acting.organisation.pk, quote)


_REFUSED: dict[type[Exception], str] = {
    referrals.OwnOrganisation: "own",
    referrals.AlreadyDecided: "already",
    referrals.Expired: "expired",
    referrals.NoFigure: "no_figure",
    referrals.SamePerson: "same",
}


def _judgement(entered: dict[str, str], row: Quote) -> tuple[dict[str, str], Judgement | None]:
    """Return the faults of the form in words, or the judgement."""
    texts, faults = words(), {}
    loading = _loading(entered["loading"] or "1")
    conditions = referrals.conditions([entered["conditions"]])
    if entered["outcome"] not in ("approved", "refused"):
        faults["outcome"] = texts("quotes.fault.outcome")
    premium = _premium(entered["premium"], row) if row.annual_premium is None else None
    if row.annual_premium is None and premium is None and entered["outcome"] == "approved":
        faults["premium"] = texts("quotes.fault.own_premium")
    if loading is None:
        faults["loading"] = texts("quotes.fault.loading")
    if not 1 <= len(entered["reason"]) <= referrals.MOST_TEXT:
        faults["reason"] = texts("quotes.fault.reason", most=referrals.MOST_TEXT)
    if len(conditions) > referrals.MOST_CONDITIONS or len(entered["conditions"]) > referrals.MOST_TEXT:
        faults["conditions"] = texts("quotes.fault.conditions", most=referrals.MOST_CONDITIONS)
    if faults or loading is None:
        return faults, None
    approved = entered["outcome"] == "approved"
    return {}, Judgement(approved, entered["reason"], conditions, loading, premium if approved else None)


def _premium(text: str, row: Quote) -> int | None:
    """Return the year's premium that an underwriter names, in yen; None for what cannot be one."""
    found, unit = yen_amount(text), tariff(programme(), row.on).whole("rounding")
    return found if found and not found % unit and found < referrals.most_premium(row) else None


def _loading(text: str) -> Fraction | None:
    """Return a factor as typed, such as 1.25: above 0, at most 10, two decimals; None for anything else."""
    plain = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", plain):
        return None
    found = Fraction(plain)
    return found if 0 < found <= referrals.MOST_LOADING else None


@underwriter
@require_safe
def declaration(request: ActingRequest, quote: UUID) -> HttpResponse:
    """The declaration that a referred quote rests on; the log says who read it."""
    row = referrals.declaration(scope=request.acting.scope, quote=quote)
    return shown_declaration(
        request, row, reverse("referral_declaration_paper", args=[request.acting.organisation.pk, quote])
    )


@underwriter
@require_safe
def declaration_paper(request: ActingRequest, quote: UUID) -> HttpResponse:
    """The same as PDF."""
    row = referrals.declaration(scope=request.acting.scope, quote=quote)
    return pdf(declarations.paper(scope=request.acting.scope, signed=row, lang=lang()), row.number, row.version)


def _page(
    request: ActingRequest, quote: UUID, entered: dict[str, str], faults: dict[str, str], refused: str
) -> HttpResponse:
    scope, texts = request.acting.scope, words()
    row, content, decision = referrals.read(scope=scope, quote=quote)
    rates = tariff(programme(), row.on)
    body = services.content(decision) if decision else {}
    stands = body.get("quote") or content["quote"]
    seconds = referrals.needs_second(
        row,
        Judgement(
            approved=True,
            reason="",
            loading=Fraction(body.get("loading", "1")),
            annual_premium=body.get("annual_premium"),
        ),
    )
    context = {
        "quote": row,
        "declared": content["declaration"],
        "insured": content["insured"],
        "plan": texts(f"plan.{row.plan}.name"),
        "choice": papers.period(content),
        "asked": shown.asked(content, texts),
        "steps": shown.steps(stands, texts),
        "premium": stands["annual_premium"],
        "reasons": shown.reasons(content["quote"], lang()),
        "decision": decision,
        "body": body,
        "mine": decision is not None and decision.by == scope.user,
        "own": referrals.belongs(scope.user, row.tenant),
        "seconds": [describe(each, lang()) for each in seconds],
        "bounds": [float(each) for each in bounds(rates)],
        "premium_bounds": [count(each) for each in premium_bounds(rates)],
        "open": row.state == Quote.State.WAITING and not row.expired,
        "entered": entered or {"loading": "1.00"},
        "faults": faults,
        "refused": refused,
        "usable": services.is_usable(row),
    }
    status = 422 if faults else 409 if refused else 200
    return render(request, "quotes/referral.html", context, status=status)
