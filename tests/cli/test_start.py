"""How a command starts, as a real process: what it loads, and that its result alone stands on stdout in any locale."""

import json
import os
import subprocess
import sys

import pytest

from tests.cast import EXAMPLES, ROOT

FLYER = "examples/flyer_leak.yaml"
HEAVY = {"django", "scipy", "numpy", "typst", "holidays"}


def started(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        check=False,
    )


def test_estimate_loads_nothing_heavy() -> None:
    ran = started("-X", "importtime", "-m", "sonae_cli", "estimate", FLYER, "--json")
    loaded = {
        line.rpartition("|")[2].strip() for line in ran.stderr.decode().splitlines() if line.startswith("import time:")
    }
    assert json.loads(ran.stdout)["total"] == 45_000_000
    assert {"sonae.scenario", "sonae.layers", "yaml"} <= loaded  # the list is a real one
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "utf-8"])
def test_the_result_is_utf_8_whatever_the_terminal_says(encoding: str) -> None:
    ran = started("-m", "sonae_cli", "estimate", FLYER, "--lang", "en", PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "¥45,000,000" in ran.stdout.decode()


def test_a_file_name_that_is_no_text_is_told_without_a_traceback() -> None:
    name = os.fsdecode(b"\xff\xfe.yaml")
    ran = started("-m", "sonae_cli", "estimate", name, "--json")
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert json.loads(ran.stdout)["problems"][0]["code"] == "file.unreadable"
    assert not (EXAMPLES / name).exists()
