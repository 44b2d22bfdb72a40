"""The pages that need no account and no script: loss simulator, calculator, leak cases, sample report."""

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from sonae.checklist import read_answers
from sonae.programmes import read_file
from sonae.scenario import estimate
from sonae_web.diagnosis import public, services, simulator
from sonae_web.diagnosis.figures import (
    TOGGLES,
    average,
    most_valuable,
    read_calculation,
    read_simulation,
    yen_amount,
)
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground.operator import is_named
from sonae_web.ground.retention import kept_for
from tests.cast import EXAMPLES, ON

pytestmark = pytest.mark.django_db
PAGES = (
    "/", "/loss/", "/calculator/", "/cases/", "/cases/?industry=mining", "/sample-report/", "/privacy/", "/terms/",
)  # fmt: skip
CLINIC = "industry=clinic&staff=12&sales=3%E5%84%84&persons=13100&kinds=contact&kinds=medical&media=paper&uses=cloud"
FLYER = {
    "persons": "3000", "claimants_high": "300", "award_high": "100000", "claimants_low": "700", "award_low": "10000",
    "goodwill_each": "500", "dispute_costs": "2000000", "apology_notice": "5000000",
}  # fmt: skip


def page(client: Client, address: str, status: int = 200, values: dict[str, str] | None = None) -> str:
    answer = client.get(address, values)
    assert answer.status_code == status
    return answer.content.decode()


def simulated(query: str, on: date = ON) -> Any:
    form = read_simulation(services.programme(), services.current_edition(), QueryDict(query))
    return simulator.simulated(form, "ja", on)


def test_a_visitor_sees_what_a_leak_would_cost_the_business(client: Client) -> None:
    text = page(client, f"/loss/?{CLINIC}&plan=p10000&done=attack.mfa")
    for part in ("大きな事故1回にかかる費用", "10回に9回はこの額以内", "期間ごとの確率", "1年あたりの予想損害額",
                 "<desc>", "1億円／1,000万円", "原因ごとの予想損害額", "JOモデルの額", "数字から読み取れること", "試算"):  # fmt: skip
        assert part in text
    assert "医院・診療所、従業員12人、保有13,100人分、年間売上高3億円、行っている対策1件" in text
    assert text.count('name="done"') == TOGGLES
    assert 'value="attack.mfa" checked' in text


@pytest.mark.parametrize("address", [*PAGES, "/loss/?persons=x", "/calculator/?persons=x", "/cases/?industry=x"])
def test_every_page_is_in_the_chosen_language_and_passes_the_policy(client: Client, address: str) -> None:
    japanese = client.get(address)
    assert '<html lang="ja">' in japanese.content.decode()
    client.post("/language", {"language": "en", "next": "/"})
    english = client.get(address)
    text = english.content.decode()
    assert '<html lang="en">' in text
    assert re.findall(r"[぀-ヿ一-鿿]+", re.sub(r"<button.*?</button>|value=\"[^\"]*\"", "", text, flags=re.DOTALL)) == []
    for answer in (japanese, english):
        assert b"style=" not in answer.content
        assert re.findall(rb'<script(?! src="/static/[\w./-]+" defer></script>)', answer.content) == []
        assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_a_link_reproduces_the_state(client: Client) -> None:
    address = f"/loss/?{CLINIC}&consignment=yes&plan=p3000&done=attack.mfa&done=people.training"
    text, again = (re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page(each, address)) for each in (client, Client()))
    assert text == again
    for kept in ('value="clinic" selected', 'value="3億"', 'value="13100"', 'value="p3000" selected'):
        assert kept in text
    for kept in ("contact", "medical", "paper", "cloud", "yes", "attack.mfa", "people.training"):
        assert f'value="{kept}" checked' in text
    assert text.count(" checked") == 7
    assert 'value="1,234"' in page(client, "/calculator/", values=FLYER | {"persons": "1,234"})
    assert 'value="retail" selected' in page(client, "/cases/?industry=retail")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("industry", ""), ("industry", "nowhere"), ("staff", ""), ("staff", "-1"), ("staff", "1000001"),
        ("staff", "many"), ("sales", "-5"), ("sales", "100億人"), ("sales", "1001億"), ("persons", "0"),
        ("persons", "3億"), ("persons", "9" * 400), ("persons", "NaN"), ("kinds", "secrets"), ("media", "stone"),
        ("uses", "magic"), ("plan", "p1"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_business_is_told_at_its_field(client: Client, field: str, value: str) -> None:
    right = {
        "industry": "retail",
        "staff": "5",
        "persons": "800",
        "kinds": "contact",
        "media": "paper",
        "plan": "p1000",
    }
    text = page(client, "/loss/", 422, right | {field: value})
    assert f'href="#{field}"' in text
    assert f'id="{field}"' in text
    assert f'id="{field}-e"' in text
    assert text.count('class="err"') == 1
    assert "ここに結果を示します" in text


def live(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (f"/loss/?{CLINIC}&done=attack.mfa", ("大きな事故1回にかかる費用", 'id="done-attack.mfa"')),
        ("/calculator/?persons=3000", ()),
    ],
)
def test_a_script_gets_the_figures_of_the_whole_page_and_nothing_else(
    client: Client, address: str, parts: tuple[str, ...]
) -> None:
    whole, part = (
        page(client, address, 422 if "calc" in address else 200),
        live(client, address, 422 if "calc" in address else 200),
    )
    assert "<form" not in part
    assert "<header" not in part
    assert re.findall(r'<div id="(\w+)" hx-swap-oob="innerHTML">', part)[:2] == ["faults", "now"]
    for each in parts:
        assert each in part
    figures = re.split(r'<div id="figures">', whole)[1]
    assert figures.startswith(part.split("</title>\n")[1].split('<div id="faults"')[0].rstrip())


