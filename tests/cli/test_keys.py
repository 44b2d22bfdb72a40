"""Keys of the vault: made by a command; everything brought under the current one, safely stopped and run again."""

from typing import Any

import pytest
from django.conf import settings

from sonae_web.diagnosis import services
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground import sealed
from sonae_web.ground.vault import key_name, new_key, read_keys
from tests.cast import Shell

FACTS: dict[str, Any] = {"industry": "retail", "employees": 5, "persons_held": 800}


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """An old key, under which three quick checks stand, and a new one in front of it."""
    old, new = read_keys(new_key("old")), read_keys(new_key("new"))
    monkeypatch.setattr(settings, "VAULT_KEYS", old)
    for _ in range(3):
        services.begin(**FACTS)
    monkeypatch.setattr(settings, "VAULT_KEYS", {**new, **old})
    return {**new, **old}


def test_a_new_key_can_be_put_into_the_settings(sonae: Shell) -> None:
    made = sonae("keys", "new", "2027-04")
    assert list(read_keys(made.out.strip())) == ["2027-04"]
    refused = sonae("keys", "new", "Key 1", "--json")
    assert (refused.code, refused.data["problems"][0]["code"]) == (1, "keys.name")


@pytest.mark.django_db
def test_all_comes_under_the_current_key_once(sonae: Shell, keys: dict[str, bytes]) -> None:
    link = services.begin(**FACTS)
    assert sonae("keys", "renew", "--json").data == {"key": "new", "renewed": 3}
    assert {key_name(bytes(row.sealed)) for row in QuickCheck.objects.all()} == {"new"}
    assert sonae("keys", "renew", "--json").data == {"key": "new", "renewed": 0}
    settings.VAULT_KEYS = {"new": keys["new"]}
    assert services.read(link).answers.business.persons_held == 800


@pytest.mark.django_db
def test_stopped_half_way_the_rest_is_done_next_time(
    sonae: Shell, keys: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = QuickCheck.save, []

    def killed(row: QuickCheck, **options: Any) -> None:
        calls.append(row.pk)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(row, **options)

    monkeypatch.setattr(QuickCheck, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        sealed.renew_keys()
    monkeypatch.setattr(QuickCheck, "save", real)
    assert sealed.renew_keys() == 2


@pytest.mark.django_db
def test_without_the_old_key_it_says_which_is_missing(sonae: Shell, keys: dict[str, bytes]) -> None:
    settings.VAULT_KEYS = {"new": keys["new"]}
    ran = sonae("keys", "renew", "--json")
    assert (ran.code, ran.data["problems"][0]["code"]) == (1, "keys.missing")
    assert "old" in ran.data["problems"][0]["found"]
