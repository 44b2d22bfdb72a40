"""Tenancy: no scope, no rows; in a scope its own rows only; the tree of organisations; a decision for every model."""

import asyncio
import inspect
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models.query import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from sonae_web.accounts import services
from sonae_web.accounts.acting import held as acts_as
from sonae_web.accounts.models import STAFF, Organisation, Role, User
from sonae_web.accounts.services import add_organisation, grant_role, revoke_role, scope_of
from sonae_web.ground import row_security
from sonae_web.ground.scope import (
    Owned,
    Scope,
    ScopedManager,
    ScopedQuerySet,
    ScopeMissing,
    below,
    declared,
    get_or_404,
    reach,
    unscoped,
)
from tests.cast import many
from tests.web.cast import Tree, acting, archived, person, scope, tree

pytestmark = pytest.mark.django_db

UNOWNED = {
    "windows.WindowExtension": "a public fact of the programme, decided for everybody by the policyholder",
    "policies.Branch": "a public list of banks, the operator's, with nobody's data in it",
    "account.EmailAddress": "allauth's: a person's address, looked up at sign-in before any scope exists",
    "account.EmailConfirmation": "allauth's: belongs to an address, found by its key",
    "mfa.Authenticator": "allauth's: a person's second factor, asked for at sign-in; secrets are sealed",
    "accounts.User": "found by its address before any scope exists",
    "accounts.User_groups": "Django's; unused: rights come from roles",
    "accounts.User_user_permissions": "Django's; unused: rights come from roles",
    "accounts.Organisation": "the tree itself, from which scopes are made",
    "accounts.Role": "read to make a scope, before there is one",
    "accounts.Token": "found by its hash to make a scope, before there is one",
    "auth.Group": "Django's; unused: rights come from roles",
    "auth.Group_permissions": "Django's; unused: rights come from roles",
    "auth.Permission": "Django's; unused: rights come from roles",
    "contenttypes.ContentType": "names of models",
    "diagnosis.QuickCheck": "a visitor's: behind a private link, of no organisation",
    "ground.Answer": "found by actor and key; sealed, and erased after a day",
    "ground.Counter": "numbers of the whole programme, in no order of tenants",
    "ground.AuditRow": "one chain for all tenants; holds ids only",
    "ground.AuditHead": "the head of the one audit chain; holds no business data",
    "ground.Mail": "shown on no page: sealed, written by services and sent by a job",
    "ground.Schedule": "when the site's own work is due",
    "django_tasks_database.DBTaskResult": "jobs: ids only, and each declares the scope it works in",
    "sessions.Session": "found by its key before any scope exists",
}
"""Models without a tenant, and why. A new model is Owned or gets its reason here."""

CROSSING: dict[str, str] = {
    "policies.Content.application": "drafts.start makes both for one member, in its declared scope",
    "policies.Remark.application": "deciding.add_remark makes it with the tenant of the application that was locked",
    "policies.Proposal.application": "proposals.propose makes it with the tenant of the application that was locked",
    "policies.Cover.application": "covers.make makes it with the tenant of the application that was locked",
    "quotes.Decision.quote": "referrals.decide makes the decision with the tenant of the quote that it locked in its scope",
    "diagnosis.Result.checklist": "services.hand_in makes the result in the scope in which it found the checklist",
    "declarations.Draft.declaration": "the service makes both for one member, in its declared scope",
    "declarations.SignedDeclaration.declaration": "the service signs a declaration found within the member's scope",
    "declarations.Laid.declaration": "the service lays a declaration found within the member's scope before the office",
    "declarations.Notice.declaration": "the service finds the accepted declaration within the member's scope",
    "diagnosis.Evidence.task": "the service that adds evidence finds its task within the member's scope",
}
"""Relations to an owned model ("app.Model.field"), and what keeps them within one tenant: a join does not ask."""


# --- two owned models for these tests
class Thing(Owned):
    name = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "tests_scope"


class Part(Owned):
    seen_by = frozenset({"member", "association", "federation"})
    thing = models.ForeignKey(Thing, null=True, on_delete=models.CASCADE, related_name="parts")

    class Meta(Owned.Meta):
        app_label = "tests_scope"


class Label(models.Model):
    """Not owned, but related to what is."""

    things = models.ManyToManyField(Thing)

    class Meta:
        app_label = "tests_scope"


