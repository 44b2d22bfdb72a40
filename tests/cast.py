"""The cast: the businesses, answers and files that tests share, made by small functions. Nothing here reads a clock."""

import io
import json
import os
import random
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from sonae.checklist import Answers, Business, Edition, load_edition, read_answers
from sonae.checklist.business import MEDIA, USES
from sonae.figures import LANGS
from sonae.problems import Problem, Refused
from sonae.programmes import Document, Programme, describe, load, read_file
from sonae.programmes.reader import read
from sonae.programmes.words import LIBRARY
from sonae.report import Diagnosis, diagnose
from sonae_cli.app import main

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
BUSINESSES = ("auto_repair", "clinic", "letting", "mail_order", "printing", "rental")
"""The whole businesses among the examples."""
EDITIONS = ("2004-12", "2027-01")
PROGRAMME = "chuokai-leak"
ON = date(2027, 4, 1)
LADDERS = (("no", "partly", "yes"), ("unknown", "partly", "yes"))
"""Answers to one question from worse to better."""


def dice(seed: int | str) -> random.Random:
    """Draws that are the same in every run."""
    return random.Random(seed)


def many(count: int) -> int:
    """Return how many examples a property is tried on: ``count`` in the soak run, a quarter in every other."""
    return count if "SONAE_SOAK" in os.environ else max(20, count // 4)


# --- businesses and their answers
def programme() -> Programme:
    return load(PROGRAMME)


def edition(name: str = "2027-01") -> Edition:
    return load_edition(programme(), name)


def business(**changes: Any) -> Business:
    """A small shop on paper and one PC that has no more than it must; ``changes`` replace its fields."""
    shop = Business(
        name="見本商店",
        industry="retail",
        employees=5,
        persons_held=800,
        annual_sales=50_000_000,
        information=("name", "address"),
        media=("paper", "pc"),
        uses=(),
        on_consignment=False,
    )
    return replace(shop, **changes)


def asked_all() -> Business:
    """A business that holds and uses everything, so that every question of every edition applies."""
    return business(
        name="株式会社全部見本",
        employees=150,
        persons_held=60_000,
        information=tuple(programme().items),
        media=MEDIA,
        uses=USES,
        on_consignment=True,
    )


def answers(
    given: Mapping[str, str], who: Business | None = None, *, name: str = "2027-01", quick: bool = False
) -> Answers:
    return Answers(programme(), edition(name), who or asked_all(), MappingProxyType(dict(given)), quick)


def uniform(answer: str, name: str = "2027-01") -> dict[str, str]:
    """The same answer to every question of an edition that allows it."""
    return {question.id: answer for question in edition(name).questions if answer in question.answers}


@lru_cache(maxsize=16)
def example(name: str) -> Answers:
    return read_answers(read_file(EXAMPLES / f"{name}.yaml"))


def answering(source: Answers, answer: str) -> Answers:
    """The same business, giving one answer throughout."""
    return replace(source, given=MappingProxyType(uniform(answer, source.edition.id)))


def renamed(source: Answers, name: str) -> Answers:
    return replace(source, business=replace(source.business, name=name))


def diagnosed(source: Answers) -> Diagnosis:
    return diagnose(source, ON)


# --- files, and what is wrong with them
def document(text: str, name: str = "file.yaml") -> Document:
    return read(text.encode(), name)


def refused(act: Callable[[], object]) -> tuple[Problem, ...]:
    """The problems with which an act is refused; each must have words in both languages, with every blank filled."""
    with pytest.raises(Refused) as caught:
        act()
    problems = caught.value.problems
    assert problems
    for each in problems:
        for lang in LANGS:
            described = describe(each, lang)
            assert set(described) == {"code", "at", "found", "fix"}
            assert not re.search(r"\{[a-z_]+\}", described["found"] + described["fix"]), each.code
            assert all(described.values())
    return problems


def places(problems: tuple[Problem, ...] | list[Problem]) -> list[tuple[str, str]]:
    """Each problem's code and place, as (``value.range``, ``7:14 business.employees``), without the file's name."""
    return sorted((each.code, each.at.partition(":")[2]) for each in problems)


def codes(problems: tuple[Problem, ...] | list[Problem]) -> set[str]:
    return {each.code for each in problems}


def value_of(problems: tuple[Problem, ...] | list[Problem], code: str, name: str) -> str:
    """What the only problem of a code says under a name."""
    (found,) = (each for each in problems if each.code == code)
    return dict(found.values)[name]


def copy_of_programme(folder: Path, *, only: str = "") -> Path:
    """A copy of the programme to break, with all its editions or only one."""
    copy = folder / PROGRAMME
    shutil.copytree(LIBRARY / PROGRAMME, copy)
    if only:
        for path in (*copy.glob("checklist/*.yaml"), *copy.glob("text/*/checklist-*.yaml")):
            if not path.name.removeprefix("checklist-").startswith(only):
                path.unlink()
    return copy


def edit(path: Path, old: str, new: str) -> None:
    """Put ``new`` for the one place of ``old`` in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def place_in(path: Path, piece: str) -> str:
    """Line and column of the first place of a piece of text in a file."""
    before = path.read_text(encoding="utf-8").partition(piece)[0]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


# --- the command line
@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON on stdout."""
        return json.loads(self.out)


class Shell:
    """Runs commands in this process, as ``./sonae`` would."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.monkeypatch = monkeypatch

    def __call__(self, *words: str | Path, stdin: bytes | str = b"") -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        code = ended.value.code
        out, err = self.capsys.readouterr()
        return Ran(code if isinstance(code, int) else int(code is not None), out, err)
