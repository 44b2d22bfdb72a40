"""Rows of the audit log for second factors.

The one place of the site that listens to signals: of a factor added, removed or renewed, and of a wrong code, allauth tells by
signals alone. ``connect`` is called once, by the app, so that it is seen where it begins.
"""

from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.db import transaction

from sonae_web.accounts.models import User
from sonae_web.ground import audit

TOLD = {
    signals.authenticator_added: "factor.added",
    signals.authenticator_removed: "factor.removed",
    signals.authenticator_reset: "factor.renewed",
    signals.authentication_failed: "factor.refused",
}
"""What each signal is called in the log."""


def connect() -> None:
    """Write a row whenever allauth tells of a second factor."""
    for signal in TOLD:
        signal.connect(_record, dispatch_uid="factor_log")


def _record(*, signal: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    action = TOLD[signal]
    actor = None if action == "factor.refused" else user.pk  # whoever guesses codes may be anybody
    with transaction.atomic():
        audit.record(
            action=action, kind="user", object_id=user.pk, actor=actor, detail={"factor": str(authenticator.type)}
        )
