"""Sessions in the database, sealed: they hold what a browser is in the middle of, such as a second factor being set up."""

import base64
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from sonae_web.ground.asked import Asked
from sonae_web.ground.sealed import vault
from sonae_web.ground.vault import Sealed

LABEL = "sessions.session/session_data"
_open = Asked(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=CharField(), now=DateTimeField()
)


class SessionStore(db.SessionStore):
    """As Django's, but that a row shows nothing. One that does not open, its key gone or itself damaged, is empty."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds: nothing when it is missing or has expired, and then it has no key any more."""
        for row in _open(key=self.session_key, now=timezone.now()):
            return self.decode(row.session_data)
        self._session_key = None
        return {}

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return a session's content as it is stored."""
        return base64.b64encode(vault().seal(self.serializer().dumps(session_dict), LABEL)).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content of what is stored."""
        try:
            found: dict[str, Any] = self.serializer().loads(vault().open(base64.b64decode(session_data), LABEL))
        except (Sealed, ValueError):
            return {}
        return found
