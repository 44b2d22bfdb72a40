"""The JO model: what a leak could cost if every person were paid (JNSA's damage model of 2003 and later).

per person = basic × sensitivity × identifiability × social responsibility × response after the leak, where
sensitivity = 10^(x−1) + 5^(y−1), x (mental suffering) and y (economic loss) each the greatest over the items leaked.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Document, Programme

IDENTIFIABILITY = (1, 3, 6)


@dataclass(frozen=True, slots=True)
class Leak:
    """What leaked and how the business stands: factors as in the model, ``responsibility`` and ``response`` 1 or 2."""

    persons: int
    x: int
    y: int
    identifiability: int
    responsibility: int = 1
    response: int = 1


@dataclass(frozen=True, slots=True)
class Potential:
    """The potential liability in yen, a head and in all, with the factors used."""

    x: int
    y: int
    identifiability: int
    per_person: int
    total: int

    def data(self) -> dict[str, int]:
        """Return it as plain data, fields as in the command line's contract."""
        return asdict(self)


def potential(leak: Leak, basic: int = 500) -> Potential:
    """Return the potential liability of a leak, in yen.

    >>> potential(Leak(persons=3000, x=1, y=1, identifiability=6, response=2)).total
    36000000
    """
    sensitivity = 10 ** (leak.x - 1) + 5 ** (leak.y - 1)
    per_person: int = basic * sensitivity * leak.identifiability * leak.responsibility * leak.response
    return Potential(leak.x, leak.y, leak.identifiability, per_person, per_person * leak.persons)


def factors(programme: Programme, items: Collection[str], on: date) -> tuple[int, int, int]:
    """Return x, y and identifiability of items leaked together. Raises KeyError for an unknown item.

    Identifiability: 6 with name and address, 3 with name, or with address and telephone, else 1.
    """
    known = [programme.items[item] for item in items]
    held = set(items)
    if {"name", "address"} <= held:
        which = "name_and_address"
    elif "name" in held:
        which = "name"
    else:
        which = "address_and_phone" if {"address", "phone"} <= held else "otherwise"
    x, y = max((item.x for item in known), default=1), max((item.y for item in known), default=1)
    return x, y, programme.integer(f"jo.identifiability.{which}", on)


def whole_leak(programme: Programme, items: Collection[str], industry: str, persons: int, on: date) -> Leak:
    """Return the leak of everything that a business of an industry holds, the response afterwards appropriate.

    Social responsibility is 2 for the industries that the programme names, else 1.
    """
    high = industry in programme.value("jo.responsibility_high", on).value
    return Leak(persons, *factors(programme, items, on), responsibility=2 if high else 1)


def read_leak(document: Document, programme: Programme, on: date) -> Leak:
    """Return the leak described in a document: items by id, or the three factors. Raises Refused with every fault."""
    problems: list[Problem] = []
    cursor = Cursor(document, problems)
    cursor.fields(["persons", "items"], ["responsibility", "response"])
    x = y = identifiability = 1
    if cursor.has("items"):
        entry = cursor["items"]
        if isinstance(entry.value, dict):
            entry.fields(["x", "y", "identifiability"])
            x, y = entry.integer("x", 1, 3, 1), entry.integer("y", 1, 3, 1)
            identifiability = entry.integer("identifiability", 1, 6, 1)
            if identifiability not in IDENTIFIABILITY:
                entry["identifiability"].fault("value.not_allowed", found=identifiability, near="1, 3, 6")
        else:
            items = cursor.words("items", programme.items, "information.unknown")
            if entry.value == []:
                entry.fault("jo.no_items")
            x, y, identifiability = factors(programme, items, on)
    leak = Leak(
        persons=cursor.persons("persons", 1) if isinstance(cursor.value, dict) else 0,
        x=x,
        y=y,
        identifiability=identifiability,
        responsibility=cursor.integer("responsibility", 1, 2, 1) if isinstance(cursor.value, dict) else 1,
        response=cursor.integer("response", 1, 2, 1) if isinstance(cursor.value, dict) else 1,
    )
    if problems:
        raise Refused(problems)
    return leak
