"""Mails about applications: they say which one by its number, and nothing of what it says."""

from uuid import UUID

from django.urls import reverse

from sonae.figures import day
from sonae_web.accounts.letters import link
from sonae_web.accounts.models import Organisation, Role
from sonae_web.ground import clock
from sonae_web.ground.outbox import post
from sonae_web.ground.words import lang
from sonae_web.policies.models import Application


def tell_member(row: Application, kind: str, *, dates: bool = False) -> None:
    """Write to everybody who acts for the member: ``kind`` names the words. In the transaction of what is told."""
    values = {"number": row.number or "", "link": link(reverse("application", args=[row.tenant, row.pk]))}
    if dates:
        values["start"] = day(clock.date_of(row.cover_from), lang())
    for mail in _people(row.tenant, Role.Name.MEMBER):
        post(kind=kind, to=mail, lang=lang(), values=values)


def tell_clerks(row: Application, kind: str) -> None:
    """Write to the clerks of the prefectural federation of the member's branch, or the national one where it has none."""
    office = Organisation.objects.get(pk=row.tenant)
    while office.parent_id and office.kind != Organisation.Kind.PREFECTURAL:
        office = Organisation.objects.get(pk=office.parent_id)
    people = _people(office.pk, Role.Name.FEDERATION)
    if not people and office.parent_id:
        office = Organisation.objects.get(pk=office.parent_id)
        people = _people(office.pk, Role.Name.FEDERATION)
    address = link(reverse("desk_application", args=[office.pk, row.pk]))
    for mail in people:
        post(kind=kind, to=mail, lang="ja", values={"number": row.number or "", "link": address})


def _people(organisation: UUID, role: str) -> list[str]:
    held = Role.objects.filter(organisation=organisation, role=role, user__is_active=True)
    return list(held.order_by("user__email").values_list("user__email", flat=True))
