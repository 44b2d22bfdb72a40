"""A member's own diagnoses through the API: what it handed in and nothing else, each reading told in the log."""

import json
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from sonae.checklist.business import restored
from sonae_web.accounts.models import Organisation, Token, User
from sonae_web.accounts.services import grant_role, revoke_role
from sonae_web.accounts.tokens import issue_token
from sonae_web.diagnosis import checklists, results
from sonae_web.diagnosis.models import Result
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared
from tests.web.cast import Tree, acting, archived, person, tree

pytestmark = pytest.mark.django_db
BOTH = ("diagnoses:read", "reports:read")
BUSINESS = {
    "name": "見本商事", "industry": "retail", "employees": 12, "persons_held": 3000, "annual_sales": 120_000_000,
    "information": ["name", "address"], "media": ["paper", "pc"], "uses": ["website"], "on_consignment": False,
    "assumed": [], "persons_on": [],
}  # fmt: skip


@pytest.fixture
def there() -> Tree:
    return tree()


@pytest.fixture
def hanako(there: Tree) -> Scope:
    return acting(person(), "member", there.member)


def secret(scope: Scope, *scopes: str) -> tuple[Token, str]:
    """A token of somebody's role, and its secret."""
    role = grant_role(user=_user(scope), organisation=Organisation.objects.get(pk=scope.organisation), role="member")
    return issue_token(user=role.user, role=role.pk, name="会計", scopes=scopes or BOTH, days=30)


def _user(scope: Scope) -> User:
    return User.objects.get(pk=scope.user)


def call(secret: str, address: str = "diagnoses", **headers: str) -> Any:
    return Client().get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {secret}", **headers})


def handed_in(scope: Scope, value: str = "yes") -> Result:
    with declared(scope):
        sheet = checklists.start(scope=scope)
        business = restored(BUSINESS)
        sheet = checklists.save_business(scope=scope, business=business, seen=sheet.business_version)
        answers = {each.id: value for each in sheet.asked[:20]}
        seen = {name: sheet.given[name].version if name in sheet.given else 0 for name in answers}
        checklists.save_all(
            scope=scope, business=business, answers=answers, seen=seen, facts_seen=sheet.business_version
        )
        return results.hand_in(scope=scope)


def told(action: str) -> list[dict[str, Any]]:
    rows = AuditRow.objects.filter(action=action).order_by("created_at")
    return [
        {"actor": row.actor, "organisation": row.organisation, "object": row.object_id, **json.loads(bytes(row.detail))}
        for row in rows
    ]


def test_what_was_handed_in_is_listed_read_and_fetched_and_each_reading_told(hanako: Scope) -> None:
    row = handed_in(hanako)
    token, key = secret(hanako)
    listed = call(key)
    assert listed.status_code == 200
    (head,) = listed.json()["items"]
    assert listed.json()["next"] is None
    assert (head["id"], head["number"], head["grade"], head["score"]) == (
        str(row.pk), row.number, row.grade or None, row.score,
    )  # fmt: skip

    whole = call(key, f"diagnoses/{head['id']}?lang=en").json()
    assert head.items() <= whole.items()
    stored = Result.within(hanako).get()
    frozen = results.content(stored)
    assert (whole["record"], whole["actions"]) == (frozen["record"], results.actions(stored))
    assert whole["actions"]
    assert whole["report"] == frozen["report"]["en"]
    assert whole["record"]["business"]["name"] == "見本商事"
    areas = json.loads(bytes(row.areas))
    assert {each["id"]: {"score": each["score"], "grade": each["grade"]} for each in whole["areas"]} == areas
    japanese = call(key, f"diagnoses/{head['id']}?lang=ja").json()
    assert japanese["report"] == frozen["report"]["ja"]
    assert [each["name"] for each in japanese["areas"]] != [each["name"] for each in whole["areas"]]

    report = call(key, f"diagnoses/{head['id']}/report.pdf?lang=en")
    assert report["Content-Type"] == "application/pdf"
    assert f'"sonae-{row.number}-en.pdf"' in report["Content-Disposition"]
    assert "no-store" in report["Cache-Control"]
    assert report.content == call(key, f"diagnoses/{head['id']}/report.pdf?lang=en").content
    assert len(PdfReader(BytesIO(report.content)).pages) > 3

    common = {"actor": hanako.user, "organisation": hanako.organisation, "token": str(token.pk)}
    assert told("result.listed") == [common | {"object": str(token.pk), "count": 1}]
    assert told("result.read") == [common | {"object": str(row.pk)}] * 2
    read = told("document.read_pdf")
    assert len(read) == 2
    assert all(each.items() >= common.items() and each["subject"] == str(row.pk) for each in read)


