"""What clerks keep: reference codes of their own, files to load, and the published totals."""

from django.db import models
from django.db.models import Q

from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField

CLERKS = frozenset({"association", "federation"})


class Reference(Owned):
    """The code by which the organisation above knows an organisation (its tenant): 会員番号, 団体コード."""

    seen_by = CLERKS

    above = models.UUIDField()
    code = models.CharField(max_length=40)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["above", "code"], name="reference_code_once"),
            models.UniqueConstraint(fields=["tenant"], name="reference_one_each"),
        ]


class Upload(Owned):
    """A file of associations or members: checked, then loaded from ``next_row`` on until none is left."""

    seen_by = CLERKS

    class Kind(models.TextChoices):
        """What its rows are."""

        ASSOCIATIONS = "associations"
        MEMBERS = "members"

    class State(models.TextChoices):
        """In this order, never back."""

        CHECKED = "checked"
        LOADING = "loading"
        DONE = "done"

    kind = models.CharField(max_length=12, choices=Kind, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.CHECKED)
    sha256 = models.CharField(max_length=64, editable=False)
    content = SealedField()
    """The file as it was sent; empty once everything is loaded."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    loaded_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField()
    next_row = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    invited = models.PositiveIntegerField(default=0)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("checked", "loading", "done")), name="upload_state"),
            models.CheckConstraint(condition=Q(next_row__lte=models.F("rows")), name="upload_within_its_rows"),
        ]


class Totals(Owned):
    """Grades of an association's or a federation's businesses in a programme year, as published on a day.

    A row is never changed: the newest of a year is what is shown. ``disclosure`` says what may stand in it.
    """

    seen_by = CLERKS

    year = models.PositiveSmallIntegerField()
    on = models.DateField()
    published = models.BinaryField()
    """Canonical JSON: by table (``grade``, or an area's id) what is shown."""
    basis = SealedField(default=b"")
    """What the next snapshot is compared with: ids of results and what was shown when. Empty for a federation."""

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "year", "on"], name="totals_once_a_day")]
