"""Retention: every model says how long it is kept, and the daily job erases the rest, in batches, with a row of the log."""

import copy
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from sonae.programmes import read_file
from sonae_web.diagnosis import services
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground import audit, jobs, outbox, retention
from sonae_web.ground.models import AuditRow, Mail
from sonae_web.ground.retention import FILE, read_table, table
from tests.cast import ROOT
from tests.web.cast import NOON
from tests.web.test_jobs import note

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def begun() -> str:
    return services.begin(industry="retail", employees=5, persons_held=800)


def erased() -> dict[str, int]:
    """What the job erased, as the audit log tells it."""
    before = set(AuditRow.objects.values_list("pk", flat=True))
    retention.erase.func()
    rows = AuditRow.objects.exclude(pk__in=before)
    found: dict[str, int] = {}
    for row in rows:
        count = re.search(rb'"rows":(\d+)', bytes(row.detail))
        assert count
        found[f"{row.action} {row.kind}"] = found.get(f"{row.action} {row.kind}", 0) + int(count[1])
    return found


# --- the table
def test_every_model_of_the_site_says_how_long_it_is_kept() -> None:
    assert set(table()) == {model._meta.label_lower for model in apps.get_models()}


def faulty(change: Callable[[dict[str, Any]], object]) -> str:
    entries = copy.deepcopy(read_file(FILE).value)
    change(entries)
    with pytest.raises(ValueError, match=r"\S: ") as refused:
        read_table(entries)
    return str(refused.value)


MAIL = "ground.mail"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda all_: all_.pop(MAIL), "ground.mail: say how long"),
        (lambda all_: all_.update({"ground.gone": all_[MAIL]}), "ground.gone: no such model"),
        (lambda all_: all_[MAIL].pop("reason"), "ground.mail: KeyError 'reason'"),
        (lambda all_: all_[MAIL].update(note="x"), "no more"),
        (lambda all_: all_[MAIL].update(basis="guessed"), "basis"),
        (lambda all_: all_[MAIL].update(kept={}), "ground.mail: ValueError"),
        (lambda all_: all_[MAIL].update(kept={"ever": ""}), "kept by rules"),
        (lambda all_: all_[MAIL].update(kept={"never": "x"}), "kept by rules"),
        (lambda all_: all_[MAIL].update(kept={"with": "ground.gone"}), "ground.gone, which is no model"),
        (lambda all_: all_[MAIL].update(kept={"rules": []}), "no rules"),
        (lambda all_: all_[MAIL].update(kept={"rules": [{"days": 0, "from": "created_at"}]}), "whole number"),
        (lambda all_: all_[MAIL].update(kept={"rules": [{"from": "created_at"}]}), "KeyError 'days'"),
        (lambda all_: all_[MAIL].update(kept={"rules": [{"days": 1}]}), "from or until"),
        (lambda all_: all_[MAIL].update(kept={"rules": [{"days": 1, "from": "kind"}]}), "kind is no moment"),
        (lambda all_: all_[MAIL].update(kept={"rules": [{"days": 1, "until": "gone"}]}), "gone is no moment"),
        (lambda all_: all_[MAIL]["kept"]["rules"][0].update(blank=["kind"]), "may be empty"),
        (lambda all_: all_[MAIL]["kept"]["rules"][0].update(only={"gone": "x"}), "no field gone"),
    ],
)
def test_a_model_that_is_unnamed_or_faultily_named_is_refused(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert said in faulty(change)


def test_every_fault_is_told_at_once() -> None:
    def empty(entries: dict[str, Any]) -> None:
        entries.clear()

    assert faulty(empty).count("say how long") == len(table())


def test_the_documents_show_the_table() -> None:
    section = (ROOT / "docs/operating.md").read_text(encoding="utf-8").partition("## What is kept, and how long")[2]
    rows = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
    assert rows == retention.page()


# --- the job
def test_a_quick_check_goes_after_its_thirty_days(at: Callable[[datetime], None]) -> None:
    begun()
    at(NOON + DAY)
    later = begun()
    at(NOON + 30 * DAY - timedelta(seconds=1))
    assert erased() == {}
    at(NOON + 30 * DAY)
    assert erased() == {"retention.erase diagnosis.quickcheck": 1}
    assert [row.pk for row in QuickCheck.objects.all()] == [services.read(later).row.pk]
    assert erased() == {}


def test_a_mail_loses_its_words_first_and_then_its_row(at: Callable[[datetime], None]) -> None:
    with transaction.atomic():
        outbox.post(kind="trial", to="hanako@example.jp", lang="ja", values={"host": "x"})
    at(NOON + 30 * DAY)
    assert erased() == {"retention.blank ground.mail": 1}
    assert Mail.objects.get().content is None
    assert erased() == {}
    at(NOON + 365 * DAY)
    assert erased() == {"retention.erase ground.mail": 1}


def test_sessions_go_when_they_expire_and_jobs_by_how_they_ended(at: Callable[[datetime], None]) -> None:
    Session.objects.create(session_key="a", session_data="", expire_date=NOON + DAY)
    Session.objects.create(session_key="b", session_data="", expire_date=NOON + 90 * DAY)
    for status, after in (("SUCCESSFUL", 7), ("FAILED", 90), ("READY", None)):
        with transaction.atomic():
            number = note.enqueue(row=QuickCheck().pk, yen=1, plan="b").id
        DBTaskResult.objects.filter(pk=number).update(status=status, finished_at=NOON if after else None)
    at(NOON + 7 * DAY)
    assert erased() == {"retention.erase sessions.session": 1, "retention.erase django_tasks_database.dbtaskresult": 1}
    at(NOON + 89 * DAY)
    assert erased() == {}
    at(NOON + 90 * DAY)
    assert erased() == {"retention.erase sessions.session": 1, "retention.erase django_tasks_database.dbtaskresult": 1}
    assert jobs.state() == {"waiting": 1, "dead": 0}


def test_batches_are_each_done_whole_and_a_job_that_was_stopped_goes_on(
    at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)
    for _ in range(5):
        begun()
    at(NOON + 30 * DAY)
    calls = iter([audit.record])

    def once(**values: Any) -> Any:
        return next(calls)(**values)  # the second batch finds no more, and raises

    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", once)
        with pytest.raises(StopIteration):
            retention.erase.func()
    assert (QuickCheck.objects.count(), AuditRow.objects.count()) == (3, 1)
    assert erased() == {"retention.erase diagnosis.quickcheck": 3}
    assert AuditRow.objects.count() == 3


def test_how_long_a_service_keeps_rows_is_read_from_the_table() -> None:
    assert retention.kept_for(QuickCheck) == 30 * DAY
    with pytest.raises(LookupError):
        retention.kept_for(Mail)
