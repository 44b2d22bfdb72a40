"""The flyer's page: any year, both languages, with the right desk; its PDF; nothing of a live programme without approval."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from sonae.problems import Problem, Refused, problem
from sonae.programmes import load
from sonae_web.accounts.models import User
from sonae_web.ground import clock
from sonae_web.inquiries import desks, flyer
from tests.web.cast import Tree, scope

pytestmark = pytest.mark.django_db


def at(monkeypatch: pytest.MonkeyPatch, year: int, month: int, day: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(year, month, day, 3, tzinfo=UTC))


def desk(place: Any, office: str, name: str) -> None:
    made = scope("federation", place)
    desks.save(scope=made, office=office, name=name, phone="00-0000-0000", by=User.objects.get(pk=made.user))


def text(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200
    return page.content.decode()


def test_the_page_shows_the_year_that_can_be_joined_now(
    client: Client, place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 11, 23)
    assert "2026年度" in text(client, "/flyer/")
    at(monkeypatch, 2027, 1, 10)
    page = text(client, "/flyer/")
    assert "2027年3月25日午後4時〜2028年3月25日午後4時" in page
    at(monkeypatch, 2004, 6, 1)
    assert flyer.joinable(load("chuokai-leak")) == 2005
    at(monkeypatch, 2036, 6, 1)
    assert flyer.joinable(load("chuokai-leak")) == 2035


def test_the_flyer_of_2005_tells_what_it_told(client: Client, place: Tree) -> None:
    page = text(client, "/flyer/?year=2005")
    for fact in (
        "個人情報漏えい対策は万全ですか？",
        "460万件",
        "4,500万円",
        "約15万円",
        "03-3523-4906",
        "06-6947-4370",
        "賠償限度額",
    ):
        assert fact in page
    assert "申し込みの受付は終わっています" in page
    assert page.count("復元") >= 6


def test_a_federation_that_is_chosen_is_named_first_and_in_the_pdf(
    client: Client, place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 2026, 11, 23)
    desk(place.prefecture, "tokyo", "見本県の課")
    desk(place.national, "national", "全国の課")
    page = text(client, "/flyer/?year=2027&office=tokyo")
    assert page.index("見本県の課") < page.index("全国の課")
    assert "/flyer/2027.pdf?office=tokyo" in page
    assert "見本県の課" not in text(client, "/flyer/?year=2027")
    assert "全国の課" in text(client, "/flyer/?year=2027")
    assert "全国の課" not in text(client, "/flyer/?year=2005")
    assert client.get("/flyer/2027.pdf?office=tokyo").content.startswith(b"%PDF")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pdf_is_in_the_language_of_the_page(client: Client, place: Tree, language: str) -> None:
    client.post("/language", {"language": language, "next": "/flyer/"})
    answer = client.get("/flyer/2005.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="sonae-flyer-2005-{language}.pdf"'


@pytest.mark.parametrize("address", ["/flyer/2004.pdf", "/flyer/2036.pdf", "/flyer/2027.pdf?office=edo"])
def test_there_is_no_pdf_of_what_is_not_there(client: Client, place: Tree, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(("query", "field"), [("year=1999", "year"), ("year=two", "year"), ("office=edo", "office")])
def test_a_year_or_federation_that_is_not_there_is_a_fault(client: Client, place: Tree, query: str, field: str) -> None:
    page = client.get(f"/flyer/?{query}")
    assert page.status_code == 422
    assert set(page.context["faults"]) == {field}


@pytest.mark.parametrize(
    ("found", "status", "told"),
    [
        (problem("sale.approval", "approvals.yaml", document="flyer"), 409, "募集文書「flyer」の承認がありません"),
        (problem("flyer.contact", "contacts", year=2027), 404, "まだ公開していません"),
    ],
)
def test_what_may_not_be_published_is_not_shown(
    client: Client, place: Tree, monkeypatch: pytest.MonkeyPatch, found: Problem, status: int, told: str
) -> None:
    def refuse(*_: object) -> None:
        raise Refused([found])

    monkeypatch.setattr(flyer, "_built", refuse)
    monkeypatch.setattr(flyer, "_paper", refuse)
    for address in ("/flyer/", "/flyer/2027.pdf"):
        answer = client.get(address)
        assert answer.status_code == status
        assert told in answer.content.decode()


def test_every_page_leads_to_it(client: Client, place: Tree) -> None:
    assert 'href="/flyer/"' in text(client, "/")
    assert 'href="/inquiries/"' in text(client, "/privacy/")
