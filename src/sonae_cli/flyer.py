"""``sonae flyer``: the flyer of a programme year as PDF."""

from pathlib import Path
from typing import Annotated

import typer

from sonae.programmes import load
from sonae_cli.clock import Day, day
from sonae_cli.output import Output, show, write


def flyer(
    out: Annotated[Path, typer.Argument(help="Write the PDF here.", show_default=False)],
    year: Annotated[int, typer.Option(help="Programme year, such as 2005.", show_default=False)],
    programme: Annotated[str, typer.Option(help="Programme.")] = "chuokai-leak",
    on: Day = "",
) -> None:
    """Print the programme's flyer: two A4 pages of a programme year, in --lang ja or en."""
    from sonae.flyer import pdf  # typst: only where it is needed

    content = pdf(load(programme), year, Output.lang, day(on))
    write(out, content)
    show(
        {"programme": programme, "year": year, "lang": Output.lang, "file": str(out), "bytes": len(content)}, [str(out)]
    )
