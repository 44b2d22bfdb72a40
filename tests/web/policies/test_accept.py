"""From an application to a cover: sent, confirmed, checked, accepted; each way in which it is not."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from sonae.dates import JST
from sonae_web.accounts.models import User
from sonae_web.accounts.services import grant_role
from sonae_web.declarations import services as declarations
from sonae_web.ground import sealed
from sonae_web.ground.jobs import run_all
from sonae_web.ground.models import AuditRow, Document, Mail
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.policies import banks, covers, deciding, drafts, papers, proposals, records, sending, turns
from sonae_web.policies.models import Application, Cover, Proposal, Remark
from sonae_web.policies.records import Changed, Told
from sonae_web.quotes import referrals
from tests.web.cast import Tree, scope
from tests.web.declarations.cast import signed as sign
from tests.web.policies.cast import (
    BANKS,
    JUNE,
    accepted,
    at,
    checked,
    confirmed,
    filled,
    now,
    ready,
    resigned,
    sent,
    submitted,
)
from tests.web.quotes.cast import quote, staff

pytestmark = pytest.mark.django_db


def test_from_sending_to_the_certificate(place: Tree) -> None:
    member = scope("member", place.member)
    clerk, office = scope("association", place.association), scope("federation", place.prefecture)
    with at(JUNE):
        row = submitted(member)
        assert (row.state, row.number, row.applied_on) == ("submitted", "A2027-000001", date(2027, 6, 10))
        assert (row.cover_from, row.months, row.debit_on) == (
            datetime(2027, 8, 25, 16, tzinfo=JST),
            7,
            date(2027, 9, 24),
        )
        confirmed(clerk, row.pk)
        checked(office, row.pk)
        cover = accepted(office, row.pk)
        assert (cover.state, cover.payment, cover.number) == ("accepted", "not_due", "2027-0000001")
        assert (cover.master, cover.first_cover_on) == ("見本-0001-2027", date(2027, 8, 25))
        assert cover.premium == row.premium
        assert now(member, row.pk).state == "accepted"
        run_all()
    with unscoped("test"):
        issued = set(Document.objects.filter(subject=cover.pk).values_list("kind", "lang"))
        token = covers.content(cover)["token"]
    assert issued == {(kind, lang) for kind in ("certificate", "application") for lang in ("ja", "en")}
    with declared(member), at(JUNE):
        assert papers.read(scope=member, cover=cover, kind="certificate", lang="ja").startswith(b"%PDF-")
    assert {"application_submitted", "application_accepted"} <= set(Mail.objects.values_list("kind", flat=True))
    assert "application.accepted" in set(AuditRow.objects.values_list("action", flat=True))
    with at(cover.cover_from - timedelta(seconds=1)):
        assert not covers.is_valid(token)
    with at(cover.cover_from):
        assert covers.is_valid(token)
        assert not covers.is_valid(token + "x")
    with at(cover.cover_to):
        assert not covers.is_valid(token)


# --- what is refused
@pytest.fixture
def member(place: Tree) -> Scope:
    return scope("member", place.member)


@pytest.fixture
def clerk(place: Tree) -> Scope:
    return scope("association", place.association)


@pytest.fixture
def office(place: Tree) -> Scope:
    return scope("federation", place.prefecture)


@pytest.fixture
def row(member: Scope) -> Iterator[Application]:
    """An application that was sent; the clock stands at that moment."""
    with at(JUNE):
        yield submitted(member)


def test_not_without_the_association_nor_before_it_was_found_complete(
    row: Application, clerk: Scope, office: Scope
) -> None:
    for prepare, word in ((None, "not_confirmed"), (confirmed, "not_checked")):
        if prepare:
            prepare(clerk, row.pk)
        with pytest.raises(Told) as told:
            accepted(office, row.pk)
        assert told.value.word == f"site.policies.{word}"


def test_what_was_not_seen_is_not_decided(row: Application, clerk: Scope, office: Scope) -> None:
    confirmed(clerk, row.pk)
    for act in (deciding.check, deciding.send_back, deciding.decline, deciding.refer):
        points = {} if act is deciding.check else {"points": ["見本"]}
        with declared(office), pytest.raises(Changed):
            act(scope=office, application=row.pk, seen=row.version, **points)


def test_a_declaration_corrected_meanwhile_is_looked_at_again(
    row: Application, member: Scope, clerk: Scope, office: Scope
) -> None:
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    with declared(member):
        resigned(member)
    with declared(office), pytest.raises(Changed):
        deciding.accept(scope=office, application=row.pk, seen=now(office, row.pk).version, declaration=1)
    assert accepted(office, row.pk).state == "accepted"


def test_nothing_is_accepted_at_its_start(row: Application, clerk: Scope, office: Scope) -> None:
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    with at(row.cover_from), pytest.raises(Told) as told:
        accepted(office, row.pk)
    assert told.value.word == "site.policies.too_late"
    with at(row.cover_from - timedelta(seconds=1)):
        assert accepted(office, row.pk).cover_from == row.cover_from


def test_nobody_decides_about_themselves(place: Tree, row: Application, clerk: Scope, office: Scope) -> None:
    for them in (clerk, office):
        user = User.objects.get(pk=them.user)
        held = grant_role(user=user, organisation=place.member, role="member")
        with declared(them), pytest.raises(Told) as told:
            deciding.confirm_membership(scope=them, application=row.pk)
        assert told.value.word == "site.policies.own"
        held.delete()
    confirmed(clerk, row.pk)


def test_who_acts_for_the_member_takes_no_step_about_it(
    place: Tree, row: Application, clerk: Scope, office: Scope
) -> None:
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    held = grant_role(user=User.objects.get(pk=office.user), organisation=place.member, role="member")
    seen = now(office, row.pk).version
    with declared(office):
        for act in (deciding.check, deciding.send_back, deciding.decline, deciding.refer):
            points = {} if act is deciding.check else {"points": ["見本"]}
            with pytest.raises(Told) as told:
                act(scope=office, application=row.pk, seen=seen, **points)
            assert told.value.word == "site.policies.own"
        assert deciding.accept_many(scope=office, chosen=[(row.pk, seen)]) == ([], [(row.pk, "site.policies.own")])
    with pytest.raises(Told) as told:
        accepted(office, row.pk)
    assert told.value.word == "site.policies.own"
    held.delete()
    second = scope("federation", place.national)
    with declared(second):
        deciding.refer(scope=second, application=row.pk, seen=seen, points=["件数が多い"])
    checked(second, row.pk)
    with declared(second):
        seen = now(second, row.pk).version
        proposal = proposals.propose(scope=second, application=row.pk, seen=seen, step="accept", points=["よい"])
    grant_role(user=User.objects.get(pk=office.user), organisation=place.member, role="member")
    with declared(office):
        for again in (
            lambda: proposals.propose(scope=office, application=row.pk, seen=seen, step="accept", points=["よい"]),
            lambda: proposals.approve(scope=office, application=row.pk, proposal=proposal.pk),
        ):
            with pytest.raises(Told) as told:
                again()
            assert told.value.word == "site.policies.own"


def test_the_association_as_the_insured_is_confirmed_by_the_federation(
    place: Tree, clerk: Scope, office: Scope
) -> None:
    own = scope("member", place.own_member)
    with at(JUNE):
        row = submitted(own)
        with declared(clerk), pytest.raises(Told) as told:
            deciding.confirm_membership(scope=clerk, application=row.pk)
        assert told.value.word == "site.policies.own"
        grant_role(user=User.objects.get(pk=office.user), organisation=place.association, role="association")
        with declared(office), pytest.raises(Told) as told:  # who holds a role of the association, in any other role
            deciding.confirm_membership(scope=office, application=row.pk)
        assert told.value.word == "site.policies.own"
        office = staff("federation", place.prefecture)[1]
        confirmed(office, row.pk)
        checked(office, row.pk)
        assert accepted(office, row.pk).insured == place.association.name


def test_of_another_the_association_confirms_and_not_the_federation(row: Application, office: Scope) -> None:
    with declared(office), pytest.raises(Told) as told:
        deciding.confirm_membership(scope=office, application=row.pk)
    assert told.value.word == "site.policies.association_confirms"


def test_another_branch_finds_nothing(place: Tree, row: Application) -> None:
    for role, organisation in (("federation", place.other_prefecture), ("association", place.other_association)):
        them = scope(role, organisation)
        with declared(them), pytest.raises(Http404):
            deciding.confirm_membership(scope=them, application=row.pk)


def test_every_step_again_changes_nothing(row: Application, clerk: Scope, office: Scope, member: Scope) -> None:
    confirmed(clerk, row.pk)
    before = now(office, row.pk).version
    confirmed(clerk, row.pk)
    assert now(office, row.pk).version == before
    checked(office, row.pk)
    cover = accepted(office, row.pk)
    with pytest.raises(Told):
        accepted(office, row.pk)
    with unscoped("test"):
        assert Cover.objects.get().pk == cover.pk
    with declared(member), pytest.raises(Told) as told:
        sending.withdraw(scope=member, application=row.pk, seen=now(member, row.pk).version)
    assert told.value.word == "site.policies.decided"


# --- returned, declined, withdrawn
def test_returned_and_completed_across_a_months_end_it_counts_from_the_later_day(
    row: Application, member: Scope, office: Scope
) -> None:
    with declared(office):
        deciding.send_back(scope=office, application=row.pk, seen=row.version, points=["口座名義"])
    with declared(member), at(datetime(2027, 7, 1, 0, 0, tzinfo=JST)):
        again = sent(member, now(member, row.pk))
    assert (again.number, again.applied_on) == (row.number, date(2027, 7, 1))
    assert (again.cover_from.date(), again.months, again.debit_on) == (date(2027, 9, 25), 6, date(2027, 10, 25))
    assert (again.premium or 0) < (row.premium or 0)
    with at(datetime(2027, 6, 30, 23, 59, tzinfo=JST)), declared(member):
        assert records.choice_of(now(member, row.pk)).months == 7  # type: ignore[union-attr]  # a cover that starts has a choice


def test_a_return_and_a_refusal_are_letters_with_their_points(row: Application, member: Scope, office: Scope) -> None:
    with declared(office):
        deciding.decline(scope=office, application=row.pk, seen=row.version, points=["引受けの対象外です"])
        run_all()
    with unscoped("test"):
        assert set(Document.objects.filter(kind="letter_declined").values_list("lang", flat=True)) == {"ja", "en"}
    assert "application_declined" in set(Mail.objects.values_list("kind", flat=True))


def letter_data(office: Scope, kind: str) -> dict[str, Any]:
    """What a letter that was issued in Japanese says."""
    with unscoped("test"):
        document = Document.objects.get(kind=kind, lang="ja")
        found: dict[str, Any] = json.loads(sealed.get_bytes(document, "data"))
        return found


def test_a_return_says_until_when_and_for_which_period_in_letter_page_and_mail(
    row: Application, member: Scope, office: Scope
) -> None:
    with declared(office), at(JUNE):
        deciding.send_back(scope=office, application=row.pk, seen=row.version, points=["口座名義"])
    with at(datetime(2027, 7, 2, 9, 0, tzinfo=JST)):  # the letter is made later, and says what was so at the return
        run_all()
        data = str(letter_data(office, "letter_returned"))
        for each in (
            "2027年（令和9年）8月25日 午後4時から",
            "2028年（令和10年）3月25日 午後4時まで（7か月）",
            "6月30日（水）の24時",
        ):
            assert each in data
        with unscoped("test"):
            mail = Mail.objects.get(kind="application_returned")
            assert "2027年6月30日（水）の24時（日本時間）まで" in sealed.get(mail, "content")["body"]
        client = Client()
        client.force_login(User.objects.get(pk=member.user))
        page = client.get(reverse("application", args=[member.organisation, row.pk])).content.decode()
    assert "2027年6月30日（水）の24時（日本時間）まで" in page
    assert "2027年8月25日（水）午後4時から2028年3月25日（土）午後4時まで（7か月）" in page


def test_returned_after_its_month_the_letter_names_the_start_that_is_left(row: Application, office: Scope) -> None:
    with declared(office), at(datetime(2027, 7, 1, 0, 0, tzinfo=JST)):
        deciding.send_back(scope=office, application=row.pk, seen=row.version, points=["口座名義"])
        run_all()
        data = str(letter_data(office, "letter_returned"))
    assert "受付は終わりました" in data
    for each in ("7月31日（土）の24時", "9月25日 午後4時に始まります"):
        assert each in data


def test_a_refusal_names_the_period_and_no_day(row: Application, office: Scope) -> None:
    with declared(office):
        deciding.decline(scope=office, application=row.pk, seen=row.version, points=["対象外"])
        run_all()
        data = str(letter_data(office, "letter_declined"))
    assert "2028年（令和10年）3月25日 午後4時まで（7か月）" in data
    assert "24時" not in data


def test_a_remark_of_an_older_release_has_its_letter(row: Application, office: Scope) -> None:
    with declared(office):
        deciding.send_back(scope=office, application=row.pk, seen=row.version, points=["口座名義"])
        remark = Remark.within(office).get()
        sealed.put(remark, "content", {"points": ["口座名義"]})
        remark.save(update_fields=["content"])
        run_all()
        assert "口座名義" in str(letter_data(office, "letter_returned"))


def test_papers_bear_the_day_of_japan_in_their_number_and_date(row: Application, clerk: Scope, office: Scope) -> None:
    """Six in the morning there is the evening before in UTC, as the database gives moments."""
    with at(datetime(2027, 6, 30, 21, 0, tzinfo=UTC)):
        with declared(office):
            deciding.send_back(scope=office, application=row.pk, seen=row.version, points=["口座名義"])
            run_all()
        with unscoped("test"):
            letters = set(Document.objects.filter(kind="letter_returned").values_list("number", "made_on"))
    assert letters == {(f"{row.number}-20270701", date(2027, 7, 1))}


def test_withdrawn_it_can_be_applied_for_anew(row: Application, member: Scope) -> None:
    with declared(member):
        sending.withdraw(scope=member, application=row.pk, seen=row.version)
        sending.withdraw(scope=member, application=row.pk, seen=row.version)
        assert drafts.start(scope=member, year=2027).pk != row.pk


@pytest.mark.parametrize("way", ["withdrawn", "declined", "returned"])
def test_the_office_reads_a_declaration_no_longer_than_its_application_is_before_it(
    row: Application, member: Scope, office: Scope, way: str
) -> None:
    with declared(office):
        assert declarations.of_application(scope=office, application=row.pk) is not None
    if way == "withdrawn":
        with declared(member):
            sending.withdraw(scope=member, application=row.pk, seen=row.version)
    else:
        act = deciding.decline if way == "declined" else deciding.send_back
        with declared(office):
            act(scope=office, application=row.pk, seen=row.version, points=["見本"])
    with declared(office):
        found = declarations.of_application(scope=office, application=row.pk)
    assert (found is not None) == (way == "returned")


def test_a_certificate_bears_the_day_of_japan_on_which_it_was_accepted(
    row: Application, clerk: Scope, office: Scope
) -> None:
    """Six in the morning there is the evening before in UTC."""
    confirmed(clerk, row.pk)
    with at(datetime(2027, 6, 30, 21, 0, tzinfo=UTC)):
        checked(office, row.pk)
        cover = accepted(office, row.pk)
        with declared(office):
            run_all()
    with unscoped("test"):
        made = Document.objects.filter(kind="certificate").values_list("made_on", flat=True)
        assert set(made) == {date(2027, 7, 1)}
        assert cover.first_cover_on == date(2027, 8, 25)


# --- four eyes
def test_a_referred_one_is_proposed_by_one_and_approved_by_another(
    place: Tree, row: Application, clerk: Scope, office: Scope
) -> None:
    second = scope("federation", place.national)
    confirmed(clerk, row.pk)
    with declared(office):
        deciding.refer(scope=office, application=row.pk, seen=now(office, row.pk).version, points=["件数が多い"])
    checked(office, row.pk)
    with declared(office):
        with pytest.raises(Told) as told:
            accepted(office, row.pk)
        assert told.value.word == "site.policies.two_decide"
        seen = now(office, row.pk).version
        proposal = proposals.propose(scope=office, application=row.pk, seen=seen, step="accept", points=["条件を確認"])
        with pytest.raises(Told) as told:
            proposals.approve(scope=office, application=row.pk, proposal=proposal.pk)
        assert told.value.word == "site.policies.own_proposal"
    with declared(second):
        assert proposals.approve(scope=second, application=row.pk, proposal=proposal.pk).state == "accepted"
        with pytest.raises(Told):
            proposals.approve(scope=second, application=row.pk, proposal=proposal.pk)


def test_what_an_underwriter_approved_or_a_clerk_referred_is_never_decided_by_one(place: Tree) -> None:
    member, office = scope("member", place.member), scope("federation", place.prefecture)
    underwriter = scope("underwriter", place.prefecture)
    with at(JUNE), declared(member):
        ready(member)
        banks.load(BANKS)
        approved = quote(member, known_incident="yes")
    with at(JUNE), declared(underwriter):
        taken = referrals.Judgement(approved=True, reason="見本")
        referrals.decide(scope=underwriter, quote=approved.pk, judgement=taken)
    with at(JUNE), declared(member):
        row = sent(member, filled(member, quote=approved))
    confirmed(scope("association", place.association), row.pk)
    with at(JUNE), declared(office):
        row = checked(office, row.pk)
        assert (row.referral, row.state) == (True, "submitted")
        for state in ("submitted", "referred"):
            assert row.state == state
            with pytest.raises(Told, match="two_decide"), transaction.atomic():
                deciding.accept(scope=office, application=row.pk, seen=row.version, declaration=1)
            with pytest.raises(Told, match="two_decide"), transaction.atomic():
                deciding.decline(scope=office, application=row.pk, seen=row.version, points=["見本"])
            assert deciding.accept_many(scope=office, chosen=[(row.pk, row.version)])[0] == []
            if state == "submitted":
                row = deciding.refer(scope=office, application=row.pk, seen=row.version, points=["見本"])


def test_any_change_voids_a_proposal(place: Tree, row: Application, clerk: Scope, office: Scope, member: Scope) -> None:
    second = scope("federation", place.national)
    confirmed(clerk, row.pk)
    with declared(office):
        deciding.refer(scope=office, application=row.pk, seen=now(office, row.pk).version, points=["件数が多い"])
        seen = now(office, row.pk).version
        proposal = proposals.propose(scope=office, application=row.pk, seen=seen, step="accept", points=["よい"])
    with declared(member):
        resigned(member)
    with declared(second):
        found = proposals.open_one(scope=second, row=now(second, row.pk))
        assert found is not None
        assert not found.stands
        with pytest.raises(Changed):
            proposals.approve(scope=second, application=row.pk, proposal=proposal.pk)
        proposals.withdraw(scope=second, application=row.pk, proposal=proposal.pk)
    with unscoped("test"):
        assert Proposal.objects.get().state == "void"


def test_the_database_itself_asks_for_two_people(row: Application, office: Scope) -> None:
    made = Proposal(
        tenant=row.tenant, application=row, step="accept", proposed="0" * 64, proposer=office.user, approver=office.user,
        state="approved", proposed_at=JUNE, content=b"x",
    )  # fmt: skip
    with unscoped("test"), pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_many_at_once_each_by_itself(place: Tree, row: Application, clerk: Scope, office: Scope) -> None:
    neighbour = scope("member", place.neighbour)
    other = submitted(neighbour)
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    with declared(office):
        chosen = [(pk, now(office, pk).version) for pk in (row.pk, other.pk)]
        done, left = deciding.accept_many(scope=office, chosen=chosen)
    assert [each.application_id for each in done] == [row.pk]
    assert left == [(other.pk, "site.policies.not_confirmed")]


def test_many_at_once_leave_what_declares_anew_since_it_was_found_complete(
    row: Application, member: Scope, clerk: Scope, office: Scope
) -> None:
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    with at(JUNE + timedelta(minutes=1)):
        with declared(member):
            resigned(member)
        with declared(office):
            seen = now(office, row.pk).version
            assert deciding.accept_many(scope=office, chosen=[(row.pk, seen)]) == (
                [],
                [(row.pk, "site.policies.changed")],
            )
        assert accepted(office, row.pk).state == "accepted"


# --- the calendar's turns
def test_covers_start_and_end_at_four(row: Application, clerk: Scope, office: Scope, member: Scope) -> None:
    confirmed(clerk, row.pk)
    checked(office, row.pk)
    accepted(office, row.pk)
    for moment, state in (
        (row.cover_from - timedelta(minutes=1), "accepted"), (row.cover_from, "on_cover"), (row.cover_from, "on_cover"),
        (row.cover_to - timedelta(minutes=1), "on_cover"), (row.cover_to, "ended"),
    ):  # fmt: skip
        with at(moment):
            turns.turn()
        assert Cover.within(member).get().state == state


def test_undecided_at_its_start_it_moves_and_everybody_is_told(row: Application, member: Scope, office: Scope) -> None:
    with at(row.cover_from - timedelta(seconds=1)):
        turns.turn()
    assert now(member, row.pk).cover_from == row.cover_from
    with at(row.cover_from):
        turns.turn()
        turns.turn()
    moved = now(member, row.pk)
    assert (moved.cover_from.date(), moved.months, moved.state) == (date(2027, 9, 25), 6, "submitted")
    assert (moved.premium or 0) < (row.premium or 0)
    kinds = list(Mail.objects.values_list("kind", flat=True))
    assert (kinds.count("application_moved"), kinds.count("application_moved_clerk")) == (1, 1)


def test_with_no_start_left_in_its_year_it_goes_back_to_the_member(place: Tree, member: Scope) -> None:
    with at(datetime(2027, 12, 5, 9, 0, tzinfo=JST)):
        row = submitted(member)
    assert (row.months, row.cover_from.date()) == (1, date(2028, 2, 25))
    with at(row.cover_from):
        turns.turn()
    assert now(member, row.pk).state == "returned"
    kinds = set(Mail.objects.values_list("kind", flat=True))
    assert "application_year_over" in kinds
    assert "application_returned" not in kinds  # nothing is missing in it


def test_the_first_cover_date_goes_on_without_a_gap(place: Tree, member: Scope, clerk: Scope, office: Scope) -> None:
    with at(datetime(2027, 12, 15, 9, 0, tzinfo=JST)):
        row = submitted(member)
        confirmed(clerk, row.pk)
        checked(office, row.pk)
        first = accepted(office, row.pk)
        with declared(member):
            sign(member)
            following = sent(member, filled(member, 2028, "normal"))
        confirmed(clerk, following.pk)
        checked(office, following.pk)
        second = accepted(office, following.pk)
    assert first.cover_to == second.cover_from
    assert first.first_cover_on == second.first_cover_on == date(2028, 2, 25)


def test_one_declaration_stands_behind_both_applications_of_december(
    place: Tree, member: Scope, clerk: Scope, office: Scope
) -> None:
    with at(datetime(2027, 12, 15, 9, 0, tzinfo=JST)):
        first = submitted(member)
        with declared(member):
            second = sent(member, filled(member, 2028, "normal"))
        covers = []
        for row in (first, second):
            confirmed(clerk, row.pk)
            checked(office, row.pk)
            covers.append(accepted(office, row.pk))
    assert [(cover.year, cover.kind) for cover in covers] == [(2027, "mid_term"), (2028, "normal")]
    with declared(office):
        signed = [declarations.of_application(scope=office, application=row.pk) for row in (first, second)]
    assert signed[0] == signed[1] is not None
