"""``sonae loss``: the contract's fields, sums that hold to the yen, every control priced."""

from pathlib import Path

import pytest

from tests.cast import BUSINESSES, EXAMPLES, Shell, answering, example

FIELDS = {
    "expected_loss", "expected_insurable", "probability_any", "material", "return_periods", "by_cause", "by_component",
    "plans", "controls", "band", "jo", "assumed",
}  # fmt: skip


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_sums_hold_to_the_yen(sonae: Shell, name: str) -> None:
    data = sonae("loss", str(EXAMPLES / f"{name}.yaml"), "--on", "2027-04-01", "--json").data
    assert set(data) >= FIELDS
    assert sum(data["by_component"].values()) == data["expected_loss"] == sum(data["by_cause"].values())
    assert len(data["plans"]) >= 4
    for plan in data["plans"]:
        assert plan["expected_paid"] + plan["expected_retained"] == data["expected_loss"]
        assert plan["expected_paid"] == plan["expected_paid_liability"] + plan["expected_paid_cost"]
        kept = [plan[f"expected_{name}"] for name in ("retained_liability", "retained_cost", "not_insured")]
        assert sum(kept) == plan["expected_retained"]
        assert min(kept) >= 0
    assert data["band"]["low"] < data["expected_loss"] < data["band"]["high"]
    assert list(data["material"]["cost"]) == ["50", "90", "99"]
    assert list(data["return_periods"]) == ["10", "100", "200"]


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_control_is_priced_when_nothing_is_done(sonae: Shell, name: str, tmp_path: Path) -> None:
    source = answering(example(name), "no")
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    head = text[: text.index("answers:")]
    path = tmp_path / "no.yaml"
    path.write_text(head + "answers:\n" + "".join(f"  {each}: no\n" for each in source.given), encoding="utf-8")
    data = sonae("loss", str(path), "--on", "2027-04-01", "--json").data
    savings = sorted(row["saves_per_year"] for row in data["controls"])
    assert len(savings) >= 30
    assert savings[0] >= 0
    assert savings[-1] >= 3 * savings[len(savings) // 2]


def test_in_words_it_says_that_it_is_no_quotation(sonae: Shell) -> None:
    ran = sonae("loss", str(EXAMPLES / "clinic.yaml"), "--on", "2027-04-01", "--lang", "en")
    assert ran.code == 0
    assert "not an insurer's quotation" in ran.out
    assert "−¥" in ran.out


def test_a_day_before_the_engines_values_is_refused(sonae: Shell) -> None:
    ran = sonae("loss", str(EXAMPLES / "clinic.yaml"), "--on", "2010-04-01", "--json")
    assert ran.code == 1
    assert ran.data["problems"][0]["code"] == "law.no_value"
