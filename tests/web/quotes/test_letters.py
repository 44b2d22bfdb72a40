"""Mails about referred quotes: to underwriters when one waits, to the member when it is decided; each in its language."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client

from sonae_web.accounts.models import User
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import Mail
from sonae_web.ground.scope import Scope, declared
from sonae_web.quotes import referrals
from sonae_web.quotes.referrals import Judgement
from tests.web.cast import Tree, scope
from tests.web.quotes.cast import quote

pytestmark = pytest.mark.django_db
PLAIN = Judgement(approved=True, reason="見本：理由の全文")


def mails(kind: str) -> list[dict[str, Any]]:
    return [sealed.get(row, "content") | {"lang": row.lang} for row in Mail.objects.filter(kind=kind)]


def address(who: Scope) -> str:
    return User.objects.get(pk=who.user).email


def test_a_referred_quote_is_told_to_underwriters_once_while_it_waits(member: Scope, underwriter: Scope) -> None:
    User.objects.filter(pk=underwriter.user).update(lang="en")
    first = quote(member, known_incident="yes")
    quote(member, known_incident="yes")
    quote(member)
    (told,) = mails("referral_waiting")
    assert (told["to"], told["lang"]) == (address(underwriter), "en")
    assert first.number in told["body"]
    assert f"/underwriting/{first.pk}/" in told["body"]
    assert "見本商事" not in told["body"] + told["subject"]
    assert first.number not in told["subject"]


def test_a_referral_past_its_last_day_does_not_keep_the_next_one_from_being_told(
    member: Scope, underwriter: Scope
) -> None:
    quote(member, known_incident="yes")
    with clock.stopped(datetime(2027, 7, 11, 1, 0, tzinfo=UTC)):
        later = quote(member, known_incident="yes")
    assert [later.number in each["body"] for each in mails("referral_waiting")] == [False, True]


@pytest.mark.parametrize(
    ("judgement", "kind"),
    [
        (PLAIN, "quote_approved"),
        (replace(PLAIN, conditions=("見本：条件の全文",)), "quote_approved_on_terms"),
        (replace(PLAIN, loading=Fraction(5, 4)), "quote_approved_on_terms"),
        (replace(PLAIN, approved=False), "quote_refused"),
    ],
)
def test_the_member_is_told_what_was_decided(
    member: Scope, underwriter: Scope, judgement: Judgement, kind: str
) -> None:
    row = quote(member, known_incident="yes")
    with declared(underwriter):
        referrals.decide(scope=underwriter, quote=row.pk, judgement=judgement)
    (told,) = mails(kind)
    assert (told["to"], told["lang"]) == (address(member), "ja")
    assert f"/{row.pk}" in told["body"]
    assert not any(each in told["body"] for each in ("見本：理由の全文", "見本：条件の全文", "見本商事"))
    assert sum(len(mails(each)) for each in ("quote_approved", "quote_approved_on_terms", "quote_refused")) == 1


def test_a_proposal_is_told_to_the_others_and_the_member_hears_of_it_when_it_is_confirmed(
    place: Tree, member: Scope, underwriter: Scope
) -> None:
    second = scope("underwriter", place.national)
    row = quote(member, known_incident="yes")
    with declared(underwriter):
        referrals.decide(scope=underwriter, quote=row.pk, judgement=replace(PLAIN, loading=Fraction(2)))
    assert [each["to"] for each in mails("referral_proposed")] == [address(second)]
    assert mails("quote_approved_on_terms") == []
    with declared(second):
        _, _, decision = referrals.read(scope=second, quote=row.pk)
        assert decision is not None
        referrals.confirm(scope=second, quote=row.pk, seen=decision.hash)
    assert [each["to"] for each in mails("quote_approved_on_terms")] == [address(member)]


def test_people_are_written_to_in_the_language_they_chose(member: Scope) -> None:
    browser = Client()
    browser.force_login(User.objects.get(pk=member.user))
    browser.post("/language", {"language": "en"})
    assert User.objects.get(pk=member.user).lang == "en"
    browser.post("/language", {"language": "xx"})
    assert User.objects.get(pk=member.user).lang == "en"
