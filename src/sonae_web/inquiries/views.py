"""Pages of inquiries: the form for everybody, the federation's queue, its desk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.contacts import NATIONAL
from sonae.figures import count
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.ground.idempotency import once
from sonae_web.ground.limits import limited
from sonae_web.ground.posted import whole
from sonae_web.ground.retention import table
from sonae_web.ground.rules import public
from sonae_web.ground.typed import lines
from sonae_web.ground.words import words
from sonae_web.inquiries import desks, forms, services
from sonae_web.inquiries.models import Inquiry

INQUIRIES_AN_HOUR = 20
"""From one address: an office shares one."""
SENT = "inquiry_sent"


@public
@limited(INQUIRIES_AN_HOUR, ("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
@once
def inquiry(request: HttpRequest) -> HttpResponse:
    """A question about the programme: what is asked, how to answer, consent."""
    offices = [office.id for office in desks.prefectures()]
    entry = forms.read_inquiry(request.POST, offices)
    if request.method == "POST" and not entry.faults:
        row = services.ask(**entry.values)
        return redirect("inquiry_sent", told=told_of(row.number, desks.place_for(row.office).name))
    faults = entry.faults if request.method == "POST" else {}
    texts = words()
    chosen = entry.entered["office"] or request.GET.get("office", "")
    context = {
        "offices": [(office, texts(f"prefecture.{office}.name")) for office in offices],
        "entered": {**entry.entered, "office": chosen if chosen in offices else ""},
        "faults": {name: texts(key, most=count(forms.LONGEST.get(name, 0))) for name, key in faults.items()},
        "most": count(forms.LONGEST["text"]),
        "days": _days(),
    }
    return render(request, "inquiries/ask.html", context, status=422 if faults else 200)


def told_of(number: str, office: str) -> str:
    """Return what the page after an inquiry tells, signed, so that it can stand in an address: a visitor has no session."""
    return signing.dumps([number, office], salt=SENT)


@public
@require_safe
def inquiry_sent(request: HttpRequest, told: str) -> HttpResponse:
    """The number of the inquiry just sent, and who answers."""
    try:
        number, office = signing.loads(told, salt=SENT)
    except signing.BadSignature:
        raise Http404("not found") from None
    return render(request, "inquiries/sent.html", {"number": number, "office": office})


@acting(Role.Name.FEDERATION)
@require_safe
def queue(request: ActingRequest) -> HttpResponse:
    """The federation's inquiries in one state: first those that wait for an answer."""
    scope, texts = request.acting.scope, words()
    state = request.GET.get("state", "")
    state = state if state in Inquiry.State.values else Inquiry.State.OPEN.value
    counts = services.counts(scope=scope)
    rows = services.listed(scope=scope, state=state)
    context = {
        "state": state,
        "states": [(each, texts(f"site.inquiries.{each}"), counts[each]) for each in Inquiry.State.values],
        "rows": [(each, _office(each.row.office)) for each in rows],
        "none": texts(f"site.inquiries.none_{state}"),
        "shown": texts("site.inquiries.shown", total=count(counts[state]), shown=count(len(rows)))
        if counts[state] > len(rows)
        else "",
        "desk": desks.own(scope=scope),
        "national": request.acting.organisation.kind == Organisation.Kind.NATIONAL,
    }
    return render(request, "inquiries/queue.html", context)


class NoText(Exception):  # noqa: N818 - a state of the form
    """An answer without text, or with too much of it."""


FAULTS = {
    NoText: ("fault_answer", 422),
    services.Changed: ("changed_meanwhile", 409),
    services.NotPossible: ("not_possible", 409),
}


@acting(Role.Name.FEDERATION)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def one(request: ActingRequest, inquiry: UUID) -> HttpResponseBase:
    """One inquiry: what is asked, what was answered; answer it, close it, open it again.

    Whoever is shown it has read it, also where what they sent is refused: the log says so.
    """
    fault, status = "", 200
    if request.method == "POST":
        try:
            return _acted(request, inquiry)
        except tuple(FAULTS) as refused:
            fault, status = FAULTS[type(refused)]
    asked = services.read(scope=request.acting.scope, inquiry=inquiry)
    context: dict[str, Any] = {
        "asked": asked,
        "office": _office(asked.row.office),
        "may": asked.may(),
        "answer": request.POST.get("answer", ""),
        "fault": words()(f"site.inquiries.{fault}", most=count(forms.MOST_ANSWER)) if fault else "",
        "field": fault == "fault_answer",
        "most": count(forms.MOST_ANSWER),
    }
    return render(request, "inquiries/one.html", context, status=status)


def _acted(request: ActingRequest, inquiry: UUID) -> HttpResponse:
    """Do what was sent. Raises Http404 and what FAULTS tells."""
    who, version = request.acting, whole(request.POST.get("version", ""))
    acts: dict[str, Any] = {"scope": who.scope, "inquiry": inquiry, "version": version, "by": who.user}
    if "close" in request.POST:
        services.close(**acts)
        done = "done_close"
    elif "reopen" in request.POST:
        services.reopen(**acts)
        done = "done_reopen"
    else:
        text = lines(request.POST.get("answer", "")[: 2 * forms.MOST_ANSWER])
        if not 1 <= len(text) <= forms.MOST_ANSWER:
            raise NoText
        done = "done_answer" if services.answer(**acts, text=text) else "done_note"
    messages.success(request, words()(f"site.inquiries.{done}"))
    return redirect("desk_inquiry", organisation=who.organisation.pk, inquiry=inquiry)


@acting(Role.Name.FEDERATION)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def desk(request: ActingRequest) -> HttpResponse:
    """Where the federation is reached, and which prefecture it serves."""
    who, texts = request.acting, words()
    national = who.organisation.kind == Organisation.Kind.NATIONAL
    offices = [office.id for office in desks.prefectures()]
    row = desks.own(scope=who.scope)
    entered = {name: getattr(row, name) if row else "" for name in ("office", "name", "phone")}
    faults: dict[str, str] = {}
    if request.method == "POST":
        entry = forms.read_desk(request.POST, offices, national=national)
        entered, faults = dict(entry.entered), dict(entry.faults)
        if not faults:
            try:
                desks.save(scope=who.scope, by=who.user, **entry.values)
            except desks.Taken:
                faults["office"] = "site.inquiries.fault_desk_taken"
            else:
                messages.success(request, texts("site.inquiries.desk_saved"))
                return redirect("desk_inquiries", organisation=who.organisation.pk)
    context = {
        "national": national,
        "offices": [(office, texts(f"prefecture.{office}.name")) for office in offices],
        "entered": entered,
        "faults": {name: texts(key) for name, key in faults.items()},
    }
    return render(request, "inquiries/desk.html", context, status=422 if faults else 200)


def _office(office: str) -> str:
    return "—" if office == NATIONAL else words()(f"prefecture.{office}.name")


def _days() -> int:
    """Return how many days an inquiry is kept after it was closed."""
    return next(rule.days for rule in table()["inquiries.inquiry"].rules if rule.since == "closed_at")
