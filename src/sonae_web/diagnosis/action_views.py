"""Pages of the action list: what to do, by whom, until when, done; and the files that show it."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.checklist import load_edition
from sonae.figures import count, effort_hours, yen
from sonae.programmes import Words
from sonae_web.accounts import kept
from sonae_web.accounts.acting import ActingRequest
from sonae_web.diagnosis import actions, evidence
from sonae_web.diagnosis.actions import Action, Changed
from sonae_web.diagnosis.evidence import KINDS, Unfit
from sonae_web.diagnosis.members import member, member_typing, to
from sonae_web.diagnosis.models import Evidence
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.idempotency import once
from sonae_web.ground.posted import whole
from sonae_web.ground.scope import get_or_404
from sonae_web.ground.words import lang, words

SHOWN = ("open", "done", "all")


@member
@require_safe
def listed(request: ActingRequest) -> HttpResponse:
    """The list: open actions, those done, or all."""
    scope = request.acting.scope
    found = actions.listed(scope)
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    wanted = [each for each in found if shown == "all" or each.done == (shown == "done")]
    people = {user.pk: user.email for user in actions.colleagues(scope)}
    saved = sum(each.saves or 0 for each in found if each.done)
    context = {
        "rows": [_row(each, people) for each in wanted],
        "total": len(found),
        "done": sum(each.done for each in found),
        "late": sum(each.late(clock.today()) for each in found),
        "saved": yen(saved, lang()) if saved else "",
        "shown": shown,
        "choices": [(name, words()(f"site.action.show_{name}")) for name in SHOWN],
    }
    return render(request, "diagnosis/member_actions.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def tick(request: ActingRequest, question: str) -> HttpResponse:
    """Tick an action off or open it again, and go back to where that was asked."""
    found = _action(request, question)
    if request.method != "POST":  # from signing in again
        return to(request, "actions")
    done = request.POST.get("done") == "yes"
    actions.tick(scope=request.acting.scope, action=found, done=done)
    messages.success(request, words()("site.action.said_done" if done else "site.action.said_open"))
    if request.POST.get("back") == "action":
        return to(request, "action", question=question)
    return to(request, "actions")


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: ActingRequest, question: str) -> HttpResponse:
    """One action: who, until when, a note; its evidence."""
    scope, found = request.acting.scope, _action(request, question)
    task, conflict = found.task, False
    faults: dict[str, str] = {}
    entered = {
        "assignee": str(task.assignee or "") if task else "",
        "due_on": task.due_on.isoformat() if task and task.due_on else "",
        "note": actions.text(task),
    }
    if request.method == "POST":
        entered = {name: request.POST.get(name, "").strip() for name in entered}
        values, faults = _read(entered, words())
        if not faults:
            try:
                actions.plan(scope=scope, action=found, seen=whole(request.POST.get("seen", "")), **values)
                messages.success(request, words()("site.action.said_planned"))
                return to(request, "actions")
            except Changed:
                conflict = True
            except ValueError as error:
                faults = {str(error): words()(f"site.action.fault_{error}", most=count(actions.MOST_NOTE))}
    typed = kept.take(request)
    if typed is not None:
        entered = {name: typed.get(name, "") for name in entered}
    return _page(request, found, entered, faults, conflict=conflict, typed=typed)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def attach(request: ActingRequest, question: str) -> HttpResponse:
    """Take a file as evidence."""
    found, sent = _action(request, question), request.FILES.get("file")
    if request.method != "POST":  # from signing in again
        return to(request, "action", question=question)
    try:
        if sent is None or not sent.name or (sent.size or 0) > evidence.MOST_BYTES:
            raise Unfit("none")
        evidence.add(scope=request.acting.scope, action=found, name=sent.name, content=sent.read())
    except Unfit as unfit:
        task = found.task
        entered = {
            "assignee": str(task.assignee or "") if task else "",
            "due_on": task.due_on.isoformat() if task and task.due_on else "",
            "note": actions.text(task),
        }
        return _page(request, found, entered, {"file": words()(f"site.action.unfit_{unfit.reason}")})
    messages.success(request, words()("site.action.said_file"))
    return to(request, "action", question=question)


@member
@require_safe
def file(request: ActingRequest, evidence_id: UUID) -> HttpResponse:
    """Hand a file back, as a download."""
    scope = request.acting.scope
    row = get_or_404(Evidence, scope, evidence_id)
    name, content = evidence.read(scope=scope, row=row)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(content, content_type=KINDS[row.kind], headers=headers)


@member
@require_http_methods(["GET", "HEAD", "POST"])
@once
def remove(request: ActingRequest, evidence_id: UUID) -> HttpResponse:
    """Ask, then remove a file."""
    scope = request.acting.scope
    row = get_or_404(Evidence, scope, evidence_id)
    question = row.task.question
    if request.method == "POST":
        evidence.remove(scope=scope, evidence=row.pk)
        messages.success(request, words()("site.action.said_removed"))
        return to(request, "action", question=question)
    found = next((name for each, name in evidence.of(scope, _action(request, question)) if each.pk == row.pk), "")
    return render(request, "diagnosis/member_evidence_remove.html", {"row": row, "name": found, "question": question})


def _action(request: ActingRequest, question: str) -> Action:
    found = actions.one(request.acting.scope, question)
    if found is None:
        raise Http404("not in the list")
    return found


def _page(
    request: ActingRequest,
    found: Action,
    entered: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    conflict: bool = False,
    typed: QueryDict | None = None,
) -> HttpResponse:
    people, task = actions.colleagues(request.acting.scope), found.task
    by = {user.pk: user.email for user in people}
    context = _row(found, by) | {
        "entered": entered,
        "faults": faults,
        "conflict": conflict,
        "theirs_note": actions.text(task) if conflict else "",
        "seen": task.version if task else 0,
        "people": [(str(user.pk), user.email) for user in people],
        "files": evidence.of(request.acting.scope, found),
    }
    if typed is not None:  # over the version that was seen when it was typed
        context |= {"kept": True, "seen": whole(typed.get("seen", ""))}
    return render(request, "diagnosis/member_action.html", context, status=409 if conflict else 422 if faults else 200)


def _row(each: Action, people: Mapping[UUID, str]) -> dict[str, Any]:
    texts, language = words(each.edition), lang()
    base, task = f"{each.edition}.{each.question}", each.task
    cost = texts("report.annex.about", yen=yen(each.outlay, language)) if each.outlay else texts("report.annex.free")
    return {
        "id": each.question,
        "number": load_edition(programme(), each.edition).numbers[each.question],
        "action": texts(f"{base}.action"),
        "question": texts(f"{base}.question"),
        "area": texts(f"{each.edition}.area.{each.question.partition('.')[0]}.name"),
        "evidence_hint": texts(f"{base}.evidence"),
        "urgent": each.urgent,
        "effort": f"{effort_hours(Fraction(each.hours), language)}{'・' if language == 'ja' else ', '}{cost}",
        "saving": texts("report.risk.saving", yen=yen(-each.saves, language)) if each.saves else "",
        "task": task,
        "done": each.done,
        "late": each.late(clock.today()),
        "assignee": people.get(task.assignee, "") if task and task.assignee else "",
        "evidence": each.evidence,
    }


def _read(entered: Mapping[str, str], texts: Words) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {"note": entered["note"], "assignee": None, "due_on": None}
    faults = {}
    try:
        values["assignee"] = UUID(entered["assignee"]) if entered["assignee"] else None
    except ValueError:
        faults["assignee"] = texts("site.action.fault_assignee")
    try:
        values["due_on"] = date.fromisoformat(entered["due_on"]) if entered["due_on"] else None
    except ValueError:
        faults["due_on"] = texts("site.action.fault_due_on")
    if len(entered["note"]) > actions.MOST_NOTE:
        faults["note"] = texts("site.action.fault_note", most=count(actions.MOST_NOTE))
    return values, faults
