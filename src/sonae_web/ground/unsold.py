"""What may not be sold yet: a live programme without insurers, agent or approval answers with what is missing, on any page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.problems import Refused
from sonae.programmes import describe
from sonae_web.ground.words import lang

CODES = "sale."


def is_unsold(refused: Refused) -> bool:
    """Return whether a refusal is that of a programme which may not be sold, and nothing else."""
    return all(each.code.startswith(CODES) for each in refused.problems)


class Unsold:
    """Answers ``sale.require`` (409), wherever a page calls it: what is missing, each with its code. Other faults go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a refusal of this kind, None for anything else."""
        if not isinstance(exception, Refused) or not is_unsold(exception):
            return None
        told = [describe(each, lang()) for each in exception.problems]
        return render(request, "unsold.html", {"told": told}, status=409)
