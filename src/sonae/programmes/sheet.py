"""Tables in CSV files: read in whichever encoding Excel saved them, written whole or not at all."""

import codecs
import csv
import errno
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from sonae.problems import Problem, Refused, problem

ENCODINGS = ("utf-8-sig", "cp932")
BLOCK = 1 << 20
JAPANESE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
OTHER_SEPARATOR = re.compile("[;\t|；，、]")

Cells = list[str] | None
"""A row's cells; None for a row whose quotes or lengths are wrong."""


class Writer(Protocol):
    """Takes rows of cells."""

    def writerow(self, row: Iterable[object], /) -> object: ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> object: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file that is text throughout."""

    path: Path
    encoding: str

    def at(self, line: int) -> str:
        """Return the place of a line: ``businesses.csv:12``."""
        return _at(self.path, line)

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield every row that is not blank: the line at which it begins (a cell may hold line ends) and its cells.

        A fault within one line leaves out that row alone. Raises Refused where rows can no longer be told apart, and when
        the file can no longer be read.
        """
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                reader = csv.reader(file, strict=True)
                while True:
                    line = reader.line_num + 1
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        if reader.line_num > line:
                            raise Refused([problem("table.rows_run_on", self.at(line))]) from error
                        yield line, None
                        continue
                    if any(cells) and any(cell.strip() for cell in cells):
                        yield line, cells
        except OSError as error:
            raise _unreadable(self.path, error) from error
        except UnicodeDecodeError as error:  # the file was changed while it was read
            raise Refused([problem("table.encoding", self.path.name)]) from error


def open_sheet(path: Path) -> Sheet:
    """Return a file's table. Raises Refused for a file that is missing, not text, or parted by other marks than commas."""
    try:
        if path.exists() and not path.is_file():
            reason = os.strerror(errno.EISDIR) if path.is_dir() else "not a regular file"
            raise Refused([problem("file.unreadable", str(path), reason=reason)])
        sheet = Sheet(path, _encoding(lambda: path.open("rb"), lambda line: _at(path, line)))
        with path.open(encoding=sheet.encoding) as file:
            for line, text in enumerate(file, 1):
                if text.strip():
                    check_separator(sheet.at(line), text)
                    break
    except OSError as error:
        raise _unreadable(path, error) from error
    return sheet


def decoded(content: bytes) -> str:
    """Return the text of a CSV file that was sent, in the first encoding that fits. Raises Refused with the line."""
    return content.decode(_encoding(lambda: io.BytesIO(content), str))


def check_separator(place: str, heading: str) -> None:
    """Raise Refused for a heading that is parted by other marks than commas."""
    found = OTHER_SEPARATOR.search(heading.strip())
    if found and "," not in heading:
        raise Refused([problem("table.separator", place, found=found[0].replace("\t", "TAB"))])


def _encoding(opened: Callable[[], BinaryIO], at: Callable[[int], str]) -> str:
    """Return the first encoding in which the whole file can be read."""
    lines = []
    for encoding in ENCODINGS:
        with opened() as file:
            line, surely = _broken(file, encoding, at)
        if not line:
            return encoding
        lines.append(line)
        if surely:  # damaged UTF-8, which as Shift_JIS would be read as nonsense
            break
    raise Refused([problem("table.encoding", at(max(lines)))])


def _broken(file: BinaryIO, encoding: str, at: Callable[[int], str]) -> tuple[int, bool]:
    """Return the line at which the file cannot be decoded, 0 when all of it can, and whether it had Japanese before it.

    Raises Refused when it is not text.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line, japanese = 1, False
    while True:
        block = file.read(BLOCK)
        before, zero, _ = block.partition(b"\0")
        if zero:
            raise Refused([problem("table.not_text", at(line + before.count(b"\n")))])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            sound = bytes(error.object[: error.start])
            japanese = japanese or JAPANESE.search(sound.decode(encoding)) is not None
            return line + sound.count(b"\n"), japanese
        japanese = japanese or JAPANESE.search(text) is not None
        if not block:
            return 0, japanese
        line += block.count(b"\n")


def _at(path: Path, line: int) -> str:
    return f"{path.name}:{line}"


def _unreadable(path: Path, error: OSError) -> Refused:
    return Refused([problem("file.unreadable", str(path), reason=error.strerror or type(error).__name__)])


# --- writing
def check_target(path: Path, source: Sheet) -> None:
    """Raise Refused where a table cannot be written, and above all where it would destroy the source."""
    fault = _fault_of_target(path, source)
    if fault is not None:
        raise Refused([fault])


def _fault_of_target(path: Path, source: Sheet) -> Problem | None:
    reason = ""
    try:
        if path.exists() and path.samefile(source.path):
            return problem("file.is_input", str(path))
        if path.is_dir():
            reason = os.strerror(errno.EISDIR)
        elif path.exists() and not path.is_file():
            reason = "not a regular file"  # replacing it would take away a device
        elif not path.parent.is_dir():
            reason = os.strerror(errno.ENOTDIR if path.parent.exists() else errno.ENOENT)
        elif not os.access(path.parent, os.W_OK | os.X_OK):
            reason = os.strerror(errno.EACCES)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    return problem("file.not_written", str(path), reason=reason) if reason else None


@contextmanager
def write_sheet(path: Path, source: Sheet) -> Iterator[Writer]:
    """Write a table whole or not at all, in UTF-8 as Excel takes it. Raises Refused when it cannot be written."""
    check_target(path, source)
    part = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)  # left by a process that was killed
        with part.open("x", encoding="utf-8-sig", newline="") as file:
            yield csv.writer(file)
        part.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused([problem("file.not_written", str(path), reason=reason)]) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
