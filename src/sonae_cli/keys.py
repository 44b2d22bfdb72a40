"""``sonae keys new|renew``: keys of the site's vault."""

import typer

from sonae.figures import count
from sonae.problems import Refused, problem
from sonae.programmes import library
from sonae_cli.output import Output, show
from sonae_cli.site import begin_site

app = typer.Typer(
    no_args_is_help=True, help="Keys of the site's vault: make one, bring everything under the current one."
)


@app.command()
def new(name: str) -> None:
    """Make a key; put it in front of the others in SONAE_KEYS."""
    from sonae_web.ground.vault import KEY_NAME, new_key

    if not KEY_NAME.fullmatch(name):
        raise Refused([problem("keys.name", "name", found=name)])
    key = new_key(name)
    show({"key": key}, [key])


@app.command()
def renew() -> None:
    """Seal everything anew that an older key sealed. Safe to stop and to run again; the old key can go afterwards."""
    begin_site()
    from django.db import DatabaseError

    from sonae_web.accounts import factors
    from sonae_web.ground.sealed import renew_keys, vault
    from sonae_web.ground.vault import Sealed

    try:
        done = renew_keys() + factors.renew_keys()
    except DatabaseError as error:
        raise Refused([problem("site.not_there", "-", reason=type(error).__name__)]) from error
    except Sealed as error:
        raise Refused([problem("keys.missing", "SONAE_KEYS", reason=error)]) from error
    show(
        {"key": vault().current, "renewed": done},
        [library(Output.lang)("keys.renewed", rows=count(done), key=vault().current)],
    )
