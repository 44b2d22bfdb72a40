"""The authorisation matrix: for every address, method, person and object what its rule alone says, against what happens."""

import itertools
import re
import uuid
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.test import RequestFactory
from django.test.client import ClientHandler

from sonae_web.accounts.acting import PUBLIC, SIGNED_IN, SURELY
from sonae_web.accounts.models import STAFF, Organisation
from sonae_web.accounts.rules import MIDWAY, Address, addresses
from sonae_web.accounts.services import HELD_AT
from tests.web.stage import MISSING, Actor, Stage, blank, value

SAFE = ("GET", "HEAD")
METHODS = (*SAFE, "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
TAKEN = (*SAFE, "POST")
LOGIN, SECOND_FACTOR = "/account/login/", "/account/second-factor/"
SIGN_IN, SET_UP, MISSES, REFUSED, OPEN = "sign in", "second factor", "missing", "archived", "open"
NO_METHOD, UNKNOWN, NO_TOKEN, UNFIT = "no method", "no rule", "no token", "unfit token"
AWAY, THEIRS, THEIRS_MISSING = "away", "theirs", "missing of theirs"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|"instance": "[0-9a-f]{32}"')
DIFFERENT = ("X-Request-ID", "Date")
_number = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What comes back, as bytes that can be compared."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]
    cookies: tuple[str, ...]
    location: str


@dataclass(frozen=True)
class Cell:
    """One address, method, person and object."""

    address: Address
    method: str
    actor: Actor
    object: str
    """What of it is another's or missing: own, other, archived, missing, or "other result" and the like."""
    path: str
    organisation: Organisation | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.address.form or '/'} by {self.actor.name}, {self.object}"


# --- asking
class Door:
    """Asks the whole site, middleware and all, and undoes what came of it."""

    def __init__(self) -> None:
        self.handler, self.factory = ClientHandler(enforce_csrf_checks=False), RequestFactory()

    def ask(self, cell: Cell) -> Answer:
        """Return the answer. Each request comes from an address of its own, so that no allowance is used up."""
        number = next(_number)
        come_from = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"HTTP_COOKIE": cell.actor.cookies} if cell.actor.cookies else {}
        headers |= {"HTTP_AUTHORIZATION": f"Bearer {cell.actor.bearer}"} if cell.actor.bearer else {}
        form = cell.method == "POST" and cell.address.rules is None
        body = f"once={uuid.UUID(int=number)}".encode() if form else b""
        kind = "application/x-www-form-urlencoded" if form else "application/octet-stream"
        request = self.factory.generic(cell.method, cell.path, body, kind, REMOTE_ADDR=come_from, **headers)  # type: ignore[arg-type]  # headers are texts, whatever the signature says of others
        with transaction.atomic():
            response: Any = self.handler(request.environ)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        kept = tuple(sorted((name, text) for name, text in response.items() if name not in DIFFERENT))
        answer = Answer(
            response.status_code,
            TOKEN.sub(b"", body),
            kept,
            tuple(sorted(response.cookies)),
            response.get("Location", ""),
        )
        return answer if cell.address.ours else _without(answer, cell.path)


def _without(answer: Answer, path: str) -> Answer:
    """The answer of another's view without the path asked for, which it may say again."""
    names = [path, quote(path, safe="")]

    def left(text: str) -> str:
        return reduce(lambda rest, name: rest.replace(name, ""), names, text)

    body = reduce(lambda rest, name: rest.replace(name.encode(), b""), names, answer.body)
    headers = tuple((name, left(text)) for name, text in answer.headers if name != "Content-Length")
    return replace(answer, body=body, headers=headers, location=left(answer.location))


