"""Pages of clerks: the federation's queue and decisions, the association's confirmations, extensions of the window."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.enrolment.states import WAITING
from sonae.flyer import first_day
from sonae.problems import Refused
from sonae.programmes import describe
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.declarations import services as declarations
from sonae_web.desk import exports, listing
from sonae_web.ground import clock
from sonae_web.ground.idempotency import once
from sonae_web.ground.posted import whole
from sonae_web.ground.typed import one_line
from sonae_web.ground.words import lang, words
from sonae_web.policies import deciding, forms, proposals, queue, records, shown
from sonae_web.policies.models import Application, Cover
from sonae_web.policies.records import Changed, Told
from sonae_web.windows import extensions

COLUMNS = (
    ("name", "site.policies.insured", ""), ("number", "site.policies.number_of_application", ""),
    ("applied", "site.policies.applied", ""), ("start", "site.policies.start", ""), ("premium", "site.policies.premium_yen", "r"),
    ("state", "site.policies.state", ""),
)  # fmt: skip
EXPORTED = (
    "insured", "number_of_application", "year", "kind_head", "applied", "start", "plan", "premium_yen", "state",
    "confirmed_on", "checked_on",
)  # fmt: skip
federation = acting(Role.Name.FEDERATION)
association = acting(Role.Name.ASSOCIATION)


# --- the federation's queue
@federation
@require_safe
def applications(request: ActingRequest) -> HttpResponse:
    """The applications of the branch."""
    scope = request.acting.scope
    asked = listing.read(request.GET, states=tuple(queue.FILTERS), sorts=tuple(queue.SORTS))
    page = queue.page(scope=scope, asked=asked)
    context = {
        "page": page, "asked": page.asked, "rows": [_row(each) for each in page.rows], "figures": queue.figures(scope=scope),
        "heads": listing.heads(page.asked, COLUMNS), "filters": tuple(queue.FILTERS), "sizes": listing.SIZES,
        "total": sum(each.premium or 0 for each in page.rows),
    }  # fmt: skip
    return render(request, "policies/desk_applications.html", context)


def _row(row: Application) -> dict[str, Any]:
    ready = (
        row.state == "submitted" and not row.referral and row.checked_at is not None and row.confirmed_at is not None
    )
    return {
        "pk": row.pk, "name": row.insured, "number": row.number, "applied": row.applied_on, "start": clock.date_of(row.cover_from),
        "premium": row.premium, "tag": shown.tag(row.state), "kind": row.kind, "year": row.year, "ready": ready,
        "confirmed": row.confirmed_at is not None, "checked": row.checked_at is not None, "referral": row.referral,
        "version": row.version, "waiting": row.state in WAITING,
    }  # fmt: skip


@federation
@require_safe
def export(request: ActingRequest, form: str) -> HttpResponse:
    """All rows that the queue finds, as a file."""
    asked = listing.read(request.GET, states=tuple(queue.FILTERS), sorts=tuple(queue.SORTS))
    texts = words()
    return exports.answer(
        request, form, name="applications", title=texts("site.policies.desk_title"),
        heads=[f"site.policies.{name}" for name in EXPORTED],
        rows=[
            (
                row.insured, row.number or "", row.year, texts(f"site.policies.short_{row.kind}"),
                row.applied_on.isoformat() if row.applied_on else "", clock.date_of(row.cover_from).isoformat(),
                shown.plan_name(row.plan), row.premium, texts(f"site.policies.state_{row.state}"),
                exports.day(row.confirmed_at), exports.day(row.checked_at),
            )
            for row in queue.listed(scope=request.acting.scope, asked=asked)
        ],
    )  # fmt: skip


@federation
@require_http_methods(["POST"])
@once
def accept_many(request: ActingRequest) -> HttpResponse:
    """Accept every application that was ticked, in the version that was seen."""
    chosen = [found for each in request.POST.getlist("application") if (found := _ticked(each))]
    done, left = deciding.accept_many(scope=request.acting.scope, chosen=chosen)
    texts = words()
    if done:
        messages.success(request, texts("site.policies.accepted_many", count=len(done)))
    names = dict(
        Application.within(request.acting.scope).filter(pk__in=[pk for pk, _ in left]).values_list("pk", "insured")
    )
    for pk, word in left:
        messages.error(request, texts("site.policies.not_accepted", name=names.get(pk, ""), why=texts(word)))
    if not chosen:
        messages.error(request, texts("site.policies.none_ticked"))
    return redirect("desk_applications", organisation=request.acting.organisation.pk)


def _ticked(text: str) -> tuple[UUID, int] | None:
    """Return application and version of a ticked box."""
    pk, _, version = text.partition(":")
    try:
        return UUID(pk), int(version)
    except ValueError:
        return None


# --- one application
@federation
@require_safe
def application(request: ActingRequest, application: UUID) -> HttpResponse:
    """An application with all that it says, and what can be decided about it. The log says who read it."""
    return _detail(request, application)


def _detail(
    request: ActingRequest, application: UUID, status: int = 200, told: str = "", faulty: str = ""
) -> HttpResponse:
    scope = request.acting.scope
    with transaction.atomic():
        sheet = records.read(scope=scope, application=application)
        row = sheet.row
        records.record(scope, row, "read")
    cover = Cover.within(scope).filter(application=row.pk).first()
    place = Organisation.objects.select_related("parent").get(pk=row.tenant)
    signed = declarations.of_application(scope=scope, application=row.pk)
    own = ""
    try:
        records.not_own(scope, row.tenant)
    except Told as refused:
        own = words()(refused.word)
    waiting = row.state in WAITING
    two = row.referral or row.state == "referred"
    context = {
        "row": row, "head": shown.head(row), "groups": shown.answers(scope, sheet), "remarks": shown.written(scope, row),
        "cover": shown.cover(cover) if cover else None, "association": place.parent.name if place.parent else "",
        "signed": signed, "own": own, "waiting": waiting and not own, "two": two,
        "proposal": proposals.open_one(scope=scope, row=row) if row.state == "referred" else None,
        "federation_confirms": records.is_association(place) and row.confirmed_at is None,
        "ready": waiting and row.confirmed_at is not None and row.checked_at is not None and signed is not None,
        "told": words()(told) if told else "", "faulty": faulty, "typed": request.POST.get("points", "") if faulty else "",
    }  # fmt: skip
    return render(request, "policies/desk_application.html", context, status=status)


@federation
@require_http_methods(["POST"])
@once
def decide(request: ActingRequest, application: UUID) -> HttpResponse:
    """Do what a clerk decided about an application; whoever comes second is told so."""
    done = request.POST.get("do", "")
    points = forms.read_points(request.POST)
    if done in ("return", "refer", "decline", "propose_accept", "propose_decline") and not points:
        return _detail(request, application, 422, faulty=done)
    try:
        _decide(request, application, done, points)
    except Told as told:
        return _detail(request, application, 409, told.word)
    if done in DONE:
        messages.success(request, words()(f"site.policies.done_{done}"))
    return redirect("desk_application", organisation=request.acting.organisation.pk, application=application)


DONE = (
    "check", "confirm", "return", "refer", "decline", "accept", "propose_accept", "propose_decline", "approve", "take_back",
)  # fmt: skip
"""What a clerk can do about an application."""


def _decide(request: ActingRequest, application: UUID, done: str, points: list[str]) -> None:
    scope, seen = request.acting.scope, whole(request.POST.get("seen", ""))
    match done:
        case "check":
            deciding.check(scope=scope, application=application, seen=seen)
        case "confirm":
            deciding.confirm_membership(scope=scope, application=application)
        case "return":
            deciding.send_back(scope=scope, application=application, seen=seen, points=points)
        case "refer":
            deciding.refer(scope=scope, application=application, seen=seen, points=points)
        case "decline":
            deciding.decline(scope=scope, application=application, seen=seen, points=points)
        case "accept":
            declared = whole(request.POST.get("declaration", ""))
            deciding.accept(scope=scope, application=application, seen=seen, declaration=declared)
        case "propose_accept" | "propose_decline":
            proposals.propose(
                scope=scope, application=application, seen=seen, step=done.removeprefix("propose_"), points=points
            )
        case "approve":
            proposals.approve(scope=scope, application=application, proposal=_id(request))
        case "take_back":
            proposals.withdraw(scope=scope, application=application, proposal=_id(request))
        case _:
            records.read(scope=scope, application=application)


def _id(request: ActingRequest) -> UUID:
    try:
        return UUID(request.POST.get("proposal", ""))
    except ValueError:
        raise Changed from None


# --- the association
@association
@require_safe
def enrolment(request: ActingRequest) -> HttpResponse:
    """How the applications of the association's members stand; those whose membership is to be confirmed first."""
    scope = request.acting.scope
    asked = listing.read(request.GET, states=tuple(queue.FILTERS), sorts=tuple(queue.SORTS))
    page = queue.page(scope=scope, asked=asked)
    context = {
        "page": page, "asked": page.asked, "rows": [_row(each) for each in page.rows], "figures": queue.figures(scope=scope),
        "heads": listing.heads(page.asked, [each for each in COLUMNS if each[0] != "premium"]),
        "filters": tuple(queue.FILTERS), "sizes": listing.SIZES,
    }  # fmt: skip
    return render(request, "policies/desk_enrolment.html", context)


