"""The chapter on the law: whether the simpler ways are open and why, what is asked, which leaks must be reported."""

from datetime import date
from typing import Any

from sonae.figures import count
from sonae.report.page import Page

REPORTING_FROM = date(2022, 4, 1)
"""The duty to report leaks; before it this chapter has nothing current to say."""

HEADINGS = (
    ("purpose", frozenset({"act-17", "act-18", "act-20", "act-20-2", "act-21", "act-22"})),
    ("provision", frozenset({"act-27", "act-28", "act-29", "act-30"})),
    ("requests", frozenset({"act-33", "act-40"})),
    ("staff", frozenset({"act-24", "act-179"})),
    ("contractors", frozenset({"act-25"})),
    ("report", frozenset({"act-26"})),
    ("policy", frozenset({"guide-10-1"})),
    ("rules", frozenset({"guide-10-2"})),
    ("organisational", frozenset(f"guide-10-3-{part}" for part in range(1, 6))),
    ("personnel", frozenset({"guide-10-4"})),
    ("physical", frozenset(f"guide-10-5-{part}" for part in range(1, 5))),
    ("technical", frozenset(f"guide-10-6-{part}" for part in range(1, 5))),
    ("foreign", frozenset({"guide-10-7"})),
    ("purpose_2003", frozenset({"act2003-15", "act2003-16", "act2003-17", "act2003-18", "act2003-19"})),
    ("staff_2003", frozenset({"act2003-21", "act2003-22"})),
    ("provision_2003", frozenset({"act2003-23", "act2003-25", "act2003-31"})),
    *(
        (f"meti_{part}", frozenset({f"meti-2004-{part}"}))
        for part in ("organisational", "personnel", "physical", "technical")
    ),
)
"""Groups of headings of the Act and the guideline. Article 23 (every safeguard) is left out: all questions bear on it."""


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
    """Return, for each group of headings with a question asked, how many there are and how many are not yet yes."""
    answered = [each for each in page.diagnosis.score.answered if each.answer != "na"]
    rows = []
    for name, headings in HEADINGS:
        mine = [each for each in answered if not headings.isdisjoint(each.question.law)]
        if mine:
            open_ = sum(each.answer != "yes" for each in mine)
            rows.append({"name": page.w(f"report.law.group.{name}"), "count": len(mine), "open": open_})
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
