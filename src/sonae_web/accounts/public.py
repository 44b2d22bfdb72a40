"""Pages of people who have no role yet: an invitation, a request to join."""

import uuid
from collections.abc import Mapping

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from sonae_web.accounts import faults, forms, invitations, joining
from sonae_web.accounts.acting import public
from sonae_web.accounts.invitations import Gone, Unfit
from sonae_web.accounts.models import Organisation, User
from sonae_web.ground.limits import limited
from sonae_web.ground.typed import one_line
from sonae_web.ground.words import words

A_PAGE = 50
"""Associations shown at once."""


@public
@require_http_methods(["GET", "HEAD", "POST"])
@limited(120)
@sensitive_post_parameters("password1")
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """An invitation: to take up with a new account, or as who is signed in. Links that do not work all look alike."""
    try:
        if isinstance(request.user, User):
            return _as_oneself(request, request.user, link)
        return _anew(request, link)
    except Gone:
        return render(request, "accounts/invitation_gone.html", status=404)


def _as_oneself(request: HttpRequest, user: User, link: str) -> HttpResponse:
    if request.method == "POST":
        invitations.accept(link=link, user=user)
        return redirect("home")
    try:
        offer = invitations.read(link)
    except Gone:
        invitations.accept(link=link, user=user)  # taken up by this very person: nothing to do, but nothing to fear
        return redirect("home")
    return render(request, "accounts/invitation_accept.html", {"offer": offer, "other": offer.mail != user.email})


def _anew(request: HttpRequest, link: str) -> HttpResponse:
    password, fault = request.POST.get("password1", ""), ""
    if request.method == "POST":
        try:
            person = invitations.accept_anew(link=link, password=password) if not _fault(link, password) else None
            if person is not None:
                login = Login(user=person, email=person.email)
                answer: HttpResponse = perform_password_login(request, {"email": person.email}, login)
                return answer
        except Unfit:  # an account was made meanwhile: the page says so
            password = ""
        fault = _fault(link, password)
    offer = invitations.read(link)
    context = {"offer": offer, "fault": fault}
    return render(request, "accounts/invitation.html", context, status=422 if fault else 200)


def _fault(link: str, password: str) -> str:
    """Return what is wrong with a new password; nothing where the invitation is used, so that clicking twice works."""
    try:
        return faults.of_password(password, invitations.read(link).mail)
    except Gone:
        return ""


@public
@require_safe
@limited(600)
def join(request: HttpRequest) -> HttpResponse:
    """The associations that a business can ask, found by prefecture or name."""
    chosen, text = request.GET.get("prefecture", ""), one_line(request.GET.get("q", ""))[:100]
    try:
        prefecture = uuid.UUID(chosen) if chosen else None
    except ValueError:
        raise Http404("not found") from None
    found = joining.associations(prefecture=prefecture, text=text)
    total = found.count()
    kind, state = Organisation.Kind.PREFECTURAL, Organisation.State.ACTIVE
    context = {
        "prefectures": Organisation.objects.filter(kind=kind, state=state).order_by("name"),
        "chosen": prefecture,
        "q": text,
        "found": found[:A_PAGE],
        "total": total,
        "more": total > A_PAGE,
    }
    return render(request, "accounts/join.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@limited(30, methods=("POST",))
def join_ask(request: HttpRequest, association: uuid.UUID) -> HttpResponse:
    """A request to join: the form, the entries to check, and off it goes."""
    place = get_object_or_404(Organisation, Q(kind=Organisation.Kind.ASSOCIATION, state="active"), pk=association)
    if request.method != "POST":
        return _join_form(request, place, {}, {})
    entry = forms.read_join(request.POST)
    if entry.faults or "change" in request.POST:
        return _join_form(request, place, entry.entered, {} if "change" in request.POST else entry.faults)
    if "send" not in request.POST:
        context = {"association": place, "values": entry.values, "key": uuid.uuid4()}
        return render(request, "accounts/join_check.html", context)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise Http404("not found") from None
    joining.ask(key=key, association=place, **entry.values)
    return redirect("join_sent", association=place.pk)


@public
@require_safe
def join_sent(request: HttpRequest, association: uuid.UUID) -> HttpResponse:
    """What happens next."""
    place = get_object_or_404(Organisation, Q(kind=Organisation.Kind.ASSOCIATION, state="active"), pk=association)
    return render(request, "accounts/join_sent.html", {"association": place})


def _join_form(
    request: HttpRequest, place: Organisation, entered: Mapping[str, str], wrong: Mapping[str, str]
) -> HttpResponse:
    told = {name: words()(key) for name, key in wrong.items()}
    context = {"association": place, "entered": entered, "faults": told}
    return render(request, "accounts/join_ask.html", context, status=422 if wrong else 200)
