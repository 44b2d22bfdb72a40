"""A diagnosis begun anew by mistake is discarded: asked first, nothing of what was handed in is touched."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from sonae_web.diagnosis import actions, checklists, progress, results
from sonae_web.diagnosis.checklists import Changed, First, NotThere
from sonae_web.diagnosis.models import Checklist, Progress
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.accounts.doors import told
from tests.web.cast import Tree, acting, person, scope
from tests.web.test_checklists import answered
from tests.web.test_members import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(place: Tree) -> Any:
    """A member whose checklist is handed in, with an action ticked off."""
    with declared(scope("member", place.member)) as found:
        answered(found, "no")
        results.hand_in(scope=found)
        actions.tick(scope=found, action=actions.listed(found)[0], done=True)
        yield found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def wait(days: int) -> None:
        moment = clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return wait


def discard(member: Scope, sheet: checklists.Sheet) -> None:
    checklists.discard(scope=member, checklist=sheet.row.pk, seen=sheet.stamp)


def test_only_the_one_begun_anew_goes_and_all_that_was_handed_in_stays(
    member: Scope, later: Callable[[int], None]
) -> None:
    result, todo = results.latest(member), actions.listed(member)
    later(1)
    sheet = checklists.start(scope=member)
    question = sheet.asked[0].id
    sheet = checklists.save_answer(scope=member, question=question, value="yes", seen=sheet.given[question].version)
    assert sheet.renewed == 1
    discard(member, sheet)
    assert checklists.read(member) is None
    assert results.latest(member) == result
    assert actions.listed(member) == todo
    assert Checklist.within(member).count() == 1
    assert Progress.within(member).get().state == Progress.State.DONE
    assert [each["object"] for each in told("checklist.discarded")] == [str(sheet.row.pk)]
    again = checklists.start(scope=member)
    assert (again.given[question].value, again.renewed) == ("no", 0)


def test_of_another_year_clerks_see_again_what_they_saw_before(member: Scope, later: Callable[[int], None]) -> None:
    later(366)
    for invited in (False, True):
        if invited:
            progress.invited(
                scope=member, organisation=member.organisation, year=checklists.programme_year(clock.today())
            )
        sheet = checklists.start(scope=member)
        assert Progress.within(member).get(year=sheet.row.year).state == "started"
        discard(member, sheet)
        states = Progress.within(member).filter(year=sheet.row.year).values_list("state", "started_at")
        assert list(states) == ([("invited", None)] if invited else [])


def test_a_year_that_is_taken_back_leaves_the_others_as_they_were(member: Scope) -> None:
    with transaction.atomic():
        for year in (2030, 2031):
            progress.started(scope=member, year=year)
        progress.taken_back(scope=member, year=2031)
    assert list(Progress.within(member).filter(state="started").values_list("year", flat=True)) == [2030]


def test_the_first_one_is_not_discarded(place: Tree) -> None:
    with declared(scope("member", place.neighbour)) as first:
        sheet = answered(first)
        with pytest.raises(First):
            discard(first, sheet)
        assert checklists.read(first) is not None


def test_what_a_colleague_saved_meanwhile_is_told_first(member: Scope, later: Callable[[int], None]) -> None:
    seen = checklists.start(scope=member)
    later(1)
    question = seen.asked[0].id
    checklists.save_answer(scope=member, question=question, value="yes", seen=seen.given[question].version)
    with pytest.raises(Changed):
        discard(member, seen)
    sheet = checklists.read(member)
    assert sheet is not None
    discard(member, sheet)


def test_one_handed_in_or_discarded_meanwhile_stays_as_it_is(member: Scope) -> None:
    seen = checklists.start(scope=member)
    discard(member, seen)
    with pytest.raises(NotThere):
        discard(member, seen)
    new = checklists.start(scope=member)
    with pytest.raises(NotThere):  # pressed twice, never the next one
        discard(member, seen)
    results.hand_in(scope=member)
    with pytest.raises(NotThere):
        discard(member, new)


def test_whoever_was_answering_it_is_led_home(member: Scope, place: Tree, client: Client) -> None:
    with unscoped("test"):
        hanako = person()
        acting(hanako, "member", place.member)
    client.force_login(hanako)
    sheet = checklists.start(scope=member)
    page = at("checklist_discard", place.member)
    assert page in client.get(at("checklist", place.member)).content.decode()
    assert page in client.get(at("business", place.member)).content.decode()
    text = client.get(page).content.decode()
    assert "始めてから入れた答えは、まだありません" in text
    assert checklists.read(member) is not None
    form = {"checklist": str(sheet.row.pk), "seen": sheet.stamp}
    old = client.post(page, {**form, "seen": "before"})
    assert (old.status_code, "ほかの方が答えを保存しました" in old.content.decode()) == (409, True)
    done = client.post(page, form, follow=True)
    assert done.redirect_chain == [(at("business", place.member), 302)]
    assert "診断を取りやめました" in done.content.decode()
    question = at("checklist_question", place.member, question=sheet.asked[0].id)
    assert client.post(question, {"answer": "yes", "seen": "1"})["Location"] == at("business", place.member)
    for wrong in (form, {"checklist": "nonsense"}, {"checklist": str(uuid4())}, {}):
        assert "すでに提出されたか" in client.post(page, wrong, follow=True).content.decode()
    assert client.get(page)["Location"] == at("business", place.member)
