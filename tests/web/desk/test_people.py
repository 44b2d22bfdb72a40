"""Clerks: who they are, whom they invite, which invitations are open in their branch."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sonae_web.accounts import invitations
from sonae_web.accounts.models import Invitation, Organisation, Role
from sonae_web.accounts.services import add_organisations, grant_role
from sonae_web.desk import letters
from sonae_web.ground.scope import unscoped
from tests.web.accounts.doors import PASSWORD, later, link, mails, told
from tests.web.cast import Tree, archived, once, person, scope
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
TO = "taro@example.jp"


def page_of(place: Organisation) -> str:
    return reverse("desk_people", args=[place.pk])


def invited(role: str, by: Organisation, into: Organisation, what: str, mail: str) -> Invitation:
    """An invitation by the clerk of an organisation."""
    letters.invite(scope=scope(role, by), organisation=into, role=what, mail=mail)
    with unscoped("test"):
        return Invitation.objects.get(tenant=into.pk)


def shown(page: Any) -> list[tuple[str, str, str]]:
    return [(each.row.name, each.row.role, each.to) for each in page.context["page"].rows]


def test_a_clerk_invites_a_second_one_who_takes_it_up(as_clerk: SignIn, there: Tree) -> None:
    client, address = as_clerk("association", there.association), page_of(there.association)
    answer = client.post(address, {"mail": " Taro@Example.jp ", **once()})
    assert answer["Location"] == address
    page = client.get(address)
    assert "taro@example.jp に招待を送りました" in page.content.decode()
    assert shown(page) == [("例示協同組合", "association", TO)]
    assert mails()[-1].to == [TO]
    assert "例示協同組合の会員団体の事務担当として" in mails()[-1].body
    assert Client().post(link(), {"password1": PASSWORD})["Location"] == "/home"
    assert Role.objects.get(user__email=TO).role == "association"
    page = client.get(address)
    assert shown(page) == []
    assert TO in page.content.decode()
    assert told("invitation.made")[0]["organisation"] == there.association.pk


def test_a_federation_invites_a_clerk_of_its_own_and_of_an_association(as_clerk: SignIn, there: Tree) -> None:
    client = as_clerk("federation", there.prefecture)
    client.post(page_of(there.prefecture), {"mail": "own@example.jp", **once()})
    address = reverse("desk_association_invite", args=[there.prefecture.pk, there.association.pk])
    assert (
        address
        in client.get(reverse("desk_association", args=[there.prefecture.pk, there.association.pk])).content.decode()
    )
    assert "まだいません" in client.get(address).content.decode()
    client.post(address, {"mail": TO, **once()})
    Client().post(link(), {"password1": PASSWORD})
    role = Role.objects.get(user__email=TO)
    assert (role.role, role.organisation) == ("association", there.association)
    assert "今の事務担当者：1人" in client.get(address).content.decode()
    assert shown(client.get(page_of(there.prefecture))) == [("見本県中央会", "federation", "own@example.jp")]
    again = client.post(address, {"mail": TO, **once()})
    assert (again.status_code, "すでに登録されています" in again.content.decode()) == (422, True)


def test_the_national_federation_chooses_among_itself_and_those_below(as_clerk: SignIn, there: Tree) -> None:
    client, address = as_clerk("federation", there.national), page_of(there.national)
    for to in ("", "nonsense", str(there.association.pk)):
        answer = client.post(address, {"mail": TO, "to": to, **once()})
        assert answer.status_code == 422
        assert "所属を選んで" in answer.content.decode()
        assert f'value="{TO}"' in answer.content.decode()  # what was typed stays
    assert mails() == []
    for place in (there.national, there.other_prefecture):
        client.post(address, {"mail": TO, "to": str(place.pk), **once()})
    assert {name for name, *_ in shown(client.get(address))} == {"見本全国中央会", "例示県中央会"}
    archived(there.other_prefecture)
    assert there.other_prefecture.name not in client.get(address).content.decode().partition("招待中")[0]


def test_open_invitations_of_the_branch_are_shown_sorted_and_filtered(
    as_clerk: SignIn, there: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited("association", there.association, there.member, "member", "member@example.jp")
    later(monkeypatch, timedelta(days=13))
    invited("federation", there.prefecture, there.association, "association", "clerk@example.jp")
    invited("federation", there.national, there.far_association, "association", "far@example.jp")
    later(monkeypatch, timedelta(days=2))
    client, address = as_clerk("federation", there.prefecture), page_of(there.prefecture)
    clerk = ("例示協同組合", "association", "clerk@example.jp")
    member = ("見本商事", "member", "m…@example.jp")  # the person of a member stays its own
    assert shown(client.get(address)) == [clerk, member]
    assert shown(client.get(address + "?sort=-name")) == [member, clerk]
    assert shown(client.get(address + "?sort=until")) == [member, clerk]
    assert shown(client.get(address + "?state=clerks")) == [clerk]
    assert shown(client.get(address + "?state=members")) == [member]
    assert shown(client.get(address + "?state=expired")) == [member]
    assert shown(client.get(address + "?q=見本")) == [member]
    assert "条件に合う招待はありません" in client.get(address + "?q=nobody").content.decode()
    assert "far@example.jp" not in client.get(address).content.decode()
    assert shown(as_clerk("association", there.association).get(page_of(there.association))) == [clerk, member]


def test_one_is_sent_again_and_withdrawn(as_clerk: SignIn, there: Tree) -> None:
    row = invited("federation", there.prefecture, there.association, "association", TO)
    old = link()
    client = as_clerk("association", there.association)
    address = reverse("desk_people_invitation", args=[there.association.pk, row.pk])
    assert client.post(address, {"again": "", **once()})["Location"] == page_of(there.association)
    assert link() != old
    assert Client().get(old).status_code == 404
    client.post(address, {"withdraw": "", **once()})
    assert Client().get(link()).status_code == 404
    assert shown(client.get(page_of(there.association))) == []
    over = client.post(address, {"again": "", **once()}, follow=True)
    assert "使い終わったか、取り消されています" in over.content.decode()
    assert [each["organisation"] for each in told("invitation.withdrawn")] == [there.association.pk]


def test_another_branch_neither_sees_nor_touches_them(as_clerk: SignIn, there: Tree) -> None:
    row = invited("federation", there.prefecture, there.association, "association", TO)
    for role, place in (("association", there.other_association), ("federation", there.other_prefecture)):
        client = as_clerk(role, place)
        assert shown(client.get(page_of(place))) == []
        for pk in (row.pk, there.member.pk):
            path = reverse("desk_people_invitation", args=[place.pk, pk])
            assert client.post(path, {"withdraw": "", **once()}).status_code == 404
    far = reverse("desk_association_invite", args=[there.other_prefecture.pk, there.association.pk])
    assert as_clerk("federation", there.other_prefecture, "second").post(far, {"mail": TO, **once()}).status_code == 404
    assert Client().get(link()).status_code == 200


def test_a_colleague_is_removed_after_a_question_but_not_the_last_one(as_clerk: SignIn, there: Tree) -> None:
    client = as_clerk("association", there.association)
    own = Role.objects.get(organisation=there.association)
    answer = client.post(reverse("desk_people_remove", args=[there.association.pk, own.pk]), once())
    assert answer.status_code == 409
    assert "1人もいなくなる" in answer.content.decode()
    other = as_clerk("association", there.association, "other")
    row = Role.objects.exclude(pk=own.pk).get(organisation=there.association)
    address = reverse("desk_people_remove", args=[there.association.pk, row.pk])
    assert "事務担当者から外します" in client.get(address).content.decode()
    assert Role.objects.filter(pk=row.pk).exists()
    assert client.post(address, once())["Location"] == page_of(there.association)
    assert other.get(page_of(there.association)).status_code == 404
    assert told("role.revoked")[0]["actor"] == own.user_id


def test_whoever_removes_oneself_is_asked_plainly_and_led_home(as_clerk: SignIn, there: Tree) -> None:
    client = as_clerk("federation", there.prefecture)
    own = Role.objects.get(organisation=there.prefecture)
    grant_role(user=person(TO), organisation=there.prefecture, role="federation")
    address = reverse("desk_people_remove", args=[there.prefecture.pk, own.pk])
    assert "ご自身を見本県中央会の事務担当者から外します" in client.get(address).content.decode()
    assert client.post(address, once())["Location"] == "/home"
    assert client.get(page_of(there.prefecture)).status_code == 404


def test_other_roles_of_the_organisation_are_out_of_reach(as_clerk: SignIn, there: Tree) -> None:
    client = as_clerk("federation", there.prefecture)
    for role, place in (("agent", there.prefecture), ("association", there.association)):
        row = grant_role(user=person(f"{role}@example.jp"), organisation=place, role=role)
        address = reverse("desk_people_remove", args=[there.prefecture.pk, row.pk])
        assert client.post(address, once()).status_code == 404
        assert f"{role}@example.jp" not in client.get(page_of(there.prefecture)).content.decode()


def test_many_invitations_are_paged_and_only_those_shown_unsealed(
    as_clerk: SignIn, there: Tree, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    for row in add_organisations(kind="member", entries=[(there.association.pk, f"見本{n:03}", "") for n in range(60)]):
        invited("association", there.association, row, "member", f"{row.pk}@example.jp")
    opened: list[object] = []
    seen = invitations.seen
    monkeypatch.setattr(invitations, "seen", lambda row: opened.append(row.pk) or seen(row))  # type: ignore[func-returns-value]  # append returns None, so that seen is called
    client = as_clerk("association", there.association)
    with django_assert_max_num_queries(25):
        page = client.get(page_of(there.association) + "?page=2")
    assert len(shown(page)) == 10
    assert len(opened) == 10