def test_the_pages_reading_names_no_token(client: Client, hanako: Scope) -> None:
    row = handed_in(hanako)
    client.force_login(_user(hanako))
    assert client.get(f"/my/{hanako.organisation}/results/{row.pk}").status_code == 200
    (read,) = told("result.read")
    assert "token" not in read


def test_the_list_goes_page_by_page_from_the_newest(hanako: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    made = []
    for number in range(3):
        monkeypatch.setattr(clock, "now", lambda number=number: start + timedelta(hours=number))
        made.append(str(handed_in(hanako, ("no", "partly", "yes")[number]).pk))
    _, key = secret(hanako)
    first = call(key, "diagnoses?limit=2").json()
    second = call(key, f"diagnoses?limit=2&cursor={first['next']}").json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


def test_nobody_reads_anothers_and_it_looks_as_if_it_were_not_there(there: Tree, hanako: Scope) -> None:
    own = handed_in(hanako)
    taro = acting(person("taro@example.jp"), "member", there.neighbour)
    others = handed_in(taro)
    _, key = secret(hanako)
    assert [each["id"] for each in call(key).json()["items"]] == [str(own.pk)]
    AuditRow.objects.all().delete()
    for end in ("", "/report.pdf"):
        missing = [call(key, f"diagnoses/{name}{end}") for name in (others.pk, uuid.uuid4(), "nonsense", "%00")]
        assert {each.status_code for each in missing} == {404}
        assert len({_without_its_number(each) for each in missing}) == 1
    assert not AuditRow.objects.exists()


def _without_its_number(answer: Any) -> tuple[bytes, str]:
    number = answer["X-Request-ID"]
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    return answer.content.replace(number.encode(), b"-"), json.dumps(headers).replace(number, "-")


def test_each_needs_its_scope_and_without_a_role_nothing_is_read(there: Tree, hanako: Scope) -> None:
    row = handed_in(hanako)
    (_, diagnoses), (_, reports) = secret(hanako, "diagnoses:read"), secret(hanako, "reports:read")
    addresses = ("diagnoses", f"diagnoses/{row.pk}", f"diagnoses/{row.pk}/report.pdf")
    assert [call(diagnoses, each).status_code for each in addresses] == [200, 200, 403]
    assert [call(reports, each).status_code for each in addresses] == [403, 403, 200]
    assert [Client().get(f"/api/v1/{each}").status_code for each in addresses] == [401, 401, 401]
    archived(there.member)
    assert call(diagnoses).status_code == 200
    for role in _user(hanako).roles.all():
        revoke_role(role=role.pk)
    assert [call(diagnoses, each).status_code for each in addresses] == [401, 401, 401]


@pytest.mark.parametrize("query", ["?lang=fr", "?limit=0", "?cursor=x"])
def test_what_is_asked_wrongly_is_refused(hanako: Scope, query: str) -> None:
    row = handed_in(hanako)
    _, key = secret(hanako)
    address = f"diagnoses/{row.pk}" if "lang" in query else "diagnoses"
    assert call(key, address + query).status_code == 422
    assert told("result.listed") == told("result.read") == []


def test_without_a_language_it_is_that_of_the_caller(hanako: Scope) -> None:
    row = handed_in(hanako)
    _, key = secret(hanako)
    names = [
        call(key, f"diagnoses/{row.pk}", **{"Accept-Language": lang}).json()["areas"][0]["name"]
        for lang in ("ja", "en")
    ]
    assert names[0] != names[1]
