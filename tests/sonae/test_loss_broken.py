"""Every rule of the loss engine fails on an engine broken on purpose: a rule that nothing can break would prove nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from importlib import import_module
from itertools import count
from typing import Any

import numpy as np
import pytest

from sonae.checklist import Business
from sonae.layers import Layer
from sonae.loss import engine as whole_engine
from sonae.loss import plans
from sonae.loss import severity as outcomes
from sonae.loss.compound import CELLS, Curve, gross_curve, layer_year
from sonae.loss.controls import Weights, log_norm, relative_risk
from sonae.loss.engine import Control, Model, controls
from sonae.loss.exposure import Exposure, exposure
from sonae.loss.losses import Losses
from sonae.loss.normal import Floats, normal_cdf
from sonae.loss.parameters import Level, Parameters, parameters
from sonae.loss.plans import Incidents, PlanLoss, plan_losses
from sonae.loss.result import to_yen
from sonae.loss.severity import COMPONENTS, Severity, severity, sizes
from sonae.loss.simulate import Drawn, simulate
from sonae.programmes import Plan, Programme
from tests.cast import ON, programme
from tests.sonae import test_loss_properties as properties
from tests.sonae import test_loss_simulate as simulated
from tests.sonae.loss_cast import Engine, Factors

Rule = Callable[[Engine], None]
Break = Callable[[pytest.MonkeyPatch], Engine]
WHOLE_YEN = import_module("sonae.loss.result")
"""The module: the package's name for it is the function in it."""


def using(**functions: Any) -> Break:
    """An engine with other functions."""
    return lambda _: Engine(**functions)


def patched(where: object, name: str, value: object) -> Break:
    """The true engine, with something beneath it patched for the length of a test."""

    def broken(patch: pytest.MonkeyPatch) -> Engine:
        patch.setattr(where, name, value)
        return Engine()

    return broken


def with_terms(change: Callable[[Plan], Plan]) -> Break:
    """An engine that prices other terms than the plan's."""

    def broken(incidents: Incidents, chosen: Sequence[Plan]) -> tuple[PlanLoss, ...]:
        found = plan_losses(incidents, [change(plan) for plan in chosen])
        return tuple(replace(each, plan=plan) for each, plan in zip(found, chosen, strict=True))

    return using(plans=broken)


# --- exposure and risk
def industries_divide(p: Parameters, named: Programme, who: Business, factors: Factors) -> Exposure:
    return exposure(replace(p, industry={name: 1 / factor for name, factor in p.industry.items()}), named, who, factors)


def staff_divide(p: Parameters, named: Programme, who: Business, factors: Factors) -> Exposure:
    return exposure(replace(p, staff_exponent=-p.staff_exponent), named, who, factors)


def sales_are_gained(p: Parameters, named: Programme, who: Business, factors: Factors) -> Exposure:
    found = exposure(p, named, who, factors)
    return replace(found, annual_sales=-found.annual_sales)


def factors_count_down(p: Parameters, named: Programme, who: Business, factors: Factors) -> Exposure:
    x, y, identifiability = factors
    return exposure(p, named, who, (4 - x, 4 - y, identifiability))


def weights_reversed(w: Weights, p: Parameters, u: Floats) -> Floats:
    return relative_risk(replace(w, weight=-w.weight), p, u)


def norm_dropped(w: Weights, p: Parameters, u: Floats) -> Floats:
    found: Floats = relative_risk(w, p, u) * np.exp(log_norm(w, p))
    return found


def risks_divide(p: Parameters, e: Exposure, s: Severity, risk: Floats) -> Model:
    return Model(p, e, s, 1 / risk)


def fitted_through_the_range(named: Programme, on: date, level: Level) -> Parameters:
    """A mean from both ends of a range, as a fit takes it: a higher low end makes a narrower and cheaper loss."""
    found, low = (parameters.__wrapped__(named, on, each) for each in (level, "low"))
    return replace(found, investigation=found.investigation**2 / np.maximum(low.investigation, 1))


# --- severity
def cells_end_at_the_cap(p: Parameters, cap: Floats) -> tuple[Floats, Floats]:
    """Cells of sizes stretched between one person and all persons held, each counted at its upper edge."""
    cause = np.array([c for c, _ in p.pairs])
    cells = int(np.ceil(np.log10(max(2.0, float(cap.max()))) * p.cells_per_decade))
    edges = np.maximum(cap, 1.0)[:, None] ** (np.arange(cells + 1) / cells)
    cdf = normal_cdf((np.log(edges) - p.mu[cause][:, None]) / p.sigma[cause][:, None])
    one = p.one_person[cause][:, None]
    chances = np.concatenate(
        [one + (1 - one) * cdf[:, :1], (1 - one) * np.diff(cdf), (1 - one) * (1 - cdf[:, -1:])], axis=1
    )
    return np.concatenate([np.ones_like(one), edges[:, 1:], edges[:, -1:]], axis=1), chances


