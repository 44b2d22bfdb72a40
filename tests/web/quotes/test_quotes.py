"""A member's quotes: the plans side by side, a quote made and frozen, its paper, how long it is good, what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from sonae.problems import Refused, problem
from sonae.programmes import sale
from sonae_web.accounts.models import User
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import AuditRow, Document
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.words import words
from sonae_web.quotes import facts, services
from sonae_web.quotes.models import Quote
from tests.web.cast import Tree, acting, person, scope
from tests.web.declarations.cast import diagnosed as declare_diagnosed
from tests.web.declarations.cast import signed
from tests.web.quotes.cast import FORM, INCIDENT, JUNE, diagnosed, form, quote, row, told
from tests.web.test_members import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako(place: Tree) -> User:
    user = person()
    with unscoped("test"):
        acting(user, "member", place.member)
    return user


@pytest.fixture
def browser(client: Client, hanako: User) -> Client:
    client.force_login(hanako)
    return client


def test_a_member_goes_from_its_report_to_a_quote_on_paper(browser: Client, place: Tree, member: Scope) -> None:
    with declared(member):
        diagnosed(member)
    plans = browser.get(at("quote_plans", place.member)).content.decode()
    for text in ("プランの比較", "120,000,000", "4,500万円", "7か月", "告知書で評価Aを確認した場合", "半々の場合"):
        assert text in plans
    made = browser.post(at("quote_new", place.member), form(**FORM, plan="p5000", window="mid_term"))
    assert made.status_code == 302
    page = browser.get(made["Location"]).content.decode()
    for text in ("Q2027-000001", "団体割引", "× 0.8", "仮定", "2027年8月25日（水）", "2027年7月10日（土）"):
        assert text in page
    listed = browser.get(at("quotes", place.member)).content.decode()
    assert "Q2027-000001" in listed
    assert "見積もり済み" in listed
    paper = browser.get(made["Location"] + "quote.pdf")
    assert paper.content.startswith(b"%PDF")
    assert "no-store" in paper["Cache-Control"]
    assert browser.get(made["Location"] + "quote.pdf").content == paper.content
    assert "× 7 ÷ 12" in page
    with unscoped("test"):
        document = Document.objects.get(kind="quote")
    printed = str(sealed.get(document, "data"))
    assert "× 7 ÷ 12" in printed
    assert "0.5833" not in printed
    with unscoped("test"):
        assert Document.objects.get().kind == "quote"
        assert {"quote.made", "quote.read"} <= set(AuditRow.objects.values_list("action", flat=True))


def test_what_is_frozen_holds_request_steps_choice_and_the_plans_beside(member: Scope) -> None:
    with declared(member):
        diagnosed(member)
    made = quote(member)
    with declared(member):
        content = services.content(services.one(scope=member, quote=made.pk))
    assert content["quote"]["request"]["plan"] == {
        "liability_limit": 50_000_000, "cost_limit": 5_000_000, "deductible": 100_000,
    }  # fmt: skip
    assert [step["name"] for step in content["quote"]["steps"]][:3] == ["base", "sales", "limit"]
    assert content["choice"]["months"] == made.months == 7
    assert content["comparison"]["why"] in ("covers", "none")
    assert [len(plan["if_material"]) for plan in content["comparison"]["plans"]] == [4, 4, 4, 4]
    assert made.premium == services.premium_for(made, 7)
    assert made.premium == content["quote"]["premium"]


@pytest.mark.parametrize(
    ("day", "answer", "word", "factor"),
    [
        (datetime(2026, 11, 30, 14, 59, tzinfo=UTC), "yes", "with_no_discount", "1"),  # the day before the first
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), "yes", "with_declaration", "0.8"),
        (datetime(2026, 12, 1, 1, 0, tzinfo=UTC), "no", "with_no_discount", "1"),
    ],
)
def test_the_page_says_that_a_declaration_counts_only_where_the_tariff_takes_something_off(
    browser: Client, place: Tree, member: Scope, day: datetime, answer: str, word: str, factor: str
) -> None:
    with clock.stopped(day):
        with declared(member):
            declare_diagnosed(member, answer)
            signed(member)
            held = facts.credit(member)
        assert held is not None
        page = browser.post(at("quote_plans", place.member), form(**FORM)).content.decode()
        told_so = {
            each: words()(f"quotes.{each}", number=held.number, grade=held.grade or "—") in page
            for each in ("with_declaration", "with_no_discount")
        }
        assert told_so == {"with_declaration": False, "with_no_discount": False, word: True}
        with declared(member):
            kind = services.open_choices(clock.today())[0].kind
            made = services.make(scope=member, insured="見本商事", facts=told(), plan="p5000", kind=kind, credit=held)
        steps = {step["name"]: step["factor"] for step in services.content(made)["quote"]["steps"]}
        assert steps["declaration"] == factor


def test_without_a_diagnosis_the_plans_are_compared_on_the_flyers_leak_alone(browser: Client, place: Tree) -> None:
    page = browser.post(at("quote_plans", place.member), form(**FORM)).content.decode()
    assert "4,500万円" in page
    assert "リスク診断の結果がない" in page
    assert "半々の場合" not in page


@pytest.mark.parametrize("word", ["お勧め", "推奨", "おすすめ", "ecommend"])
def test_nothing_is_recommended_to_a_member(browser: Client, place: Tree, member: Scope, word: str) -> None:
    with declared(member):
        diagnosed(member)
    made = quote(member)
    for lang in ("ja", "en"):
        browser.cookies["django_language"] = lang
        for path in (at("quote_plans", place.member), at("quote", place.member, quote=made.pk)):
            assert word not in browser.get(path).content.decode()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"industry": "nothing"}, "industry"),
        ({"annual_sales": ""}, "annual_sales"),
        ({"persons_held": "many"}, "persons_held"),
        ({"recent_claims": "-1"}, "recent_claims"),
        ({"known_incident": ""}, "known_incident"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_made(
    browser: Client, place: Tree, changes: dict[str, str], fault: str
) -> None:
    answer = browser.post(at("quote_new", place.member), form(**{**FORM, **changes}, plan="p1000"))
    assert answer.status_code == 422
    assert f'href="#{fault}"' in answer.content.decode()
    with unscoped("test"):
        assert not Quote.objects.exists()


def test_sent_twice_one_quote_is_made(browser: Client, place: Tree) -> None:
    sent = form(**FORM, plan="p1000", window="mid_term")
    first, second = (browser.post(at("quote_new", place.member), sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    with unscoped("test"):
        assert Quote.objects.count() == 1


def test_a_known_incident_is_referred_and_not_usable(browser: Client, place: Tree, member: Scope) -> None:
    made = browser.post(at("quote_new", place.member), form(**INCIDENT, plan="p1000"))
    page = browser.get(made["Location"]).content.decode()
    assert "引受担当者が審査しています" in page
    assert "すでに知っている漏えい" in page
    with declared(member):
        assert services.usable(scope=member) == []


def test_a_declined_business_is_told_why_and_gets_no_price(browser: Client, place: Tree) -> None:
    page = browser.post(at("quote_plans", place.member), form(**{**FORM, "industry": "public"})).content.decode()
    assert "公務は、この制度の対象外です。" in page
    assert "見積書を作る" not in page


def test_a_quote_is_good_for_so_many_days_and_never_past_the_start(member: Scope) -> None:
    made = quote(member)
    assert made.expires_on == date(2027, 7, 10)
    with declared(member):
        assert [each.pk for each in services.usable(scope=member)] == [made.pk]
        with clock.stopped(JUNE + timedelta(days=30)):
            assert services.is_usable(made)
        with clock.stopped(JUNE + timedelta(days=31)):
            assert services.usable(scope=member) == []
    with clock.stopped(datetime(2027, 1, 31, 1, 0, tzinfo=UTC)):
        assert quote(member, kind="normal").expires_on == date(2027, 3, 2)


def test_in_december_the_member_chooses_between_two_years(browser: Client, place: Tree) -> None:
    with clock.stopped(datetime(2027, 12, 15, 1, 0, tzinfo=UTC)):
        page = browser.post(at("quote_plans", place.member), form(**FORM)).content.decode()
        assert "2028年度の通常加入" in page
        made = browser.post(at("quote_new", place.member), form(**FORM, plan="p1000", window="normal"))
        assert "12か月" in browser.get(made["Location"]).content.decode()


def test_another_members_quote_is_not_there(browser: Client, place: Tree) -> None:
    theirs = quote(scope("member", place.neighbour))
    assert browser.get(at("quote", place.member, quote=theirs.pk)).status_code == 404
    mine = scope("member", place.member)
    with declared(mine), pytest.raises(Http404):
        services.one(scope=mine, quote=theirs.pk)


def test_a_live_programme_without_what_it_needs_sells_nothing(
    browser: Client, place: Tree, member: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks = (problem("sale.insurers", "parties.yaml"), problem("sale.agents", "parties.yaml"))
    monkeypatch.setattr(sale, "missing", lambda *_: lacks)
    answer = browser.post(at("quote_new", place.member), form(**FORM, plan="p1000", window="mid_term"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "引受保険会社と引受割合が登録されていません" in page
    assert "40,000" not in page
    with declared(member), pytest.raises(Refused):
        services.make(scope=member, insured="見本", facts=told(), plan="p1000", kind="mid_term")


def test_the_agent_sees_a_quote_only_once_asked(browser: Client, place: Tree, member: Scope) -> None:
    made = quote(member)
    agent = scope("agent", place.prefecture)
    with declared(agent):
        assert services.asked_of_agent(agent) == []
    browser.post(at("quote_ask_agent", place.member, quote=made.pk))
    first = row(made.pk).asked_agent_at
    browser.post(at("quote_ask_agent", place.member, quote=made.pk))
    assert row(made.pk).asked_agent_at == first
    with declared(agent):
        assert [each.pk for each in services.asked_of_agent(agent)] == [made.pk]
    far: Any = scope("agent", place.other_prefecture)
    with declared(far):
        assert services.asked_of_agent(far) == []
