"""The audit log: who did what to which object, in ids only; rows are chained by hash once they are sealed."""

import uuid
from datetime import UTC

from django.db import models
from django.db.models import Q

from sonae_web.ground import chain


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
