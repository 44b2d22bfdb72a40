"""Two at once at one application: one wins, the other is told, nothing is doubled or lost. On PostgreSQL and SQLite."""

import threading
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import User
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.policies import banks, covers, deciding, drafts, records, sending, turns
from sonae_web.policies.models import Application, Cover
from sonae_web.policies.records import Told
from tests.web.apart import at_once, prepare
from tests.web.cast import acting, once, person, tree
from tests.web.policies.cast import BANKS, JUNE, checked, confirmed, declared_version, filled, now, ready, sent

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


class Site:
    """A site with its own database: a member with an application not sent yet, its association, two clerks."""

    def __init__(self) -> None:
        with unscoped("test"):
            there = tree()
            self.member = acting(person("member@example.jp"), "member", there.member)
            self.neighbour = acting(person("neighbour@example.jp"), "member", there.neighbour)
            self.association = acting(person("association@example.jp"), "association", there.association)
            self.clerks = [
                acting(person(f"{name}@example.jp"), "federation", there.prefecture) for name in ("one", "two")
            ]
        banks.load(BANKS)
        with declared(self.member):
            ready(self.member)
            self.row = filled(self.member)

    def sent(self) -> Application:
        with declared(self.member):
            row = sent(self.member, now(self.member, self.row.pk))
        confirmed(self.association, row.pk)
        checked(self.clerks[0], row.pk)
        return now(self.member, row.pk)

    def accept(self, clerk: int, seen: int) -> Any:
        scope = self.clerks[clerk]
        with declared(scope):
            version = declared_version(scope, self.row.pk)
            return deciding.accept(scope=scope, application=self.row.pk, seen=seen, declaration=version).pk

    def withdraw(self, seen: int) -> Any:
        with declared(self.member):
            return sending.withdraw(scope=self.member, application=self.row.pk, seen=seen).state

    def decline(self, seen: int) -> Any:
        scope = self.clerks[1]
        with declared(scope):
            return deciding.decline(scope=scope, application=self.row.pk, seen=seen, points=["見本"]).state

    def submit(self) -> Any:
        with declared(self.member):
            row = now(self.member, self.row.pk)
            choice = records.choice_of(row)
            assert choice is not None
            return sending.submit(
                scope=self.member, application=row.pk, seen=self.row.version, start=choice.cover_from
            ).number


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(clock, "now", lambda: JUNE)
    prepare(tmp_path, monkeypatch)
    (found,) = at_once([Site])
    assert isinstance(found, Site), found
    return found


def look(act: Any) -> Any:
    (found,) = at_once([act])
    assert not isinstance(found, Exception), found
    return found


def count(model: Any) -> int:
    def read() -> int:
        with unscoped("test"):
            return int(model.objects.count())

    return int(look(read))


def state(site: Site) -> str:
    return str(look(lambda: now(site.member, site.row.pk).state))


def test_two_clerks_accept_one_application_and_one_cover_comes_of_it(site: Site) -> None:
    seen = look(site.sent).version
    answers = at_once([partial(site.accept, number % 2, seen) for number in range(2 * ROUNDS)])
    won = [each for each in answers if isinstance(each, UUID)]
    assert len(won) == 1
    assert all(isinstance(each, Told) for each in answers if each not in won), answers
    assert (count(Cover), state(site)) == (1, "accepted")


