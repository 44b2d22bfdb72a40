"""A double click on each form that makes something: one effect, the same answer; without its key nothing is done."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import Invitation, Organisation, Role, User
from sonae_web.accounts.services import grant_role
from sonae_web.desk.models import Upload
from sonae_web.diagnosis.models import Checklist, Evidence, Result, Task
from sonae_web.ground.models import AuditRow, Mail
from sonae_web.ground.scope import unscoped
from tests.web.accounts.doors import account, entered, mails, staff
from tests.web.cast import Tree, tree
from tests.web.test_members import FACTS, fill

pytestmark = pytest.mark.django_db
COUNTED: tuple[type[Model], ...] = (
    Organisation, Role, User, Invitation, Mail, Upload, Checklist, Result, Task, Evidence, AuditRow,
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A tree in which Hanako acts for a member with a colleague, and a clerk for its association."""

    there: Tree
    member: Client
    clerk: Client
    colleague: Role


@pytest.fixture
def place() -> Place:
    there = tree()
    hanako, clerk, taro = account(), staff(account("clerk@example.jp")), account("taro@example.jp")
    grant_role(user=hanako, organisation=there.member, role="member")
    grant_role(user=clerk, organisation=there.association, role="association")
    colleague = grant_role(user=taro, organisation=there.member, role="member")
    return Place(there, entered(Client(), hanako), entered(Client(), clerk), colleague)


def rows() -> dict[str, int]:
    with unscoped("test"):
        return {model.__name__: model._default_manager.count() for model in COUNTED}


def key_on(browser: Client, page: str) -> dict[str, str]:
    """The key that the page's forms carry."""
    found = re.search(r'name="once" value="([0-9a-f-]{36})"', browser.get(page).content.decode())
    assert found, page
    return {"once": found[1]}


def remind_key(place: Place, address: str, entry: dict[str, Any]) -> dict[str, str]:
    found = re.search(r'name="once" value="([0-9a-f-]{36})"', place.clerk.post(address, entry).content.decode())
    assert found
    return {"once": found[1]}


Case = Callable[[Place], tuple[Client, str, dict[str, Any]]]
"""Who sends which form where, its key included."""


def invite_colleague(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("people", args=[place.there.member.pk])
    return place.member, address, {"mail": "jiro@example.jp", **key_on(place.member, address)}


def send_again(place: Place) -> tuple[Client, str, dict[str, Any]]:
    browser, people, entry = invite_colleague(place)
    browser.post(people, entry)
    with unscoped("test"):
        address = reverse("people_invitation", args=[place.there.member.pk, Invitation.objects.get().pk])
    return browser, address, {"again": "", **key_on(browser, people)}


def remove_colleague(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("people_remove", args=[place.there.member.pk, place.colleague.pk])
    return place.member, address, key_on(place.member, address)


def add_member(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("desk_member_new", args=[place.there.association.pk])
    return place.clerk, address, {"name": "見本青果", "mail": "seika@example.jp", **key_on(place.clerk, address)}


def invite_to_member(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("desk_member_invite", args=[place.there.association.pk, place.there.neighbour.pk])
    return place.clerk, address, {"mail": "new@example.jp", **key_on(place.clerk, address)}


def send_reminders(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("desk_remind", args=[place.there.association.pk])
    entry = {"member": [str(place.there.member.pk)]}
    sent = entry | {"confirmed": "1", "sure": "1", **remind_key(place, address, entry)}
    return place.clerk, address, sent


WITH_KEY = [invite_colleague, send_again, remove_colleague, add_member, invite_to_member, send_reminders]


@pytest.mark.parametrize("case", WITH_KEY)
def test_sent_twice_it_is_done_once_and_answered_alike(place: Place, case: Case) -> None:
    browser, address, entry = case(place)
    before = rows()
    first = browser.post(address, entry)
    once, letters = rows(), mails()
    second = browser.post(address, entry)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert once != before
    assert (rows(), mails()) == (once, letters)


@pytest.mark.parametrize("case", WITH_KEY)
def test_without_its_key_nothing_is_done(place: Place, case: Case) -> None:
    browser, address, entry = case(place)
    before = rows()
    assert browser.post(address, {name: value for name, value in entry.items() if name != "once"}).status_code == 400
    assert rows() == before


# --- once by nature: what is there already is found
def join(place: Place) -> tuple[Client, str, dict[str, Any]]:
    address = reverse("join_ask", args=[place.there.association.pk])
    entry = {"name": "見本商会", "number": "", "mail": "shokai@example.jp", "note": ""}
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', Client().post(address, entry).content.decode())
    assert found
    return Client(), address, {**entry, "key": found[1], "send": ""}


def send_list(place: Place) -> tuple[Client, str, dict[str, Any]]:
    file = SimpleUploadedFile("list.csv", "事業者名,コード\n見本一号,M1\n".encode())
    return place.clerk, reverse("desk_load", args=[place.there.association.pk]), {"kind": "members", "file": file}


def load_list(place: Place) -> tuple[Client, str, dict[str, Any]]:
    browser, address, entry = send_list(place)
    return browser, browser.post(address, entry)["Location"], {}


def start(place: Place) -> tuple[Client, str, dict[str, Any]]:
    return place.member, reverse("checklist_start", args=[place.there.member.pk]), {}


def facts(place: Place) -> tuple[Client, str, dict[str, Any]]:
    browser, address, _ = start(place)
    browser.post(address)
    return browser, reverse("checklist_facts", args=[place.there.member.pk]), FACTS


def answer(place: Place) -> tuple[Client, str, dict[str, Any]]:
    browser, address, entry = facts(place)
    return browser, browser.post(address, entry)["Location"], {"answer": "yes", "seen": "0"}


def hand_in(place: Place) -> tuple[Client, str, dict[str, Any]]:
    fill(place.member, place.there, "no")
    return place.member, reverse("checklist_hand_in", args=[place.there.member.pk]), {}


BY_NATURE = [join, send_list, load_list, start, facts, answer, hand_in]


@pytest.mark.parametrize("case", BY_NATURE)
def test_what_is_once_by_nature_is_done_once_and_answered_alike(place: Place, case: Case) -> None:
    browser, address, entry = case(place)
    before = rows()
    first = browser.post(address, entry)
    once, letters = rows(), mails()
    for value in entry.values():
        if hasattr(value, "seek"):
            value.seek(0)
    second = browser.post(address, entry)
    assert first.status_code == second.status_code == 302
    assert once != before
    assert (rows(), mails()) == (once, letters)
    assert first["Location"] == second["Location"]
