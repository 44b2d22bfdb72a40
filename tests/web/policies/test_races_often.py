"""Races of two again and again: one wins, the other is told so, nothing is doubled; 10,000 of each in the soak run."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import declared, unscoped
from sonae_web.policies import deciding
from sonae_web.policies.models import Application, Cover
from sonae_web.policies.records import Told
from tests.web.again import ROUNDS, rounds
from tests.web.policies.cast import JUNE, declared_version
from tests.web.policies.test_races import Site

pytestmark = [pytest.mark.needs_postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(clock, "now", lambda: JUNE)
    return Site()


def accepting(site: Site, clerk: int, seen: int) -> Callable[[], UUID]:
    """A clerk who saw the application and its declaration before the race."""
    scope = site.clerks[clerk]
    with declared(scope):
        version = declared_version(scope, site.row.pk)

    def accept() -> UUID:
        with declared(scope):
            return deciding.accept(scope=scope, application=site.row.pk, seen=seen, declaration=version).pk

    return accept


def stands() -> tuple[str, int, int]:
    """The state of the application, how many covers there are, and how often one came to be."""
    with unscoped("test"):
        (row,) = Application.objects.all()
        return row.state, Cover.objects.count(), AuditRow.objects.filter(action="application.accepted").count()


def test_two_clerks_accept_one_application(site: Site) -> None:
    seen = site.sent().version
    first = 0
    with rounds([accepting(site, clerk, seen) for clerk in (0, 1)]) as each:
        for answers in each:
            assert sorted(map(_kind, answers)) == ["done", "told"], answers
            assert stands() == ("accepted", 1, 1)
            first += _kind(answers[0]) == "done"
    assert 0 < first < ROUNDS, "one of them always won: they did not meet"


def test_one_accepts_while_another_declines_or_the_member_withdraws(site: Site) -> None:
    seen = site.sent().version
    won = set()
    for other, state in ((site.decline, "declined"), (site.withdraw, "withdrawn")):
        with rounds([accepting(site, 0, seen), partial(other, seen)]) as each:
            for answers in each:
                assert sorted(map(_kind, answers)) == ["done", "told"], answers
                accepted = _kind(answers[0]) == "done"
                assert stands() == (("accepted", 1, 1) if accepted else (state, 0, 0))
                won.add((state, accepted))
    assert len(won) == 4, "one of them always won: they did not meet"


def test_a_member_sends_its_application_twice(site: Site) -> None:
    with rounds([site.submit, site.submit]) as each:
        for answers in each:
            assert answers == ["A2027-000001"] * 2, answers
            assert stands() == ("submitted", 0, 0)
            assert AuditRow.objects.filter(action="application.submitted").count() == 1


def _kind(answer: Any) -> str:
    return "told" if isinstance(answer, Told) else "done" if isinstance(answer, UUID | str) else repr(answer)
