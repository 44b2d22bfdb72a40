"""Guessing: passwords, one-time codes, spare codes; and who has an account, by the answers."""

import re
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client

from sonae_web.accounts.services import grant_role
from sonae_web.ground.models import Mail
from tests.web.accounts.doors import PASSWORD, account, code, sign_in, with_app
from tests.web.cast import Tree

pytestmark = pytest.mark.django_db
TURNS = 5
"""Wrong tries in five minutes, of one address or one person's second factor."""


@pytest.fixture(autouse=True)
def forgotten() -> None:
    cache.clear()


def bare(page: Any) -> str:
    """A page without its tokens and without what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.content.decode())
    return text.replace("hanako@example.jp", "—").replace("nobody@example.jp", "—")


def test_after_so_many_wrong_passwords_even_the_right_one_waits() -> None:
    account()
    for number in range(TURNS):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), password=f"wrong {number} password")
    late = Client(REMOTE_ADDR="10.0.1.1")
    sign_in(late)
    assert late.get("/settings").status_code == 302
    cache.clear()  # five minutes later
    sign_in(late)
    assert late.get("/settings").status_code == 200


def test_one_place_does_not_try_one_password_on_many() -> None:
    person = account()
    client = Client(REMOTE_ADDR="10.0.2.1")
    for number in range(10):
        sign_in(client, address=f"somebody{number}@example.jp", password="wrong password 1")  # noqa: S106 - nobody's
    sign_in(client, person.email)
    assert client.get("/settings").status_code == 302


@pytest.mark.parametrize("spare", [False, True])
def test_codes_of_a_second_factor_are_not_guessed(spare: bool, there: Tree) -> None:
    person = with_app(account())
    grant_role(user=person, organisation=there.association, role="association")
    right = RecoveryCodes.activate(person).get_unused_codes()[0] if spare else code()
    for number in range(TURNS):
        client = Client(REMOTE_ADDR=f"10.0.3.{number}")
        sign_in(client)
        client.post("/account/second-factor/authenticate/", {"code": "00000000" if spare else "000000"})
    last = Client(REMOTE_ADDR="10.0.3.99")
    sign_in(last)
    last.post("/account/second-factor/authenticate/", {"code": right})
    assert last.get("/settings").status_code == 302, "the right one comes too late"
    cache.clear()  # five minutes later
    last.post("/account/second-factor/authenticate/", {"code": right})
    assert last.get("/settings").status_code == 200


def test_nobody_learns_by_the_answers_who_has_an_account() -> None:
    account()
    answers = []
    for address in ("hanako@example.jp", "nobody@example.jp"):
        client = Client()
        page = sign_in(client, address, "wrong password 1")
        reset = client.post("/account/password/reset/", {"email": address})
        after = client.get(reset["Location"])
        answers.append((page.status_code, bare(page), reset.status_code, reset["Location"], bare(after)))
    assert answers[0] == answers[1]
    assert Mail.objects.count() == 1


def test_the_address_of_another_cannot_be_taken_nor_found_out() -> None:
    account()
    client = Client()
    sign_in(client)
    account("other@example.jp")
    pages = []
    for wanted in ("other@example.jp", "nobody@example.jp"):
        page = client.post("/account/email/", {"email": wanted, "action_add": ""})
        pages.append((page.status_code, page.get("Location", "")))
        cache.clear()
    assert pages[0] == pages[1]


def test_a_password_is_hashed_whether_or_not_the_address_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    account()
    hashed: list[str] = []
    hasher = type(hashers.get_hasher())
    encode = hasher.encode

    def noting(self: hashers.BasePasswordHasher, password: str, salt: str, **rest: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, salt, **rest))

    monkeypatch.setattr(hasher, "encode", noting)
    counts = []
    for address in ("hanako@example.jp", "nobody@example.jp"):
        hashed.clear()
        sign_in(Client(), address, "wrong password 1")
        counts.append(len(hashed))
    assert counts[0] == counts[1] == 1
    assert PASSWORD not in hashed
