"""Applications and what comes of them: covers, proposals of two clerks, remarks; extensions of a window; banks."""

import uuid
from typing import get_args

from django.db import models
from django.db.models import F, Q

from sonae.enrolment.states import IN_FORCE, OPEN, CoverState, PaymentState
from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField

DECIDED = ("withdrawn", "declined", "accepted")
APPLICATION_STATES = (*sorted(OPEN), *DECIDED)
COVER_STATES = tuple(name for name in get_args(CoverState) if name not in OPEN | {"withdrawn", "declined"})
PAYMENT_STATES: tuple[str, ...] = get_args(PaymentState)


class Application(Owned):
    """An application for one programme year. What it says is in ``Content``; once accepted, its life goes on in ``Cover``.

    ``version`` rises with every change, so that nobody decides about something else than they saw.
    """

    seen_by = frozenset({"member", "association", "federation"})

    insured = models.CharField(max_length=200)
    """The organisation's name when it was sent."""
    number = models.CharField(max_length=20, null=True, unique=True)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=10, default="draft")
    version = models.PositiveIntegerField(default=1)
    plan = models.CharField(max_length=20, blank=True)
    quote = models.UUIDField(null=True)
    referral = models.BooleanField(default=False)
    """The quote went to the underwriter: two clerks decide."""
    annual_premium = models.PositiveBigIntegerField(null=True)
    premium = models.PositiveBigIntegerField(null=True)
    months = models.PositiveSmallIntegerField()
    cover_from = models.DateTimeField()
    cover_to = models.DateTimeField()
    debit_on = models.DateField()
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    applied_on = models.DateField(null=True)
    """The day, in Japan, of the last sending: the day that counts."""
    checked_at = models.DateTimeField(null=True)
    checked_by = models.UUIDField(null=True)
    """The federation found it complete."""
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    """The association confirmed that the business is its member."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "year"], condition=Q(state__in=sorted(OPEN)), name="application_one_open_a_year"
            ),
            models.CheckConstraint(condition=Q(state__in=APPLICATION_STATES), name="application_state"),
            models.CheckConstraint(condition=Q(kind__in=("normal", "mid_term")), name="application_kind"),
            models.CheckConstraint(
                condition=Q(state="accepted", decided_at__lt=F("cover_from")) | ~Q(state="accepted"),
                name="application_accepted_before_its_start",
            ),
        ]
        indexes = [models.Index(fields=["state", "cover_from"], name="application_due")]


class Content(Owned):
    """What an application says, sealed: business, account, confirmations. Never for the association."""

    seen_by = frozenset({"member", "federation"})

    application = models.OneToOneField(Application, on_delete=models.CASCADE, editable=False, related_name="content")
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False


class Remark(Owned):
    """What the federation wrote when it returned, referred or declined; or what the calendar did. Its words are sealed."""

    seen_by = frozenset({"member", "federation"})

    application = models.ForeignKey(Application, on_delete=models.CASCADE, editable=False, related_name="remarks")
    step = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False


class Proposal(Owned):
    """How one clerk would decide a referred application; another approves exactly that, or it is void."""

    seen_by = frozenset({"federation"})

    application = models.ForeignKey(Application, on_delete=models.CASCADE, editable=False, related_name="proposals")
    step = models.CharField(max_length=7)
    state = models.CharField(max_length=8, default="open")
    proposed = models.CharField(max_length=64)
    """SHA-256 of everything the decision rests on: any change of it voids the proposal."""
    content = SealedField()
    """The reason."""
    proposer = models.UUIDField()
    approver = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("proposer")), name="proposal_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("open", "void"), approver=None) | Q(state="approved", approver__isnull=False),
                name="proposal_state",
            ),
            models.CheckConstraint(condition=Q(step__in=("accept", "decline")), name="proposal_step"),
            models.UniqueConstraint(fields=["application"], condition=Q(state="open"), name="proposal_one_open"),
        ]


class Cover(Owned):
    """A cover that was accepted, with its two states. What its certificate says is sealed; of its token a hash is kept.

    Only the two states go on: a trigger in the database refuses the change of all that was accepted (see ``ground.frozen``).
    """

    seen_by = frozenset({"member", "association", "federation"})

    application = models.OneToOneField(Application, on_delete=models.PROTECT, editable=False, related_name="cover")
    number = models.CharField(max_length=20, unique=True, editable=False)
    """The member number (加入者番号)."""
    master = models.CharField(max_length=40, editable=False)
    """The number of the master policy."""
    insured = models.CharField(max_length=200, editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    kind = models.CharField(max_length=8, editable=False)
    plan = models.CharField(max_length=20, editable=False)
    state = models.CharField(max_length=16, default="accepted")
    reason = models.CharField(max_length=20, blank=True)
    payment = models.CharField(max_length=8, default="not_due")
    annual_premium = models.PositiveBigIntegerField(editable=False)
    premium = models.PositiveBigIntegerField(editable=False)
    months = models.PositiveSmallIntegerField(editable=False)
    cover_from = models.DateTimeField(editable=False)
    cover_to = models.DateTimeField(editable=False)
    debit_on = models.DateField(editable=False)
    first_cover_on = models.DateField(editable=False)
    """Of the unbroken covers to which this one belongs."""
    accepted_at = models.DateTimeField(editable=False)
    token_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    content = SealedField()
    """Frozen at acceptance: what the papers are made from, and the token of the certificate."""

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "year"], condition=Q(state__in=sorted(IN_FORCE)), name="cover_one_a_year"
            ),
            models.CheckConstraint(condition=Q(state__in=COVER_STATES), name="cover_state"),
            models.CheckConstraint(condition=Q(payment__in=PAYMENT_STATES), name="cover_payment"),
            models.CheckConstraint(condition=Q(accepted_at__lt=F("cover_from")), name="cover_nothing_backdated"),
            models.CheckConstraint(condition=Q(cover_from__lt=F("cover_to")), name="cover_has_a_period"),
        ]
        indexes = [models.Index(fields=["state", "cover_from"], name="cover_due")]


class Branch(models.Model):
    """A branch of a bank, as the operator loaded the list of banks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=60)
    bank_kana = models.CharField(max_length=60)
    code = models.CharField(max_length=3)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=60)
    bank_folded = models.CharField(max_length=130)
    folded = models.CharField(max_length=130)
    """Name and kana as searches compare them."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="branch_once")]
