"""What commands print: the result on stdout (words, or JSON with --json), problems, and the exit codes.

Exit 0 done; 1 refused, with the problems; 2 misuse of the command.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from sonae.contract import text
from sonae.figures import Lang
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Document, describe, read_bytes, read_file
from sonae.programmes.reader import MOST_BYTES

File = Annotated[str, typer.Argument(help="YAML or JSON file, or - for stdin.", show_default=False)]


class Output:
    """How this run prints: as JSON or in words, and in which language."""

    as_json = False
    lang: Lang = "ja"


def show(data: Any, lines: Sequence[str]) -> None:
    """Print a result: the data with --json, the lines otherwise."""
    print(text(data) if Output.as_json else "\n".join([*lines, ""]), end="")


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Print the problems and end with exit code 1."""
    described = [describe(each, Output.lang) for each in problems]
    if Output.as_json:
        print(text({"problems": described}), end="")
    else:
        for each in described:
            print(f"{each['at']}\n  {each['found']}\n  → {each['fix']}  [{each['code']}]", file=sys.stderr)
    sys.exit(1)


def document(source: str) -> Document:
    """Return the document in a file, or on stdin for ``-``. Raises Refused."""
    if source == "-":
        return read_bytes(sys.stdin.buffer.read(MOST_BYTES + 1), "-")
    return read_file(Path(source))


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises Refused when it cannot be written."""
    part = path.parent / f".{path.name}.part"
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):  # where it could not be written, there may be nothing to take away
            part.unlink()
        raise Refused(
            [problem("file.not_written", str(path), reason=error.strerror or type(error).__name__)]
        ) from error
