"""What allauth does our way: sign-up closed, letters and words of ours, sealed secrets, rows of the audit log."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import lazy

from sonae_web.accounts import factors, language, letters, timeout
from sonae_web.accounts.models import User
from sonae_web.ground import audit
from sonae_web.ground.limits import address_of
from sonae_web.ground.words import lang, words

LETTERS: dict[str, tuple[str, dict[str, str]]] = {
    "account/email/password_reset_key": ("password_forgotten", {"link": "password_reset_url"}),
    "account/email/email_confirmation": ("address_code", {"code": "code"}),
    "account/email/email_confirm": ("address_confirmed", {}),
    "account/email/email_changed": ("address_changed", {}),
    "account/email/email_deleted": ("address_changed", {}),
    "account/email/password_changed": ("password_changed", {}),
    "account/email/password_reset": ("password_changed", {}),
    "account/email/password_set": ("password_changed", {}),
    "mfa/email/totp_activated": ("factor_added", {}),
    "mfa/email/webauthn_added": ("factor_added", {}),
    "mfa/email/totp_deactivated": ("factor_removed", {}),
    "mfa/email/webauthn_removed": ("factor_removed", {}),
    "mfa/email/recovery_codes_generated": ("codes_made", {}),
}
"""allauth's mails: our kind, and for each blank of its body the name in allauth's context."""
later: Callable[[str], str] = lazy(lambda key: words()(key), str)
"""Words by id in the language of whoever reads them."""


class Account(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in and out, passwords, addresses."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: accounts come from invitations."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return where a request comes from, as everywhere in this site."""
        return address_of(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send our letter in place of allauth's. Raises KeyError for one that this site never sends."""
        kind, names = LETTERS[template_prefix]
        values = {blank: str(context[name]) for blank, name in names.items()}
        with transaction.atomic():
            letters.send(kind=kind, to=email, lang=lang(), values=values)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what happened in our words (``site.said.<name>``); what has none there is not worth saying."""
        if message_template:
            key = f"site.said.{message_template.rpartition('/')[2].removesuffix('.txt')}"
            message = words()(key) if key in words() else None
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, under a new session key."""
        with transaction.atomic():
            super().login(request, user)
            if isinstance(user, User):
                language.remember(user, lang())
            _record("user.signed_in", user)
        timeout.begin(request)

    def logout(self, request: HttpRequest) -> None:
        """Sign out."""
        user = request.user
        with transaction.atomic():
            _record("user.signed_out", user)
            super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password: whose it would have been, never the address that was typed."""
        person = User.objects.filter(email=str(credentials.get("email", "")).casefold()).first()
        with transaction.atomic():
            audit.record(action="user.refused", kind="user", object_id=person.pk if person else "unknown")

    @transaction.atomic
    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change a password, as its owner or by a link sent to the owner."""
        super().set_password(user, password)
        _record("user.password_changed", user)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is, in our words."""
        ways = super().get_reauthentication_methods(user)
        return [each | {"description": words()(f"site.again.{each['id'].replace(':', '_')}")} for each in ways]


def _record(action: str, user: AbstractBaseUser | AnonymousUser) -> None:
    """Write a row about somebody's own doing."""
    if isinstance(user, User):
        audit.record(action=action, kind="user", object_id=user.pk, actor=user.pk)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """One-time codes and passkeys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": later("site.fault.incorrect_code"),
        "unverified_email": later("site.fault.unverified_email"),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret. Raises Sealed."""
        return factors.opened(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Return the code to scan as an SVG element to put into the page."""
        image: str = super().build_totp_svg(url)
        return image[image.index("<svg") :]

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """Return a name for a new passkey."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return words()("site.factors.passkey_number", number=number)
