"""Tokens: shown once, kept as a hash, good for what they say until they end; every bad one looks alike."""

import hashlib
import json
import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from hypothesis import given
from hypothesis import strategies as st

from sonae_web.accounts import tokens
from sonae_web.accounts.api import TokenAuth, tries
from sonae_web.accounts.models import Role, Token, User
from sonae_web.accounts.services import grant_role, revoke_role
from sonae_web.accounts.tokens import Acting, Unknown, authenticate, has_form, issue_token, new_secret, revoke_token
from sonae_web.ground import clock
from sonae_web.ground.api import allowances, answer, make, marked, page
from sonae_web.ground.logs import Json
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import ScopeMissing
from sonae_web.urls import urlpatterns as site
from tests.cast import codes, places, refused
from tests.web.cast import Tree, person, tree

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 4, 1, 1, 0, tzinfo=UTC)
READ = "diagnoses:read"

# --- a few lines each, as operations of members' own rows will be
mine = make("for tests", "")


@mine.get("tokens", auth=TokenAuth(READ))
def own_tokens(request: HttpRequest) -> HttpResponse:
    acting: Acting = request.auth  # type: ignore[attr-defined]  # set by the guard of the operation
    rows = Token.objects.filter(user=acting.scope.user)
    return answer(page(request, rows, lambda each: each.name))


urlpatterns = [path("api/v1/mine/", marked(mine)), *site]


@pytest.fixture
def there() -> Tree:
    return tree()


@pytest.fixture
def role(there: Tree) -> Role:
    return grant_role(user=person(), organisation=there.member, role="member")


@pytest.fixture(autouse=True)
def at_nine_in_april(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for allowance in allowances(mine):
        allowance._left.clear()


def issued(role: Role, **changes: Any) -> tuple[Token, str]:
    wanted: dict[str, Any] = {
        "user": role.user,
        "role": role.pk,
        "name": "会計システム",
        "scopes": [READ],
        "days": 30,
    } | changes
    return issue_token(**wanted)


def call(client: Client, secret: str, address: str = "/api/v1/token", **headers: str) -> Any:
    return client.get(address, headers={"Authorization": f"Bearer {secret}", **headers})


def later(monkeypatch: pytest.MonkeyPatch, after: timedelta) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + after)


def test_a_token_acts_for_its_person_in_its_role(client: Client, role: Role, there: Tree) -> None:
    token, secret = issued(role, scopes=["reports:read", READ, READ])
    acting = authenticate(secret)
    assert acting.scope.root == there.member.path
    assert (acting.scope.user, acting.scope.role) == (role.user_id, "member")
    assert acting.may(READ)
    assert not acting.may("diagnoses")
    told = call(client, secret)
    assert told.status_code == 200
    assert told.json() == {
        "name": "会計システム",
        "scopes": [READ, "reports:read"],
        "role": "member",
        "organisation": {"id": str(there.member.pk), "kind": "member", "name": "見本商事"},
        "created": "2027-04-01T01:00:00+00:00",
        "expires": "2027-05-01T01:00:00+00:00",
    }
    assert Token.objects.get(pk=token.pk).last_used == clock.today()


