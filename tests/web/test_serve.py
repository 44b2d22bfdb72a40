"""The start script serves the site: first page, ready, mail sent, keys kept; web, worker and scheduler end together."""

import email
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar

import pytest

from sonae_cli import processes
from tests.cast import ROOT

PATIENCE = 60
T = TypeVar("T")


def outside() -> dict[str, str]:
    """The environment without the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONAE_", "DJANGO_"))}
    return kept | {"PYTHONPATH": "src"}


@contextmanager
def served(data: Path, *, end_by: signal.Signals = signal.SIGTERM) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The sample site on a free port; ended afterwards, with nothing of it left."""
    command = [sys.executable, "-m", "sonae_cli", "serve", "--sample", "--port", "0", "--data", str(data)]
    site = subprocess.Popen(command, cwd=ROOT, env=outside(), stderr=subprocess.PIPE, text=True)
    started: set[int] = set()
    try:
        assert site.stderr is not None
        address = None
        while address is None and (line := site.stderr.readline()):
            address = re.fullmatch(r"(http://localhost:\d+/)\n", line)
        assert address
        eventually(lambda: len(below(site.pid)) >= 4)  # web and its own process, worker, scheduler
        started |= below(site.pid)
        yield address[1], site
    finally:
        site.send_signal(end_by)
        site.communicate(timeout=processes.GRACE - 5)  # each part ends by itself: nothing has to be killed
        eventually(lambda: not any(alive(pid) for pid in started))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample site's folder after its first start: making the sample takes a while."""
    data = tmp_path_factory.mktemp("made") / "sample"
    with served(data) as (address, _):
        assert "Sonae" in page(address)
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "sample")


def below(pid: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    try:
        children = {int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()
    return children.union(*map(below, children))


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be asked for its exit code does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(ask: Callable[[], T]) -> T:
    """Ask again and again until the answer is one."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with suppress(OSError):
            if answer := ask():
                return answer
        time.sleep(0.05)
    pytest.fail("waited in vain")


def page(address: str) -> str:
    """The text of a page, as soon as the site answers."""

    def ask() -> str:
        with urllib.request.urlopen(address, timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    return eventually(ask)


def sample_settings(data: Path) -> dict[str, str]:
    """What a command needs to work on a sample site's data."""
    secret, keys = (data / "keys").read_text(encoding="utf-8").split()
    return outside() | {
        "SONAE_SAMPLE": "true",
        "SONAE_SECRET_KEY": secret,
        "SONAE_KEYS": keys,
        "SONAE_HOSTS": "localhost",
        "SONAE_DATABASE_URL": f"sqlite:///{data}/sonae.sqlite3",
        "SONAE_DATA": str(data),
    }


def sonae(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """What a command says."""
    return subprocess.run(
        [sys.executable, "-m", "sonae_cli", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        timeout=PATIENCE,
    )  # fmt: skip


def mails(data: Path) -> list[EmailMessage]:
    """What was sent; the sample's own mails too."""
    found = [email.message_from_bytes(each.read_bytes(), policy=policy.default) for each in data.glob("mail/*.eml")]
    return [each for each in found if isinstance(each, EmailMessage)]


def test_the_sample_site_opens_sends_mail_and_keeps_its_keys(data: Path) -> None:
    with served(data) as (address, site):
        assert "かんたん診断を始める" in page(address)
        ready = page(address + "readyz")
        assert '"ready": true' in ready
        assert '"late": []' in ready
        with urllib.request.urlopen(address + "static/sonae.css", timeout=5) as styles:
            assert ".choices" in styles.read().decode()
            assert (styles.headers["Cache-Control"], bool(styles.headers["ETag"])) == ("max-age=3600, public", True)
        assert sonae(sample_settings(data), "mail", "hanako@example.jp").returncode == 0
        (mail,) = eventually(lambda: [each for each in mails(data) if "試し送り" in each["Subject"]])
        assert mail["To"] == "hanako@example.jp"
    assert site.returncode == 0
    keys = (data / "keys").read_text(encoding="utf-8")
    assert (data / "keys").stat().st_mode & 0o077 == 0
    with served(data, end_by=signal.SIGINT) as (address, site):
        assert "Sonae" in page(address)
    assert site.returncode == 0
    assert (data / "keys").read_text(encoding="utf-8") == keys


@pytest.mark.parametrize("part", ["scheduler", "worker", "granian"])
def test_where_one_part_dies_all_end_and_it_is_said(data: Path, part: str) -> None:
    with served(data) as (address, site):
        page(address)
        (*_, pid) = sorted(
            (each for each in below(site.pid) if part in Path(f"/proc/{each}/cmdline").read_text()), reverse=True
        )
        os.kill(pid, signal.SIGKILL)
        assert site.stderr is not None
        said = site.stderr.read()
    assert site.returncode == 1
    assert "[serve.part_ended]" in said


def test_where_the_site_itself_is_killed_its_parts_end(data: Path) -> None:
    with served(data, end_by=signal.SIGKILL) as (address, site):
        page(address)
    assert site.returncode == -signal.SIGKILL


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ran = sonae(outside(), "serve", "--sample", "--data", str(tmp_path), "--port", port, "--json")
    assert ran.returncode == 1
    assert "serve.port_taken" in ran.stdout


# --- parts run together
def script(text: str) -> Sequence[str]:
    return [sys.executable, "-c", text]


STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
)


def test_the_part_that_ended_first_is_named_with_its_exit_code() -> None:
    long = "import time; time.sleep(600)"
    assert processes.run_together([("long", script(long)), ("short", script("raise SystemExit(3)"))]) == ("short", 3)
    assert processes.run_together([("short", script("")), ("long", script(long))]) == ("short", 0)


def test_a_part_that_does_not_end_is_killed_with_what_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(processes, "GRACE", 1)
    seen = tmp_path / "pid"
    parent = (
        f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], stdout=subprocess.PIPE); "
    )
    parent += f"p.stdout.readline(); open({str(seen)!r}, 'w').write(str(p.pid)); {STUBBORN}"
    ends = f"import os, time\nwhile not os.path.exists({str(seen)!r}): time.sleep(0.01)\n"
    assert processes.run_together([("parent", script(parent)), ("short", script(ends))]) == ("short", 0)
    pid = int(seen.read_text())
    status = Path(f"/proc/{pid}/stat")
    eventually(lambda: not status.exists() or status.read_text().split()[2] == "Z")


# --- one SQLite file, several processes that write
WRITE = """
import django
django.setup()
from django.db import transaction
from sonae_web.diagnosis import services
from sonae_web.ground import audit
for number in range(40):
    with transaction.atomic():
        link = services.begin(industry="retail", employees=5, persons_held=number)
        audit.record(action="check.begin", kind="check", object_id="all")
    services.read(link)
    audit.seal()
"""


def test_processes_that_write_at_once_wait_for_one_another(data: Path, tmp_path: Path) -> None:
    environment = sample_settings(data) | {"DJANGO_SETTINGS_MODULE": "sonae_web.settings"}
    log = tmp_path / "audit.jsonl"
    with served(data) as (address, _):
        page(address)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITE], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        answers = [page(address + "readyz") for _ in range(50)]
        said = [writer.communicate(timeout=PATIENCE)[1] for writer in writers]
    assert (said, [writer.returncode for writer in writers]) == (["", ""], [0, 0])
    assert all('"ready": true' in answer for answer in answers)
    assert sonae(environment, "log", "export", str(log)).returncode == 0
    assert log.read_text(encoding="utf-8").count('"check.begin"') == 80
    assert sonae(environment, "log", "verify", str(log)).returncode == 0
