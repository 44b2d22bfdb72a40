"""How often one address may do what costs us something: so many times an hour, counted in this process.

A visitor beyond it is told to come back later; nothing of the address is stored or logged.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

HOUR = 3600.0
MOST_ADDRESSES = 50_000
"""Addresses remembered at once; the least recent are forgotten."""


class Allowance:
    """A bucket of so many turns an hour for each address, refilled evenly."""

    def __init__(self, an_hour: int) -> None:
        self.an_hour = an_hour
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str, now: float) -> bool:
        """Take a turn at a moment (seconds of a clock that never goes back) and return whether there was one."""
        with self._lock:
            left, before = self._left.pop(address, (float(self.an_hour), now))
            left = min(self.an_hour, left + (now - before) * self.an_hour / HOUR)
            allowed = left >= 1
            self._left[address] = (left - 1 if allowed else left, now)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
            return allowed


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from: as our proxy tells it where there is one, never as the visitor does."""
    told: str = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.PROXY else ""
    return told or request.META.get("REMOTE_ADDR", "")


def limited(
    an_hour: int, methods: tuple[str, ...] = ("GET", "HEAD", "POST")
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Decorate a view: beyond its allowance an address gets 429 and a page that says when to come back."""
    allowance = Allowance(an_hour)

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def handle(request: HttpRequest, *args: object, **values: object) -> HttpResponseBase:
            if request.method in methods and not allowance.take(address_of(request), time.monotonic()):
                answer = render(request, "limited.html", status=429)
                answer["Retry-After"] = str(round(HOUR / an_hour) + 1)
                return answer
            return view(request, *args, **values)

        handle.allowance = allowance  # type: ignore[attr-defined]  # tests begin anew with it
        return handle

    return decorate
