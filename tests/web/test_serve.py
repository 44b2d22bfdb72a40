"""The start script serves the sample site: first page, ready, keys of its own kept, stopped in order."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.cast import ROOT

PATIENCE = 60


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The sample site on a free port, ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = (
        "SONAE_SECRET_KEY",
        "SONAE_KEYS",
        "SONAE_HOSTS",
        "SONAE_SAMPLE",
        "SONAE_DATABASE_URL",
        "DJANGO_SETTINGS_MODULE",
    )
    environment = {name: value for name, value in os.environ.items() if name not in kept}
    command = [sys.executable, "-m", "sonae_cli", "serve", "--sample", "--port", str(port), "--data", str(data)]
    site = subprocess.Popen(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": "src"}, stderr=subprocess.PIPE, text=True
    )
    try:
        address = f"http://localhost:{port}/"
        assert site.stderr is not None
        assert address in site.stderr.readline()
        yield address
    finally:
        site.send_signal(signal.SIGTERM)
        site.communicate(timeout=PATIENCE)


def page(address: str) -> str:
    """The text of a page, as soon as the site answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            text: str = answer.read().decode()
            return text
    pytest.fail(f"no answer from {address}")


def test_the_sample_site_opens_and_keeps_its_keys(tmp_path: Path) -> None:
    with served(tmp_path / "sample") as address:
        assert "かんたん診断を始める" in page(address)
        assert '"ready": true' in page(address + "readyz")
        assert ".choices" in page(address + "static/sonae.css")
    keys = (tmp_path / "sample" / "keys").read_text(encoding="utf-8")
    assert (tmp_path / "sample" / "keys").stat().st_mode & 0o077 == 0
    with served(tmp_path / "sample") as address:
        assert "Sonae" in page(address)
    assert (tmp_path / "sample" / "keys").read_text(encoding="utf-8") == keys
