"""``sonae calendar``: the contract of its result."""

import pytest

from tests.cast import Shell


def test_the_result_has_exactly_these_fields(sonae: Shell) -> None:
    ran = sonae("calendar", "--programme", "chuokai-leak", "--applied", "2005-06-10", "--json")
    assert ran.code == 0
    assert ran.data == {
        "choices": [
            {
                "kind": "mid_term",
                "year": 2005,
                "cover_from": "2005-08-25T16:00:00+09:00",
                "cover_to": "2006-03-25T16:00:00+09:00",
                "months": 7,
                "debit_on": "2005-09-26",
            }
        ]
    }


@pytest.mark.parametrize(
    ("day", "reason", "opening"),
    [("2004-12-09", "before_first_year", "2004-12-10"), ("2036-01-01", "after_last_year", None)],
)
def test_none_open_is_a_result_with_the_reason_and_the_next_opening(
    sonae: Shell, day: str, reason: str, opening: str | None
) -> None:
    ran = sonae("calendar", "--applied", day, "--json")
    assert (ran.code, ran.data) == (0, {"choices": [], "reason": reason, "next_opening": opening})
    words = sonae("calendar", "--applied", day, "--lang", "en")
    assert words.code == 0
    assert ("Next opening" in words.out) == (opening is not None)


def test_in_words_both_choices_of_december(sonae: Shell) -> None:
    ran = sonae("calendar", "--applied", "2026-12-15", "--lang", "en")
    assert "Programme year 2026, mid-term joining" in ran.out
    assert "Programme year 2027, normal joining" in ran.out
    assert "25 March 2027 (Thu), 16:00 JST" in ran.out


def test_a_day_that_is_none_and_a_programme_that_is_none(sonae: Shell) -> None:
    ran = sonae("calendar", "--applied", "10 June", "--json")
    assert (ran.code, ran.data["problems"][0]["at"]) == (1, "--applied")
    assert sonae("calendar", "--programme", "nothing", "--json").data["problems"][0]["code"] == "programme.unknown"
