"""The life of a cover and of its payment: two tables of transitions, and the one function that takes a step.

An application and the cover that comes of it are one life. The tables say from which states a step leads where and who
may take it; ``GUARDS`` say what else must hold at that moment. Whatever is not in a table cannot happen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

CoverState = Literal[
    "draft", "submitted", "returned", "withdrawn", "referred", "declined", "accepted", "on_cover", "ended", "cancelled",
    "cancelled_unpaid", "rescinded", "void",
]  # fmt: skip
PaymentState = Literal["not_due", "due", "failed", "paid", "refunded"]
Who = Literal["member", "federation", "underwriter", "clock"]
"""Who takes a step; ``clock`` is the programme itself, by the calendar or by a result of the bank."""

IN_FORCE = frozenset({"accepted", "on_cover", "ended"})
"""Accepted and not undone. Payment may still be open when the period has ended."""
OPEN = frozenset({"draft", "submitted", "returned", "referred"})
"""Not decided yet."""
WAITING = frozenset({"submitted", "referred"})
"""With the federation, which has to decide."""
FINAL = frozenset({"withdrawn", "declined", "cancelled", "cancelled_unpaid", "rescinded", "void"})
"""No step leads out of these. ``ended`` is not among them: a period that ended unpaid is undone from its start."""
REASONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cancel": ("by_member", "not_eligible", "business_closed"),
        "rescind": ("misdeclared", "grave"),
    }
)
"""解約: asked for, membership ended, business closed. 解除: 告知義務違反, 重大事由."""


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a table: what is done, from which states, to which, by whom."""

    name: str
    sources: frozenset[str]
    target: str
    by: frozenset[str]


def _step(name: str, sources: str, target: str, by: str) -> Step:
    return Step(name, frozenset(sources.split()), target, frozenset(by.split()))


COVER: tuple[Step, ...] = (
    _step("submit", "draft returned", "submitted", "member"),
    _step("withdraw", "draft submitted returned referred", "withdrawn", "member"),
    _step("return", "submitted referred", "returned", "federation clock"),
    _step("refer", "submitted", "referred", "federation"),
    _step("decline", "submitted referred", "declined", "federation"),
    _step("accept", "submitted referred", "accepted", "federation"),
    _step("start", "accepted", "on_cover", "clock"),
    _step("end", "on_cover", "ended", "clock"),
    _step("cancel", "accepted on_cover", "cancelled", "federation"),
    _step("cancel_unpaid", "accepted on_cover ended", "cancelled_unpaid", "clock federation"),
    _step("rescind", "accepted on_cover ended", "rescinded", "underwriter"),
    _step("void", "accepted on_cover ended", "void", "underwriter"),
)
PAYMENT: tuple[Step, ...] = (
    _step("fall_due", "not_due", "due", "clock"),
    _step("fail", "due", "failed", "clock federation"),
    _step("debit_again", "failed", "due", "federation"),
    _step("pay", "due failed", "paid", "clock federation"),
    _step("refund", "paid", "refunded", "federation"),
)
_STEPS: Mapping[str, tuple[Step, str]] = MappingProxyType(
    {
        **{step.name: (step, "state") for step in COVER},
        **{step.name: (step, "payment") for step in PAYMENT},
    }
)


@dataclass(frozen=True, slots=True)
class Life:
    """Where an application or cover stands. Moments are aware; ``reason`` is that of a cancellation or rescission."""

    cover_from: datetime
    cover_to: datetime
    state: str = "draft"
    payment: str = "not_due"
    reason: str = ""


class NotAllowed(Exception):  # noqa: N818 - an answer: this step cannot be taken from here
    """A step that cannot be taken; ``why`` is ``state``, ``who``, ``reason``, or the name of the guard that forbids it."""

    def __init__(self, step: str, why: str, state: str) -> None:
        self.step, self.why, self.state = step, why, state
        super().__init__(f"{step} from {state}: {why}")


GUARDS: Mapping[str, tuple[str, Callable[[Life, datetime], bool]]] = MappingProxyType(
    {
        "accept": ("before_start", lambda life, at: at < life.cover_from),
        "start": ("after_start", lambda life, at: at >= life.cover_from),
        "end": ("after_end", lambda life, at: at >= life.cover_to),
        "cancel_unpaid": ("unpaid", lambda life, _: life.payment in ("due", "failed")),
        "fall_due": ("in_force", lambda life, _: life.state in IN_FORCE),
        "debit_again": ("in_force", lambda life, _: life.state in IN_FORCE),
        "pay": ("in_force", lambda life, _: life.state in IN_FORCE),
    }
)
"""What must hold beside the state: nothing is accepted once its cover would have started, nothing starts or ends early."""


def after(life: Life, step: str, *, by: str, at: datetime, reason: str = "") -> Life:
    """Return the life after a step taken by somebody at a moment.

    ``reason`` is needed where REASONS names some for the step, and refused elsewhere. Raises NotAllowed; KeyError for a
    step that neither table has.
    """
    row, field = _STEPS[step]
    state = getattr(life, field)
    if state not in row.sources:
        raise NotAllowed(step, "state", state)
    if by not in row.by:
        raise NotAllowed(step, "who", state)
    if (reason not in REASONS[step]) if step in REASONS else reason:
        raise NotAllowed(step, "reason", state)
    if step in GUARDS and not GUARDS[step][1](life, at):
        raise NotAllowed(step, GUARDS[step][0], state)
    given = reason if step in REASONS else life.reason
    if field == "payment":
        return replace(life, payment=row.target, reason=given)
    return replace(life, state=row.target, reason=given)


def may(life: Life, step: str, *, by: str, at: datetime) -> bool:
    """Return whether somebody may take a step at a moment, with a fitting reason where one is needed."""
    try:
        after(life, step, by=by, at=at, reason=REASONS[step][0] if step in REASONS else "")
    except NotAllowed:
        return False
    return True
