"""What is sent twice is done once: the first answer again, another content refused, two at once, nothing kept of a fault."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template import Context, Template
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import add_organisation
from sonae_web.ground import audit, clock, retention
from sonae_web.ground.idempotency import KeyMissing, KeyUsed, once, once_by_header
from sonae_web.ground.models import Answer, AuditRow
from tests.cast import codes
from tests.web.apart import at_once, prepare
from tests.web.cast import person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.test_idempotency")]
KEY, OTHER = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
BANK = "口座番号1234567"


@once
def add(request: HttpRequest) -> HttpResponseBase:
    """Adds an organisation; faulty, streamed or failing when the form says so."""
    if request.method == "GET":
        return TemplateResponse(request, "once.html")
    made = add_organisation(kind="national", name=request.POST["name"])
    for action in ("sample.read", "sample.read_pdf", "sample.listed", "sample.made", "sample.already"):
        audit.record(action=action, kind="sample", object_id=made.pk)
    match request.POST.get("how", ""):
        case "page":
            return HttpResponse(f"{made.pk} {BANK}", headers={"X-Made": str(made.pk)})
        case "template":
            return TemplateResponse(request, "once.html")
        case "stream":
            return StreamingHttpResponse([b"x"])
        case "raise":
            raise ZeroDivisionError
        case status if status.isdigit():
            return HttpResponse("no", status=int(status))
    return redirect(f"/made/{made.pk}")


urlpatterns = [path("add", add), path("also", add), path("", include("sonae_web.urls"))]


def send(client: Client, key: str = KEY, to: str = "/add", **fields: Any) -> Any:
    return client.post(to, {"name": "見本中央会", "once": key, **fields})


def made() -> int:
    return Organisation.objects.count()


def test_a_form_sent_twice_is_done_once_and_answered_alike(client: Client) -> None:
    first, second = send(client), send(client)
    assert (first.status_code, made()) == (302, 1)
    assert (second.status_code, second["Location"], second.content) == (302, first["Location"], b"")
    assert send(client, OTHER)["Location"] != first["Location"]
    assert made() == 2


def test_status_headers_and_body_are_kept_and_sealed(client: Client) -> None:
    first, second = send(client, how="page"), send(client, how="page")
    assert (second.content, second["X-Made"], second["Content-Type"]) == (
        first.content, first["X-Made"], first["Content-Type"],
    )  # fmt: skip
    (row,) = Answer.objects.all()
    for piece in (BANK, first["X-Made"], "見本中央会"):
        assert piece.encode() not in bytes(row.content)


def test_a_page_made_late_is_kept_too(client: Client) -> None:
    assert send(client, how="template").content == send(client, how="template").content != b""


def test_another_content_or_address_under_the_same_key_is_refused(client: Client) -> None:
    send(client)
    for fields in ({"name": "例示中央会"}, {"more": "1"}, {"to": "/also"}, {"to": "/add?x=1"}):
        refused = send(client, **fields)
        assert refused.status_code == 409
        assert "このフォームは送信済みです" in refused.content.decode()
    assert made() == 1
    assert send(client).status_code == 302


def test_the_token_of_the_form_is_not_its_content(client: Client) -> None:
    assert send(client, csrfmiddlewaretoken="a")["Location"] == send(client, csrfmiddlewaretoken="b")["Location"]


def test_a_file_is_content_by_its_bytes(client: Client) -> None:
    def sent(content: bytes, name: str = "a.txt") -> Any:
        return send(client, file=SimpleUploadedFile(name, content))

    first = sent(b"1")
    assert sent(b"1")["Location"] == first["Location"]
    assert (sent(b"2").status_code, sent(b"1", "b.txt").status_code, made()) == (409, 409, 1)


@pytest.mark.parametrize("key", ["", "1", "x" * 36, f"{{{KEY}}}", KEY.replace("-", ""), f"urn:uuid:{KEY}"])
def test_without_a_key_it_is_refused_with_a_page(client: Client, key: str) -> None:
    for refused in (send(client, key), client.post("/add", {"name": "見本中央会"})):
        assert refused.status_code == 400
        assert "送信を受け付けられませんでした" in refused.content.decode()
    assert (made(), Answer.objects.count()) == (0, 0)
    assert client.get("/add").status_code == 200


def test_of_a_faulty_form_the_log_keeps_what_was_read_and_nothing_of_what_was_done(client: Client) -> None:
    def logged(action: str) -> int:
        return AuditRow.objects.filter(action=f"sample.{action}").count()

    send(client, how="422")
    assert [logged(each) for each in ("read", "read_pdf", "listed", "made", "already")] == [1, 1, 1, 0, 0]
    send(client)
    send(client)
    assert [logged(each) for each in ("read", "read_pdf", "listed", "made", "already")] == [2, 2, 2, 1, 1]
    assert made() == 1
    assert audit.seal() >= 8


@pytest.mark.parametrize("status", ["400", "422", "500"])
def test_of_a_faulty_form_nothing_is_kept_and_corrected_it_is_done(client: Client, status: str) -> None:
    assert send(client, how=status).status_code == int(status)
    assert (made(), Answer.objects.count()) == (0, 0)
    assert send(client).status_code == 302
    assert made() == 1


@pytest.mark.parametrize(("how", "error"), [("raise", ZeroDivisionError), ("stream", TypeError)])
def test_of_what_fails_nothing_is_kept(client: Client, how: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        send(client, how=how)
    assert (made(), Answer.objects.count()) == (0, 0)


def test_another_persons_key_is_another_key(client: Client) -> None:
    places = set()
    for mail in ("", "hanako@example.jp", "taro@example.jp"):
        if mail:
            client.force_login(person(mail))
        places |= {send(client)["Location"], send(client)["Location"]}
    assert len(places) == made() == 3


def test_a_visitor_who_gets_a_session_with_the_answer_is_still_the_same(client: Client) -> None:
    first = send(client)
    client.session["begun"] = True
    assert send(client)["Location"] == first["Location"]


def test_the_tag_gives_each_form_a_fresh_key() -> None:
    def key() -> str:
        found = re.fullmatch(
            r'<input type="hidden" name="once" value="([0-9a-f-]{36})">',
            Template("{% load sonae %}{% once %}").render(Context()),
        )
        assert found
        return str(uuid.UUID(found[1]))

    assert key() != key()


def test_after_a_day_answers_are_erased(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    send(client)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=23))
    send(client, OTHER)
    retention.erase.func()
    assert Answer.objects.count() == 2
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=24, seconds=1))
    retention.erase.func()
    assert str(Answer.objects.get().key) == OTHER


# --- the API
def asked(body: bytes = b'{"a":1}', key: str = KEY) -> HttpRequest:
    return RequestFactory().post("/api", body, content_type="application/json", headers={"Idempotency-Key": key})


def answering() -> Callable[[], HttpResponse]:
    return lambda: JsonResponse({"id": str(add_organisation(kind="national", name="見本").pk)}, status=201)


def test_the_api_does_once_what_carries_its_header() -> None:
    actor = uuid.UUID(int=5)
    first, second = (once_by_header(asked(), actor, answering()) for _ in range(2))
    assert (second.status_code, second.content, second["Content-Type"]) == (201, first.content, "application/json")
    assert once_by_header(asked(), uuid.UUID(int=6), answering()).content != first.content
    with pytest.raises(KeyUsed) as used:
        once_by_header(asked(b'{"a":2}'), actor, answering())
    with pytest.raises(KeyMissing) as missing:
        once_by_header(asked(key="1"), actor, answering())
    assert [(each.value.status, codes(each.value.problems)) for each in (used, missing)] == [
        (409, {"once.used"}),
        (400, {"once.key"}),
    ]
    assert made() == 2


# --- two at once
@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_is_done_and_all_get_its_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    keys = [str(uuid.UUID(int=number)) for number in range(6)]
    done = at_once([lambda key=key: send(Client(), key)["Location"] for _ in range(6) for key in keys])  # type: ignore[misc]  # a default binds the turn of the loop
    assert all(isinstance(each, str) for each in done), done
    assert [len(set(done[start::6])) for start in range(6)] == [1] * 6
    assert at_once([made]) == [6]


@pytest.mark.django_db(transaction=True)
def test_of_two_contents_at_once_one_is_done_and_the_other_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)
    names = ("甲", "乙")
    for number in range(10):
        key = str(uuid.UUID(int=number))
        done = at_once([lambda name=name, key=key: send(Client(), key, name=name).status_code for name in names])  # type: ignore[misc]  # a default binds the turn of the loop
        assert sorted(done) == [302, 409]
    assert at_once([made]) == [10]
