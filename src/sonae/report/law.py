"""The chapter on the law: whether the simpler ways are open and why, what is asked, which leaks must be reported."""

from datetime import date
from typing import Any

from sonae.figures import count
from sonae.report.page import Page

REPORTING_FROM = date(2022, 4, 1)
"""The duty to report leaks; before it this chapter has nothing current to say."""


def law(page: Page) -> dict[str, Any]:
    """Return where the business stands under the law, as plain data. Old editions only say that they are old."""
    if page.diagnosis.answers.edition.id < "2022" or page.diagnosis.on < REPORTING_FROM:
        return {"lead": page.w("report.law.lead_2004"), "current": False, "headings": _headings(page)}
    answers, on = page.diagnosis.answers, page.diagnosis.on
    programme, business = answers.programme, answers.business
    few, many = business.is_few(programme, on), business.holds_many(programme, on)
    employees = programme.integer("law.small_handler.employees", on)
    persons = programme.integer("law.small_handler.persons", on)
    return {
        "lead": page.w(f"report.law.lead_{_standing(page)}"),
        "current": True,
        "relaxed": business.is_relaxed(programme, on),
        "facts": [
            _fact(
                page,
                "employees",
                page.w("report.law.employees_value", number=count(business.employees)),
                count(employees),
                few,
            ),
            _fact(
                page,
                "persons",
                page.w("report.law.persons_value", number=count(business.persons_held)),
                count(persons),
                not many,
            ),
            _fact(
                page,
                "consignment",
                page.w(f"report.law.consignment_{'yes' if business.on_consignment else 'no'}"),
                "",
                not business.on_consignment,
            ),
        ],
        "headings": _headings(page),
        "reports": _reports(page),
    }


def _standing(page: Page) -> str:
    programme, business, on = page.diagnosis.answers.programme, page.diagnosis.answers.business, page.diagnosis.on
    if not business.is_few(programme, on):
        return "strict_large"
    many = business.holds_many(programme, on)
    if business.on_consignment:
        return "strict_both" if many else "strict_consignment"
    return "strict_persons" if many else "relaxed"


def _fact(page: Page, name: str, yours: str, limit: str, met: object) -> dict[str, Any]:
    rule = page.w(f"report.law.test_{name}_rule", number=limit)
    return {"name": page.w(f"report.law.test_{name}"), "yours": yours, "rule": rule, "met": bool(met)}


def _headings(page: Page) -> list[dict[str, Any]]:
    """Return, for each heading of Act or guideline among the questions asked, how many there are and are not yet yes."""
    answered = [each for each in page.diagnosis.score.answered if each.answer != "na"]
    order = [key.split(".")[1] for key in page.words.texts if key.startswith("law.") and key.endswith(".name")]
    rows = []
    for heading in order:
        mine = [each for each in answered if heading in each.question.law]
        if mine and heading not in ("act-23", "act2003-20"):  # every safeguard bears on these
            open_ = sum(each.answer != "yes" for each in mine)
            rows.append({"name": page.w(f"law.{heading}.short"), "count": len(mine), "open": open_})
    return rows


def _reports(page: Page) -> list[dict[str, str]]:
    programme, business, on = page.diagnosis.answers.programme, page.diagnosis.answers.business, page.diagnosis.on
    kinds = business.information_kinds(programme)
    volume = programme.integer("law.report.volume", on)

    def row(name: str, size: str, yours: str) -> dict[str, str]:
        return {"name": page.w(f"report.law.report_{name}"), "size": size, "yours": page.w(f"report.law.{yours}")}

    one, over = page.w("report.law.report_one"), page.w("report.law.report_over", number=count(volume))
    misused = any(programme.items[item].kind == "card" or programme.items[item].y == 3 for item in business.information)
    return [
        row("special", one, "holds" if "special_care" in kinds else "holds_not"),
        row("property", one, "holds" if misused else "holds_not"),
        row("wrongful", one, "holds_any"),
        row("volume", over, "holds_volume" if business.persons_held > volume else "holds_volume_not"),
    ]
