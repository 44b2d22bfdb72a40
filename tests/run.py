"""Runs every check in order: lint, types, import rules, programme data, tests. Called by ``./sonae test``.

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
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

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


def main(arguments: list[str]) -> int:
    """Run the checks and return the exit code: 0 when all passed."""
    flags, paths = FLAGS & set(arguments), [word for word in arguments if word not in FLAGS]
    missing = {program: package for program, package in NEEDS.items() if not _there(program)}
    failed = []
    only_postgres = "--postgres" in flags
    if not only_postgres:
        for name, command in [*([] if paths else _checks()), ("tests", _pytest(paths, flags, missing))]:
            if not _passes(name, command, flags):
                failed.append(name)
    if "postgres" not in missing and (only_postgres or not paths) and not _passes_on_postgres(paths, flags, missing):
        failed.append("tests on PostgreSQL")
    for program, package in missing.items():
        print(f"NOT RUN: tests that need {program} (Debian package {package}). Install it and run again.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    elif missing and ("--all" in flags or (only_postgres and "postgres" in missing)):
        print("FAILED: this run needs everything above.")
        return 1
    return 1 if failed else 0


def _there(program: str) -> bool:
    return (postgres.programs() if program == "postgres" else shutil.which(program)) is not None


def _passes(name: str, command: list[str], flags: set[str], environment: Mapping[str, str] | None = None) -> bool:
    started = time.monotonic()
    print(f"— {name}", flush=True)
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **(environment or {})}
    settings |= {"SONAE_SOAK": "1"} if "--soak" in flags else {}
    code = subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode
    print(f"  {name}: {'ok' if code == 0 else f'failed ({code})'} in {time.monotonic() - started:.0f} s", flush=True)
    return code == 0


def _passes_on_postgres(paths: list[str], flags: set[str], missing: Mapping[str, str]) -> bool:
    command = _pytest(paths or list(WITH_DATABASE), flags, missing, "(django_db or needs_postgres)", "not any_database")
    try:
        with postgres.cluster() as address:
            return _passes("tests on PostgreSQL", command, flags, {"SONAE_TEST_DATABASE_URL": address})
    except (RuntimeError, KeyError) as error:  # it does not start; there is no user postgres
        print(f"PostgreSQL: {error}")
        return False


def _checks() -> list[tuple[str, list[str]]]:
    def module(name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", name, *arguments]

    imports = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    return [
        ("format", module("ruff", "format", "--check", "--quiet", "src", "tests", "bench")),
        ("lint", module("ruff", "check", "--quiet", "src", "tests", "bench")),
        ("types", module("mypy")),
        ("imports", [sys.executable, "-c", imports]),
        ("programme", module("sonae_cli", "programme", "check")),
    ]


def _pytest(paths: list[str], flags: set[str], missing: Mapping[str, str], *only: str) -> list[str]:
    marks = [*only, *(f"not needs_{program}" for program in missing), *([] if "--soak" in flags else ["not soak"])]
    return [sys.executable, "-m", "pytest", *(["-m", " and ".join(marks)] if marks else []), *paths]


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every clean-up."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main(sys.argv[1:]))
