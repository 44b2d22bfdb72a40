"""Who may open what: every address has a rule, and every cell of the matrix made from them answers as the rule says."""

import logging
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from copy import copy
from inspect import unwrap
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404, HttpResponseBase
from pytest_django import DjangoDbBlocker

from sonae_web.accounts import acting as gate
from sonae_web.accounts import invitations
from sonae_web.accounts.acting import PUBLIC, SIGNED_IN, SURELY, Acting, held
from sonae_web.accounts.api import TokenAuth
from sonae_web.accounts.backend import Backend
from sonae_web.accounts.models import STAFF, Organisation, Role, User
from sonae_web.accounts.rules import MIDWAY, OTHERS, Address, addresses
from sonae_web.accounts.tokens import authenticate
from sonae_web.desk import places
from sonae_web.diagnosis import services
from sonae_web.ground.api import OWN
from sonae_web.ground.browser_state import SessionStore
from sonae_web.ground.scope import Scope, ScopedQuerySet, Unscoped, declared
from tests.web.matrix import Door, caught, judged, matrix
from tests.web.stage import WITH_PAGES, Stage, blank, stage, value

FIGURE, REMOVED = 10_000, 150
TWICE = ("role", "upload", "inquiry")
"""Found by a second such check too: that of its place."""
PART = 1 if "SONAE_SOAK" in os.environ else 7
pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="module")
def there(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The stage, set up once; undone after the last test."""
    logging.disable(logging.CRITICAL)  # there would be a hundred thousand lines
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            made = stage()
            assert sum(1 for _ in matrix(made)) >= FIGURE  # and what fills every blank is made
            yield made
            transaction.set_rollback(True)
    finally:
        logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is the same for each cell is found once: a session and its person, a paper's print."""
    render = sys.modules["sonae.papers.render"]
    load, get_user, prints = SessionStore.load, Backend.get_user, render._compiler
    sessions: dict[str, dict[str, Any]] = {}
    people: dict[str, Any] = {}
    papers: dict[tuple[str, str], bytes] = {}

    def loaded(store: SessionStore) -> dict[str, Any]:
        key = str(store.session_key)
        if key not in sessions:
            sessions[key] = load(store)
        return dict(sessions[key])

    def person(backend: Any, key: Any) -> Any:
        if key not in people:
            people[key] = get_user(backend, key)
        return copy(people[key])

    class Press:
        def __init__(self, template: str) -> None:
            self.template = template

        def compile(self, **values: Any) -> bytes:
            key = (self.template, values["sys_inputs"]["data"])
            if key not in papers:
                papers[key] = prints(self.template).compile(**values)
            return papers[key]

    monkeypatch.setattr(SessionStore, "load", loaded)
    monkeypatch.setattr(Backend, "get_user", person)
    monkeypatch.setattr(render, "_compiler", Press)


def test_everybody_gets_what_the_rule_says_and_nothing_else(there: Stage) -> None:
    began = time.perf_counter()
    cells, wrong = judged(matrix(there, part=PART), Door())
    print(f"\n{cells:,} cells, {len(wrong)} unexpected, in {time.perf_counter() - began:.0f} s")  # noqa: T201
    assert wrong == [], "\n".join(wrong)
    assert cells >= FIGURE


# --- every address has a rule
def test_every_address_has_a_rule() -> None:
    assert [address.form for address in addresses() if address.rule is None and address.rules is None] == []


def test_a_view_without_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = [address for address in addresses() if address.ours and address.rule is not None]
    assert len(ours) > 50
    for address in ours:
        with monkeypatch.context() as without:
            without.setattr(address.pattern, "callback", lambda request: None)
            assert [each.form for each in addresses() if each.rule is None and each.rules is None] == [address.form]


def test_the_table_of_others_views_holds_what_there_is_and_nothing_else() -> None:
    theirs = {address.name for address in addresses() if not address.ours and address.name}
    assert theirs == OTHERS.keys()
    assert set(OTHERS.values()) <= {PUBLIC, SIGNED_IN, MIDWAY}


def test_what_lies_in_an_organisation_is_for_its_roles() -> None:
    for address in addresses():
        in_one = "organisation" in address.blanks
        assert in_one == isinstance(address.rule, frozenset), address.form
        if address.form.startswith("my/"):
            assert address.rule == frozenset[str]({Role.Name.MEMBER}), address.form
        elif in_one:
            assert address.form.startswith("desk/"), address.form
            assert isinstance(address.rule, frozenset)
            outside = {Role.Name.AGENT, Role.Name.UNDERWRITER}  # each has pages of its own, shared with nobody
            clerks = {Role.Name.ASSOCIATION, Role.Name.FEDERATION}
            assert address.rule <= clerks or (len(address.rule) == 1 and address.rule <= outside), address.form
        elif address.rule == PUBLIC:
            assert not any(blank(address.name, name).tenants for name in address.blanks), address.form


def test_every_form_asks_for_its_token_but_those_of_programs() -> None:
    for address in addresses():
        free = getattr(address.view, "csrf_exempt", False)
        assert bool(free) == (address.rules is not None and address.name not in OWN), address.form


# --- of every check removed on purpose, each is caught
def passed(address: Address) -> Callable[..., HttpResponseBase]:
    """The view of an address as if nobody looked who asks: it is taken to be the role in the organisation asked for."""
    role = min(address.rule)  # type: ignore[arg-type]  # a rule of roles: the words were told apart above

    def handle(request: Any, organisation: uuid.UUID, **values: Any) -> HttpResponseBase:
        user = request.user if isinstance(request.user, User) else User.objects.order_by("email")[0]
        request.acting = forged(user, organisation, frozenset({role}))
        if request.acting is None:
            raise Http404
        with declared(request.acting.scope):
            return address.view.__wrapped__(request, **values)  # type: ignore[attr-defined, no-any-return]  # set by functools.wraps

    return handle


def forged(user: User, organisation: uuid.UUID, roles: frozenset[str]) -> Acting | None:
    """Whoever asks, in a role of whatever organisation."""
    place = Organisation.objects.filter(pk=organisation).first()
    role = min(roles)
    return Acting(user, role, place, Scope(user.pk, role, place.pk, bytes(place.path))) if place else None


def any_role(user: User, organisation: uuid.UUID, roles: frozenset[str]) -> Acting | None:
    """Whoever holds a role there, whichever."""
    return held(user, organisation, frozenset(Role.Name))


def never_archived(user: User, organisation: uuid.UUID, roles: frozenset[str]) -> Acting | None:
    """As it should be, but that no organisation is archived."""
    found = held(user, organisation, roles)
    if found is not None:
        found.organisation.state = Organisation.State.ACTIVE
    return found


def all_rows(rows: Any, to: Any) -> Any:
    """Every tenant's rows."""
    everything = rows.all()
    everything._reach = Unscoped("a check removed on purpose")
    return everything


def all_places(scope: Scope, pk: uuid.UUID, kind: str) -> Organisation:
    """Any organisation, wherever in the tree."""
    found = Organisation.objects.filter(pk=pk, kind=kind).first()
    if found is None:
        raise Http404
    return found


SEEN_BY = {
    "private link": ("visitor",),
    "token": ("visitor",),
    "signed in": ("visitor",),
    "who asks": ("visitor",),
    "in this organisation": ("stranger",),
    "in this role": ("member", "clerk", "agent"),
    "archived": ("member", "clerk", "prefecture", *WITH_PAGES),
    "second factor": ("clerk without", "prefecture without", *(f"{role} without" for role in WITH_PAGES)),
    "who is staff": ("clerk without", "prefecture without", *(f"{role} without" for role in WITH_PAGES)),
    "rows of the tenant": ("member", "clerk", "prefecture", *WITH_PAGES),
    "place in the branch": ("clerk", "prefecture"),
}
"""Who notices that a check is not there."""


def removals(stage: Stage) -> Iterator[tuple[str, Address, Any, str, Any]]:
    """Every check, at every address that it guards: its name, where it is, and what is there without it."""
    program = next(actor for actor in stage.actors if actor.bearer)
    for address in addresses():
        rule = address.rule
        if "link" in address.blanks:
            module = invitations if address.name == "invitation" else services
            known = module._hash(str(value(stage, address.name, "link", None)))
            yield "private link", address, module, "_hash", lambda link, known=known: known
        if address.rules and set(address.rules.values()) != {PUBLIC}:
            yield "token", address, TokenAuth, "__call__", lambda rule, request: authenticate(program.bearer)
        if rule in (SIGNED_IN, SURELY) and address.ours:
            yield "signed in", address, address.pattern, "callback", unwrap(address.view)
        if not isinstance(rule, frozenset):
            continue
        yield "who asks", address, address.pattern, "callback", passed(address)
        yield "in this organisation", address, gate, "held", forged
        yield "in this role", address, gate, "held", any_role
        yield "archived", address, gate, "held", never_archived
        if rule & STAFF:
            yield "second factor", address, gate, "is_mfa_enabled", lambda user: True
            yield "who is staff", address, gate, "STAFF", frozenset()
        for name in address.blanks.keys() - {"organisation"}:
            if name in ("member", "association"):
                yield "place in the branch", address, places, "_place", all_places
            elif blank(address.name, name).tenants and name not in TWICE:
                yield "rows of the tenant", address, ScopedQuerySet, "narrowed", all_rows


def test_of_every_check_removed_each_is_caught(there: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    door, missed, number = Door(), [], 0
    for number, (name, address, where, what, instead) in enumerate(removals(there), 1):  # noqa: B007
        with monkeypatch.context() as without:
            without.setattr(where, what, instead)
            if not caught(there, address, SEEN_BY[name], door):
                missed.append(f"{name} at {address.form}")
    print(f"\n{number} checks removed, {number - len(missed)} caught")  # noqa: T201
    assert missed == [], "\n".join(missed)
    assert number >= REMOVED
