"""What the tests of quotes share: a member with a result, its facts, quotes made, underwriters and an agent."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.test import Client

from sonae_web.accounts.models import Organisation
from sonae_web.diagnosis import results
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.quotes import facts, services
from sonae_web.quotes.facts import Facts
from sonae_web.quotes.models import Quote
from tests.web.cast import acting, once, person
from tests.web.test_checklists import SHOP, answered

JUNE = datetime(2027, 6, 10, 1, 0, tzinfo=UTC)
"""Ten o'clock in Japan on a day on which one may join."""
FORM = {
    "industry": "retail",
    "annual_sales": "1.2億",
    "persons_held": "3,000人",
    "recent_claims": "0",
    "known_incident": "no",
}
INCIDENT = {**FORM, "known_incident": "yes"}


def told(**changes: str) -> Facts:
    """The facts of the form as a member enters them."""
    return facts.read({**FORM, **changes}, (), programme())


def diagnosed(scope: Scope, value: str = "yes") -> None:
    """Hand in a checklist with one answer to every question."""
    answered(scope, value, replace(SHOP, annual_sales=120_000_000, assumed=()))
    results.hand_in(scope=scope)


def quote(scope: Scope, plan: str = "p5000", kind: str = "", **changes: str) -> Quote:
    """A quote made by a member."""
    with declared(scope):
        kind = kind or services.open_choices(clock.today())[0].kind
        return services.make(scope=scope, insured="見本商事", facts=told(**changes), plan=plan, kind=kind)


def staff(role: str, organisation: Organisation, mail: str = "") -> tuple[Client, Scope]:
    """Somebody in a role of a federation, signed in with a second factor."""
    user = person(mail or f"{role}-{uuid.uuid4().hex[:8]}@example.jp")
    with unscoped("test"):
        scope = acting(user, role, organisation)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "unused"})
    client = Client()
    client.force_login(user)
    return client, scope


def form(**fields: Any) -> dict[str, Any]:
    """What a form sends."""
    return {**once(), **fields}


def row(pk: UUID) -> Quote:
    """A quote as it stands in the database."""
    with unscoped("test"):
        return Quote.objects.get(pk=pk)
