"""People who sign in, the tree of organisations, the roles that people hold in them, and how they come to hold them."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q

from sonae_web.ground.reach import LONGEST
from sonae_web.ground.scope import Owned
from sonae_web.ground.sealed import SealedField


class People(BaseUserManager["User"]):
    """Makes and finds people by their mail address."""

    def create_user(self, email: str, password: str | None = None) -> "User":
        """Return a new person. Raises ValueError without an address."""
        if not email:
            raise ValueError("a person needs a mail address")
        person = self.model(email=self.normalize_email(email).casefold())
        person.set_password(password)
        person.save(using=self._db)
        return person


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by a mail address. What a person may do comes from roles in organisations."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    lang = models.CharField(max_length=2, choices=[("ja", "Japanese"), ("en", "English")], default="ja")
    """The language in which it last signed in, or that it chose since: mails that nobody waits for come in it."""

    objects = People()

    USERNAME_FIELD = "email"


class Organisation(models.Model):
    """A place in the tree: national federation, prefectural federation, association, member. It never moves in it.

    An association that is itself insured has a member organisation of its own below itself.
    """

    class Kind(models.TextChoices):
        """From the root down; each lies directly below the one before it."""

        NATIONAL = "national"
        PREFECTURAL = "prefectural"
        ASSOCIATION = "association"
        MEMBER = "member"

    class State(models.TextChoices):
        """An archived organisation keeps its rows and takes in nothing new."""

        ACTIVE = "active"
        ARCHIVED = "archived"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind, editable=False)
    parent = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    number = models.CharField(max_length=13, blank=True, default="")
    """法人番号, where there is one. Not unique: one business may belong to two associations."""
    path = models.BinaryField(max_length=LONGEST, unique=True, editable=False)
    """The ids of all from the root down to this one (``Scope.root``), so that a branch is a span of paths."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="national", parent=None)
                | Q(kind__in=("prefectural", "association", "member"), parent__isnull=False),
                name="organisation_only_the_root_has_no_parent",
            ),
            models.CheckConstraint(condition=Q(state__in=("active", "archived")), name="organisation_state"),
        ]


class Role(models.Model):
    """What a person may be in an organisation. A person may hold several and acts in one at a time."""

    class Name(models.TextChoices):
        """The people of the programme."""

        MEMBER = "member"
        ASSOCIATION = "association"
        FEDERATION = "federation"
        AGENT = "agent"
        UNDERWRITER = "underwriter"
        CLAIMS = "claims"
        AUDITOR = "auditor"
        ADMIN = "admin"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=12, choices=Name)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="role_once"),
            models.CheckConstraint(
                condition=Q(
                    role__in=(
                        "member", "association", "federation", "agent", "underwriter", "claims", "auditor", "admin",
                    )
                ),
                name="role_name",
            ),
        ]  # fmt: skip


class Invitation(Owned):
    """A letter that lets whoever holds its link take a role in an organisation, once. Of the link only a hash is kept."""

    seen_by = frozenset({"member", "association", "federation"})

    role = models.CharField(max_length=12, choices=Role.Name)
    link_hash = models.BinaryField(max_length=32, unique=True)
    mail = SealedField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    expires_at = models.DateTimeField(db_index=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Owned.Meta):
        abstract = False


class JoinRequest(Owned):
    """A business that asks an association (its tenant) to confirm that it is a member. Who asks is sealed."""

    seen_by = frozenset({"association", "federation"})

    class State(models.TextChoices):
        """Until the association decides."""

        WAITING = "waiting"
        CONFIRMED = "confirmed"
        DECLINED = "declined"

    content = SealedField()
    """The business's name, number and mail address, and what it writes."""
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    organisation = models.UUIDField(null=True)
    """The member organisation that came of it."""

    class Meta(Owned.Meta):
        abstract = False


STAFF = frozenset(Role.Name) - {Role.Name.MEMBER}
"""Roles that act for others: all but the member's."""


class Token(models.Model):
    """A key to the API for one role of one person. Only the hash of its secret is kept; without its role it is dead."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    role = models.ForeignKey(Role, null=True, on_delete=models.SET_NULL, related_name="tokens")
    name = models.CharField(max_length=60)
    scopes = models.CharField(max_length=200)
    """Words parted by spaces, as in ``tokens.SCOPES``."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used = models.DateField(null=True)
    """The day in Japan, nothing finer."""
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="token_expires"),
        ]
