"""The engine's answer as plain data in whole yen, fields as in the command line's contract."""

from collections.abc import Mapping
from math import expm1, floor
from typing import Any

import numpy as np

from sonae.jo import potential, whole_leak
from sonae.loss.compound import FINE
from sonae.loss.credit import effects
from sonae.loss.engine import RETURN_PERIODS, YEARS, Loss
from sonae.loss.plans import Passed, PlanLoss
from sonae.loss.severity import COST, LIABILITY, OWN
from sonae.scoring import Score

POINTS = tuple(step * 10**power for power in range(6, 10) for step in (1, 2, 5))
"""Yen at which the year's curve is told: 100万 to 50億."""


def to_yen(amount: float) -> int:
    """Return an amount in whole yen, rounded half up: the one place where a float becomes yen."""
    return floor(amount + 0.5)


def shared_out(amounts: Mapping[str, float], total: int) -> dict[str, int]:
    """Return the amounts in whole yen so that they add up to ``total``, their rounded sum: the largest fractions are rounded up."""
    whole = {name: floor(amount) for name, amount in amounts.items()}
    by_fraction = sorted(amounts, key=lambda name: whole[name] - amounts[name])
    for name in by_fraction[: max(0, total - sum(whole.values()))]:
        whole[name] += 1
    return whole


def result(loss: Loss, found: Score) -> dict[str, Any]:
    """Return the whole answer as plain data. Amounts are whole yen, chances decimals of 6 places.

    ``found`` is the score of the same answers: with it each question's effect on the premium is told (the declaration credit
    gained, a share of the premium). ``expected_loss`` is the sum of ``by_component`` and of ``by_cause``; for each plan
    paid + retained equals it.
    """
    expected = to_yen(loss.expected)
    by_component = shared_out(loss.by_component, expected)
    business, programme = loss.answers.business, loss.answers.programme
    leak = whole_leak(programme, business.information, business.industry, business.persons_held, loss.on)
    gained = effects(programme, found, loss.on)
    points = loss.curve.exceedance(np.array(POINTS, dtype=np.float64))
    jo = potential(leak, programme.integer("jo.basic", loss.on))
    return {
        "programme": programme.id,
        "edition": loss.answers.edition.id,
        "on": loss.on.isoformat(),
        "expected_loss": expected,
        "expected_insurable": to_yen(loss.insurable),
        "probability_any": {str(years): chance(loss.rate_any, years) for years in YEARS},
        "material": {
            "probability": {str(years): chance(loss.rate_material, years) for years in YEARS},
            "cost": {name: to_yen(amount) for name, amount in loss.material_cost.items()},
            "section_cost": {
                section: {name: to_yen(amount) for name, amount in costs.items()}
                for section, costs in loss.material_section.items()
            },
        },
        "curve": {
            "step": int(FINE),
            "error": loss.curve.error,
            "exceedance": {str(yen): round(float(chance), 6) for yen, chance in zip(POINTS, points, strict=True)},
        },
        "return_periods": {str(years): _or_none(loss.curve.quantile(1 - 1 / years)) for years in RETURN_PERIODS},
        "by_cause": shared_out(loss.by_cause, expected),
        "by_component": by_component,
        "plans": [_plan(plan, by_component) for plan in loss.plans],
        "controls": [
            {
                "question": control.question,
                "answer": control.answer,
                "saves_per_year": to_yen(control.alone),
                "saves_in_five_years": to_yen(5 * control.alone),
                "part_of_all": to_yen(control.part),
                "premium_effect": float(gained.get(control.question, 0)),
            }
            for control in sorted(loss.controls, key=lambda control: -control.alone)
        ],
        "controls_together": to_yen(loss.together),
        "controls_together_premium_effect": float(gained[""]),
        "band": {level: to_yen(loss.band[level]) for level in ("low", "high")},
        "jo": jo.data(),
        "assumed": list(dict.fromkeys([*business.assumed, *loss.central.exposure.assumed])),
        "unanswered": list(loss.answers.unanswered),
        "basis": "assumed",
    }


def _or_none(amount: float) -> int | None:
    """Return whole yen, None for an amount beyond the curve's grids."""
    return None if amount == float("inf") else to_yen(amount)


def chance(rate: float, years: int) -> float:
    """Return the chance of at least one event in so many years at a yearly rate."""
    return round(-expm1(-rate * years), 6)


def _plan(plan: PlanLoss, by_component: Mapping[str, int]) -> dict[str, Any]:
    liability, cost, own = (sum(by_component[name] for name in part) for part in (LIABILITY, COST, OWN))
    paid_liability, paid_cost = min(to_yen(plan.paid_liability), liability), min(to_yen(plan.paid_cost), cost)
    return {
        "id": plan.plan.id,
        "expected_paid": paid_liability + paid_cost,
        "expected_paid_liability": paid_liability,
        "expected_paid_cost": paid_cost,
        "expected_retained": liability + cost + own - paid_liability - paid_cost,
        "expected_retained_liability": liability - paid_liability,
        "expected_retained_cost": cost - paid_cost,
        "expected_not_insured": own,
        "probability_limit_exceeded": round(plan.in_a_year.either, 6),
        "limit_exceeded": {"in_a_year": _passed(plan.in_a_year), "if_material": _passed(plan.if_material)},
    }


def _passed(passed: Passed) -> dict[str, float]:
    return {name: round(getattr(passed, name), 6) for name in ("liability", "cost", "either")}
