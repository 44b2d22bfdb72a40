"""A federation's desk: its associations beside each other."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sonae_web.accounts.services import add_organisations
from sonae_web.diagnosis.models import Progress
from sonae_web.ground import clock
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, archived
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 3, tzinfo=UTC))


def rows(page: Any) -> list[tuple[str, int, int, int, int, int | None]]:
    return [
        (row.name, row.members, row.invited, row.started, row.done, row.per_cent) for row in page.context["page"].rows
    ]


@pytest.fixture(autouse=True)
def answers(there: Tree) -> None:
    with unscoped("a test's rows"):
        for place, state in ((there.member, "done"), (there.neighbour, "started"), (there.far_member, "done")):
            Progress.objects.create(tenant=place.pk, year=2027, state=state)


def test_a_prefecture_compares_its_associations_and_goes_down_to_one(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("federation", there.prefecture)
    page = client.get(reverse("desk", args=[there.prefecture.pk]))
    assert rows(page) == [("例示協同組合", 3, 2, 2, 1, 33), ("見本商店街振興組合", 1, 0, 0, 0, 0)]
    assert (page.context["figures"].members, page.context["figures"].done) == (4, 1)
    address = reverse("desk_association", args=[there.prefecture.pk, there.association.pk])
    assert address in page.content.decode()
    assert client.get(address).status_code == 200


def test_the_national_federation_sees_all_sorted_filtered_and_as_a_file(there: Tree, as_clerk: SignIn) -> None:
    client = as_clerk("federation", there.national)
    address = reverse("desk", args=[there.national.pk])
    assert [row[0] for row in rows(client.get(address, {"sort": "-share"}))] == [
        "遠方協同組合", "例示協同組合", "見本商店街振興組合",
    ]  # fmt: skip
    assert [row[0] for row in rows(client.get(address, {"state": "all"}))] == ["遠方協同組合"]
    assert [row[0] for row in rows(client.get(address, {"state": "nobody"}))] == ["見本商店街振興組合"]
    assert [row[0] for row in rows(client.get(address, {"q": "例示県"}))] == ["遠方協同組合"]
    file = client.get(reverse("desk_export", args=[there.national.pk, "csv"]), {"sort": "-share"})
    assert file.content.decode("utf-8-sig").splitlines()[1] == "遠方協同組合,例示県中央会,,,1,1,1,1,100"


def test_archived_members_and_associations_do_not_count(there: Tree, as_clerk: SignIn) -> None:
    archived(there.member)
    archived(there.other_association)
    page = as_clerk("federation", there.prefecture).get(reverse("desk", args=[there.prefecture.pk]))
    assert rows(page) == [("例示協同組合", 2, 1, 1, 0, 0)]


def test_many_associations_are_few_queries(there: Tree, as_clerk: SignIn) -> None:
    made = add_organisations(
        kind="association", entries=[(there.prefecture.pk, f"見本{n}組合", "") for n in range(400)]
    )
    add_organisations(kind="member", entries=[(row.pk, "見本", "") for row in made])
    client = as_clerk("federation", there.prefecture)
    address = reverse("desk", args=[there.prefecture.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as many_rows:
        assert len(rows(client.get(address, {"size": "200"}))) == 200
    with CaptureQueriesContext(connection) as few_rows:
        client.get(address, {"q": "見本399"})
    assert len(many_rows) == len(few_rows) <= 15
