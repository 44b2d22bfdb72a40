"""A live programme sells nothing before it has insurers, an agent and approvals; then everything, and nothing is a sample.

Every single thing that it can lack is taken away in turn: each place that needs it names just that, the others go on.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

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
from sonae_web.policies import deciding, drafts, papers, proposals, records
from sonae_web.policies.models import Application, Cover
from sonae_web.quotes.models import Quote
from tests.programmes.test_sale import loaded, made
from tests.web.cast import Tree, once, scope
from tests.web.policies.cast import (
    JUNE,
    accepted,
    at,
    checked,
    confirmed,
    filled,
    now,
    quoted,
    ready,
    submitted,
)
from tests.web.quotes.cast import FORM, quote, staff

pytestmark = pytest.mark.django_db
Ask = Callable[[], Any]
LACKS = {"registration: 見本-0001, ": "", '"0.3"': '"0.2"'}
MISSING = ("sale.shares", "sale.agents", "sale.approval")
"""Several at once are all told."""


@pytest.fixture
def june() -> Iterator[None]:
    with at(JUNE):
        yield


def live(folder: Path, *changes: tuple[str, str], **approval: str | None) -> Programme:
    """A live programme whose documents are approved for another year, with changes of parties.yaml before that.

    ``approval``: by document its last day of use, or None for one that has no approval.
    """
    if (folder / "chuokai-leak").exists():
        shutil.rmtree(folder / "chuokai-leak")
    found = made(folder, approved=False, **dict(changes))
    until, text = str(JUNE.date() + timedelta(days=365)), sale.text_fingerprint(found)
    ends = {name: approval.get(name, until) for name in sale.DOCUMENTS}
    rows = [f"- {{document: {name}, number: A-1, until: {end}, text: {text}}}" for name, end in ends.items() if end]
    (found.folder / "approvals.yaml").write_text("approvals:\n" + "\n".join(rows) + "\n", "utf-8")
    return loaded(found.folder)


def sells(monkeypatch: pytest.MonkeyPatch, found: Programme) -> None:
    """From now on the site's programme is this one."""
    monkeypatch.setattr(programme, "load_folder", lambda _: (found, ()))


