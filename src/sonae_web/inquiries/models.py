"""Questions about the programme, and the desks that answer them."""

from django.db import models
from django.db.models import Q

from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField


class Inquiry(Owned):
    """A question to a federation (its tenant). Who asks, what is asked and what was answered is sealed."""

    seen_by = frozenset({"federation"})

    class State(models.TextChoices):
        """Until it is closed; a closed one may be opened again."""

        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"

    number = models.CharField(max_length=20, unique=True)
    office = models.CharField(max_length=20)
    """The prefecture that was chosen, as an id of the programme's contacts; ``national`` where none was."""
    content = SealedField()
    """text, business, name, mail, phone, lang, and answers: each with text, by (user), at, sent (by mail)."""
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=0)
    """Counts changes, so that of two clerks the second is told."""
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("open", "answered", "closed")), name="inquiry_state"),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed") & Q(closed_at=None),
                name="inquiry_closed_at",
            ),
        ]


class Desk(Owned):
    """Where a federation (its tenant) is reached, and which prefecture it serves. Shown to everybody: nothing is sealed."""

    seen_by = frozenset({"federation"})

    office = models.CharField(max_length=20, unique=True)
    """An id of the programme's contacts."""
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=20, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant"], name="desk_one_each")]
