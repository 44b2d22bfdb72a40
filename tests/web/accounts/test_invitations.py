"""Invitations: sent by whoever may, taken up once, dead after 14 days; and the people of a business."""

import itertools
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.http import Http404
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonae_web.accounts import colleagues, invitations
from sonae_web.accounts.invitations import Gone, Unfit
from sonae_web.accounts.models import Invitation, Organisation, Role, User
from sonae_web.accounts.services import grant_role, scope_of
from sonae_web.ground.scope import Scope, unscoped
from tests.cast import many
from tests.web.accounts.doors import PASSWORD, account, entered, later, link, mails, sign_in, told
from tests.web.cast import Tree, acting, archived, once, tree

pytestmark = pytest.mark.django_db
TO = "taro@example.jp"


@pytest.fixture
def there() -> Tree:
    return tree()


def invited(there: Tree, mail_to: str = TO) -> tuple[Invitation, str]:
    """An invitation by a colleague, and its path."""
    person = User.objects.filter(email="hanako@example.jp").first() or account()
    scope = acting(person, "member", there.member)
    row = invitations.invite(scope=scope, organisation=there.member, role="member", mail=mail_to, by=person)
    return row, link()


def test_a_colleague_is_invited_sets_a_password_and_is_in(client: Client, there: Tree) -> None:
    person = account()
    grant_role(user=person, organisation=there.member, role="member")
    people = f"/my/{there.member.pk}/people"
    entered(client, person)
    assert client.post(people, {"mail": " Taro@Example.jp ", **once()})["Location"] == people
    page = client.get(people).content.decode()
    assert "taro@example.jp に招待を送りました" in page
    assert mails()[-1].to == [TO]
    assert mails()[-1].subject == "招待のお知らせ"
    new = Client()
    page = new.get(link()).content.decode()
    assert "見本商事への招待" in page
    assert "12文字以上" in page
    weak = new.post(link(), {"password1": "short"})
    assert weak.status_code == 422
    assert "12文字以上で入力" in weak.content.decode()
    assert new.post(link(), {"password1": PASSWORD})["Location"] == "/home"
    assert new.get(people).status_code == 200
    made = User.objects.get(email=TO)
    assert EmailAddress.objects.get(user=made).verified
    again = Client()
    assert sign_in(again, TO)["Location"] == "/home"
    assert [told(f"invitation.{each}")[0]["actor"] for each in ("made", "accepted")] == [person.pk, made.pk]
    assert told("role.granted")[-1]["detail"] == f'{{"role":"member","user":"{made.pk}"}}'


def test_who_is_invited_is_written_to_in_their_language_and_in_japanese_while_nobody_knows_it(there: Tree) -> None:
    with translation.override("en"):  # what the inviting person reads
        invited(there)
        assert mails()[-1].subject == "招待のお知らせ"
        assert "見本商事 の担当者" in mails()[-1].body.replace("見本商事の", "見本商事 の")
    User.objects.filter(pk=account("second@example.jp").pk).update(lang="en")
    invited(there, "second@example.jp")
    assert mails()[-1].subject == "You are invited"


def test_clicking_twice_is_clicking_once(there: Tree) -> None:
    _, path = invited(there)
    for _ in range(2):
        browser = Client()  # the second click left before the first answer came
        assert browser.post(path, {"password1": PASSWORD})["Location"] == "/home"
        assert browser.get(f"/my/{there.member.pk}/people").status_code == 200
    assert User.objects.filter(email=TO).count() == 1
    assert len(told("invitation.accepted")) == 1
    assert Client().post(path, {"password1": "somebody else's 1"}).status_code == 404


def test_somebody_signed_in_confirms_and_a_second_time_comes_home(client: Client, there: Tree) -> None:
    _, path = invited(there)
    account(TO)
    assert "アカウントは、すでにあります" in Client().get(path).content.decode()
    assert f"/account/login/?next={path}" in Client().get(path).content.decode()
    sign_in(client, TO)
    page = client.get(path).content.decode()
    assert "別のメールアドレスへの招待です" not in page
    for _ in range(2):
        assert client.post(path)["Location"] == "/home"
    assert client.get(path)["Location"] == "/home"
    assert Role.objects.filter(user__email=TO).count() == 1


def test_an_invitation_to_another_address_says_so_and_asks(client: Client, there: Tree) -> None:
    _, path = invited(there)
    entered(client, account("jiro@example.jp"))
    page = client.get(path).content.decode()
    assert "別のメールアドレスへの招待です" in page
    assert "jiro@example.jp として招待を受ける" in page
    assert not Role.objects.filter(user__email="jiro@example.jp").exists()
    client.post(path)
    assert Role.objects.filter(user__email="jiro@example.jp").exists()


