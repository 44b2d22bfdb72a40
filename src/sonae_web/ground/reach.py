"""Which scope holds here: declared around a block, or left with a reason. Knows no model, for the database asks it too."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

log = logging.getLogger("sonae.scope")


@dataclass(frozen=True)
class Scope:
    """Who acts, in which role of which organisation, and the organisations whose rows this role may see."""

    user: uuid.UUID
    role: str
    organisation: uuid.UUID
    organisations: frozenset[uuid.UUID]


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
