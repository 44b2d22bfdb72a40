"""``sonae estimate``: the contract of its result, in JSON and in words."""

import json

from tests.cast import EXAMPLES, Shell

LEAK = "persons: 3000\nawards: [{claimants: 300, yen_each: 100000}, {claimants: 700, yen_each: 10000}]\n"
LEAK += "goodwill: {persons: 2000, yen_each: 500}\ndispute_costs: 2000000\ncosts: {apology_notice: 5000000}\n"


def test_the_flyers_leak_has_exactly_these_fields_in_this_order(sonae: Shell) -> None:
    ran = sonae("estimate", EXAMPLES / "flyer_leak.yaml", "--json")
    assert json.dumps(ran.data) == json.dumps(
        {
            "damages": 37_000_000,
            "goodwill": 1_000_000,
            "dispute_costs": 2_000_000,
            "costs": {"apology_notice": 5_000_000},
            "total": 45_000_000,
            "paid": {"liability": 38_900_000, "cost": 5_000_000, "total": 43_900_000},
            "retained": 1_100_000,
        }
    )


def test_every_amount_is_a_whole_number(sonae: Shell) -> None:
    plan = "plan: {liability_limit: 10000000, cost_limit: 1000000, deductible: 100001, insurer_share: '0.333', "
    ran = sonae("estimate", "-", "--json", stdin=LEAK + plan + "dispute_costs: outside_prorata}\n")
    assert "." not in ran.out
    assert ran.data["paid"]["liability"] == 10_540_540


def test_without_a_plan_nothing_is_paid(sonae: Shell) -> None:
    ran = sonae("estimate", "-", "--json", stdin=LEAK)
    assert (ran.data["paid"], ran.data["retained"]) == ({"liability": 0, "cost": 0, "total": 0}, 45_000_000)


def test_in_words_each_amount_has_a_line_of_its_own(sonae: Shell) -> None:
    lines = sonae("estimate", EXAMPLES / "flyer_leak.yaml", "--lang", "en").out.splitlines()
    amounts = [line.rpartition("¥")[2] for line in lines]
    assert amounts == ["37,000,000", "1,000,000", "2,000,000", "5,000,000", "45,000,000", "38,900,000", "5,000,000",
                       "43,900,000", "1,100,000"]  # fmt: skip


def test_a_cost_that_we_have_no_word_for_keeps_its_own(sonae: Shell) -> None:
    ran = sonae("estimate", "-", stdin="persons: 1\ncosts: {花代: 5000}\n")
    assert "花代: 5,000円" in ran.out.splitlines()