def test_many_at_once_against_the_last_of_them_alone_wait_for_one_another(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in the one transaction of its form: whoever has taken a number does not wait for an application any more."""
    first = look(site.sent)
    neighbour = site.neighbour

    def other() -> Application:
        with declared(neighbour):
            ready(neighbour)
            row = sent(neighbour)
        confirmed(site.association, row.pk)
        checked(site.clerks[0], row.pk)
        return now(neighbour, row.pk)

    rows = sorted([first, look(other)], key=lambda row: row.pk)
    last = rows[-1]

    def many() -> Any:
        scope = site.clerks[0]
        with declared(scope), transaction.atomic():
            done, left = deciding.accept_many(scope=scope, chosen=[(row.pk, row.version) for row in rows])
        return len(done), len(left)

    def alone() -> Any:
        scope = site.clerks[1]
        with declared(scope), transaction.atomic():
            version = declared_version(scope, last.pk)
            deciding.accept(scope=scope, application=last.pk, seen=last.version, declaration=version)
        return "alone"

    make, numbered, holds = covers.make, threading.Event(), threading.Event()

    def made(scope: Scope, row: Application, declaration: str) -> Cover:
        """The other begins once the first number is taken, and a second one waits until the other holds what it accepts."""
        if scope == site.clerks[1]:
            holds.set()
            return make(scope, row, declaration)
        cover = make(scope, row, declaration)
        numbered.set()
        holds.wait(1)
        return cover

    def after() -> Any:
        numbered.wait(10)
        return alone()

    with monkeypatch.context() as patch:
        patch.setattr(covers, "make", made)
        both, single = at_once([many, after])
    assert (both, single) == ((1, 1), "alone") or (both == (2, 0) and isinstance(single, Told)), (both, single)
    assert count(Cover) == 2


def test_accept_against_withdraw_has_one_winner_and_the_other_is_told(site: Site) -> None:
    seen = look(site.sent).version
    accepted, withdrawn = at_once([partial(site.accept, 0, seen), partial(site.withdraw, seen)])
    if isinstance(accepted, UUID):
        assert isinstance(withdrawn, Told)
        assert (count(Cover), state(site)) == (1, "accepted")
    else:
        assert isinstance(accepted, Told), accepted
        assert (withdrawn, count(Cover), state(site)) == ("withdrawn", 0, "withdrawn")


def test_accept_against_decline_has_one_winner_and_the_other_is_told(site: Site) -> None:
    seen = look(site.sent).version
    answers = at_once([partial(site.accept, 0, seen), partial(site.decline, seen)])
    assert sum(isinstance(each, Told) for each in answers) == 1, answers
    assert (count(Cover), state(site)) in ((1, "accepted"), (0, "declined"))


def test_sent_many_times_at_once_it_is_sent_once(site: Site) -> None:
    answers = at_once([site.submit] * (2 * ROUNDS))
    assert set(answers) == {"A2027-000001"}
    assert look(lambda: AuditRow.objects.filter(action="application.submitted").count()) == 1


def test_a_double_click_on_sending_is_one_application(site: Site) -> None:
    """Through the pages: the same form twice, and two forms of the same page."""

    def cookies() -> Any:
        client = Client()
        client.force_login(User.objects.get(pk=site.member.user))
        return client.cookies

    kept = look(cookies)
    form = {"seen": str(site.row.version), "start": "2027-08-25T16:00:00+09:00"}
    keys = [once(), once()]

    def post(key: dict[str, str]) -> int:
        client = Client()
        client.cookies = kept
        args = [site.member.organisation, site.row.pk]
        return client.post(reverse("application_submit", args=args), form | key).status_code

    answers = at_once([partial(post, keys[number % 2]) for number in range(6)])
    assert set(answers) <= {302, 409}, answers
    assert 302 in answers
    assert (state(site), count(Application)) == ("submitted", 1)


def test_begun_many_times_at_once_there_is_one_application_a_year(site: Site) -> None:
    look(partial(site.withdraw, site.row.version))

    def start() -> Any:
        with declared(site.member):
            return drafts.start(scope=site.member, year=2027).pk

    assert len(set(at_once([start] * 6))) == 1
    assert count(Application) == 2


def test_turns_at_once_take_each_step_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = look(site.sent).version
    cover = look(partial(site.accept, 0, seen))
    row = look(lambda: Cover.within(site.member).get(pk=cover))
    monkeypatch.setattr(clock, "now", lambda: row.cover_from)
    assert at_once([turns.turn] * 4) == [None] * 4
    assert look(lambda: AuditRow.objects.filter(action="cover.start").count()) == 1
    assert look(lambda: Cover.within(site.member).get(pk=cover).state) == "on_cover"
