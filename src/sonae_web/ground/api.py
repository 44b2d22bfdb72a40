"""The API's ground: how it is made, who may call what, how bodies are read, lists paged and faults told.

Every operation names its rule by its ``auth``: ``Public(an_hour)`` here, ``TokenAuth(scope)`` in ``accounts.api``. One
without a rule lets nobody in, and the site does not start. ``marked`` writes the rules onto the views of the resolver.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from csp.decorators import csp_update
from django.core import signing
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.errors import ValidationError as InvalidParameters

from sonae.contract import text
from sonae.figures import LANGS, Lang
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Document, read_bytes
from sonae.programmes.cursor import iso_day
from sonae.programmes.reader import MOST_BYTES
from sonae_web.ground import clock, problems
from sonae_web.ground.limits import HOUR, Allowance, address_of

log = logging.getLogger("sonae.api")
ROOT = "/api/v1/"
BODY = "body"
"""How the places of problems name what was sent."""
GENERATED = {"script-src": ["'self'"], "connect-src": ["'self'"], "img-src": ["data:"]}
"""What the generated reference needs beyond the site's policy: its own scripts, the API, its stylesheet's arrows."""
PAGE, MOST_PAGE = 50, 100
"""Rows of a list at once: unless told, and at most."""

OWN: dict[str, tuple[str, ...]] = {
    "openapi-json": ("GET", "HEAD"),
    "openapi-view": ("GET", "HEAD"),
    "api-root": (),
}
"""ninja's own addresses, and with which methods they open: the root is there to be named, and opens nothing."""

M = TypeVar("M", bound=Model)


class Limited(Exception):  # noqa: N818 - a state: come back later
    """An address or a token has used up its turns. ``after`` is when the next one comes, in seconds."""

    def __init__(self, after: int) -> None:
        self.after = after
        super().__init__(after)


class Unfit(Exception):  # noqa: N818 - what is told is what the caller sent
    """A request that is not taken, with the status of its answer and the problem."""

    def __init__(self, status: int, found: Problem) -> None:
        self.status, self.found = status, found
        super().__init__(status)


# --- who may call what
class Public:
    """The rule of an operation for everybody: so many calls an hour from one address."""

    rule = "public"

    def __init__(self, an_hour: int) -> None:
        self.allowance = Allowance(an_hour)

    def __call__(self, request: HttpRequest) -> str:
        """Take a turn. Raises Limited."""
        take(self.allowance, address_of(request))
        return self.rule


def take(allowance: Allowance, key: str) -> None:
    """Take a turn of an address or a token. Raises Limited."""
    if not allowance.take(key, time.monotonic()):
        raise Limited(round(HOUR / allowance.an_hour) + 1)


def nobody(request: HttpRequest) -> None:
    """Let nobody in: the rule of an operation that names none."""


def rules(api: NinjaAPI) -> dict[str, dict[str, str]]:
    """Return the rule of every operation by the name of its address and the method.

    Raises ImproperlyConfigured for an operation without a rule or with several, and for two of one name.
    """
    found: dict[str, dict[str, str]] = {}
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                named = [getattr(each, "rule", "") for each in operation.auth_callbacks]
                name = getattr(operation, "url_name", "") or operation.view_func.__name__
                if len(named) != 1 or not named[0]:
                    raise ImproperlyConfigured(f"the operation {name} of the API names no rule")
                by_method = found.setdefault(name, {})
                if set(operation.methods) & set(by_method):
                    raise ImproperlyConfigured(f"two operations of the API are called {name}")
                by_method.update(dict.fromkeys(operation.methods, named[0]))
    return found


def marked(api: NinjaAPI) -> tuple[list[Any], str, str]:
    """Return the API's addresses for ``path``, each view marked with ``rules``: the rule by method."""
    patterns, app, namespace = api.urls
    known = rules(api)
    for pattern in patterns:
        address: Any = pattern
        if address.name in OWN:  # ninja's own pages take any method
            address.callback = require_safe(address.callback)
        address.callback.rules = known.get(address.name) or dict.fromkeys(OWN[address.name], Public.rule)
    return patterns, app, namespace


# --- what was sent
def document(request: HttpRequest) -> Document:
    """Return the JSON that was sent, read as the command line reads a file. Raises Unfit and Refused."""
    if request.content_type != "application/json":
        raise Unfit(415, problems.PLAIN[415])
    try:
        data = request.body
    except RequestDataTooBig:
        data = bytes(MOST_BYTES + 1)
    except UnreadablePostError as error:
        raise Unfit(400, problems.PLAIN[400]) from error
    if len(data) > MOST_BYTES:
        raise Unfit(413, problem("file.too_large", BODY, most=f"{MOST_BYTES:,}"))
    _check_json(data)
    return read_bytes(data, BODY)


