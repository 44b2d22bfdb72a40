"""The command line's clock: the only place where it reads the time."""

from datetime import date, datetime
from typing import Annotated

import typer

from sonae.dates import JST
from sonae.problems import Refused, problem

Day = Annotated[str, typer.Option(help="The day it is made for, such as 2027-04-01 (default: today in Japan).")]


def today() -> date:
    """Return today's date in Japan."""
    return datetime.now(JST).date()


def day(text: str, option: str = "--on") -> date:
    """Return the day written as 2027-04-01, or today in Japan for an empty text. Raises Refused, at the option's name."""
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused([problem("value.not_date", option, found=text)]) from error