@pytest.fixture(scope="module", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in (Thing, Part, Label):
                editor.create_model(model)
        row_security.apply((Thing, Part))
        yield
        with connection.schema_editor() as editor:
            for model in (Label, Part, Thing):
                editor.delete_model(model)


@pytest.fixture
def there() -> Tree:
    return tree()


def made(model: type[Any], tenant: Organisation | uuid.UUID, **values: Any) -> Any:
    """A row made by a job."""
    with unscoped("a test's rows"):
        return model.objects.create(tenant=getattr(tenant, "pk", tenant), **values)


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """A tiny page of a thing, for the person and role in the headers."""
    user = User.objects.get(pk=request.headers["X-User"])
    return HttpResponse(get_or_404(Thing, scope_of(user=user, role=uuid.UUID(request.headers["X-Role"])), pk).name)


urlpatterns = [path("things/<str:pk>", show)]


# --- reading and writing in a scope
def test_a_member_sees_makes_changes_and_deletes_its_own_rows_and_no_others(there: Tree) -> None:
    mine, theirs = scope("member", there.member), scope("member", there.neighbour)
    with declared(mine):
        thing: Any = Thing.objects.create(tenant=mine.organisation, name="金庫")
        part = Part.objects.create(tenant=mine.organisation, thing=thing)
        thing.name = "鍵"
        thing.save()
    assert Thing.within(mine).get().name == "鍵"
    assert not Thing.within(theirs).exists()
    with declared(mine):
        assert [each.name for each in Thing.objects.all()] == ["鍵"]
        assert list(thing.parts.all()) == [part]
        assert Part.objects.get().thing == thing
        fetched: Any = Thing.objects.prefetch_related("parts").get()
        assert fetched.parts.get() == part
        thing.parts.bulk_create([Part(tenant=mine.organisation, thing=thing)])
        assert thing.parts.all().delete()[0] == 2
    assert not Part.within(mine).exists()


OF_DJANGO = Thing.objects._get_queryset_methods(QuerySet)  # among them what save calls: _insert, _update
OF_QUERYSETS = {"adelete", "as_manager", "db", "delete", "ordered", "query", "resolve_expression"}
"""What no manager has, and the name of the database."""
MANAGED = sorted({name for name in dir(QuerySet) if not name.startswith("_")} | OF_DJANGO.keys())


@pytest.mark.parametrize("name", MANAGED)
@pytest.mark.parametrize("manager", ["objects", "_default_manager", "_base_manager"])
def test_without_a_scope_every_method_of_every_manager_raises(manager: str, name: str) -> None:
    for model in (Thing, Part):
        method = getattr(getattr(model, manager), name, None)
        if callable(method):
            with pytest.raises(ScopeMissing):
                method()
        else:
            assert name in OF_QUERYSETS


def test_managers_made_from_a_manager_raise_too() -> None:
    for again in (Thing.objects.db_manager("default"), Thing._base_manager.db_manager("default")):
        with pytest.raises(ScopeMissing):
            again.all()


def test_every_way_around_the_manager_raises_without_a_scope(there: Tree) -> None:
    thing = made(Thing, there.member)
    part, label = made(Part, there.member, thing=thing), Label()
    label.save()
    loaded: Any = Part.within(scope("member", there.member)).defer("thing").get()
    ways: dict[str, Callable[[], object]] = {
        "forward": lambda: Part.within(scope("member", there.member)).get().thing,
        "deferred": lambda: loaded.thing_id,
        "reverse": lambda: thing.parts.all(),
        "reverse get": lambda: thing.parts.get(),
        "reverse add": lambda: thing.parts.add(part),
        "many to many": lambda: label.things.all(),
        "many to many clear": lambda: label.things.set([thing]),
        "save": thing.save,
        "save new": Thing(tenant=thing.tenant).save,
        "save field": lambda: thing.save(update_fields=["name"]),
        "refresh": thing.refresh_from_db,
        "delete": thing.delete,
        "forged delete": Thing(pk=thing.pk, tenant=thing.tenant).delete,
        "validate": part.full_clean,
        "prefetch": lambda: list(Part.within(scope("member", there.member)).prefetch_related("thing")),
        "create in a queryset": lambda: Thing.within(scope("member", there.member)).create(tenant=thing.tenant),
        "a bare queryset": lambda: ScopedQuerySet[Thing](Thing).bulk_create([Thing(tenant=thing.tenant)]),
    }
    for name, way in ways.items():
        with pytest.raises(ScopeMissing), transaction.atomic():
            pytest.fail(f"{name} gave {way()!r}")
    with unscoped("what is left"):
        assert (Thing.objects.count(), Part.objects.count()) == (1, 1)


def test_in_a_scope_no_way_leads_to_another_tenants_row(there: Tree) -> None:
    mine, foreign = scope("member", there.member), made(Thing, there.neighbour, name="元")
    astray = made(Part, there.member, thing=foreign)
    with declared(mine):
        with pytest.raises(Thing.DoesNotExist):
            Part.objects.get().thing  # noqa: B018
        with pytest.raises(Thing.DoesNotExist):
            foreign.refresh_from_db()
        assert foreign.delete()[0] == 0
        assert Thing.objects.filter(pk=foreign.pk).update(name="改") == 0
        foreign.name = "改"
        with pytest.raises(ScopeMissing), transaction.atomic():
            foreign.save()
        for way in (
            lambda: Thing.objects.create(tenant=there.neighbour.pk),
            lambda: Thing.objects.bulk_create([Thing(tenant=mine.organisation), Thing(tenant=there.neighbour.pk)]),
            lambda: Thing.objects.get_or_create(pk=foreign.pk, defaults={"tenant": there.neighbour.pk}),
            lambda: Thing.objects.bulk_create(
                [Thing(pk=foreign.pk, tenant=mine.organisation, name="改")],
                update_conflicts=True, unique_fields=["id"], update_fields=["name"],
            ),
            lambda: Thing.objects.raw("SELECT * FROM tests_scope_thing"),
            lambda: Part.objects.select_related("thing"),
        ):  # fmt: skip
            with pytest.raises(ScopeMissing), transaction.atomic():
                way()
        with pytest.raises(IntegrityError), transaction.atomic():
            Thing(pk=foreign.pk, tenant=mine.organisation, name="改").save()
        assert Part.objects.get() == astray
    with unscoped("what is left"):
        assert [(each.name, each.tenant) for each in Thing.objects.all()] == [("元", there.neighbour.pk)]


def test_a_row_never_changes_its_tenant_not_even_in_a_job(there: Tree) -> None:
    thing = made(Thing, there.member)
    thing.tenant = there.neighbour.pk
    with unscoped("a job that is wrong"):
        with pytest.raises(IntegrityError), transaction.atomic():
            thing.save()
        for how in ({"update_fields": ["tenant"]}, {"force_update": True}):
            with pytest.raises(DatabaseError, match="did not affect any rows"), transaction.atomic():
                thing.save(**how)
        with pytest.raises(ScopeMissing):
            Thing.objects.update(tenant=there.neighbour.pk)
        with pytest.raises(ScopeMissing), transaction.atomic():
            Thing.objects.bulk_update([thing], ["tenant"])
        assert Thing.objects.get().tenant == there.member.pk


def test_a_role_that_a_model_does_not_name_sees_and_makes_nothing_of_it(there: Tree) -> None:
    thing, part = made(Thing, there.member), made(Part, there.member)
    clerk = scope("association", there.association)
    assert list(Part.within(clerk)) == [part]
    assert not Thing.within(clerk).exists()
    with pytest.raises(Http404):
        get_or_404(Thing, clerk, thing.pk)
    with declared(clerk), pytest.raises(ScopeMissing), transaction.atomic():
        Thing.objects.create(tenant=there.member.pk)


# --- leaving the scope
@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_leaving_tenancy_needs_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"), unscoped(reason):
        pytest.fail("entered")


def test_the_reason_is_logged_and_known_within(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sonae.scope"), unscoped("nightly totals"):
        assert getattr(reach(), "reason", "") == "nightly totals"
    (record,) = caplog.records
    assert vars(record)["code"] == "nightly totals"


def test_the_innermost_declaration_holds_and_ends_even_by_an_error(there: Tree) -> None:
    for place in (there.member, there.neighbour):
        made(Thing, place)
    mine = scope("member", there.member)
    with unscoped("outer"):
        with declared(mine):
            assert Thing.objects.count() == 1
            with unscoped("inner"):
                assert Thing.objects.count() == 2
            assert Thing.objects.count() == 1
        with pytest.raises(ZeroDivisionError), declared(mine):
            raise ZeroDivisionError
        assert Thing.objects.count() == 2
    with pytest.raises(ScopeMissing):
        Thing.objects.count()


def test_tasks_side_by_side_keep_their_own_scopes() -> None:
    async def one(number: int) -> object:
        mine = Scope(uuid.UUID(int=number), "member", uuid.UUID(int=number), b"")
        with declared(mine):
            for _ in range(3):
                await asyncio.sleep(0)
                assert reach() is mine
        return reach()

    async def all_of_them() -> list[object]:
        return await asyncio.gather(*map(one, range(20)))

    assert asyncio.run(all_of_them()) == [None] * 20


# --- another tenant's is a missing one
@pytest.mark.urls("tests.web.test_scope")
def test_another_tenants_page_is_byte_for_byte_that_of_a_missing_one(client: Client, there: Tree) -> None:
    thing, user = made(Thing, there.member, name="金庫"), person()

    def page(role: str, place: Organisation, pk: object) -> tuple[int, bytes, dict[str, str]]:
        held = grant_role(user=user, organisation=place, role=role)
        answer = client.get(f"/things/{pk}", headers={"X-User": str(user.pk), "X-Role": str(held.pk)})
        headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
        return answer.status_code, answer.content, headers

    assert page("member", there.member, thing.pk)[:2] == (200, "金庫".encode())
    missing = page("member", there.member, uuid.uuid4())
    assert missing[0] == 404
    assert page("member", there.member, "nonsense") == missing
    for role, kinds in services.HELD_AT.items():
        for place in there:
            if place.kind in kinds and (role, place) != ("member", there.member):
                assert page(role, place, thing.pk) == missing, (role, place.name)


# --- the tree
def test_each_role_sees_its_part_of_the_tree_and_nothing_else(there: Tree) -> None:
    everything = frozenset(each.pk for each in there)
    far = {there.other_prefecture.pk, there.far_association.pk, there.far_member.pk}
    below = {there.association, there.member, there.neighbour, there.own_member}
    assert branch(scope("member", there.member)) == {there.member.pk}
    assert branch(scope("association", there.association)) == {each.pk for each in below}
    assert branch(scope("federation", there.prefecture)) == everything - far - {there.national.pk}
    assert branch(scope("federation", there.other_prefecture)) == far
    assert branch(scope("federation", there.national)) == everything
    for role in ("agent", "underwriter"):  # the branch of the federation they work for; of it, models that name them
        assert branch(scope(role, there.prefecture)) == everything - far - {there.national.pk}
    for role in ("claims", "auditor", "admin"):
        assert branch(scope(role, there.national)) == frozenset()


def test_a_person_with_several_roles_acts_in_one_at_a_time(there: Tree) -> None:
    user = person()
    clerk, insured = acting(user, "association", there.association), acting(user, "member", there.own_member)
    assert (clerk.user, clerk.role, clerk.organisation) == (user.pk, "association", there.association.pk)
    assert branch(insured) == {there.own_member.pk}
    part = made(Part, there.neighbour)
    assert get_or_404(Part, clerk, part.pk) == part
    with pytest.raises(Http404):
        get_or_404(Part, insured, part.pk)


def test_an_archived_organisation_stays_visible_and_takes_in_nothing_new(there: Tree) -> None:
    held = grant_role(user=person(), organisation=there.member, role="member")
    archived(there.member)
    archived(there.association)
    assert there.member.pk in branch(scope("federation", there.prefecture))
    assert branch(scope_of(user=held.user, role=held.pk)) == {there.member.pk}
    with pytest.raises(ValueError, match="archived"):
        add_organisation(kind="member", name="新入", parent=there.association)
    with pytest.raises(ValueError, match="archived"):
        grant_role(user=person("taro@example.jp"), organisation=there.member, role="member")


def test_a_role_that_is_revoked_someone_elses_or_of_a_closed_account_gives_no_scope(there: Tree) -> None:
    user, other = person(), person("taro@example.jp")
    held = grant_role(user=user, organisation=there.member, role="member")
    assert grant_role(user=user, organisation=there.member, role="member") == held
    with pytest.raises(ScopeMissing):
        scope_of(user=other, role=held.pk)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(ScopeMissing):
        scope_of(user=user, role=held.pk)
    assert acts_as(User.objects.get(pk=user.pk), there.member.pk, frozenset({"member"})) is None
    User.objects.update(is_active=True)
    assert acts_as(User.objects.get(pk=user.pk), there.member.pk, frozenset({"member"})) is not None
    assert scope_of(user=user, role=held.pk)
    for _ in range(2):
        revoke_role(role=held.pk)
        with pytest.raises(ScopeMissing):
            scope_of(user=user, role=held.pk)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(ValueError, match="closed"):
        grant_role(user=other, organisation=there.member, role="member")


def test_each_kind_lies_directly_below_the_one_before_and_never_moves(there: Tree) -> None:
    kinds = list(Organisation.Kind)
    for kind in kinds:
        for parent in (None, *there):
            fits = kinds.index(kind) == (kinds.index(Organisation.Kind(parent.kind)) + 1 if parent else 0)
            if not fits:
                with pytest.raises(ValueError, match="directly below"):
                    add_organisation(kind=kind, name="見本", parent=parent)
    with pytest.raises(ValueError, match="stays where it is"):
        services.move(organisation=there.member, parent=there.other_association)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(kind="member", name="孤児")


def test_a_role_is_held_where_it_belongs_only(there: Tree) -> None:
    user = person()
    for role in Role.Name:
        for place in there:
            if place.kind not in services.HELD_AT[role]:
                with pytest.raises(ValueError, match="nobody is"):
                    grant_role(user=user, organisation=place, role=role)
    assert {*STAFF, "member"} == set(Role.Name) == set(services.HELD_AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.create(user=user, organisation=there.member, role="owner")


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "a\nb", "\ue000", "長" * 201])
def test_a_name_is_text_that_can_be_seen(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        add_organisation(kind="national", name=name)


def test_a_corporate_number_has_its_check_digit() -> None:
    row = add_organisation(
        kind="national", name="ハ\u309aン組合", number="7000012050002"
    )  # the National Tax Agency's own
    assert (row.name, row.number) == ("パン組合", "7000012050002")
    for wrong in ("7000012050003", "8000012050002", "700001205000", "７000012050002", "T7000012050002"):
        with pytest.raises(ValueError, match="number"):
            add_organisation(kind="national", name="見本", number=wrong)


# --- every model has a decision
def test_every_model_is_owned_or_is_named_as_unowned_with_a_reason() -> None:
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if issubclass(model, Owned):
            managers = (model._base_manager, model._default_manager, *model._meta.managers)
            assert all(isinstance(each, ScopedManager) for each in managers), label
            assert model.seen_by <= set(Role.Name), label
            assert label not in UNOWNED
        else:
            assert len(UNOWNED.get(label, "")) > 10, f"{label}: let it be Owned, or say why not"


def test_every_relation_to_an_owned_model_says_what_keeps_it_within_one_tenant() -> None:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            to = field.related_model
            if field.concrete and inspect.isclass(to) and issubclass(to, Owned):
                assert CROSSING.get(f"{model._meta.label}.{field.name}"), f"{model._meta.label}.{field.name}"


def test_every_relation_to_an_owned_model_followed_without_a_scope_raises() -> None:
    followed = 0
    for model in apps.get_models(include_auto_created=True):
        fields: list[Any] = model._meta.get_fields(include_hidden=True)
        for field in fields:
            if not (inspect.isclass(field.related_model) and issubclass(field.related_model, Owned)):
                continue
            row: Any = model(pk=uuid.uuid4())
            accessor = field.name if field.concrete else field.get_accessor_name()
            if field.concrete and not field.many_to_many:
                setattr(row, field.attname, uuid.uuid4())
            with pytest.raises(ScopeMissing):
                _follow(row, accessor)
            followed += 1
    assert followed >= 2 * len(CROSSING)


def _follow(row: Any, accessor: str) -> None:
    found = getattr(row, accessor)
    pytest.fail(f"{type(row).__name__}.{accessor} gave {list(found.all())}")


LEFT = {
    "accounts/invitations.py": {"invitation.read", "invitation.accept"},  # whoever holds the link has no role there yet
    "accounts/joining.py": {"join.ask"},  # a visitor asks an association
    "desk/jobs.py": {"upload.load"},  # finds the file whose clerk's scope it then takes
    "desk/totals.py": {"totals.nightly"},  # all tenants' results become counts
    "inquiries/desks.py": {"inquiries.desks"},  # what every visitor may see
    "inquiries/services.py": {"inquiry.ask"},  # a visitor asks a federation
    "policies/covers.py": {"certificate.verify"},  # a visitor asks, and is told yes or no
    "policies/papers.py": {"cover.papers", "application.letter"},  # a job issues what was frozen
    "policies/turns.py": {"cover.turn"},  # the calendar is nobody's
    "sample/build.py": {"sample.build"},
}
"""Where outside the ground tenancy is left, and with which reasons."""
BY_HAND = re.compile(
    r"\.raw\(|\.extra\(|cursor\(|RawSQL|connections?\[|\.execute\(|_base_manager|_raw_delete|QuerySet\("
)


def test_outside_the_ground_tenancy_is_left_only_where_it_is_said_and_no_sql_is_written_by_hand() -> None:
    site = Path(services.__file__).parents[1]
    left: dict[str, set[str]] = {}
    for file in sorted(site.rglob("*.py")):
        name = file.relative_to(site).as_posix()
        if name.startswith("ground/") or "/migrations/" in name:
            continue
        text = file.read_text(encoding="utf-8")
        assert not BY_HAND.search(text), f"{name}: {BY_HAND.search(text)}"
        reasons = re.findall(r"\bunscoped\((.*?)\)", text)
        if reasons:
            left[name] = {reason.strip("\"'") for reason in reasons}
    assert left == LEFT


# --- the property
@settings(max_examples=many(120), deadline=None)
@given(data=st.data())
def test_nobody_sees_outside_their_branch_whatever_the_tree(data: st.DataObject) -> None:
    with transaction.atomic():
        organisations = grown(data)
        above = {each.pk: each.parent_id for each in organisations}
        parts = {made(Part, each).pk: each.pk for each in organisations}
        held = [
            (role, each) for role, kinds in services.HELD_AT.items() for each in organisations if each.kind in kinds
        ]
        for role, place in data.draw(st.lists(st.sampled_from(held), min_size=1, max_size=4)):
            mine = scope(role, place)
            below_it = {pk for pk in above if place.pk in chain(pk, above)}
            sees = below_it if role in services.SEES_ITS_BRANCH else set()
            assert branch(mine) == sees
            sees = sees if role in Part.seen_by else set()
            assert {each.tenant for each in Part.within(mine)} == sees
            assert {each.pk for each in parts_found(mine, parts)} == {
                pk for pk, owner in parts.items() if owner in sees
            }
            with declared(mine):
                assert Part.objects.count() == Part._base_manager.count() == len(sees)
        transaction.set_rollback(True)


def branch(mine: Scope) -> set[uuid.UUID]:
    """The organisations that a scope sees."""
    found = set(below(mine).values_list("pk", flat=True))
    assert found == {each.pk for each in Organisation.objects.all() if services.sees(mine, each)}
    return found


def grown(data: st.DataObject) -> list[Organisation]:
    """A random tree of up to 14 organisations below one root."""
    kinds = list(Organisation.Kind)
    organisations = [add_organisation(kind="national", name="根")]
    for number in range(data.draw(st.integers(0, 14))):
        parent = data.draw(st.sampled_from([each for each in organisations if each.kind != "member"]))
        kind = kinds[kinds.index(Organisation.Kind(parent.kind)) + 1]
        organisations.append(add_organisation(kind=kind, name=f"枝{number}", parent=parent))
    return organisations


def chain(pk: uuid.UUID | None, above: dict[uuid.UUID, uuid.UUID | None]) -> set[uuid.UUID]:
    """An organisation and all above it."""
    passed = set()
    while pk is not None:
        passed.add(pk)
        pk = above[pk]
    return passed


def parts_found(mine: Scope, pks: dict[uuid.UUID, uuid.UUID]) -> Iterator[Part]:
    for pk in pks:
        try:
            yield get_or_404(Part, mine, pk)
        except Http404:
            continue


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=4), st.binary(min_size=16, max_size=64))
@example([], b"\xff" * 16)
@example([b"\xff" * 16], b"\xff" * 32)
@example([b"a" * 15 + b"\xff"], b"a" * 15 + b"\xff" * 17)
@example([b"a" * 16], b"a" * 15 + b"b")  # the next sibling
@example([b"a" * 15 + b"\xff"], b"a" * 14 + b"b" * 2)  # and that of one whose id ends with the last byte
def test_the_span_of_a_branch_holds_its_paths_and_no_other(steps: list[bytes], other: bytes) -> None:
    root = b"".join(steps)
    since, until = Scope(uuid.uuid4(), "federation", uuid.uuid4(), root).span
    for each in (other, root + other, root):
        assert (since <= each < until) == (bool(root) and each.startswith(root))


def test_a_new_organisation_is_in_the_scope_of_its_branch_and_rows_of_several_tenants_are_checked_at_once(
    there: Tree,
) -> None:
    mine, tenants = scope("federation", there.prefecture), {there.member.pk, there.neighbour.pk}
    tenants.add(add_organisation(kind="member", name="新入", parent=there.association).pk)
    with declared(mine):
        Part.objects.bulk_create([Part(tenant=each) for each in tenants])
        with pytest.raises(ScopeMissing), transaction.atomic():
            Part.objects.bulk_create([Part(tenant=each) for each in (*tenants, there.far_member.pk)])
    assert {each.tenant for each in Part.within(mine)} == tenants
