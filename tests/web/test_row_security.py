"""The second wall: PostgreSQL itself shows, takes and changes nothing outside the scope, whatever a statement says."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Any, NoReturn

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, models, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import ClientCursor
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from sonae_web.accounts.models import Organisation
from sonae_web.ground import row_security
from sonae_web.ground.postgres.base import SETTINGS, DatabaseWrapper
from sonae_web.ground.scope import Owned, Scope, ScopeMissing, declared, unscoped
from tests.cast import codes, many
from tests.web.cast import Tree, acting, person

pytestmark = [pytest.mark.needs_postgres, pytest.mark.django_db]


# --- two owned models for these tests, and one that is not
class Note(Owned):
    text = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "tests_walls"


class Total(Owned):
    seen_by = frozenset({"member", "association"})
    note = models.ForeignKey(Note, null=True, on_delete=models.PROTECT)

    class Meta(Owned.Meta):
        app_label = "tests_walls"


NOTE, TOTAL = Note._meta.db_table, Total._meta.db_table
SHOP, PRINTER, DAIRY = (uuid.UUID(int=number) for number in (1, 2, 3))


ROOT, NORTH, CITY, VILLAGE = (uuid.UUID(int=number) for number in (10, 11, 12, 13))
TREE = {
    ROOT: ("national", None), NORTH: ("prefectural", ROOT), CITY: ("association", NORTH), VILLAGE: ("association", NORTH),
    SHOP: ("member", CITY), PRINTER: ("member", VILLAGE), DAIRY: ("member", VILLAGE),
}  # fmt: skip


def path_to(place: uuid.UUID | None) -> bytes:
    return path_to(TREE[place][1]) + place.bytes if place else b""


def member(place: uuid.UUID, role: str = "member") -> Scope:
    """A scope of an organisation and what is below it."""
    return Scope(uuid.UUID(int=9), role, place, path_to(place))


@pytest.fixture(scope="module", autouse=True)
def _tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            for model in (Note, Total):
                editor.create_model(model)
        row_security.apply((Note, Total))
        yield
        with connection.schema_editor() as editor:
            for model in (Total, Note):
                editor.delete_model(model)


@pytest.fixture
def _notes() -> Iterator[None]:
    """One of each tenant, also for tests outside a transaction, after which only tables of the site are emptied."""
    Organisation.objects.bulk_create(
        Organisation(pk=pk, kind=kind, parent_id=above, name=f"見本{pk.int}", path=path_to(pk))
        for pk, (kind, above) in TREE.items()
    )
    with unscoped("a test's rows"):
        Note.objects.bulk_create([Note(tenant=each, text=f"見本{each.int}") for each in (SHOP, PRINTER, DAIRY)])
    yield
    with unscoped("a test's end"):
        for table in (TOTAL, NOTE):
            execute(f"DELETE FROM {table}")


def execute(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement by hand, through Django's connection, in which no filter of ours is."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def seen(table: str = NOTE) -> set[uuid.UUID]:
    return {tenant for (tenant,) in execute(f"SELECT tenant FROM {table}")}


def left_over() -> list[str]:
    """What the database itself holds of the settings, asked for beside Django."""
    rows = connection.connection.execute("SELECT " + ",".join(f"current_setting('{each}', true)" for each in SETTINGS))
    return [each for each in rows.fetchone() if each]


# --- what is seen
@pytest.mark.usefixtures("_notes")
def test_by_hand_too_only_the_scopes_rows_are_seen_and_none_outside() -> None:
    assert seen() == set()
    with declared(member(SHOP)):
        assert seen() == {SHOP}
        assert execute(f"SELECT text FROM {NOTE} WHERE tenant = %s OR true", PRINTER) == [("見本1",)]
        with declared(member(VILLAGE)):
            assert seen() == {PRINTER, DAIRY}
        with unscoped("totals"):
            assert seen() == {SHOP, PRINTER, DAIRY}
        assert seen() == {SHOP}
    assert seen() == set()


@pytest.mark.usefixtures("_notes")
def test_a_role_that_the_model_does_not_name_sees_nothing_of_it() -> None:
    clerk = member(ROOT, role="association")
    with unscoped("a test's rows"):
        Total.objects.create(tenant=SHOP)
    for scope, tables in ((clerk, [TOTAL]), (member(SHOP), [NOTE, TOTAL]), (member(SHOP, role="auditor"), [])):
        with declared(scope):
            assert [table for table in (NOTE, TOTAL) if seen(table)] == tables
    with declared(clerk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        insert(SHOP)


def fail() -> NoReturn:
    raise ZeroDivisionError


def insert(tenant: uuid.UUID) -> list[tuple[Any, ...]]:
    return execute(f"INSERT INTO {NOTE} (id, tenant, text) VALUES (%s, %s, '')", uuid.uuid4(), tenant)


def insert_total_of_no_note() -> None:
    execute(f"INSERT INTO {TOTAL} (id, tenant, note_id) VALUES (%s, %s, %s)", uuid.uuid4(), SHOP, SHOP)


@pytest.mark.usefixtures("_notes")
def test_writing_for_another_tenant_is_refused_by_the_database() -> None:
    with declared(member(SHOP)):
        acts: list[Callable[[], object]] = [
            lambda: insert(PRINTER),
            lambda: execute(f"UPDATE {NOTE} SET tenant = %s", PRINTER),
            lambda: execute(
                f"INSERT INTO {NOTE} (id, tenant, text) SELECT id, %s, '改' FROM {NOTE} "
                "ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant",
                PRINTER,
            ),
        ]
        for act in acts:
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                act()
        assert execute(f"UPDATE {NOTE} SET text = '改' WHERE tenant = %s", PRINTER) == [(0,)]
        assert execute(f"DELETE FROM {NOTE} WHERE tenant <> %s", SHOP) == [(0,)]
        assert execute(f"UPDATE {NOTE} SET text = '改'") == [(1,)]
        assert insert(SHOP) == [(1,)]
    for tenant in (SHOP, PRINTER):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            insert(tenant)
    assert execute(f"DELETE FROM {NOTE}") == [(0,)]
    with unscoped("what is left"):
        assert sorted(Note.objects.values_list("text", flat=True)) == ["", "改", "見本2", "見本3"]


@pytest.mark.usefixtures("_notes")
@pytest.mark.parametrize(
    "around",
    [lambda: ExitStack(), lambda: declared(member(PRINTER)), lambda: unscoped("a job")],
    ids=["nothing", "another scope", "no tenancy"],
)
def test_within_shows_its_own_scope_whatever_is_declared_around(around: Callable[[], Any]) -> None:
    mine, own = Note.within(member(SHOP)), ["見本1"]
    with unscoped("a test's rows"):
        pk = Note.objects.get(tenant=SHOP).pk
    ways: dict[str, Callable[[], object]] = {
        "list": lambda: [each.text for each in mine.all()],
        "iterator": lambda: [each.text for each in mine.iterator()],
        "values": lambda: list(mine.values_list("text", flat=True)),
        "get": lambda: [mine.get().text],
        "in_bulk": lambda: [each.text for each in mine.in_bulk([pk]).values()],
        "count": lambda: own * mine.count(),
        "exists": lambda: own * mine.exists(),
        "contains": lambda: own * mine.contains(Note(pk=pk)),
        "aggregate": lambda: own * mine.aggregate(rows=Count("*"))["rows"],
        "annotate": lambda: list(mine.annotate(texts=Count("text")).values_list("text", flat=True)),
        "slice": lambda: [mine.order_by("pk")[0].text],
        "union": lambda: [each.text for each in mine.union(mine.all())],
        "update": lambda: own * mine.update(text="見本1"),
        "lock": lambda: [each.text for each in mine.select_for_update()],
    }
    with around():
        for name, way in ways.items():
            assert way() == own, name
        mine.bulk_create([Note(tenant=SHOP)])
        assert mine.filter(text="")._raw_delete("default") == 1


@pytest.mark.usefixtures("_notes")
def test_rows_that_are_fetched_in_pieces_are_of_the_scope_they_were_asked_in() -> None:
    with unscoped("a test's rows"):
        Note.objects.bulk_create([Note(tenant=each) for each in (SHOP, PRINTER) for _ in range(40)])
    rows, theirs = Note.within(member(SHOP)).iterator(chunk_size=3), member(PRINTER)
    found = []
    for row in rows:
        found.append(row.tenant)
        with declared(theirs):
            assert Note.objects.count() == 41
            assert seen() == {PRINTER}
    assert found == [SHOP] * 41


# --- how long it holds
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
def test_the_database_forgets_the_scope_with_the_transaction() -> None:
    with declared(member(SHOP)):
        assert seen() == {SHOP}  # in a transaction of its own
        assert left_over() == []
        with transaction.atomic():
            assert seen() == {SHOP}
            assert left_over() == ["member", str(SHOP)]
        assert left_over() == []
        with suppress(ZeroDivisionError), transaction.atomic():
            assert seen() == {SHOP}
            fail()
        assert left_over() == []
    with unscoped("a job"):
        assert [each.text for each in Note.objects.order_by("tenant").iterator(chunk_size=1)] == [
            "見本1",
            "見本2",
            "見本3",
        ]
        assert left_over() == []
    assert seen() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
def test_in_one_transaction_each_statement_has_its_own_scope() -> None:
    with transaction.atomic():
        with declared(member(SHOP)):
            assert seen() == {SHOP}
        assert seen() == set()
        assert left_over() == []
        with unscoped("a job"):
            assert seen() == {SHOP, PRINTER, DAIRY}
            with suppress(IntegrityError), transaction.atomic(), declared(member(SHOP)):
                assert seen() == {SHOP}
                insert_total_of_no_note()
                execute("SET CONSTRAINTS ALL IMMEDIATE")
                pytest.fail("taken")
            assert seen() == {SHOP, PRINTER, DAIRY}
        with declared(member(PRINTER)):
            execute("SAVEPOINT by_hand")
            with unscoped("a job"):
                assert seen() == {SHOP, PRINTER, DAIRY}
                execute("rollback to savepoint by_hand")
                assert seen() == {SHOP, PRINTER, DAIRY}
            assert seen() == {PRINTER}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
def test_a_statement_in_a_transaction_of_its_own_fails_as_ever() -> None:
    """A foreign key is checked when the transaction is committed, here behind the statement."""
    with declared(member(SHOP)):
        with pytest.raises(IntegrityError, match="foreign key"):
            insert_total_of_no_note()
        with pytest.raises(ProgrammingError, match="row-level security"):
            insert(PRINTER)
        assert insert(SHOP) == [(1,)]
        assert execute(f"SELECT count(*) FROM {NOTE}") == [(2,)]


def look(request: HttpRequest, place: int) -> HttpResponse:
    """A page that reads by hand, in the scope of a place if it is given one, and then fails if it shall."""
    if not place:
        return HttpResponse(" ".join(str(each.int) for each in seen()))
    with declared(member(uuid.UUID(int=place))), transaction.atomic():
        answer = HttpResponse(" ".join(str(each.int) for each in seen()))
        if "fail" in request.GET:
            fail()
        return answer


urlpatterns = [path("look/<int:place>", look)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
@pytest.mark.urls("tests.web.test_row_security")
def test_nothing_of_a_request_is_left_for_the_next_on_the_same_connection(client: Client) -> None:
    pid = execute("SELECT pg_backend_pid()")
    client.raise_request_exception = False
    for _ in range(3):
        assert client.get("/look/1").content == b"1"
        assert client.get("/look/0").content == b""
        assert client.get("/look/2?fail").status_code == 500
        assert client.get("/look/0").content == b""
        assert left_over() == []
    assert execute("SELECT pg_backend_pid()") == pid


@pytest.mark.django_db(transaction=True)
def test_a_page_tells_its_scope_with_its_statements_and_sends_nothing_besides(
    client: Client, place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = person()
    acting(user, "member", place.member)
    client.force_login(user)
    sent, told = list[bytes](), list[object]()
    send, tell = ClientCursor._execute_send, DatabaseWrapper._tell

    def listened(self: Any, query: Any, **options: Any) -> None:
        sent.append(query.query)
        send(self, query, **options)

    monkeypatch.setattr(ClientCursor, "_execute_send", listened)

    def apart(self: DatabaseWrapper, to: Any) -> None:
        told.append(to)
        tell(self, to)

    monkeypatch.setattr(DatabaseWrapper, "_tell", apart)
    assert client.get(reverse("business", args=[place.member.pk])).status_code == 200
    owned = [each for each in sent if b"diagnosis_" in each]
    assert owned
    assert all(
        each.startswith(b"SELECT set_config") and place.member.pk.hex.encode() in each.replace(b"-", b"")
        for each in owned
    )
    assert told == []
    assert not [each for each in sent if each.startswith((b"BEGIN", b"SELECT 1"))]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_noticed_without_asking_and_replaced() -> None:
    ((pid,),) = execute("SELECT pg_backend_pid()")
    assert connection.is_usable()
    with suppress(ProgrammingError), transaction.atomic():
        try:
            execute("SELECT nothing_of_that_name")
        finally:
            assert not connection.is_usable()
    assert connection.is_usable()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        other.close()
    until = time.monotonic() + 10
    while connection.is_usable():
        assert time.monotonic() < until
        time.sleep(0.01)
    vars(connections["default"]).update(health_check_enabled=True, health_check_done=False)
    ((anew,),) = execute("SELECT pg_backend_pid()")
    assert anew != pid


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
def test_threads_do_not_see_each_others_scope() -> None:
    def ask(number: int) -> list[set[uuid.UUID]]:
        try:
            found = [seen()]
            for place in (SHOP, PRINTER, DAIRY) * number:
                with declared(member(place)):
                    found += [seen() ^ {place}, {each.tenant for each in Note.objects.all()} ^ {place}]
            return [*found, seen()]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool, unscoped("around"):
        for number, found in enumerate(pool.map(ask, range(12))):
            assert found == [set()] * (6 * number + 2)


SCOPES: dict[str, tuple[Callable[[], AbstractContextManager[Any]], set[uuid.UUID]]] = {
    "shop": (lambda: declared(member(SHOP)), {SHOP}),
    "two": (lambda: declared(member(VILLAGE)), {PRINTER, DAIRY}),
    "clerk": (lambda: declared(member(ROOT, role="association")), set()),
    "job": (lambda: unscoped("a job"), {SHOP, PRINTER, DAIRY}),
}
STEP: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        st.just("look")
        | st.just("within")
        | st.tuples(st.sampled_from([*SCOPES, "atomic", "fail"]), st.lists(STEP, max_size=4))
    )
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_notes")
@settings(max_examples=many(600), deadline=None)
@given(steps=st.lists(STEP, max_size=6), inside=st.booleans())
def test_whatever_is_nested_in_whatever_each_statement_sees_its_scope(steps: list[Any], inside: bool) -> None:
    with transaction.atomic() if inside else ExitStack():
        walk(steps, set())
    assert seen() == set()
    assert left_over() == []


def walk(steps: list[Any], expected: set[uuid.UUID]) -> None:
    for step in steps:
        if step == "look":
            assert seen() == expected
        elif step == "within":
            assert {each.tenant for each in Note.within(member(VILLAGE))} == {DAIRY, PRINTER}
        elif step[0] == "atomic":
            with transaction.atomic():
                walk(step[1], expected)
        elif step[0] == "fail":
            with suppress(ZeroDivisionError), transaction.atomic():
                walk(step[1], expected)
                fail()
        else:
            around, sees = SCOPES[step[0]]
            with around():
                walk(step[1], sees)
            assert seen() == expected


@pytest.mark.parametrize("way", ["copy", "stream", "callproc"])
def test_ways_around_are_refused(way: str) -> None:
    with connection.cursor() as cursor, pytest.raises(ScopeMissing):
        getattr(cursor, way)(f"COPY {NOTE} TO STDOUT")


# --- that it stands
def test_every_owned_model_is_guarded_and_the_role_is_bound() -> None:
    assert row_security.faults() == []
    assert row_security.faults((Note, Total)) == []


@pytest.mark.parametrize(
    "change",
    [
        f"ALTER TABLE {NOTE} DISABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {NOTE} NO FORCE ROW LEVEL SECURITY",
        f"DROP POLICY sonae_tenant ON {NOTE}",
        f"ALTER POLICY sonae_tenant ON {NOTE} USING (true)",
        f"ALTER POLICY sonae_tenant ON {NOTE} WITH CHECK (true)",
        f"ALTER POLICY sonae_tenant ON {NOTE} TO CURRENT_USER",
        f"CREATE POLICY another ON {NOTE} USING (true)",
        f"COMMENT ON POLICY sonae_tenant ON {NOTE} IS ''",
    ],
)
def test_what_was_changed_by_hand_is_told_and_put_right(change: str, client: Client) -> None:
    execute(change)
    assert [dict(each.values) for each in row_security.faults((Note, Total))] == [{"table": NOTE}]
    row_security.apply((Note, Total))
    assert row_security.faults((Note, Total)) == []
    with declared(member(SHOP)), pytest.raises(ProgrammingError, match="row-level security"):
        insert(PRINTER)


def test_a_changed_seen_by_is_told_and_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Note, "seen_by", frozenset({"association"}))
    assert codes(row_security.faults((Note,))) == {"database.no_policy"}
    row_security.apply((Note,))
    with declared(member(SHOP, role="association")):
        assert insert(SHOP) == [(1,)]
    with declared(member(SHOP)):
        assert seen() == set()


def test_migrate_puts_up_what_is_missing_and_the_site_is_not_ready_before(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_security, "owned", lambda: [Note, Total])
    execute(f"DROP POLICY sonae_tenant ON {NOTE}")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["row_security"]) == (503, False)
    timeout = execute("SHOW statement_timeout")
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200
    assert execute("SHOW statement_timeout") == timeout != [("0",)]


def test_where_it_stands_nothing_is_written(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(5):  # a look at the tree and at each, between savepoint and release
        row_security.apply((Note, Total))


def test_a_table_that_is_not_there_is_left_out_and_told() -> None:
    class Later(Owned):
        class Meta:
            app_label = "tests_walls"

    row_security.apply((Later,))
    assert codes(row_security.faults((Later,))) == {"database.no_policy"}


def test_a_model_whose_tenant_is_in_another_table_is_refused() -> None:
    class Long(Note):
        class Meta(Note.Meta):
            app_label = "tests_walls"

    with pytest.raises(TypeError, match="another table"):
        row_security.apply((Long,))


def test_on_another_database_there_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    with django_assert_num_queries(0):
        row_security.apply((Note,))
        assert row_security.faults((Note,)) == []
