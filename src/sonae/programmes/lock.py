"""``published.lock``: one hash for each value marked published, append-only, so that nothing published changes unseen.

A line is ``<programme>/<path>@<from> <SHA-256 of canonical JSON>``. Drafts are not in it and change freely.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from sonae.problems import Problem, Refused, problem
from sonae.programmes.words import LIBRARY

LOCK = LIBRARY / "published.lock"
_LINE = re.compile(r"([a-z0-9-]+/[^ ]+@[0-9-]+) ([0-9a-f]{64})")


def read_lock(path: Path = LOCK) -> dict[str, str]:
    """Return the hashes by value. Raises Refused for a line that has no such form or stands twice."""
    found: dict[str, str] = {}
    problems = []
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if match is None or match[1] in found:
            problems.append(problem("programme.lock_form", f"{path.name}:{number}:1", found=line))
        else:
            found[match[1]] = match[2]
    if problems:
        raise Refused(problems)
    return found


def compare(published: Mapping[str, str], programme: str, path: Path = LOCK) -> list[Problem]:
    """Return where the values marked published differ from the lock: changed, missing in it, or gone from the data."""
    try:
        locked = read_lock(path)
    except Refused as refused:
        return list(refused.problems)
    mine = {name: hash_ for name, hash_ in locked.items() if name.startswith(f"{programme}/")}
    problems = [problem("programme.lock_lost", path.name, found=name) for name in mine if name not in published]
    for name, hash_ in published.items():
        if name not in mine:
            problems.append(problem("programme.lock_missing", path.name, found=name))
        elif mine[name] != hash_:
            problems.append(problem("programme.lock_changed", path.name, found=name))
    return problems


def publish(published: Mapping[str, str], path: Path = LOCK) -> list[str]:
    """Append the values that the lock does not hold yet and return their names.

    Raises Refused, and writes nothing, if one was changed or if a name cannot be read back from a line.
    """
    locked = read_lock(path)
    changed = [name for name, hash_ in published.items() if locked.get(name, hash_) != hash_]
    if changed:
        raise Refused(problem("programme.lock_changed", path.name, found=name) for name in changed)
    added = [name for name in published if name not in locked]
    lines = [f"{name} {published[name]}" for name in added]
    if unreadable := [line for line in lines if not _LINE.fullmatch(line)]:
        raise Refused(problem("programme.lock_form", path.name, found=line) for line in unreadable)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if text and not text.endswith("\n"):
        text += "\n"
    part = path.with_name(f"{path.name}.part")
    part.write_text(text + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    part.replace(path)
    return added