NEEDS = {
    "comparison": {"comparison"},
    "quote made": {"comparison", "quote"},
    "quote shown": {"quote"},
    "quote paper": {"quote"},
    "agent": {"comparison"},
    "referral": {"quote"},
    "premium": {"quote"},
    "premium by API": {"quote"},
    "flyer": {"flyer"},
    "flyer paper": {"flyer"},
    "application begun": {"application"},
    "explanation": {"explanation"},
    "explanation confirmed": {"explanation"},
    "application sent": {"application", "explanation"},
    "acceptance": {"application"},
    "acceptance of many": {"application"},
    "acceptance by two": {"application"},
}
"""Where something is sold, and with which documents. What only shows comes to no harm by being asked again."""
SHOWS = {"comparison", "quote shown", "agent", "premium", "premium by API", "flyer", "explanation"}
OFFERED = {
    "programme": "chuokai-leak", "on": "2027-06-10", "applied": "2027-06-10", "industry": "retail",
    "annual_sales": 50_000_000, "plan": {"liability_limit": 50_000_000, "cost_limit": 5_000_000, "deductible": 0},
}  # fmt: skip


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
    browser, agent, next_door = Client(), staff("agent", place.prefecture)[0], Client()
    browser.force_login(User.objects.get(pk=mine.user))
    underwriter, clerk = (staff(role, place.prefecture)[0] for role in ("underwriter", "federation"))
    browser.post(reverse("quote_ask_agent", args=[place.member.pk, offer.pk]))
    other = scope("member", place.neighbour)  # whose application is not sent yet
    next_door.force_login(User.objects.get(pk=other.user))
    with declared(other):
        ready(other)
        draft = filled(other)
        choice = records.choice_of(draft)
    assert choice is not None
    third = scope("member", place.far_member)  # about whose application two decide
    shared = submitted(third)
    confirmed(scope("association", place.far_association), shared.pk)
    far, second = scope("federation", place.other_prefecture), staff("federation", place.other_prefecture)[0]
    with declared(far):
        deciding.refer(scope=far, application=shared.pk, seen=now(far, shared.pk).version, points=["見本"])
        deciding.check(scope=far, application=shared.pk, seen=now(far, shared.pk).version)
        seen = now(far, shared.pk).version
        proposal = proposals.propose(scope=far, application=shared.pk, seen=seen, step="accept", points=["見本"])
    my, door, desk = place.member.pk, place.neighbour.pk, place.prefecture.pk
    approves = {"outcome": "approved", "loading": "1", "reason": "見本", "conditions": ""}
    decides = {"do": "accept", "seen": str(row.version), "declaration": "1"}
    agrees = {"do": "approve", "proposal": str(proposal.pk)}
    premium = {"applied": "2027-06-10", "plan": "p5000", "industry": "retail", "sales": "5000万"}
    ticks = {"given": list(drafts.CONFIRMED), "how": "paper", "version": drafts.version_now(draft)}

    def confirms() -> Any:
        address = reverse("application_part", args=[door, draft.pk, "confirm"])
        return next_door.post(address, {**ticks, "seen": str(now(other, draft.pk).version)})

    def sends() -> Any:
        form = {"seen": str(now(other, draft.pk).version), "start": choice.cover_from.isoformat(), **once()}
        return next_door.post(reverse("application_submit", args=[door, draft.pk]), form)

    def posts(client: Client, name: str, args: list[UUID], form: dict[str, Any]) -> Ask:
        return lambda: client.post(reverse(name, args=args), {**form, **once()})

    return {
        "comparison": lambda: browser.get(reverse("quote_plans", args=[my])),
        "quote made": posts(browser, "quote_new", [my], {**FORM, "plan": "p1000", "window": "mid_term"}),
        "quote shown": lambda: browser.get(reverse("quote", args=[my, offer.pk])),
        "quote paper": lambda: browser.get(reverse("quote_paper", args=[my, offer.pk])),
        "agent": lambda: agent.get(reverse("advice_quote", args=[desk, offer.pk])),
        "referral": posts(underwriter, "referral", [desk, waiting.pk], approves),
        "premium": lambda: browser.get(reverse("when"), premium),
        "premium by API": lambda: browser.post("/api/v1/quote", OFFERED, content_type="application/json"),
        "flyer": lambda: browser.get(reverse("flyer")),
        "flyer paper": lambda: browser.get(reverse("flyer_paper", args=[2027])),
        "application begun": posts(browser, "application_start", [my], {"year": "2027"}),
        "explanation": lambda: browser.get(reverse("application_explanation", args=[my, row.pk])),
        "explanation confirmed": confirms,
        "application sent": sends,
        "acceptance": posts(clerk, "desk_application_decide", [desk, row.pk], decides),
        "acceptance of many": posts(
            clerk, "desk_applications_accept", [desk], {"application": f"{row.pk}:{row.version}"}
        ),
        "acceptance by two": posts(second, "desk_application_decide", [place.other_prefecture.pk, shared.pk], agrees),
    }


INSURERS = """insurers:               # lead first; each answers for its own share; the shares add up to 1
- {id: lead, share: "0.7"}
- {id: second, share: "0.3"}
"""
AGENT = "agent: {id: agency, registration: 見本-0001, telephone: 00-0000-0001}"
PARTIES = [
    ("sale.insurers", (INSURERS, "insurers: []\n")),
    ("sale.shares", ('"0.3"', '"0.2"')),
    ("sale.agents", ("registration: 見本-0001, ", "")),
    ("sale.agents", (AGENT, "")),
]
OVER = "2027-06-09"
CODE = re.compile(r"\bsale\.[a-z_]+")


