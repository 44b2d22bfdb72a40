"""The ground of the site: health, log lines without secrets, one clock, settings that refuse to guess."""

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from sonae_web.ground import clock
from sonae_web.ground.logs import Json
from tests.cast import ROOT


def test_it_is_alive_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}


@pytest.mark.django_db
def test_it_is_ready_with_its_database_up_to_date(client: Client) -> None:
    expected = {"ready": True, "database": True, "migrations": True, "row_security": True}
    assert client.get("/readyz").json() == expected


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


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SONAE_SECRET_KEY": None}, "SONAE_SECRET_KEY"),
        ({"SONAE_SECRET_KEY": "short"}, "40 characters"),
        ({"SONAE_KEYS": None}, "SONAE_KEYS"),
        ({"SONAE_KEYS": ""}, "no keys"),
        ({"SONAE_SAMPLE": "false"}, "sample key"),
    ],
)
def test_without_keys_of_its_own_it_does_not_start(changes: dict[str, str | None], said: str) -> None:
    environment = {name: value for name, value in os.environ.items() if changes.get(name, value) is not None}
    environment |= {name: value for name, value in changes.items() if value is not None}
    environment |= {"PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "sonae_web.settings"}
    ran = subprocess.run(
        [sys.executable, "-m", "sonae_cli", "serve"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 1
    assert said in ran.stderr
