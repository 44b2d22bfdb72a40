"""Several at once: one answer a version, one federation a prefecture, a number for each inquiry, and the others are told."""

from pathlib import Path
from typing import Any

import pytest

from sonae_web.accounts.models import User
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.inquiries import desks, services
from sonae_web.inquiries.models import Desk, Inquiry
from tests.web.apart import at_once, prepare
from tests.web.cast import Tree, acting, person, tree

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


class Site:
    """A site with its own database: two clerks of the national federation, one of each prefectural one."""

    def __init__(self) -> None:
        with unscoped("test"):
            self.there: Tree = tree()
            self.clerks = [acting(person(f"clerk{n}@example.jp"), "federation", self.there.national) for n in range(2)]
            self.prefectures = [
                acting(person(f"{place.pk}@example.jp"), "federation", place)
                for place in (self.there.prefecture, self.there.other_prefecture)
            ]

    def ask(self) -> Any:
        return services.ask(office="tokyo", text="見本", business="", name="", mail="asks@example.jp", phone="")

    def act(self, scope: Scope, what: str, row: Inquiry) -> Any:
        with declared(scope):
            given: dict[str, Any] = {
                "scope": scope, "inquiry": row.pk, "version": row.version, "by": User.objects.get(pk=scope.user),
            }  # fmt: skip
            if what == "close":
                return services.close(**given)
            return services.answer(**given, text=f"見本 {scope.user}")

    def take(self, scope: Scope, office: str) -> Any:
        with declared(scope):
            by = User.objects.get(pk=scope.user)
            return desks.save(scope=scope, office=office, name="見本課", phone="", by=by).office


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    prepare(tmp_path, monkeypatch)
    (found,) = at_once([Site])
    assert isinstance(found, Site), found
    return found


def test_of_an_answer_and_a_close_at_once_one_is_done_and_the_other_told(site: Site) -> None:
    for _ in range(ROUNDS):
        (row,) = at_once([site.ask])
        one, two = site.clerks

        def acts(row: Inquiry = row, one: Scope = one, two: Scope = two) -> list[Any]:
            return at_once([lambda: site.act(one, "answer", row), lambda: site.act(two, "close", row)])

        done = acts()
        assert sum(isinstance(each, services.Changed) for each in done) == 1, done
        (after,) = at_once([lambda row=row: _read(row)])  # type: ignore[misc]  # a default binds the turn of the loop
        assert (after.version, after.state) == (1, "closed" if isinstance(done[0], services.Changed) else "answered")


def _read(row: Inquiry) -> Inquiry:
    with unscoped("test"):
        return Inquiry.objects.get(pk=row.pk)


def test_two_federations_take_one_prefecture_at_once_and_one_has_it(site: Site) -> None:
    for office in ("tokyo", "osaka", "chiba", "kyoto", "nara")[:ROUNDS]:
        done = at_once([lambda scope=scope, office=office: site.take(scope, office) for scope in site.prefectures])  # type: ignore[misc]  # a default binds the turn of the loop
        assert sorted(isinstance(each, desks.Taken) for each in done) == [False, True], done

    def taken() -> list[str]:
        with unscoped("test"):
            return list(Desk.objects.values_list("office", flat=True))

    (offices,) = at_once([taken])
    assert len(offices) == len(set(offices))


def test_each_inquiry_gets_a_number_of_its_own(site: Site) -> None:
    rows = at_once([site.ask] * 12)
    assert all(isinstance(row, Inquiry) for row in rows), rows
    assert len({row.number for row in rows}) == 12
