"""Faults of the API: problem details with the library's codes, in the caller's language, whatever was sent; no cookies."""

import json
import logging
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from sonae import contract
from sonae.figures import LANGS
from sonae_web import api as whole
from sonae_web.ground.api import allowances
from sonae_web.ground.logs import Json
from sonae_web.ground.problems import KINDS

ROOT = "/api/v1/"
JSON = "application/json"


def told(answer: Any, status: int, kind: str, code: str) -> dict[str, Any]:
    """The problem details of an answer, checked whole."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert list(found) == ["type", "title", "status", "detail", "instance", "problems"]
    assert found["type"] == f"/api/#{kind}"
    assert found["status"] == status
    assert found["instance"] == answer["X-Request-ID"]
    assert found["title"]
    assert found["detail"]
    assert code in [each["code"] for each in found["problems"]]
    for each in found["problems"]:
        assert list(each) == ["code", "at", "found", "fix"]
        assert all(each.values())
    return found


def post(client: Client, body: bytes | str, address: str = "estimate", **options: Any) -> Any:
    return client.post(ROOT + address, body, content_type=options.pop("content_type", JSON), **options)


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        (b" ", 400, "unreadable", "request.not_json"),
        (b"{", 400, "unreadable", "request.not_json"),
        (b"persons: 3", 400, "unreadable", "request.not_json"),
        (b'{"persons": NaN}', 400, "unreadable", "request.not_json"),
        (b"[" * 900_000, 400, "unreadable", "yaml.too_complex"),
        (b"[" * 40 + b"]" * 40, 422, "refused", "yaml.too_complex"),
        (b'{"persons": ' + b"9" * 5000 + b"}", 422, "refused", "value.not_integer"),
        (b'{"persons": 1, "persons": 2}', 422, "refused", "yaml.duplicate_key"),
        (b"\xff\xfe{}", 422, "refused", "file.not_utf8"),
        (b'{"persons": "\\u202e"}', 422, "refused", "text.forbidden_character"),
        (b"{}", 422, "refused", "field.missing"),
        (b"[]", 422, "refused", "value.not_mapping"),
        (b"null", 422, "refused", "value.not_mapping"),
        (b" " * 1_000_001, 413, "too_large", "file.too_large"),
    ],
)  # fmt: skip
def test_a_body_that_is_not_taken_is_told_why(client: Client, body: bytes, status: int, kind: str, code: str) -> None:
    told(post(client, body), status, kind, code)


def test_a_body_of_the_greatest_size_is_taken(client: Client) -> None:
    body = b'{"persons": 3000}'
    assert post(client, body.ljust(1_000_000)).status_code == 200


def test_a_place_is_told_by_line_column_and_path(client: Client) -> None:
    body = '{\n\t"persons": 3,\n\t"awards": [{"claimants": 1, "yen_each": "x"}]\n}'
    found = told(post(client, body), 422, "refused", "value.not_integer")
    assert found["problems"][0]["at"].endswith("awards[0].yen_each")
    assert found["problems"][0]["at"].startswith("body:3:")
    found = told(post(client, '{"persons": 3,\n "awards": ]}'), 400, "unreadable", "request.not_json")
    assert found["problems"][0]["at"] == "body:2:12"


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_is_not_marked_as_json_is_not_taken(client: Client, media_type: str) -> None:
    told(post(client, '{"persons": 3}', content_type=media_type), 415, "media_type", "request.media_type")


@pytest.mark.parametrize(
    ("address", "code"),
    [("diagnose?on=tomorrow", "value.not_date"), ("loss?on=2027-02-30", "value.not_date"), ("loss?on=20270401", "value.not_date"),
     ("diagnose?lang=fr", "value.not_allowed"), ("diagnose?on=0001-01-01", "field.missing")],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_told(client: Client, address: str, code: str) -> None:
    told(post(client, "{}", address), 422, "refused", code)


def test_an_address_or_a_method_that_is_not_there_is_told(client: Client) -> None:
    for address in (
        "",
        "nonsense",
        "programmes/none",
        "programmes/chuokai-leak/checklists/1999",
        "programmes/",
        "x/../y",
    ):
        told(client.get(ROOT + address), 404, "missing", "request.missing")
    told(client.post(ROOT + "nonsense", "{}", content_type=JSON), 404, "missing", "request.missing")
    for method in ("put", "patch", "delete", "options", "get"):
        answer = getattr(client, method)(ROOT + "estimate")
        told(answer, 405, "method", "request.method")
        assert answer["Allow"] == "POST"
    told(
        client.get(ROOT + "programmes", headers={"Host": "elsewhere.example"}), 400, "unreadable", "request.unreadable"
    )


def test_a_fault_of_ours_is_told_without_its_words_and_logged_by_its_place(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("見本商事の口座")

    monkeypatch.setattr(contract, "estimate", fail)
    answer = post(client, '{"persons": 3}')
    told(answer, 500, "failed", "request.failed")
    assert "見本" not in answer.content.decode()
    lines = [Json().format(each) for each in caplog.records]
    assert any('"exception": "ValueError"' in line for line in lines)
    assert not any("見本" in line for line in lines)


def test_beyond_the_limit_an_address_waits_and_others_do_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in allowances(whole.api):
        monkeypatch.setattr(each, "an_hour", 2)
    answers = [client.get(ROOT + "programmes", REMOTE_ADDR="192.0.2.7") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    found = told(answers[2], 429, "too_many", "request.too_many")
    assert answers[2]["Retry-After"] in found["problems"][0]["fix"]
    assert client.get(ROOT + "programmes", REMOTE_ADDR="192.0.2.8").status_code == 200
    assert client.get(ROOT + "programmes/chuokai-leak", REMOTE_ADDR="192.0.2.7").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [("", "ja"), ("ja", "ja"), ("en", "en"), ("en-GB,ja;q=0.5", "en"), ("fr, en;q=0.2, ja;q=0.9", "ja"), ("fr", "ja"),
     ("*", "ja"), ("en;q=x", "ja"), ("," * 10_000, "ja"), ("EN", "en")],
)  # fmt: skip
def test_problems_are_told_in_the_language_of_accept_language(client: Client, wanted: str, lang: str) -> None:
    titles = {"ja": "入力に問題があります", "en": "The input is refused"}
    answer = post(client, "{}", headers={"Accept-Language": wanted})
    assert told(answer, 422, "refused", "field.missing")["title"] == titles[lang]
    assert answer["Content-Language"] == lang


def test_cookies_are_neither_read_nor_set_and_other_sites_are_not_let_in(client: Client) -> None:
    client.post("/language", {"language": "en", "next": "/"})
    assert client.cookies
    client.cookies["sessionid"] = "x" * 32
    for answer in (post(client, "{}"), client.get(ROOT + "programmes"), client.get(ROOT + "none")):
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer["Cache-Control"] == "no-store"
    assert "入力" in post(client, "{}").content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, '{"persons": 3}', headers={"Origin": "https://elsewhere.example"}).status_code == 200


def test_no_body_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post(client, '{"persons": "目印の言葉"}', "estimate?x=目印の言葉")
    assert caplog.records
    assert not any("目印" in Json().format(each) for each in caplog.records)


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_leads_to_its_place_on_the_reference_page(client: Client, lang: str) -> None:
    client.post("/language", {"language": lang, "next": "/"})
    page: HttpResponse = client.get("/api/")  # type: ignore[assignment]  # the test client answers with what the view returned
    for kind in KINDS.values():
        assert page.content.decode().count(f'id="{kind}"') == 1
