"""The ground of the site: health, log lines without secrets, one clock, settings that refuse to guess."""

import json
import logging
import os
import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sonae_web.ground import audit, clock
from sonae_web.ground.logs import Json
from sonae_web.ground.templatetags import sonae as tags
from sonae_web.ground.vault import new_key
from tests.cast import ROOT


def test_it_is_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}


@pytest.mark.django_db
def test_it_is_ready_with_its_database_up_to_date(client: Client) -> None:
    page = client.get("/readyz")
    assert page.status_code == 200
    assert page.json() == {
        "ready": True, "database": True, "migrations": True, "row_security": True, "sealed": True,
        "jobs": {"waiting": 0, "dead": 0}, "mails": {"waiting": 0, "failed": 0}, "late": [],
    }  # fmt: skip


@pytest.mark.django_db
def test_it_is_not_ready_while_nobody_seals_the_audit_log(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    with transaction.atomic():
        row = audit.record(action="quote.bind", kind="quote", object_id="all")
    for seconds, status in ((audit.FAULT_AFTER, 200), (audit.FAULT_AFTER + 1, 503)):
        monkeypatch.setattr(clock, "now", lambda: row.created_at + timedelta(seconds=seconds))  # noqa: B023 - called in this turn
        page = client.get("/readyz")
        assert (page.status_code, page.json()["sealed"]) == (status, status == 200)
    monkeypatch.setattr(clock, "now", lambda: now)
    audit.seal()
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_and_not_by_its_secret(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="sonae.requests"):
        page = client.get("/quick/very-secret-link/1")
    (record,) = (each for each in caplog.records if each.name == "sonae.requests")
    line = json.loads(Json().format(record))
    assert line["route"] == "quick/<str:link>/<int:number>"
    assert line["status"] == 404
    assert not any("very-secret-link" in Json().format(each) for each in caplog.records)
    assert len(page["X-Request-ID"]) == 32


def test_a_log_line_leaves_out_arguments_and_an_exceptions_words() -> None:
    try:
        raise ValueError("見本商事の口座")
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, "f", 1, "failed for %s", ("見本商事",), sys.exc_info()
        )
    text = Json().format(record)
    assert "見本" not in text
    assert json.loads(text)["exception"] == "ValueError"


def test_today_is_the_day_in_japan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
    assert clock.today() == date(2027, 1, 1)
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC))
    assert clock.today() == date(2026, 12, 31)


def started(changes: dict[str, str | None], *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command says in an environment that differs from the tests' own."""
    environment = {name: value for name, value in os.environ.items() if changes.get(name, value) is not None}
    environment |= {name: value for name, value in changes.items() if value is not None}
    environment |= {"PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "sonae_web.settings"}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"SONAE_SECRET_KEY": None}, "site.setting_missing", "SONAE_SECRET_KEY"),
        ({"SONAE_SECRET_KEY": "short"}, "site.secret_short", "50 characters"),
        ({"SONAE_KEYS": None}, "site.setting_missing", "SONAE_KEYS"),
        ({"SONAE_KEYS": ""}, "site.setting_wrong", "no keys"),
        ({"SONAE_SAMPLE": "false"}, "site.sample_key", "sample key"),
        ({"SONAE_HOSTS": None}, "site.setting_missing", "SONAE_HOSTS"),
        ({"SONAE_DATABASE_URL": "mysql://sonae:hidden@host/sonae"}, "site.setting_wrong", "SONAE_DATABASE_URL"),
        ({"SONAE_SMTP_URL": "smtp://sonae:hidden@mail.example.jp"}, "site.setting_wrong", "SONAE_SMTP_URL"),
        ({"SONAE_SMTP_URL": "smtp+tls://mail.example.jp"}, "site.setting_wrong", "SONAE_MAIL_FROM"),
        ({"SONAE_MAIL_FROM": "a@example.jp,b@example.jp"}, "site.setting_wrong", "SONAE_MAIL_FROM"),
    ],
)
def test_without_settings_that_are_right_it_does_not_start(
    changes: dict[str, str | None], code: str, said: str
) -> None:
    for lang in ("ja", "en"):
        ran = started(changes, "sonae_cli", "serve", "--lang", lang)
        assert ran.returncode == 1
        assert f"[{code}]" in ran.stderr
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
        assert "hidden" not in ran.stderr


def test_djangos_own_check_for_production_finds_nothing(tmp_path: Path) -> None:
    production: dict[str, str | None] = {
        "SONAE_SAMPLE": "false",
        "SONAE_SECRET_KEY": "kL9#vQ2$xW7!zR4%tY6^uI8&oP1*aS3(dF5)gH0-jK+mN6=bV2~cX8",
        "SONAE_KEYS": new_key("2027-04"),
        "SONAE_HOSTS": "sonae.example.jp",
        "SONAE_DATABASE_URL": f"sqlite:///{tmp_path}/sonae.sqlite3",
        "SONAE_DATA": str(tmp_path),
        **{f"SONAE_OPERATOR_{name}": "見本" for name in ("NAME", "REPRESENTATIVE", "ADDRESS", "CONTACT", "COURT")},
        "DJANGO_ALLOW_ASYNC_UNSAFE": None,  # the tests' own
    }
    ran = started(production, "django", "check", "--deploy", "--fail-level", "WARNING")
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (
        0,
        "System check identified no issues (0 silenced).",
        "",
    )
    worse = started(production | {"SONAE_HTTPS": "false"}, "django", "check", "--deploy", "--fail-level", "WARNING")
    assert worse.returncode == 1
    assert "security.W012" in worse.stderr


def test_addresses_of_an_organisation_are_remembered_and_private_links_never_are() -> None:
    place, link = uuid.uuid4(), "s3cret-" + "x" * 30
    before = tags._address.cache_info().currsize
    assert tags.url("checklist_question", place, "a.b") == reverse("checklist_question", args=[place, "a.b"])
    assert tags._address.cache_info().currsize == before + 1
    for number in (1, 2):
        assert tags.url("quick_question", link, number) == reverse("quick_question", args=[link, number])
        assert tags.url("quick_question", link=link, number=number) == reverse("quick_question", args=[link, number])
    assert tags._address.cache_info().currsize == before + 1
