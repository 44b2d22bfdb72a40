"""How often one address may do what costs: a bucket an address, refilled by the clock, told in words when empty."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from sonae_web.diagnosis import views
from sonae_web.ground import limits
from sonae_web.ground.limits import Allowance


def test_a_bucket_is_emptied_and_refilled_evenly() -> None:
    bucket = Allowance(6)
    assert [bucket.take("a", 0.0) for _ in range(7)] == [True] * 6 + [False]
    assert bucket.take("b", 0.0)
    assert not bucket.take("a", 599.0)
    assert bucket.take("a", 600.0)
    assert not bucket.take("a", 601.0)
    assert [bucket.take("a", 1e6) for _ in range(7)] == [True] * 6 + [False]


def test_addresses_are_forgotten_beyond_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ADDRESSES", 10)
    bucket = Allowance(1)
    for number in range(50):
        assert bucket.take(str(number), 0.0)
    assert len(bucket._left) == 10
    assert not bucket.take("49", 0.0)


@pytest.mark.django_db
def test_beyond_it_a_visitor_is_told_to_come_back_and_others_are_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.begin.allowance, "an_hour", 2)  # type: ignore[attr-defined]  # set by its decorator
    facts = {"industry": "retail", "employees": "5", "persons_held": "800"}
    answers = [client.post("/quick/", facts, REMOTE_ADDR="192.0.2.7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "しばらく時間をおいてください" in answers[2].content.decode()
    assert int(answers[2]["Retry-After"]) > 0
    assert client.get("/quick/", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.post("/quick/", facts, REMOTE_ADDR="192.0.2.8").status_code == 302


def test_an_address_is_taken_from_our_proxy_alone(rf: RequestFactory, settings: Any) -> None:
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.4"})
    assert limits.address_of(request) == "192.0.2.1"
    settings.PROXY = True
    assert limits.address_of(request) == "198.51.100.4"
    assert limits.address_of(rf.get("/", REMOTE_ADDR="192.0.2.1")) == "192.0.2.1"
