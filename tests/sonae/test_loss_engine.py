"""The loss engine: parts add up, better answers and fewer persons never cost more, limits bound what is paid."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from sonae.checklist import Business
from sonae.loss.controls import check_weights, log_norm, population_mean, ranges, relative_risk, weights
from sonae.loss.engine import assess, model
from sonae.loss.exposure import reach
from sonae.loss.normal import normal_cdf
from sonae.loss.parameters import LEVELS, MEDIA, Level, parameters
from sonae.loss.portfolio import portfolio
from sonae.loss.result import result
from tests.cast import BUSINESSES, EDITIONS, ON, answering, asked_all, diagnosed, edition, example, programme, uniform


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_whole_answer_adds_up(name: str) -> None:
    found = assess(example(name), ON)
    assert sum(found.by_cause.values()) == pytest.approx(found.expected)
    assert sum(control.part for control in found.controls) == pytest.approx(found.together)
    assert found.band["low"] < found.band["central"] < found.band["high"]
    assert 0 < found.rate_material < found.rate_any
    assert found.insurable < found.expected
    assert all(plan.paid < found.insurable for plan in found.plans)
    paid = [plan.paid for plan in found.plans]
    assert paid == sorted(paid)


@pytest.mark.parametrize("name", EDITIONS)
def test_every_cause_has_weights_that_add_up(name: str) -> None:
    _, problems = check_weights(programme(), edition(name))
    assert problems == ()
    total = weights(programme(), edition(name)).weight.sum(axis=0)
    assert np.all(np.isclose(total, 1) | (total == 0))


def test_the_population_has_a_relative_risk_of_one() -> None:
    p, w = parameters(programme(), ON), weights(programme(), edition())
    neutral = relative_risk(w, p, np.full(len(w.questions), population_mean(p)))
    assert neutral == pytest.approx(np.exp(-log_norm(w, p)))
    assert np.all(np.exp(log_norm(w, p)) < 1.06)
    assert ranges(p).min() > 0


def test_a_better_answer_never_costs_more() -> None:
    source = answering(example("printing"), "partly")
    base = assess(source, ON).expected
    for question in source.asked:
        better = replace(source, given=MappingProxyType({**source.given, question.id: "yes"}))
        assert model(better, ON).expected(model(better, ON).risk).sum() <= base + 1e-9


def test_more_persons_never_cost_less() -> None:
    source = example("clinic")
    last = 0.0
    for step in range(0, 3000, 25):
        shop = replace(source.business, persons_held=int(200 * 1.003**step))
        m = model(replace(source, business=shop), ON)
        now = float(m.expected(m.risk).sum())
        assert now >= last * (1 - 1e-12)
        last = now


@pytest.mark.parametrize("name", BUSINESSES)
def test_best_over_worst_stays_within_its_bounds(name: str) -> None:
    source = example(name)
    given = ({question.id: answer for question in source.asked} for answer in ("yes", "no"))
    best, worst = (assess(replace(source, given=each), ON).expected for each in given)
    assert 1 / 6 <= best / worst <= 1 / 3


def test_chances_of_outcomes_add_up() -> None:
    m = model(example("mail_order"), ON)
    assert m.severity.branch.sum(axis=(3, 4, 5)) == pytest.approx(1)
    assert m.severity.chance.sum(axis=1) == pytest.approx(1)
    assert m.gross.total == pytest.approx(m.weight.sum())
    assert m.gross.number @ m.gross.loss == pytest.approx(m.expected(m.risk).sum())


def test_the_normal_distribution_is_exact_to_twelve_digits() -> None:
    from math import erfc, sqrt

    points = np.linspace(-6, 6, 2001)
    exact = [0.5 * erfc(-x / sqrt(2)) for x in points]
    assert np.max(np.abs(normal_cdf(points) - exact)) < 1e-11


@pytest.mark.parametrize("level", LEVELS)
def test_chances_of_states_stay_below_one_at_the_worst_answers(level: Level) -> None:
    worst = replace(example("mail_order"), business=asked_all(), given=MappingProxyType(uniform("no")))
    m = model(worst, ON, level)
    assert np.all(m.risk[-1] * m.severity.state.sum(axis=2) < 1)
    assert np.all(m.weight >= 0)


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_jo_figure_is_the_diagnosis_own(name: str) -> None:
    assert (
        result(assess(example(name), ON), diagnosed(example(name)).score)["jo"]
        == diagnosed(example(name)).record["loss"]["jo"]
    )


def test_persons_told_by_medium_bound_what_an_incident_there_can_reach() -> None:
    shop = Business("見本", "retail", 20, 3000, None, ("name",), ("paper", "pc"), (), on_consignment=False)
    p = parameters(programme(), ON)
    media = [MEDIA[medium] for _, medium in p.pairs]
    told = reach(p, replace(shop, persons_on=(("paper", 40), ("mail", 9_999))))
    shares = dict(zip(MEDIA, p.persons_on_medium, strict=True))
    expected = {medium: 3000 * shares[medium] for medium in MEDIA} | {"paper": 40.0, "mail": 3000.0}
    assert told.tolist() == [expected[medium] for medium in media]


def test_a_batch_refuses_persons_by_medium() -> None:
    shop = Business(
        "見本", "retail", 20, 3000, None, ("name",), ("paper",), (), on_consignment=False, persons_on=(("paper", 40),)
    )
    with pytest.raises(ValueError, match="persons by medium"):
        portfolio(programme(), edition(), [(shop, None)], ON)