@pytest.mark.parametrize("address", ["/loss/?staff=x", "/calculator/?persons=x"])
def test_a_fault_told_to_a_script_takes_no_focus(client: Client, address: str) -> None:
    part = live(client, address, 422)
    assert 'role="alert"' in part
    assert "autofocus" not in part
    assert "ここに結果を示します" in part
    assert '<div id="toggles"' not in part


def test_persons_by_medium_count_and_empty_ones_are_the_assumed_share() -> None:
    shares = {"on_server": 13_100, "on_paper": 6_550, "on_portable": 2_620, "on_mail": 1_310}
    assumed = simulated(CLINIC)["diagnosis"].loss
    told = simulated(f"{CLINIC}&" + "&".join(f"{name}={number}" for name, number in shares.items()))["diagnosis"].loss
    assert told.expected == pytest.approx(assumed.expected)
    for name, number in shares.items():
        fewer = simulated(f"{CLINIC}&{name}={number // 10}")["diagnosis"]
        none = simulated(f"{CLINIC}&{name}=0")["diagnosis"]
        assert none.loss.expected < fewer.loss.expected < assumed.expected
        assert fewer.record["business"]["persons_on"] == {name.removeprefix("on_"): number // 10}
    assert "persons_on" not in simulated(CLINIC)["diagnosis"].record["business"]


def test_more_persons_on_a_medium_than_are_held_are_told_at_their_field(client: Client) -> None:
    text = page(client, f"/loss/?{CLINIC}&on_paper=13101", 422)
    assert "「紙」の人数（13,101人）が、お持ちの人数（13,100人）を超えています。" in text
    assert 'id="on_paper-e"' in text
    assert "<details open>" in text


@pytest.mark.parametrize("field", ["kinds", "media"])
def test_nothing_chosen_is_told_where_something_is_needed(client: Client, field: str) -> None:
    right = {"industry": "retail", "staff": "5", "persons": "800", "kinds": "contact", "media": "paper"}
    assert f'id="{field}-e"' in page(client, "/loss/", 422, {k: v for k, v in right.items() if k != field})


def test_the_controls_switched_on_survive_a_wrong_number(client: Client) -> None:
    text = page(client, f"/loss/?{CLINIC}&persons=".replace("persons=13100&", "") + "&done=attack.mfa", 422)
    assert '<input type="hidden" name="done" value="attack.mfa">' in text


@pytest.mark.parametrize("query", ["done=nothing", "done=", "utm=1", "done=attack.web_shop"])
def test_controls_that_are_not_asked_count_for_nothing(query: str) -> None:
    rest = "industry=retail&staff=5&persons=800&kinds=contact&media=paper"
    assert simulated(f"{rest}&{query}")["risk"] == simulated(rest)["risk"]


def test_more_persons_are_never_less() -> None:
    numbers = (1, 10, 500, 5_000, 13_100, 200_000, 200_000_000)
    found = [simulated(f"{CLINIC}&persons={n}".replace("persons=13100&", ""))["diagnosis"] for n in numbers]
    for amounts in ([each.loss.expected for each in found], [each.jo.total for each in found],
                    [each.loss.rate_any for each in found]):  # fmt: skip
        assert all(more >= less * (1 - 1e-12) for less, more in pairwise(amounts))


def test_each_control_lowers_the_loss_by_what_stands_beside_it() -> None:
    programme, edition = services.programme(), services.current_edition()
    business = read_simulation(programme, edition, QueryDict(CLINIC)).business
    assert business is not None
    valued = most_valuable(average(programme, edition, business), ON)
    assert [saved for _, saved in valued] == sorted((saved for _, saved in valued), reverse=True)
    before = simulated(CLINIC)["diagnosis"].loss.expected
    for name, saved in valued[:TOGGLES]:
        after = simulated(f"{CLINIC}&done={name}")["diagnosis"].loss.expected
        assert saved > 0
        assert before - after == pytest.approx(saved)


def test_a_control_switched_on_stays_on_the_page_when_it_is_no_longer_among_the_ten() -> None:
    programme, edition = services.programme(), services.current_edition()
    business = read_simulation(programme, edition, QueryDict(CLINIC)).business
    assert business is not None
    last = most_valuable(average(programme, edition, business), ON)[-1][0]
    shown = simulated(f"{CLINIC}&done={last}")["toggles"]
    assert [each["id"] for each in shown if each["on"]] == [last]
    assert len(shown) == TOGGLES + 1


def test_the_calculator_begins_with_the_flyers_leak_to_the_yen(client: Client) -> None:
    text = page(client, "/calculator/")
    assert "公表値（2005年版）" in text
    for amount in ("4,500万円", "30,000,000円", "7,000,000円", "1,000,000円", "2,000,000円", "45,000,000円"):
        assert amount in text
    for plan in (("10,000,000円", "1,000,000円", "11,000,000円", "34,000,000円"),
                 ("38,900,000円", "5,000,000円", "43,900,000円", "1,100,000円")):  # fmt: skip
        assert re.search(".*?".join(plan), text, flags=re.DOTALL)
    assert page(client, "/calculator/", values=FLYER).count("45,000,000円") == text.count("45,000,000円")


def test_the_calculator_with_other_figures_is_an_estimate_and_leads_back(client: Client) -> None:
    text = page(client, "/calculator/", values=FLYER | {"persons": "４，０００人", "award_high": "1.5万円"})
    assert "チラシの数字を変えた試算です" in text
    assert "19,000,000円" not in text
    assert "20,000,000円" in text  # 300 × 15,000 + 700 × 10,000 + 3,000 × 500 + 2,000,000 + 5,000,000
    assert "チラシの数字に戻す" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [("persons", "0"), ("persons", ""), ("claimants_low", "2701"), ("award_high", "1億1円"), ("goodwill_each", "-1"),
     ("dispute_costs", "9" * 30), ("apology_notice", "1.5"), ("claimants_high", "<b>")],
)  # fmt: skip
def test_what_is_wrong_with_the_leak_is_told_at_its_field(client: Client, field: str, value: str) -> None:
    text = page(client, "/calculator/", 422, FLYER | {field: value})
    assert f'href="#{field}"' in text
    assert f'id="{field}-e"' in text
    assert text.count('class="err"') == 1
    assert '<b>"' not in text


