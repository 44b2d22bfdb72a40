"""What is wrong with an input, as values: a stable code, the place, and what was put there.

The words (what was found, how to mend it) stand in ``programmes/text/<lang>/problems.yaml`` under the code, in both
languages; ``docs/errors.md`` lists every code.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input. ``values`` fill the words of its code."""

    code: str
    at: str
    values: tuple[tuple[str, str], ...] = ()


def problem(code: str, at: str, **values: object) -> Problem:
    """Return the problem ``code`` at the place ``at``, its values as text cut to 80 characters."""
    return Problem(code, at, tuple((name, short(str(value))) for name, value in values.items()))


def short(text: str, most: int = 80) -> str:
    """Return text cut to ``most`` characters, the last of them … where it was longer."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Refused(Exception):  # noqa: N818 - a refusal is a result with reasons, not an error of the program
    """An input was refused. ``problems`` holds every reason found, at least one; nothing was done."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{each.code} at {each.at}" for each in self.problems))
