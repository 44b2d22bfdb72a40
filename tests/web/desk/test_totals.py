"""Totals of grades: made at night by the rule, shown as published, added up for federations."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from sonae.programmes.canonical import canonical
from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import add_organisations
from sonae_web.desk import jobs, totals
from sonae_web.desk.models import Totals
from sonae_web.diagnosis.models import Checklist, Result
from sonae_web.ground import clock
from sonae_web.ground.jobs import run_all
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, archived, scope
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
NIGHT = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def answered(members: Iterable[Organisation], grades: str, year: int = 2027, at: datetime = NOW) -> None:
    """A result for each member, of the grade overall and in the area of access (the other way round in incident)."""
    with unscoped("a test's rows"):
        for number, (member, grade) in enumerate(zip(members, grades, strict=True)):
            sheet = Checklist.objects.create(
                tenant=member.pk,
                edition="2027-01",
                year=year,
                started_at=NOW,
                changed_at=NOW,
                handed_in_at=NOW,
                content=b"x",
            )
            Result.objects.create(
                tenant=member.pk, checklist=sheet, edition="2027-01", year=year, on=NIGHT, made_by=uuid.uuid4(),
                made_at=at + timedelta(seconds=number), number="0", release="0", fingerprint="0", grade=grade, score=50,
                areas=canonical({"access": {"score": 50, "grade": grade}, "incident": {"score": None, "grade": None}}),
                content=b"x",
            )  # fmt: skip


def businesses(association: Organisation, count: int) -> list[Organisation]:
    return add_organisations(kind="member", entries=[(association.pk, f"見本{n}", "") for n in range(count)])


def shown(place: Organisation, role: str = "association", year: int = 2027) -> dict[str, totals.Shown]:
    return totals.newest(scope=scope(role, place), organisation=place.pk, year=year)


def test_an_association_sees_its_totals_the_morning_after(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("association", there.association)
    address = reverse("desk_totals", args=[there.association.pk])
    assert "集計はまだありません" in client.get(address).content.decode()
    answered(businesses(there.association, 24), "A" * 10 + "B" * 8 + "C" * 4 + "DE")
    assert totals.make_totals(NIGHT) == 3, "the association's, its prefecture's, the nation's"
    table = shown(there.association)["grade"]
    assert (table.answers, dict(table.cells), table.hidden) == (24, {"A": 10, "B": 8}, 6)
    page = client.get(address).content.decode()
    assert page.count("5件未満の内訳がわからないように、表示していません") >= 3
    assert "2026-11-23に公表した集計です（回答24件）" in page
    file = client.get(reverse("desk_totals_export", args=[there.association.pk, "csv"])).content.decode("utf-8-sig")
    assert file.splitlines()[1] == "総合評価,2026-11-23,24,10,8,,,,,6"


def test_what_all_have_in_common_is_not_shown(there: Tree) -> None:
    answered(businesses(there.association, 12), "A" * 6 + "B" * 6)
    totals.make_totals(NIGHT)
    assert shown(there.association)["incident"].cells == {}, "an area that concerns none of them"


def test_four_answers_make_no_totals(there: Tree) -> None:
    answered(businesses(there.association, 4), "ABCD")
    assert totals.make_totals(NIGHT) == 0
    assert shown(there.association) == {}


def test_the_same_night_twice_is_once_and_few_new_answers_change_nothing(there: Tree) -> None:
    members = businesses(there.association, 18)
    answered(members[:14], "A" * 7 + "B" * 7)
    assert totals.make_totals(NIGHT) == 3
    assert totals.make_totals(NIGHT) == 0
    answered(members[14:], "AABB")
    archived(members[0])
    assert totals.make_totals(NIGHT + timedelta(days=1)) == 0
    assert shown(there.association)["grade"].answers == 14


def test_new_answers_are_published_when_enough_have_come_on_both_sides(there: Tree) -> None:
    members = businesses(there.association, 30)
    answered(members[:14], "A" * 7 + "B" * 7)
    totals.make_totals(NIGHT)
    answered(members[14:24], "A" * 5 + "B" * 5)
    assert totals.make_totals(NIGHT + timedelta(days=1)) == 3
    table = shown(there.association)["grade"]
    assert (table.on, table.answers, dict(table.cells)) == (NIGHT + timedelta(days=1), 24, {"B": 12})
    with unscoped("a test's look"):
        assert Totals.objects.filter(tenant=there.association.pk).count() == 2, "what was published stays"


def test_the_latest_answer_of_a_business_counts_and_each_year_is_its_own(there: Tree) -> None:
    members = businesses(there.association, 12)
    answered(members, "E" * 12)
    answered(members, "A" * 6 + "B" * 6, at=NOW + timedelta(hours=1))
    answered(members, "C" * 6 + "D" * 6, year=2026)
    totals.make_totals(NIGHT)
    assert dict(shown(there.association)["grade"].cells) == {"B": 6}
    assert dict(shown(there.association, year=2026)["grade"].cells) == {"D": 6}


def test_a_federation_adds_up_what_its_associations_show_and_no_more(there: Tree, as_clerk: SignIn) -> None:
    answered(businesses(there.association, 12), "A" * 6 + "B" * 6)
    answered(businesses(there.other_association, 12), "B" * 6 + "C" * 5 + "D")
    answered(businesses(there.far_association, 4), "EEEE")
    totals.make_totals(NIGHT)
    parts = [shown(place)["grade"] for place in (there.association, there.other_association)]
    branch, nation = shown(there.prefecture, "federation")["grade"], shown(there.national, "federation")["grade"]
    for cell in totals.CELLS:
        assert branch.cells.get(cell, 0) == sum(part.cells.get(cell, 0) for part in parts)
    assert (branch.answers, branch.hidden) == (24, sum(part.hidden for part in parts))
    assert nation == branch, "four far answers are in no published totals"
    page = as_clerk("federation", there.prefecture).get(reverse("desk_totals", args=[there.prefecture.pk]))
    assert "各会員団体の集計で公表された数字を合計" in page.content.decode()


def test_an_association_does_not_see_the_totals_of_others(there: Tree) -> None:
    answered(businesses(there.association, 12), "A" * 6 + "B" * 6)
    totals.make_totals(NIGHT)
    mine = scope("association", there.other_association)
    for place in (there.association, there.prefecture):
        assert totals.newest(scope=mine, organisation=place.pk, year=2027) == {}


def test_the_nightly_job_makes_the_totals_of_the_day(there: Tree) -> None:
    answered(businesses(there.association, 12), "A" * 6 + "B" * 6)
    with transaction.atomic():
        jobs.nightly_totals.enqueue()
    run_all()
    assert shown(there.association)["grade"].on == NIGHT
