"""The API answers what the command line prints, byte for byte; and says what there is in both languages."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from ninja import NinjaAPI, Router

from sonae.figures import LANGS
from sonae.programmes import read_file
from sonae_web.accounts.api import TokenAuth
from sonae_web.api import api, urls
from sonae_web.ground.api import Public, answer, make, marked, rules
from tests.cast import BUSINESSES, EXAMPLES, Shell

ROOT = "/api/v1/"
CLOSED_DAY = (
    '{"programme": "chuokai-leak", "on": "2027-04-01", "industry": "retail", "annual_sales": 1, "applied": "2004-12-09", '
    '"plan": {"liability_limit": 10000000, "cost_limit": 1000000, "deductible": 0}}'
)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)


def as_json(path: Path) -> str:
    return json.dumps(read_file(path).value, ensure_ascii=False)


def sent(client: Client, address: str, body: str) -> bytes:
    told = client.post(ROOT + address, body, content_type="application/json")
    assert (told.status_code, told["Content-Type"]) == (200, "application/json")
    return told.content


@pytest.mark.parametrize("name", BUSINESSES)
@pytest.mark.parametrize("lang", LANGS)
def test_a_diagnosis_is_the_command_lines_byte_for_byte(client: Client, shell: Shell, name: str, lang: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    ran = shell("diagnose", path, "--on", "2027-04-01", "--lang", lang, "--json")
    assert ran.code == 0
    assert sent(client, f"diagnose?on=2027-04-01&lang={lang}", as_json(path)) == ran.out.encode()


@pytest.mark.parametrize("name", BUSINESSES)
def test_a_loss_is_the_command_lines_byte_for_byte(client: Client, shell: Shell, name: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    ran = shell("loss", path, "--on", "2027-04-01", "--json")
    assert ran.code == 0
    assert sent(client, "loss?on=2027-04-01", as_json(path)) == ran.out.encode()


def test_an_estimate_and_a_potential_liability_are_the_command_lines(client: Client, shell: Shell) -> None:
    path = EXAMPLES / "flyer_leak.yaml"
    assert sent(client, "estimate", as_json(path)) == shell("estimate", path, "--json").out.encode()
    leak = '{"persons": 3000, "items": ["name", "address"], "response": 2}'
    assert sent(client, "jo", leak) == shell("jo", "-", "--json", stdin=leak).out.encode()


@pytest.mark.django_db
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("known", ["true", "false"])
def test_a_quote_is_the_command_lines_byte_for_byte(client: Client, shell: Shell, known: str, lang: str) -> None:
    asked = (
        '{"programme": "chuokai-leak", "on": "2027-04-01", "industry": "83", "annual_sales": 300000000, "plan": '
        f'{{"liability_limit": 50000000, "cost_limit": 5000000, "deductible": 100000}}, "known_incident": {known}}}'
    )
    ran = shell("quote", "-", "--lang", lang, "--json", stdin=asked)
    assert sent(client, f"quote?lang={lang}", asked).replace(b'"body:', b'"-:') == ran.out.encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("estimate", '{"persons": 0, "award": [], "awards": [{"claimants": "x"}]}'),
        ("jo", '{"persons": 3, "items": ["nme"]}'),
        ("diagnose", '{"programme": "chuokai-leak", "edition": "2027-01", "business": {}, "answers": {"x": "maybe"}}'),
        ("loss", '{"programme": "nope", "edition": 3, "business": [], "answers": []}'),
        ("quote", '{"programme": "chuokai-leak", "on": "2027-04-01", "industry": "x", "annual_sales": -1, "plan": 3}'),
        ("quote", CLOSED_DAY),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_refusals_are_the_command_lines_too(client: Client, shell: Shell, command: str, body: str, lang: str) -> None:
    told = client.post(ROOT + command, body, content_type="application/json", headers={"Accept-Language": lang})
    assert told.status_code == 422
    ran = shell(command, "-", "--lang", lang, "--json", stdin=body)
    assert ran.code == 1
    found = [each | {"at": each["at"].replace("body:", "-:", 1)} for each in told.json()["problems"]]
    assert found == ran.data["problems"]


def test_without_a_day_it_is_today_in_japan(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 6, 30, 15, 0, tzinfo=UTC))
    body = as_json(EXAMPLES / "clinic.yaml")
    assert json.loads(sent(client, "diagnose", body))["on"] == "2027-07-01"
    assert json.loads(sent(client, "loss", body))["on"] == "2027-07-01"


# --- what there is
def read(client: Client, address: str) -> Any:
    told = client.get(ROOT + address)
    assert told.status_code == 200
    return told.json()


def test_the_programmes_and_their_checklists_are_told(client: Client) -> None:
    (head,) = read(client, "programmes")["items"]
    assert (head["id"], head["status"]) == ("chuokai-leak", "sample")
    whole = read(client, f"programmes/{head['id']}?lang=en")
    assert [each["id"] for each in whole["plans"]] == ["p1000", "p3000", "p5000", "p10000"]
    assert {"id": "clinic", "name": "Clinics and doctors’ practices"} in whole["industries"]
    for edition in (each["edition"] for each in head["editions"]):
        japanese, english = (
            read(client, f"programmes/{head['id']}/checklists/{edition}?lang={lang}") for lang in LANGS
        )
        assert [each["id"] for each in japanese["questions"]] == [each["id"] for each in english["questions"]]
        assert all(each["question"] and each["why"] and each["unsure"] for each in english["questions"])
        assert japanese["questions"][0]["question"] != english["questions"][0]["question"]
    assert any(each["ask_if"] for each in japanese["questions"])
    assert {"answers", "areas", "status"} <= set(japanese)


def test_what_the_checklist_allows_is_what_diagnose_takes(client: Client) -> None:
    """An answer file made from what the API tells alone is accepted."""
    whole = read(client, "programmes/chuokai-leak")
    checklist = read(client, "programmes/chuokai-leak/checklists/2027-01")
    body = {
        "programme": whole["id"],
        "edition": checklist["edition"],
        "business": {
            "name": "見本商事", "industry": whole["industries"][0]["id"], "employees": 200, "persons_held": 9000,
            "information": [each["id"] for each in whole["information"]], "media": [each["id"] for each in whole["media"]],
            "uses": [each["id"] for each in whole["uses"]], "on_consignment": True,
        },
        "answers": {each["id"]: each["answers"][-1] for each in checklist["questions"]},
    }  # fmt: skip
    found = json.loads(sent(client, "diagnose?on=2027-04-01", json.dumps(body)))
    assert set(found["answers"]) | set(found["ignored"]) == set(body["answers"])


# --- who may call what
def test_every_address_of_the_api_names_its_rule(client: Client) -> None:
    assert rules(api)["diagnose"] == {"POST": "public"}
    assert rules(api)["token"] == {"GET": "token"}
    assert [pattern.name for pattern in urls[0] if not pattern.callback.rules] == ["api-root"]  # which opens nothing
    needs_token = {name for name, by_method in rules(api).items() if set(by_method.values()) != {"public"}}
    schema = client.get(ROOT + "openapi.json").json()
    secured = {
        operation["operationId"]
        for methods in schema["paths"].values()
        for operation in methods.values()
        if operation.get("security")
    }
    assert needs_token == secured == {"token", "diagnoses", "diagnosis", "report", "applications", "application"}


def test_an_operation_without_a_rule_lets_nobody_in_and_does_not_start() -> None:
    without = make("x", "")

    @without.get("open")
    def opened(request: HttpRequest) -> Any:
        return answer({})

    with pytest.raises(Exception, match="names no rule"):
        marked(without)
    callbacks = without._get_bound_routers()[0].path_operations["open"].operations[0].auth_callbacks
    assert [each(HttpRequest()) for each in callbacks] == [None]


def test_two_operations_of_one_name_do_not_start() -> None:
    made = make("x", "")
    for address in ("a", "b"):

        @made.get(address, auth=Public(1))
        def same(request: HttpRequest) -> Any:
            return answer({})

    with pytest.raises(Exception, match="are called same"):
        rules(made)


def test_a_rule_names_its_scope() -> None:
    router = Router()

    @router.get("x", auth=TokenAuth("diagnoses:read"))
    def one(request: HttpRequest) -> Any:
        return answer({})

    @router.post("x", auth=Public(1))
    def other(request: HttpRequest) -> Any:
        return answer({})

    made: NinjaAPI = make("x", "")
    made.add_router("", router)
    assert rules(made) == {"one": {"GET": "diagnoses:read"}, "other": {"POST": "public"}}
    with pytest.raises(ValueError, match="no token"):
        TokenAuth("everything")
