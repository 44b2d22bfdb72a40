"""What is made of data files stays in memory while it is sound; a faulty file that was mended is read again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sonae import contacts, coverage, declaration
from sonae.checklist import check_edition, load_edition
from sonae.contacts import check_contacts
from sonae.coverage import check_clauses
from sonae.flyer import check_flyer, shown
from sonae.loss.controls import check_weights
from sonae.policy import behind
from sonae.problems import Problem, Refused
from sonae.programmes import Programme, load_folder
from sonae.programmes.kept import kept_sound
from tests.cast import EDITIONS, copy_of_programme, edition, programme


@pytest.mark.parametrize(
    ("check", "file"),
    [
        (lambda programme: check_flyer(programme)[1], shown.FILE),
        (lambda programme: check_clauses(programme)[1], coverage.FILE),
        (lambda programme: check_contacts(programme)[1], contacts.FILE),
        (declaration.check, declaration.FILE),
        (behind.check, behind.FILE),
        (lambda programme: check_weights(programme, edition())[1], "controls.yaml"),
        (lambda programme: check_edition(programme, EDITIONS[-1])[1], f"checklist/{EDITIONS[-1]}.yaml"),
        (lambda programme: check_contacts(programme)[1], "text/ja/contacts.yaml"),
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
    (folder / file).write_text("nonsense: one\n", "utf-8")
    assert check(found)
    (folder / file).write_text(sound, "utf-8")
    assert not check(found)


@pytest.mark.parametrize("file", ["programme.yaml", "scoring.yaml"])
def test_a_programme_is_read_again_as_soon_as_it_is_mended(tmp_path: Path, file: str) -> None:
    folder = copy_of_programme(tmp_path)
    sound = (folder / file).read_text("utf-8")
    (folder / file).write_text("nonsense: one\n", "utf-8")
    assert load_folder(folder)[1]
    (folder / file).write_text(sound, "utf-8")
    found, problems = load_folder(folder)
    assert found is not None
    assert problems == ()
    assert load_folder(folder)[0] is found


def test_an_edition_is_found_as_soon_as_its_file_is_there(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    file = folder / "checklist" / f"{EDITIONS[0]}.yaml"
    file.rename(folder / "away.yaml")
    found, _ = load_folder(folder)
    assert found is not None
    with pytest.raises(Refused):
        load_edition(found, EDITIONS[0])
    (folder / "away.yaml").rename(file)
    assert load_edition(found, EDITIONS[0]).id == EDITIONS[0]


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
