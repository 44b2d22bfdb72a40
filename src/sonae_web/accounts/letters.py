"""The one place from which mails of people, invitations and requests to join leave."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import send_mail

from sonae.figures import Lang
from sonae.programmes import load


def send(*, kind: str, to: str, lang: Lang, values: Mapping[str, str]) -> None:
    """Send the mail of the words ``mail.<kind>`` to one address; ``values`` fill the blanks of its body."""
    words = load(settings.PROGRAMME).words(lang)
    send_mail(words(f"mail.{kind}.subject"), words(f"mail.{kind}.body", **values), None, [to])


def link(path: str) -> str:
    """Return a path of this site as an address for a mail."""
    return settings.ADDRESS + path
