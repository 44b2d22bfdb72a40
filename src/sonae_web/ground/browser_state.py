"""Sessions in the database, sealed: they hold what a browser is in the middle of, such as a second factor being set up."""

import base64
from typing import Any

from django.contrib.sessions.backends import db

from sonae_web.ground.sealed import vault
from sonae_web.ground.vault import Sealed

LABEL = "sessions.session/session_data"


class SessionStore(db.SessionStore):
    """As Django's, but that a row shows nothing. One that does not open, its key gone or itself damaged, is empty."""

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
