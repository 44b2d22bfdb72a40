"""Every request gets an id, a log line by route, and headers that keep private pages out of caches."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sonae_web.ground.logs import request_id

log = logging.getLogger("sonae.requests")
QUIET = ("healthz", "readyz")


def identify(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: name the request, log its route (never its path: that may hold a private link's secret)."""

    def handle(request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id.get()
            match = request.resolver_match
            if match is not None:
                response.setdefault("Cache-Control", "no-store")
                if match.url_name not in QUIET:
                    log.info(
                        "request",
                        extra={
                            "route": match.route,
                            "method": request.method,
                            "status": response.status_code,
                            "milliseconds": round((time.perf_counter() - started) * 1000),
                        },
                    )
            return response
        finally:
            request_id.reset(token)

    return handle