# --- which cells there are
def matrix(
    stage: Stage, among: Iterable[Address] | None = None, *, by: Container[str] = (), part: int = 1
) -> Iterator[Cell]:
    """Yield every cell of some addresses or of all, for some actors or for all.

    With ``part`` one method in so many for each actor, others at each address (with 7, coprime to the number of methods,
    every actor, every method and every object are met at every address); and always GET and POST by who holds a role there.
    """
    for number, address in enumerate(addresses() if among is None else among):
        for place, actor in enumerate(stage.actors):
            if (by and actor.name not in by) or (actor.bearer and address.rules is None):  # a token opens no page
                continue
            for object_, path, organisation in _objects(stage, address, actor):
                at_home = organisation is not None and organisation.pk in actor.roles
                for nth, method in enumerate(METHODS):
                    if (number + place + nth) % part == 0 or (at_home and method in ("GET", "POST")):
                        yield Cell(address, method, actor, object_, path, organisation)


def _objects(stage: Stage, address: Address, actor: Actor) -> Iterator[tuple[str, str, Organisation | None]]:
    """Yield which object, its path, and the organisation in it."""
    names = [name for name in address.blanks if name != "organisation"]
    if "organisation" not in address.blanks:
        if address.rules is None:
            owner: Any = actor.user
            other = _other(stage, actor)
        else:  # the API: what a token's organisation has, and another's
            owner = actor.home or stage.place.member
            other = stage.stranger_of(owner)
        yield from ((object_, path, None) for object_, path in _variants(stage, address, names, owner, other))
        return
    for state, organisation in _homes(stage, address):
        found = _variants(stage, address, names, organisation, stage.stranger_of(organisation), str(organisation.pk))
        for object_, path in found:
            if state == "own" or object_ == "own":
                yield (state if object_ == "own" else object_), path, organisation
    values = {name: _missing(address, name) for name in names}
    yield "missing", address.path({**values, "organisation": MISSING}), None


def _homes(stage: Stage, address: Address) -> list[tuple[str, Organisation]]:
    """The organisations in which an address is tried: where its roles are held, and one where they are not."""
    rule = address.rule
    kinds = {str(kind) for role in rule for kind in HELD_AT[role]} if isinstance(rule, frozenset) else set()  # type: ignore[index]  # the roles of a rule are names of HELD_AT
    elsewhere = ("kind", stage.place.association if "member" in kinds else stage.place.member)
    order = [kind for kind in ("member", "association", "prefectural", "national") if kind in kinds]
    return [*(home for kind in order for home in stage.homes(kind)), elsewhere]


def _variants(
    stage: Stage, address: Address, names: list[str], owner: Any, other: Any, organisation: str = ""
) -> Iterator[tuple[str, str]]:
    found = {name: value(stage, address.name, name, owner) for name in names}
    own = {name: _missing(address, name) if each is None else each for name, each in found.items()}
    own |= {"organisation": organisation} if organisation else {}
    if (
        not organisation
        and address.ours
        and any(each is None and blank(address.name, name).tenants for name, each in found.items())
    ):
        yield "missing of its own", address.path(own)
    else:
        yield "own", address.path(own)
    for name in names:
        filled = blank(address.name, name)
        if filled.missing is not None:
            yield f"missing {name}", address.path(own | {name: filled.missing})
        if filled.tenants and other is not None and (theirs := value(stage, address.name, name, other)) is not None:
            yield f"other {name}", address.path(own | {name: theirs})


def _missing(address: Address, name: str) -> object:
    filled = blank(address.name, name)
    return filled.make(None, None) if filled.missing is None else filled.missing  # type: ignore[arg-type]  # what is missing takes no row


def _other(stage: Stage, actor: Actor) -> Any:
    return next(each.user for each in stage.actors if each.second_factor and each is not actor)


# --- what the rule says
STATUS = {REFUSED: (409,), NO_METHOD: (404, 405), NO_TOKEN: (401,), UNFIT: (403,), UNKNOWN: ()}
"""What some of the expected answers are known by."""


