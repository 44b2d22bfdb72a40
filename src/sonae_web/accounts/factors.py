"""Second factors: their secrets sealed, compulsory for staff, the last one of a staff person kept."""

import base64
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import deactivate_totp
from allauth.mfa.webauthn.views import remove_webauthn
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from sonae_web.accounts.acting import is_staff, signed_in
from sonae_web.accounts.models import User
from sonae_web.ground.sealed import vault
from sonae_web.ground.vault import key_name

LABEL = "mfa.authenticator/data"
"""What binds a sealed secret to its use. allauth seals it before it has a row, so not to its row."""
SECRETS = ("secret", "seed")
"""The names under which allauth keeps a secret in ``Authenticator.data``."""


def seal(text: str) -> str:
    """Return a secret sealed, as text."""
    return base64.b64encode(vault().seal(text.encode(), LABEL)).decode()


def opened(sealed: str) -> str:
    """Return the secret of a sealed text. Raises Sealed."""
    return vault().open(base64.b64decode(sealed), LABEL).decode()


def renew_keys() -> int:
    """Seal anew with the current key what an older one sealed, row by row, and return how many. Raises Sealed."""
    return sum(_renew(pk) for pk in Authenticator.objects.values_list("pk", flat=True).iterator())


@transaction.atomic
def _renew(pk: int) -> int:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return 0
    old = {name: base64.b64decode(row.data[name]) for name in SECRETS if name in row.data}
    due = {name: sealed for name, sealed in old.items() if key_name(sealed) != vault().current}
    if due:
        row.data |= {name: base64.b64encode(vault().renew(sealed, LABEL)).decode() for name, sealed in due.items()}
        row.save(update_fields=["data"])
    return len(due)


def _keeps_one(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let staff remove a factor only while another one remains; two removals at once wait for each other."""

    @signed_in
    def handle(request: HttpRequest, **values: object) -> HttpResponseBase:
        if not isinstance(request.user, User):  # signed_in has seen to it
            raise TypeError("nobody is signed in")
        with transaction.atomic():
            person = User.objects.select_for_update().get(pk=request.user.pk)
            left = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
            if left <= 1 and is_staff(person):
                return render(request, "accounts/last_factor.html", status=409)
            answer: HttpResponseBase = view(request, **values)
            return answer

    return handle


remove_app = _keeps_one(deactivate_totp)
remove_passkey = _keeps_one(remove_webauthn)
