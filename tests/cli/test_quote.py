"""``sonae quote``: the contract of its answer, in JSON and in words; what is refused, and where."""

import json
from typing import Any

import pytest

from tests.cast import Shell

ASKED: dict[str, Any] = {
    "programme": "chuokai-leak",
    "on": "2027-04-01",
    "industry": "printing",
    "annual_sales": 100_000_000,
    "plan": {"liability_limit": 10_000_000, "cost_limit": 1_000_000, "deductible": 100_000},
}


def request(**changes: Any) -> str:
    return json.dumps({**ASKED, **changes})


def test_the_answer_has_exactly_these_fields_in_this_order(sonae: Shell) -> None:
    ran = sonae("quote", "-", "--json", stdin=request())
    assert (ran.code, list(ran.data)) == (
        0,
        ["annual_premium", "premium", "months", "steps", "decision", "problems"],
    )
    assert ran.data["steps"][0] == {"name": "base", "factor": 1, "yen": 50_000, "basis": "fitted"}
    names = [step["name"] for step in ran.data["steps"]]
    assert names == [
        "base", "sales", "limit", "cost_limit", "deductible", "group_discount", "declaration", "certification",
        "experience", "rounding", "months",
    ]  # fmt: skip
    assert ran.data["steps"][5] == {"name": "group_discount", "factor": 0.8, "yen": 40_000, "basis": "assumed"}
    assert (ran.data["annual_premium"], ran.data["premium"], ran.data["months"]) == (40_000, 40_000, 12)
    assert (ran.data["decision"], ran.data["problems"]) == ("quoted", [])


@pytest.mark.parametrize(
    ("applied", "window", "months"),
    [
        ("2027-01-10", None, 12),
        ("2027-06-10", None, 7),
        ("2027-12-15", None, 1),
        ("2027-12-15", "normal", 12),
        ("2027-12-15", "mid_term", 1),
    ],
)
def test_the_months_follow_from_the_day_of_application(
    sonae: Shell, applied: str, window: str | None, months: int
) -> None:
    ran = sonae("quote", "-", "--json", stdin=request(applied=applied, **({"window": window} if window else {})))
    assert ran.data["months"] == months
    assert ran.data["premium"] == round(40_000 * months / 12 / 10 + 1e-9) * 10


@pytest.mark.parametrize(
    ("changes", "decision", "code", "at"),
    [
        ({"industry": "97"}, "declined", "rating.declined_public", "industry"),
        ({"known_incident": True}, "referred", "rating.referred_incident", "known_incident"),
        (
            {"plan": {**ASKED["plan"], "cost_limit": 10_000_000}},
            "referred",
            "rating.referred_cost_limit",
            "plan.cost_limit",
        ),
    ],
)
def test_declined_and_referred_are_results_with_their_reason_at_its_place(
    sonae: Shell, changes: dict[str, Any], decision: str, code: str, at: str
) -> None:
    ran = sonae("quote", "-", "--json", stdin=request(**changes))
    assert (ran.code, ran.data["decision"]) == (0, decision)
    (reason,) = ran.data["problems"]
    assert reason["code"] == code
    assert reason["at"].endswith(at)
    assert reason["found"]
    assert (ran.data["premium"] is None) == (decision == "declined")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"colour": "red"}, "field.unknown", "colour"),
        ({"industry": "prinitng"}, "industry.unknown", "industry"),
        ({"annual_sales": "1億"}, "value.not_integer", "annual_sales"),
        ({"annual_sales": -1}, "value.range", "annual_sales"),
        ({"plan": {"liability_limit": 1}}, "field.missing", "plan"),
        ({"plan": "p1000"}, "value.not_mapping", "plan"),
        ({"grade": "F"}, "value.not_allowed", "grade"),
        ({"declaration_signed": "yes"}, "value.not_truth", "declaration_signed"),
        ({"certifications": ["pmark", "pmark"]}, "value.twice", "certifications[1]"),
        ({"months": 13}, "value.range", "months"),
        ({"months": 7, "applied": "2027-06-10"}, "rating.months_and_applied", "months"),
        ({"window": "normal"}, "rating.window_without_day", "window"),
        ({"window": "normal", "applied": "2027-06-10"}, "rating.window_closed", "window"),
        ({"applied": "2004-12-09"}, "rating.no_window", "applied"),
        ({"applied": "2036-06-10"}, "rating.no_window_left", "applied"),
        ({"on": "2004-11-30"}, "rating.no_tariff", "on"),
        ({"on": "tomorrow"}, "value.not_date", "on"),
        ({"programme": "chuokai"}, "programme.unknown", "programme"),
    ],
)
def test_a_faulty_request_is_refused_at_its_field(sonae: Shell, changes: dict[str, Any], code: str, field: str) -> None:
    ran = sonae("quote", "-", "--json", stdin=request(**changes))
    assert ran.code == 1
    assert (code, field) in [(each["code"], each["at"].rpartition(" ")[2]) for each in ran.data["problems"]]


def test_in_words_every_step_has_a_line_with_its_basis_and_a_sample_says_so(sonae: Shell) -> None:
    lines = sonae("quote", "-", "--lang", "en", stdin=request()).out.splitlines()
    assert "    × 1.0" not in lines
    assert any("× 0.8" in line and "¥40,000" in line and line.endswith("Group discount [assumed]") for line in lines)
    assert lines[-2:] == [
        "Premium (months of cover: 12): ¥40,000",
        "Illustrative, from a sample programme. Not a premium of any insurer.",
    ]
