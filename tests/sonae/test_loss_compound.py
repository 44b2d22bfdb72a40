"""The year's total: the standard case against its reference, Monte Carlo on capped quantities, rules with a direction."""

import numpy as np
import pytest

from sonae.layers import Layer
from sonae.loss.compound import CELLS, gross_curve, layer_severity, layer_year, passed_in_year, poisson, split_cells
from sonae.loss.engine import model
from sonae.loss.losses import Losses
from sonae.loss.normal import Floats, normal_cdf
from sonae.loss.plans import plan_losses
from tests.cast import ON, example, programme

MU, SIGMA, RATE = 15.0, 2.0, 0.2
LIMIT, DEDUCTIBLE = 10_000_000, 100_000


def limited_mean(x: Floats) -> Floats:
    """E[min(loss, x)] of the log-normal loss of the standard case."""
    z = (np.log(x) - MU) / SIGMA
    result: Floats = np.exp(MU + SIGMA**2 / 2) * normal_cdf(z - SIGMA) + x * (1 - normal_cdf(z))
    return result


def test_the_standard_case_meets_its_reference() -> None:
    severity = layer_severity(limited_mean, Layer(LIMIT, DEDUCTIBLE))
    year = layer_year(np.array([RATE]), severity[None, :], np.array([LIMIT / CELLS]), annual_cells=2 * CELLS)
    assert year[0] == pytest.approx(922_606.34, rel=2e-5)
    total = poisson(np.array([RATE]), severity[None, :], 256)[0]
    paid = np.minimum(np.arange(256), 2 * CELLS) * LIMIT / CELLS
    cumulative = np.cumsum(total)
    index = int(np.searchsorted(cumulative, 0.995))
    assert paid[index] == pytest.approx(12.195e6, rel=0.01)
    tail = (paid[index] * (cumulative[index] - 0.995) + (paid * total)[index + 1 :].sum()) / 0.005
    assert tail == pytest.approx(16_653_026, rel=1e-3)


def test_cells_keep_the_mean() -> None:
    draw = np.random.default_rng(3)
    loss, chance = draw.uniform(0, 63.9, 500), draw.dirichlet(np.ones(500))
    cells = split_cells(loss, chance, 1.0, 64)
    assert cells.sum() == pytest.approx(1)
    assert cells @ np.arange(65) == pytest.approx(loss @ chance)


def test_gathering_keeps_number_and_yen_and_is_exact_between_bins() -> None:
    draw = np.random.default_rng(5)
    loss = np.where(draw.random(4000) < 0.2, 0.0, draw.lognormal(13, 2, 4000))
    rate, material = draw.random(4000), (draw.random(4000) < 0.5).astype(float)
    found = Losses.of(loss[:, None], rate[:, None], material[:, None])
    assert found.total == pytest.approx(rate.sum())
    assert found.number @ found.loss == pytest.approx(rate @ loss)
    assert found.material_total == pytest.approx(rate @ material)
    points = np.array([1e4, 1e6, 1e8])
    means = [rate @ np.minimum(loss, x) / rate.sum() for x in points]
    assert found.limited_mean(points) == pytest.approx(means, rel=1e-5)


def test_all_plans_at_once_are_each_alone() -> None:
    m = model(example("printing"), ON)
    together = plan_losses(m.incidents, programme().plans)
    for plan, found in zip(programme().plans, together, strict=True):
        (alone,) = plan_losses(m.incidents, [plan])
        assert (alone.paid_liability, alone.paid_cost) == pytest.approx(
            (found.paid_liability, found.paid_cost), rel=1e-9
        )


def test_twice_the_resolution_of_sizes_moves_the_curve_little() -> None:
    coarse, fine = (model(example("mail_order"), ON, cells_per_decade=cells) for cells in (8, 16))
    curves = [gross_curve(m.gross) for m in (coarse, fine)]
    for chance in (0.99, 0.995):
        first, second = (curve.quantile(chance) for curve in curves)
        assert first == pytest.approx(second, rel=0.01)


def test_the_curves_mean_is_the_expected_loss() -> None:
    m = model(example("letting"), ON)
    curve = gross_curve(m.gross)
    grid = np.arange(0, 160e6, 20_000.0)
    area = float(curve.exceedance(grid).sum() * 20_000)
    assert area == pytest.approx(float(m.expected(m.risk).sum()), rel=0.02)


def test_a_limit_is_passed_by_one_loss_beyond_it_or_by_the_sum_of_several() -> None:
    draw = np.random.default_rng(7)
    chances = draw.dirichlet(np.ones(CELLS + 1) * 0.3)
    for rate in (0.05, 0.7, 4.0):
        (found,) = passed_in_year(np.array([rate]), chances[None, :], np.array([chances[-1] / 2]))
        number = draw.poisson(rate, 400_000)
        cells = draw.choice(CELLS + 1, int(number.sum()), p=chances)
        beyond = (cells == CELLS) & (draw.random(len(cells)) < 0.5)
        year = np.repeat(np.arange(len(number)), number)
        total, worst = np.bincount(year, cells, len(number)), np.bincount(year, beyond, len(number))
        drawn = float(((total > CELLS) | (worst > 0)).mean())
        assert found == pytest.approx(drawn, abs=4 * np.sqrt(drawn / len(number)))
