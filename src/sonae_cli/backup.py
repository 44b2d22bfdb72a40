"""``sonae backup FILE`` and ``sonae restore FILE``: the whole site in one encrypted file, and back into an empty database."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from sonae.figures import count
from sonae.problems import Refused, problem
from sonae.programmes import library
from sonae_cli import chain
from sonae_cli.output import Output, show
from sonae_cli.site import begin_site
from sonae_web.ground.chain import Head

if TYPE_CHECKING:
    from sonae_web.ground.backup import Backup

Target = Annotated[str, typer.Argument(help="File to write.", show_default=False)]
Source = Annotated[str, typer.Argument(help="File of sonae backup.", show_default=False)]
Faulty = Annotated[
    bool, typer.Option("--with-faulty-log", help="Restore even when the audit log in the backup has faults.")
]


def backup(file: Target) -> None:
    """Write the whole site as it stands now to one encrypted file. The keys are not in it: keep them apart."""
    begin_site()
    from django.db import DatabaseError

    from sonae_web.ground import backup as site

    try:
        done = _write(Path(file), lambda opened: site.write(opened, file))
    except DatabaseError as error:
        raise Refused([problem("site.not_there", file, reason=type(error).__name__)]) from error
    words = library(Output.lang)
    lines = [
        words("backup.written", tables=count(done.tables), rows=count(done.rows), file=file, key=done.key),
        words("backup.head", head=done.head),
        words("backup.keys_apart"),
    ]
    if done.left_out:
        lines.append(words("backup.left_out", names=", ".join(done.left_out)))
    if done.unopened:
        lines.append(words("backup.unopened", values=count(done.unopened)))
    show(_data(done) | {"file": file, "left_out": list(done.left_out), "unopened": done.unopened}, lines)


def restore(file: Source, with_faulty_log: Faulty = False) -> None:
    """Write a backup into an empty database: all of it or nothing. Needs the keys that the site had."""
    begin_site()
    from django.db import DatabaseError

    from sonae_web.ground import backup as site

    found = chain.Verified(0, None, 0, ())

    def verify(head: Head) -> None:
        nonlocal found
        found = _log(head)
        if found.problems and not with_faulty_log:
            raise Refused([problem("backup.log", file, faults=count(len(found.problems))), *found.problems[:10]])

    try:
        with Path(file).open("rb") as opened:
            done = site.restore(opened, file, verify)
    except DatabaseError as error:
        raise Refused([problem("site.not_there", file, reason=type(error).__name__)]) from error
    except OSError as error:
        raise Refused([problem("file.unreadable", file, reason=error.strerror or type(error).__name__)]) from error
    words, faults = library(Output.lang), len(found.problems)
    lines = [
        words("backup.restored", tables=count(done.tables), rows=count(done.rows)),
        words("backup.log_faulty", faults=count(faults))
        if faults
        else words("backup.log_sound", rows=count(found.rows)),
        words("backup.head", head=done.head),
    ]
    show(_data(done) | {"log_faults": faults}, lines)


def _data(done: "Backup") -> dict[str, object]:
    return {"tables": done.tables, "rows": done.rows, "key": done.key, "head": done.head._asdict()}


def _write(path: Path, write: "Callable[[BinaryIO], Backup]") -> "Backup":
    """Write a file that its owner alone may read, whole or not at all; what was there before stays until then."""
    part = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)  # left by a process that was killed
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            done = write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise Refused(
            [problem("file.not_written", str(path), reason=error.strerror or type(error).__name__)]
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return done


def _log(head: Head) -> chain.Verified:
    """Return what the audit log in the database turns out to be, against the head that the backup names."""
    from sonae_web.ground import audit

    with TemporaryFile() as file:
        audit.export(file)
        file.seek(0)
        return chain.verify(file, "log", [head] if head.number else [])
