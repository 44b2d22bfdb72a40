"""Mails of people, invitations and requests to join: put down in the outbox with what they tell of."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sonae.figures import LANGS, Lang
from sonae_web.accounts.models import Role, User
from sonae_web.ground import outbox


@transaction.atomic
def send(*, kind: str, to: str, lang: Lang, values: Mapping[str, str]) -> None:
    """Put down the mail of the words ``mail.<kind>`` to one address; ``values`` fill the blanks of its body."""
    outbox.post(kind=kind, to=to, lang=lang, values=values)


def people(organisations: Collection[UUID], role: str) -> list[Role]:
    """Return the roles of that name held in organisations by people who can sign in, each with its person."""
    held = Role.objects.filter(organisation__pk__among=frozenset(organisations), role=role, user__is_active=True)
    return list(held.select_related("user").order_by("user__email"))


def lang_of(person: User) -> Lang:
    """Return the language in which a person is written to."""
    return next(each for each in LANGS if each == person.lang)


def link(path: str) -> str:
    """Return a path of this site as an address for a mail."""
    return f"{settings.ADDRESS}{path}"
