"""What the ground keeps: answers given once, counters, issued documents, the audit log, the schedule, mails.

The audit log says who did what to which object, in ids only; rows are chained by hash once they are sealed.
"""

import uuid
from datetime import UTC

from django.db import models
from django.db.models import Q

from sonae_web.ground import chain
from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField


class Answer(models.Model):
    """The answer to a write that was sent with an idempotency key, kept so that it is done once. See ``idempotency``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.CharField(max_length=36, editable=False)
    """The person's id; "" of a visitor, whose key nobody else can guess."""
    key = models.UUIDField(editable=False)
    made_at = models.DateTimeField(db_index=True)
    content = SealedField(default=b"")
    """What was asked, as a hash, and what was answered: status, headers, body."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="ground_answer_once")]


class Counter(models.Model):
    """The next number of a series. Its row is locked from the moment a number is taken until the transaction ends."""

    series = models.CharField(primary_key=True, max_length=60)
    next = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(name="ground_counter_from_one", condition=Q(next__gte=1))]


class Document(Owned):
    """An issued paper: its PDF and the data it was made from. See ``documents``.

    Frozen: a trigger in the database refuses every change but that of the two sealed columns, which the change of keys
    seals anew; what they hold is bound by the frozen hashes and checked whenever it is read.
    """

    kind = models.CharField(max_length=60, editable=False)
    lang = models.CharField(max_length=2, editable=False)
    subject = models.UUIDField(editable=False)
    """What it is about: a result, a declaration, an application."""
    number = models.CharField(max_length=40, editable=False)
    made_on = models.DateField(editable=False)
    issued_at = models.DateTimeField(editable=False)
    release = models.CharField(max_length=20, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    """Of the programme."""
    size = models.PositiveIntegerField(editable=False)
    """Bytes of the PDF."""
    pdf_hash = models.CharField(max_length=64, editable=False)
    data_hash = models.CharField(max_length=64, editable=False)
    """SHA-256, in hex."""
    pdf = SealedField()
    data = SealedField()
    """Canonical JSON."""

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "lang"], name="ground_document_once"),
            models.CheckConstraint(condition=Q(lang__in=("ja", "en")), name="ground_document_lang"),
        ]


class AuditRow(models.Model):
    """One thing done. Written unsealed by ``audit.record`` with the change itself, then never changed but for its seal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()
    actor = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    detail = models.BinaryField()
    request_id = models.CharField(max_length=32)
    number = models.PositiveBigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ground_auditrow_sealed_whole",
                condition=Q(number__isnull=True, previous="", hash="")
                | (Q(number__isnull=False) & ~Q(previous="") & ~Q(hash="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"], name="ground_auditrow_unsealed", condition=Q(number__isnull=True)
            ),
        ]

    @property
    def content(self) -> bytes:
        """What its hash is of: every field but the hash."""
        return chain.content(
            {
                "id": str(self.id),
                "created_at": self.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": str(self.actor) if self.actor else None,
                "organisation": str(self.organisation) if self.organisation else None,
                "action": self.action,
                "kind": self.kind,
                "object_id": self.object_id,
                "detail": bytes(self.detail).decode(errors="backslashreplace"),  # tampered bytes too can be exported
                "request_id": self.request_id,
                "number": self.number,
                "previous": self.previous,
            }
        )


class AuditHead(models.Model):
    """The last sealed row. One row, whose lock is the right to seal."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=chain.START)

    class Meta:
        constraints = [models.CheckConstraint(name="ground_audithead_only_one", condition=Q(id=1))]


class Schedule(models.Model):
    """When an act of the schedule is due. Its lock is the right to take the turn."""

    name = models.CharField(max_length=120, primary_key=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True)


class Mail(models.Model):
    """A mail to be sent, or sent: recipient, subject, words and what filled them sealed together, in time erased."""

    class State(models.TextChoices):
        """Failed: the recipient's server refused it for good, or it was tried often enough."""

        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    lang = models.CharField(max_length=2)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    content = SealedField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ground_mail_sent_at_a_moment",
                condition=Q(state="sent", sent_at__isnull=False) | Q(state__in=("queued", "failed"), sent_at=None),
            ),
        ]
