"""Somebody who is signed in while things change: the next request knows."""

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import Organisation, Role
from sonae_web.accounts.services import grant_role
from sonae_web.ground.models import Mail
from tests.web.accounts.doors import PASSWORD, account, sign_in, with_app
from tests.web.cast import Tree, archived, once
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
NEW = "別の長い合言葉 2027 です"


def clerk_of(place: Organisation) -> Role:
    return Role.objects.get(organisation=place, role="association")


def revoke(place: Organisation) -> None:
    clerk_of(place).delete()


def close(place: Organisation) -> None:
    get_user_model().objects.filter(roles__organisation=place).update(is_active=False)


@pytest.mark.parametrize("change", [revoke, close])
def test_a_role_that_is_gone_opens_nothing_from_the_next_request_on(
    change: Callable[[Organisation], None], there: Tree, as_clerk: SignIn
) -> None:
    client, place = as_clerk("association", there.association), there.association
    assert client.get(reverse("desk", args=[place.pk])).status_code == 200
    change(place)
    for name, rest in (("desk", []), ("desk_export", ["csv"]), ("desk_requests", []), ("desk_totals", [])):
        assert client.get(reverse(name, args=[place.pk, *rest])).status_code in (302, 404), name
    client.post(reverse("desk_member_archive", args=[place.pk, there.member.pk]), {"sure": "1"})
    client.post(reverse("desk_member_invite", args=[place.pk, there.member.pk]), {"mail": "a@example.jp"} | once())
    there.member.refresh_from_db()
    assert there.member.state == Organisation.State.ACTIVE
    assert not Mail.objects.exists()


def test_in_an_archived_association_the_clerk_changes_nothing(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), archived(there.association)
    assert client.get(reverse("desk", args=[place.pk])).status_code == 200
    for name, rest in (
        ("desk_member_new", []), ("desk_member_archive", [there.member.pk]), ("desk_member_invite", [there.member.pk]),
        ("desk_remind", []), ("desk_load", []),
    ):  # fmt: skip
        form = {"name": "見本", "sure": "1", "mail": "a@example.jp", "all": "1", "confirmed": "1"} | once()
        assert client.post(reverse(name, args=[place.pk, *rest]), form).status_code == 409, name
    assert not Mail.objects.exists()


def test_a_new_password_signs_everybody_else_out_and_a_reset_signs_all_out(there: Tree) -> None:
    user = account()
    grant_role(user=user, organisation=there.member, role="member")
    mine, thief = Client(), Client()
    for client in (mine, thief):
        assert sign_in(client)["Location"]
        assert client.get("/settings").status_code == 200
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert mine.post("/account/password/change/", form).status_code == 302
    assert mine.get("/settings").status_code == 200
    assert thief.get("/settings").status_code == 302
    sign_in(thief)
    assert thief.get("/settings").status_code == 302, "the old password is dead"
    sign_in(thief, password=NEW)
    assert thief.get("/settings").status_code == 200


def test_signing_out_ends_the_session_on_the_server(there: Tree) -> None:
    user = account()
    grant_role(user=user, organisation=there.member, role="member")
    client, copy = Client(), Client()
    sign_in(client)
    copy.cookies = client.cookies
    assert copy.get("/settings").status_code == 200
    kept = client.cookies["sessionid"].value
    client.post("/account/logout/")
    stale = Client()
    stale.cookies["sessionid"] = kept
    assert stale.get("/settings").status_code == 302


def test_half_signed_in_is_not_signed_in(there: Tree, as_clerk: SignIn) -> None:
    user = with_app(account())
    grant_role(user=user, organisation=there.association, role="association")
    client = Client()
    assert sign_in(client)["Location"].startswith("/account/second-factor/authenticate/")
    for path in (
        "/home",
        "/settings",
        reverse("desk", args=[there.association.pk]),
        "/account/email/",
        "/account/second-factor/",
    ):
        assert client.get(path)["Location"].startswith("/account/login/"), path
