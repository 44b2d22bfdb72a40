"""The chapters of comments: one for each area (the body), one for each answer (the annex)."""

from typing import Any

from sonae.report.page import Page
from sonae.report.risk import saving, worth
from sonae.scoring import Answered, AreaScore

NEXT_STEPS = 2


def areas(page: Page) -> list[dict[str, Any]]:
    """Return each area with its score, grade, comment and the next steps in it."""
    return [_area(page, area) | {"next": _next(page, area.area)} for area in page.diagnosis.score.areas]


def _area(page: Page, area: AreaScore) -> dict[str, Any]:
    return {
        "name": page.texts.area(area.area, "name"),
        "score": area.score,
        "grade": area.grade,
        "comment": page.texts.area(area.area, area.grade),
        "counts": [
            f"{page.w(f'answer.{answer}.name')} {number}"
            for answer, number in area.counts.items()
            if number or answer != "na"
        ],
    }


def _next(page: Page, area: str) -> list[dict[str, str]]:
    mine = [action for action in page.diagnosis.actions if action.question.area == area]
    return [
        {"question": page.number_of(action.question.id), "action": page.texts.question(action.question.id, "action")}
        for action in mine[:NEXT_STEPS]
    ]


def annex(page: Page) -> dict[str, Any]:
    """Return every answer with its comment, grouped by area; areas without a question asked are left out."""
    found = page.diagnosis.score
    gains = {action.question.id: action.gain for action in found.actions}
    groups = []
    for area in found.areas:
        mine = [each for each in found.answered if each.question.area == area.area]
        if mine:
            rows = [_row(page, each) | _gain(page, gains.get(each.question.id)) for each in mine]
            groups.append(_area(page, area) | {"rows": rows})
    return {"lead": page.w("report.annex.lead", number=len(found.answered)), "groups": groups}


def _row(page: Page, each: Answered) -> dict[str, Any]:
    question = each.question
    text, step = page.texts.comment(each)
    return {
        "number": page.number_of(question.id),
        "answer": each.answer,
        "critical": question.critical,
        "law": page.w(f"law.{_law(question.law)}.short"),
        "question": page.texts.question(question.id, "question"),
        "text": text,
        "step": step,
        "effort": page.effort(each.effort),
        "evidence": page.texts.question(question.id, "evidence"),
        "saving": saving(page, question.id),
        "worth": worth(page, question.id),
    }


def _gain(page: Page, gain: Any) -> dict[str, str]:
    return {"gain": "" if gain is None else page.w("report.annex.gain", points=page.points(gain))}


def _law(law: tuple[str, ...]) -> str:
    """Return the reference that says most: the guideline's heading where there is one, else the first article."""
    return next((each for each in law if each.startswith(("guide-", "meti-"))), law[0])
