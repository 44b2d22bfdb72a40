"""The year's total: the standard case against its reference, Monte Carlo on capped quantities, rules with a direction."""

import numpy as np
import pytest

from sonae.loss.compound import CELLS, gross_curve, layer_severity, layer_year, poisson, split_cells
from sonae.loss.engine import Model, model, plan_losses
from sonae.loss.normal import Floats, normal_cdf
from tests.cast import BUSINESSES, ON, example, programme

MU, SIGMA, RATE = 15.0, 2.0, 0.2
LIMIT, DEDUCTIBLE = 10e6, 0.1e6
YEARS = 200_000


def limited_mean(x: Floats) -> Floats:
    """E[min(loss, x)] of the log-normal loss of the standard case."""
    z = (np.log(x) - MU) / SIGMA
    result: Floats = np.exp(MU + SIGMA**2 / 2) * normal_cdf(z - SIGMA) + x * (1 - normal_cdf(z))
    return result


def test_the_standard_case_meets_its_reference() -> None:
    severity = layer_severity(limited_mean, LIMIT, DEDUCTIBLE)
    year = layer_year(np.array([RATE]), severity[None, :], np.array([LIMIT / CELLS]), annual_cells=2 * CELLS)
    assert year.expected[0] == pytest.approx(922_606.34, rel=2e-5)
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


def simulated(m: Model, limit: float, deductible: float, years: int, seed: int) -> tuple[float, float]:
    """Return mean and standard error of a year's cost payment by Monte Carlo over the model's own outcomes.

    Incidents are drawn one by one (Poisson number, then an outcome); nothing of the transform is used.
    """
    draw = np.random.default_rng(seed)
    weight = m.outcomes.ravel()
    loss = np.broadcast_to(m.severity.cost, m.outcomes.shape).ravel()
    number = draw.poisson(weight.sum(), years)
    chosen = np.searchsorted(np.cumsum(weight) / weight.sum(), draw.random(number.sum()))
    paid = np.clip(loss[np.minimum(chosen, len(loss) - 1)] - deductible, 0, limit)
    totals = np.minimum(np.bincount(np.repeat(np.arange(years), number), paid, years), limit)
    return float(totals.mean()), float(totals.std() / np.sqrt(years))


@pytest.mark.parametrize("name", BUSINESSES)
def test_monte_carlo_agrees_on_what_the_cost_section_pays(name: str) -> None:
    m = model(example(name), ON)
    for plan in programme().plans[:3:2]:
        (found,) = plan_losses(m, [plan], m.outcomes)
        mean, error = simulated(m, plan.cost_limit, plan.deductible, YEARS, seed=11)
        assert abs(found.paid_cost - mean) < 4 * error


def test_all_plans_at_once_are_each_alone() -> None:
    m = model(example("printing"), ON)
    together = plan_losses(m, programme().plans, m.outcomes)
    for plan, found in zip(programme().plans, together, strict=True):
        (alone,) = plan_losses(m, [plan], m.outcomes)
        assert (alone.paid_liability, alone.paid_cost) == pytest.approx(
            (found.paid_liability, found.paid_cost), rel=1e-9
        )


def test_twice_the_resolution_of_sizes_moves_the_curve_little() -> None:
    coarse, fine = (model(example("mail_order"), ON, cells_per_decade=cells) for cells in (12, 24))
    curves = [gross_curve(np.broadcast_to(m.severity.gross(), m.outcomes.shape), m.outcomes) for m in (coarse, fine)]
    for chance in (0.99, 0.995):
        first, second = (curve.quantile(chance) for curve in curves)
        assert first == pytest.approx(second, rel=0.01)


def test_the_curves_mean_is_the_expected_loss() -> None:
    m = model(example("letting"), ON)
    curve = gross_curve(np.broadcast_to(m.severity.gross(), m.outcomes.shape), m.outcomes)
    grid = np.arange(0, 160e6, 20_000.0)
    area = float(curve.exceedance(grid).sum() * 20_000)
    assert area == pytest.approx(float(m.expected(m.risk).sum()), rel=0.02)
