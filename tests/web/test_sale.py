"""A live programme sells nothing before it has insurers, an agent and approvals; then everything, and nothing is a sample."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sonae import contract, flyer, policy
from sonae.figures import LANGS
from sonae.problems import Refused
from sonae.programmes import Programme, programme, sale
from sonae.programmes.reader import read
from sonae_web.accounts.models import User
from sonae_web.ground import clock, sealed
from sonae_web.ground.jobs import run_all
from sonae_web.ground.models import Document
from sonae_web.ground.scope import declared, unscoped
from sonae_web.policies import papers
from sonae_web.policies.models import Application, Cover
from sonae_web.quotes.models import Quote
from tests.programmes.test_sale import loaded, made
from tests.web.cast import Tree, once, scope
from tests.web.policies.cast import JUNE, accepted, at, checked, confirmed, quoted, submitted
from tests.web.quotes.cast import FORM, quote, staff

pytestmark = pytest.mark.django_db
Ask = Callable[[], Any]
LACKS = {"registration: 見本-0001, ": "", '"0.3"': '"0.2"'}
MISSING = ("sale.shares", "sale.agents", "sale.approval")


@pytest.fixture
def june() -> Iterator[None]:
    with at(JUNE):
        yield


def approved(folder: Path) -> Programme:
    """A live programme with everything in place, each document approved for another year."""
    live = made(folder, approved=False)
    until, text = JUNE.date() + timedelta(days=365), sale.text_fingerprint(live)
    rows = [f"- {{document: {name}, number: A-1, until: {until}, text: {text}}}" for name in sale.DOCUMENTS]
    (live.folder / "approvals.yaml").write_text("approvals:\n" + "\n".join(rows) + "\n", "utf-8")
    return loaded(live.folder)


def sells(monkeypatch: pytest.MonkeyPatch, live: Programme) -> None:
    """From now on the site's programme is this one."""
    monkeypatch.setattr(programme, "load_folder", lambda _: (live, ()))


@pytest.fixture
def asked(place: Tree, june: None) -> dict[str, Ask]:
    """What issues or shows an offer, each by name, ready to be asked."""
    mine, office = scope("member", place.member), scope("federation", place.prefecture)
    application = submitted(mine)
    confirmed(scope("association", place.association), application.pk)
    row = checked(office, application.pk)
    with declared(mine):
        offer = quoted(mine)
    waiting = quote(mine, known_incident="yes")
    browser, agent = Client(), staff("agent", place.prefecture)[0]
    browser.force_login(User.objects.get(pk=mine.user))
    underwriter, clerk = staff("underwriter", place.prefecture)[0], staff("federation", place.prefecture)[0]
    browser.post(reverse("quote_ask_agent", args=[place.member.pk, offer.pk]))
    my, desk = place.member.pk, place.prefecture.pk
    decides = {"do": "accept", "seen": str(row.version), "declaration": "1"}
    approves = {"outcome": "approved", "loading": "1", "reason": "見本", "conditions": ""}
    premium = {"applied": "2027-06-10", "plan": "p5000", "industry": "retail", "sales": "5000万"}
    return {
        "comparison": lambda: browser.get(reverse("quote_plans", args=[my])),
        "quote made": lambda: browser.post(
            reverse("quote_new", args=[my]), {**FORM, "plan": "p1000", "window": "mid_term", **once()}
        ),
        "quote shown": lambda: browser.get(reverse("quote", args=[my, offer.pk])),
        "quote paper": lambda: browser.get(reverse("quote_paper", args=[my, offer.pk])),
        "agent": lambda: agent.get(reverse("advice_quote", args=[desk, offer.pk])),
        "referral": lambda: underwriter.post(reverse("referral", args=[desk, waiting.pk]), {**approves, **once()}),
        "premium": lambda: browser.get(reverse("when"), premium),
        "explanation": lambda: browser.get(reverse("application_explanation", args=[my, row.pk])),
        "acceptance": lambda: clerk.post(
            reverse("desk_application_decide", args=[desk, row.pk]), {**decides, **once()}
        ),
    }


