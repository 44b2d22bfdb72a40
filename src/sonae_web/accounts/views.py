"""Pages of people: where they may act."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sonae_web.accounts.acting import roles_of, signed_in
from sonae_web.accounts.models import Role, User


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The roles of whoever is signed in, to pick one; with a single one, straight to its first page."""
    roles = roles_of(request.user) if isinstance(request.user, User) else []
    if len(roles) == 1:
        return redirect(first_page(roles[0]), organisation=roles[0].organisation_id)
    return render(request, "accounts/home.html", {"roles": [(role, first_page(role)) for role in roles]})


@signed_in
def settings(request: HttpRequest) -> HttpResponse:
    """What a person can change of the own account."""
    return render(request, "accounts/settings.html")


def first_page(role: Role) -> str:
    """Return the name of the page on which a role begins."""
    return "business" if role.role == Role.Name.MEMBER else "desk"
