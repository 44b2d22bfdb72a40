"""What the federation decided about the windows in which applications are taken."""

import uuid

from django.db import models


class WindowExtension(models.Model):
    """The federation keeps the normal window of a year open longer: a dated fact, never changed, with its reason."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    until = models.DateField(editable=False)
    decided_on = models.DateField(editable=False)
    reason = models.CharField(max_length=200, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.UUIDField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "until"], name="extension_once")]
