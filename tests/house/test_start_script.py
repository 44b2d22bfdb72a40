"""``./sonae`` on a machine where something is missing, and on one where nothing has changed."""

import os
import subprocess
from pathlib import Path

from tests.cast import ROOT

FAKE = """#!/bin/sh
case "$2" in
*ensurepip*) exit {venv} ;;
*version_info?:2*) echo 3.11 ;;
esac
[ "$1" = -m ] && echo "ran $*"
exit 0
"""


def program(path: Path, venv: int) -> Path:
    """A stand-in for Python: ``venv`` is its exit code when the venv module is asked for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FAKE.format(venv=venv), encoding="utf-8")
    path.chmod(0o755)
    return path


def start(folder: Path, python: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SONAE_PYTHON": python, "SONAE_VENV": str(folder / "venv")}
    command = [str(ROOT / "sonae"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_it_runs_at_once_when_the_lock_has_not_changed(tmp_path: Path) -> None:
    program(tmp_path / "venv/bin/python", 0)
    (tmp_path / "venv/requirements.lock.installed").write_bytes((ROOT / "requirements.lock").read_bytes())
    ran = start(tmp_path, "none", "estimate", "a file.yaml")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "ran -m sonae_cli estimate a file.yaml\n", "")


def test_a_changed_lock_is_installed_and_remembered(tmp_path: Path) -> None:
    program(tmp_path / "venv/bin/python", 0)
    stamp = tmp_path / "venv/requirements.lock.installed"
    stamp.write_text("old\n", encoding="utf-8")
    ran = start(tmp_path, "none", "--help")
    assert ran.returncode == 0
    assert "--require-hashes" in ran.stderr
    assert stamp.read_bytes() == (ROOT / "requirements.lock").read_bytes()


def test_without_python_it_says_what_to_install(tmp_path: Path) -> None:
    ran = start(tmp_path, str(tmp_path / "no-python"), "--help")
    assert ran.returncode == 1
    assert "apt install python3 python3-venv" in ran.stderr


def test_without_venv_it_says_what_to_install_and_leaves_nothing(tmp_path: Path) -> None:
    ran = start(tmp_path, str(program(tmp_path / "python", 1)), "--help")
    assert ran.returncode == 1
    assert "apt install python3-venv" in ran.stderr
    assert not (tmp_path / "venv").exists()
