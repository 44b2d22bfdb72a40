"""PostgreSQL as docs/operating.md sets it up: the owner migrates, an ordinary role runs, no other is taken."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests.cast import ROOT

pytestmark = pytest.mark.needs_postgres

HOST = parse_qs(urlsplit(os.environ.get("SONAE_TEST_DATABASE_URL", "")).query).get("host", [""])[0]
"""The folder with the socket of the test run's own cluster, in which anybody may be anybody."""


def connect(role: str, database: str = "sonae_doc") -> psycopg.Connection:
    return psycopg.connect(host=HOST, user=role, dbname=database, autocommit=True)


def sonae(role: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the site with the database of the document, in a role."""
    settings = {"SONAE_DATABASE_URL": f"postgres://{role}@/sonae_doc?host={HOST}", "PYTHONPATH": "src"}
    return subprocess.run(
        [sys.executable, "-m", "sonae_cli", "--lang", "en", *words],
        cwd=ROOT, env={**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "sonae_web.settings"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _set_up() -> Iterator[None]:
    """Run the document's own statements, on a database of another name."""
    (block,) = re.findall(r"```sql\n(.*?)```", (ROOT / "docs/operating.md").read_text(encoding="utf-8"), re.DOTALL)
    first, then = re.sub(r"\bsonae\b", "sonae_doc", block).split("\\connect sonae_doc\n")
    for database, statements in (("postgres", first), ("sonae_doc", then)):
        with connect("postgres", database) as admin:
            for statement in filter(str.strip, statements.split(";")):
                admin.execute(statement.encode())
    yield
    with connect("postgres", "postgres") as admin:
        for statement in ("DROP DATABASE sonae_doc", "DROP ROLE sonae_app", "DROP ROLE sonae_owner"):
            admin.execute(statement.encode())


def test_the_owner_migrates_and_the_site_runs_with_less() -> None:
    before = sonae("sonae_app", "migrate")
    assert (before.returncode, "permission denied" in before.stderr) == (1, True)
    assert "database.behind" in before.stderr
    for role in ("sonae_owner", "sonae_app"):
        ran = sonae(role, "migrate")
        assert (ran.returncode, ran.stdout) == (0, "The database is up to date.\n"), ran.stderr
    with connect("sonae_app") as site:
        site.execute("INSERT INTO ground_audithead (id, number, hash) VALUES (1, 0, 'x')")
        site.execute("DELETE FROM ground_audithead")
        assert site.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)
        for statement in (b"CREATE TABLE mine (id int)", b"DROP TABLE ground_audithead", b"TRUNCATE ground_audithead"):
            with pytest.raises(InsufficientPrivilege):
                site.execute(statement)


def test_serve_refuses_a_role_that_the_wall_does_not_bind() -> None:
    with connect("postgres", "postgres") as admin:
        admin.execute("ALTER ROLE sonae_owner BYPASSRLS")
        for role in ("postgres", "sonae_owner"):
            ran = sonae(role, "serve", "--port", "1")
            assert (ran.returncode, ran.stdout) == (1, "")
            assert f"The role {role} is a superuser" in ran.stderr
            assert "database.role_unbound" in ran.stderr
        admin.execute("ALTER ROLE sonae_owner NOBYPASSRLS")


def test_a_database_that_is_not_there_is_told() -> None:
    ran = sonae("nobody", "serve", "--port", "1")
    assert (ran.returncode, "database.behind" in ran.stderr, "Traceback" in ran.stderr) == (1, True, False)
