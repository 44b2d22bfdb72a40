"""The API's reference page: every operation worked through as it answers now, in both languages, under the strict policy."""

import html
import re
import shlex
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from sonae.figures import LANGS
from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import grant_role
from sonae_web.accounts.tokens import issue_token
from sonae_web.api import api
from sonae_web.diagnosis.models import Checklist, Result
from sonae_web.ground import clock
from sonae_web.ground.api import rules
from sonae_web.ground.scope import unscoped
from sonae_web.reference import EXAMPLES, LINES, MADE, ORGANISATION, TOKEN, application, sample
from tests.web.cast import person, tree

pytestmark = pytest.mark.django_db
FROZEN = [field.attname for field in Result._meta.concrete_fields if field.attname != "checklist_id"]


def shown(client: Client, lang: str) -> str:
    client.post("/language", {"language": lang, "next": "/"})
    page = client.get("/api/")
    assert page.status_code == 200
    return page.content.decode()


def blocks(text: str, name: str) -> list[str]:
    found = re.findall(rf'<pre class="code {name}"[^>]*><code>(.*?)</code></pre>', text, flags=re.DOTALL)
    return [html.unescape(each) for each in found]


def sample_secret() -> str:
    """The secret of a token like the page's sample, in an organisation like the sample."""
    association = tree().association
    path = bytes(association.path) + ORGANISATION.pk.bytes
    business = Organisation(pk=ORGANISATION.pk, kind="member", name=ORGANISATION.name, parent=association, path=path)
    business.save(force_insert=True)
    role = grant_role(user=person(), organisation=Organisation.objects.get(pk=ORGANISATION.pk), role="member")
    with unscoped("test"):
        sheet = Checklist.objects.create(
            tenant=ORGANISATION.pk, edition="2027-01", year=2028, started_at=MADE, changed_at=MADE, handed_in_at=MADE,
            content=b"",
        )  # fmt: skip
        row = sample()
        Result(**{name: getattr(row, name) for name in FROZEN}, checklist=sheet).save(force_insert=True)
        made = application()
        made.insured, made.started_at = ORGANISATION.name, MADE
        made.save(force_insert=True)
        application.cache_clear()
    days = (TOKEN.expires_at - TOKEN.created_at).days
    return issue_token(user=role.user, role=role.pk, name=TOKEN.name, scopes=TOKEN.scopes.split(), days=days)[1]


@pytest.mark.parametrize("lang", LANGS)
def test_every_example_answers_as_the_page_shows(client: Client, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 4, 1, 1, 0, tzinfo=UTC))
    text, secret = shown(client, lang), sample_secret()
    requests, answers = blocks(text, "request"), blocks(text, "answer")
    assert len(requests) == len(answers) == len(EXAMPLES)
    for request, answer in zip(requests, answers, strict=True):
        told = typed(client, request, secret)
        assert told.status_code == 200, request
        lines = headers(told) if told["Content-Type"] == "application/pdf" else told.content.decode().splitlines()
        assert answer.splitlines() == ([*lines[:LINES], "…"] if len(lines) > LINES else lines)


def headers(told: Any) -> list[str]:
    """What the page shows of a file."""
    assert told.content.startswith(b"%PDF-")
    return [f"{name}: {told[name]}" for name in ("Content-Type", "Content-Disposition")]


def typed(client: Client, command: str, secret: str) -> Any:
    """What a curl command of the page gets."""
    program, address, *options = shlex.split(command.replace("\\\n", " "))
    assert program == "curl"
    assert address.startswith("https://…/api/v1/")
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
    if "Authorization" in headers:
        assert headers["Authorization"] == "Bearer sonae_…"
        headers["Authorization"] = f"Bearer {secret}"
    path, bodies = address.removeprefix("https://…"), [value for name, value in given if name == "-d"]
    if not bodies:
        return client.get(path, headers=headers)
    return client.post(path, bodies[0], content_type=headers["Content-Type"])


def test_every_operation_has_an_example_and_stands_on_the_page(client: Client) -> None:
    text = shown(client, "ja")
    assert set(EXAMPLES) == set(rules(api))
    schema = client.get("/api/v1/openapi.json").json()
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {address}</code>" in text
            assert f'id="do-{operation["operationId"]}"' in text


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_in_its_language_and_passes_the_policy(client: Client, lang: str) -> None:
    text = shown(client, lang)
    assert f'<html lang="{lang}">' in text
    assert "style=" not in text
    assert "<script" not in text
    words = re.sub(r"<pre.*?</pre>|<button.*?</button>|value=\"[^\"]*\"", "", text, flags=re.DOTALL)
    if lang == "en":
        assert re.findall(r"[぀-ヿ一-鿿]+", words) == []
    for anchor in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{anchor}"' in text
