"""``sonae serve``: the site, on this machine."""

import os
import secrets
import sys
from pathlib import Path
from typing import Annotated

import typer


def serve(
    sample: Annotated[
        bool, typer.Option("--sample", help="With sample keys and nothing real, in a folder of its own.")
    ] = False,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65_535)] = 8000,
    data: Annotated[Path, typer.Option(help="With --sample: where its data is kept.")] = Path("var/sample"),
) -> None:
    """Bring the database up to date and serve the site until stopped."""
    if sample:
        _sample_settings(data)
        os.environ.setdefault("SONAE_ADDRESS", f"http://localhost:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae_web.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    try:
        django.setup()
    except (ImproperlyConfigured, ValueError) as error:
        print(
            f"The site cannot start: {error}\n  → See docs/operating.md, or try ./sonae serve --sample.",
            file=sys.stderr,
        )
        raise SystemExit(1) from error
    call_command("migrate", interactive=False, verbosity=0)
    from granian import Granian
    from granian.constants import Interfaces

    print(f"http://localhost:{port}/", file=sys.stderr, flush=True)
    Granian(
        "sonae_web.wsgi:application", address="127.0.0.1", port=port, interface=Interfaces.WSGI, log_enabled=False
    ).serve()


def _sample_settings(data: Path) -> None:
    """Put the sample's settings into the environment; its keys are made once and kept in its folder."""
    from sonae_web.ground.vault import new_key

    data.mkdir(parents=True, exist_ok=True)
    keys = data / "keys"
    if not keys.exists():
        part = data / "keys.part"
        part.touch(mode=0o600)
        part.write_text(f"{secrets.token_urlsafe(48)}\n{new_key('sample-1')}\n", encoding="utf-8")
        part.replace(keys)
    secret, vault = keys.read_text(encoding="utf-8").split()
    os.environ |= {
        "SONAE_SAMPLE": "true",
        "SONAE_SECRET_KEY": secret,
        "SONAE_KEYS": vault,
        "SONAE_HOSTS": "localhost,127.0.0.1",
        "SONAE_DATABASE_URL": f"sqlite:///{(data / 'sonae.sqlite3').resolve()}",
    }