def _check_json(data: bytes) -> None:
    """Raise Unfit for what is not JSON: the reader that comes after takes YAML too."""
    try:
        json.loads(data.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=_no_number)
    except UnicodeDecodeError:
        return  # the reader tells the place
    except json.JSONDecodeError as error:
        found = problem("request.not_json", f"{BODY}:{error.lineno}:{error.colno}", reason=error.msg)
        raise Unfit(400, found) from error
    except RecursionError as error:
        raise Unfit(400, problem("yaml.too_complex", BODY)) from error
    except ValueError as error:
        raise Unfit(400, problem("request.not_json", BODY, reason=error)) from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def language(request: HttpRequest, named: str = "") -> Lang:
    """Return the language of a result: as the parameter names it, else as problems are told. Raises Refused."""
    for lang in LANGS:
        if named == lang:
            return lang
    if named:
        raise Refused([problem("value.not_allowed", "lang", found=named, near=", ".join(LANGS))])
    return problems.lang_of(request)


def day(named: str) -> Any:
    """Return the day that a parameter names as 2027-04-01, else today in Japan. Raises Refused."""
    if not named:
        return clock.today()
    try:
        return iso_day(named)
    except ValueError as error:
        raise Refused([problem("value.not_date", "on", found=named)]) from error


def answer(data: Any) -> HttpResponse:
    """Return a result, byte for byte as the command line prints it with ``--json``."""
    return HttpResponse(text(data), content_type="application/json")


# --- lists
def page(
    request: HttpRequest, rows: QuerySet[M], show: Callable[[M], Any], *, newest: str = "created_at"
) -> dict[str, Any]:
    """Return a page of a list, the newest first: ``items``, and in ``next`` the cursor of the page after it or None.

    ``cursor`` and ``limit`` are read from the address; rows that come or go between two pages are neither told twice nor
    make others be left out. Raises Refused for a cursor of another list, and a limit that is none.
    """
    salt = f"api.{rows.model._meta.label_lower}.{newest}"
    limit, after = _limit(request.GET.get("limit", "")), request.GET.get("cursor", "")
    if after:
        rows = rows.filter(_behind(rows, newest, after, salt))
    found = list(rows.order_by(f"-{newest}", "-pk")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = last and signing.dumps([str(getattr(last, newest)), str(last.pk)], salt=salt)
    return {"items": [show(each) for each in found[:limit]], "next": following}


def _limit(named: str) -> int:
    if not named:
        return PAGE
    if not (named.isascii() and named.isdigit() and len(named) < 6 and 1 <= int(named) <= MOST_PAGE):
        raise Refused([problem("value.range", "limit", found=named, least=1, most=MOST_PAGE)])
    return int(named)


def _behind(rows: QuerySet[M], newest: str, cursor: str, salt: str) -> Q:
    try:
        moment, pk = signing.loads(cursor, salt=salt)
        field = rows.model._meta.get_field(newest)
        moment, pk = field.to_python(moment), rows.model._meta.pk.to_python(pk)  # type: ignore[union-attr]
    except (signing.BadSignature, ValueError, TypeError, ValidationError) as error:
        raise Refused([problem("request.cursor", "cursor")]) from error
    return Q(**{f"{newest}__lt": moment}) | Q(**{newest: moment, "pk__lt": pk})


# --- faults, and cookies
def make(title: str, description: str) -> NinjaAPI:
    """Return an API without operations, that tells every fault as problem details."""
    api = NinjaAPI(
        title=title,
        version="1",
        description=description,
        auth=nobody,
        urls_namespace="api",
        docs_decorator=csp_update(GENERATED),
    )
    for fault in (Refused, Unfit, InvalidParameters, Limited, AuthenticationError, Http404, Exception):
        api.add_exception_handler(fault, told)
    return api


def told(request: HttpRequest, error: Any) -> HttpResponse:
    """Return the problem details of what an operation raised; what is not the caller's fault is logged and not told."""
    match error:
        case Refused():
            return problems.answer(request, 422, error.problems)
        case Unfit():
            return problems.answer(request, error.status, [error.found])
        case InvalidParameters():
            named = dict.fromkeys(".".join(map(str, each["loc"][1:])) for each in error.errors)
            return problems.answer(request, 422, [problem("request.parameter", name, field=name) for name in named])
        case Limited():
            answer = problems.answer(request, 429, [problem("request.too_many", "request", seconds=error.after)])
            answer["Retry-After"] = str(error.after)
            return answer
        case AuthenticationError():
            return problems.answer(request, 401)
        case Http404():
            return problems.answer(request, 404)
        case _:
            log.error("api.failed", exc_info=error)
            return problems.answer(request, 500)


def without_cookies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the API sees no cookies and sets none, and every fault of it is problem details."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.COOKIES.clear()
        response = get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and response["Content-Type"] != problems.MEDIA_TYPE:
            plain, response = response, problems.answer(request, response.status_code)
            for name in ("Allow", "Retry-After"):
                if name in plain:
                    response[name] = plain[name]
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response["WWW-Authenticate"] = 'Bearer realm="sonae"'
        response.cookies.clear()
        return response

    return handle


def allowances(api: NinjaAPI) -> Iterator[Allowance]:
    """Yield what is counted for each operation: tests begin anew with it."""
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                yield from (each.allowance for each in operation.auth_callbacks)  # type: ignore[attr-defined]
