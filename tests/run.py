"""Runs every check in order: lint, types, import rules, programme data, tests. Called by ``./sonae test``.

./sonae test           all that this machine can run; what it could not is listed at the end
./sonae test --all     the same, but fails when anything could not be run
./sonae test --soak    the long counts as well
./sonae test PATH …    pytest alone, on what is named
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDS = {"pdftotext": "poppler-utils", "git": "git", "chromium": "chromium, fonts-noto-cjk"}
"""Programs that some tests need, and the Debian package of each."""


def main(arguments: list[str]) -> int:
    """Run the checks and return the exit code: 0 when all passed."""
    everything, soak = "--all" in arguments, "--soak" in arguments
    paths = [word for word in arguments if word not in ("--all", "--soak")]
    missing = {program: package for program, package in NEEDS.items() if shutil.which(program) is None}
    failed = []
    for name, command in [*([] if paths else _checks()), ("tests", _pytest(paths, soak, missing))]:
        started = time.monotonic()
        print(f"— {name}", flush=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **({"SONAE_SOAK": "1"} if soak else {})}
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        print(
            f"  {name}: {'ok' if code == 0 else f'failed ({code})'} in {time.monotonic() - started:.0f} s", flush=True
        )
        if code:
            failed.append(name)
    for program, package in missing.items():
        print(f"NOT RUN: tests that need {program} (Debian package {package}). Install it and run again.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    elif missing and everything:
        print("FAILED: --all needs everything above.")
    return 1 if failed or (missing and everything) else 0


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


def _pytest(paths: list[str], soak: bool, missing: dict[str, str]) -> list[str]:
    marks = [f"not needs_{program}" for program in missing] + ([] if soak else ["not soak"])
    return [sys.executable, "-m", "pytest", *(["-m", " and ".join(marks)] if marks else []), *paths]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
