"""The checklist as a file: handed out as Excel or CSV with what is answered already, taken back filled in.

A file sent is read and shown as what it would change; nothing is saved before that is confirmed. Between the two it is in
the page, sealed and bound to the checklist.
"""

import base64
import binascii
import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.checklist.answers import Answers
from sonae.checklist.business import WHOLE, plain_business, restored
from sonae.checklist.filled import read_filled
from sonae.checklist.template import template as workbook
from sonae.checklist.template import template_csv
from sonae.problems import Problem, Refused
from sonae.programmes import describe
from sonae.programmes.canonical import canonical
from sonae_web.accounts.acting import ActingRequest
from sonae_web.diagnosis import checklists, profile, services
from sonae_web.diagnosis.checklists import Changed, NotThere, Sheet
from sonae_web.diagnosis.members import member, to
from sonae_web.ground.download import download
from sonae_web.ground.sealed import label, vault
from sonae_web.ground.vault import Sealed
from sonae_web.ground.words import lang, words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 2_000_000
MOST_FAULTS = 100


@member
@require_safe
def template(request: ActingRequest, form: str) -> HttpResponse:
    """The checklist to fill in, in the language of the page: ``checklist.xlsx``, ``checklist.csv`` or ``checklist-sjis.csv``."""
    sheet = checklists.read(request.acting.scope)
    if sheet is None:
        return to(request, "business")
    given = sheet.answers() if sheet.business else None
    arguments = (services.programme(), sheet.edition, lang(), given)
    try:
        match form:
            case "checklist.xlsx":
                return download(workbook(*arguments), f"sonae-{form}", XLSX)
            case "checklist.csv":
                return download(template_csv(*arguments), f"sonae-{form}", "text/csv; charset=utf-8")
            case "checklist-sjis.csv":
                table = template_csv(*arguments, encoding="cp932")
                return download(table, f"sonae-{form}", "text/csv; charset=shift_jis")
            case _:
                raise Http404("no such form")
    except Refused as refused:  # a name that Shift_JIS cannot write
        return _page(request, sheet, {"problems": _told(refused, sheet)}, 422)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: ActingRequest) -> HttpResponse:
    """Send a filled-in file, see what it changes, confirm."""
    sheet = checklists.read(request.acting.scope)
    if sheet is None:
        return to(request, "business")
    if request.method != "POST":
        return _page(request, sheet, {})
    if "taken" in request.POST:
        return _confirmed(request, sheet)
    sent = request.FILES.get("file")
    if sent is None or not sent.size:
        return _page(request, sheet, {"fault": words()("site.file.fault_none")}, 422)
    if sent.size > MOST_BYTES:
        return _page(request, sheet, {"fault": words()("site.file.fault_size")}, 422)
    try:
        return _preview(request, sheet, read_filled(sent.read(), services.programme(), sheet.row.edition).answers)
    except Refused as refused:
        return _page(request, sheet, {"problems": _told(refused, sheet)}, 422)


def _preview(request: ActingRequest, sheet: Sheet, answers: Answers, *, again: bool = False) -> HttpResponse:
    """Show what a file would change, and carry it along."""
    changes, texts = checklists.changes(sheet, answers.given), words(sheet.edition.id)
    before = dict(profile.told(sheet.business, texts)) if sheet.business else {}
    facts = [(name, before.get(name, "—"), text) for name, text in profile.told(answers.business, texts)]
    carried = {
        "business": plain_business(answers.business, WHOLE),
        "answers": dict(answers.given),
        "seen": {each.question: each.version for each in changes},
        "facts_seen": sheet.business_version,
    }
    context = {
        "again": again,
        "facts": [row for row in facts if row[1] != row[2]],
        "changes": [
            {
                "number": sheet.edition.numbers[each.question],
                "question": texts(f"{sheet.edition.id}.{each.question}.question"),
                "before": texts(f"answer.{each.before}.name") if each.before else "—",
                "after": texts(f"answer.{each.after}.name"),
            }
            for each in changes
        ],
        "missing": len(answers.unanswered),
        "taken": base64.urlsafe_b64encode(vault().seal(canonical(carried), _bound(request, sheet))).decode(),
    }
    return render(request, "diagnosis/member_file_preview.html", context, status=409 if again else 200)


def _confirmed(request: ActingRequest, sheet: Sheet) -> HttpResponse:
    try:
        sealed_text = base64.urlsafe_b64decode(request.POST["taken"].encode())
        carried: dict[str, Any] = json.loads(vault().open(sealed_text, _bound(request, sheet)))
    except (Sealed, binascii.Error, ValueError):
        return _page(request, sheet, {"fault": words()("site.file.fault_stale")}, 422)
    business = restored(carried["business"])
    try:
        checklists.save_all(
            scope=request.acting.scope,
            business=business,
            answers=carried["answers"],
            seen=carried["seen"],
            facts_seen=carried["facts_seen"],
        )
    except NotThere:
        return to(request, "business")
    except Changed:
        now = checklists.read(request.acting.scope) or sheet
        answers = Answers(services.programme(), now.edition, business, carried["answers"])
        return _preview(request, now, answers, again=True)
    messages.success(request, words()("site.file.taken"))
    return to(request, "checklist")


def _page(request: ActingRequest, sheet: Sheet, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, "diagnosis/member_file.html", {"sheet": sheet, **context}, status=status)


def _told(refused: Refused, sheet: Sheet) -> dict[str, Any]:
    told = [describe(_in_words(each, sheet), lang()) for each in refused.problems]
    return {"rows": told[:MOST_FAULTS], "more": max(0, len(told) - MOST_FAULTS), "total": len(told)}


def _in_words(fault: Problem, sheet: Sheet) -> Problem:
    """Return a fault of an answer with the words that stand in the file's lists, in place of ids."""
    if not fault.code.startswith("answers.not_"):
        return fault
    texts, parted = words(), "、" if lang() == "ja" else ", "
    values = dict(fault.values)
    values["known"] = parted.join(texts(f"answer.{each}.name") for each in values["known"].split(", "))
    if "question" in values:
        values["found"] = texts(f"answer.{values['found']}.name")
        values["question"] = str(sheet.edition.numbers[values["question"]])
    return replace(fault, values=tuple(values.items()))


def _bound(request: ActingRequest, sheet: Sheet) -> str:
    return f"{label(sheet.row, 'taken')}/{request.acting.user.pk}"
