"""The action list of a member: what its newest result says to do, who does it until when, and whether it is done.

An action is a question to bring to yes. It has a row once somebody touches it; ticked off, it stays until the next diagnosis
answers the question with yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae_web.accounts.models import Role, User
from sonae_web.diagnosis import results
from sonae_web.diagnosis.models import Evidence, Task
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.asked import AskedWithin
from sonae_web.ground.scope import Scope
from sonae_web.ground.typed import lines

MOST_NOTE = 2_000


class Changed(Exception):  # noqa: N818 - a state
    """Somebody else changed this action since it was seen; nothing was saved."""


@dataclass(frozen=True)
class Action:
    """One line of the list: what the result says of a question, and the row of what was done about it, if there is one."""

    question: str
    edition: str
    urgent: bool
    saves: int | None
    hours: str
    outlay: int
    task: Task | None
    evidence: int = 0

    @property
    def done(self) -> bool:
        """Whether it is ticked off."""
        return self.task is not None and self.task.state == Task.State.DONE

    def late(self, on: date) -> bool:
        """Whether its day has passed and it is still open."""
        return not self.done and self.task is not None and self.task.due_on is not None and self.task.due_on < on


def listed(scope: Scope) -> list[Action]:
    """Return the actions of the newest result in its order; none before the first result."""
    row = results.latest(scope)
    if row is None:
        return []
    tasks = {task.question: task for task in Task.within(scope)}
    evidence: dict[UUID, int] = {}
    for task_id in Evidence.within(scope).values_list("task_id", flat=True):
        evidence[task_id] = evidence.get(task_id, 0) + 1
    return [_action(each, row.edition, tasks.get(each["question"]), evidence) for each in results.actions(row)]


def progress(scope: Scope) -> tuple[int, int]:
    """Return how many actions the newest result asks for, and how many of them are ticked off."""
    row = results.latest(scope)
    if row is None:
        return 0, 0
    asked = {each["question"] for each in results.actions(row)}
    done = Task.within(scope).filter(state=Task.State.DONE).values_list("question", flat=True)
    return len(asked), len(asked.intersection(done))


def one(scope: Scope, question: str) -> Action | None:
    """Return one action of the list, or None when the newest result does not ask for it."""
    return next((each for each in listed(scope) if each.question == question), None)


def _action(each: Mapping[str, Any], edition: str, task: Task | None, evidence: Mapping[UUID, int]) -> Action:
    count = evidence.get(task.pk, 0) if task else 0
    return Action(each["question"], edition, each["urgent"], each["saves"], each["hours"], each["yen"], task, count)


_ticked_off = AskedWithin(Task, lambda rows: rows.filter(state=Task.State.DONE))


def done_since(scope: Scope, questions: Mapping[str, str]) -> dict[str, Task]:
    """Return the tasks ticked off of questions that are not answered yes: what the next diagnosis should look at again."""
    return {task.question: task for task in _ticked_off(scope) if questions.get(task.question) != "yes"}


@transaction.atomic
def tick(*, scope: Scope, action: Action, done: bool) -> Task:
    """Tick an action off, or open it again; already so, it stays as it is."""
    task = touched(scope, action)
    state = Task.State.DONE if done else Task.State.OPEN
    if task.state != state:
        task.state, task.done_at = state, clock.now() if done else None
        _save(scope, task, "action.done" if done else "action.opened")
    return task


@transaction.atomic
def plan(*, scope: Scope, action: Action, assignee: UUID | None, due_on: date | None, note: str, seen: int) -> Task:
    """Save who does an action until when, and a note without what cannot be seen, over the version seen (0: none yet).

    Raises Changed; ValueError for somebody who is not of this organisation and for a note that is too long.
    """
    if assignee is not None and assignee not in {user.pk for user in colleagues(scope)}:
        raise ValueError("assignee")
    note = lines(note)
    if len(note) > MOST_NOTE:
        raise ValueError("note")
    task = touched(scope, action)
    if (task.assignee, task.due_on, text(task)) == (assignee, due_on, note):
        return task
    if task.version != max(seen, 1):
        raise Changed
    task.assignee, task.due_on = assignee, due_on
    sealed.put(task, "note", note)
    _save(scope, task, "action.planned")
    return task


def text(task: Task | None) -> str:
    """Return an action's note."""
    return str(sealed.get(task, "note")) if task is not None and task.note else ""


def colleagues(scope: Scope) -> list[User]:
    """Return the people who act for this member, by address."""
    held = Role.objects.filter(organisation=scope.organisation, role=Role.Name.MEMBER, user__is_active=True)
    return sorted((role.user for role in held.select_related("user")), key=lambda user: user.email)


def touched(scope: Scope, action: Action) -> Task:
    """Return the row of an action, locked; it is made at the first touch. Needs a transaction."""
    rows = Task.within(scope)
    task, _ = rows.get_or_create(
        tenant=scope.organisation,
        question=action.question,
        defaults={"edition": action.edition, "changed_at": clock.now()},
    )
    return rows.select_for_update().get(pk=task.pk)


def _save(scope: Scope, task: Task, what: str) -> None:
    task.version += 1
    task.changed_at = clock.now()
    task.save()
    audit.record(
        action=what, kind="task", object_id=task.pk, actor=scope.user, organisation=task.tenant,
        detail={"question": task.question},
    )  # fmt: skip
