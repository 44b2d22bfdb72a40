"""A form refused because its token is not the session's: somebody signed in again in another tab, or another site sent it.

What came from a page of ours is offered to be sent again, once somebody presses a button: its fields stand unseen in a form
with the token of now. What may come from elsewhere is never offered, nor are passwords, codes and files repeated.
"""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.problems import problem
from sonae.programmes import describe
from sonae_web.ground.words import lang

log = logging.getLogger("sonae.requests")
MOST_CHARACTERS = 20_000
NOT_REPEATED = ("/account/", "/invitation/")
"""Where passwords and one-time codes are typed."""


def refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is refused (403), with its problem's code in the log and on the page."""
    told = problem("form.token", request.method or "")
    log.info("form refused", extra={"code": told.code})
    again = _may_be_sent_again(request)
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    context = {
        "told": describe(told, lang()),
        "again": again,
        "fields": fields if again else [],
        "person": request.user,
    }
    return render(request, "403_csrf.html", context, status=403)


def _may_be_sent_again(request: HttpRequest) -> bool:
    """Return whether the form is one of our own pages, which the browser vouches for, and holds nothing to keep secret."""
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    secret = request.path.startswith(NOT_REPEATED) or bool(request.FILES)
    return ours and not secret and len(request.POST.urlencode()) <= MOST_CHARACTERS
