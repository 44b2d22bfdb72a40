"""Pages of people who are signed in: where they may act, their settings, colleagues, requests to join."""

import uuid
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sonae_web.accounts import closing, colleagues, forms, invitations, joining, menu
from sonae_web.accounts.acting import ActingRequest, acting, roles_of, signed_in
from sonae_web.accounts.invitations import Unfit
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.ground.idempotency import once
from sonae_web.ground.rules import public
from sonae_web.ground.typed import one_line
from sonae_web.ground.words import words


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The roles of whoever is signed in, to pick one; with a single one, straight to its first page."""
    roles = roles_of(cast(User, request.user))
    if len(roles) == 1 and (only := menu.first_page(roles[0])) and not request.GET:
        return redirect(only)
    order = list(Organisation.Kind)
    kinds = sorted({order.index(Organisation.Kind(role.organisation.kind)) for role in roles})
    groups = [
        (order[kind], [(role, menu.first_page(role)) for role in roles if role.organisation.kind == order[kind]])
        for kind in kinds
    ]
    return render(request, "accounts/home.html", {"groups": groups})


@signed_in
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """What a person can change of the own account."""
    return render(request, "accounts/settings.html", {"second_factor": is_mfa_enabled(request.user)})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
def close(request: HttpRequest) -> HttpResponse:
    """The own account to close: asked first, with what it means; by whoever has just shown again who it is."""
    person = cast(User, request.user)
    if request.method == "POST" and "sure" in request.POST:
        try:
            closing.close(user=person)
        except Unfit:
            pass  # the page says which role it is
        else:
            logout(request)
            return redirect("closed")
    missing = request.method == "POST" and "sure" not in request.POST
    alone = closing.alone(user=person)
    hindering = closing.hindering(alone)
    context = {
        "hindering": hindering,
        "left": [each for each in alone if each.role == Role.Name.MEMBER],
        "roles": roles_of(person),
        "missing": missing,
    }
    refused = request.method == "POST" and bool(hindering)
    return render(request, "accounts/close.html", context, status=409 if refused else 422 if missing else 200)


@public
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    """Said once an account is closed."""
    return render(request, "accounts/closed.html")


@acting(Role.Name.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def people(request: ActingRequest) -> HttpResponse:
    """Colleagues: who they are, and a form to invite one."""
    mail, fault = request.POST.get("mail", "").strip().casefold()[:255], ""
    if request.method == "POST":
        who = request.acting
        try:
            invitations.invite(
                scope=who.scope, organisation=who.organisation, role=Role.Name.MEMBER, mail=mail, by=who.user
            )
        except Unfit as unfit:
            fault = words()(str(unfit))
        else:
            messages.success(request, words()("site.people.invited", mail=mail))
            return redirect("people", organisation=who.organisation.pk)
    return _people(request, mail, fault)


def _people(request: ActingRequest, mail: str = "", fault: str = "") -> HttpResponse:
    who = request.acting
    context = {
        "people": colleagues.people(organisation=who.organisation, role=Role.Name.MEMBER),
        "invited": invitations.open_invitations(scope=who.scope, organisation=who.organisation),
        "mail": mail,
        "fault": fault,
    }
    return render(request, "accounts/people.html", context, status=422 if fault else 200)


@acting(Role.Name.MEMBER)
@require_POST
@once
def people_invitation(request: ActingRequest, invitation: uuid.UUID) -> HttpResponse:
    """An open invitation sent again, or withdrawn."""
    return change_invitation(request, invitation, back="people")


@acting(Role.Name.MEMBER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def people_remove(request: ActingRequest, role: uuid.UUID) -> HttpResponse:
    """A colleague to remove, or oneself: asked first, with what it means."""
    return ask_removal(request, role, back="people", layout="member.html", words_of="site.people")


def change_invitation(request: ActingRequest, invitation: uuid.UUID, *, back: str) -> HttpResponse:
    """Send an open invitation again, or withdraw it, and go back to the page of this name."""
    who, again = request.acting, "again" in request.POST
    act = invitations.resend if again else invitations.withdraw
    try:
        act(scope=who.scope, invitation=invitation, by=who.user)
    except Unfit as unfit:
        messages.error(request, words()(str(unfit)))
    else:
        messages.success(request, words()("site.people.sent_again" if again else "site.people.withdrawn"))
    return redirect(back, organisation=who.organisation.pk)


def ask_removal(request: ActingRequest, role: uuid.UUID, *, back: str, layout: str, words_of: str) -> HttpResponse:
    """Ask whether somebody of the own organisation and role, or oneself, is to be removed; then do it.

    ``back``: the name of the page of people; ``words_of``: where the words stand that say what it means.
    """
    who = request.acting
    row = colleagues.colleague(scope=who.scope, role=role)
    oneself = row.user_id == who.user.pk
    fault = ""
    if request.method == "POST":
        try:
            colleagues.remove(scope=who.scope, role=role, by=who.user)
        except Unfit as unfit:
            fault = words()(str(unfit))
        else:
            if oneself:
                return redirect("home")
            messages.success(request, words()("site.people.removed", mail=row.user.email))
            return redirect(back, organisation=who.organisation.pk)
    context = {
        "row": row,
        "oneself": oneself,
        "fault": fault,
        "layout": layout,
        "back": reverse(back, args=[who.organisation.pk]),
        "text": f"{words_of}.remove_me" if oneself else f"{words_of}.remove_text",
    }
    return render(request, "accounts/people_remove.html", context, status=409 if fault else 200)


@acting(Role.Name.ASSOCIATION)
@require_safe
def requests(request: ActingRequest) -> HttpResponse:
    """Requests to join that wait, and those decided."""
    scope = request.acting.scope
    context = {"waiting": joining.waiting(scope=scope), "decided": joining.decided(scope=scope)}
    return render(request, "accounts/requests.html", context)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
def request_decide(request: ActingRequest, asked: uuid.UUID) -> HttpResponse:
    """One request: what it says; confirm it, or decline it with a reason."""
    who = request.acting
    reason = one_line(request.POST.get("reason", ""))
    fault: dict[str, str] = {}
    if request.method == "POST":
        try:
            if "decline" not in request.POST:
                member = joining.confirm(scope=who.scope, request=asked, by=who.user)
                messages.success(request, words()("site.requests.confirmed", name=member.name))
                return redirect("desk_requests", organisation=who.organisation.pk)
            if not 1 <= len(reason) <= forms.REASON:
                raise Unfit("site.requests.fault_reason")
            joining.decline(scope=who.scope, request=asked, reason=reason, by=who.user)
            messages.success(request, words()("site.requests.declined"))
            return redirect("desk_requests", organisation=who.organisation.pk)
        except Unfit as unfit:
            fault = {"reason" if "decline" in request.POST else "confirm": words()(str(unfit))}
    context: dict[str, Any] = {"asked": joining.read(scope=who.scope, request=asked), "reason": reason, "faults": fault}
    return render(request, "accounts/request.html", context, status=422 if fault else 200)
