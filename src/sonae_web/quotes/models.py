"""Quotes as they were made, frozen; and what underwriters decided on those that the tariff does not decide."""

from django.db import models
from django.db.models import F, Q

from sonae_web.ground import clock
from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField


class Quote(Owned):
    """One quote of a member: the day it was asked for, plan, period and premium plain, the request and its steps sealed.

    What is frozen in it never changes: a trigger in the database refuses it, and of state and premium too once it is decided.
    An underwriter's decision is a row of its own, frozen alike, whose premium the quote then bears.
    """

    seen_by = frozenset({"member", "federation", "agent", "underwriter"})

    class State(models.TextChoices):
        """quoted and declined as rated; waiting, confirming (by a second underwriter), approved, refused after a referral."""

        QUOTED = "quoted"
        WAITING = "waiting"
        CONFIRMING = "confirming"
        APPROVED = "approved"
        REFUSED = "refused"
        DECLINED = "declined"

    number = models.CharField(max_length=20, unique=True)
    on = models.DateField()
    plan = models.CharField(max_length=20)
    decision = models.CharField(max_length=8)
    """As rated: quoted, referred, declined."""
    state = models.CharField(max_length=10, choices=State, db_index=True)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    months = models.PositiveSmallIntegerField()
    cover_from = models.DateTimeField()
    annual_premium = models.PositiveBigIntegerField(null=True)
    premium = models.PositiveBigIntegerField(null=True)
    expires_on = models.DateField()
    """Last day on which it can be applied with."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    asked_agent_at = models.DateTimeField(null=True)
    """When the member asked the agent to explain it: from then on the agent sees it."""
    release = models.CharField(max_length=20)
    fingerprint = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    """SHA-256 of the content."""
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False
        indexes = [models.Index(fields=["tenant", "-made_at"], name="quote_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("quoted", "waiting", "confirming", "approved", "refused", "declined")),
                name="quote_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("quoted", "approved")) | Q(premium__isnull=False, annual_premium__isnull=False),
                name="quote_price",
            ),
        ]

    @property
    def referred(self) -> bool:
        """Whether an underwriter decides it, or did."""
        return self.decision == "referred"

    @property
    def expired(self) -> bool:
        """Whether its last day is over: it is neither applied with nor decided on any more."""
        return self.state not in (self.State.REFUSED, self.State.DECLINED) and self.expires_on < clock.today()


class Decision(Owned):
    """What an underwriter decided on a quote. Beyond the authority of one it waits for another: never the same person."""

    seen_by = frozenset({"member", "agent", "underwriter"})

    class Outcome(models.TextChoices):
        """Taken, with conditions and a loading, or not."""

        APPROVED = "approved"
        REFUSED = "refused"

    quote = models.OneToOneField(Quote, on_delete=models.CASCADE, editable=False, related_name="decided")
    outcome = models.CharField(max_length=8, choices=Outcome)
    by = models.UUIDField()
    at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    hash = models.CharField(max_length=64)
    """SHA-256 of the content: what a second underwriter confirms."""
    content = SealedField()
    """Reason, conditions, loading, and the quote as rated with it."""

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("by"))),
                name="decision_four_eyes",
            ),
        ]
