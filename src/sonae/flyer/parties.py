"""Who stands behind the flyer: whom to ask, insurers, agents, approval."""

from collections.abc import Sequence
from typing import Any

from sonae.contacts import NATIONAL
from sonae.contacts import contacts as all_contacts
from sonae.flyer.page import Contact, Page
from sonae.problems import Refused, problem


def contacts(page: Page, given: Sequence[Contact]) -> dict[str, Any]:
    """Return whom to ask: the contacts given, else those published for the year; a sample without any says so.

    Raises Refused for a live programme without any.
    """
    found = list(given) or [
        Contact(page.words(f"office.{desk.office}.name"), page.words(f"desk.{desk.name}"), desk.phone)
        for desk in all_contacts(page.programme).on(page.first_day)
    ]
    if not found and page.programme.status == "live":
        raise Refused([problem("flyer.contact", "contacts", year=page.year)])
    rows = [
        {
            "office": each.office,
            "desk": each.desk,
            "phone": page.w("contact.phone", phone=each.phone) if each.phone else "",
        }
        for each in found
    ]
    nobody = {"office": page.words(f"office.{NATIONAL}.name"), "desk": page.w("contact.sample_desk"), "phone": ""}
    return {"title": page.w("contact.title"), "rows": rows or [nobody], "web": page.w("contact.web")}


def parties(page: Page) -> dict[str, Any]:
    """Return insurers with their shares, agents with their registration, and the approval of this flyer."""
    programme = page.programme
    return {
        "insurers_title": page.w("contact.insurers"),
        "insurers": [
            page.w(
                "contact.lead" if insurer.lead else "contact.insurer",
                name=page.words(f"insurer.{insurer.id}.name"),
                share=insurer.share,
            )
            for insurer in programme.insurers
        ],
        "several": page.w("contact.several") if len(programme.insurers) > 1 else "",
        "agents_title": page.w("contact.agents"),
        "agents": [
            page.w("contact.agent", name=page.words(f"agent.{agent.id}.name"), registration=agent.registration)
            for agent in programme.agents
        ],
        "approvals": [
            page.w("contact.approval", number=each.number, until=page.day(each.until))
            for each in programme.approvals
            if each.document == "flyer"
        ],
    }
