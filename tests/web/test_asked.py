"""What every request asks: the same rows as Django finds, whatever was asked before."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CharField, Q, UUIDField
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sonae_web.accounts.acting import held
from sonae_web.accounts.backend import Backend
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.diagnosis.models import Progress
from sonae_web.ground.asked import Asked, AskedWithin
from sonae_web.ground.browser_state import SessionStore
from sonae_web.ground.scope import Scope, unscoped
from tests.web.cast import Tree, acting, person

pytestmark = pytest.mark.django_db


def test_it_finds_what_django_finds_in_one_statement_and_makes_its_sql_once() -> None:
    made = []

    def rows(key: object, mail: object) -> object:
        made.append(1)
        return User.objects.filter(Q(pk=key) | Q(email=mail), is_active=True).order_by("email")

    asked: Asked[User] = Asked(rows, key=UUIDField(), mail=CharField())  # type: ignore[arg-type]
    people = [person(f"{number}@example.jp") for number in range(4)]
    for key in people:
        for mail in people:
            with CaptureQueriesContext(connection) as log:
                found = asked(key=key.pk, mail=mail.email)
            assert found == list(rows(key.pk, mail.email))  # type: ignore[call-overload]
            assert len(log) == 1
            assert vars(found[0]).keys() >= {"email", "password", "lang"}
    assert asked(key=uuid.uuid4(), mail="") == []
    with pytest.raises(ValidationError):
        asked(key="見本", mail="")
    with pytest.raises(KeyError):
        asked(key=uuid.uuid4())
    assert len(made) == 1 + 16


def test_a_session_is_read_until_its_time_and_no_longer_when_it_is_gone() -> None:
    store = SessionStore()
    store["見本"] = 1
    store.create()
    key = store.session_key
    assert SessionStore(key).load() == {"見本": 1}
    assert SessionStore("other").load() == {}
    for moved, holds in ((timedelta(seconds=30), True), (timedelta(seconds=-1), False)):
        Session.objects.filter(pk=key).update(expire_date=timezone.now() + moved)
        again = SessionStore(key)
        assert bool(again.load()) is holds
        assert (again.session_key == key) is holds
    Session.objects.all().delete()
    assert SessionStore(key).load() == {}


def test_a_session_belongs_to_an_open_account_or_to_nobody() -> None:
    user, backend = person(), Backend()
    assert backend.get_user(str(user.pk)) == user
    assert backend.get_user(uuid.uuid4()) is None
    assert backend.get_user("見本") is None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert backend.get_user(user.pk) is None


def test_who_acts_is_the_first_role_that_the_page_allows(place: Tree) -> None:
    user, other = person(), person("other@example.jp")
    for role in ("federation", "agent", "underwriter"):
        acting(user, role, place.prefecture)
    acting(user, "member", place.member)
    acting(other, "agent", place.prefecture)
    rows = Role.objects.select_related("organisation")
    for who in (user, other):
        for organisation in Organisation.objects.all():
            for allowed in ({"member"}, {"federation"}, {"agent", "federation", "member"}, set[str]()):
                order = rows.filter(user=who, organisation=organisation, role__in=allowed).order_by("role")
                first, found = order.first(), held(who, organisation.pk, frozenset(allowed))
                assert (found and (found.role, found.organisation)) == (first and (first.role, first.organisation))
                if found:
                    assert (found.scope.user, found.scope.organisation) == (who.pk, organisation.pk)


def test_of_an_organisations_rows_it_finds_what_within_finds_and_no_others(place: Tree) -> None:
    asked = AskedWithin(Progress, lambda rows: rows.defer("reminders").filter(state="done").order_by("-year"))
    with unscoped("test"):
        for tenant in (place.member, place.neighbour, place.own_member):
            for year, state in ((2026, "done"), (2027, "started"), (2028, "done")):
                Progress.objects.update_or_create(tenant=tenant.pk, year=year, defaults={"state": state})
    found = set()
    for role, at in (
        ("member", place.member), ("member", place.neighbour), ("member", place.own_member), ("member", place.association),
        ("association", place.association), ("auditor", place.member), ("federation", place.prefecture),
    ):  # fmt: skip
        scope = Scope(uuid.uuid4(), role, at.pk, bytes(at.path))
        rows = asked(scope)
        assert sorted(each.pk for each in rows) == sorted(
            Progress.within(scope).filter(state="done").values_list("pk", flat=True)
        )
        assert [each.year for each in rows] == sorted((each.year for each in rows), reverse=True)
        assert all("reminders" not in vars(each) for each in rows)
        found.add((role, at.pk, len(rows)))
    assert {("member", place.member.pk, 2), ("auditor", place.member.pk, 0)} <= found
    assert ("federation", place.prefecture.pk, 6) in found
    assert asked(Scope(uuid.uuid4(), "member", place.member.pk, b"")) == []
