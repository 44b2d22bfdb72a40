"""The site's one clock: moments are stored in UTC, "today" is the date in Japan."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime

from django.utils import timezone

from sonae.dates import JST

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)


def now() -> datetime:
    """Return this moment, in UTC."""
    return _stopped.get() or timezone.now()


def today() -> date:
    """Return today's date in Japan."""
    return date_of(now())


def date_of(moment: datetime) -> date:
    """Return the date of a moment in Japan."""
    return moment.astimezone(JST).date()


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Let the clock stand at a moment, in UTC as ever, in the block: for sample data with a past, and for tests."""
    token = _stopped.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _stopped.reset(token)
