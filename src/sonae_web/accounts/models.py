"""People who sign in."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


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

    objects = People()

    USERNAME_FIELD = "email"
