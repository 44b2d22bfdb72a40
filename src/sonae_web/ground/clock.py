"""The site's one clock: moments are stored in UTC, "today" is the date in Japan."""

from datetime import date, datetime

from django.utils import timezone

from sonae.dates import JST


def now() -> datetime:
    """Return this moment, in UTC."""
    return timezone.now()


def today() -> date:
    """Return today's date in Japan."""
    return date_of(now())


def date_of(moment: datetime) -> date:
    """Return the date of a moment in Japan."""
    return moment.astimezone(JST).date()