def test_dead_links_look_alike(client: Client, there: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    _, taken = invited(there)
    Client().post(taken, {"password1": PASSWORD})
    row, withdrawn = invited(there, "jiro@example.jp")
    person = User.objects.get(email="hanako@example.jp")
    invitations.withdraw(scope=acting(person, "member", there.member), invitation=row.pk, by=person)
    _, expired = invited(there, "saburo@example.jp")
    later(monkeypatch, timedelta(days=14))
    pages = set()
    for path in (taken, withdrawn, expired, "/invitation/never"):
        answer = client.get(path)
        assert answer.status_code == 404
        lines = answer.content.decode().replace(path, "").splitlines()
        pages.add("".join(line for line in lines if "csrfmiddlewaretoken" not in line))
    assert len(pages) == 1


def test_it_works_until_the_last_second_and_not_after(there: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    row, path = invited(there)
    later(monkeypatch, timedelta(days=14) - timedelta(seconds=1))
    assert invitations.read(path.rpartition("/")[2]).mail == TO
    later(monkeypatch, timedelta(seconds=2))
    with pytest.raises(Gone):
        invitations.read(path.rpartition("/")[2])
    assert row.expires_at


def test_sending_again_makes_a_new_link_and_kills_the_old(client: Client, there: Tree) -> None:
    row, old = invited(there)
    person = User.objects.get(email="hanako@example.jp")
    entered(client, person)
    client.post(f"/my/{there.member.pk}/people/invitations/{row.pk}", {"again": "", **once()})
    assert link() != old
    assert client.get(f"/my/{there.member.pk}/people").content.decode().count(TO) == 3  # the name, and two buttons
    assert Client().get(old).status_code == 404
    assert Client().get(link()).status_code == 200
    client.post(
        f"/my/{there.member.pk}/people", {"mail": TO, **once()}
    )  # the same address once more: renewed, not doubled
    with unscoped("test"):
        assert Invitation.objects.count() == 1
    client.post(f"/my/{there.member.pk}/people/invitations/{row.pk}", {"withdraw": "", **once()})
    assert Client().get(link()).status_code == 404
    assert "招待中の方はいません" in client.get(f"/my/{there.member.pk}/people").content.decode()
    assert told("invitation.withdrawn")


def test_nothing_of_link_or_address_is_readable_in_the_row(there: Tree) -> None:
    row, path = invited(there)
    row_now = Invitation.within(acting(account("x@example.jp"), "member", there.member)).get(pk=row.pk)
    content = b" ".join(bytes(getattr(row_now, name)) for name in ("link_hash", "mail"))
    assert TO.encode() not in content
    assert path.rpartition("/")[2].encode() not in content
    assert len(path.rpartition("/")[2]) == 43


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@b.jp\nBcc: c@d.jp", "x" * 250 + "@example.jp"])
def test_what_is_no_address_is_told_at_its_place(client: Client, there: Tree, address: str) -> None:
    person = account()
    grant_role(user=person, organisation=there.member, role="member")
    entered(client, person)
    answer = client.post(f"/my/{there.member.pk}/people", {"mail": address, **once()})
    assert answer.status_code == 422
    assert "メールアドレスを「name@example.jp」の形で" in answer.content.decode()
    assert mails() == []


def test_whoever_is_there_already_is_not_invited(client: Client, there: Tree) -> None:
    person = account()
    grant_role(user=person, organisation=there.member, role="member")
    entered(client, person)
    assert (
        "すでに登録されています"
        in client.post(f"/my/{there.member.pk}/people", {"mail": person.email, **once()}).content.decode()
    )


ALLOWED = {
    ("member", "member", "member"): {"member"},
    ("association", "association", "association"): {"association"},
    ("association", "association", "member"): {"member", "neighbour", "own_member"},
    ("federation", "prefecture", "association"): {"association", "other_association"},
    ("federation", "prefecture", "federation"): {"prefecture"},
    ("federation", "national", "association"): {"association", "other_association", "far_association"},
    ("federation", "national", "federation"): {"national", "prefecture", "other_prefecture"},
}
"""(Role, where held, role to give) → into which organisations. Written by hand, from the design; all else is refused."""


@given(choice=st.data())
@settings(max_examples=many(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_may_invite_whom(there: Tree, choice: st.DataObject) -> None:
    held, place = choice.draw(
        st.sampled_from(
            [
                ("member", "member"),
                ("association", "association"),
                ("federation", "prefecture"),
                ("federation", "national"),
                ("auditor", "national"),
                ("admin", "national"),
                ("agent", "prefecture"),
            ]
        )
    )
    given_role, into = choice.draw(st.sampled_from(Role.Name.values)), choice.draw(st.sampled_from(list(vars(there))))
    person = User.objects.filter(email="inviter@example.jp").first() or account("inviter@example.jp")
    scope = acting(person, held, getattr(there, place))
    allowed = into in ALLOWED.get((held, place, given_role), set())
    organisation = getattr(there, into)
    assert invitations.may_invite(scope=scope, organisation=organisation, role=given_role) == allowed
    before = len(mails())
    if not allowed:
        with pytest.raises(Unfit):
            invitations.invite(scope=scope, organisation=organisation, role=given_role, mail=TO, by=person)
        assert len(mails()) == before


def test_every_allowed_invitation_can_be_taken_up(there: Tree) -> None:
    numbers = itertools.count()
    person = account("inviter@example.jp")
    for (held, place, role), into in ALLOWED.items():
        scope = acting(person, held, getattr(there, place))
        for name in into:
            address = f"new{next(numbers)}@example.jp"
            invitations.invite(scope=scope, organisation=getattr(there, name), role=role, mail=address, by=person)
            made = invitations.accept_anew(link=link().rpartition("/")[2], password=PASSWORD)
            assert [(each.role, each.organisation) for each in made.roles.all()] == [(role, getattr(there, name))]


def test_nobody_is_invited_into_what_is_archived_nor_accepts_there(there: Tree) -> None:
    _, path = invited(there)
    archived(there.member)
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"password1": PASSWORD}).status_code == 404
    assert not User.objects.filter(email=TO).exists()
    person = User.objects.get(email="hanako@example.jp")
    there.member.refresh_from_db()
    with pytest.raises(Unfit):
        invitations.invite(
            scope=_scope(person, there.member), organisation=there.member, role="member", mail="b@example.jp", by=person
        )


def _scope(person: User, organisation: Organisation) -> Scope:
    return scope_of(user=person, role=Role.objects.get(user=person, organisation=organisation).pk)


def test_another_business_neither_sees_nor_touches_them(client: Client, there: Tree) -> None:
    row, path = invited(there)
    stranger = account("jiro@example.jp")
    grant_role(user=stranger, organisation=there.neighbour, role="member")
    entered(client, stranger)
    assert TO not in client.get(f"/my/{there.neighbour.pk}/people").content.decode()
    ours, missing = (
        client.post(f"/my/{there.neighbour.pk}/people/invitations/{pk}", {"withdraw": "", **once()})
        for pk in (row.pk, there.member.pk)
    )
    assert (ours.status_code, ours.content) == (404, missing.content)
    assert Client().get(path).status_code == 200
    with pytest.raises(Http404):
        invitations.resend(scope=_scope(stranger, there.neighbour), invitation=row.pk, by=stranger)


# --- colleagues
def test_a_colleague_is_removed_after_a_question_and_is_out_at_once(client: Client, there: Tree) -> None:
    person, other = account(), account(TO)
    for each in (person, other):
        grant_role(user=each, organisation=there.member, role="member")
    row = Role.objects.get(user=other)
    address = f"/my/{there.member.pk}/people/{row.pk}/remove"
    out = entered(Client(), other)
    entered(client, person)
    assert TO in client.get(address).content.decode()
    assert Role.objects.filter(pk=row.pk).exists()
    assert client.post(address, once()).status_code == 302
    assert out.get(f"/my/{there.member.pk}/people").status_code == 404
    assert told("role.revoked")[0]["actor"] == person.pk


def test_the_last_one_stays_and_oneself_is_asked_plainly(client: Client, there: Tree) -> None:
    person = account()
    row = grant_role(user=person, organisation=there.member, role="member")
    entered(client, person)
    address = f"/my/{there.member.pk}/people/{row.pk}/remove"
    assert "ご自身を見本商事の担当者から外します" in client.get(address).content.decode()
    answer = client.post(address, once())
    assert answer.status_code == 409
    assert "1人もいなくなる" in answer.content.decode()
    grant_role(user=account(TO), organisation=there.member, role="member")
    assert client.post(address, once())["Location"] == "/home"
    assert not Role.objects.filter(pk=row.pk).exists()


def test_roles_elsewhere_are_out_of_reach(there: Tree) -> None:
    person = account()
    scope = acting(person, "member", there.member)
    far = grant_role(user=account(TO), organisation=there.far_member, role="member")
    clerk = grant_role(user=person, organisation=there.association, role="association")
    for row in (far, clerk):
        with pytest.raises(Http404):
            colleagues.remove(scope=scope, role=row.pk, by=person)
