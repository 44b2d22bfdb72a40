"""``sonae jo``: the contract of its result."""

import pytest

from tests.cast import Shell


def test_a_leak_of_names_and_addresses_has_exactly_these_fields(sonae: Shell) -> None:
    ran = sonae("jo", "-", "--json", stdin="persons: 3000\nitems: [name, address]\nresponsibility: 1\nresponse: 2\n")
    assert ran.data == {"x": 1, "y": 1, "identifiability": 6, "per_person": 12_000, "total": 36_000_000}
    assert list(ran.data) == ["x", "y", "identifiability", "per_person", "total"]


@pytest.mark.parametrize(
    ("leak", "per_person"),
    [
        ("items: {x: 1, y: 1, identifiability: 1}", 1_000),
        ("items: {x: 3, y: 3, identifiability: 6}\nresponsibility: 2\nresponse: 2", 1_500_000),
        ("items: [medical_chart, card_expiry]", 62_500),  # 500 × (100 + 25), not × 101
        ("items: [name, address, medical_history]", 33_000),
        ("items: [name, address, income]\nresponsibility: 2", 90_000),
    ],
)
def test_the_vectors_of_the_domain(sonae: Shell, leak: str, per_person: int) -> None:
    ran = sonae("jo", "-", "--json", stdin=f"persons: 7\n{leak}\n")
    assert (ran.data["per_person"], ran.data["total"]) == (per_person, 7 * per_person)


def test_in_words_it_says_that_it_is_no_money_spent(sonae: Shell) -> None:
    ran = sonae("jo", "-", "--lang", "en", stdin="persons: 3000\nitems: [name, address]\n")
    assert ran.code == 0
    assert "¥6,000" in ran.out
    assert "¥18,000,000" in ran.out
    assert len(ran.out.splitlines()) == 3


def test_an_unknown_item_is_refused_with_a_near_one(sonae: Shell) -> None:
    ran = sonae("jo", "-", "--json", stdin="persons: 1\nitems: [name, adress]\n")
    (found,) = ran.data["problems"]
    assert (ran.code, found["code"], found["at"]) == (1, "information.unknown", "-:2:15 items[1]")
    assert "address" in found["fix"]
