"""What is answered and what came of it: visitors' quick checks, members' checklists, results, and their actions."""

import uuid

from django.db import models
from django.db.models import Q

from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField


class QuickCheck(models.Model):
    """One visitor's answers. Only the hash of its link is stored; facts and answers are sealed together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link_hash = models.BinaryField(max_length=32, unique=True)
    edition = models.CharField(max_length=20)
    sealed = SealedField()
    expires_at = models.DateTimeField(db_index=True)


class Checklist(Owned):
    """A member's whole checklist of a programme year: facts and answers sealed together, each answer with its version."""

    edition = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True)
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(handed_in_at=None), name="checklist_one_open"),
        ]


class Result(Owned):
    """A diagnosis handed in: grade and area scores plain, its record and its report in both languages sealed. Frozen."""

    checklist = models.OneToOneField(Checklist, on_delete=models.CASCADE, editable=False)
    edition = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    number = models.CharField(max_length=12)
    release = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    grade = models.CharField(max_length=1, blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    areas = models.BinaryField()
    """Canonical JSON: score and grade by area."""
    content = SealedField()
    """Canonical JSON, compressed: the record, and the report's data by language."""
    actions = SealedField(default=b"")
    """Canonical JSON: what to do, most pressing first. Empty in results made before it had a column: there it is in content."""

    class Meta(Owned.Meta):
        abstract = False
        indexes = [models.Index(fields=["tenant", "-made_at"], name="result_latest")]


class Progress(Owned):
    """How far a member is in a programme year: all that its association and federation see of it."""

    seen_by = frozenset({"member", "association", "federation"})

    class State(models.TextChoices):
        """In this order, never back."""

        INVITED = "invited"
        STARTED = "started"
        DONE = "done"

    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State)
    invited_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "year"], name="progress_once_a_year"),
            models.CheckConstraint(condition=Q(state__in=("invited", "started", "done")), name="progress_state"),
        ]


class Task(Owned):
    """An action of a member's list: one question to bring to yes. What it says in words is sealed."""

    class State(models.TextChoices):
        """Open, or ticked off."""

        OPEN = "open"
        DONE = "done"

    edition = models.CharField(max_length=20)
    question = models.CharField(max_length=60)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    assignee = models.UUIDField(null=True)
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    note = SealedField(default=b"")

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "question"], name="task_once_a_question"),
            models.CheckConstraint(
                condition=Q(state="open", done_at=None) | Q(state="done", done_at__isnull=False), name="task_done_when"
            ),
        ]


class Evidence(Owned):
    """A file that shows that an action was done: name and content sealed."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, editable=False, related_name="evidence")
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField()
    added_by = models.UUIDField()
    name = SealedField()
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False
