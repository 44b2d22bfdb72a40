"""The flyer's second page: what is covered, what it costs, when to apply."""

from datetime import date
from typing import Any

from sonae.coverage import Clause, covered, told
from sonae.enrolment import Choice, choices
from sonae.flyer.page import MAN, Page
from sonae.flyer.shown import Example, rule
from sonae.money import Rounding, rounded
from sonae.rating import Request, rate


def coverage(page: Page) -> dict[str, Any]:
    """Return the information covered, the causes and the media; what was a picture in 2004 is marked."""
    cover = covered(page.programme, page.first_day)
    information = cover.of("information")
    return {
        "title": page.w("coverage.title"),
        "information_title": page.w("coverage.information"),
        "information": [_told(page, clause) for clause in information],
        "but": page.w("coverage.but") + _told(page, cover["territory.information"])["text"],
        "cause_title": page.w("coverage.cause"),
        "causes": [_told(page, clause) for clause in cover.of("cause")],
        "medium_title": page.w("coverage.medium"),
        "media": [_told(page, clause) for clause in cover.of("medium")],
        "note": page.w("coverage.note") if any(clause.reconstructed for clause in cover.clauses) else "",
    }


def _told(page: Page, clause: Clause) -> dict[str, Any]:
    words = told(page.programme, clause, page.words)
    return {"title": words.title, "text": words.text, "reconstructed": clause.reconstructed}


def premiums(page: Page) -> dict[str, Any]:
    """Return the premium examples, each rated on the day on which the year's window opens."""
    opens = rule(page.programme, "normal_from", page.year).on({"year": date(page.year, 1, 1)}, page.programme.days)
    names = ("industry", "sales", "liability", "cost", "deductible", "premium")
    return {
        "title": page.w("premium.title"),
        "heads": {name: page.w(f"premium.{name}") for name in (*names, "limit")},
        "rows": [_example(page, example, opens) for example in page.shown.examples],
        "yearly": page.w("premium.yearly"),
        "basis": page.w("premium.basis"),
        "mark": page.w("published" if page.year == page.shown.from_year else "estimate"),
        "published": page.year == page.shown.from_year and page.shown.basis == "published",
    }


def _example(page: Page, example: Example, on: date) -> dict[str, str]:
    plan = example.plan
    request = Request(
        on, example.industry, example.annual_sales, plan.liability_limit, plan.cost_limit, plan.deductible
    )
    annual = rate(page.programme, request).annual_premium
    return {
        "industry": page.words(f"industry.{example.industry}.name"),
        "sales": page.amount(example.annual_sales),
        "liability": page.amount(plan.liability_limit),
        "cost": page.amount(plan.cost_limit),
        "deductible": page.amount(plan.deductible),
        "premium": page.w("premium.none")
        if annual is None
        else page.w("premium.about", yen=page.amount(rounded(annual, Rounding.HALF_UP, MAN))),
    }


def windows(page: Page) -> dict[str, Any]:
    """Return both windows of the year with start, end and debit day, the example, and the days of every month of application."""
    opens, closes = (_window(page, "normal", end) for end in ("from", "until"))
    (normal,) = (each for each in choices(page.programme, opens) if (each.kind, each.year) == ("normal", page.year))
    first, last = (_window(page, "mid_term", end) for end in ("from", "until"))
    months = [(month, _mid_term(page, month)) for month in range(first.month, last.month + 1)]
    example = next(choice for month, choice in months if month == page.shown.example_month)
    start, debit = rule(page.programme, "mid_term_cover_from", page.year), rule(page.programme, "debit_on", page.year)
    until = page.moment(normal.cover_to)
    return {
        "title": page.w("window.title"),
        "heads": {name: page.w(f"window.{name}") for name in ("normal", "mid_term", "apply", "debit", "cover")},
        "normal": {
            "apply": page.w("window.normal_apply", **{"from": page.day(opens), "until": page.day(closes)}),
            "debit": page.day(normal.debit_on),
            "cover": page.w("window.cover_range", **{"from": page.moment(normal.cover_from), "until": until}),
        },
        "mid_term": {
            "apply": page.w("window.mid_term_apply", **{"from": page.day(first), "until": _month(page, last)}),
            "debit": page.w("window.mid_term_debit", months=start.months + debit.months, day=debit.day),
            "roll": page.w("window.mid_term_debit_roll"),
            "cover": page.w(
                "window.mid_term_cover",
                months=start.months,
                day=start.day,
                time=page.hour(example.cover_from),
                until=until,
            ),
        },
        "example": page.w(
            "window.example",
            month=page.shown.example_month,
            cover=f"{page.short_day(example.cover_from)}{'' if page.lang == 'ja' else ', '}{page.hour(example.cover_from)}",
            debit=page.short_day(example.debit_on),
        ),
        "by_month": page.w("window.by_month"),
        "starts": page.w("window.starts"),
        "debited": page.w("window.debited"),
        "months": [
            {
                "month": page.w(
                    "window.month", month=month if page.lang == "ja" else f"{date(page.year, month, 1):%b}"
                ),
                "cover": _slashed(choice.cover_from.date()),
                "debit": _slashed(choice.debit_on),
            }
            for month, choice in months
        ],
    }


def _window(page: Page, kind: str, end: str) -> date:
    return rule(page.programme, f"{kind}_{end}", page.year).on({"year": date(page.year, 1, 1)}, page.programme.days)


def _mid_term(page: Page, month: int) -> Choice:
    found = choices(page.programme, date(page.year, month, 1))
    return next(each for each in found if (each.kind, each.year) == ("mid_term", page.year))


def _month(page: Page, day: date) -> str:
    return f"{day.month}月" if page.lang == "ja" else f"{day:%B %Y}"


def _slashed(day: date) -> str:
    return f"{day.month}/{day.day}"