def test_the_secret_is_kept_nowhere(role: Role, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        token, secret = issued(role)
        call(client, secret)
    row = Token.objects.filter(pk=token.pk).values().get()
    assert bytes(row["secret_hash"]) == hashlib.sha256(secret.encode()).digest()
    assert secret[6:] not in str(row)
    assert not any(secret[6:] in str(each) for each in AuditRow.objects.values())
    assert not any(secret[6:] in Json().format(each) for each in caplog.records)


# --- the form of a secret
def test_a_secret_can_be_recognised_and_a_mistyped_one_is_not_looked_up(
    django_assert_num_queries: Any,
) -> None:
    secret = new_secret()
    assert has_form(secret)
    assert len({new_secret() for _ in range(100)}) == 100
    for place in range(len(secret)):
        wrong = secret[:place] + ("1" if secret[place] != "1" else "2") + secret[place + 1 :]
        with django_assert_num_queries(0), pytest.raises(Unknown):
            authenticate(wrong)
    swapped = secret[:10] + secret[11] + secret[10] + secret[12:]
    assert has_form(swapped) == (swapped == secret)


@given(st.text(max_size=80) | st.text("sonae_01azAZ", max_size=60))
def test_nonsense_is_nobody(text: str) -> None:
    with pytest.raises(Unknown):
        authenticate(text)


# --- what ends a token
def test_every_bad_token_gets_the_same_answer(
    client: Client, role: Role, there: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, revoked = issued(role)
    revoke_token(token=Token.objects.get().pk, user=role.user)
    _, expired = issued(role, days=1)
    later(monkeypatch, timedelta(days=2))
    other = grant_role(user=person("taro@example.jp"), organisation=there.neighbour, role="member")
    _, without_role = issued(other)
    revoke_role(role=other.pk)
    closed = grant_role(user=person("jiro@example.jp"), organisation=there.neighbour, role="member")
    _, of_closed = issued(closed)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    bad = [revoked, expired, without_role, of_closed, new_secret(), "nonsense", "", "sonae_", "目印", "x" * 9000]
    answers = [call(client, secret) for secret in bad]
    answers += [client.get("/api/v1/token"), client.get("/api/v1/token", headers={"Authorization": "Basic eDp5"})]
    seen = set()
    for each in answers:
        assert each.status_code == 401
        assert each["WWW-Authenticate"] == 'Bearer realm="sonae"'
        body = json.loads(each.content)
        assert body.pop("instance") == each["X-Request-ID"]
        headers = {name: value for name, value in each.items() if name != "X-Request-ID"}
        headers["Content-Length"] = ""
        seen.add(json.dumps([body, headers]))
    assert len(seen) == 1
    assert body["problems"][0]["code"] == "request.token"


def test_a_token_ends_at_its_moment_and_not_before(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = issued(role, days=1)
    later(monkeypatch, timedelta(days=1) - timedelta(microseconds=1))
    assert authenticate(secret)
    later(monkeypatch, timedelta(days=1))
    with pytest.raises(Unknown):
        authenticate(secret)


def test_a_token_stops_with_its_role_and_does_not_come_back_with_it(role: Role, there: Tree) -> None:
    token, secret = issued(role)
    assert authenticate(secret)
    revoke_role(role=role.pk)
    with pytest.raises(Unknown):
        authenticate(secret)
    grant_role(user=role.user, organisation=there.member, role="member")
    with pytest.raises(Unknown):
        authenticate(secret)
    assert revoke_token(token=token.pk, user=role.user).revoked_at == NOW


def test_a_token_is_revoked_by_its_person_alone(role: Role) -> None:
    token, secret = issued(role)
    for stranger, which in ((person("taro@example.jp"), token.pk), (role.user, uuid.uuid4())):
        with pytest.raises(Http404):
            revoke_token(token=which, user=stranger)
    assert authenticate(secret)
    revoke_token(token=token.pk, user=role.user)
    revoke_token(token=token.pk, user=role.user)
    with pytest.raises(Unknown):
        authenticate(secret)


# --- what is issued
def test_issue_and_revocation_are_in_the_audit_log_once(role: Role) -> None:
    token, _ = issued(role)
    revoke_token(token=token.pk, user=role.user)
    revoke_token(token=token.pk, user=role.user)
    rows = list(AuditRow.objects.filter(kind="token").order_by("action"))
    assert [row.action for row in rows] == ["token.issue", "token.revoke"]
    for row in rows:
        assert (row.object_id, row.actor, row.organisation) == (str(token.pk), role.user_id, role.organisation_id)
    assert json.loads(bytes(rows[0].detail)) == {"role": str(role.pk), "days": 30}


def test_what_cannot_be_issued_is_refused_with_every_fault(role: Role, there: Tree) -> None:
    found = refused(lambda: issued(role, name=" ", scopes=["everything", READ], days=366))
    assert sorted((each.code, each.at) for each in found) == [
        ("value.length", "name"), ("value.not_allowed", "scopes"), ("value.range", "days"),
    ]  # fmt: skip
    assert codes(refused(lambda: issued(role, name="a\u202eb"))) == {"text.forbidden_character"}
    assert codes(refused(lambda: issued(role, scopes=[], days=0))) == {"field.missing", "value.range"}
    clerk = grant_role(user=role.user, organisation=there.association, role="association")
    assert codes(refused(lambda: issued(clerk))) == {"value.not_allowed"}
    assert places(refused(lambda: issued(clerk)))
    assert not Token.objects.exists()
    with pytest.raises(ScopeMissing):
        issued(role, user=person("taro@example.jp"))


def test_a_role_has_so_many_good_tokens_at_once(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 2)
    first, _ = issued(role)
    issued(role, days=365)
    assert codes(refused(lambda: issued(role))) == {"value.too_many"}
    revoke_token(token=first.pk, user=role.user)
    issued(role)
    later(monkeypatch, timedelta(days=31))
    issued(role)


def test_the_database_takes_no_token_that_never_ends_or_has_anothers_secret(role: Role) -> None:
    token, _ = issued(role)
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.filter(pk=token.pk).update(expires_at=token.created_at)
    other, _ = issued(role)
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.filter(pk=other.pk).update(secret_hash=bytes(token.secret_hash))


def test_the_day_of_use_is_written_once_a_day(
    role: Role, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    _, secret = issued(role)
    authenticate(secret)
    with django_assert_num_queries(3):
        authenticate(secret)
    later(monkeypatch, timedelta(hours=15))
    authenticate(secret)
    assert str(Token.objects.get().last_used) == "2027-04-02"


# --- operations that need a scope, lists
@pytest.mark.urls("tests.web.test_tokens")
def test_a_token_without_the_scope_is_told_which_one_is_needed(client: Client, role: Role) -> None:
    _, secret = issued(role, scopes=["reports:read"])
    told = call(client, secret, "/api/v1/mine/tokens", **{"Accept-Language": "en"})
    assert told.status_code == 403
    (found,) = told.json()["problems"]
    assert found["code"] == "request.scope"
    assert READ in found["fix"]
    assert told.json()["type"].endswith("#scope")


@pytest.mark.urls("tests.web.test_tokens")
def test_a_list_is_told_page_by_page_each_row_once(client: Client, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1_000)
    for number in range(23):  # several in the same moment
        later(monkeypatch, timedelta(seconds=number // 4))
        _, secret = issued(role, name=f"第{number}")
    address, seen, sizes = "/api/v1/mine/tokens?limit=5", [], []
    cursor = ""
    while True:
        told = call(client, secret, f"{address}&cursor={cursor}").json()
        seen += told["items"]
        sizes.append(len(told["items"]))
        if len(sizes) == 2:  # a new row while one reads does not move the others
            later(monkeypatch, timedelta(hours=1))
            issued(role, name="後から")
        if (cursor := told["next"]) is None:
            break
    assert sizes == [5, 5, 5, 5, 3]
    assert sorted(seen) == sorted(f"第{number}" for number in range(23))
    assert [int(name[1:]) // 4 for name in seen] == sorted((n // 4 for n in range(23)), reverse=True)


@pytest.mark.urls("tests.web.test_tokens")
@pytest.mark.parametrize(
    ("query", "code"),
    [("limit=0", "value.range"), ("limit=101", "value.range"), ("limit=x", "value.range"), ("limit=-1", "value.range"),
     ("limit=９", "value.range"), ("limit=99999999999", "value.range"), ("cursor=x", "request.cursor"),
     ("cursor=a:b:c", "request.cursor"), ("cursor=%00", "request.cursor")],
)  # fmt: skip
def test_a_cursor_or_a_limit_that_is_none_is_refused(client: Client, role: Role, query: str, code: str) -> None:
    _, secret = issued(role)
    told = call(client, secret, f"/api/v1/mine/tokens?{query}")
    assert told.status_code == 422
    assert [each["code"] for each in told.json()["problems"]] == [code]


@pytest.mark.urls("tests.web.test_tokens")
def test_a_token_has_its_own_limit_and_tries_without_one_count_for_the_address(
    client: Client, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in allowances(mine):
        monkeypatch.setattr(each, "an_hour", 1)
    (_, first), (_, second) = issued(role), issued(role)
    answers = [call(client, each, "/api/v1/mine/tokens").status_code for each in (first, first, second)]
    assert answers == [200, 429, 200]
    monkeypatch.setattr(tries, "an_hour", 1)
    assert [call(client, "x").status_code for _ in range(2)] == [401, 429]
    assert call(client, second).status_code == 200
