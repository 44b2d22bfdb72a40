"""Mails about applications: they say which one by its number, and nothing of what it says."""

from django.urls import reverse

from sonae.figures import day
from sonae_web.accounts.letters import lang_of, link, people, send
from sonae_web.accounts.models import Organisation, Role
from sonae_web.ground import clock
from sonae_web.policies import records, remarks
from sonae_web.policies.models import Application
from sonae_web.policies.remarks import Said


def tell_member(row: Application, kind: str, *, dates: bool = False, reply: Said | None = None) -> None:
    """Write to everybody who acts for the member: ``kind`` names the words. In the transaction of what is told.

    ``dates``: with the start of cover; ``reply``: with until when a completed application must arrive.
    """
    values = {"number": row.number or "", "link": link(reverse("application", args=[row.tenant, row.pk]))}
    for held in people([row.tenant], Role.Name.MEMBER):
        chosen = lang_of(held.user)
        if dates:
            values["start"] = day(clock.date_of(row.cover_from), chosen)
        if reply is not None:
            values["reply"] = remarks.reply(reply, records.programme().words(chosen))
        send(kind=kind, to=held.user.email, lang=chosen, values=values)


def tell_clerks(row: Application, kind: str) -> None:
    """Write to the clerks of the prefectural federation of the member's branch, or the national one where it has none."""
    office = Organisation.objects.get(pk=row.tenant)
    while office.parent_id and office.kind != Organisation.Kind.PREFECTURAL:
        office = Organisation.objects.get(pk=office.parent_id)
    clerks = people([office.pk], Role.Name.FEDERATION)
    if not clerks and office.parent_id:
        office = Organisation.objects.get(pk=office.parent_id)
        clerks = people([office.pk], Role.Name.FEDERATION)
    address = link(reverse("desk_application", args=[office.pk, row.pk]))
    for held in clerks:
        values = {"number": row.number or "", "link": address}
        send(kind=kind, to=held.user.email, lang=lang_of(held.user), values=values)
