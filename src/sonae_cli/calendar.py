"""``sonae calendar``: when an application of a day would be covered and debited."""

from typing import Annotated

import typer

from sonae import contract
from sonae.enrolment import Choice, none_open
from sonae.figures import count
from sonae.figures import day as written
from sonae.programmes import Words, library, load
from sonae_cli.clock import day
from sonae_cli.output import Output, show

Applied = Annotated[
    str,
    typer.Option(help="The day on which the application is complete, such as 2005-06-10 (default: today in Japan)."),
]


def calendar(
    programme: Annotated[str, typer.Option(help="The programme's id.")] = "chuokai-leak", applied: Applied = ""
) -> None:
    """Tell which covers an application of a day may choose: start, end, months, debit day."""
    found, on = load(programme), day(applied, "--applied")
    choices, data = contract.calendar(found, on)
    words = library(Output.lang)
    if choices:
        lines = [line for choice in choices for line in _lines(choice, words)]
    else:
        closed = none_open(found, on)
        lines = [words(f"calendar.reason.{closed.reason}")]
        if closed.next_opening:
            lines.append(words("calendar.next_opening", day=written(closed.next_opening, Output.lang)))
    show(data, lines)


def _lines(choice: Choice, words: Words) -> list[str]:
    start, end, debit = choice.cover_from.date(), choice.cover_to.date(), choice.debit_on
    return [
        words(f"calendar.kind.{choice.kind}", year=choice.year),
        "  " + words("calendar.cover", start=written(start, words.lang), end=written(end, words.lang)),
        "  " + words("calendar.months", months=count(choice.months)),
        "  " + words("calendar.debit", day=written(debit, words.lang)),
    ]
