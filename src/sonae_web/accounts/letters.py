"""Mails of people, invitations and requests to join: put down in the outbox with what they tell of."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from sonae.figures import Lang
from sonae_web.ground import outbox


@transaction.atomic
def send(*, kind: str, to: str, lang: Lang, values: Mapping[str, str]) -> None:
    """Put down the mail of the words ``mail.<kind>`` to one address; ``values`` fill the blanks of its body."""
    outbox.post(kind=kind, to=to, lang=lang, values=values)


def link(path: str) -> str:
    """Return a path of this site as an address for a mail."""
    return f"{settings.ADDRESS}{path}"
