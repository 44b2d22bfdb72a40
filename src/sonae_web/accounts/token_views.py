"""Pages of a person's tokens of the API: which there are, a new one whose secret is shown this once, revoking."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.problems import Problem, Refused
from sonae_web.accounts import tokens
from sonae_web.accounts.acting import View, signed_in_surely
from sonae_web.accounts.models import Role, User
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import words

DAYS = (30, 90, 180, 365)
USUAL_DAYS = 90
FIELDS = ("name", "role", "scopes", "days")
"""In the form's order."""
FAULTS = {"text.forbidden_character": "name_character"}
"""By code of a problem, which of the words ``site.tokens.fault_…`` says it, if not that of its place."""

confirmed: Callable[[View], View] = reauthentication_required
"""Open a view to who has just proved again who they are; others prove it first and go on from there."""


@dataclass(frozen=True)
class Entry:
    """What was put into the form for a new token."""

    name: str = ""
    role: str = ""
    scopes: Sequence[str] = ()
    days: str = str(USUAL_DAYS)


@signed_in_surely
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every token of the person, in all roles, the newest first."""
    user = _user(request)
    context = {"rows": tokens.of(user), "may": bool(tokens.roles_for(user))}
    return render(request, "accounts/tokens.html", context)


@signed_in_surely
@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
@once
def new(request: HttpRequest) -> HttpResponse:
    """Make a token, and show its secret this once."""
    user = _user(request)
    roles = tokens.roles_for(user)
    if not roles:
        return redirect("tokens")
    entry, faults = Entry(role=str(roles[0].pk) if len(roles) == 1 else ""), dict[str, str]()
    if request.method == "POST":
        entry, faults = _read(request, roles)
        if not faults:
            try:
                token, secret = tokens.issue_token(
                    user=user, role=uuid.UUID(entry.role), name=entry.name, scopes=entry.scopes, days=int(entry.days)
                )
            except Refused as refused:
                faults = _told(refused.problems)
            else:
                return render(request, "accounts/token_made.html", {"token": token, "secret": secret})
    return _form(request, roles, entry, faults)


@signed_in_surely
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, token: uuid.UUID) -> HttpResponse:
    """Ask, then revoke a token."""
    user = _user(request)
    row = next((each for each in tokens.of(user) if each.token.pk == token), None)
    if row is None:
        raise Http404("not found")
    if request.method == "POST":
        tokens.revoke_token(token=token, user=user)
        messages.success(request, words()("site.tokens.revoked_now", name=row.token.name))
        return redirect("tokens")
    return render(request, "accounts/token_revoke.html", {"row": row}) if row.state == "good" else redirect("tokens")


def _user(request: HttpRequest) -> User:
    user: User = request.user  # type: ignore[assignment]
    return user


def _read(request: HttpRequest, roles: Sequence[Role]) -> tuple[Entry, dict[str, str]]:
    posted = request.POST
    entry = Entry(
        posted.get("name", "")[:200].strip(),
        posted.get("role", ""),
        posted.getlist("scopes"),
        posted.get("days", ""),
    )
    chosen = next((each.role for each in roles if str(each.pk) == entry.role), "")
    days = int(entry.days) if entry.days in map(str, DAYS) else 0
    found = tokens.faults_of(role=chosen or roles[0].role, name=entry.name, scopes=entry.scopes, days=days)
    faults = _told(found) | ({} if chosen else {"role": "role"})
    return entry, {at: faults[at] for at in FIELDS if at in faults}


def _told(problems: Sequence[Problem]) -> dict[str, str]:
    return {each.at: FAULTS.get(each.code, each.at) for each in problems}


def _form(request: HttpRequest, roles: Sequence[Role], entry: Entry, faults: Mapping[str, str]) -> HttpResponse:
    texts, allowed = words(), dict.fromkeys(scope for role in roles for scope in tokens.scopes_of(role.role))
    context = {
        "roles": [(str(each.pk), each) for each in roles],
        "entry": entry,
        "scopes": [(f"scopes-{number}", each, each.replace(":", "_")) for number, each in enumerate(allowed)],
        "days": [(str(each), each) for each in DAYS],
        "most": tokens.NAME_LENGTH,
        "faults": {
            at: texts(f"site.tokens.fault_{key}", most=tokens.NAME_LENGTH, tokens=tokens.MOST_TOKENS)
            for at, key in faults.items()
        },
    }
    return render(request, "accounts/token_new.html", context, status=422 if faults else 200)
