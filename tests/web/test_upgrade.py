"""From the database of the last released state to today's: every row there, everything opens, people sign in; and back.

``released.json`` holds rows as the released code wrote them, its sealed bytes, passwords and log hashes included.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from sonae_cli.chain import verify
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.accounts.services import scope_of
from sonae_web.ground import audit, clock, row_security
from sonae_web.ground.chain import Head
from sonae_web.ground.scope import unscoped
from tests.cli.places import fresh, inside, migrate

pytestmark = pytest.mark.django_db(transaction=True)
RELEASED = [
    ("accounts", "0002_organisations"), ("diagnosis", "0001_quick_checks"), ("ground", "0001_audit"),
    ("auth", "0012_alter_user_first_name_max_length"), ("contenttypes", "0002_remove_content_type_name"),
    ("sessions", "0001_initial"),
]  # fmt: skip
SAVED = json.loads((Path(__file__).parent / "released.json").read_text(encoding="utf-8"))
PASSWORD = "sample password of the released state"  # noqa: S105
HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ORDER = (
    "accounts.User",
    "accounts.Organisation",
    "accounts.Role",
    "diagnosis.QuickCheck",
    "ground.AuditRow",
    "ground.AuditHead",
)
KINDS = ("national", "prefectural", "association", "member")


@pytest.fixture(autouse=True)
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """Inside a database as the released state left it, a week later."""
    settings.PASSWORD_HASHERS = HASHERS
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 1, 0, tzinfo=UTC))
    with inside(fresh(tmp_path, "released")):
        executor = MigrationExecutor(connections["default"])
        executor.migrate(RELEASED)
        fill(executor.loader.project_state(RELEASED).apps)
        yield


def fill(then: Any) -> None:
    with transaction.atomic():
        for label in ORDER:
            model = then.get_model(label)
            for row in sorted(
                SAVED["rows"][label], key=lambda row: KINDS.index(row["kind"]) if "parent_id" in row else 0
            ):
                model(**{name: value_of(value) for name, value in row.items()}).save(force_insert=True)


def value_of(saved: Any) -> Any:
    return base64.b64decode(saved["bytes"]) if isinstance(saved, dict) else saved


def stored(label: str, now: Any = apps) -> list[dict[str, Any]]:
    """Rows as ``released.json`` writes them."""
    model: type[models.Model] = now.get_model(label)
    with unscoped("test"):
        rows = list(model._default_manager.order_by("pk"))
    return [
        {name: _plain(getattr(row, name), value) for name, value in saved.items()}
        for row, saved in _beside(rows, label)
    ]


def _beside(rows: list[Any], label: str) -> list[tuple[Any, dict[str, Any]]]:
    saved = {str(row["id"]): row for row in SAVED["rows"][label]}
    return [(row, saved[str(row.pk)]) for row in rows]


def _plain(value: Any, saved: Any) -> Any:
    if isinstance(saved, dict):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if saved is None or isinstance(saved, bool | int) else str(value)


def tables() -> set[str]:
    return set(connection.introspection.table_names())


def log_is_sound(folder: Path, *anchors: Head) -> int:
    """How many rows the exported log has; it verifies, by the heads noted too."""
    audit.export(folder / "log")
    with (folder / "log").open("rb") as file:
        found = verify(file, "log", list(anchors))
    assert not found.problems
    return found.rows


def test_the_saved_rows_are_a_released_state() -> None:
    assert {label: len(rows) for label, rows in SAVED["rows"].items()} == dict(
        zip(ORDER, (3, 5, 3, 1, 3, 1), strict=True)
    )
    assert not {"accounts_token", "account_emailaddress", "ground_document", "desk_upload"} & tables()


def test_every_row_is_there_and_says_the_same() -> None:
    migrate()
    for label in ORDER:
        assert sorted(stored(label), key=str) == sorted(SAVED["rows"][label], key=str), label
    connection.check_constraints()
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert row_security.faults() == []


def test_the_quick_check_opens_by_its_link_and_goes_on() -> None:
    migrate()
    client = Client()
    answer = client.get(f"/quick/{SAVED['link']}")
    assert answer["Location"] == f"/quick/{SAVED['link']}/{SAVED['answered'] + 1}"
    assert client.post(answer["Location"], {"answer": "yes"}).status_code == 302
    page = client.get(f"/quick/{SAVED['link']}/result")
    assert page.status_code == 200
    assert client.get("/quick/" + "A" * 43).status_code == 404


def test_the_log_verifies_and_goes_on_from_its_head(tmp_path: Path) -> None:
    (head,) = SAVED["rows"]["ground.AuditHead"]
    before = Head(head["number"], head["hash"])
    migrate()
    assert audit.head() == before
    assert log_is_sound(tmp_path, before) == 3
    with transaction.atomic():
        audit.record(action="sample.done", kind="sample", object_id="more")
    audit.seal()
    assert log_is_sound(tmp_path, before) == 4


def test_people_sign_in_with_their_password_and_the_tree_stands() -> None:
    migrate()
    addresses = EmailAddress.objects.values_list("user__email", "email", "verified", "primary")
    assert set(addresses) == {(mail, mail, True, True) for mail in User.objects.values_list("email", flat=True)}
    answers = {
        mail: Client().post("/account/login/", {"login": mail, "password": PASSWORD}).headers.get("Location", "")
        for mail in ("hanako@example.jp", "clerk@example.jp", "closed@example.jp")
    }
    assert answers == {
        "hanako@example.jp": "/home", "clerk@example.jp": "/home", "closed@example.jp": "/account/inactive/",
    }  # fmt: skip
    assert "Location" not in Client().post("/account/login/", {"login": "hanako@example.jp", "password": "wrong"})
    hanako = Role.objects.get(user__email="hanako@example.jp")
    assert scope_of(user=hanako.user, role=hanako.pk).top == Organisation.objects.get(name="見本商事").pk
    browser = Client()
    browser.force_login(hanako.user)
    assert browser.get(f"/my/{hanako.organisation_id}/").status_code == 200


def test_who_has_an_address_already_keeps_it_and_migrating_again_changes_nothing() -> None:
    migrate()
    EmailAddress.objects.filter(email="hanako@example.jp").update(verified=False)
    call_command("migrate", "accounts", "0005_tokens", verbosity=0)
    migrate()
    assert EmailAddress.objects.count() == 3
    assert EmailAddress.objects.get(email="hanako@example.jp").verified is False


def test_back_again_the_released_state_stands_as_it_was(tmp_path: Path) -> None:
    then_tables = tables()
    migrate()
    for app in ("policies", "quotes", "declarations", "inquiries", "desk", "windows", "mfa", "account"):
        call_command("migrate", app, "zero", verbosity=0)
    for app, name in RELEASED[:3]:
        call_command("migrate", app, name, verbosity=0)
    left = {name for name in tables() - then_tables if not name.startswith("django_tasks")}  # its own do not go back
    assert (left, then_tables - tables()) == (set(), set())
    then = MigrationExecutor(connection).loader.project_state(RELEASED).apps
    for label in ORDER:
        assert sorted(stored(label, then), key=str) == sorted(SAVED["rows"][label], key=str), label
    assert log_is_sound(tmp_path) == 3
    migrate()
    assert EmailAddress.objects.count() == 3
