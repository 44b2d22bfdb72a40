"""How long somebody stays signed in: settings.SESSION_COOKIE_AGE after signing in, whatever was done meanwhile."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse

from sonae_web.ground import clock

SINCE = "signed_in_at"
"""When a session's person signed in, in seconds since 1970."""


def begin(request: HttpRequest) -> None:
    """Let the time run from now."""
    request.session[SINCE] = int(clock.now().timestamp())


def limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: sign out whoever signed in too long ago. Requests without a session cookie cost nothing."""

    def handle(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            if SINCE not in request.session:
                begin(request)
            elif clock.now().timestamp() - request.session[SINCE] >= settings.SESSION_COOKIE_AGE:
                logout(request)
        return get_response(request)

    return handle
