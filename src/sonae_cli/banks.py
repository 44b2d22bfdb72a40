"""``sonae banks load``: the list of banks and branches from which members pick their account's."""

import typer

from sonae.figures import count
from sonae.problems import Refused, problem
from sonae.programmes import library
from sonae_cli.output import Output, show
from sonae_cli.site import site_database

app = typer.Typer(no_args_is_help=True, help="Banks and branches from which members pick their account's.")


@app.callback()
def banks() -> None:
    """Banks and branches from which members pick their account's."""


@app.command()
def load(file: str) -> None:
    """Put a list (CSV in UTF-8) in the place of the one there is, whole or not at all."""
    from pathlib import Path

    with site_database():
        from sonae_web.policies import banks as list_of_banks

        try:
            text = Path(file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise Refused([problem("file.unreadable", file, reason=type(error).__name__)]) from error
        loaded = list_of_banks.load(text)
    show({"branches": loaded}, [library(Output.lang)("site.policies.banks_loaded", branches=count(loaded))])
