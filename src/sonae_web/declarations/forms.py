"""What a member enters about certifications, the past and who signs: as entered, its faults by field, and the value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from sonae.checklist import Question
from sonae.declaration import MOST_TEXT, Certificate, Entry, Form, Past
from sonae.figures import count
from sonae.money import MOST_YEN
from sonae.policy import Signatory
from sonae.programmes import Words
from sonae.programmes.cursor import MOST_PERSONS, iso_day
from sonae_web.declarations.notices import KINDS
from sonae_web.declarations.notices import MOST_TEXT as MOST_NOTICE
from sonae_web.declarations.services import AUTHORITIES, MOST_NAME
from sonae_web.diagnosis.figures import yen_amount
from sonae_web.diagnosis.forms import whole_number
from sonae_web.ground.posted import whole
from sonae_web.ground.typed import lines, one_line

ROWS = 5
"""Rows that can be filled in for the past; more than there are filled rows by two, at most so many."""
MOST_NUMBER = 40
Posted = QueryDict


@dataclass(frozen=True)
class Entered:
    """A form as entered, its faults by field in words, and what it says when there is none."""

    values: Mapping[str, str]
    faults: Mapping[str, str]
    value: Any = None
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is ticked, where several boxes of a field can be."""


def seen(posted: Posted) -> int:
    """Return the version of the draft from which the form was made; -1 for none."""
    return whole(posted.get("seen", ""))


def ticks(posted: Posted) -> frozenset[str]:
    """Return the items whose confirmation is ticked."""
    return frozenset(posted.getlist("confirm"))


# --- controls
def read_controls(posted: Posted, questions: tuple[Question, ...], words: Words) -> Entered:
    """Return the answers to a section's controls that were chosen; who confirms one has chosen it."""
    values = {each.id: posted.get(each.id, "") for each in questions}
    ticked = ticks(posted)
    faults = {
        each.id: words("site.declare.fault_answer")
        for each in questions
        if values[each.id] not in each.answers and (values[each.id] or each.id in ticked)
    }
    return Entered(values, faults, {name: answer for name, answer in values.items() if answer})


# --- certifications
def shown_certifications(held: tuple[Certificate, ...] | None) -> Entered:
    """Return the form of certifications held."""
    values: dict[str, str] = {}
    for each in held or ():
        values |= {f"{each.id}-number": each.number, f"{each.id}-until": each.until.isoformat()}
    return Entered(values, {})


def read_certifications(posted: Posted, form: Form, today: date, words: Words) -> Entered:
    """Return the certifications held: of each its number and a last day that has not passed, or neither."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    held: list[Certificate] = []
    for name in form.certifications:
        number, until = f"{name}-number", f"{name}-until"
        values |= {each: one_line(posted.get(each, "")) for each in (number, until)}
        if not values[number] and not values[until]:
            continue
        if not 1 <= len(values[number]) <= MOST_NUMBER:
            faults[number] = words("site.declare.fault_number", most=MOST_NUMBER)
        day = _day(values[until])
        if day is None or day < today:
            faults[until] = words("site.declare.fault_until")
        else:
            held.append(Certificate(name, values[number], day))
    return Entered(values, faults, tuple(held))


# --- the past
def shown_past(past: Past) -> Entered:
    """Return the form of leaks, insurance or claims as stated."""
    values: dict[str, str] = {"stated": past.stated}
    for place, each in enumerate(past.entries):
        amount = "" if each.amount is None else count(each.amount)
        values |= {f"when-{place}": each.when, f"what-{place}": each.what, f"amount-{place}": amount}
    return Entered(values, {})


def read_past(posted: Posted, name: str, today: date, words: Words) -> Entered:
    """Return leaks, insurance or claims: stated whether there is any, and each told with its month."""
    values: dict[str, str] = {"stated": posted.get("stated", "")}
    faults: dict[str, str] = {}
    entries: list[Entry] = []
    for place in range(ROWS):
        row = {part: lines(posted.get(f"{part}-{place}", "")) for part in ("when", "what", "amount")}
        values |= {f"{part}-{place}": each for part, each in row.items()}
        if not any(row.values()):
            continue
        found = _row_faults(row, name, today, words)
        faults |= {f"{part}-{place}": each for part, each in found.items()}
        if not found:
            entries.append(Entry(row["when"], row["what"], _amount(row["amount"], name)))
    stated = values["stated"]
    if stated not in ("yes", "no"):
        faults = {"stated": words("site.declare.fault_stated"), **faults}
    elif stated == "yes" and not entries and not faults:
        faults["when-0"] = words("site.declare.fault_told")
    elif stated == "no" and (entries or faults):
        faults = {"stated": words("site.declare.fault_both")}
    return Entered(values, faults, None if faults else Past("yes" if stated == "yes" else "no", tuple(entries)))


def _row_faults(row: Mapping[str, str], name: str, today: date, words: Words) -> dict[str, str]:
    faults = {}
    if not _month_is_known(row["when"], today):
        faults["when"] = words("site.declare.fault_when")
    if not 1 <= len(row["what"]) <= MOST_TEXT:
        faults["what"] = words("site.declare.fault_what", most=MOST_TEXT)
    if row["amount"] and _amount(row["amount"], name) is None:
        faults["amount"] = words("site.declare.fault_amount")
    return faults


def _month_is_known(entered: str, today: date) -> bool:
    """Whether it is a month, as 2026-04, that has begun."""
    year, _, month = entered.partition("-")
    known = len(entered) == 7 and year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    return known and 1 <= int(month) <= 12 and int(year) >= 1900 and entered <= today.isoformat()[:7]


def _amount(entered: str, name: str) -> int | None:
    if not entered:
        return None
    number = whole_number(entered) if name == "leaks" else yen_amount(entered)
    return number if number is not None and number <= (MOST_PERSONS if name == "leaks" else MOST_YEN) else None


# --- who signs, what changed
def read_signatory(posted: Posted, words: Words) -> Entered:
    """Return who signs: name, position, authority, and the confirmation that it is all true."""
    values = {name: one_line(posted.get(name, "")) for name in ("name", "position", "authority")}
    faults = {
        name: words(f"site.declare.fault_{name}", most=MOST_NAME)
        for name in ("name", "position")
        if not 1 <= len(values[name]) <= MOST_NAME
    }
    if values["authority"] not in AUTHORITIES:
        faults["authority"] = words("site.declare.fault_authority")
    if posted.get("sure") != "1":
        faults["sure"] = words("site.declare.fault_sure")
    authority: Any = values["authority"]
    return Entered(values, faults, Signatory(values["name"], values["position"], authority))


def read_notice(posted: Posted, today: date, words: Words) -> Entered:
    """Return a change: its kind, the day on which it changed, and what."""
    values = {name: one_line(posted.get(name, "")) for name in ("kind", "changed_on")}
    values["text"] = lines(posted.get("text", ""))
    faults = {}
    if values["kind"] not in KINDS:
        faults["kind"] = words("site.declare.fault_kind")
    day = _day(values["changed_on"])
    if day is None or day > today:
        faults["changed_on"] = words("site.declare.fault_changed_on")
    if not 1 <= len(values["text"]) <= MOST_NOTICE:
        faults["text"] = words("site.declare.fault_text", most=count(MOST_NOTICE))
    return Entered(values, faults, (values["kind"], day, values["text"]))


def _day(entered: str) -> date | None:
    try:
        return iso_day(entered)
    except ValueError:
        return None
