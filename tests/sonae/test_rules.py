"""Scoring, scenario and JO model: the happy path, then every rule that has a direction."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import ANSWERS
from sonae.jo import Leak, factors, potential
from sonae.scenario import Award, Scenario, Terms, estimate, flyer_proportions
from sonae.scoring import GRADES, Score, comment_key, score
from tests.cast import BUSINESSES, EDITIONS, LADDERS, ON, asked_all, edition, example, programme, uniform

QUICK = settings(max_examples=60, deadline=None)


def scored(given: dict[str, str], name: str = "2027-01") -> Score:
    return score(programme(), edition(name), asked_all(), given, on=ON)


def test_all_yes_is_the_best_and_all_no_the_worst() -> None:
    best, worst = scored(uniform("yes")), scored(uniform("no"))
    assert (best.score, best.grade, best.actions) == (100, "A", ())
    assert (worst.score, worst.grade) == (0, "E")


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("ladder", LADDERS)
def test_improving_any_answer_never_lowers_a_score_or_the_grade(name: str, ladder: tuple[str, ...]) -> None:
    base = {question.id: ("yes", "partly", "no")[i % 3] for i, question in enumerate(edition(name).questions)}
    for question in edition(name).questions:
        steps = [scored({**base, question.id: answer}, name) for answer in ladder]
        for worse, better in pairwise(steps):
            assert worse.exact is not None
            assert better.exact is not None
            assert better.exact > worse.exact
            assert GRADES.index(better.grade or "") >= GRADES.index(worse.grade or "")
            pairs = zip(worse.areas, better.areas, strict=True)
            assert all((a.exact or 0) <= (b.exact or 0) for a, b in pairs)


def test_the_order_of_answers_never_matters() -> None:
    answers = uniform("partly")
    assert scored(answers).steps() == scored(dict(reversed(answers.items()))).steps()


def test_an_unasked_question_never_counts() -> None:
    questions = edition().questions
    asked = questions[: len(questions) // 2]
    few = score(programme(), edition(), asked_all(), uniform("yes"), on=ON, asked=asked)
    many = {**uniform("no"), **{question.id: "yes" for question in asked}}
    assert score(programme(), edition(), asked_all(), many, on=ON, asked=asked).steps() == few.steps()


def test_not_applicable_never_counts() -> None:
    with_na = scored({**uniform("no"), "lifecycle.provision": "na"})
    assert with_na.score == 0
    assert scored({**uniform("yes"), "lifecycle.provision": "na"}).score == 100


def test_a_critical_no_caps_the_grade_and_says_so() -> None:
    found = scored({**uniform("yes"), "attack.mfa": "unknown"})
    assert (found.uncapped, found.grade, found.capped_by) == ("A", "C", ("attack.mfa",))
    assert scored({**uniform("yes"), "attack.mfa": "partly"}).capped_by == ()


def test_a_missing_answer_is_unknown() -> None:
    assert scored({}).unknown == tuple(question.id for question in edition().questions)


def test_actions_are_critical_first_then_points_per_hour() -> None:
    actions = scored(uniform("no")).actions
    keys = [(not action.urgent, -action.per_hour) for action in actions]
    assert keys == sorted(keys)
    assert any(action.urgent for action in actions)


@QUICK
@given(st.lists(st.sampled_from(ANSWERS[:-1]), min_size=85, max_size=85))
def test_all_actions_together_reach_a_hundred(drawn: list[str]) -> None:
    found = scored(dict(zip((question.id for question in edition().questions), drawn, strict=True)))
    assert found.exact is not None
    assert found.exact + sum(action.gain for action in found.actions) == 100


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", EDITIONS)
def test_every_answer_of_every_business_reaches_a_comment(name: str, lang: str) -> None:
    words = programme().words("ja" if lang == "ja" else "en", name)
    for industry in programme().industries:
        for employees, persons, consignment in ((3, 100, False), (60, 9000, False), (300, 100, True), (10, 9000, True)):
            shop = replace(
                asked_all(), industry=industry, employees=employees, persons_held=persons, on_consignment=consignment
            )
            facts = shop.facts(programme(), ON)
            for question in edition(name).questions:
                for answer in question.answers:
                    assert comment_key(words, name, question.id, answer, facts)


def test_the_most_specific_comment_wins() -> None:
    words = programme().words("ja", "2027-01")
    variants = {base: facts for base, facts in words.variants.items() if len(facts) > 1}
    assert variants
    base, facts = next(iter(variants.items()))
    name, question, answer = base.split(".", 1)[0], base.split(".", 1)[1].rpartition(".")[0], base.rpartition(".")[2]
    weights = dict.fromkeys(facts[0].split("+"), 1)
    assert comment_key(words, name, question, answer, weights) == f"{base}@{facts[0]}"
    assert comment_key(words, name, question, answer, {}) == base


# --- scenario
def test_the_flyers_leak_comes_out_to_the_yen() -> None:
    found = estimate(flyer_proportions(programme(), 3000, ON), None)
    assert (found.damages, found.goodwill, found.total) == (37_000_000, 1_000_000, 45_000_000)


@QUICK
@given(st.integers(0, 200_000_000), st.integers(0, 1_000_000))
def test_more_persons_never_cost_less(persons: int, more: int) -> None:
    fewer, many = (estimate(flyer_proportions(programme(), n, ON), None) for n in (persons, persons + more))
    assert many.total >= fewer.total


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    claimants, goodwill = draw(st.integers(0, 5000)), draw(st.integers(0, 5000))
    return Scenario(
        10_000,
        (Award(claimants, draw(st.integers(0, 300_000))),),
        goodwill,
        draw(st.integers(0, 2000)),
        draw(st.integers(0, 10**7)),
        MappingProxyType({"notice": draw(st.integers(0, 10**8))}),
    )


@QUICK
@given(scenarios(), st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["inside", "outside_prorata"]))
def test_paid_and_retained_add_up_and_a_higher_limit_never_pays_less(
    leak: Scenario, limit: int, more: int, terms: str
) -> None:
    def paid(extra: int) -> int:
        worked = estimate(
            leak,
            Terms(
                limit + extra, limit // 10 + extra, 100_000, Fraction(9, 10), 500,
                "inside" if terms == "inside" else "outside_prorata",
            ),
        )  # fmt: skip
        assert worked.paid + worked.retained == worked.total
        assert worked.retained >= 0
        return worked.paid

    assert paid(more) >= paid(0)


# --- JO model
@pytest.mark.parametrize(
    ("x", "y", "per_head"),
    [
        (1, 1, 6_000),
        (1, 2, 18_000),
        (1, 3, 78_000),
        (2, 1, 33_000),
        (2, 2, 45_000),
        (2, 3, 105_000),
        (3, 1, 303_000),
        (3, 2, 315_000),
        (3, 3, 375_000),
    ],
)
def test_the_matrix_of_the_jo_model(x: int, y: int, per_head: int) -> None:
    assert potential(Leak(1, x, y, 6)).per_person == per_head


def test_adding_an_item_never_lowers_the_figure() -> None:
    items = list(programme().items)
    for index, item in enumerate(items):
        fewer, more = [items[index - 1]], [items[index - 1], item]
        low, high = (Leak(1, *factors(programme(), chosen, ON)) for chosen in (fewer, more))
        assert potential(high).total >= potential(low).total


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_example_answers_exactly_what_it_is_asked(name: str) -> None:
    source = example(name)
    assert set(source.given) == {question.id for question in source.asked}
