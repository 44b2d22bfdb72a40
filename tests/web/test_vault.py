"""The vault: what is sealed opens at its place with its key, and nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae_web.ground.vault import Sealed, Vault, key_name, new_key, read_keys
from tests.cast import many

OLD, NEW = read_keys(new_key("old")), read_keys(new_key("new"))
VAULT = Vault({**NEW, **OLD})


@given(st.binary(max_size=300), st.text(max_size=40))
@settings(max_examples=many(200), deadline=None)
def test_what_is_sealed_opens_again(content: bytes, label: str) -> None:
    sealed = VAULT.seal(content, label)
    assert VAULT.open(sealed, label) == content
    assert VAULT.seal(content, label) != sealed


def test_it_does_not_open_elsewhere_or_changed_anywhere() -> None:
    sealed = VAULT.seal(b"secret", "a/b/1")
    with pytest.raises(Sealed):
        VAULT.open(sealed, "a/b/2")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Sealed):
            VAULT.open(bytes(changed), "a/b/1")
        with pytest.raises(Sealed):
            VAULT.open(sealed[:place], "a/b/1")


def test_without_its_key_it_stays_closed() -> None:
    with pytest.raises(Sealed):
        Vault(NEW).open(Vault(OLD).seal(b"secret", ""), "")


def test_keys_are_changed_without_losing_anything() -> None:
    sealed = Vault(OLD).seal(b"secret", "x")
    renewed = VAULT.renew(sealed, "x")
    assert key_name(renewed) == "new"
    assert Vault(NEW).open(renewed, "x") == b"secret"
    assert VAULT.renew(renewed, "x") == renewed


@pytest.mark.parametrize("text", ["", "a:short", "a:!!!", f"{new_key('a')},{new_key('a')}", f"A B:{new_key('x')[2:]}"])
def test_wrong_keys_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        read_keys(text)
