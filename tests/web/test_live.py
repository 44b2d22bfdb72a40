"""A live programme from the quote to the page that verifies its certificate; its papers are no samples, a sample's are."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from sonae_web.accounts.models import User
from sonae_web.declarations import services as declarations
from sonae_web.ground import documents
from sonae_web.ground.models import Document
from sonae_web.ground.scope import declared, unscoped
from sonae_web.ground.words import words
from sonae_web.policies import banks, covers, drafts, public_views, records
from sonae_web.policies.models import Application, Cover
from sonae_web.quotes.models import Quote
from tests.programmes.test_sale import made
from tests.web.cast import Tree, once, scope
from tests.web.policies.cast import ACCOUNT, BANKS, BUSINESS, JUNE, at, now, ready
from tests.web.quotes.cast import FORM, staff
from tests.web.test_sale import CODE, live, sells

pytestmark = pytest.mark.django_db


def walked(place: Tree) -> Cover:
    """A member's way from its diagnosis to the cover, page by page, each step by whoever takes it."""
    mine, my, desk = scope("member", place.member), place.member.pk, place.prefecture.pk
    member, clerk = Client(), staff("federation", place.prefecture)[0]
    member.force_login(User.objects.get(pk=mine.user))
    banks.load(BANKS)
    with declared(mine):
        ready(mine)

    def done(client: Client, name: str, args: list[Any], form: dict[str, Any]) -> None:
        answer = client.post(reverse(name, args=args), {**form, **once()})
        assert answer.status_code == 302, (name, CODE.findall(answer.content.decode()))

    done(member, "quote_new", [my], {**FORM, "annual_sales": "5000万", "plan": "p5000", "window": "mid_term"})
    done(member, "application_start", [my], {"year": "2027"})
    row = Application.within(mine).get()
    ticks = {"given": list(drafts.CONFIRMED), "how": "screen", "version": drafts.version_now(row)}
    chosen, held = {"quote": str(Quote.within(mine).get().pk)}, {**BUSINESS, "persons_held": FORM["persons_held"]}
    for part, form in (("plan", chosen), ("business", held), ("account", ACCOUNT), ("confirm", ticks)):
        seen = {"seen": str(now(mine, row.pk).version)}
        done(member, "application_part", [my, row.pk, part], {**form, **seen})
    start = records.choice_of(row)
    assert start is not None
    sends = {"seen": str(now(mine, row.pk).version), "start": start.cover_from.isoformat()}
    done(member, "application_submit", [my, row.pk], sends)
    done(staff("association", place.association)[0], "desk_enrolment_confirm", [place.association.pk, row.pk], {})
    for decision in ("check", "accept"):
        seen = {"seen": str(now(mine, row.pk).version), "declaration": "1"}
        done(clerk, "desk_application_decide", [desk, row.pk], {"do": decision, **seen})
    return Cover.within(mine).get(application=row.pk)


@pytest.mark.parametrize("status", ["live", "sample"])
def test_a_member_goes_all_the_way_and_the_papers_of_a_live_programme_are_no_samples(
    place: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str
) -> None:
    public_views.verify.allowance._left.clear()  # type: ignore[attr-defined]
    found = live(tmp_path) if status == "live" else made(tmp_path, status="sample", approved=False)
    sells(monkeypatch, found)
    note = found.words("ja")("policy.sample_note").partition("。")[0]
    with at(JUNE):
        cover, mine, browser = walked(place), scope("member", place.member), Client()
        browser.force_login(User.objects.get(pk=mine.user))
        signed = declarations.versions(mine)[0].pk
        papers: dict[str, list[Any]] = {
            "quote_paper": [Quote.within(mine).get().pk],
            "declaration_paper": [signed],
            "application_explanation": [cover.application_id],
        }
        addresses = [reverse(name, args=[place.member.pk, *args]) for name, args in papers.items()]
        for kind in ("application", "certificate"):
            addresses.append(reverse("cover_paper", args=[place.member.pk, cover.pk, kind, "ja"]))
        for address in addresses:
            answer = browser.get(address)
            assert answer.status_code == 200, address
            text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
            assert (note in text.replace("\n", ""), "見本です" in text) == (status == "sample",) * 2, address
    with unscoped("test"):
        marks = [documents.read_data(mine, row.pk)["watermark"] for row in Document.objects.all()]
        token = covers.content(cover)["token"]
    assert len(marks) >= len(addresses) - 1  # the explanation is made anew each time
    assert {bool(mark) for mark in marks} == {status == "sample"}
    valid = words()("site.verify.valid_text")
    for moment, holds in ((JUNE, False), (cover.cover_from, True), (cover.cover_to, False)):
        with at(moment):
            assert (valid in Client().get(reverse("verify", args=[token])).content.decode()) == holds