def test_without_insurers_agent_and_approval_each_page_says_what_is_missing(
    asked: dict[str, Ask], place: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = Quote.within(scope("member", place.member)).count()
    sells(monkeypatch, made(tmp_path, approved=False, **LACKS))
    for name, ask in asked.items():
        answer = ask()
        page = answer.content.decode()
        assert answer.status_code == (200 if name == "comparison" else 409), name
        for code in MISSING:
            assert code in page, (name, code)
        assert "%PDF" not in page
    member = scope("member", place.member)
    assert Quote.within(member).count() == before
    assert not Cover.within(member).exists()
    assert Application.within(member).get().state == "submitted"


def test_with_everything_in_place_each_page_sells(
    asked: dict[str, Ask], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sells(monkeypatch, approved(tmp_path))
    for name, ask in asked.items():
        answer = ask()
        assert answer.status_code in (200, 302), name
        assert b"sale." not in answer.content, name


@pytest.mark.parametrize("by_job", [True, False], ids=["job", "first reading"])
def test_who_was_accepted_gets_its_papers_whatever_the_programme_loses_until_they_are_issued(
    place: Tree, june: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by_job: bool
) -> None:
    """Between acceptance and issue: shares that add up to less than 1, no agent, no approvals, another plan of that name."""
    mine, office = scope("member", place.member), scope("federation", place.prefecture)
    application = submitted(mine)
    confirmed(scope("association", place.association), application.pk)
    checked(office, application.pk)
    sells(monkeypatch, approved(tmp_path / "then"))
    cover = accepted(office, application.pk)
    lacking = made(tmp_path / "now", approved=False, **LACKS)
    plans = tuple(replace(each, liability_limit=10_000_000, insurer_share=Fraction(9, 10)) for each in lacking.plans)
    sells(monkeypatch, replace(lacking, plans=plans))
    with pytest.raises(Refused):
        policy.parties(lacking, "ja")
    if by_job:
        run_all()
    browser = Client()
    browser.force_login(User.objects.get(pk=mine.user))
    for kind in papers.PAPERS:
        for lang in LANGS:
            address = reverse("cover_paper", args=[place.member.pk, cover.pk, kind, lang])
            assert browser.get(address).content.startswith(b"%PDF-")
            with unscoped("test"):
                document = Document.objects.get(subject=cover.pk, kind=kind, lang=lang)
                data = json.loads(sealed.get_bytes(document, "data"))
            assert data["watermark"] == ""
            text = str(data["blocks"])
            assert ("5,000万円" if lang == "ja" else "¥50 million") in text
            assert "90%" not in text
            if kind == "certificate":
                for each in ("70%", "30%", "見本-0001"):
                    assert each in text


def test_a_sample_cover_stays_a_sample_when_the_programme_goes_live(
    place: Tree, june: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine, office = scope("member", place.member), scope("federation", place.prefecture)
    application = submitted(mine)
    confirmed(scope("association", place.association), application.pk)
    checked(office, application.pk)
    cover = accepted(office, application.pk)
    sells(monkeypatch, approved(tmp_path))
    run_all()
    with unscoped("test"):
        document = Document.objects.get(subject=cover.pk, kind="certificate", lang="ja")
        assert json.loads(sealed.get_bytes(document, "data"))["watermark"] == "見本"


REQUEST = """programme: chuokai-leak
on: 2027-06-10
industry: retail
annual_sales: 50000000
plan: {liability_limit: 50000000, cost_limit: 5000000, deductible: 0}
applied: 2027-06-10
"""


@pytest.mark.usefixtures("june")
def test_the_library_refuses_and_sells_alike(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def made_papers(live: Programme) -> list[policy.Paper]:
        return [policy.explanation(live, 2027, lang) for lang in ("ja", "en")]

    on = clock.today()
    lacking = made(tmp_path / "lacking", approved=False, **LACKS)
    sells(monkeypatch, lacking)
    for command in (
        lambda: contract.quote(read(REQUEST.encode(), "r.yaml"), "ja"),
        lambda: flyer.build(lacking, 2027, "ja", on),
    ):
        with pytest.raises(Refused) as refused:
            command()
        assert {each.code for each in refused.value.problems} >= set(MISSING)
    complete = approved(tmp_path / "complete")
    sells(monkeypatch, complete)
    assert contract.quote(read(REQUEST.encode(), "r.yaml"), "ja")[0].decision == "quoted"
    assert [each.data["watermark"] for each in made_papers(complete)] == ["", ""]
    assert all(
        each.data["watermark"] for each in made_papers(made(tmp_path / "sample", status="sample", approved=False))
    )
