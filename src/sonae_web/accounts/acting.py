"""Who acts, in which role of which organisation: named by the address, checked at every request, declared as its scope.

Each view says its rule: ``@acting(Role.Name.MEMBER)`` behind ``/my/<organisation>/…``, ``@signed_in`` for people in no role
yet, ``@public`` for everybody. The rule stays on the view as ``.rule``, where the authorisation matrix reads it.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.views import redirect_to_login
from django.db.models import F, UUIDField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from sonae_web.accounts import kept
from sonae_web.accounts.models import STAFF, Organisation, Role, User
from sonae_web.accounts.services import scope_held
from sonae_web.ground.asked import Asked
from sonae_web.ground.rules import PUBLIC, View, public
from sonae_web.ground.scope import Scope, declared

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "SURELY",
    "Acting",
    "ActingRequest",
    "View",
    "acting",
    "held",
    "is_due",
    "is_staff",
    "public",
    "roles_of",
    "signed_in",
    "signed_in_surely",
]
SIGNED_IN, SURELY = "signed_in", "signed_in_surely"


@dataclass(frozen=True)
class Acting:
    """A person acting in a role of an organisation."""

    user: User
    role: str
    organisation: Organisation
    scope: Scope


class ActingRequest(HttpRequest):
    """A request of somebody acting in a role."""

    user: User
    acting: Acting


def is_staff(user: User) -> bool:
    """Return whether a person holds a role that acts for others."""
    return Role.objects.filter(user=user, role__in=STAFF).exists()


def is_due(user: User) -> bool:
    """Return whether a person must set up a second factor: holds such a role, and has none."""
    return is_staff(user) and not is_mfa_enabled(user)


def signed_in(view: View) -> View:
    """Open a view to whoever is signed in; others sign in first."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **values)

    handle.rule = SIGNED_IN  # type: ignore[attr-defined]
    return handle


def signed_in_surely(view: View) -> View:
    """Open a view to whoever is signed in, staff only with a second factor: they set one up first."""

    @signed_in
    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and is_due(request.user):
            return redirect("mfa_index")
        return view(request, *args, **values)

    handle.rule = SURELY  # type: ignore[attr-defined]
    return handle


def acting(*roles: str, keeps: bool = False) -> Callable[[View], View]:
    """Open a view to people who hold one of the roles in the organisation of the address, and declare their scope.

    Whoever is not signed in signs in first; staff without a second factor set one up first. Whoever does not hold the role
    is told what anybody is told of a page that is not there. In an archived organisation nothing can be changed.
    ``keeps``: a form sent after the session ended is kept for the page that sign-in leads back to (``kept.take``).
    """
    allowed = frozenset(roles)

    def decorate(view: View) -> View:
        @wraps(view)
        def handle(request: HttpRequest, organisation: uuid.UUID, **values: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                if keeps and request.method == "POST":
                    kept.keep(request, request.path)
                return redirect_to_login(request.get_full_path())
            who = held(request.user, organisation, allowed)
            if who is None:
                raise Http404("not found")
            if who.role in STAFF and not is_mfa_enabled(request.user):
                return redirect("mfa_index")
            if who.organisation.state == Organisation.State.ARCHIVED and request.method not in ("GET", "HEAD"):
                return render(request, "accounts/archived.html", {"organisation": who.organisation}, status=409)
            request.acting = who  # type: ignore[attr-defined]
            with declared(who.scope):
                answer = view(request, **values)
                if isinstance(answer, HttpResponse) and hasattr(answer, "render"):
                    answer.render()
                return answer

        handle.rule = allowed  # type: ignore[attr-defined]
        return handle

    return decorate


_holding = Asked(
    lambda user, organisation: Organisation.objects.filter(pk=organisation, roles__user=user).annotate(
        held=F("roles__role")
    ),
    user=UUIDField(),
    organisation=UUIDField(),
)
"""The organisation, once for each role that a person holds in it (``held``)."""


def held(user: User, organisation: uuid.UUID, roles: frozenset[str]) -> Acting | None:
    """Return the person acting in the first of the roles that it holds in an organisation, or None."""
    found = {vars(each)["held"]: each for each in _holding(user=user.pk, organisation=organisation)}
    role = min(roles & found.keys(), default=None)
    if role is None or not user.is_active:
        return None
    return Acting(user, role, found[role], scope_held(user.pk, role, found[role]))


def roles_of(user: User) -> list[Role]:
    """Return the roles that a person holds, by organisation's name."""
    return list(Role.objects.filter(user=user).select_related("organisation").order_by("organisation__name", "role"))
