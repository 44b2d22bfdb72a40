"""``sonae log export|verify``: the site's audit log as a file, and whether anyone changed it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from sonae.figures import count
from sonae.problems import Refused, problem
from sonae.programmes import describe, library
from sonae_cli import chain
from sonae_cli.output import Output, refuse, show
from sonae_cli.site import begin_site
from sonae_web.ground.chain import Head, head_of  # imports no Django: verify must run without it

app = typer.Typer(no_args_is_help=True, help="Export the site's audit log; verify an exported one.")
MOST_LINE = 16_000
"""A longer line is no row."""
MOST_TOLD = 100

Target = Annotated[str, typer.Argument(help="File to write, or - for stdout.", show_default=False)]
Source = Annotated[str, typer.Argument(help="File of sonae log export, or - for stdin.", show_default=False)]
Anchors = Annotated[
    list[str] | None,
    typer.Option("--head", help="A head kept outside the site; may be given several times.", metavar="NUMBER:HASH"),
]


@app.command()
def export(file: Target) -> None:
    """Seal what waits and write the site's audit log, a JSON line for each row and its head at last."""
    begin_site()
    from django.db import DatabaseError

    from sonae_web.ground import audit

    try:
        audit.seal()
        head = audit.export(sys.stdout.buffer if file == "-" else Path(file))
    except DatabaseError as error:
        raise Refused([problem("site.not_there", file, reason=type(error).__name__)]) from error
    except OSError as error:
        raise Refused([problem("file.not_written", file, reason=error.strerror or type(error).__name__)]) from error
    if file != "-":
        words = library(Output.lang)
        show(
            {"rows": head.number, "head": head._asdict(), "file": file},
            [
                words("log.exported", rows=count(head.number), file=file),
                words("log.head", head=head),
                words("log.keep_head"),
            ],
        )


@app.command()
def verify(file: Source, head: Anchors = None) -> None:
    """Find rows that were edited, removed, inserted or moved, and a tail cut off. Needs neither the site nor Django."""
    anchors = [_anchor(text) for text in head or ()]
    try:
        if file == "-":
            found = chain.verify(_lines(sys.stdin.buffer), "-", anchors)
        else:
            with Path(file).open("rb") as opened:
                found = chain.verify(_lines(opened), Path(file).name, anchors)
    except OSError as error:
        raise Refused(
            [problem("file.unreadable", Path(file).name, reason=error.strerror or type(error).__name__)]
        ) from error
    words, told = library(Output.lang), found.problems[:MOST_TOLD]
    if told and not Output.as_json:
        if len(told) < len(found.problems):
            print(words("log.more_faults", faults=count(len(found.problems)), told=len(told)), file=sys.stderr)
        refuse(told)
    anchored = words("log.anchored", number=count(found.anchored)) if found.anchored else words("log.not_anchored")
    show(
        {
            "rows": found.rows,
            "head": found.head._asdict() if found.head else None,
            "anchored": found.anchored,
            "faults": len(found.problems),
            "problems": [describe(each, Output.lang) for each in told],
        },
        [words("log.sound", rows=count(found.rows)), words("log.head", head=found.head), anchored],
    )
    if told:
        raise typer.Exit(1)


def _anchor(text: str) -> Head:
    head = head_of(text)
    if head is None:
        raise Refused([problem("log.anchor_form", "--head", found=text)])
    return head


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield each line, of one that is too long only the beginning."""
    while line := file.readline(MOST_LINE):
        yield line
        while len(line) == MOST_LINE and not line.endswith(b"\n"):
            line = file.readline(MOST_LINE)
