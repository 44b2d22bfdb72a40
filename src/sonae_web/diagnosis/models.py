"""Quick checks of visitors: behind a private link, sealed, erased when they expire."""

import uuid

from django.db import models

from sonae_web.ground.sealed import SealedField


class QuickCheck(models.Model):
    """One visitor's answers. Only the hash of its link is stored; facts and answers are sealed together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link_hash = models.BinaryField(max_length=32, unique=True)
    edition = models.CharField(max_length=20)
    sealed = SealedField()
    expires_at = models.DateTimeField(db_index=True)
