"""Who stands behind the flyer: whom to ask, insurers and their shares, agency, approval."""

from collections.abc import Sequence
from typing import Any

from sonae.contacts import contacts as all_contacts
from sonae.figures import decimal
from sonae.flyer.page import Contact, Page
from sonae.policy import Insurer
from sonae.policy import parties as all_parties
from sonae.problems import Refused, problem
from sonae.programmes.sale import approvals


def contacts(page: Page, given: Sequence[Contact]) -> dict[str, Any]:
    """Return whom to ask: the contacts given, else those published for the year, else the programme's own office.

    Raises Refused where there is none of these.
    """
    found = list(given) or [
        Contact(page.words(f"office.{desk.office}.name"), page.words(f"desk.{desk.name}"), desk.phone)
        for desk in all_contacts(page.programme).on(page.first_day)
    ]
    if not found:
        office = all_parties(page.programme, page.lang).office
        if not office.telephone:
            raise Refused([problem("flyer.contact", "contacts", year=page.year)])
        found = [Contact(office.name, office.hours, office.telephone)]
    rows = [
        {
            "office": each.office,
            "desk": each.desk,
            "phone": page.w("contact.phone", phone=each.phone) if each.phone else "",
        }
        for each in found
    ]
    return {"title": page.w("contact.title"), "rows": rows, "web": page.w("contact.web")}


def parties(page: Page) -> dict[str, Any]:
    """Return insurers with their shares, the agency with its registration, and the approval of this flyer."""
    behind = all_parties(page.programme, page.lang)
    agent = behind.agent
    return {
        "insurers_title": page.w("contact.insurers"),
        "insurers": [_insurer(page, each, lead=place == 0) for place, each in enumerate(behind.insurers)],
        "several": page.w("contact.several") if len(behind.insurers) > 1 else "",
        "agents_title": page.w("contact.agents"),
        "agents": [page.w("contact.agent", name=agent.name, registration=agent.registration)] if agent else [],
        "approvals": [
            page.w("contact.approval", number=each.number, until=page.day(each.until))
            for each in approvals(page.programme)[0]
            if each.document == "flyer"
        ],
    }


def _insurer(page: Page, insurer: Insurer, *, lead: bool) -> str:
    key = "contact.lead" if lead else "contact.insurer"
    return page.w(key, name=insurer.name, share=decimal(insurer.share * 100, 2))
