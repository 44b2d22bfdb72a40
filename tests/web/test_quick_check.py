"""The quick check over HTTP: from three facts to the PDF, back and forth, by link only, and gone when erased or expired."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from sonae.report import build, diagnose
from sonae_web.diagnosis import services
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground import clock, retention

pytestmark = pytest.mark.django_db
FACTS = {"industry": "clinic", "employees": "１２人", "persons_held": "1.31万"}


def begun(client: Client) -> str:
    answer = client.post("/quick/", FACTS)
    assert answer.status_code == 302
    found = re.fullmatch(r"/quick/([\w-]{43})/1", answer["Location"])
    assert found
    return found[1]


def answered(client: Client, link: str, value: str = "no") -> None:
    total = len(services.read(link).questions)
    for number in range(1, total + 1):
        after = client.post(f"/quick/{link}/{number}", {"answer": value})
        assert after["Location"].endswith(f"/{number + 1}")
    assert client.get(f"/quick/{link}/{total + 1}")["Location"].endswith("/result")


def test_a_visitor_goes_from_three_facts_to_the_report(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    page = client.get(f"/quick/{link}/result").content.decode()
    assert 'data-g="E"' in page
    assert "10年のうちに大きな事故が起きる確率" in page
    report = client.get(f"/quick/{link}/report.pdf")
    assert report["Content-Type"] == "application/pdf"
    assert report.content.startswith(b"%PDF")
    assert re.fullmatch(r'attachment; filename="sonae-[0-9a-f]{12}\.pdf"', report["Content-Disposition"])


def test_every_page_is_in_the_chosen_language(client: Client) -> None:
    link = begun(client)
    assert 'lang="ja"' in client.get(f"/quick/{link}/1").content.decode()
    client.post("/language", {"language": "en", "next": "/"})
    for address in ("/", "/quick/", f"/quick/{link}/1", f"/quick/{link}/erase", "/quick/nothing/1", "/quick/erased"):
        page = client.get(address).content.decode()
        assert '<html lang="en">' in page
        japanese = set(re.findall(r"[぀-ヿ一-鿿]+", re.sub(r"<button.*?</button>", "", page, flags=re.DOTALL)))
        assert japanese == set(), address


def test_an_answer_is_kept_and_can_be_changed_and_none_is_lost_by_going_back(client: Client) -> None:
    link = begun(client)
    client.post(f"/quick/{link}/1", {"answer": "no"})
    client.post(f"/quick/{link}/2", {"answer": "unknown"})
    client.post(f"/quick/{link}/1", {"answer": "yes"})
    check = services.read(link)
    assert [check.answers.given.get(question.id) for question in check.questions[:3]] == ["yes", "unknown", None]
    assert 'value="yes" checked' in client.get(f"/quick/{link}/1").content.decode()


def test_the_bare_link_goes_on_at_the_first_open_question_and_then_at_the_result(client: Client) -> None:
    link = begun(client)
    for address in (f"/quick/{link}", f"/quick/{link}/"):
        assert client.get(address)["Location"] == f"/quick/{link}/1"
    client.post(f"/quick/{link}/1", {"answer": "no"})
    client.post(f"/quick/{link}/3", {"answer": "no"})
    assert client.get(f"/quick/{link}")["Location"] == f"/quick/{link}/2"
    answered(client, link)
    assert client.get(f"/quick/{link}")["Location"] == f"/quick/{link}/result"
    assert client.get("/quick/" + "A" * 43).status_code == 404


def test_an_answer_changed_from_the_result_leads_back_to_it(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    page = client.get(f"/quick/{link}/result").content.decode()
    total = len(services.read(link).questions)
    assert re.findall(rf'href="/quick/{link}/(\d+)"', page) == [str(number) for number in range(1, total + 1)]
    assert client.post(f"/quick/{link}/3", {"answer": "yes"})["Location"] == f"/quick/{link}/result"


def test_the_page_after_erasing_can_be_read_in_the_other_language(client: Client) -> None:
    link = begun(client)
    after = client.post(f"/quick/{link}/erase")
    assert after["Location"] == "/quick/erased"
    page = client.get("/quick/erased").content.decode()
    assert 'name="next" value="/quick/erased"' in page
    assert link not in page
    assert client.post("/language", {"language": "en", "next": "/quick/erased"})["Location"] == "/quick/erased"
    assert "The answers are erased" in client.get("/quick/erased").content.decode()


def test_as_many_questions_come_as_every_text_says_whatever_the_business() -> None:
    number, whole = services.questions_ahead()
    assert number < whole
    for industry, _ in services.industries(services.programme().words("ja")):
        for employees, persons in ((0, 0), (20, 5_001), (1_000, 1_000_000)):
            link = services.begin(industry=industry, employees=employees, persons_held=persons)
            assert len(services.read(link).questions) == number


def test_the_report_numbers_the_questions_as_they_were_asked(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    check = services.read(link)
    report = build(diagnose(check.answers, clock.today()), "ja")
    total = len(check.questions)
    assert report["cover"]["quick"].startswith(f"かんたん診断（{total}問）の結果です。")
    rows = [row["number"] for group in report["annex"]["groups"] for row in group["rows"]]
    assert sorted(rows, key=lambda each: int(each[1:])) == [f"問{number}" for number in range(1, total + 1)]


def test_the_result_holds_grade_radar_range_of_loss_three_actions_and_what_the_whole_would_add(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    page = client.get(f"/quick/{link}/result").content.decode()
    for part in ('data-g="E"', '<figure class="chart radar wide-only">', "<desc>", "2回に1回はこの額以内", "100回に99回はこの額以内",
                 "すべての質問に答えると", f"全{services.questions_ahead()[1]}問"):  # fmt: skip
        assert part in page
    assert page.split('<ol class="todo">')[1].split("</ol>")[0].count("<li>") == 3


@pytest.mark.parametrize("posted", [{}, {"answer": ""}, {"answer": "maybe"}, {"answer": "はい"}])
def test_no_answer_is_told_at_its_place_and_changes_nothing(client: Client, posted: dict[str, str]) -> None:
    link = begun(client)
    page = client.post(f"/quick/{link}/1", posted)
    assert page.status_code == 422
    assert "問1の答えが選ばれていません" in page.content.decode()
    assert services.read(link).done == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("industry", ""),
        ("industry", "nowhere"),
        ("employees", "-1"),
        ("employees", "many"),
        ("persons_held", "1.2"),
        ("persons_held", "9" * 30),
    ],
)
def test_a_wrong_fact_is_told_at_its_field_and_the_others_stay(client: Client, field: str, value: str) -> None:
    page = client.post("/quick/", {**FACTS, field: value})
    text = page.content.decode()
    assert page.status_code == 422
    assert f'href="#{field}"' in text
    assert f'id="{field}-e"' in text
    assert text.count('class="err"') == 1
    assert QuickCheck.objects.count() == 0


def test_a_link_that_never_was_was_erased_or_expired_looks_the_same(client: Client) -> None:
    erased, expired = begun(client), begun(client)
    assert client.get(f"/quick/{erased}/erase").status_code == 200
    assert services.read(erased)
    client.post(f"/quick/{erased}/erase")
    QuickCheck.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    pages = [client.get(f"/quick/{link}/1") for link in (erased, expired, "A" * 43)]
    assert {page.status_code for page in pages} == {404}
    bodies = {re.sub(rb'csrfmiddlewaretoken" value="\w+"|/quick/[\w-]+/1', b"", page.content) for page in pages}
    assert len(bodies) == 1


def test_what_has_expired_is_erased_by_the_daily_job(client: Client) -> None:
    begun(client)
    QuickCheck.objects.update(expires_at=clock.now())
    link = begun(client)
    retention.erase.func()
    assert [row.pk for row in QuickCheck.objects.all()] == [services.read(link).row.pk]


def test_nothing_of_the_answers_is_in_the_row(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    row = QuickCheck.objects.get()
    stored = bytes(row.sealed) + bytes(row.link_hash)
    for secret in (b"clinic", b"13100", b'"no"', link.encode()):
        assert secret not in stored


def test_pages_are_not_cached_and_tell_other_sites_nothing(client: Client) -> None:
    link = begun(client)
    page = client.get(f"/quick/{link}/1")
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert b"style=" not in page.content
    assert b"<script" not in page.content


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_landing_page_tells_how_many_questions_will_come(client: Client, language: str) -> None:
    client.post("/language", {"language": language, "next": "/"})
    total = len(services.read(begun(client)).questions)
    told = {"ja": f"{total}の質問に答えると", "en": f"Answer {total} questions"}
    assert told[language] in client.get("/").content.decode()


def test_a_number_too_large_is_told_the_most_that_may_stand_there(client: Client) -> None:
    page = client.post("/quick/", {**FACTS, "employees": "1,000,001"}).content.decode()
    assert "従業員の数を、0人から1,000,000人までの整数で入力してください。" in page


def test_faults_take_the_focus_without_a_script(client: Client) -> None:
    link = begun(client)
    pages = [client.post("/quick/", {}), client.post(f"/quick/{link}/1"), client.get("/loss/?staff=x")]
    assert [page.content.count(b'tabindex="-1" autofocus>') for page in pages] == [1, 1, 1]


def test_the_result_reads_well_and_shows_no_number_of_a_question_that_was_not_seen(client: Client) -> None:
    link = begun(client)
    answered(client, link)
    page = client.get(f"/quick/{link}/result").content.decode()
    assert not re.search(r"問\d", page)
    assert "。 " not in page
    assert "「年 −」の額は、それを行うと減る" in page
    client.post("/language", {"language": "en", "next": "/"})
    page = client.get(f"/quick/{link}/result").content.decode()
    assert re.search(r"\d of 100", page)
    assert "｜" not in page