def coarse_cells(p: Parameters, e: Exposure) -> Severity:
    return severity(parameters(programme(), ON, "central", p.cells_per_decade // 4), e)


def cells_at_their_upper_edge(p: Parameters, cap: Floats) -> tuple[Floats, Floats]:
    persons, chances = sizes(p, cap)
    upper = np.minimum(p.edges[1 : persons.shape[1] - 1], np.maximum(cap, 1)[:, None])
    return np.concatenate([persons[:, :1], upper, persons[:, -1:]], axis=1), chances


def nobody_loses_all(p: Parameters, e: Exposure) -> Severity:
    """The atom "all persons" left out."""
    found = severity(p, e)
    return replace(
        found, chance=np.where(np.arange(found.chance.shape[1]) < found.chance.shape[1] - 1, found.chance, 0)
    )


def risks_left_out(m: Model) -> Floats:
    """Incidents a year without the answers' bearing on the causes."""
    found: Floats = TRUE_WEIGHT(m) / m.risk[m.cause][:, None, None]
    return found


def investigation_refunded(p: Parameters, e: Exposure) -> Severity:
    found = severity(p, e)
    return replace(found, kept={**found.kept, "investigation": -found.kept["investigation"]})


TRUE_WEIGHT: Callable[[Model], Floats] = vars(Model)["weight"].func
TRUE_MEANS: Callable[[Severity], Floats] = vars(Severity)["means"].func
TRUE_COST = Severity.cost


def handling_left_out(s: Severity) -> Floats:
    found = TRUE_MEANS(s).copy()
    found[COMPONENTS.index("handling")] = 0
    return found


def own_loss_insured(s: Severity, goodwill_cap: float = np.inf) -> Floats:
    found: Floats = TRUE_COST(s, goodwill_cap) + s.own[:, :, :, None, :]
    return found


# --- plans
class DeductibleAdded(Layer):
    """Terms that add the deductible to the loss."""

    def loss_for(self, paid: float) -> float:
        return paid / float(self.share) - self.deductible


def payments_rounded_up(limited_mean: Callable[[Floats], Floats], layer: Layer, cells: int = CELLS) -> Floats:
    """Each payment in the next cell above it: cells that do not keep the mean."""
    points = np.linspace(layer.loss_for(0), layer.loss_for(layer.limit), cells + 1)[:-1]
    above = limited_mean(points + 1) - limited_mean(points)
    return np.concatenate([1 - above[:1], above[:-1] - above[1:], above[-1:]])


def years_without_limit(rate: Floats, rows: Floats, cell: Floats) -> Floats:
    return layer_year(rate, rows, cell, annual_cells=4 * CELLS)


def terms_of_the_first(incidents: Incidents, chosen: Sequence[Plan]) -> tuple[PlanLoss, ...]:
    """The first plan's goodwill cap and share for all."""
    cap, share = chosen[0].goodwill_cap_each, chosen[0].insurer_share
    return plan_losses(incidents, [replace(plan, goodwill_cap_each=cap, insurer_share=share) for plan in chosen])


# --- the rest
def savings_alone_as_parts(m: Model, w: Weights, given: Mapping[str, str]) -> tuple[tuple[Control, ...], float]:
    rows, together = controls(m, w, given)
    return tuple(replace(row, part=row.alone) for row in rows), together


def each_rounded_alone(amounts: Mapping[str, float], total: int) -> dict[str, int]:
    return {name: to_yen(amount) for name, amount in amounts.items()}


def some_losses_left_out(losses: Losses) -> Curve:
    return gross_curve(replace(losses, number=0.8 * losses.number, total=0.8 * losses.total))


def seeds_forgotten() -> Callable[[Model, int, int], Drawn]:
    number = count()
    return lambda m, years, _: simulate(m, years, next(number))


PAID = simulated.plans_pay_what_is_drawn
OFTEN = simulated.incidents_happen_as_often_as_they_are_drawn
BROKEN: tuple[tuple[Rule, str, Break], ...] = (
    (properties.a_better_answer_never_costs_more, "weights with the sign turned", using(risk=weights_reversed)),
    (properties.a_better_answer_never_makes_a_plan_pay_more, "relative risks divide", using(parts=risks_divide)),
    (
        properties.more_persons_never_cost_less,
        "cells scaled to the persons held",
        patched(outcomes, "sizes", cells_end_at_the_cap),
    ),
    (properties.more_sales_never_cost_less, "lost sales are gained", using(exposure=sales_are_gained)),
    (properties.more_staff_never_cost_less, "the number of staff divides", using(exposure=staff_divide)),
    (properties.a_worse_industry_never_costs_less, "the industry's factor divides", using(exposure=industries_divide)),
    (
        properties.more_sensitive_information_never_costs_less,
        "the JO ranks count down",
        using(exposure=factors_count_down),
    ),
    (properties.a_dearer_parameter_never_costs_less, "one cost is taken off", using(severity=investigation_refunded)),
    (
        properties.raising_the_low_end_of_a_range_never_lowers_the_mean,
        "means fitted through both ends of a range",
        using(parameters=fitted_through_the_range),
    ),
    (
        properties.a_higher_limit_never_pays_less,
        "the limit is taken off the loss",
        with_terms(lambda plan: replace(plan, deductible=plan.deductible + plan.liability_limit)),
    ),
    (
        properties.a_higher_deductible_never_pays_more,
        "the deductible is added",
        patched(plans, "Layer", DeductibleAdded),
    ),
    (
        properties.a_higher_insurer_share_never_pays_less,
        "the share is read from the other end",
        with_terms(lambda plan: replace(plan, insurer_share=Fraction(3, 2) - plan.insurer_share)),
    ),
    (
        properties.a_higher_goodwill_cap_never_pays_less,
        "the goodwill cap counts down",
        with_terms(lambda plan: replace(plan, goodwill_cap_each=12_000 - plan.goodwill_cap_each)),
    ),
    (
        properties.no_section_pays_more_than_its_loss_or_its_limit,
        "cells that do not keep the mean",
        patched(plans, "layer_severity", payments_rounded_up),
    ),
    (properties.all_plans_at_once_are_each_alone, "the first plan's terms for all", using(plans=terms_of_the_first)),
    (
        properties.the_parts_add_up_to_the_expected_loss,
        "a component left out",
        patched(Severity, "means", property(handling_left_out)),
    ),
    (
        properties.insured_and_own_loss_add_up_to_the_gross,
        "own loss counted as insured too",
        patched(Severity, "cost", own_loss_insured),
    ),
    (
        properties.paid_and_retained_add_up_to_the_loss_in_whole_yen,
        "each part rounded alone",
        patched(WHOLE_YEN, "shared_out", each_rounded_alone),
    ),
    (
        properties.the_controls_parts_add_up_to_all_together,
        "what each saves alone taken for its part",
        using(controls=savings_alone_as_parts),
    ),
    (
        properties.chances_add_up_to_one,
        "spread with a chance too much",
        patched(outcomes, "SPREAD_CHANCE", np.array([0.25, 0.5, 0.5])),
    ),
    (properties.chances_add_up_to_one, "the atom of all persons left out", using(severity=nobody_loses_all)),
    (properties.the_populations_mean_risk_is_one, "the norm dropped", using(risk=norm_dropped)),
    (
        properties.twice_the_resolution_moves_no_quantile_by_a_hundredth,
        "two cells a decade",
        using(severity=coarse_cells),
    ),
    (
        properties.twice_the_resolution_does_not_move_means,
        "cells at their upper edge",
        patched(outcomes, "sizes", cells_at_their_upper_edge),
    ),
    (
        properties.twice_the_resolution_moves_chances_of_passing_a_limit_little,
        "two cells a decade",
        using(severity=coarse_cells),
    ),
    (PAID, "payments not limited for the year", patched(plans, "layer_year", years_without_limit)),
    (PAID, "the deductible forgotten", with_terms(lambda plan: replace(plan, deductible=0))),
    (PAID, "the goodwill cap forgotten", with_terms(lambda plan: replace(plan, goodwill_cap_each=10**6))),
    (PAID, "the insurer's share forgotten", with_terms(lambda plan: replace(plan, insurer_share=Fraction(1)))),
    (PAID, "dispute costs always inside", with_terms(lambda plan: replace(plan, dispute_costs="inside"))),
    (OFTEN, "the answers' risks left out", patched(Model, "weight", property(risks_left_out))),
    (OFTEN, "material from 1,000 persons on", patched(whole_engine, "MATERIAL_PERSONS", 999.5)),
    (simulated.the_years_total_passes_amounts_as_often_as_drawn, "a fifth left out", using(curve=some_losses_left_out)),
    (simulated.a_seed_gives_the_same_incidents, "the seed forgotten", using(draw=seeds_forgotten())),
)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [(rule, broken) for rule, _, broken in BROKEN],
    ids=[f"{r.__name__}: {why}" for r, why, _ in BROKEN],
)
def test_the_rule_fails_on_a_broken_engine(rule: Rule, broken: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        rule(broken(monkeypatch))


def test_every_rule_is_broken_at_least_once() -> None:
    assert {rule for rule, _, _ in BROKEN} == {*properties.RULES, *simulated.RULES}
