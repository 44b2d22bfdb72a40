"""Work done outside a request: jobs, put down in the transaction that causes them, and acts by the clock.

A job gets ids only and may be run twice: it is tried again after a failure, and taken up again when its worker was
killed. The only module that knows django-tasks, whose table holds the jobs; its arguments stand there in clear.
"""

import inspect
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from threading import Event
from typing import Any, ParamSpec, Protocol
from uuid import UUID, uuid4

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import Q
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult, get_date_max

from sonae.dates import JST
from sonae_web.ground import clock
from sonae_web.ground.logs import place_of, request_id
from sonae_web.ground.models import Schedule

log = logging.getLogger("sonae.jobs")
P = ParamSpec("P")

LEASE = timedelta(minutes=10)
"""How long a worker may take for a job; after that another takes it up. A longer job is cut into several."""
TRIES = 6
"""How often a job is tried unless it says otherwise; then it is dead."""
DELAYS = tuple(map(timedelta, (0,) * 5, (10, 60, 600, 3_600, 21_600)))
"""How long after the first, second … failure a job is tried again; after further ones as after the last."""
LATE_AFTER = timedelta(minutes=5)
IDLE = 1.0
"""Seconds between two looks at an empty queue, and at the schedule."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_MOST_NUMBER = 10**18 - 1


class Stop(Protocol):
    """What ends a loop: a ``threading.Event``."""

    def is_set(self) -> bool:
        """Whether to end."""

    def wait(self, timeout: float) -> bool:
        """Wait for it, so many seconds at most."""


# --- jobs
@dataclass(frozen=True, kw_only=True)
class Job(Task[P, None]):
    """A function to be run by a worker; made by ``job``. ``using(run_after=moment)`` puts it off."""

    tries: int

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> TaskResult[None]:
        """Put the job down in this transaction: it goes back with it. Arguments are UUIDs, whole numbers and code words.

        Raises RuntimeError outside a transaction, TypeError and ValueError for other arguments.
        """
        if not connection.in_atomic_block:
            raise RuntimeError("a job is put down in the transaction that causes it")
        signature = inspect.signature(self.func, eval_str=True)
        given = signature.bind(*args, **kwargs).arguments
        plain = {name: _plain(value, signature.parameters[name].annotation) for name, value in given.items()}
        return self.get_backend().enqueue(self, (), plain)


def job(*, tries: int = TRIES) -> Callable[[Callable[P, None]], Job[P]]:
    """Make a function of a module a job. Raises TypeError unless each argument is a UUID, an int or a str (a code word)."""

    def make(function: Callable[P, None]) -> Job[P]:
        parameters = inspect.signature(function, eval_str=True).parameters.values()
        if any(each.annotation not in (UUID, int, str) for each in parameters):
            raise TypeError(f"{function.__qualname__} takes something else than ids")
        return Job(func=function, tries=tries)

    return make


def run_all() -> int:
    """Run every job that is due, those too that they put down; return how many were run."""
    return _run_until(Event())


def run_worker(stop: Stop) -> None:
    """Run jobs as they come until told to stop; the one that runs then is finished."""
    _until(stop, partial(_run_until, stop))


def state() -> dict[str, int]:
    """Return how many jobs wait (those that run and are to be tried again among them), and how many are dead."""
    open_ = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return {
        "waiting": DBTaskResult.objects.filter(status__in=open_).count(),
        "dead": DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count(),
    }


@dataclass(frozen=True)
class Dead:
    """A job that was tried often enough: what it was, and what ended it last, without an error's words."""

    id: UUID
    name: str
    at: datetime
    error: str
    place: str


def dead() -> list[Dead]:
    """Return the dead jobs, the latest first."""
    rows = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).order_by("-finished_at")
    return [
        Dead(each.id, each.task_path, each.finished_at or each.enqueued_at, each.exception_class_path, each.traceback)
        for each in rows
    ]


def revive() -> int:
    """Let every dead job be tried anew, as if it had just been put down; return how many."""
    return DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).update(
        status=TaskResultStatus.READY, run_after=get_date_max(), finished_at=None, worker_ids=[]
    )


def _run_until(stop: Stop) -> int:
    ran = 0
    while not stop.is_set() and (row := _claim()):
        _run(row)
        ran += 1
    return ran


def _claim() -> DBTaskResult[Any, Any] | None:
    """Return a job that is due, now ours for LEASE. The first look takes no lock: on SQLite writers wait for nobody idle."""
    now = clock.now()
    ready = Q(status=TaskResultStatus.READY) & (Q(run_after=get_date_max()) | Q(run_after__lte=now))
    due = DBTaskResult.objects.filter(ready | Q(status=TaskResultStatus.RUNNING, started_at__lte=now - LEASE))
    if not due.exists():
        return None
    with transaction.atomic():
        row = due.select_for_update(skip_locked=True).first()
        if row:
            row.status, row.started_at = TaskResultStatus.RUNNING, now
            row.worker_ids = [*row.worker_ids, uuid4().hex]
            row.save(update_fields=["status", "started_at", "worker_ids"])
    return row


