"""The chapter on what a leak would cost this business: if it happens, in ten years, by cause, and by plan."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from sonae.figures import Lang, count, yen
from sonae.loss import Loss, PlanLoss
from sonae.loss.engine import RETURN_PERIODS, YEARS, model
from sonae.loss.losses import CHANCES
from sonae.loss.parameters import ATTACKS
from sonae.loss.result import chance, to_yen
from sonae.papers import Mark, exceedance
from sonae.report.diagnosis import Diagnosis
from sonae.report.page import Page

MOST_CAUSES = 6
DAMAGES = ("damages", "dispute_costs")
GROUPS = (
    ("damages", DAMAGES, True),
    ("recourse", ("recourse",), True),
    ("card_reissue", ("card_reissue",), True),
    ("goodwill", ("goodwill",), True),
    ("notice", ("letters", "call_centre", "notices"), True),
    ("investigation", ("investigation",), True),
    ("advice", ("advice",), True),
    ("handling", ("handling",), True),
    ("recovery", ("recovery",), False),
    ("lost_sales", ("lost_sales",), False),
)
"""Components as the report groups them, and whether a plan can cover them."""
RARE = ("recourse", "card_reissue")
"""Groups left out where there is none."""
SMALL_PART = 0.2
"""What higher limits add is little below this part of what the plan pays."""
CURVE_FROM, CURVE_TO, CURVE_POINTS = 5.0, 9.0, 97
"""The chart's powers of ten of yen, and its points."""
TICKS, LABELLED = tuple(range(int(CURVE_FROM), int(CURVE_TO) + 1)), tuple(f"{int(q * 100)}" for q in CHANCES)


def risk(page: Page, ticks: Iterable[int] = TICKS, labelled: Collection[str] = LABELLED) -> dict[str, Any] | None:
    """Return the chapter, None where the loss engine has no values for the day.

    ``ticks``, ``labelled``: the curve's ticks (powers of ten of yen), and the chances labelled on it.
    """
    loss = page.diagnosis.loss
    if loss is None:
        return None
    return {
        "lead": page.w("report.risk.lead", chance=percent(page, chance(loss.rate_material, 10)))
        if loss.rate_material > 0
        else page.w("report.risk.lead_none"),
        "cost": [
            {"name": page.w(f"report.risk.within_{name}"), "yen": estimate(page, amount)}
            for name, amount in loss.material_cost.items()
        ],
        "chances": [
            {
                "name": page.w("report.risk.years_1" if years == 1 else "report.risk.years", number=years),
                "any": percent(page, chance(loss.rate_any, years)),
                "material": percent(page, chance(loss.rate_material, years)),
            }
            for years in YEARS
        ],
        "curve": curve(page, loss, ticks, labelled),
        "curve_alt": page.w("report.risk.curve_alt", yen=estimate(page, loss.material_cost["90"])),
        "returns": [
            {
                "name": page.w("report.risk.one_in", number=years),
                "yen": page.w("report.risk.nearly_nothing")
                if amount <= 0
                else page.w("report.risk.beyond")
                if amount == float("inf")
                else estimate(page, amount),
            }
            for years in RETURN_PERIODS
            for amount in [loss.curve.quantile(1 - 1 / years)]
        ],
        "expected": page.w(
            "report.risk.expected",
            yen=estimate(page, loss.expected),
            low=estimate(page, loss.band["low"]),
            high=estimate(page, loss.band["high"]),
            insurable=estimate(page, loss.insurable),
            own=estimate(page, loss.expected - loss.insurable),
        ),
        "causes": _causes(page, loss),
        "components": [
            _share(page, f"report.risk.part_{name}", sum(loss.by_component[part] for part in parts), loss)
            | {"insured": insured}
            for (name, parts, insured) in GROUPS
            if name not in RARE or any(loss.by_component[part] >= 1 for part in parts)
        ],
        "plans": [_plan(page, loss, plan) for plan in loss.plans],
        "notes": notes(page, loss),
    }  # fmt: skip


def percent(page: Page, share: float) -> str:
    """Return a chance in per cent: one decimal below 10 %, else whole; never 0 % or 100 % for what is only near it."""
    if 0 < share < 0.0005:
        return page.w("report.risk.under")
    return f"{share:.1%}" if share < 0.0995 else f"{share:.0%}" if share < 0.995 else f"{min(share, 0.999):.1%}"


def estimate(page: Page, amount: float) -> str:
    """Return an estimate in yen as people say it."""
    return yen(to_yen(amount), page.lang)


def saving(page: Page, question: str) -> str:
    """Return what answering a question yes saves: 年 −1,400円; nothing where it saves less than a yen."""
    found = page.diagnosis.savings.get(question)
    if found is None or to_yen(found) < 1:
        return ""
    return page.w("report.risk.saving", yen=yen(-to_yen(found), page.lang))


def worth(page: Page, question: str) -> str:
    """Return what answering a question yes saves in five years, and the credit it alone gains: 5年 −7,000円・割引 +14%."""
    found = page.diagnosis.savings.get(question)
    if found is None or to_yen(5 * found) < 1:
        return ""
    told = page.w("report.risk.saving_five", yen=yen(-to_yen(5 * found), page.lang))
    gained = page.diagnosis.effects.get(question, 0)
    return told + (page.w("report.risk.credit_gained", share=percent(page, float(gained))) if gained > 0 else "")


