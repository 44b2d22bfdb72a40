"""``sonae programme check|publish``: a programme's data as a whole."""

from pathlib import Path
from typing import Annotated

import typer

from sonae.programmes import describe, library, lock, names
from sonae.programmes.words import LIBRARY
from sonae_cli.output import Output, refuse, show

app = typer.Typer(no_args_is_help=True, help="Check a programme's data as a whole; publish what is marked so.")
Folder = Annotated[str, typer.Argument(help="A programme's id, or its folder.")]


def _folder(name: str) -> Path:
    return LIBRARY / name if name in names() else Path(name).resolve()


@app.command()
def check(programme: Folder = "chuokai-leak") -> None:
    """Report every problem of a programme's data, words and worked cases."""
    from sonae.check import check as whole  # numpy: only where it is needed

    found = whole(_folder(programme))
    data = {
        "questions": dict(found.questions),
        "texts": dict(found.texts),
        "areas": found.areas,
        "cases": found.cases,
        "problems": [describe(each, Output.lang) for each in found.problems],
    }
    if found.problems and not Output.as_json:
        refuse(found.problems)
    words = library(Output.lang)
    counts = ", ".join(f"{edition}: {number}" for edition, number in found.questions.items())
    show(data, [words("check.ok", questions=counts, texts=found.texts["ja"], cases=found.cases)])
    if found.problems:
        raise typer.Exit(1)


@app.command()
def publish(programme: Folder = "chuokai-leak") -> None:
    """Add every value marked published to published.lock; a published value that was changed is refused."""
    from sonae.check import check as whole

    found = whole(_folder(programme), with_lock=False)
    if found.problems:
        refuse(found.problems)
    added = lock.publish(found.published)
    show({"added": added}, [library(Output.lang)("check.published", number=len(added)), *added])
