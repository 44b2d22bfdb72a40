"""The two tables of states: every row, every guard, and what no history can do."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.dates import JST
from sonae.enrolment.states import (
    COVER,
    FINAL,
    GUARDS,
    IN_FORCE,
    OPEN,
    PAYMENT,
    REASONS,
    CoverState,
    Life,
    NotAllowed,
    PaymentState,
    after,
    may,
)

START, END = datetime(2027, 8, 25, 16, tzinfo=JST), datetime(2028, 3, 25, 16, tzinfo=JST)
BEFORE, DURING, LATER = START - timedelta(days=20), START + timedelta(days=40), END + timedelta(days=5)
NEW = Life(START, END)
STATES, PAYMENTS = set(get_args(CoverState)), set(get_args(PaymentState))
STEPS = {step.name: step for step in (*COVER, *PAYMENT)}
ROLES = ("member", "federation", "underwriter", "clock", "association", "admin")
TAKEN = st.tuples(
    st.sampled_from(sorted(STEPS)),
    st.sampled_from(ROLES),
    st.sampled_from(["", *REASONS["cancel"], *REASONS["rescind"]]),
    st.integers(-60, 400),
)


def history(*steps: tuple[str, str, datetime]) -> Life:
    life = NEW
    for step, by, at in steps:
        life = after(life, step, by=by, at=at)
    return life


ACCEPTED = (("submit", "member", BEFORE), ("accept", "federation", BEFORE))


def test_from_draft_to_the_end_of_a_paid_period() -> None:
    life = history(
        *ACCEPTED,
        ("start", "clock", START),
        ("fall_due", "clock", DURING),
        ("pay", "clock", DURING),
        ("end", "clock", END),
    )
    assert (life.state, life.payment) == ("ended", "paid")


def test_the_tables_name_every_state_and_lead_to_each() -> None:
    for table, states, first in ((COVER, STATES, "draft"), (PAYMENT, PAYMENTS, "not_due")):
        assert {name for step in table for name in (step.target, *step.sources)} == states
        assert {step.target for step in table} | {first} == states
    assert OPEN | IN_FORCE | FINAL == STATES
    assert len(STEPS) == len(COVER) + len(PAYMENT)
    assert GUARDS.keys() | REASONS.keys() <= STEPS.keys()


@pytest.mark.parametrize("at", [START, DURING])
def test_nothing_is_accepted_once_its_cover_would_have_started(at: datetime) -> None:
    submitted = history(("submit", "member", BEFORE))
    with pytest.raises(NotAllowed) as told:
        after(submitted, "accept", by="federation", at=at)
    assert told.value.why == "before_start"
    assert may(submitted, "accept", by="federation", at=START - timedelta(seconds=1))


def test_cover_starts_and_ends_at_four_and_not_a_minute_earlier() -> None:
    accepted = history(*ACCEPTED)
    assert not may(accepted, "start", by="clock", at=START - timedelta(minutes=1))
    assert may(accepted, "start", by="clock", at=START)
    covered = after(accepted, "start", by="clock", at=START)
    assert not may(covered, "end", by="clock", at=END - timedelta(minutes=1))
    assert may(covered, "end", by="clock", at=END)


def test_a_period_that_ended_unpaid_is_undone_and_a_paid_one_is_not() -> None:
    ended = history(*ACCEPTED, ("start", "clock", START), ("fall_due", "clock", DURING), ("end", "clock", END))
    assert after(ended, "cancel_unpaid", by="clock", at=LATER).state == "cancelled_unpaid"
    paid = after(ended, "pay", by="federation", at=LATER)
    assert not may(paid, "cancel_unpaid", by="clock", at=LATER)


@pytest.mark.parametrize(("step", "by"), [("cancel", "federation"), ("rescind", "underwriter")])
def test_an_end_before_time_has_one_of_its_own_reasons(step: str, by: str) -> None:
    accepted = history(*ACCEPTED)
    for reason in REASONS[step]:
        assert after(accepted, step, by=by, at=BEFORE, reason=reason).reason == reason
    for reason in ("", "nothing", *(set(sum(REASONS.values(), ())) - set(REASONS[step]))):
        with pytest.raises(NotAllowed) as told:
            after(accepted, step, by=by, at=BEFORE, reason=reason)
        assert told.value.why == "reason"


def test_a_step_that_has_no_reasons_takes_none() -> None:
    with pytest.raises(NotAllowed):
        after(NEW, "submit", by="member", at=BEFORE, reason="by_member")


def test_a_member_decides_nothing_and_a_clerk_applies_for_nobody() -> None:
    submitted = history(("submit", "member", BEFORE))
    for step in ("accept", "decline", "return", "refer"):
        assert not may(submitted, step, by="member", at=BEFORE)
    for by in ("federation", "association", "underwriter", "admin", "clock"):
        assert not may(NEW, "submit", by=by, at=BEFORE)
        assert not may(submitted, "withdraw", by=by, at=BEFORE)


def test_a_step_that_neither_table_has() -> None:
    with pytest.raises(KeyError):
        after(NEW, "celebrate", by="member", at=BEFORE)


def _lives(taken: list[tuple[str, str, str, int]]) -> list[tuple[str, str, datetime, Life, Life]]:
    """What a random history did: each step that could be taken, with the life before and after it."""
    life, done = NEW, []
    for step, by, reason, days in taken:
        at = START + timedelta(days=days)
        try:
            following = after(life, step, by=by, at=at, reason=reason)
        except NotAllowed:
            continue
        done.append((step, by, at, life, following))
        life = following
    return done


@st.composite
def likely(draw: st.DrawFn) -> list[tuple[str, str, str, int]]:
    """Histories that get somewhere: at each point mostly a step that the tables allow, in the course of time."""
    life, taken, days = NEW, [], -40
    for _ in range(draw(st.integers(1, 25))):
        days += draw(st.integers(0, 30))
        at = START + timedelta(days=days)
        open_ = [(step, by) for step in sorted(STEPS) for by in ROLES if may(life, step, by=by, at=at)]
        if not open_:
            continue
        step, by = draw(st.sampled_from(open_))
        reason = draw(st.sampled_from(REASONS[step])) if step in REASONS else ""
        taken.append((step, by, reason, days))
        life = after(life, step, by=by, at=at, reason=reason)
    return taken


@given(st.one_of(likely(), st.lists(TAKEN, max_size=40)))
def test_what_no_history_can_do(taken: list[tuple[str, str, str, int]]) -> None:
    was_accepted = was_paid = False
    for step, by, at, before, life in _lives(taken):
        assert before.state not in FINAL or life.state == before.state, "nothing leaves an end"
        assert by in STEPS[step].by
        assert (life.state != before.state) + (life.payment != before.payment) == 1, "one field a step"
        if step == "accept":
            assert at < life.cover_from, "nothing is accepted backwards"
            was_accepted = True
        if life.state in IN_FORCE | {"cancelled", "cancelled_unpaid", "rescinded", "void"}:
            assert was_accepted, "no cover without acceptance"
        if life.state == "on_cover":
            assert at >= life.cover_from or before.state == "on_cover"
        if life.payment != "not_due":
            assert was_accepted, "nothing is owed without acceptance"
        assert not (was_paid and life.payment in ("due", "failed")), "who has paid owes nothing again"
        was_paid = was_paid or life.payment in ("paid", "refunded")
        assert not (life.state == "cancelled_unpaid" and before.state != "cancelled_unpaid" and was_paid)
        assert (life.cover_from, life.cover_to) == (START, END)
        assert bool(life.reason) == (life.state in ("cancelled", "rescinded"))


def test_the_document_holds_both_tables_whole() -> None:
    text = (Path(__file__).parents[2] / "docs/algorithms/calendar.md").read_text(encoding="utf-8")
    rows = [
        f"| {step.name} | {', '.join(sorted(step.sources))} | {step.target} | {', '.join(sorted(step.by))} |"
        for step in (*COVER, *PAYMENT)
    ]
    table = re.findall(r"^\| [a-z_]+ \| [a-z_, ]+ \| [a-z_]+ \| [a-z, ]+ \|$", text, flags=re.MULTILINE)
    assert [row for row in table if not row.startswith("| step ")] == rows
