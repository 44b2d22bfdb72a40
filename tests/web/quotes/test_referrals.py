"""Referred quotes: decided by an underwriter of the federation, with a reason; beyond one's authority by two; once."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client

from sonae_web.accounts.models import User
from sonae_web.accounts.services import grant_role
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.words import words
from sonae_web.quotes import referrals, services
from sonae_web.quotes.facts import credit
from sonae_web.quotes.models import Decision, Quote
from sonae_web.quotes.referrals import AlreadyDecided, Expired, Judgement, OwnOrganisation, SamePerson
from tests.web.apart import at_once, prepare
from tests.web.cast import Tree, scope, tree
from tests.web.declarations.cast import HANAKO, signed
from tests.web.declarations.cast import diagnosed as declare_diagnosed
from tests.web.quotes.cast import JUNE, form, quote, row, staff, told
from tests.web.test_members import at

pytestmark = pytest.mark.django_db
TAKEN = Judgement(approved=True, reason="再発防止策を確認した。", conditions=("委託先との契約を見直すこと",))
DEAR = replace(TAKEN, loading=Fraction(2))


@pytest.fixture
def waiting(member: Scope) -> Quote:
    return quote(member, known_incident="yes")


def decide(by: Scope, made: Quote, judgement: Judgement = TAKEN) -> Quote:
    with declared(by):
        return referrals.decide(scope=by, quote=made.pk, judgement=judgement)


def test_an_underwriter_decides_through_the_page_and_the_member_sees_it(
    place: Tree, member: Scope, waiting: Quote
) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    queue = browser.get(at("underwriting", place.prefecture)).content.decode()
    assert waiting.number in queue
    page = browser.get(at("referral", place.prefecture, quote=waiting.pk)).content.decode()
    for text in ("すでに知っている漏えい", "120,000,000円", "審査前の目安"):
        assert text in page
    sent = form(
        outcome="approved", loading="1.25", reason="再発防止策を\u202e確認した。", conditions="一つ目\n\n二つ目"
    )
    done = browser.post(at("referral", place.prefecture, quote=waiting.pk), sent)
    assert done.status_code == 302
    assert "決定" in browser.get(done["Location"]).content.decode()
    after = row(waiting.pk)
    assert (after.state, after.referred) == ("approved", True)
    with declared(member):
        assert [each.pk for each in services.usable(scope=member)] == [waiting.pk]
        stands = services.standing(member, after)
        decided = services.decision(member, after)
        assert decided is not None
        assert decided[1]["conditions"] == ["一つ目", "二つ目"]
        assert decided[1]["reason"] == "再発防止策を確認した。"
    steps = {step["name"]: step for step in stands["steps"]}
    assert steps["loading"]["factor"] == "1.25"
    assert after.annual_premium == stands["annual_premium"]
    assert abs((after.annual_premium or 0) - (waiting.annual_premium or 0) * 1.25) <= 10
    assert services.content(after) == services.content(waiting)  # what was frozen stays
    with unscoped("test"):
        actions = set(AuditRow.objects.values_list("action", flat=True))
    assert {"referral.read", "referral.decided"} <= actions


def test_a_refusal_has_its_reason_and_no_price(member: Scope, underwriter: Scope, waiting: Quote) -> None:
    decide(underwriter, waiting, Judgement(approved=False, reason="事故の調査が終わっていない。"))
    after = row(waiting.pk)
    assert after.state == "refused"
    with declared(member):
        assert services.usable(scope=member) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"reason": ""}, "reason"),
        ({"outcome": ""}, "outcome"),
        ({"loading": "0"}, "loading"),
        ({"loading": "1.255"}, "loading"),
        ({"loading": "1/2"}, "loading"),
        ({"loading": "11"}, "loading"),
        ({"conditions": "\n".join(str(number) for number in range(11))}, "conditions"),
    ],
)
def test_a_faulty_decision_changes_nothing(place: Tree, waiting: Quote, fields: dict[str, str], fault: str) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    sent = form(**{"outcome": "approved", "loading": "1.00", "reason": "よい", "conditions": "", **fields})
    answer = browser.post(at("referral", place.prefecture, quote=waiting.pk), sent)
    assert answer.status_code == 422
    assert f'href="#{fault}"' in answer.content.decode()
    assert row(waiting.pk).state == "waiting"


@pytest.mark.parametrize("judgement", [DEAR, replace(TAKEN, loading=Fraction(1, 2))])
def test_beyond_the_authority_of_one_a_second_confirms(
    place: Tree, underwriter: Scope, waiting: Quote, judgement: Judgement
) -> None:
    assert decide(underwriter, waiting, judgement).state == "confirming"
    with unscoped("test"):
        seen = Decision.objects.get().hash
    with declared(underwriter), pytest.raises(SamePerson):
        referrals.confirm(scope=underwriter, quote=waiting.pk, seen=seen)
    browser, second = staff("underwriter", place.prefecture)
    with declared(second), pytest.raises(AlreadyDecided):  # what was confirmed is not what is proposed
        referrals.confirm(scope=second, quote=waiting.pk, seen="0" * 64)
    confirmed = browser.post(at("referral_confirm", place.prefecture, quote=waiting.pk), form(act="confirm", seen=seen))
    assert confirmed.status_code == 302
    assert row(waiting.pk).state == "approved"
    with unscoped("test"):
        found = Decision.objects.get()
    assert (found.by, found.confirmed_by) == (underwriter.user, second.user)


def test_sent_back_it_is_decided_anew(place: Tree, underwriter: Scope, waiting: Quote) -> None:
    decide(underwriter, waiting, DEAR)
    with unscoped("test"):
        seen = Decision.objects.get().hash
    browser, second = staff("underwriter", place.prefecture)
    browser.post(at("referral_confirm", place.prefecture, quote=waiting.pk), form(act="send_back", seen=seen))
    assert row(waiting.pk).state == "waiting"
    assert decide(second, waiting).state == "approved"


def test_the_database_itself_knows_four_eyes(underwriter: Scope, waiting: Quote) -> None:
    decide(underwriter, waiting, DEAR)
    with unscoped("test"):
        found = Decision.objects.get()
        found.confirmed_by, found.confirmed_at = found.by, clock.now()
        with pytest.raises(IntegrityError), transaction.atomic():
            found.save(update_fields=["confirmed_by", "confirmed_at"])


@pytest.mark.parametrize("role_at", ["member", "association"])
def test_nobody_decides_on_an_organisation_that_it_belongs_to(
    place: Tree, underwriter: Scope, waiting: Quote, role_at: str
) -> None:
    organisation = {"member": place.member, "association": place.association}[role_at]
    grant_role(user=User.objects.get(pk=underwriter.user), organisation=organisation, role=role_at)
    with pytest.raises(OwnOrganisation):
        decide(underwriter, waiting)
    assert row(waiting.pk).state == "waiting"


def test_another_federations_underwriter_sees_nothing(place: Tree, waiting: Quote) -> None:
    far = scope("underwriter", place.other_prefecture)
    with declared(far):
        assert referrals.queue(far) == []
        with pytest.raises(Http404):
            referrals.read(scope=far, quote=waiting.pk)


def test_a_quote_that_was_not_referred_is_not_there_for_an_underwriter(
    place: Tree, member: Scope, underwriter: Scope
) -> None:
    plain = quote(member)
    with declared(underwriter):
        assert referrals.queue(underwriter) == []
        with pytest.raises(Http404):
            referrals.read(scope=underwriter, quote=plain.pk)
    browser, _ = staff("underwriter", place.prefecture)
    assert browser.get(at("referral", place.prefecture, quote=plain.pk)).status_code == 404


@pytest.mark.parametrize("judgement", [TAKEN, replace(TAKEN, approved=False)])
def test_past_its_last_day_a_referral_leaves_the_queue_and_is_not_decided(
    place: Tree, member: Scope, underwriter: Scope, waiting: Quote, judgement: Judgement
) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    address = at("referral", place.prefecture, quote=waiting.pk)
    sent = form(outcome="approved", loading="1.00", reason="よい", conditions="")
    gone = words()("quotes.refused.expired")
    with clock.stopped(datetime(2027, 7, 10, 14, 59, tzinfo=UTC)):  # the last minute of the last day in Japan
        with declared(underwriter):
            assert [each.pk for each in referrals.queue(underwriter)] == [waiting.pk]
        assert 'name="outcome"' in browser.get(address).content.decode()
    with clock.stopped(datetime(2027, 7, 10, 15, 0, tzinfo=UTC)):
        with declared(underwriter):
            assert referrals.queue(underwriter) == []
        assert 'name="outcome"' not in browser.get(address).content.decode()
        answer = browser.post(address, sent)
        assert (answer.status_code, gone in answer.content.decode()) == (409, True)
        with pytest.raises(Expired):
            decide(underwriter, waiting, judgement)
        assert row(waiting.pk).expired
        user = User.objects.get(pk=member.user)
        mine = Client()
        mine.force_login(user)
        page = mine.get(at("quote", place.member, quote=waiting.pk)).content.decode()
        assert words()("quotes.state.expired") in page
        assert words()("quotes.waiting_title") not in page
    assert row(waiting.pk).state == "waiting"


def test_past_its_last_day_a_proposal_is_not_confirmed(place: Tree, underwriter: Scope, waiting: Quote) -> None:
    decide(underwriter, waiting, DEAR)
    with unscoped("test"):
        seen = Decision.objects.get().hash
    second = scope("underwriter", place.prefecture)
    with clock.stopped(datetime(2027, 7, 11, 1, 0, tzinfo=UTC)), declared(second):
        assert referrals.queue(second) == []
        with pytest.raises(Expired):
            referrals.confirm(scope=second, quote=waiting.pk, seen=seen)
    assert row(waiting.pk).state == "confirming"


def test_what_was_decided_last_comes_first(member: Scope, underwriter: Scope, waiting: Quote) -> None:
    with clock.stopped(datetime(2027, 6, 11, 1, 0, tzinfo=UTC)):
        younger = quote(member, known_incident="yes")
        decide(underwriter, younger)
    with clock.stopped(datetime(2027, 6, 12, 1, 0, tzinfo=UTC)):
        decide(underwriter, waiting)
    with declared(underwriter):
        assert [each.pk for each in referrals.decided(underwriter, 9)] == [waiting.pk, younger.pk]


def test_decided_once_it_stays(underwriter: Scope, waiting: Quote) -> None:
    decide(underwriter, waiting)
    with pytest.raises(AlreadyDecided):
        decide(underwriter, waiting, Judgement(approved=False, reason="後から"))


@pytest.mark.django_db(transaction=True)
def test_of_two_underwriters_at_once_one_decides_and_the_other_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, monkeypatch)

    def set_up() -> tuple[Quote, list[Scope]]:
        with unscoped("test"), clock.stopped(JUNE):
            place = tree()
            found = quote(scope("member", place.member), known_incident="yes")
            return found, [staff("underwriter", place.prefecture)[1] for _ in range(2)]

    ((made, both),) = at_once([set_up])
    judgements = (TAKEN, Judgement(approved=False, reason="見送る"))

    def act(by: Scope, judgement: Judgement) -> str:
        with clock.stopped(JUNE):
            return decide(by, made, judgement).state

    results = at_once([partial(act, *pair) for pair in zip(both, judgements, strict=True)], threads=2)
    assert sum(isinstance(each, AlreadyDecided) for each in results) == 1, results
    winner = next(each for each in results if isinstance(each, str))
    ((after, decisions),) = at_once([lambda: (row(made.pk), _decisions(made))])
    assert (after.state, decisions) == (winner, 1)


def _decisions(made: Quote) -> int:
    with unscoped("test"):
        return Decision.objects.filter(quote=made).count()


def test_an_underwriter_reads_the_declaration_that_a_referral_rests_on(place: Tree, member: Scope) -> None:
    with declared(member):
        declare_diagnosed(member, "no")
        first = signed(member)
        made = services.make(
            scope=member, insured="見本商事", facts=told(known_incident="yes"), plan="p5000",
            kind=services.open_choices(clock.today())[0].kind, credit=credit(member),
        )  # fmt: skip
    with clock.stopped(datetime(2027, 6, 11, 1, 0, tzinfo=UTC)):
        with declared(member):
            signed(member)  # a correction that the quote does not rest on
        browser, acts = staff("underwriter", place.prefecture)
        address = at("referral_declaration", place.prefecture, quote=made.pk)
        assert address in browser.get(at("referral", place.prefecture, quote=made.pk)).content.decode()
        page = browser.get(address).content.decode()
        assert words()("policy.declaration.number", number=first.number, version=1) in page
        assert HANAKO.name in page
        paper = at("referral_declaration_paper", place.prefecture, quote=made.pk)
        assert paper in page
        assert browser.get(paper).content.startswith(b"%PDF")
        readings = AuditRow.objects.filter(action="declaration.read", actor=acts.user)
        assert readings.count() == 2
        far = staff("underwriter", place.other_prefecture)[0]
        assert far.get(at("referral_declaration", place.other_prefecture, quote=made.pk)).status_code == 404
        assert readings.count() == 2


def test_a_referral_without_a_declaration_has_none_to_read(place: Tree, waiting: Quote) -> None:
    browser, _ = staff("underwriter", place.prefecture)
    address = at("referral_declaration", place.prefecture, quote=waiting.pk)
    assert browser.get(address).status_code == 404
    assert address not in browser.get(at("referral", place.prefecture, quote=waiting.pk)).content.decode()
