"""Pages of the federation: the declaration of an application before it, and changes that members notified."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.declarations import notices, services
from sonae_web.declarations.models import SignedDeclaration
from sonae_web.declarations.shown import pdf, summary, to
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import lang, words

federation = acting(Role.Name.FEDERATION)


@federation
@require_safe
def declaration(request: ActingRequest, application: UUID) -> HttpResponse:
    """What the applicant signed: what the decision rests on."""
    row = _of(request, application)
    address = reverse("desk_declaration_paper", args=[request.acting.organisation.pk, application])
    back = reverse("desk_application", args=[request.acting.organisation.pk, application])
    return shown(request, row, address, back)


def shown(request: ActingRequest, row: SignedDeclaration, paper: str, back: str = "") -> HttpResponse:
    """Show what was signed to whoever decides by it, with the addresses of its PDF and of the page to go back to.

    The log says who read it.
    """
    found = services.read(scope=request.acting.scope, signed=row)
    context = {
        "row": row,
        "paper": paper,
        "back": back,
        "name": _name(row.tenant),
        "summary": summary(found),
        "signatory": found.signatory,
        "authority": words()(f"policy.authority_{found.signatory.authority}"),
        "credit": services.credit(row),
    }
    return render(request, "declarations/desk_declaration.html", context)


@federation
@require_safe
def paper(request: ActingRequest, application: UUID) -> HttpResponse:
    """The same as PDF."""
    row = _of(request, application)
    return pdf(services.paper(scope=request.acting.scope, signed=row, lang=lang()), row.number, row.version)


@federation
@require_safe
def changes(request: ActingRequest) -> HttpResponse:
    """Changes that members notified and nobody has seen yet."""
    waiting = notices.waiting(request.acting.scope)
    names = dict(Organisation.objects.filter(pk__in={row.tenant for row in waiting}).values_list("pk", "name"))
    rows = [
        {"row": row, "name": names.get(row.tenant, ""), "kind": words()(f"site.declare.kind_{row.kind}")}
        for row in waiting
    ]
    return render(request, "declarations/desk_changes.html", {"rows": rows})


@federation
@require_http_methods(["GET", "HEAD", "POST"])
@once
def change(request: ActingRequest, notice: UUID) -> HttpResponse:
    """One change: read it, and mark it as seen."""
    scope = request.acting.scope
    if request.method == "POST":
        notices.see(scope=scope, notice=notice)
        messages.success(request, words()("site.declare.desk_seen_now"))
        return to(request, "desk_changes")
    told = notices.read(scope=scope, notice=notice)
    context = {
        "told": told,
        "name": _name(told.row.tenant),
        "kind": words()(f"site.declare.kind_{told.row.kind}"),
    }
    return render(request, "declarations/desk_change.html", context)


def _of(request: ActingRequest, application: UUID) -> SignedDeclaration:
    row = services.of_application(scope=request.acting.scope, application=application)
    if row is None:
        raise Http404("not found")
    return row


def _name(tenant: UUID) -> str:
    return Organisation.objects.filter(pk=tenant).values_list("name", flat=True).get()
