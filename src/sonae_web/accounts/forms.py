"""What a business tells when it asks to join, and other short entries."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sonae_web.accounts.invitations import Unfit, mail_address
from sonae_web.accounts.services import clean_name, corporate_number
from sonae_web.ground.typed import one_line

LONGEST = {"name": 200, "number": 30, "mail": 254, "note": 500}
"""Characters that each field takes."""
REASON = 300


@dataclass(frozen=True)
class Entry:
    """What was put into the fields, what is right of it, and the word id of what is wrong by field."""

    entered: Mapping[str, str]
    values: Mapping[str, str]
    faults: Mapping[str, str]


def read_join(posted: Mapping[str, str]) -> Entry:
    """Return the entries of a request to join."""
    entered = {name: posted.get(name, "").strip()[: most + 1] for name, most in LONGEST.items()}
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    try:
        values["name"] = clean_name(entered["name"])
    except ValueError:
        faults["name"] = "site.join.fault_name"
    try:
        values["number"] = corporate_number(re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", entered["number"])))
    except ValueError:
        faults["number"] = "site.join.fault_number"
    try:
        values["mail"] = mail_address(unicodedata.normalize("NFKC", entered["mail"]))
    except Unfit:
        faults["mail"] = "site.fault.mail"
    values["note"] = one_line(entered["note"])
    if len(values["note"]) > LONGEST["note"]:
        faults["note"] = "site.join.fault_note"
    return Entry(entered, values, faults)
