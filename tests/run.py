"""Runs every check: lint, import rules, programme data, then types and tests side by side. Called by ``./sonae test``.

./sonae test                   all that this machine can run; what it could not is listed at the end
./sonae test --all             the same, but fails when anything could not be run
./sonae test --soak            the long counts as well
./sonae test PATH …            pytest alone, on what is named
./sonae test --postgres PATH … the same, of it what touches the database, on PostgreSQL
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import postgres

NEEDS = {
    "pdftotext": "poppler-utils",
    "git": "git",
    "chromium": "chromium, fonts-noto-cjk",
    "postgres": "postgresql",
}
"""Programs that some tests need, and the Debian package of each."""
FLAGS = {"--all", "--soak", "--postgres"}
WITH_DATABASE = ("tests/web", "tests/cli")
"""Where the tests lie of which those that touch the database run on PostgreSQL as well."""
PARTS = {
    "tests in a browser": ("tests/browser",),
    "tests of the site": ("tests/web",),
    "tests of the library": ("tests/sonae",),
    "other tests": ("tests/cli", "tests/house", "tests/programmes"),
}
"""The whole run in parts, the longest first, so that those at once end together; a test sees to it that they leave nothing out."""
LONG = 2
"""How many of them take longer than the tests on PostgreSQL."""
AT_ONCE = 2
"""Parts that run side by side."""


@dataclass(frozen=True)
class Part:
    """A part of the run: what it is called, its command, and what it is told by its environment."""

    name: str
    command: Sequence[str]
    settings: Mapping[str, str]


def main(arguments: list[str]) -> int:
    """Run the checks and return the exit code: 0 when all passed."""
    flags, paths = FLAGS & set(arguments), [word for word in arguments if word not in FLAGS]
    missing = {program: package for program, package in NEEDS.items() if not _there(program)}
    only_postgres = "--postgres" in flags
    failed = [] if paths or only_postgres else [name for name, command in _checks() if not _passes(name, command)]
    settings = {"SONAE_SOAK": "1"} if "--soak" in flags else {}
    parts = {} if only_postgres else {"tests": tuple(paths)} if paths else PARTS
    tests = [Part(name, _pytest(where, flags, missing), settings) for name, where in parts.items()]
    if not paths and not only_postgres:
        tests.insert(1, Part("types", _module("mypy"), {}))
    with ExitStack() as stack:
        if "postgres" not in missing and (only_postgres or not paths):
            try:
                told = {"SONAE_TEST_DATABASE_URL": stack.enter_context(postgres.cluster())}
                only = ("(django_db or needs_postgres)", "not any_database")
                command = _pytest(paths or WITH_DATABASE, flags, missing, *only)
                tests.insert(LONG + 1, Part("tests on PostgreSQL", command, settings | told))
            except (RuntimeError, KeyError) as error:  # it does not start; there is no user postgres
                print(f"PostgreSQL: {error}")
                failed.append("tests on PostgreSQL")
        failed += _run(tests)
    for program, package in missing.items():
        print(f"NOT RUN: tests that need {program} (Debian package {package}). Install it and run again.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    elif missing and ("--all" in flags or (only_postgres and "postgres" in missing)):
        print("FAILED: this run needs everything above.")
        return 1
    return 1 if failed else 0


def _run(parts: Sequence[Part]) -> list[str]:
    """Run parts, AT_ONCE of them, each one's output when it has ended; return the names of those that failed.

    A single part prints as it goes. Whatever ends this ends what it started.
    """
    if len(parts) == 1:
        return [part.name for part in parts if not _passes(part.name, part.command, part.settings)]
    waiting, failed = list(parts), []
    running: list[tuple[Part, subprocess.Popen[bytes], IO[bytes], float]] = []
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                part = waiting.pop(0)
                output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the part has ended
                print(f"— {part.name} …", flush=True)
                started = subprocess.Popen(
                    part.command, cwd=ROOT, env=_environment(part.settings), stdout=output, stderr=subprocess.STDOUT
                )
                running.append((part, started, output, time.monotonic()))
            time.sleep(0.2)
            for ended in [each for each in running if each[1].poll() is not None]:
                running.remove(ended)
                if not _told(*ended):
                    failed.append(ended[0].name)
    finally:
        for _, process, output, _ in running:
            process.terminate()
            process.wait()
            output.close()
    return failed


def _told(part: Part, process: subprocess.Popen[bytes], output: IO[bytes], started: float) -> bool:
    """Print what a part that has ended said, and return whether it passed."""
    output.seek(0)
    print(f"— {part.name}", flush=True)
    shutil.copyfileobj(output, sys.stdout.buffer)
    output.close()
    return _ended(part.name, process.returncode, started)


def _there(program: str) -> bool:
    return (postgres.programs() if program == "postgres" else shutil.which(program)) is not None


def _passes(name: str, command: Sequence[str], settings: Mapping[str, str] | None = None) -> bool:
    started = time.monotonic()
    print(f"— {name}", flush=True)
    return _ended(
        name, subprocess.run(command, cwd=ROOT, env=_environment(settings or {}), check=False).returncode, started
    )


def _ended(name: str, code: int, started: float) -> bool:
    print(f"  {name}: {'ok' if code == 0 else f'failed ({code})'} in {time.monotonic() - started:.0f} s", flush=True)
    return code == 0


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), **settings}


def _checks() -> list[tuple[str, list[str]]]:
    """The quick ones, which come first; the types take as long as some tests and are checked beside them."""
    imports = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return [
        ("format", _module("ruff", "format", "--check", "--quiet", "src", "tests", "bench")),
        ("lint", _module("ruff", "check", "--quiet", "src", "tests", "bench")),
        ("imports", [sys.executable, "-c", imports]),
        ("programme", _module("sonae_cli", "programme", "check")),
    ]


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _pytest(paths: Sequence[str], flags: set[str], missing: Mapping[str, str], *only: str) -> list[str]:
    marks = [*only, *(f"not needs_{program}" for program in missing), *([] if "--soak" in flags else ["not soak"])]
    return _module(
        "pytest", "--durations=12", "--durations-min=3", *(["-m", " and ".join(marks)] if marks else []), *paths
    )


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every clean-up."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(sys.argv[1:]))
