"""What is made of data files, kept in memory while it is sound: once a faulty file is mended, it is read again by itself."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

from sonae.problems import Problem
from sonae.programmes import words

T = TypeVar("T")
Given = TypeVarTuple("Given")
MOST = 16


class _Faulty(Exception):  # noqa: N818 - a result on its way around the memory
    def __init__(self, found: object, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.found, self.problems = found, problems


def kept_sound(
    read: Callable[[*Given], tuple[T, tuple[Problem, ...]]],
) -> Callable[[*Given], tuple[T, tuple[Problem, ...]]]:
    """Let a reader be called once for each thing it reads, as long as it finds no problem there; else again each time.

    Where a word is at fault, all words are read again as well.
    """

    @lru_cache(maxsize=MOST)
    def sound(*given: *Given) -> T:
        found, problems = read(*given)
        if problems:
            raise _Faulty(found, problems)
        return found

    @wraps(read)
    def reader(*given: *Given) -> tuple[T, tuple[Problem, ...]]:
        try:
            return sound(*given), ()
        except _Faulty as faulty:
            if any(each.code.startswith("text.") or each.at.startswith("text/") for each in faulty.problems):
                words.forget()
            return faulty.found, faulty.problems  # type: ignore[return-value]  # what read has just returned

    return reader
