"""What stands in one place of the site alone: the headers of a file, whole numbers that a browser sends."""

import ast
from pathlib import Path

from tests.cast import ROOT

SITE = ROOT / "src" / "sonae_web"
OWN = {"ground/download.py", "diagnosis/action_views.py"}
"""Beside the one place, the evidence of a member: its file has the name that the member gave it, and runs nothing."""


def modules() -> list[tuple[str, ast.Module]]:
    found = [path for path in SITE.rglob("*.py") if "migrations" not in path.parts]
    return [(_name(path), ast.parse(path.read_text("utf-8"))) for path in found]


def _name(path: Path) -> str:
    return path.relative_to(SITE).as_posix()


def test_the_headers_of_a_file_are_written_in_one_place() -> None:
    writers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        and any(isinstance(key, ast.Constant) and key.value == "Content-Disposition" for key in node.keys)
    }
    assert writers == OWN


def test_whole_numbers_are_read_in_one_place() -> None:
    """``int(text) if text.isdigit() …``: another one would accept other digits, or none would count its length."""
    readers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.IfExp) and "isdigit" in ast.dump(node.test)
    }
    assert readers == {"ground/posted.py"}