def refused(ask: Ask, name: str) -> set[str]:
    """Ask where nothing may be sold; return what is named as missing."""
    answer = ask()
    page = answer.content.decode()
    assert answer.status_code == (200 if name == "comparison" else 422 if "API" in name else 409), name
    assert "%PDF" not in page, name
    return set(CODE.findall(page))


def kept() -> list[object]:
    """What selling would change."""
    with unscoped("test"):
        rows = Application.objects.order_by("pk").values_list("pk", "state", "version")
        return [*rows, *Quote.objects.order_by("pk").values_list("pk", "state"), Cover.objects.count()]


@pytest.mark.parametrize(("code", "change"), PARTIES, ids=["no insurer", "a share", "a registration", "the agent"])
def test_without_one_of_those_behind_the_cover_every_place_names_just_that(
    asked: dict[str, Ask],
    place: Tree,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    code: str,
    change: tuple[str, str],
) -> None:
    before = kept()
    found = live(tmp_path, change)
    assert (found.folder / "parties.yaml").read_text("utf-8").count(change[0]) == 0
    sells(monkeypatch, found)
    assert {name: refused(ask, name) for name, ask in asked.items()} == {name: {code} for name in asked}
    assert kept() == before


@pytest.mark.parametrize("document", sale.DOCUMENTS)
def test_without_an_approval_each_place_that_needs_it_names_just_that_and_the_others_go_on(
    asked: dict[str, Ask], place: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, document: str
) -> None:
    before = kept()
    needy = {name: ask for name, ask in asked.items() if document in NEEDS[name]}
    for code, end in (("sale.approval", None), ("sale.expired", OVER)):
        sells(monkeypatch, live(tmp_path, **{document: end}))
        assert {name: refused(ask, name) for name, ask in needy.items()} == {name: {code} for name in needy}
        for name in SHOWS - needy.keys():
            answer = asked[name]()
            assert answer.status_code == 200, name
            assert not CODE.search(answer.content.decode(errors="replace")), name
    assert kept() == before


def test_changed_words_take_every_approval_back(
    asked: dict[str, Ask], place: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = kept()
    words = live(tmp_path).folder / "text" / "en" / "parties.yaml"
    words.write_text(words.read_text("utf-8").replace("Sample", "Example"), "utf-8")
    sells(monkeypatch, loaded(tmp_path / "chuokai-leak"))
    assert {name: refused(ask, name) for name, ask in asked.items()} == {name: {"sale.text_changed"} for name in asked}
    assert kept() == before


def test_with_everything_in_place_each_page_sells(
    asked: dict[str, Ask], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sells(monkeypatch, live(tmp_path))
    with unscoped("test"):
        covers = Cover.objects.count()
    for name, ask in asked.items():
        answer = ask()
        assert answer.status_code in (200, 302), name
        assert b"sale." not in answer.content, name
    with unscoped("test"):
        assert Cover.objects.count() == covers + 2  # one clerk's and that of two


@pytest.mark.parametrize("by_job", [True, False], ids=["job", "first reading"])
def test_who_was_accepted_gets_its_papers_whatever_the_programme_loses_until_they_are_issued(
    place: Tree, june: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by_job: bool
) -> None:
    """Between acceptance and issue: shares that add up to less than 1, no agent, no approvals, another plan of that name."""
    mine, office = scope("member", place.member), scope("federation", place.prefecture)
    application = submitted(mine)
    confirmed(scope("association", place.association), application.pk)
    checked(office, application.pk)
    sells(monkeypatch, live(tmp_path / "then"))
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
    sells(monkeypatch, live(tmp_path))
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
    complete = live(tmp_path / "complete")
    sells(monkeypatch, complete)
    assert contract.quote(read(REQUEST.encode(), "r.yaml"), "ja")[0].decision == "quoted"
    assert [each.data["watermark"] for each in made_papers(complete)] == ["", ""]
    assert all(
        each.data["watermark"] for each in made_papers(made(tmp_path / "sample", status="sample", approved=False))
    )
