"""The member's pages as its browser sends and sees them."""

import base64
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sonae.checklist import load_edition
from sonae_web.accounts.kept import KEY
from sonae_web.accounts.models import Organisation, User
from sonae_web.diagnosis import services
from sonae_web.diagnosis.models import Checklist, Result
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.words import words
from tests.web.cast import Tree, acting, archived, person, scope

FACTS = {
    "name": "見本商事", "industry": "retail", "employees": "１２人", "persons_held": "3,000", "annual_sales": "1.2億",
    "information": ["name", "address", "medical_history"], "media": ["paper", "pc"], "uses": ["website"],
    "on_consignment": "no", "seen": "0",
}  # fmt: skip
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


def at(page: str, organisation: Organisation, **values: object) -> str:
    return reverse(page, kwargs={"organisation": organisation.pk, **values})


def fill(browser: Client, place: Tree, value: str = "yes") -> int:
    """Answer every question through its page; return how many."""
    browser.post(at("checklist_start", place.member))
    following = browser.post(at("checklist_facts", place.member), FACTS)["Location"]
    number = 0
    while "/questions/" in following:
        following = browser.post(following, {"answer": value, "seen": "0"})["Location"]
        number += 1
    return number


def test_a_member_goes_from_its_home_to_the_report(browser: Client, place: Tree) -> None:
    assert browser.get("/home")["Location"] == at("business", place.member)
    home = browser.get(at("business", place.member)).content.decode()
    assert "診断を始める" in home
    assert "まだ結果はありません" in home
    assert fill(browser, place) > 50
    overview = browser.get(at("checklist", place.member)).content.decode()
    assert "1.2億円" in overview or "1億2,000万円" in overview
    assert "未回答" not in overview.replace("（未回答）", "")
    assert "診断を提出" in browser.get(at("checklist_hand_in", place.member)).content.decode()
    result = browser.post(at("checklist_hand_in", place.member))["Location"]
    page = browser.get(result).content.decode()
    for text in ("見本商事の診断結果", "総合評価", "漏えいが起きたときの損害", "分野ごとのコメント"):
        assert text in page
    report = browser.get(result + "/report.pdf")
    assert report.content.startswith(b"%PDF")
    assert "no-store" in report["Cache-Control"]
    assert browser.post(at("checklist_hand_in", place.member))["Location"] == result
    listed = browser.get(at("results", place.member)).content.decode()
    assert result in listed


def test_every_page_speaks_english_too(browser: Client, place: Tree) -> None:
    browser.cookies["django_language"] = "en"
    fill(browser, place, "no")
    for page in ("business", "checklist", "checklist_facts", "checklist_hand_in", "results"):
        assert "診断" not in browser.get(at(page, place.member)).content.decode().replace("日本語", "")
    result = browser.post(at("checklist_hand_in", place.member))["Location"]
    assert "Result of 見本商事" in browser.get(result).content.decode()


