"""Pages of a member's declaration: how far it is, signing, what was signed, and changes notified later."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.declarations import drafts, forms, items, notices, services
from sonae_web.declarations.drafts import Changed, NotThere, Open
from sonae_web.declarations.forms import Entered
from sonae_web.declarations.services import Incomplete
from sonae_web.declarations.shown import pdf, summary, to
from sonae_web.ground import clock
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import lang, words

member = acting(Role.Name.MEMBER)
member_typing = acting(Role.Name.MEMBER, keeps=True)
"""Of pages where something is typed: it outlives the end of a session."""


@member
@require_safe
def overview(request: ActingRequest) -> HttpResponse:
    """How far the declaration is, what was signed, and what can be done."""
    scope = request.acting.scope
    found = drafts.read(scope)
    context = {
        "found": found,
        "is_before": found is not None and services.is_before(scope=scope, declaration=found.row.pk),
        "sections": [] if found is None else items.lines(found, words(found.form.edition.id)),
        "versions": services.versions(scope),
        "accepted": notices.frozen(scope),
    }
    return render(request, "declarations/overview.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: ActingRequest) -> HttpResponse:
    """Begin a declaration, or go on with the open one."""
    if request.method == "POST":
        found = drafts.start(scope=request.acting.scope)
        if found.next_open is not None:
            return to(request, "declaration_section", section=found.next_open)
    return to(request, "declaration")


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
@once
def sign(request: ActingRequest) -> HttpResponse:
    """Read it whole, say who signs, and sign."""
    scope = request.acting.scope
    found = drafts.read(scope)
    if found is None:
        return to(request, "declaration")
    if found.next_open is not None:
        return _not_yet(request, found)
    entered, conflict = Entered({}, {}), False
    if request.method == "POST":
        entered = forms.read_signatory(request.POST, words())
        if not entered.faults:
            try:
                signed = services.sign(scope=scope, signatory=entered.value, seen=forms.seen(request.POST))
            except Changed:
                conflict, found = True, drafts.read(scope) or found
            except NotThere:
                return to(request, "declaration")
            except Incomplete:
                return to(request, "declaration_sign")
            else:
                messages.success(request, words()("site.declare.signed_now", version=signed.version))
                return to(request, "declaration")
    context = {
        "found": found,
        "entered": entered.values,
        "faults": entered.faults,
        "conflict": conflict,
        "summary": summary(found),
        "authorities": [(name, words()(f"policy.authority_{name}")) for name in services.AUTHORITIES],
    }
    return render(
        request, "declarations/sign.html", context, status=409 if conflict else 422 if entered.faults else 200
    )


@member
@require_safe
def paper(request: ActingRequest, signed: UUID) -> HttpResponse:
    """A version that was signed, as PDF."""
    row = services.of_member(request.acting.scope, signed)
    return pdf(services.paper(scope=request.acting.scope, signed=row, lang=lang()), row.number, row.version)


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
@once
def changes(request: ActingRequest) -> HttpResponse:
    """What changed since acceptance: told so far, and one more."""
    scope = request.acting.scope
    entered = Entered({"changed_on": clock.today().isoformat()}, {})
    if request.method == "POST":
        entered = forms.read_notice(request.POST, clock.today(), words())
        if not entered.faults:
            kind, changed_on, text = entered.value
            try:
                notices.notify(scope=scope, kind=kind, changed_on=changed_on, text=text)
            except NotThere:
                return to(request, "declaration")
            messages.success(request, words()("site.declare.notice_made"))
            return to(request, "declaration_changes")
    context = {
        "accepted": notices.frozen(scope),
        "told": notices.told(scope),
        "entered": entered.values,
        "faults": entered.faults,
        "kinds": [(name, words()(f"site.declare.kind_{name}")) for name in notices.KINDS],
    }
    return render(request, "declarations/changes.html", context, status=422 if entered.faults else 200)


def _not_yet(request: ActingRequest, found: Open) -> HttpResponse:
    """Refuse the signature, with every item that nobody confirmed, and the way to it."""
    sections = [each for each in items.lines(found, words(found.form.edition.id)) if each["left"]]
    context = {"sections": sections, "number": found.items - found.done}
    status = 409 if request.method == "POST" else 200
    return render(request, "declarations/not_yet.html", context, status=status)
