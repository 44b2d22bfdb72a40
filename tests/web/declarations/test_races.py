"""Two at once at one declaration: one is signed, one is frozen, and whoever comes second is told."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from sonae.declaration import Entry, Past
from sonae_web.declarations import drafts, services
from sonae_web.declarations.drafts import Changed, NotThere
from sonae_web.declarations.models import Declaration, SignedDeclaration
from sonae_web.declarations.services import Corrected
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.apart import at_once, prepare
from tests.web.cast import acting, person, tree
from tests.web.declarations.cast import HANAKO, confirmed, diagnosed

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


class Site:
    """A site with its own database: two people of one member, and a clerk of its federation."""

    def __init__(self) -> None:
        with unscoped("test"):
            there = tree()
            self.people = [acting(person(f"{name}@example.jp"), "member", there.member) for name in ("one", "two")]
            self.office = acting(person("clerk@example.jp"), "federation", there.prefecture)
        with declared(self.people[0]):
            diagnosed(self.people[0])
            self.seen = confirmed(self.people[0]).draft.version

    def sign(self, scope: Scope, seen: int) -> Any:
        with declared(scope):
            return services.sign(scope=scope, signatory=HANAKO, seen=seen).version

    def correct(self, scope: Scope, seen: int) -> Any:
        """Change something and sign it, as if over what was seen."""
        with declared(scope):
            leak = Past("yes", (Entry("2026-01", f"見本{seen}"),))
            found = drafts.save_past(scope=scope, name="leaks", past=leak, seen=seen)
            return services.sign(scope=scope, signatory=HANAKO, seen=found.draft.version).version

    def freeze(self, application: uuid.UUID, version: int) -> Any:
        with declared(self.office):
            return services.freeze(scope=self.office, application=application, version=version).version


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    prepare(tmp_path, monkeypatch)
    (found,) = at_once([Site])
    assert isinstance(found, Site), found
    return found


def rows(model: Any) -> list[Any]:
    def read() -> list[Any]:
        with unscoped("test"):
            return list(model.objects.all())

    (found,) = at_once([read])
    assert isinstance(found, list), found
    return found


def test_two_people_sign_at_once_and_one_of_them_has_signed(site: Site) -> None:
    given = at_once([lambda who=who: site.sign(who, site.seen) for who in site.people * 4])  # type: ignore[misc]  # a default binds the turn of the loop
    assert [each for each in given if each == 1] == [1]
    assert all(isinstance(each, Changed) for each in given if each != 1), given
    assert [row.version for row in rows(SignedDeclaration)] == [1]


def test_a_declaration_is_begun_once(site: Site) -> None:
    def begin(who: Scope) -> object:
        with declared(who):
            return drafts.start(scope=who).row.pk

    assert len(set(at_once([lambda who=who: begin(who) for who in site.people * 4]))) == 1  # type: ignore[misc]  # a default binds the turn of the loop
    assert len(rows(Declaration)) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_correction_and_an_acceptance_at_once(site: Site, round_: int) -> None:
    application, member = uuid.uuid4(), site.people[0]

    def laid() -> None:
        with declared(member):
            row = services.sign(scope=member, signatory=HANAKO, seen=site.seen)
            services.lay_before(scope=member, signed=row, application=application)

    assert at_once([laid]) == [None]
    acts = [lambda: site.correct(site.people[1], site.seen + 1), lambda: site.freeze(application, 1)]
    given = at_once(acts if round_ % 2 else acts[::-1])
    corrected, frozen = given if round_ % 2 else given[::-1]
    (row,) = rows(Declaration)
    if isinstance(frozen, Corrected):
        assert corrected == 2
        assert row.frozen_at is None
    else:
        assert frozen == 1
        assert row.frozen_version == row.versions == 1
        assert isinstance(corrected, NotThere), corrected
    assert len(rows(SignedDeclaration)) == row.versions
