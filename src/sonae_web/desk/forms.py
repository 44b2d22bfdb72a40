"""What a clerk types of a member."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sonae_web.accounts.services import is_corporate_number, is_name
from sonae_web.desk.rows import is_code, is_mail
from sonae_web.ground.typed import composed

FIELDS = ("name", "code", "number", "mail")


@dataclass(frozen=True)
class Entry:
    """What was typed, as it would be stored, and the word id of what is wrong by field."""

    values: Mapping[str, str]
    faults: Mapping[str, str]


def read_member(posted: Mapping[str, str]) -> Entry:
    """Return a member as typed: its name, its code and number where it has them, the address to invite where there is one."""
    values = {name: composed(posted.get(name, ""))[:1000] for name in FIELDS}
    digits = unicodedata.normalize("NFKC", values["number"])
    values["number"] = "".join(digits.split()).replace("-", "").upper().removeprefix("T")
    values["mail"] = values["mail"].casefold()
    faults = {}
    if not is_name(values["name"]):
        faults["name"] = "site.desk.fault_name"
    if values["code"] and not is_code(values["code"]):
        faults["code"] = "site.desk.fault_code"
    if values["number"] and not is_corporate_number(values["number"]):
        faults["number"] = "site.desk.fault_number"
    if values["mail"] and not is_mail(values["mail"]):
        faults["mail"] = "site.desk.fault_mail"
    return Entry(values, faults)


def read_mail(posted: Mapping[str, str]) -> Entry:
    """Return the address to which an invitation goes."""
    mail = posted.get("mail", "").strip().casefold()
    return Entry({"mail": mail}, {} if is_mail(mail) else {"mail": "site.desk.fault_mail"})
