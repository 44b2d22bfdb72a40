"""Jobs: put down with what causes them, tried again, taken up again, dead in plain sight; acts by the clock, each once."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django_tasks_db.models import DBTaskResult

from sonae_web.ground import audit, heads, jobs
from sonae_web.ground.jobs import LEASE, daily, every, job
from sonae_web.ground.logs import Json, request_id
from sonae_web.ground.models import AuditRow, Schedule
from sonae_web.schedule import SCHEDULE
from tests.cast import Shell
from tests.web.apart import at_once, prepare
from tests.web.cast import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ROW = UUID(int=7)
done: list[Any] = []
faults: list[BaseException] = []
"""What the next runs raise, the first first."""


@job()
def note(row: UUID, yen: int, plan: str) -> None:
    """A job that does what it is told, or fails as it is told."""
    done.append((row, yen, plan, request_id.get()))
    if faults:
        raise faults.pop(0)


@job(tries=2)
def twice(number: int) -> None:
    """A job that fails each time."""
    done.append(number)
    raise ValueError("見本 太郎")


@job()
def first(number: int) -> None:
    """A job that puts down another."""
    with transaction.atomic():
        note.enqueue(ROW, number, "b")


@job()
def nightly() -> None:
    """A job of the schedule."""
    done.append("nightly")


def tick() -> None:
    """An act of the schedule."""
    done.append("tick")
    if faults:
        raise faults.pop(0)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # it holds this test's transaction

    done.clear()
    faults.clear()
    yield
    assert faults == []


def put(**changes: Any) -> UUID:
    with transaction.atomic():
        return UUID(note.enqueue(**{"row": ROW, "yen": 12_300, "plan": "b", **changes}).id)


def row() -> Any:
    return DBTaskResult.objects.get()


# --- put down and run
def test_a_job_is_put_down_with_ids_and_run_once_by_a_worker() -> None:
    number = put()
    assert jobs.state() == {"waiting": 1, "dead": 0}
    assert row().args_kwargs == {"args": [], "kwargs": {"row": str(ROW), "yen": 12_300, "plan": "b"}}
    assert jobs.run_all() == 1
    assert done == [(ROW, 12_300, "b", number.hex)]
    assert (row().status, jobs.state()) == ("SUCCESSFUL", {"waiting": 0, "dead": 0})
    assert jobs.run_all() == 0


def test_what_jobs_put_down_is_run_too() -> None:
    with transaction.atomic():
        first.enqueue(number=1)
    assert jobs.run_all() == 2
    assert done[0][:3] == (ROW, 1, "b")


def test_it_goes_back_with_its_transaction() -> None:
    def fail() -> None:
        with transaction.atomic():
            put()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert jobs.run_all() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        note.enqueue(ROW, 1, "b")
    assert DBTaskResult.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"row": str(ROW)}, {"row": None}, {"yen": True}, {"yen": 1.5}, {"yen": "1"}, {"yen": 10**18},
        {"plan": "見本 太郎"}, {"plan": "taro@example.jp"}, {"plan": "090 1234"}, {"plan": ""}, {"plan": "x" * 61}, {"plan": ROW},
        {"plan": ["a"]},
    ],
)  # fmt: skip
def test_what_is_no_id_is_refused_and_not_repeated(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="argument of a job") as refused:
        put(**changes)
    assert not any(isinstance(each, str) and each and each in str(refused.value) for each in changes.values())
    with pytest.raises(TypeError):
        put(name="b")


def test_a_function_that_takes_more_than_ids_is_no_job() -> None:
    def mail(to: str, values: dict[str, str]) -> None:
        """Takes what it should read from a row."""

    with pytest.raises(TypeError, match="ids"):
        job()(mail)


def test_a_job_put_off_waits_until_its_time(at: Callable[[datetime], None]) -> None:
    with transaction.atomic():
        note.using(run_after=NOON + timedelta(hours=1)).enqueue(ROW, 1, "b")
    assert jobs.run_all() == 0
    at(NOON + timedelta(hours=1))
    assert jobs.run_all() == 1


# --- failures
def test_a_job_that_fails_is_tried_again_later_each_time(at: Callable[[datetime], None]) -> None:
    faults[:] = [ValueError("once"), OSError("twice")]
    put()
    moment = NOON
    for delay in (10, 60):
        assert jobs.run_all() == 1
        assert row().status == "READY"
        at(moment + timedelta(seconds=delay - 1))
        assert jobs.run_all() == 0
        moment += timedelta(seconds=delay)
        at(moment)
    assert jobs.run_all() == 1
    assert (len(done), row().status) == (3, "SUCCESSFUL")


def test_a_job_is_dead_after_its_last_try_and_is_shown_without_the_errors_words(
    at: Callable[[datetime], None], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with transaction.atomic():
        twice.enqueue(number=1)
    with caplog.at_level(logging.INFO, logger="sonae.jobs"):
        jobs.run_all()
        at(NOON + timedelta(days=1))
        jobs.run_all()
    assert (done, jobs.state()) == ([1, 1], {"waiting": 0, "dead": 1})
    (dead,) = jobs.dead()
    assert (dead.name, dead.error, dead.at) == (
        "tests.web.test_jobs.twice",
        "builtins.ValueError",
        NOON + timedelta(days=1),
    )
    assert dead.place.endswith(" twice")
    lines = [Json().format(record) for record in caplog.records if record.name == "sonae.jobs"]
    assert [(json.loads(line)["level"], json.loads(line)["tries"]) for line in lines] == [("warning", 1), ("error", 2)]
    everything = str(DBTaskResult.objects.values().get()) + "".join(lines)
    assert "見本" not in everything
    sonae = Shell(capsys, monkeypatch)
    for lang, said in (("ja", "止まった仕事：1件"), ("en", "Dead jobs: 1")):
        shown = sonae("jobs", "--lang", lang)
        assert said in shown.out
        assert "tests.web.test_jobs.twice" in shown.out
    again = sonae("jobs", "--again", "--json").data
    assert (again["revived"], again["jobs"], again["dead"]) == (1, {"waiting": 1, "dead": 0}, [])
    assert sonae("worker", "--once", "--json").data == {"jobs": 1}
    assert done == [1, 1, 1]


def test_a_job_whose_function_is_gone_is_tried_again_as_any_other(at: Callable[[datetime], None]) -> None:
    put()
    DBTaskResult.objects.update(task_path="sonae_web.ground.gone.note")
    assert jobs.run_all() == 1
    assert row().status == "READY"
    DBTaskResult.objects.update(task_path="sonae_web.ground.clock.now")  # there, but no job: it is not called
    at(NOON + timedelta(minutes=1))
    assert jobs.run_all() == 1
    assert (row().status, row().exception_class_path) == ("READY", "django.core.exceptions.SuspiciousOperation")


def test_a_job_whose_worker_was_killed_is_taken_up_again_after_its_lease(at: Callable[[datetime], None]) -> None:
    put()
    for killed in range(jobs.TRIES):
        at(NOON + killed * LEASE)
        faults.append(KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            jobs.run_all()
        at(NOON + killed * LEASE + LEASE - timedelta(seconds=1))
        assert jobs.run_all() == 0
    at(NOON + jobs.TRIES * LEASE)
    assert jobs.run_all() == 1
    assert (len(done), jobs.state()) == (jobs.TRIES, {"waiting": 0, "dead": 1})
    assert jobs.dead()[0].error == "builtins.TimeoutError"


def test_a_worker_that_comes_back_too_late_changes_nothing(at: Callable[[datetime], None]) -> None:
    put()
    slow = jobs._claim()
    assert slow is not None
    at(NOON + LEASE)
    assert jobs.run_all() == 1
    jobs._failed(slow, ValueError("late"), 1)
    assert (row().status, jobs.state()["dead"]) == ("SUCCESSFUL", 0)


class Stop:
    """Ends a loop after so many pauses, without one."""

    def __init__(self, pauses: int) -> None:
        self.left = pauses

    def is_set(self) -> bool:
        return self.left <= 0

    def wait(self, timeout: float) -> bool:
        assert 0 < timeout <= 1
        self.left -= 1
        return self.is_set()


def test_a_worker_goes_on_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    claims = iter([OperationalError("locked"), None])
    claim = jobs._claim

    def shaky() -> Any:
        fault = next(claims, None)
        if fault:
            raise fault
        return claim()

    monkeypatch.setattr(jobs, "_claim", shaky)
    monkeypatch.setattr(connection, "close", lambda: None)  # it holds this test's transaction

    jobs.run_worker(Stop(2))
    assert len(done) == 1


def test_a_worker_told_to_stop_ends_after_the_job_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop(1)

    def run(row: DBTaskResult[Any, Any]) -> None:
        done.append(row.pk)
        stop.left = 0

    monkeypatch.setattr(jobs, "_run", run)
    put()
    put()
    jobs.run_worker(stop)
    assert len(done) == 1


# --- by the clock
PLAN = (every(seconds=1)(tick), daily("03:10")(nightly))


def test_a_daily_act_is_due_at_its_time_in_japan(at: Callable[[datetime], None]) -> None:
    (_, night) = PLAN
    assert night.after(datetime(2027, 3, 31, 18, 9, 59, tzinfo=UTC)) == datetime(2027, 3, 31, 18, 10, tzinfo=UTC)
    assert night.after(datetime(2027, 3, 31, 18, 10, tzinfo=UTC)) == datetime(2027, 4, 1, 18, 10, tzinfo=UTC)
    jobs.prepare(PLAN)
    assert jobs.run_due(PLAN) == 1  # the tick; the night comes
    at(datetime(2027, 4, 1, 18, 10, tzinfo=UTC))
    assert jobs.run_due(PLAN) == 2
    assert jobs.run_due(PLAN) == 0
    jobs.run_all()
    assert done == ["tick", "tick", "nightly"]


def test_what_was_missed_while_nobody_ran_is_done_once(at: Callable[[datetime], None]) -> None:
    jobs.prepare(PLAN)
    at(NOON + timedelta(days=5))
    assert jobs.late() == ["tests.web.test_jobs.nightly", "tests.web.test_jobs.tick"]
    jobs.run_schedule(Stop(2), PLAN)
    jobs.run_all()
    assert done == ["tick", "nightly"]
    assert jobs.late() == []


def test_a_turn_that_fails_is_over_and_the_next_comes(
    at: Callable[[datetime], None], caplog: pytest.LogCaptureFixture
) -> None:
    faults.append(ValueError("見本 太郎"))
    jobs.run_schedule(Stop(2), PLAN)
    at(NOON + timedelta(seconds=1))
    assert jobs.run_due(PLAN) == 1
    assert done == ["tick", "tick"]
    (record,) = (each for each in caplog.records if each.name == "sonae.jobs")
    assert json.loads(Json().format(record))["code"] == "tests.web.test_jobs.tick"
    assert "見本" not in Json().format(record)


def test_what_is_no_longer_in_the_schedule_is_forgotten(at: Callable[[datetime], None]) -> None:
    jobs.prepare(PLAN)
    Schedule.objects.update(due_at=NOON - timedelta(days=1))
    jobs.prepare(PLAN[:1])
    assert jobs.late() == ["tests.web.test_jobs.tick"]  # whose turn stays as it was


# --- several at once
@pytest.mark.django_db(transaction=True)
def test_several_workers_and_schedulers_do_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[datetime], None]
) -> None:
    def put_down() -> None:
        jobs.prepare(PLAN)
        for number in range(40):
            put(yen=number)

    prepare(tmp_path, monkeypatch)
    assert at_once([put_down]) == [None]
    at(NOON + DAY)
    turns = at_once([lambda: jobs.run_due(PLAN)] * 16)
    ran = at_once([jobs.run_all] * 16)
    (left,) = at_once([jobs.state])
    assert (sum(turns), sum(ran), left) == (2, 41, {"waiting": 0, "dead": 0})
    assert (done.count("tick"), done.count("nightly")) == (1, 1)
    assert sorted(each[1] for each in done if isinstance(each, tuple)) == list(range(40))


# --- the site's own schedule
def test_the_audit_log_is_sealed_each_second_and_its_head_kept_each_day(
    at: Callable[[datetime], None], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    with transaction.atomic():
        audit.record(action="quote.bind", kind="quote", object_id=uuid4())
    jobs.run_schedule(Stop(2), SCHEDULE)
    assert not AuditRow.objects.filter(number=None).exists()
    at(NOON + timedelta(days=1))
    jobs.run_due(SCHEDULE)
    jobs.run_all()
    assert jobs.state()["dead"] == jobs.state()["waiting"] == 0
    (kept,) = (tmp_path / "heads").iterdir()
    assert (kept.name, kept.read_text()) == ("2027-04-02", f"{audit.head()}\n")
    heads.keep.func()
    assert [each.name for each in (tmp_path / "heads").iterdir()] == ["2027-04-02"]


def test_every_act_of_the_schedule_has_a_name_of_its_own() -> None:
    assert len({each.name for each in SCHEDULE}) == len(SCHEDULE)
    assert all(len(each.name) <= 120 for each in SCHEDULE)
