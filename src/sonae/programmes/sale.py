"""What a live programme needs before anything is sold with it: insurers and shares, a registered agent, approved documents.

A sample programme needs nothing of it: whatever it makes is marked as a sample. The data: ``parties.yaml`` (who stands
behind the cover), ``approvals.yaml`` (approval number, last day of use, and which words were approved).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from sonae.problems import Problem, Refused, problem
from sonae.programmes.cursor import Cursor
from sonae.programmes.programme import Programme, read_document
from sonae.programmes.words import LIBRARY

Sold = Literal["flyer", "quote", "comparison", "explanation", "application"]
DOCUMENTS: tuple[Sold, ...] = ("flyer", "quote", "comparison", "explanation", "application")
PARTIES, APPROVALS = "parties.yaml", "approvals.yaml"


@dataclass(frozen=True, slots=True)
class Approval:
    """An insurer's approval of a sales document: its number, its last day of use, the hash of the words approved."""

    document: str
    number: str
    until: date
    text: str


def require(programme: Programme, document: Sold, on: date) -> None:
    """Raise Refused with everything that is missing for a programme to be sold with a document on a day."""
    found = missing(programme, document, on)
    if found:
        raise Refused(found)


def missing(programme: Programme, document: Sold, on: date) -> tuple[Problem, ...]:
    """Return what is missing for a programme to be sold with a document on a day: nothing for a sample programme."""
    if programme.status == "sample":
        return ()
    return (*_parties(programme), *_approval(programme, document, on))


def text_fingerprint(programme: Programme) -> str:
    """Return the SHA-256 (hex) over every word and every value that a sales document may show: what an approval names.

    Any change of it takes the approvals back; the approvals themselves are not in it.
    """
    digest = hashlib.sha256()
    for base, pattern in (
        (LIBRARY, "text/*/*.yaml"),
        (programme.folder, "*.yaml"),
        (programme.folder, "text/*/*.yaml"),
    ):
        for path in sorted(base.glob(pattern)):
            if path.name != APPROVALS:
                content = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
                digest.update(f"{path.relative_to(base).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def approvals(programme: Programme) -> tuple[tuple[Approval, ...], tuple[Problem, ...]]:
    """Return the approvals of a programme's documents, and every fault of their data."""
    problems: list[Problem] = []
    try:
        cursor = Cursor(read_document(programme.folder, APPROVALS), problems)
    except Refused as refused:
        return (), refused.problems
    cursor.fields(["approvals"])
    found = []
    for entry in cursor.items("approvals"):
        if entry.fields(["document", "number", "until", "text"]):
            document = entry.choice("document", DOCUMENTS)
            found.append(Approval(document, entry.text("number"), entry.day("until"), entry.text("text")))
    return tuple(found), tuple(problems)


def _parties(programme: Programme) -> Iterator[Problem]:
    problems: list[Problem] = []
    try:
        cursor = Cursor(read_document(programme.folder, PARTIES), problems)
    except Refused as refused:
        yield from refused.problems
        return
    shares = [entry.share("share", Fraction(0)) for entry in cursor.items("insurers")]
    if not shares:
        yield problem("sale.insurers", PARTIES)
    elif sum(shares) != 1:
        yield problem("sale.shares", PARTIES, found=str(float(sum(shares))))
    if not cursor.has("agent") or not cursor["agent"].text("registration"):
        yield problem("sale.agents", PARTIES)
    yield from problems


def _approval(programme: Programme, document: Sold, on: date) -> Iterator[Problem]:
    found, problems = approvals(programme)
    yield from problems
    mine = [each for each in found if each.document == document]
    if not mine:
        yield problem("sale.approval", APPROVALS, document=document)
        return
    newest = max(mine, key=lambda each: each.until)
    if newest.until < on:
        yield problem("sale.expired", APPROVALS, document=document, until=newest.until.isoformat())
    if newest.text != text_fingerprint(programme):
        yield problem("sale.text_changed", APPROVALS, document=document)
