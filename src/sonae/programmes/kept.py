"""What is made of data files, kept in memory while it is sound: once a faulty file is mended, it is read again by itself."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from sonae.problems import Problem

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
MOST = 8


class _Faulty(Exception):  # noqa: N818 - a result on its way around the memory
    def __init__(self, found: object, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self.found, self.problems = found, problems


def kept_sound(
    read: Callable[[K], tuple[T, tuple[Problem, ...]]],
) -> Callable[[K], tuple[T, tuple[Problem, ...]]]:
    """Let a reader be called once for each thing it reads, as long as it finds no problem there; else again each time."""

    @lru_cache(maxsize=MOST)
    def sound(source: K) -> T:
        found, problems = read(source)
        if problems:
            raise _Faulty(found, problems)
        return found

    @wraps(read)
    def reader(source: K) -> tuple[T, tuple[Problem, ...]]:
        try:
            return sound(source), ()
        except _Faulty as faulty:
            return faulty.found, faulty.problems  # type: ignore[return-value]  # what read has just returned

    return reader
