"""The chapters on loss, similar leaks, the plan of work, and sources."""

from fractions import Fraction
from typing import Any

from sonae import __version__
from sonae.casebook import cases as all_cases
from sonae.casebook import similar
from sonae.figures import count, effort_hours, yen
from sonae.loss.credit import credit
from sonae.money import Rounding, rounded
from sonae.report.page import Page
from sonae.report.risk import estimate, saving
from sonae.scenario import flyer_proportions
from sonae.scoring import Action

PLAN_ROWS = 22
PLAN_HOURS = (("week", 8), ("month", 40), ("quarter", 120))
"""Hours of work by the end of each stage: a person's day a week, for a business of about 20."""
ASK_ROWS = 6
CASE_CONTROLS = 3


def loss(page: Page) -> dict[str, Any]:
    """Return the loss in the flyer's proportions, what each plan would pay, and the JO figure beside it."""
    diagnosis, lang = page.diagnosis, page.lang
    programme = diagnosis.answers.programme
    business = diagnosis.answers.business
    scenario = flyer_proportions(programme, business.persons_held, diagnosis.on)

    def times(each: int, number: int) -> str:
        return page.w("report.loss.times", each=yen(each, lang), number=count(number))

    high, low = scenario.awards
    rows = [
        ("damages_high", times(high.yen_each, high.claimants), high.claimants * high.yen_each),
        ("damages_low", times(low.yen_each, low.claimants), low.claimants * low.yen_each),
        ("goodwill", times(scenario.goodwill_each, scenario.goodwill_persons), diagnosis.scenario.goodwill),
        ("dispute_costs", "", diagnosis.scenario.dispute_costs),
        ("apology_notice", "", diagnosis.scenario.costs["apology_notice"]),
    ]
    jo, most = diagnosis.jo, max(diagnosis.scenario.total, diagnosis.jo.total)
    return {
        "lead": page.w(
            "report.loss.lead" if diagnosis.loss else "report.loss.lead_alone", persons=count(business.persons_held)
        ),
        "rows": [{"kind": page.w(f"report.loss.{name}"), "working": how, "yen": yen(amount, lang)} for name, how, amount in rows],
        "total": yen(diagnosis.scenario.total, lang),
        "plans": [
            {
                "name": page.w(f"plan.{plan.id}.name"),
                "basis": plan.basis,
                "liability": yen(worked.paid_liability, lang),
                "cost": yen(worked.paid_cost, lang),
                "paid": yen(worked.paid, lang),
                "retained": yen(worked.retained, lang),
                "share": percent(worked.paid, worked.total),
            }
            for plan in programme.plans
            for worked in [diagnosis.by_plan[plan.id]]
        ],
        "plans_note": page.w("report.loss.plans_note", deductible=yen(programme.plans[0].deductible, lang)),
        "jo_line": page.w(
            "report.loss.jo_line", each=yen(jo.per_person, lang), number=count(business.persons_held), total=yen(jo.total, lang)
        ),
        "jo_factors": page.w(
            "report.loss.jo_factors", x=jo.x, y=jo.y, identifiability=jo.identifiability, responsibility=diagnosis.leak.responsibility
        ),
        "bars": [
            {"name": page.w(f"report.loss.compare_{name}"), "yen": yen(total, lang), "share": percent(total, most)}
            for name, total in (("scenario", diagnosis.scenario.total), ("jo", jo.total))
        ],
    }  # fmt: skip


def percent(part: int, whole: int) -> int:
    """Return part ÷ whole in whole per cent (0 of 0)."""
    return rounded(Fraction(part * 100, whole), Rounding.HALF_UP) if whole else 0


def cases(page: Page) -> list[dict[str, Any]]:
    """Return the casebook's leaks, nearest first, each with a few answers to questions that bear on it, open ones first."""
    answers = {each.question.id: each.answer for each in page.diagnosis.score.answered}
    lacking = {name for name, answer in answers.items() if answer in ("no", "unknown", "partly")}
    business = page.diagnosis.answers.business
    return [
        {
            "title": page.w(f"casebook.{case.id}.title"),
            "industry": page.w(f"industry.{case.industry}.name"),
            "records": page.w("report.cases.records_none")
            if case.records is None
            else page.w("report.cases.records", number=count(case.records)),
            "cause": page.w("report.cases.cause", cause=page.w(f"cause.{case.cause}.name")),
            "what": page.w(f"casebook.{case.id}.what"),
            "lesson": page.w(f"casebook.{case.id}.lesson"),
            "near": business.industry in case.near,
            "controls": [
                {"question": page.number_of(name), "label": page.texts.question(name, "label"), "answer": answers[name]}
                for name in sorted(
                    (name for name in case.controls if name in answers), key=lambda name: answers[name] == "yes"
                )[:CASE_CONTROLS]
            ],
        }
        for case in similar(all_cases(page.diagnosis.answers.programme), business, lacking)
    ]


