"""What is made of data files stays in memory while it is sound; a faulty file that was mended is read again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sonae import contacts, coverage, declaration
from sonae.contacts import check_contacts
from sonae.coverage import check_clauses
from sonae.flyer import check_flyer, shown
from sonae.problems import Problem
from sonae.programmes import Programme, load_folder
from sonae.programmes.kept import kept_sound
from tests.cast import copy_of_programme, programme


@pytest.mark.parametrize(
    ("check", "file"),
    [
        (lambda programme: check_flyer(programme)[1], shown.FILE),
        (lambda programme: check_clauses(programme)[1], coverage.FILE),
        (lambda programme: check_contacts(programme)[1], contacts.FILE),
        (declaration.check, declaration.FILE),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_faults_are_gone_as_soon_as_the_file_is_mended(
    tmp_path: Path, check: Callable[[Programme], tuple[Problem, ...]], file: str
) -> None:
    folder = copy_of_programme(tmp_path)
    found, _ = load_folder(folder)
    assert found is not None
    sound = (folder / file).read_text("utf-8")
    (folder / file).write_text("nonsense: 1\n", "utf-8")
    assert check(found)
    (folder / file).write_text(sound, "utf-8")
    assert check(found) == ()


def test_what_is_sound_is_read_once_for_each() -> None:
    calls: list[str] = []

    @kept_sound
    def read(name: str) -> tuple[str, tuple[Problem, ...]]:
        calls.append(name)
        return name.upper(), ()

    assert [read(name) for name in ("a", "b", "a")] == [("A", ()), ("B", ()), ("A", ())]
    assert calls == ["a", "b"]


def test_the_flyer_s_data_are_read_once() -> None:
    assert check_flyer(programme())[0] is check_flyer(programme())[0]
