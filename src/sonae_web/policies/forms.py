"""What a member types into an application, part by part: as typed, as it would be kept, and what is wrong by field."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sonae.debitfile import read_account
from sonae.figures import count
from sonae.problems import Problem, Refused
from sonae.programmes import Words, describe
from sonae.programmes.cursor import MOST_PERSONS
from sonae_web.accounts.services import is_corporate_number
from sonae_web.diagnosis.forms import whole_number
from sonae_web.ground.typed import composed, one_line, unseen
from sonae_web.policies import banks
from sonae_web.policies.drafts import CONFIRMED

MOST_NAME = 60
AUTHORITIES = ("representative", "delegated")
DELIVERED = ("screen", "download", "paper", "mail")
MOST_POINTS, MOST_POINT = 10, 300


@dataclass(frozen=True)
class Entry:
    """A part as typed (for showing it again), its values when nothing is wrong, its faults in words by field."""

    entered: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


# --- business
def show_business(part: Mapping[str, Any], rated: int | None = None) -> Entry:
    """Return the part as it is kept, for the form; persons held that are not entered yet as the quote was rated for them."""
    held = part.get("persons_held", rated)
    entered = {"number": part.get("number", ""), "persons_held": "" if held is None else count(held)}
    entered |= {name: part.get(name, "") for name in ("signatory", "position", "authority")}
    return Entry(entered | {"planned": bool(part.get("planned"))})


def read_business(posted: Mapping[str, str], texts: Words) -> Entry:
    """Return the part as posted."""
    entered: dict[str, Any] = {
        name: composed(posted.get(name, ""))[:200]
        for name in ("number", "persons_held", "signatory", "position", "authority")
    }
    entered["planned"] = posted.get("planned") == "1"
    number = (
        "".join(unicodedata.normalize("NFKC", entered["number"]).split()).replace("-", "").upper().removeprefix("T")
    )
    held = whole_number(entered["persons_held"])
    faults = {}
    if number and not is_corporate_number(number):
        faults["number"] = texts("site.policies.fault_number")
    if held is None or held > MOST_PERSONS:
        faults["persons_held"] = texts("site.policies.fault_persons_held")
    for name in ("signatory", "position"):
        if not 1 <= len(entered[name]) <= MOST_NAME or unseen(entered[name]):
            faults[name] = texts(f"site.policies.fault_{name}", most=MOST_NAME)
    if entered["authority"] not in AUTHORITIES:
        faults["authority"] = texts("site.policies.fault_authority")
    values = {**entered, "number": number, "persons_held": held}
    return Entry(entered, {} if faults else values, faults)


# --- account
def show_account(part: Mapping[str, Any]) -> Entry:
    """Return the part as it is kept, for the form."""
    return Entry({name: part.get(name, "") for name in ("bank", "branch", "kind", "number", "holder")})


def read_account_form(posted: Mapping[str, str], texts: Words) -> Entry:
    """Return the part as posted: the holder in the characters of a bank's file, bank and branch with their names."""
    entered = {name: posted.get(name, "").strip()[:100] for name in ("bank", "branch", "kind", "number", "holder")}
    try:
        account = read_account(entered)
    except Refused as refused:
        return Entry(entered, {}, {each.at: _told(each, texts) for each in refused.problems})
    names = {
        "bank_name": banks.bank_named(account.bank),
        "branch_name": banks.branch_named(account.bank, account.branch),
    }
    return Entry(entered, account.data() | names)


def _told(found: Problem, texts: Words) -> str:
    words = describe(found, texts.lang)
    return f"{words['found']}{'' if texts.lang == 'ja' else ' '}{words['fix']}"


# --- confirmations
def show_confirm(part: Mapping[str, Any], version: str) -> Entry:
    """Return the part as it is kept; ticks count for the explanation in its present words only."""
    now = part.get("version") == version
    return Entry({"how": part.get("how", "") if now else "", "given": tuple(part.get("given", {})) if now else ()})


def read_confirm(posted: Any, version: str, at: str, texts: Words) -> Entry:
    """Return the part as posted. ``posted`` is a form with lists; ``at`` the moment that counts for what is new."""
    given = tuple(name for name in CONFIRMED if name in posted.getlist("given"))
    entered = {"how": posted.get("how", ""), "given": given}
    faults = {}
    if entered["how"] not in DELIVERED:
        faults["how"] = texts("site.policies.fault_how")
    if posted.get("version") != version:
        faults["how"] = texts("site.policies.fault_version")
    faults |= {name: texts(f"site.policies.fault_{name}") for name in CONFIRMED if name not in given}
    values = {"version": version, "how": entered["how"], "at": at, "given": dict.fromkeys(given, at)}
    return Entry(entered, {} if faults else values, faults)


# --- what a clerk writes
def read_points(posted: Mapping[str, str]) -> list[str]:
    """Return the lines that a clerk wrote, each one point."""
    points = [one_line(line)[:MOST_POINT] for line in posted.get("points", "").splitlines()]
    return [point for point in points if point][:MOST_POINTS]
