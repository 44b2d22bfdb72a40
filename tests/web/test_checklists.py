"""A member's checklist: begun once, filled in by several people, nobody's answer lost, handed in once, frozen."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from sonae.checklist import Business
from sonae_web.diagnosis import checklists, progress, results
from sonae_web.diagnosis.models import Checklist, Progress, Result
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow, Document
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.cast import Tree, acting, person, scope

SHOP = Business(
    name="見本商事", industry="retail", employees=12, persons_held=3_000, annual_sales=None,
    information=("name", "address", "phone"), media=("paper", "pc"), uses=("website", "contractors"),
    on_consignment=False, assumed=("annual_sales",),
)  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def member(place: Tree) -> Any:
    with declared(scope("member", place.member)) as found:
        yield found


def answered(member: Scope, value: str = "yes", business: Business = SHOP) -> checklists.Sheet:
    """The checklist with every question answered alike: in one step, as from a file, for each step takes its time."""
    sheet = checklists.start(scope=member)
    sheet = checklists.save_business(scope=member, business=business, seen=sheet.business_version)
    answers = {question.id: value for question in sheet.asked}
    seen = {each.question: each.version for each in checklists.changes(sheet, answers)}
    checklists.save_all(scope=member, business=business, answers=answers, seen=seen, facts_seen=sheet.business_version)
    return opened(member)


def one_by_one(member: Scope, value: str = "yes") -> checklists.Sheet:
    """The same, answered as on the pages."""
    sheet = checklists.start(scope=member)
    sheet = checklists.save_business(scope=member, business=SHOP, seen=sheet.business_version)
    for question in sheet.asked:
        sheet = checklists.save_answer(scope=member, question=question.id, value=value, seen=0)
    return opened(member)


def opened(member: Scope) -> checklists.Sheet:
    found = checklists.read(member)
    assert found is not None
    return found


def test_a_member_begins_answers_hands_in_and_reads_its_result(member: Scope) -> None:
    sheet = one_by_one(member)
    assert sheet.next_open is None
    assert sheet.answered == len(sheet.asked) > 50
    row = results.hand_in(scope=member)
    assert (row.grade, row.score, row.year) == ("A", 100, checklists.programme_year(clock.today()))
    frozen = results.read(scope=member, row=row)
    assert frozen.record["business"]["name"] == "見本商事"
    assert frozen.report("en")["business"] == "見本商事"
    assert {area["score"] for area in frozen.areas.values()} == {100}
    paper = results.paper(scope=member, row=row, lang="ja")
    assert paper.startswith(b"%PDF")
    assert results.paper(scope=member, row=row, lang="ja") == paper
    assert results.paper(scope=member, row=row, lang="en") != paper
    assert Document.within(member).count() == 2
    assert checklists.read(member) is None
    done = Progress.within(member).get()
    assert (done.state, done.started_at is not None, done.done_at is not None) == ("done", True, True)
    rows = AuditRow.objects.exclude(kind="role").order_by("created_at")
    actions = list(rows.values_list("action", flat=True))
    assert actions[:2] == ["checklist.started", "checklist.facts_saved"]
    later = [*["document.issue", "document.read_pdf"], "document.read_pdf", *["document.issue", "document.read_pdf"]]
    assert actions[-7:] == ["checklist.handed_in", "result.read", *later]


def test_begun_twice_it_is_one(member: Scope) -> None:
    assert checklists.start(scope=member).row.pk == checklists.start(scope=member).row.pk
    assert Progress.within(member).count() == 1


def test_begun_at_the_same_moment_by_two_it_is_one(member: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    first, real = checklists.start(scope=member), checklists.read
    answers = iter([None])
    monkeypatch.setattr(checklists, "read", lambda scope: next(answers, False) or real(scope))
    assert checklists.start(scope=member).row.pk == first.row.pk


def test_only_the_questions_that_the_facts_call_for_are_asked(member: Scope) -> None:
    sheet = checklists.start(scope=member)
    assert sheet.asked == ()
    few = checklists.save_business(scope=member, business=SHOP, seen=0)
    more = checklists.save_business(
        scope=member, business=replace(SHOP, uses=("website", "contractors", "fax", "camera")), seen=1
    )
    assert len(more.asked) > len(few.asked)
    with pytest.raises(ValueError, match="no answer"):
        checklists.save_answer(scope=member, question="no.such", value="yes", seen=0)
    with pytest.raises(ValueError, match="no answer"):
        checklists.save_answer(scope=member, question=few.asked[0].id, value="maybe", seen=0)


def test_who_saves_second_over_an_unseen_answer_is_told_and_nothing_is_lost(place: Tree, member: Scope) -> None:
    sheet = checklists.save_business(scope=member, business=SHOP, seen=checklists.start(scope=member).business_version)
    question = sheet.asked[0].id
    with unscoped("test"):
        colleague = acting(person("jiro@example.jp"), "member", place.member)
    checklists.save_answer(scope=member, question=question, value="yes", seen=0)
    with declared(colleague), pytest.raises(checklists.Changed) as told:
        checklists.save_answer(scope=colleague, question=question, value="no", seen=0)
    assert told.value.theirs is not None
    assert (told.value.theirs.value, told.value.theirs.by) == ("yes", member.user)
    with declared(colleague):
        after = checklists.save_answer(scope=colleague, question=question, value="no", seen=1)
        assert after.given[question].value == "no"
        assert (
            checklists.save_answer(scope=colleague, question=question, value="no", seen=0).given[question].version == 2
        )
    with pytest.raises(checklists.Changed):
        checklists.save_business(scope=member, business=replace(SHOP, employees=99), seen=0)


def test_two_answers_of_different_questions_do_not_meet(member: Scope) -> None:
    sheet = checklists.save_business(scope=member, business=SHOP, seen=checklists.start(scope=member).business_version)
    first, second = sheet.asked[0].id, sheet.asked[1].id
    checklists.save_answer(scope=member, question=first, value="no", seen=0)
    found = checklists.save_answer(scope=member, question=second, value="yes", seen=0)
    assert {found.given[first].value, found.given[second].value} == {"no", "yes"}


def test_a_file_is_taken_whole_and_leaves_what_it_does_not_answer(member: Scope) -> None:
    sheet = answered(member)
    first, second = sheet.asked[0].id, sheet.asked[1].id
    file = {first: "no", second: "yes"}
    assert checklists.changes(sheet, file) == (checklists.Change(first, "yes", 1, "no"),)
    with pytest.raises(checklists.Changed):  # shown as it was, before somebody else saved
        checklists.save_all(scope=member, business=SHOP, answers=file, seen={first: 0}, facts_seen=1)
    taken = checklists.save_all(scope=member, business=SHOP, answers=file, seen={first: 1}, facts_seen=1)
    assert [each.question for each in taken] == [first]
    found = checklists.read(member)
    assert found is not None
    assert (found.given[first].value, found.given[first].version, found.given[second].version) == ("no", 2, 1)
    assert checklists.save_all(scope=member, business=SHOP, answers=file, seen={}, facts_seen=0) == ()
    with pytest.raises(checklists.Changed):
        checklists.save_all(scope=member, business=replace(SHOP, employees=99), answers={}, seen={}, facts_seen=0)


def test_nothing_answered_is_not_handed_in(member: Scope) -> None:
    with pytest.raises(checklists.NotThere):
        results.hand_in(scope=member)
    checklists.start(scope=member)
    with pytest.raises(checklists.Incomplete):
        results.hand_in(scope=member)


def test_handed_in_twice_it_is_one_result(member: Scope) -> None:
    answered(member)
    first = results.hand_in(scope=member)
    assert results.hand_in(scope=member).pk == first.pk
    assert Result.within(member).count() == 1


def test_killed_while_handing_in_nothing_is_half_written(member: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(member)
    monkeypatch.setattr(progress, "done", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        results.hand_in(scope=member)
    assert Result.within(member).count() == 0
    assert checklists.read(member) is not None


def test_the_next_one_begins_with_the_last_answers_and_is_compared_with_it(
    member: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    answered(member, "no")
    first = results.hand_in(scope=member)
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 12, 1, tzinfo=UTC))
    sheet = checklists.start(scope=member)
    assert sheet.business == SHOP
    assert sheet.answered == len(sheet.asked)
    for question in sheet.asked[:10]:
        checklists.save_answer(scope=member, question=question.id, value="yes", seen=sheet.given[question.id].version)
    second = results.hand_in(scope=member)
    assert (first.year, second.year) == (2027, 2028)
    assert results.before(results.history(member), second) == first
    assert results.before(results.history(member), first) is None
    assert (second.score or 0) > (first.score or 0)
    for row in (first, second):  # the page puts the two side by side
        frozen = results.read(scope=member, row=row)
        told = [area["score"] for area in frozen.report("ja")["areas"]]
        assert [area["score"] for area in frozen.areas.values()] == told
    assert Progress.within(member).count() == 2


def test_the_year_of_a_checklist_turns_when_the_normal_window_closes() -> None:
    days = [(2026, 12, 31), (2027, 1, 31), (2027, 2, 1), (2028, 2, 29)]
    assert [checklists.programme_year(datetime(*day, tzinfo=UTC).date()) for day in days] == [2027, 2027, 2028, 2029]


def test_another_member_and_the_clerks_see_nothing_of_it(place: Tree, member: Scope) -> None:
    answered(member)
    results.hand_in(scope=member)
    for role, organisation in (
        ("member", place.neighbour),
        ("association", place.association),
        ("federation", place.prefecture),
    ):
        other = scope(role, organisation)
        with declared(other):
            assert Checklist.within(other).count() == Result.within(other).count() == 0
    clerk = scope("association", place.association)
    with declared(clerk):
        assert Progress.within(clerk).get().state == "done"


def test_what_is_stored_gives_nothing_away(member: Scope) -> None:
    checklists.start(scope=member)
    sheet = checklists.save_business(scope=member, business=replace(SHOP, name="目印商店"), seen=0)
    question = sheet.asked[0].id
    checklists.save_answer(scope=member, question=question, value="no", seen=0)
    row = results.hand_in(scope=member)
    stored = bytes(row.content) + bytes(Checklist.within(member).get().content)
    for word in ("目印商店", question, "retail"):
        assert word.encode() not in stored
        assert word.encode("cp932") not in stored
    assert "目印商店" not in json.dumps([list(map(str, each)) for each in AuditRow.objects.values_list()])