def test_more_people_in_the_leak_are_never_less() -> None:
    programme = services.programme()
    totals = []
    for persons in (1000, 3000, 3001, 10**8):
        form = read_calculation(
            programme, QueryDict("&".join(f"{k}={v}" for k, v in (FLYER | {"persons": str(persons)}).items())), ON
        )
        assert form.scenario is not None
        totals.append(estimate(form.scenario, None).total)
    assert totals == sorted(totals)


@pytest.mark.parametrize(
    ("text", "yen"),
    [("500", 500), ("１，２００円", 1200), ("¥3,000", 3000), ("120万", 1_200_000), ("1.2億円", 120_000_000),
     ("1億2,000万円", 120_000_000), ("2億", 200_000_000), ("", None), ("億", None), ("1億億", None), ("1.⓵万", None), ("5人", None),
     ("1.5", None), ("-1", None), ("1e9", None), ("1億2億", None)],
)  # fmt: skip
def test_amounts_are_read_as_people_type_them(text: str, yen: int | None) -> None:
    assert yen_amount(text) == yen


def test_cases_are_filtered_by_trade_and_an_empty_result_says_so(client: Client) -> None:
    assert page(client, "/cases/").count("<article") == 5
    clinic = page(client, "/cases/?industry=clinic")
    assert clinic.count("<article") == 1
    assert "患者の名前が書かれたビラ" in clinic
    assert "この業種に近い事例はありません。別の業種をお試しください。" in page(client, "/cases/?industry=mining")
    assert 'id="industry-e"' in page(client, "/cases/?industry=nowhere", 422)