def plan_of_work(page: Page) -> dict[str, Any]:
    """Return the actions by when to do them (by hours of work added up), and what to find out first."""
    actions = page.diagnosis.actions
    stages: dict[str, list[dict[str, str]]] = {}
    hours, shown = Fraction(0), 0
    for action in actions:
        hours += action.effort.hours
        if shown < PLAN_ROWS:
            stage = next((name for name, most in PLAN_HOURS if hours <= most), "later")
            stages.setdefault(stage, []).append(_plan_row(page, action))
            shown += 1
    unknown = page.diagnosis.score.unknown
    cost = sum(action.effort.yen for action in actions)
    return {
        "ask_lead": page.w("report.plan.ask_lead", number=len(unknown)) if unknown else "",
        "ask": [
            {"question": page.number_of(name), "how": page.texts.question(name, "unsure")}
            for name in unknown[:ASK_ROWS]
        ],
        "stages": [{"name": page.w(f"report.plan.{name}"), "rows": rows} for name, rows in stages.items()],
        "more": page.w("report.plan.more", number=len(actions) - shown) if len(actions) > shown else "",
        "lead": page.w("report.plan.lead" if page.diagnosis.loss else "report.plan.lead_points"),
        "total": page.w("report.plan.total", hours=effort_hours(hours, page.lang), yen=yen(cost, page.lang))
        if actions
        else "",
        "worth": _worth(page) if actions else "",
    }


def _worth(page: Page) -> str:
    """Return what all actions together save, and what they do to the credit for a signed declaration."""
    diagnosis = page.diagnosis
    if diagnosis.loss is None:
        return ""
    programme, grade = diagnosis.answers.programme, diagnosis.score.grade
    now = credit(programme, grade, diagnosis.on)
    told = page.w(
        "report.plan.worth",
        yen=estimate(page, diagnosis.loss.together),
        five=estimate(page, 5 * diagnosis.loss.together),
        share=percent(round(diagnosis.loss.together), round(diagnosis.loss.expected)),
    )
    then = now + diagnosis.effects[""]
    if not then:
        return told
    told += "" if page.lang == "ja" else " "
    return told + page.w(
        "report.plan.worth_credit",
        grade=grade,
        now=percent(now.numerator, now.denominator),
        then=percent(then.numerator, then.denominator),
    )


def _plan_row(page: Page, action: Action) -> dict[str, Any]:
    return {
        "question": page.number_of(action.question.id),
        "action": page.texts.question(action.question.id, "action"),
        "effort": page.effort(action.effort),
        "saving": saving(page, action.question.id),
        "urgent": action.urgent,
    }


SOURCES = (
    ("flyer", "published", ("flyer-2004",)),
    ("proportion", "assumed", ("house-2026",)),
    ("plans_published", "published", ("flyer-2004",)),
    ("plans_assumed", "assumed", ("sister-schemes", "house-2026")),
    ("jo", "published", ("jnsa-2003", "jnsa-2017")),
    ("jo_responsibility", "assumed", ("house-2026",)),
    ("scoring", "assumed", ("house-2026",)),
    ("effort", "assumed", ("house-2026",)),
    ("loss_often", "fitted", ("ppc-2024",)),
    ("loss_size", "assumed", ("ppc-2024", "house-2026")),
    ("loss_claims", "fitted", ("court-cases", "flyer-2004")),
    ("loss_units", "published", ("jnsa-cost", "court-cases")),
    ("loss_scale", "assumed", ("jnsa-cost", "ec-survey", "house-2026")),
    ("loss_controls", "assumed", ("house-2026",)),
    ("credit", "assumed", ("house-2026",)),
    ("law", "published", ("appi", "appi-rules", "guideline-general")),
)


ENGINE = ("credit", *(name for name, _, _ in SOURCES if name.startswith("loss_")))
"""Rows that hold only where the loss engine has values."""


def _assumed(page: Page) -> list[str]:
    """Return what was assumed for lack of an answer; sales are used by the loss engine alone."""
    answers, engine = page.diagnosis.answers, page.diagnosis.loss
    names = [
        f"{name}_unused" if name == "annual_sales" and engine is None else name for name in answers.business.assumed
    ]
    found = [page.w(f"report.sources.assumed_{name}") for name in names]
    if answers.unanswered:
        found.append(page.w("report.sources.assumed_answers", number=len(answers.unanswered)))
    return found


def sources(page: Page) -> dict[str, Any]:
    """Return where every figure comes from, what was filled in, and what identifies the report."""
    diagnosis = page.diagnosis
    programme, edition = diagnosis.answers.programme, diagnosis.answers.edition
    rows = [row for row in SOURCES if diagnosis.loss or row[0] not in ENGINE]
    used = list(dict.fromkeys(name for _, _, names in rows for name in names))
    used += [name for name in (edition.reference, "guideline-2027", "jsic-14", "ipa-5min") if name not in used]
    number = {name: index for index, name in enumerate(used, 1)}
    ignored = [page.number_of(name) for name in diagnosis.ignored]
    return {
        "rows": [
            {
                "name": page.w(f"report.sources.v_{name}"),
                "basis": basis,
                "basis_name": page.w(f"report.sources.basis_{basis}"),
                "references": "".join(f"[{number[each]}]" for each in references),
            }
            for name, basis, references in rows
        ],
        "assumed": _assumed(page) or [page.w("report.sources.assumed_none")],
        "ignored": page.w("report.sources.ignored", number=len(ignored), list=" ".join(ignored)) if ignored else "",
        "glyphs": page.w("report.sources.glyphs", list=" ".join(page.unprintable)) if page.unprintable else "",
        "references": [f"[{index}] {page.w(f'reference.{name}.name')}" for name, index in number.items()],
        "record": [
            {"name": page.w("report.sources.record_number"), "value": diagnosis.number},
            {
                "name": page.w("report.sources.record_programme"),
                "value": f"{programme.id}　{edition.id}" if page.lang == "ja" else f"{programme.id}, {edition.id}",
            },
            {"name": page.w("report.sources.record_fingerprint"), "value": programme.fingerprint},
            {"name": page.w("report.sources.record_release"), "value": f"Sonae {__version__}"},
        ],
    }
