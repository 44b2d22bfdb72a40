"""``sonae sample code``: one-time codes of the sample's people."""

import time
from typing import Annotated

import typer

from sonae.problems import Refused, problem
from sonae_cli.output import show

app = typer.Typer(no_args_is_help=True, help="The sample site: one-time codes of its people.")


@app.callback()
def sample() -> None:
    """The sample site: one-time codes of its people."""


@app.command()
def code(name: Annotated[str, typer.Argument(help="A role, such as association.")]) -> None:
    """Print the present one-time code of a sample person; it is good for up to 30 seconds."""
    from sonae_web.sample.people import PERIOD, SIGN_INS

    found = next((each for each in SIGN_INS if each.name == name and each.staff), None)
    if found is None:
        known = ", ".join(each.name for each in SIGN_INS if each.staff)
        raise Refused([problem("sample.unknown", "NAME", found=name, known=known)])
    now = time.time()
    show({"code": found.code(now), "seconds": PERIOD - int(now) % PERIOD}, [found.code(now)])
