"""What is put into the fields of an inquiry, an answer and a desk."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sonae.contacts import NATIONAL
from sonae_web.accounts.invitations import Unfit, mail_address
from sonae_web.ground.typed import lines, one_line

LONGEST = {"text": 2_000, "business": 200, "name": 100, "mail": 254, "phone": 20}
"""Characters that each field takes."""
MOST_ANSWER = 2_000
MOST_DESK = 60
_PHONE = re.compile(r"\+?[0-9][0-9-]{8,18}")


@dataclass(frozen=True)
class Entry:
    """What was put into the fields, what is right of it, and the word id of what is wrong by field."""

    entered: Mapping[str, str]
    values: Mapping[str, str]
    faults: Mapping[str, str]


def read_inquiry(posted: Mapping[str, str], offices: Collection[str]) -> Entry:
    """Return the entries of an inquiry; ``offices`` are the prefectures that may be chosen."""
    entered = {name: posted.get(name, "").strip()[: most + 1] for name, most in LONGEST.items()}
    entered |= {"office": posted.get("office", ""), "consent": "yes" if posted.get("consent") == "yes" else ""}
    faults: dict[str, str] = {}
    values = {name: one_line(entered[name]) for name in ("business", "name")}
    values["text"] = lines(entered["text"])
    values["office"] = entered["office"] or NATIONAL
    values["mail"], values["phone"] = "", phone(entered["phone"])
    if entered["mail"]:
        try:
            values["mail"] = mail_address(unicodedata.normalize("NFKC", entered["mail"]))
        except Unfit:
            faults["mail"] = "site.inquiries.fault_mail"
    if entered["office"] and entered["office"] not in offices:
        faults["office"] = "site.inquiries.fault_office"
    if not 1 <= len(values["text"]) <= LONGEST["text"]:
        faults["text"] = "site.inquiries.fault_text"
    if entered["phone"] and not _PHONE.fullmatch(values["phone"]):
        faults["phone"] = "site.inquiries.fault_phone"
    for name in ("business", "name"):
        if len(values[name]) > LONGEST[name]:
            faults[name] = f"site.inquiries.fault_{name}"
    if not entered["mail"] and not entered["phone"]:
        faults["mail"] = "site.inquiries.fault_reach"
    if not entered["consent"]:
        faults["consent"] = "site.inquiries.fault_consent"
    order = ("office", "text", "business", "name", "mail", "phone", "consent")
    return Entry(entered, values, {name: faults[name] for name in order if name in faults})


def read_desk(posted: Mapping[str, str], offices: Collection[str], *, national: bool) -> Entry:
    """Return the entries of a desk; the national federation chooses no prefecture."""
    entered = {name: posted.get(name, "").strip()[:200] for name in ("office", "name", "phone")}
    values = {"office": NATIONAL if national else entered["office"], "name": one_line(entered["name"])}
    values["phone"] = phone(entered["phone"])
    faults = {}
    if not national and values["office"] not in offices:
        faults["office"] = "site.inquiries.fault_desk_office"
    if not 1 <= len(values["name"]) <= MOST_DESK:
        faults["name"] = "site.inquiries.fault_desk_name"
    if entered["phone"] and not _PHONE.fullmatch(values["phone"]):
        faults["phone"] = "site.inquiries.fault_phone"
    return Entry(entered, values, faults)


def phone(text: str) -> str:
    """Return a telephone number in half-width digits with hyphens; what is none stays as it is."""
    plain = unicodedata.normalize("NFKC", text)
    for dash in "‐‑‒–—―−ーｰ":
        plain = plain.replace(dash, "-")
    return re.sub(r"[\s()]+", "", plain)