def _run(row: DBTaskResult[Any, Any]) -> None:
    tries = TRIES
    token = request_id.set(row.id.hex)
    try:
        task: object = row.task
        if not isinstance(task, Job):
            raise TypeError("no job")
        tries = task.tries
        if len(row.worker_ids) > tries:
            raise TimeoutError("its worker was killed each time")
        task.func(**_restored(task.func, row.args_kwargs["kwargs"]))
        _mark(row, status=TaskResultStatus.SUCCESSFUL, finished_at=clock.now(), exception_class_path="", traceback="")
    except Exception as error:
        _failed(row, error, tries)
    finally:
        request_id.reset(token)


def _failed(row: DBTaskResult[Any, Any], error: Exception, tries: int) -> None:
    """Try again later, or no more. Of the error its type and place are kept: its words may be someone's data."""
    tried = len(row.worker_ids)
    told = {
        "exception_class_path": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": place_of(error),
    }
    if tried < tries:
        later = clock.now() + DELAYS[min(tried, len(DELAYS)) - 1]
        _mark(row, status=TaskResultStatus.READY, run_after=later, **told)
        log.warning("job failed, to be tried again", exc_info=error, extra={"code": row.task_path, "tries": tried})
    else:
        _mark(row, status=TaskResultStatus.FAILED, finished_at=clock.now(), **told)
        log.error("job dead", exc_info=error, extra={"code": row.task_path, "tries": tried})


def _mark(row: DBTaskResult[Any, Any], **changes: Any) -> None:
    """Write down how a run ended, unless the job has meanwhile become another worker's."""
    ours = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at)
    ours.update(**changes)


def _plain(value: object, wanted: object) -> str | int:
    if wanted is UUID and isinstance(value, UUID):
        return str(value)
    if wanted is int and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST_NUMBER:
        return value
    if wanted is str and isinstance(value, str) and _CODE.fullmatch(value):
        return value
    raise ValueError("an argument of a job is an id, a whole number or a code word")  # and is not named


def _restored(function: Callable[..., None], arguments: dict[str, Any]) -> dict[str, Any]:
    parameters = inspect.signature(function, eval_str=True).parameters
    return {name: parameters[name].annotation(value) for name, value in arguments.items()}


# --- acts by the clock
@dataclass(frozen=True)
class Timed:
    """An act and when it is due: after each period, or daily at a time in Japan. Made by ``every`` and ``daily``."""

    name: str
    act: Callable[[], object] | None = None
    job: Job[[]] | None = None
    period: timedelta | None = None
    at: time | None = None

    def after(self, moment: datetime) -> datetime:
        """Return when it is due next after a moment."""
        if self.period:
            return moment + self.period
        assert self.at is not None  # noqa: S101 - one of the two is given
        local = moment.astimezone(JST)
        due = datetime.combine(local.date(), self.at, JST)
        return due if due > local else due + timedelta(days=1)


def every(*, seconds: int) -> Callable[[Callable[[], object]], Timed]:
    """Have the scheduler itself call a short function each so many seconds. A turn that fails is over; the next comes."""
    period = timedelta(seconds=seconds)
    return lambda act: Timed(f"{act.__module__}.{act.__qualname__}", act=act, period=period)


def daily(at: str) -> Callable[[Job[[]]], Timed]:
    """Have a job put down each day at a time in Japan, such as ``03:10``."""
    moment = time.fromisoformat(at)
    return lambda each: Timed(each.module_path, job=each, at=moment)


def prepare(schedule: Iterable[Timed]) -> None:
    """Write down what is new in the schedule (daily acts for their next time), and forget what is no longer in it."""
    now, names = clock.now(), set()
    with transaction.atomic():
        for each in schedule:
            names.add(each.name)
            Schedule.objects.get_or_create(name=each.name, defaults={"due_at": now if each.period else each.after(now)})
        Schedule.objects.exclude(name__in=names).delete()


def run_due(schedule: Iterable[Timed]) -> int:
    """Do what is due, each once however many schedulers there are and however often it was missed; return how many."""
    due = set(Schedule.objects.filter(due_at__lte=clock.now()).values_list("name", flat=True))
    return sum(_take_turn(each) for each in schedule if each.name in due)


def run_schedule(stop: Stop, schedule: Sequence[Timed]) -> None:
    """Do what is due when it is due until told to stop."""
    _until(stop, partial(prepare, schedule), once=True)
    _until(stop, partial(run_due, schedule))


def late() -> list[str]:
    """Return the names of what should have been done LATE_AFTER ago: no scheduler runs."""
    rows = Schedule.objects.filter(due_at__lte=clock.now() - LATE_AFTER)
    return list(rows.order_by("name").values_list("name", flat=True))


def _take_turn(timed: Timed) -> bool:
    now = clock.now()
    with transaction.atomic():
        row = Schedule.objects.select_for_update().filter(name=timed.name, due_at__lte=now).first()
        if row is None:
            return False
        row.due_at, row.ran_at = timed.after(now), now
        row.save(update_fields=["due_at", "ran_at"])
        if timed.job:
            timed.job.enqueue()
    if timed.act:
        try:
            timed.act()
        except Exception as error:
            log.error("a turn of the schedule failed", exc_info=error, extra={"code": timed.name})
    return True


def _until(stop: Stop, act: Callable[[], object], *, once: bool = False) -> None:
    """Do something again and again, or once, with a pause between; a database that is away for a while is waited for."""
    while not stop.is_set():
        try:
            act()
            if once:
                return
        except DatabaseError as error:
            log.error("the database does not answer", exc_info=error)
            connection.close()
        stop.wait(IDLE)
        close_old_connections()
