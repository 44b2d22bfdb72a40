"""The questions of a checklist on paper: boxes to tick by hand, or with the answers so far."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae_web.accounts.acting import ActingRequest
from sonae_web.diagnosis import checklists
from sonae_web.diagnosis.members import member, to
from sonae_web.ground import clock
from sonae_web.ground.words import words


@member
@require_safe
def paper(request: ActingRequest) -> HttpResponse:
    """Every question asked with a box for each answer; ``?answers=none`` leaves all boxes empty."""
    sheet = checklists.read(request.acting.scope)
    if sheet is None:
        return to(request, "business")
    if sheet.business is None:
        return to(request, "checklist_facts")
    texts, edition = words(sheet.edition.id), sheet.edition
    filled = request.GET.get("answers") != "none"
    areas = [
        {
            "name": texts(f"{edition.id}.area.{area.area}.name"),
            "rows": [
                {
                    "number": edition.numbers[each.id],
                    "question": texts(f"{edition.id}.{each.id}.question"),
                    "critical": each.critical,
                    "boxes": [
                        (
                            texts(f"answer.{value}.name"),
                            filled and each.id in sheet.given and sheet.given[each.id].value == value,
                        )
                        for value in each.answers
                    ],
                }
                for each in area.questions
            ],
        }
        for area in sheet.areas
    ]
    context = {"sheet": sheet, "areas": areas, "filled": filled, "today": clock.today()}
    return render(request, "diagnosis/member_paper.html", context)
