"""Whom to ask: the national federation, the prefectural ones, and the desks whose telephone number was published."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Programme, read_document
from sonae.programmes.kept import kept_sound
from sonae.programmes.values import sourced
from sonae.tables import Basis

FILE = "contacts.yaml"
NATIONAL = "national"
_CODE = re.compile("[0-9]{2}")
_PHONE = re.compile("0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}")


@dataclass(frozen=True, slots=True)
class Office:
    """A federation: ``code`` is its prefecture's in JIS X 0401, ``00`` for the national one. Name: ``office.<id>.name``."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Who answers in an office and under which number, from ``start`` until the day before ``end`` (None: still).

    ``name`` is a text ``desk.<name>``.
    """

    office: str
    start: date
    end: date | None
    name: str
    phone: str
    basis: Basis
    reference: str

    def holds(self, on: date) -> bool:
        """Whether it answers on a day."""
        return self.start <= on and (self.end is None or on < self.end)


@dataclass(frozen=True, slots=True)
class Contacts:
    """All offices in the order of their codes, and every desk ever published."""

    offices: tuple[Office, ...]
    desks: tuple[Desk, ...]

    def on(self, day: date) -> tuple[Desk, ...]:
        """Return the desks that answer on a day, in the order of offices."""
        return tuple(desk for desk in self.desks if desk.holds(day))

    @property
    def prefectural(self) -> tuple[Office, ...]:
        """The prefectural offices."""
        return tuple(office for office in self.offices if office.id != NATIONAL)


def contacts(programme: Programme) -> Contacts:
    """Return the offices and desks of a programme. Raises Refused with every fault of the data."""
    found, problems = check_contacts(programme)
    if problems:
        raise Refused(problems)
    return found


@kept_sound
def check_contacts(programme: Programme) -> tuple[Contacts, tuple[Problem, ...]]:
    """Return offices and desks, and every fault of ``contacts.yaml`` and its words."""
    problems: list[Problem] = []
    try:
        cursor = Cursor(read_document(programme.folder, FILE), problems)
    except Refused as refused:
        return Contacts((), ()), refused.problems
    cursor.fields(["offices", "desks"])
    offices = tuple(_offices(cursor))
    if not problems and [office.id for office in offices[:1]] != [NATIONAL]:
        cursor["offices"].fault("contacts.national")
    desks = tuple(_desks(cursor, programme, [office.id for office in offices]))
    if not problems:
        problems += _check_words(programme, offices, desks)
    order = {office.id: place for place, office in enumerate(offices)}
    return Contacts(offices, tuple(sorted(desks, key=lambda desk: order.get(desk.office, 0)))), tuple(problems)


def _offices(cursor: Cursor) -> Iterator[Office]:
    seen: set[str] = set()
    for entry in cursor.items("offices"):
        if not entry.fields(["id", "code"]):
            continue
        office = Office(entry.text("id"), entry.text("code"))
        if seen & {office.id, office.code}:
            entry.fault("value.twice", found=office.code)
        elif not _CODE.fullmatch(office.code):
            entry.fault("contacts.code", found=office.code)
        seen |= {office.id, office.code}
        yield office


def _desks(cursor: Cursor, programme: Programme, offices: list[str]) -> Iterator[Desk]:
    for entry in cursor.items("desks"):
        if not entry.fields(["office", "from", "name", "phone", "basis", "reference"], ["until"]):
            continue
        basis, reference = sourced(entry, programme.references)
        start, end = entry.day("from"), entry.day("until") if entry.has("until") else None
        if end is not None and end <= start:
            entry["until"].fault("value.dates_do_not_rise", name=FILE)
        phone = entry.text("phone")
        if phone and not _PHONE.fullmatch(phone):
            entry["phone"].fault("contacts.phone", found=phone)
        yield Desk(entry.choice("office", offices), start, end, entry.text("name"), phone, basis, reference)


def _check_words(programme: Programme, offices: tuple[Office, ...], desks: tuple[Desk, ...]) -> list[Problem]:
    needed = [f"office.{office.id}.name" for office in offices]
    needed += [f"prefecture.{office.id}.name" for office in offices if office.id != NATIONAL]
    needed += [f"desk.{desk.name}" for desk in desks]
    return [fault for words in programme.sound_words() for fault in words.lacking(needed)]
