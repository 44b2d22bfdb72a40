"""Every address of the site with its rule: who may open it. The authorisation matrix is made from this.

A view of ours carries its rule (``public``, ``signed_in``, ``acting``; the API's by method). Views that others wrote are
named here. An address without a rule is an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import StringConverter
from django.urls.resolvers import RegexPattern
from django.utils.regex_helper import normalize

from sonae_web.accounts.acting import PUBLIC, SIGNED_IN, View

BLANK = re.compile(r"<(?:\w+:)?(\w+)>")
THEIRS = "account/"
"""Where allauth's views are."""
MIDWAY = "midway"
"""Whoever has given a password and owes the second factor or a code; anybody else is led away."""
Rule = str | frozenset[str]
OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "account_login": PUBLIC,
        "account_logout": PUBLIC,  # whoever is not signed in is led to the first page
        "account_inactive": PUBLIC,
        "account_signup": PUBLIC,  # says that it is closed
        "account_email_verification_sent": PUBLIC,
        "account_reset_password": PUBLIC,
        "account_reset_password_done": PUBLIC,
        "account_reset_password_from_key": PUBLIC,  # the key in the mail is the right
        "account_reset_password_from_key_done": PUBLIC,
        "mfa_login_webauthn": PUBLIC,
        "account_confirm_login_code": MIDWAY,
        "mfa_authenticate": MIDWAY,
        "account_reauthenticate": SIGNED_IN,
        "account_email": SIGNED_IN,
        "account_change_password": SIGNED_IN,
        "account_set_password": SIGNED_IN,
        "mfa_index": SIGNED_IN,
        "mfa_reauthenticate": SIGNED_IN,
        "mfa_activate_totp": SIGNED_IN,
        "mfa_view_recovery_codes": SIGNED_IN,
        "mfa_generate_recovery_codes": SIGNED_IN,
        "mfa_download_recovery_codes": SIGNED_IN,
        "mfa_list_webauthn": SIGNED_IN,
        "mfa_add_webauthn": SIGNED_IN,
        "mfa_reauthenticate_webauthn": SIGNED_IN,
        "mfa_edit_webauthn": SIGNED_IN,
    }
)
"""The rules of allauth's views, by name: it lets people sign in, and whoever has signed in see to the own account."""


@dataclass(frozen=True)
class Address:
    """A pattern of the resolver: how its paths are made (``%(name)s`` for each blank), what each blank takes, its view."""

    form: str
    blanks: Mapping[str, Any]
    pattern: URLPattern

    @property
    def name(self) -> str:
        """The name by which pages refer to it, or ""."""
        return self.pattern.name or ""

    @property
    def view(self) -> View:
        """What answers."""
        view: View = self.pattern.callback
        return view

    @property
    def ours(self) -> bool:
        """Whether its view is ours: allauth's, even behind a door of ours, has states and methods of its own."""
        return not self.form.startswith(THEIRS)

    @property
    def rules(self) -> Mapping[str, Rule] | None:
        """The rule by method, where the view has one for each: those of the API."""
        return getattr(self.view, "rules", None)

    @property
    def rule(self) -> Rule | None:
        """Who may open it. None where nothing says so."""
        found: Rule | None = getattr(self.view, "rule", None)
        return found or OTHERS.get(self.name)

    def path(self, values: Mapping[str, object]) -> str:
        """Return the path for values of its blanks."""
        return "/" + self.form % values


def addresses() -> list[Address]:
    """Return every address of the site. Of two of the same form Django opens the first, which alone is told."""
    found: dict[str, Address] = {}
    for each in _walk(get_resolver(), "", {}):
        found.setdefault(each.form, each)
    return list(found.values())


def _walk(resolver: URLResolver, before: str, blanks: Mapping[str, Any]) -> Iterator[Address]:
    for each in resolver.url_patterns:
        form, own = _form(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each, before + form, {**blanks, **own})
        elif isinstance(each, URLPattern):
            yield Address(before + form, {**blanks, **own}, each)


def _form(pattern: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(pattern, RegexPattern):
        ((form, names), *_) = normalize(pattern.regex.pattern)
        return form, {name: StringConverter() for name in names}
    return BLANK.sub(r"%(\1)s", str(pattern)), dict(pattern.converters)