def test_faults_of_the_facts_stand_at_their_fields_and_nothing_is_saved(browser: Client, place: Tree) -> None:
    browser.post(at("checklist_start", place.member))
    wrong = {**FACTS, "employees": "たくさん", "industry": "x", "annual_sales": "-1", "information": [], "name": ""}
    answer = browser.post(at("checklist_facts", place.member), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    for field in ("name", "industry", "employees", "annual_sales", "information"):
        assert f'href="#{field}"' in page
        assert f'id="{field}-e"' in page
    assert 'value="たくさん"' in page
    nowhere = browser.post(at("checklist_facts", place.member), {**FACTS, "media": []}).content.decode()
    assert 'id="media-e"' in nowhere
    assert browser.get(at("checklist_question", place.member, question="policy.published"))["Location"] == at(
        "checklist_facts", place.member
    )


def test_a_question_without_an_answer_says_so_and_later_skips_it(browser: Client, place: Tree) -> None:
    browser.post(at("checklist_start", place.member))
    first = browser.post(at("checklist_facts", place.member), FACTS)["Location"]
    answer = browser.post(first, {"seen": "0"})
    assert answer.status_code == 422
    assert "問1の答えが選ばれていません" in answer.content.decode()
    assert "あとで答える" in answer.content.decode()
    assert browser.get(first.replace("policy.published", "policy.nothing")).status_code == 404


def test_who_comes_second_sees_both_answers(browser: Client, place: Tree) -> None:
    browser.post(at("checklist_start", place.member))
    first = browser.post(at("checklist_facts", place.member), FACTS)["Location"]
    jiro = person("jiro@example.jp")
    with unscoped("test"):
        acting(jiro, "member", place.member)
    other = Client()
    other.force_login(jiro)
    other.post(first, {"answer": "yes", "seen": "0"})
    answer = browser.post(first, {"answer": "no", "seen": "0"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "保存されている答え：はい（jiro@example.jp" in page
    assert "選んだ答え：いいえ" in page
    assert 'name="seen" value="1"' in page
    assert browser.post(first, {"answer": "no", "seen": "1"}).status_code == 302
    assert browser.post(first, {"answer": "yes", "seen": "x"}).status_code == 409
    changed = browser.post(at("checklist_facts", place.member), {**FACTS, "employees": "99"})
    assert changed.status_code == 409
    assert "ほかの方が先に変更しました" in changed.content.decode()


def test_strangers_get_what_anybody_gets_of_a_page_that_is_not_there(
    client: Client, browser: Client, place: Tree
) -> None:
    fill(browser, place)
    result = browser.post(at("checklist_hand_in", place.member))["Location"]
    own = result.rpartition("/")[2]
    stranger = Client()
    assert stranger.get(result)["Location"].startswith("/account/login/")
    taro = person("taro@example.jp")
    with unscoped("test"):
        acting(taro, "member", place.neighbour)
    stranger.force_login(taro)
    missing = stranger.get(at("result", place.neighbour, result=uuid4()))
    for address in (
        result,
        result + "/report.pdf",
        at("result", place.neighbour, result=own),
        at("business", place.member),
        reverse("business", kwargs={"organisation": uuid4()}),
    ):
        found = stranger.get(address)
        assert (found.status_code, found.content) == (404, missing.content), address


def test_a_clerk_reaches_no_members_page(client: Client, place: Tree) -> None:
    clerk = person("clerk@example.jp")
    with unscoped("test"):
        acting(clerk, "association", place.association)
    client.force_login(clerk)
    for organisation in (place.member, place.association):
        assert client.get(at("business", organisation)).status_code == 404


def test_in_an_archived_organisation_everything_can_be_read_and_nothing_changed(browser: Client, place: Tree) -> None:
    fill(browser, place)
    result = browser.post(at("checklist_hand_in", place.member))["Location"]
    with unscoped("test"):
        archived(place.member)
    assert browser.get(result).status_code == 200
    assert browser.post(at("checklist_start", place.member)).status_code == 409
    with declared(scope_of_member(place)) as found:
        assert Checklist.within(found).filter(handed_in_at=None).count() == 0
        assert Result.within(found).count() == 1


def scope_of_member(place: Tree) -> Scope:
    place.member.state = Organisation.State.ACTIVE
    place.member.save(update_fields=["state"])
    return scope("member", place.member)


def test_without_a_checklist_its_pages_lead_home(browser: Client, place: Tree) -> None:
    for page in ("checklist", "checklist_facts", "checklist_hand_in"):
        assert browser.get(at(page, place.member))["Location"] == at("business", place.member)
    assert browser.post(at("checklist_hand_in", place.member))["Location"] == at("business", place.member)


def test_the_overview_asks_the_database_no_more_for_more_questions(
    browser: Client, place: Tree, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    fill(browser, place)
    with django_assert_max_num_queries(8):
        assert browser.get(at("checklist", place.member)).status_code == 200


def test_what_was_typed_outlives_the_end_of_a_session(browser: Client, place: Tree, hanako: User) -> None:
    browser.post(at("checklist_start", place.member))
    facts = at("checklist_facts", place.member)
    browser.logout()
    sign_in = browser.post(facts, {**FACTS, "name": "残る名前"})["Location"]
    assert sign_in.endswith(f"?next={facts}")
    browser.force_login(hanako)
    shown = browser.get(facts).content.decode()
    assert "まだ保存していません" in shown
    assert 'value="残る名前"' in shown
    assert "入力内容を確認してください" not in shown
    again = browser.get(facts).content.decode()
    assert "まだ保存していません" not in again
    assert "残る名前" not in again
    question = browser.post(facts, FACTS)["Location"]
    browser.logout()
    browser.post(question, {"answer": "partly", "seen": "0"})
    other = at("checklist_question", place.member, question="policy.purpose")
    browser.force_login(hanako)
    assert "まだ保存していません" not in browser.get(other).content.decode()
    shown = browser.get(question).content.decode()
    assert "まだ保存していません" in shown
    assert 'value="partly" checked' in shown
    assert "保存済み" not in shown


def test_what_was_typed_does_not_go_over_what_others_saved_meanwhile(
    browser: Client, place: Tree, hanako: User
) -> None:
    browser.post(at("checklist_start", place.member))
    question = browser.post(at("checklist_facts", place.member), FACTS)["Location"]
    visitor = Client()
    visitor.post(question, {"answer": "no", "seen": "0"})
    browser.post(question, {"answer": "yes", "seen": "0"})
    visitor.force_login(hanako)
    shown = visitor.get(question).content.decode()
    assert 'name="seen" value="0"' in shown
    assert visitor.post(question, {"answer": "no", "seen": "0"}).status_code == 409


def test_what_was_typed_is_kept_sealed_for_an_hour_and_only_if_short(
    place: Tree, hanako: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, page = Client(), at("action", place.member, question="policy.published")
    visitor.post(page, {"note": "見本の控え" * 1_000})
    assert KEY not in visitor.session
    visitor.post(at("checklist_hand_in", place.member), {"note": "見本の控え"})
    assert KEY not in visitor.session
    facts = at("checklist_facts", place.member)
    visitor.post(facts, {"name": "sample-marker"})
    assert "sample-marker" not in visitor.session[KEY]
    assert b"sample-marker" not in base64.urlsafe_b64decode(visitor.session[KEY])
    visitor.force_login(hanako)
    visitor.post(at("checklist_start", place.member))
    later = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "sample-marker" not in visitor.get(facts).content.decode()


def test_signing_in_again_never_ends_on_a_page_that_only_takes_forms(browser: Client, place: Tree) -> None:
    assert browser.get(at("checklist_start", place.member))["Location"] == at("business", place.member)
    fill(browser, place, "no")
    browser.post(at("checklist_hand_in", place.member))
    tick = at("action_tick", place.member, question="policy.published")
    assert browser.get(tick)["Location"] == at("actions", place.member)
    attach = at("action_attach", place.member, question="policy.published")
    assert browser.get(attach)["Location"] == at("action", place.member, question="policy.published")


def test_a_question_has_one_number_on_every_screen(browser: Client, place: Tree) -> None:
    browser.post(at("checklist_start", place.member))
    question = browser.post(at("checklist_facts", place.member), {**FACTS, "uses": []})["Location"]
    shown = {}
    while "/questions/" in question:
        page = browser.get(question).content.decode()
        shown[question.rpartition("/")[2]] = int(re.findall(r"<title>問(\d+)", page)[0])
        question = browser.post(question, {"answer": "no", "seen": "0"})["Location"]
    with unscoped("test"):
        edition = load_edition(services.programme(), Checklist.objects.get().edition)
    assert shown == {name: edition.numbers[name] for name in shown}
    assert list(shown.values()) != list(range(1, len(shown) + 1))
    result = browser.get(browser.post(at("checklist_hand_in", place.member))["Location"]).content.decode()
    actions = browser.get(at("actions", place.member)).content.decode()
    for name, number in shown.items():
        asked = words(edition.id)(f"{edition.id}.{name}.question")
        assert f"問{number}　{asked}" in result
        assert f"問{number}　" in actions.partition(f'/actions/{name}"')[2].partition("</li>")[0]
