"""Accounts, and how somebody signs in with them in tests."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.http import HttpResponse
from django.test import Client

from sonae_web.accounts.models import User
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import AuditRow, Mail

PASSWORD = "見本の長い合言葉 2026"  # noqa: S105
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105


@dataclass(frozen=True)
class Letter:
    """A mail as it will be sent."""

    to: list[str]
    subject: str
    body: str


def mails() -> list[Letter]:
    """Every mail put down so far, the oldest first."""
    contents = [sealed.get(row, "content") for row in Mail.objects.order_by("created_at")]
    return [Letter([each["to"]], each["subject"], each["body"]) for each in contents]


def account(address: str = "hanako@example.jp", password: str = PASSWORD) -> User:
    """A person with a password and a confirmed address."""
    person = User.objects.create_user(address, password)
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    return person


def with_app(person: User) -> User:
    """The same person, with an authenticator app."""
    TOTP.activate(person, SECRET)
    return person


def code(secret: str = SECRET, step: int = 0) -> str:
    """What the app shows now, or some half minutes later: every code works once."""
    middle = sorted(yield_hotp_counters_from_time())[1]
    return str(format_hotp_value(hotp_value(secret, middle + step)))


def sign_in(client: Client, address: str = "hanako@example.jp", password: str = PASSWORD) -> HttpResponse:
    """The answer to address and password."""
    return client.post("/account/login/", {"login": address, "password": password})  # type: ignore[return-value]  # the test client answers with what the view returned


def confirm(client: Client, password: str = PASSWORD) -> HttpResponse:
    """Say once more who one is."""
    return client.post("/account/reauthenticate/", {"password": password})  # type: ignore[return-value]  # the test client answers with what the view returned


def entered(client: Client, person: User) -> Client:
    """A browser in which a person is signed in."""
    client.force_login(person)
    return client


def staff(person: User) -> User:
    """A person with a second factor that no test needs to show."""
    Authenticator.objects.create(user=person, type="totp", data={"secret": "unused"})
    return person


def link(number: int = -1) -> str:
    """The path of the link in a mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mails()[number].body))
    assert found, mails()[number].body
    return found[1]


def later(monkeypatch: pytest.MonkeyPatch, wait: timedelta) -> None:
    """Let time pass for the site."""
    moment = clock.now() + wait
    monkeypatch.setattr(clock, "now", lambda: moment)


def told(action: str) -> list[dict[str, Any]]:
    """Rows of the log, as far as tests ask."""
    rows = AuditRow.objects.filter(action=action).order_by("created_at", "id")
    return [
        {
            "actor": row.actor,
            "organisation": row.organisation,
            "object": row.object_id,
            "detail": bytes(row.detail).decode(),
        }
        for row in rows
    ]
