"""Who stands behind a programme's cover, from its data (``parties.yaml``); the names are words."""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from sonae.figures import Lang, decimal
from sonae.policy.inputs import Agent, Insurer, Office, Parties
from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Programme
from sonae.programmes.kept import kept_sound
from sonae.tables import BASES

FILE = "parties.yaml"
OFFICES = ("office", "complaints", "disputes")


def parties(programme: Programme, lang: Lang) -> Parties:
    """Return who stands behind the cover, named in a language. Raises Refused for faulty data."""
    found, problems = _read(programme, lang)
    if problems or found is None:
        raise Refused(problems)
    return found


def parties_data(found: Parties) -> dict[str, Any]:
    """Return who stands behind a cover as plain data, to be frozen: shares as text."""
    data = asdict(found)
    data["insurers"] = [{"name": each.name, "share": str(each.share)} for each in found.insurers]
    return data


def parties_of(data: Mapping[str, Any]) -> Parties:
    """Return who stands behind a cover from what ``parties_data`` gave."""
    offices = {name: Office(**data[name]) if data[name] else None for name in ("complaints", "disputes")}
    return Parties(
        policyholder=data["policyholder"],
        office=Office(**data["office"]),
        insurers=tuple(Insurer(each["name"], Fraction(each["share"])) for each in data["insurers"]),
        agent=Agent(**data["agent"]) if data["agent"] else None,
        approval=data["approval"],
        **offices,
    )


def check(programme: Programme) -> tuple[Problem, ...]:
    """Return every fault of the data."""
    return _read(programme, "ja")[1]


@kept_sound
def _read(programme: Programme, lang: Lang) -> tuple[Parties | None, tuple[Problem, ...]]:
    problems: list[Problem] = []
    try:
        cursor, words = Cursor(programme.document(FILE), problems), programme.words(lang)
    except Refused as refused:
        return None, refused.problems

    def named(place: Cursor, key: str = "id", part: str = "name") -> str:
        name = f"parties.{place.text(key)}.{part}"
        if place.has(key) and name not in words:
            place[key].fault("text.missing", id=name, lang=lang)
            return ""
        return words(name) if place.has(key) else ""

    def office(key: str) -> Office | None:
        if not cursor.has(key):
            return None
        place = cursor[key]
        place.fields(["id"], ["telephone", "mail", "hours"])
        return Office(named(place), place.text("telephone"), place.text("mail"), hours=named(place, "hours", "hours"))

    cursor.fields(
        ["basis", "reference", "policyholder", "insurers", "office"], ["agent", "complaints", "disputes", "approval"]
    )
    cursor.choice("basis", BASES)
    cursor.choice("reference", programme.references, what="reference.unknown")
    insurers = []
    for entry in cursor.items("insurers"):
        entry.fields(["id", "share"])
        insurers.append(Insurer(named(entry), entry.share("share", Fraction(0))))
    if insurers and sum((each.share for each in insurers), Fraction(0)) != 1:
        total = sum((each.share for each in insurers), Fraction(0))
        cursor["insurers"].fault("sale.shares", found=decimal(total, 6))
    agent = None
    if cursor.has("agent"):
        place = cursor["agent"]
        place.fields(["id"], ["registration", "telephone"])
        if not place.text("registration"):
            place.fault("sale.agents")
        agent = Agent(named(place), place.text("registration"), place.text("telephone"))
    desk, complaints, disputes = (office(key) for key in OFFICES)
    approval = cursor["approval"].value
    found = Parties(
        policyholder=named(cursor, "policyholder"),
        office=desk or Office(""),
        insurers=tuple(insurers),
        agent=agent,
        complaints=complaints,
        disputes=disputes,
        approval=approval if isinstance(approval, str) else "",
    )
    return found, tuple(problems)
