"""Whatever is sent, the API answers with a result or with problem details, never with a fault of ours.

A few hundred cases in every run, above 100,000 in the soak run; how many ran is printed at the end.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonae.programmes import read_file
from sonae_web.accounts.api import tries
from sonae_web.api import api
from sonae_web.ground.api import ROOT, allowances
from sonae_web.reference import ANSWERS, LEAK, QUOTE, SCENARIO
from sonae_web.wsgi import application
from tests.cast import EXAMPLES

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
FEW, MANY = 60, 27_000
"""Cases of each computation: in every run, in the soak run."""
OPERATIONS = ("diagnose", "estimate", "jo", "loss", "quote")
WHOLE = {
    "diagnose": [ANSWERS, read_file(EXAMPLES / "clinic.yaml").value],
    "estimate": [SCENARIO],
    "jo": [LEAK, {"persons": 5, "items": {"x": 3, "y": 2, "identifiability": 6}}],
    "loss": [ANSWERS, read_file(EXAMPLES / "rental.yaml").value],
    "quote": [QUOTE],
}
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["yes", "na", "retail", "2027-01", "2004-12", "chuokai-leak", "0.9", "1e5", "=1+1", "\u202e", "\ud800", "🙂"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12
)  # fmt: skip
QUERIES = st.sampled_from(
    ["", "on=2027-04-01", "on=2005-03-31", "on=0001-01-01", "on=9999-12-31", "lang=en", "lang=", "on=", "on=x&on=y", "%ff=%00"]
) | st.text(max_size=12).map(lambda text: "on=" + quote(text, errors="replace"))  # fmt: skip
LANGUAGES = st.sampled_from(["", "en", "ja", "en;q=0", "*"]) | st.text(
    st.characters(min_codepoint=32, max_codepoint=126), max_size=20
)


@pytest.fixture(scope="module")
def ran(request: pytest.FixtureRequest) -> Iterator[Counter[int]]:
    """How many cases ended with which status; told at the end."""
    statuses: Counter[int] = Counter()
    yield statuses
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nAPI fuzz: {statuses.total():,} cases, by status {dict(sorted(statuses.items()))}")  # noqa: T201
    assert statuses.total() > 0


def places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield where
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*where, key))


@st.composite
def bodies(draw: st.DrawFn, operation: str) -> bytes:
    """A sound document with a few places changed; its text damaged; or anything at all."""
    kind = draw(st.sampled_from(["changed", "changed", "changed", "damaged", "json", "bytes"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "json":
        return json.dumps(draw(VALUES)).encode()
    whole = json.loads(json.dumps(draw(st.sampled_from(WHOLE[operation]))))
    for _ in range(draw(st.integers(0, 4))):
        where = draw(st.sampled_from(list(places(whole))))
        if not where:
            continue
        container = whole
        for key in where[:-1]:
            container = container[key]
        if draw(st.booleans()):
            container[where[-1]] = draw(VALUES)
        elif isinstance(container, dict):
            container[draw(st.text(max_size=8))] = container.pop(where[-1])
        else:
            container.pop(where[-1])
    text = json.dumps(whole, ensure_ascii=draw(st.booleans())).encode(errors="replace")
    if kind == "damaged":
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.binary(max_size=6)) + text[start + draw(st.integers(0, 12)) :]
    return text


def sound(answer: Any, ran: Counter[int]) -> None:
    """Whether an answer is a result or problem details, and not our fault."""
    ran[answer.status_code] += 1
    assert answer.status_code < 500, answer.content
    body = json.loads(answer.content)
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert body["status"] == answer.status_code
        assert body["problems"]
        assert all(each["code"] and each["at"] and each["found"] and each["fix"] for each in body["problems"])
    else:
        assert answer.status_code == 200


def full() -> None:
    for allowance in (*allowances(api), tries):
        allowance._left.clear()


def fuzz(operation: str, cases: int, ran: Counter[int]) -> None:
    client = Client(raise_request_exception=False)

    @settings(max_examples=cases, deadline=None, suppress_health_check=list(HealthCheck))
    @given(body=bodies(operation), query=QUERIES, wanted=LANGUAGES)
    def run(body: bytes, query: str, wanted: str) -> None:
        full()
        address = f"{ROOT}{operation}?{query}"
        headers = {"Accept-Language": wanted}
        sound(client.post(address, body, content_type="application/json", headers=headers), ran)

    run()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_body_is_a_fault_of_ours(operation: str, ran: Counter[int]) -> None:
    fuzz(operation, FEW, ran)


@pytest.mark.soak
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_body_of_very_many_is_a_fault_of_ours(operation: str, ran: Counter[int]) -> None:
    fuzz(operation, MANY, ran)


@settings(max_examples=FEW, deadline=None)
@given(
    address=st.text(max_size=30) | st.sampled_from(["programmes/chuokai-leak/checklists/", "token", "openapi.json", "docs"]),
    tail=st.text(max_size=10),
    method=st.sampled_from(["get", "post", "put", "delete", "head", "options"]),
    secret=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=70),
    media_type=st.sampled_from(["application/json", "text/plain", "application/json; charset=x", ";", ""]),
)  # fmt: skip
def test_no_address_method_or_header_is_a_fault_of_ours(
    ran: Counter[int], address: str, tail: str, method: str, secret: str, media_type: str
) -> None:
    full()
    client = Client(raise_request_exception=False)
    where = ROOT + quote(address + tail, errors="replace")
    answer = client.generic(
        method.upper(), where, b"{}", content_type=media_type, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code < 500
    ran[answer.status_code] += 1
    assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json"


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@schema.parametrize()
@settings(max_examples=FEW // 4, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_the_description_allows_is_no_fault_of_ours(case: Any, ran: Counter[int]) -> None:
    full()
    answer = case.call()
    ran[answer.status_code] += 1
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == ["application/problem+json"]