@association
@require_http_methods(["POST"])
def confirm(request: ActingRequest, application: UUID) -> HttpResponse:
    """Confirm that a business is a member of the association."""
    try:
        row = deciding.confirm_membership(scope=request.acting.scope, application=application)
    except Told as told:
        messages.error(request, words()(told.word))
    else:
        messages.success(request, words()("site.policies.confirmed_now", name=row.insured))
    return redirect("desk_enrolment", organisation=request.acting.organisation.pk)


# --- extensions
@federation
@require_http_methods(["GET", "HEAD", "POST"])
@once
def window(request: ActingRequest) -> HttpResponse:
    """The extensions of the normal window; the national federation decides another one."""
    may = extensions.may_extend(request.acting.organisation)
    entered = {name: one_line(request.POST.get(name, ""))[:300] for name in ("year", "until", "reason")}
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _extend(request, entered) if may else {"year": words()("site.policies.national_extends")}
        if not faults:
            messages.success(request, words()("site.policies.extended_now"))
            return redirect("desk_window", organisation=request.acting.organisation.pk)
    programme = records.programme()
    years = [year for year in programme.years if clock.today() < first_day(programme, year)][:2]
    context = {"rows": extensions.listed(), "may": may, "entered": entered, "faults": faults, "years": years}
    return render(request, "policies/desk_window.html", context, status=422 if faults else 200)


def _extend(request: ActingRequest, entered: dict[str, str]) -> dict[str, str]:
    """Extend the window; return the faults by field."""
    try:
        until = date.fromisoformat(entered["until"])
    except ValueError:
        return {"until": words()("site.policies.fault_until")}
    try:
        extensions.extend(
            scope=request.acting.scope, programme=records.programme(), year=whole(entered["year"]), until=until,
            reason=entered["reason"],
        )  # fmt: skip
    except Refused as refused:
        told = {each.at: describe(each, lang()) for each in refused.problems}
        return {at: f"{each['found']} {each['fix']}" for at, each in told.items()}
    return {}
