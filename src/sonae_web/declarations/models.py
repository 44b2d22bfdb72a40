"""Declarations (告知事項申告書): the paper of a year, its draft, every version that was signed, and what changed later."""

from django.db import models
from django.db.models import F, Q

from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField

READERS = frozenset({"member", "federation", "underwriter"})
"""Who may come to see what was signed: once it is laid before them with an application. An association never."""


class Declaration(Owned):
    """A member's declaration of a programme year: open until the first application with it is accepted, then frozen for ever.

    Frozen, the database refuses its change (a trigger, see ``ground.frozen``), as it does that of every signed version, and of
    the word that it stands behind an accepted application.
    """

    seen_by = READERS

    year = models.PositiveSmallIntegerField()
    edition = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    versions = models.PositiveSmallIntegerField(default=0)
    """How often it was signed: the number of the newest version."""
    frozen_at = models.DateTimeField(null=True)
    frozen_version = models.PositiveSmallIntegerField(null=True)

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant"], condition=Q(frozen_at=None), name="declaration_one_open"),
            models.CheckConstraint(
                condition=Q(frozen_at=None, frozen_version=None)
                | Q(frozen_at__isnull=False, frozen_version__isnull=False),
                name="declaration_frozen_whole",
            ),
            models.CheckConstraint(
                condition=Q(frozen_version=None) | Q(frozen_version=F("versions")), name="declaration_frozen_newest"
            ),
        ]


class Draft(Owned):
    """What is being filled in, seen by the member alone: content sealed, saved over the version that was seen."""

    declaration = models.OneToOneField(Declaration, on_delete=models.CASCADE, editable=False, related_name="draft")
    version = models.PositiveIntegerField(default=1)
    signed = models.PositiveIntegerField(null=True)
    """Its version when it was last signed; while this is its version, nothing has changed since."""
    changed_at = models.DateTimeField()
    content = SealedField()
    """Canonical JSON: what is stated, and which sections are confirmed."""

    class Meta(Owned.Meta):
        abstract = False


class SignedDeclaration(Owned):
    """A version as it was signed. Written once: a trigger in the database refuses every change but the change of keys."""

    seen_by = READERS

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, editable=False, related_name="signed")
    version = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20)
    on = models.DateField()
    grade = models.CharField(max_length=1, blank=True)
    signed_at = models.DateTimeField()
    signed_by = models.UUIDField()
    hash = models.CharField(max_length=64)
    """SHA-256 of the content."""
    content = SealedField()
    """Canonical JSON: what was stated, and who signed on what authority."""

    class Meta(Owned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["declaration", "version"], name="declaration_version_once")]


class Laid(Owned):
    """That a declaration is before the office with an application; one stands behind both that may be made in December."""

    seen_by = READERS

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, editable=False, related_name="laid")
    application = models.UUIDField(unique=True)
    accepted = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        abstract = False


class Notice(Owned):
    """A change after acceptance (通知事項): what changed is sealed. The federation marks that it has seen it."""

    seen_by = READERS

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, editable=False, related_name="notices")
    kind = models.CharField(max_length=12)
    changed_on = models.DateField()
    notified_at = models.DateTimeField()
    notified_by = models.UUIDField()
    seen_at = models.DateTimeField(null=True)
    seen_by_user = models.UUIDField(null=True)
    content = SealedField()

    class Meta(Owned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by_user=None) | Q(seen_at__isnull=False, seen_by_user__isnull=False),
                name="notice_seen_by_somebody",
            ),
        ]