def _causes(page: Page, loss: Loss) -> list[dict[str, Any]]:
    """Return the greatest causes, and the others together where there are more; none below a yen a year."""
    ranked = sorted(loss.by_cause.items(), key=lambda cause: -cause[1])
    parts = [(f"cause.{name}.name", yen_a_year) for name, yen_a_year in ranked[:MOST_CAUSES]]
    parts.append(("report.risk.other_causes", sum(yen_a_year for _, yen_a_year in ranked[MOST_CAUSES:])))
    return [_share(page, name, part, loss) for name, part in parts if part >= 1]


def _share(page: Page, name: str, part: float, loss: Loss) -> dict[str, Any]:
    """Return a part of the expected loss: its name, yen a year, and per cent of the whole."""
    share = round(100 * part / loss.expected) if loss.expected > 0 else 0
    return {"name": page.w(name), "yen": estimate(page, part), "share": share}


def curve(page: Page, loss: Loss, powers: Iterable[int], labelled: Collection[str]) -> str:
    """Return the chart of what one incident costs: ticks at powers of ten of yen, labels at some of the chances."""
    points = 10 ** np.linspace(CURVE_FROM, CURVE_TO, CURVE_POINTS)
    over = loss.central.gross.drawn_out.over_if_material(points)
    marks = [
        Mark(amount, 1 - q, estimate(page, amount) if name in labelled else "")
        for q, (name, amount) in zip(CHANCES, loss.material_cost.items(), strict=True)
    ]
    ticks = {10.0**power: yen(10**power, page.lang) for power in powers}
    line = list(zip(points.tolist(), over.tolist(), strict=True))
    return exceedance(line, marks, ticks, page.w("report.risk.curve_title"))


def _plan(page: Page, loss: Loss, plan: PlanLoss) -> dict[str, Any]:
    return {
        "name": page.w(f"plan.{plan.plan.id}.name"),
        "basis": plan.plan.basis,
        "liability": percent(page, plan.if_material.liability),
        "cost": percent(page, plan.if_material.cost),
        "paid": estimate(page, plan.paid),
        "retained": estimate(page, loss.expected - plan.paid),
    }


def loss_notes(diagnosis: Diagnosis, lang: Lang) -> list[str]:
    """Return what a diagnosis's loss teaches, in words; nothing where the loss engine has no values for the day."""
    return [] if diagnosis.loss is None else notes(Page(diagnosis, lang), diagnosis.loss)


def notes(page: Page, loss: Loss) -> list[str]:
    """Return what the figures teach: the cost limit, the small share of liability, high limits, and persons held."""
    if loss.rate_material <= 0:
        return []
    found = [*_limits(page, loss), _liability(page, loss)]
    held = page.diagnosis.answers.business.persons_held
    answers = page.diagnosis.answers
    on = tuple((medium, persons // 2) for medium, persons in answers.business.persons_on)
    fewer = replace(answers, business=replace(answers.business, persons_held=held // 2, persons_on=on))
    half = model(fewer, page.diagnosis.on)
    saved = loss.expected - float(half.expected(half.risk).sum())
    found.append(
        page.w(
            "report.risk.note_persons",
            persons=count(held),
            employees=count(answers.business.employees),
            yen=estimate(page, saved),
        )
    )
    return found


def _limits(page: Page, loss: Loss) -> list[str]:
    """Return how often the lowest cost limit is too little, and what the highest limits add to what a plan pays."""
    if not loss.plans:
        return []
    plans = sorted(loss.plans, key=lambda plan: (plan.plan.liability_limit, plan.plan.cost_limit))
    first, low, top = plans[0], plans[min(1, len(plans) - 1)], plans[-1]
    attacked = any(loss.by_cause[cause] > 0 for cause in ATTACKS)
    found = [
        page.w(
            "report.risk.note_cost_attack" if attacked else "report.risk.note_cost",
            limit=yen(first.plan.cost_limit, page.lang),
            share=percent(page, first.if_material.cost),
        )
    ]
    if top is low:
        return found
    more = top.paid_liability - low.paid_liability
    share = more / low.paid if low.paid > 0 else 0.0
    found.append(
        page.w(
            "report.risk.note_high" if share < SMALL_PART else "report.risk.note_high_much",
            low=yen(low.plan.liability_limit, page.lang),
            high=yen(top.plan.liability_limit, page.lang),
            yen=estimate(page, more),
            share=percent(page, share),
        )
    )
    return found


def _liability(page: Page, loss: Loss) -> str:
    """Return how small a part of what could be insured is for persons who claim, and how much clients claim back."""
    persons = sum(loss.by_component[part] for part in DAMAGES) / loss.insurable
    back = loss.by_component["recourse"] / loss.insurable
    name = "report.risk.note_recourse" if back > 0 else "report.risk.note_liability"
    return page.w(name, share=percent(page, persons), back=percent(page, back))
