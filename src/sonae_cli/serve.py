"""``sonae serve``: the site, on this machine: web, worker and scheduler, started and ended together."""

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from sonae.problems import Refused, problem
from sonae.programmes import library
from sonae_cli.output import Output
from sonae_cli.processes import run_together
from sonae_cli.site import begin_site, bring_up_to_date

THREADS = 1
"""Requests that one web process handles at once: Python runs one at a time anyhow, and threads that wait for each other's turn
at every question to the database cost a fifth more time. More at once: more processes."""


def serve(
    sample: Annotated[
        bool, typer.Option("--sample", help="With sample keys and nothing real, in a folder of its own.")
    ] = False,
    host: Annotated[str, typer.Option(envvar="SONAE_HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="SONAE_PORT", help="The port to listen on; 0: a free one.", min=0, max=65_535)
    ] = 8000,
    workers: Annotated[int, typer.Option(envvar="SONAE_WORKERS", help="Web processes.", min=1, max=64)] = 2,
    jobs: Annotated[int, typer.Option(envvar="SONAE_JOBS", help="Processes for jobs.", min=0, max=64)] = 1,
    data: Annotated[Path, typer.Option(help="With --sample: where its data is kept.")] = Path("var/sample"),
) -> None:
    """Bring the database up to date and serve the site until stopped: pages, jobs and what is due by the clock."""
    if sample:
        _sample_settings(data)
    port = _free(host, port)
    if sample:
        os.environ.setdefault("SONAE_ADDRESS", f"http://localhost:{port}")
    begin_site()
    bring_up_to_date()
    if sample:
        _sample_data()
    web = [
        sys.executable, "-m", "granian", "sonae_web.wsgi:application", "--interface", "wsgi", "--no-ws", "--host", host,
        "--port", str(port), "--workers", str(workers), "--blocking-threads", str(THREADS), "--log-level", "error",
        "--workers-kill-timeout", "10",
    ]  # fmt: skip
    sonae = [sys.executable, "-m", "sonae_cli"]
    parts = [("web", web), ("scheduler", [*sonae, "scheduler"]), *[("worker", [*sonae, "worker"])] * jobs]
    print(f"http://{'localhost' if host == '127.0.0.1' else host}:{port}/", file=sys.stderr, flush=True)
    ended = run_together(parts)
    if ended:
        raise Refused([problem("serve.part_ended", "serve", part=ended[0], exit_code=ended[1])])


def _free(host: str, port: int) -> int:
    """Return the port, or a free one for 0. Raises Refused when it cannot be listened on."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
            return int(trial.getsockname()[1])
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused([problem("serve.port_taken", "--port", host=host, port=port, reason=reason)]) from error


def _sample_data() -> None:
    """Make the sample unless it is there, and say how to sign in to it. Raises Refused where anything else is."""
    from sonae_web.sample import state
    from sonae_web.sample.people import PASSWORD, SIGN_INS

    words = library(Output.lang)
    try:
        if not state.is_there():
            print(words("sample.making"), file=sys.stderr, flush=True)
            from sonae_web.sample.build import build

            build()
    except state.NotEmpty as error:
        raise Refused([problem("sample.not_empty", "SONAE_DATABASE_URL")]) from error
    lines = [words("sample.sign_ins", password=PASSWORD)]
    lines += [f"  {each.mail:24}{words('sample.code', name=each.name) if each.staff else ''}" for each in SIGN_INS]
    print("\n".join(lines), file=sys.stderr, flush=True)


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
    for name in ("SONAE_SMTP_URL", "SONAE_MAIL_DIR", "SONAE_MAIL_FROM"):  # a sample site sends nobody mail
        os.environ.pop(name, None)
    os.environ |= {
        "SONAE_SAMPLE": "true",
        "SONAE_SECRET_KEY": secret,
        "SONAE_KEYS": vault,
        "SONAE_HOSTS": "localhost,127.0.0.1",
        "SONAE_DATABASE_URL": f"sqlite:///{(data / 'sonae.sqlite3').resolve()}",
        "SONAE_DATA": str(data.resolve()),
    }
