"""All commands in one place; each lives in the module of its noun."""

import sys
from io import TextIOWrapper
from typing import Annotated, Literal

import typer

from sonae.problems import Refused
from sonae_cli import (
    backup,
    banks,
    calendar,
    checklist,
    diagnosis,
    flyer,
    keys,
    log,
    loss,
    migrate,
    programme,
    quote,
    sample,
    scenario,
    serve,
    worker,
)
from sonae_cli.output import Output, refuse

app = typer.Typer(
    name="sonae",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Sonae（備え）: checklist in, risk report out. Files may be - for stdin; --json may stand anywhere.",
)


@app.callback()
def language(
    lang: Annotated[Literal["ja", "en"], typer.Option(help="Language of results and problems.")] = "ja",
) -> None:
    """Sonae（備え）: checklist in, risk report out. Files may be - for stdin; --json may stand anywhere."""
    Output.lang = lang


app.command("diagnose")(diagnosis.diagnose)
app.command("estimate")(scenario.estimate)
app.command("jo")(scenario.jo)
app.command("loss")(loss.loss)
app.command("quote")(quote.quote)
app.command("calendar")(calendar.calendar)
app.command("flyer")(flyer.flyer)
app.command("serve")(serve.serve)
app.add_typer(checklist.app, name="checklist")
app.command("worker")(worker.worker)
app.command("scheduler")(worker.scheduler)
app.command("jobs")(worker.jobs)
app.command("mail")(worker.mail)
app.command("migrate")(migrate.migrate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(programme.app, name="programme")
app.add_typer(banks.app, name="banks")
app.add_typer(sample.app, name="sample")
app.add_typer(log.app, name="log")
app.add_typer(keys.app, name="keys")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. ``--json`` and ``--lang`` may stand in any position."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal or pipe in another encoding lacks ¥ or −
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    Output.as_json = "--json" in words
    words = [word for word in words if word != "--json"]
    try:
        app(_language_first(words), prog_name="sonae")
    except Refused as refused:
        refuse(refused.problems)


def _language_first(words: list[str]) -> list[str]:
    for index, word in enumerate(words):
        if word.startswith("--lang="):
            return [word, *words[:index], *words[index + 1 :]]
        if word == "--lang":
            return [*words[index : index + 2], *words[:index], *words[index + 2 :]]
    return words
