"""How a command starts, as a real process: what it loads, and that its result alone stands on stdout in any locale."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import EXAMPLES, ROOT

FLYER = "examples/flyer_leak.yaml"
HEAVY = {"django", "scipy", "numpy", "typst", "holidays", "numba"}


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
    assert json.loads(ran.stdout)["total"] == 45_000_000
    assert {"sonae.scenario", "sonae.layers", "yaml"} <= loaded(ran)  # the list is a real one
    assert heavy(ran) == set()


@pytest.mark.parametrize("more", [{"applied": "2027-06-10"}, {"months": 7}], ids=["applied", "months"])
def test_a_quote_loads_nothing_heavy(tmp_path: Path, more: dict[str, object]) -> None:
    """Not the holidays of every country either, though the debit day is a bank day."""
    plan = {"liability_limit": 50_000_000, "cost_limit": 5_000_000, "deductible": 100_000}
    asked = {
        "programme": "chuokai-leak",
        "on": "2027-06-10",
        "industry": "printing",
        "annual_sales": 10**8,
        "plan": plan,
    }
    (tmp_path / "asked.json").write_text(json.dumps(asked | more), "utf-8")
    ran = started("-X", "importtime", "-m", "sonae_cli", "quote", str(tmp_path / "asked.json"), "--json")
    assert json.loads(ran.stdout)["decision"] == "quoted"
    assert {"sonae.rating.rate", "sonae.enrolment.calendar"} <= loaded(ran)
    assert heavy(ran) == set()


def test_the_calendar_loads_nothing_heavy() -> None:
    words = ("calendar", "--programme", "chuokai-leak", "--applied", "2005-06-10", "--json")
    ran = started("-X", "importtime", "-m", "sonae_cli", *words)
    assert json.loads(ran.stdout)["choices"][0]["debit_on"] == "2005-09-26"
    assert heavy(ran) == set()


def loaded(ran: subprocess.CompletedProcess[bytes]) -> set[str]:
    """The modules that a process under ``-X importtime`` loaded."""
    lines = ran.stderr.decode().splitlines()
    return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}


def heavy(ran: subprocess.CompletedProcess[bytes]) -> set[str]:
    return {name for name in loaded(ran) if name.partition(".")[0] in HEAVY}


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
