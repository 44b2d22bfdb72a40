"""Template tags: words by id, amounts, the key of a form."""

import uuid
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape, format_html

from sonae.dates import JST
from sonae.figures import count, exact_yen, yen
from sonae.figures import day as day_text
from sonae.programmes import Words
from sonae_web.ground import clock
from sonae_web.ground.idempotency import FIELD
from sonae_web.ground.words import lang, words

register = template.Library()


@register.simple_tag(takes_context=True)
def w(context: template.Context, key: str, **values: object) -> str:
    """Return a word by id, its blanks filled; escaped like any other value."""
    texts: Words = context.get("words") or words()  # a mail has no context of pages
    return texts(key, **values)


@register.simple_tag
def url(name: str, *values: object, **named: object) -> str:
    """Return the address of a page, as the tag of that name does; of an organisation's it is remembered: tables ask for hundreds.

    Others are made anew each time: what stands in a private link is not to stay in memory.
    """
    if named or (values and not isinstance(values[0], uuid.UUID)):
        return reverse(name, args=values, kwargs=named)
    return _address(get_script_prefix(), name, values)


@lru_cache(maxsize=20_000)
def _address(_prefix: str, name: str, values: tuple[object, ...]) -> str:
    return conditional_escape(reverse(name, args=values))


@register.filter(name="yen")
def yen_filter(amount: int) -> str:
    """Return an estimate in yen as people say it."""
    return yen(amount, lang())


@register.filter(name="exact")
def exact_filter(amount: int) -> str:
    """Return an exact amount, as charged."""
    return exact_yen(amount, lang())


@register.filter(name="japan")
def japan_filter(at: datetime) -> str:
    """Return the date of a moment in Japan, as tables write it."""
    return clock.date_of(at).isoformat()


@register.filter(name="count")
def count_filter(number: int) -> str:
    """Return a whole number with commas."""
    return count(number)


@register.filter(name="day")
def day_filter(on: date) -> str:
    """Return a day as people write it."""
    return day_text(on, lang())


@register.filter(name="moment")
def moment_filter(at: datetime) -> str:
    """Return a moment in Japan: the time alone today, else the day as well."""
    there = at.astimezone(JST)
    time = there.strftime("%H:%M")
    return time if there.date() == clock.today() else f"{there.date().isoformat()} {time}"


@register.simple_tag
def once() -> str:
    """Return the hidden field with which a form is done once: a fresh key each time the page is made."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