def test_the_sample_report_is_a_specimen_in_the_language_of_the_page(client: Client) -> None:
    text = page(client, "/sample-report/")
    assert "報告書の見本" in text
    assert "/sample-report/report.pdf" in text
    japanese = client.get("/sample-report/report.pdf")
    assert japanese["Content-Type"] == "application/pdf"
    assert japanese.content.startswith(b"%PDF")
    client.post("/language", {"language": "en", "next": "/"})
    english = client.get("/sample-report/report.pdf")
    assert english["Content-Disposition"] == 'attachment; filename="sonae-sample-en.pdf"'
    assert english.content != japanese.content


def test_the_specimen_answers_as_the_example_does() -> None:
    shipped, example = (read_answers(read_file(path)) for path in (public.SPECIMEN, EXAMPLES / "clinic.yaml"))
    assert shipped.given == example.given
    assert shipped.business.name == "見本クリニック"


@pytest.mark.parametrize("address", ["/loss/", "/calculator/", "/cases/", "/sample-report/"])
def test_the_landing_page_leads_to_every_page_and_none_takes_a_post(client: Client, address: str) -> None:
    assert f'href="{address}"' in page(client, "/")
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_cannot_be_served_is_told_in_the_language_of_the_site(language: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    pages = {
        404: (client.get("/nowhere"), "ページが見つかりません", "Page not found"),
        403: (client.post("/quick/", {}), "送信を受け付けられませんでした", "This could not be accepted"),
        400: (
            client.get("/loss/?" + "&".join(["done=x"] * 600)),
            "内容を読み取れませんでした",
            "This could not be read",
        ),
    }
    for status, (answer, *titles) in pages.items():
        text = answer.content.decode()
        assert answer.status_code == status
        assert f"<h1>{titles[language == 'en']}</h1>" in text
        assert f'<html lang="{language}">' in text
        assert '<main id="main"' in text
        assert "csrfmiddlewaretoken" not in text


def test_a_failure_of_ours_is_told_without_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a cause")

    monkeypatch.setattr(public, "all_cases", fail)
    answer = Client(raise_request_exception=False).get("/cases/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "処理できませんでした" in text
    assert "Something went wrong on our side." in text
    assert "a cause" not in text
    assert "style=" not in text


def test_japanese_sentences_are_not_parted_by_a_space(client: Client) -> None:
    for address in PAGES:
        assert "。 " not in re.sub(r"<[^>]+>", "", page(client, address)), address


def test_privacy_says_who_what_why_how_long_and_what_one_may_ask(client: Client) -> None:
    text = page(client, "/privacy/")
    for part in ("見本中央会（架空の団体）", "この文書は見本です", f"始めてから{kept_for(QuickCheck).days}日", "AES-256-GCM", "csrftoken",
                 "django_language", "sessionid", "開示", "訂正", "消去", "苦情", "個人情報保護委員会"):  # fmt: skip
        assert part in text


def test_terms_say_that_an_estimate_is_no_promise(client: Client) -> None:
    text = page(client, "/terms/")
    for part in (
        "約束するものではありません",
        "告知ではありません",
        "故意または重大な過失",
        "日本法",
        "この文書は見本です",
    ):
        assert part in text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_leads_to_privacy_and_terms(client: Client, address: str) -> None:
    text = page(client, address)
    assert 'href="/privacy/"' in text
    assert 'href="/terms/"' in text


def test_a_live_site_names_its_operator_and_a_deployment_without_is_told(client: Client, settings: Any) -> None:
    settings.SAMPLE = False
    assert [each.id for each in is_named(None)] == ["sonae.E001"]
    assert "（運営者の名称が設定されていません）" in page(client, "/privacy/")
    settings.OPERATOR = dict.fromkeys(settings.OPERATOR, "例示の値")
    assert is_named(None) == []
    text = page(client, "/privacy/")
    assert "例示の値" in text
    assert "見本" not in text
    assert "例示の値" in page(client, "/terms/")
