"""A referral that the tariff has no figure for: an underwriter takes it at a premium of its own, beyond its authority by two."""

from dataclasses import replace

import pytest
from django.test import Client

from sonae.figures import LANGS, Lang
from sonae.programmes import Programme, load, programme
from sonae_web.accounts.models import User
from sonae_web.ground.models import Document, Mail
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.quotes import papers, referrals, services
from sonae_web.quotes.models import Decision, Quote
from sonae_web.quotes.referrals import Judgement, NoFigure
from tests.web.cast import Tree
from tests.web.quotes.cast import form, quote, row, staff
from tests.web.test_members import at

pytestmark = pytest.mark.django_db
NAMED = Judgement(approved=True, reason="類似の業者の実績による。", conditions=("年1回の点検",), annual_premium=120_000)


@pytest.fixture(autouse=True)
def beyond_the_tariff(monkeypatch: pytest.MonkeyPatch) -> Programme:
    """A programme with a deductible beyond the tariff's last."""
    found = load("chuokai-leak")
    plans = tuple(replace(each, deductible=2_000_000) if each.id == "p5000" else each for each in found.plans)
    changed = replace(found, plans=plans)
    monkeypatch.setattr(programme, "load_folder", lambda _: (changed, ()))
    return changed


@pytest.fixture
def waiting(member: Scope) -> Quote:
    made = quote(member)
    assert (made.state, made.annual_premium) == ("waiting", None)
    return made


def decide(by: Scope, made: Quote, judgement: Judgement = NAMED) -> Quote:
    with declared(by):
        return referrals.decide(scope=by, quote=made.pk, judgement=judgement)


def test_an_underwriter_names_a_premium_on_the_page_and_the_member_can_apply_with_it(
    place: Tree, member: Scope, waiting: Quote
) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    address = at("referral", place.prefecture, quote=waiting.pk)
    page = browser.get(address).content.decode()
    assert 'name="premium"' in page
    assert 'name="loading"' not in page
    sent = form(outcome="approved", premium="12万円", reason="類似の業者の実績による。", conditions="年1回の点検")
    assert browser.post(address, sent).status_code == 302
    after = row(waiting.pk)
    assert (after.state, after.annual_premium, after.premium) == ("approved", 120_000, 70_000)  # 7 of 12 months
    with declared(member):
        assert [each.pk for each in services.usable(scope=member)] == [waiting.pk]
        steps = services.standing(member, after)["steps"]
    assert [(step["name"], step["yen"], step["basis"], step["reference"]) for step in steps[:1]] == [
        ("named", 120_000, "assumed", "underwriter")
    ]
    assert services.content(after) == services.content(waiting)  # what was frozen stays
    reader = Client()
    reader.force_login(User.objects.get(pk=member.user))
    for lang, word in (("ja", "引受担当者が定めた年間保険料"), ("en", "Premium for a year named by the underwriter")):
        shown = reader.get(
            at("quote", place.member, quote=waiting.pk), headers={"accept-language": lang}
        ).content.decode()
        assert word in shown
        assert "120,000" in shown
    assert "120,000円" in browser.get(address).content.decode()
    with unscoped("test"):
        assert Mail.objects.filter(kind="quote_approved_on_terms").exists()


@pytest.mark.parametrize("lang", LANGS)
def test_its_paper_says_who_named_the_premium_and_on_which_conditions(
    member: Scope, underwriter: Scope, waiting: Quote, lang: Lang
) -> None:
    after = decide(underwriter, waiting)
    with declared(member):
        assert papers.paper(scope=member, row=after, lang=lang).startswith(b"%PDF-")
        data = str(papers._made(member, after, lang).data)
        assert Document.within(member).get(subject=after.pk).kind == papers.KIND_DECIDED
    word = "引受担当者が定めた年間保険料" if lang == "ja" else "Premium for a year named by the underwriter"
    for each in (word, "120,000", "70,000", "年1回の点検"):
        assert each in data


@pytest.mark.parametrize("premium", [10_000, 1_000_010, 54_999_990])
def test_beyond_the_authority_of_one_a_second_confirms_exactly_that(
    place: Tree, underwriter: Scope, waiting: Quote, premium: int
) -> None:
    assert decide(underwriter, waiting, replace(NAMED, annual_premium=premium)).state == "confirming"
    assert row(waiting.pk).annual_premium is None  # nothing stands yet
    browser, second = staff("underwriter", place.prefecture)
    page = browser.get(at("referral", place.prefecture, quote=waiting.pk)).content.decode()
    assert "20,000〜1,000,000円" in page
    assert f"{premium:,}円" in page
    with unscoped("test"):
        seen = Decision.objects.get().hash
    with declared(second):
        referrals.confirm(scope=second, quote=waiting.pk, seen=seen)
    assert (row(waiting.pk).state, row(waiting.pk).annual_premium) == ("approved", premium)


@pytest.mark.parametrize("premium", ["", "0", "-10", "12345", "x", "55,000,000", "1.5", "9" * 40])
def test_what_cannot_be_a_premium_changes_nothing(place: Tree, waiting: Quote, premium: str) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    sent = form(outcome="approved", premium=premium, reason="よい", conditions="")
    answer = browser.post(at("referral", place.prefecture, quote=waiting.pk), sent)
    assert answer.status_code == 422
    assert 'href="#premium"' in answer.content.decode()
    assert row(waiting.pk).state == "waiting"


def test_a_refusal_needs_no_premium(place: Tree, waiting: Quote) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    sent = form(outcome="refused", premium="", reason="再保険がない。", conditions="")
    assert browser.post(at("referral", place.prefecture, quote=waiting.pk), sent).status_code == 302
    assert (row(waiting.pk).state, row(waiting.pk).annual_premium) == ("refused", None)


def test_a_premium_is_named_where_the_tariff_has_none_and_only_there(
    member: Scope, underwriter: Scope, waiting: Quote
) -> None:
    with pytest.raises(NoFigure):
        decide(underwriter, waiting, replace(NAMED, annual_premium=None))
    rated = quote(member, plan="p3000", known_incident="yes")
    assert rated.annual_premium is not None
    with pytest.raises(NoFigure):
        decide(underwriter, rated)
