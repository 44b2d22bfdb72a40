"""Which scope holds here: declared around a block, or left with a reason. Knows no model, for the database asks it too."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

log = logging.getLogger("sonae.scope")
LONGEST = 4 * 16
"""Bytes of the path of a member: national federation, prefectural federation, association, member."""


@dataclass(frozen=True)
class Scope:
    """Who acts, in which role of which organisation, and the branch of the tree whose rows this role may see.

    ``root`` is the path of the organisation at the top of that branch: the ids of all from the root of the tree down to it,
    16 bytes each. An empty one sees nothing.
    """

    user: uuid.UUID
    role: str
    organisation: uuid.UUID
    root: bytes

    @property
    def top(self) -> uuid.UUID | None:
        """The organisation at the top of the branch."""
        return uuid.UUID(bytes=self.root[-16:]) if self.root else None

    @property
    def is_leaf(self) -> bool:
        """Whether nothing can lie below the top: the branch is that organisation alone."""
        return len(self.root) == LONGEST

    @property
    def span(self) -> tuple[bytes, bytes]:
        """From which path to which (that one not included) the branch goes; from b"" to b"" where nothing is seen."""
        stem = self.root.rstrip(b"\xff")
        return self.root, (stem[:-1] + bytes([stem[-1] + 1]) if stem else b"\xff" * (LONGEST + 1) if self.root else b"")


@dataclass(frozen=True)
class Unscoped:
    """All rows of all tenants, and why."""

    reason: str


Reach = Scope | Unscoped
_reach: ContextVar[Reach | None] = ContextVar("reach", default=None)
_of_query: ContextVar[Reach | None] = ContextVar("of_query", default=None)


class ScopeMissing(Exception):  # noqa: N818 - what is wrong is that it is missing
    """Rows were asked for, or written, outside a scope that allows it."""


def reach() -> Reach | None:
    """Return the scope that holds here, the reason why there is none, or None where nothing was declared."""
    return _reach.get()


def holding() -> Reach | None:
    """Return what holds for the statement that runs now: the reach of its query, or else the declared one."""
    return _of_query.get() or _reach.get()


@contextmanager
def asking(to: Reach | None) -> Iterator[None]:
    """While the block runs the statements of one query, its reach holds for them, whatever is declared around."""
    token = _of_query.set(to)
    try:
        yield
    finally:
        _of_query.reset(token)


@contextmanager
def declared(scope: Scope) -> Iterator[Scope]:
    """Let managers, relations and writes work in the block, for the rows of the scope only. The innermost block holds."""
    token = _reach.set(scope)
    try:
        yield scope
    finally:
        _reach.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Let managers see every tenant in the block, and log why. Raises ValueError without a reason."""
    if not reason.strip():
        raise ValueError("leaving tenancy needs a reason")
    log.info("unscoped", extra={"code": reason})
    token = _reach.set(Unscoped(reason))
    try:
        yield
    finally:
        _reach.reset(token)