def expected(cell: Cell) -> str:
    """Return what the rule alone says of a cell."""
    rules, rule, person = cell.address.rules, cell.address.rule, cell.actor.user
    if rules is not None:
        return _of_the_api(rules, cell)
    if rule == MIDWAY:
        return AWAY
    if rule == PUBLIC:
        return _object(cell)
    if person is None:
        return SIGN_IN
    if rule == SURELY and not cell.actor.second_factor and STAFF & frozenset().union(*cell.actor.roles.values()):
        return SET_UP
    if rule in (SIGNED_IN, SURELY):
        return _object(cell)
    return _acting(rule, cell) if isinstance(rule, frozenset) else UNKNOWN


def _acting(rule: frozenset[str], cell: Cell) -> str:
    held = cell.actor.roles.get(cell.organisation.pk, frozenset()) & rule if cell.organisation else frozenset()
    if not held:
        return MISSES
    if held & STAFF and not cell.actor.second_factor:
        return SET_UP
    if cell.organisation and cell.organisation.state == Organisation.State.ARCHIVED and cell.method not in SAFE:
        return REFUSED
    return _object(cell)


def _object(cell: Cell) -> str:
    if not cell.address.ours:
        return THEIRS if cell.object == "own" else THEIRS_MISSING
    if cell.method not in TAKEN:
        return NO_METHOD
    return MISSES if cell.object.startswith(("missing ", "other ")) else OPEN


def _of_the_api(rules: Mapping[str, Any], cell: Cell) -> str:
    rule = rules.get(cell.method)
    if rule is None:
        return NO_METHOD
    if rule == PUBLIC:
        return _object(cell)
    if not cell.actor.bearer:
        return NO_TOKEN
    return _object(cell) if rule == "token" or rule in cell.actor.good_for else UNFIT


def agrees(cell: Cell, answer: Answer, says: str) -> bool:
    """Return whether an answer is what the rule says."""
    status, away = answer.status, answer.location if answer.status == 302 else None
    if says in STATUS:
        return status in STATUS[says]
    if says == MISSES:
        return status == 404 or (status == 405 and " " in cell.object)
    if says == OPEN:
        led = away is not None and (away.startswith(LOGIN) or away == SECOND_FACTOR)
        return status < 500 and status not in (401, 403, 404, 429) and not led
    if says == THEIRS:  # another's view has states of its own, and no faults
        return status < 500
    if says == THEIRS_MISSING:
        told = status in (404, 405, 409) or cell.method == "OPTIONS"
        return told or (away is not None and "/reauthenticate/" in away)
    return away is not None and away.startswith({SIGN_IN: LOGIN, SET_UP: SECOND_FACTOR, AWAY: "/"}[says])


def judged(cells: Iterable[Cell], door: Door) -> tuple[int, list[str]]:
    """Ask for every cell; return how many there were, and everything that is not as it should be."""
    number, wrong = 0, list[str]()
    same: dict[tuple[str, ...], tuple[Cell, Answer]] = {}
    opened: dict[str, bool] = {}
    for cell in cells:
        number += 1
        answer, says = door.ask(cell), expected(cell)
        if not agrees(cell, answer, says):
            wrong.append(f"{cell}: {says} expected, {answer.status} {answer.location} found")
        if cell.address.ours and says == OPEN:
            form = cell.address.form
            opened[form] = opened.get(form, False) or answer.status != 405
        if says in (MISSES, THEIRS_MISSING):
            what = cell.object.partition(" ")[2]
            place = str(cell.organisation.pk) if cell.organisation and what else ""
            key = (cell.address.form, cell.method, cell.actor.name, what, place)
            first, told = same.setdefault(key, (cell, answer))
            if told != answer:
                wrong.append(f"{cell}: not byte for byte what is told of {first.object}")
    wrong += [f"{form}: nobody ever opened it" for form, was in opened.items() if not was]
    return number, wrong


def caught(stage: Stage, address: Address, by: Container[str], door: Door) -> bool:
    """Return whether any of some actors finds anything at an address that is not as its rule says."""
    cells = (cell for cell in matrix(stage, [address], by=by) if cell.method in ("GET", "POST", "PUT"))
    return any(not agrees(cell, door.ask(cell), expected(cell)) for cell in cells)
