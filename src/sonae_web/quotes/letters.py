"""Mails about quotes: to underwriters that one waits for them, to the member what became of it. They say which by its number."""

from uuid import UUID

from django.urls import reverse

from sonae_web.accounts.letters import lang_of, link, people, send
from sonae_web.accounts.models import Organisation, Role
from sonae_web.quotes.models import Quote


def tell_member(row: Quote, kind: str) -> None:
    """Write to everybody who acts for the member, each in its language. In the transaction of what is told."""
    values = {"number": row.number, "link": link(reverse("quote", args=[row.tenant, row.pk]))}
    for held in people([row.tenant], Role.Name.MEMBER):
        send(kind=kind, to=held.user.email, lang=lang_of(held.user), values=values)


def tell_underwriters(row: Quote, kind: str, *, but: UUID | None = None) -> None:
    """Write to the underwriters of the federations above the member, but for one person; nobody gets it twice."""
    told = {but}
    for held in people(_above(row.tenant), Role.Name.UNDERWRITER):
        if held.user_id in told:
            continue
        told.add(held.user_id)
        address = link(reverse("referral", args=[held.organisation_id, row.pk]))
        send(kind=kind, to=held.user.email, lang=lang_of(held.user), values={"number": row.number, "link": address})


def _above(organisation: UUID) -> list[UUID]:
    found: list[UUID] = []
    place = Organisation.objects.get(pk=organisation)
    while place.parent_id:
        found.append(place.parent_id)
        place = Organisation.objects.get(pk=place.parent_id)
    return found
