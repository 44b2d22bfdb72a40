"""Pages of a member's checklist: its home, facts, questions, overview, handing in."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sonae.checklist import Question, load_edition
from sonae.checklist.business import MEDIA, USES
from sonae.programmes import Words
from sonae_web.accounts import kept
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role, User
from sonae_web.diagnosis import actions, checklists, profile, results, services
from sonae_web.diagnosis.checklists import Changed, First, Incomplete, NotThere, Sheet
from sonae_web.diagnosis.models import Task
from sonae_web.ground import clock
from sonae_web.ground.posted import whole
from sonae_web.ground.words import words

member = acting(Role.Name.MEMBER)
member_typing = acting(Role.Name.MEMBER, keeps=True)
"""Of pages where something is typed: it outlives the end of a session."""


@member
@require_safe
def home(request: ActingRequest) -> HttpResponse:
    """What stands, and what comes next."""
    scope = request.acting.scope
    sheet, made = checklists.read(scope), results.history(scope)
    year, (total, done) = checklists.programme_year(clock.today()), (0, 0) if sheet else actions.progress(scope)
    context = {
        "sheet": sheet,
        "results": made,
        "year": year,
        "due": not made or made[0].year < year,
        "most": len(load_edition(services.programme(), services.programme().edition_of(year)).questions),
        "total": total,
        "done": done,
    }
    return render(request, "diagnosis/member_home.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: ActingRequest) -> HttpResponse:
    """Begin a checklist, or go on with the open one."""
    if request.method != "POST":  # from signing in again
        return to(request, "business")
    sheet = checklists.start(scope=request.acting.scope)
    return to(request, "checklist" if sheet.business and sheet.answered else "checklist_facts")


@member
@require_safe
def overview(request: ActingRequest) -> HttpResponse:
    """Every question asked with its answer, by area: to jump from, to check, to print."""
    sheet = checklists.read(request.acting.scope)
    if sheet is None:
        return to(request, "business")
    texts = words(sheet.edition.id)
    done, lines = _done(request, sheet), {each.id: _line(sheet, each, texts) for each in sheet.asked}
    context = {
        "sheet": sheet,
        "redo": checklists.is_redo(request.acting.scope),
        "areas": [
            _area(sheet, area, texts) | {"rows": [lines[each.id] for each in area.questions]} for area in sheet.areas
        ],
        "facts": _facts(sheet, texts),
        "review": [line for name, line in lines.items() if name in done],
    }
    return render(request, "diagnosis/member_overview.html", context)


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: ActingRequest) -> HttpResponse:
    """The facts of the business."""
    scope = request.acting.scope
    sheet = checklists.read(scope)
    if sheet is None:
        return to(request, "business")
    programme, texts = services.programme(), words()
    form, seen, conflict = (
        profile.shown(sheet.business, request.acting.organisation.name),
        sheet.business_version,
        False,
    )
    typed = kept.take(request)
    if typed is not None:
        form, seen = replace(profile.read(programme, typed, texts), faults={}), whole(typed.get("seen", ""))
    elif request.method == "POST":
        form, seen = profile.read(programme, request.POST, texts), whole(request.POST.get("seen", ""))
        if form.business is not None:
            try:
                sheet = checklists.save_business(scope=scope, business=form.business, seen=seen)
                name = sheet.next_open
                return to(request, "checklist_question", question=name) if name else to(request, "checklist")
            except Changed:
                sheet, conflict = checklists.read(scope) or sheet, True
                seen = sheet.business_version
            except NotThere:
                return to(request, "business")
    context = {
        "form": form,
        "faults": form.faults,
        "seen": seen,
        "theirs": _facts(sheet, texts) if conflict else [],
        "kept": typed is not None,
        "industries": services.industries(texts),
        "groups": profile.groups(programme, form.chosen, texts),
        "media": profile.options(MEDIA, "medium", form.chosen["media"], texts),
        "uses": profile.options(USES, "use", form.chosen["uses"], texts),
    }
    status = 409 if conflict else 422 if form.faults else 200
    return render(request, "diagnosis/member_facts.html", context, status=status)


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: ActingRequest, question: str) -> HttpResponse:
    """One question a page: saved with each answer, over the version that was seen."""
    scope = request.acting.scope
    sheet = checklists.read(scope)
    if sheet is None:
        return to(request, "business")
    if sheet.business is None:
        return to(request, "checklist_facts")
    names = [each.id for each in sheet.asked]
    if question not in names:
        raise Http404("not asked")
    place = names.index(question)
    following = names[place + 1] if place + 1 < len(names) else None
    fault, chosen, theirs, typed = "", "", None, kept.take(request)
    if request.method == "POST":
        chosen = request.POST.get("answer", "")
        try:
            checklists.save_answer(
                scope=scope, question=question, value=chosen, seen=whole(request.POST.get("seen", ""))
            )
            return to(request, "checklist_question", question=following) if following else to(request, "checklist")
        except ValueError:
            fault = words()("site.quick.fault_answer", number=sheet.edition.numbers[question])
        except Changed as changed:
            theirs, sheet = changed.theirs, checklists.read(scope) or sheet
        except NotThere:
            return to(request, "business")
    elif typed is not None:
        chosen = typed.get("answer", "")
    context = _question(sheet, sheet.asked[place], chosen, words(sheet.edition.id)) | {
        "fault": fault,
        "following": following,
        "before": names[place - 1] if place else None,
        "theirs": _named(theirs, words()) | {"me": theirs.by == request.user.pk} if theirs else None,
        "mine": words()(f"answer.{chosen}.name") if theirs else "",
        "task": _done(request, sheet).get(question),
        "kept": typed is not None,
    }
    if typed is not None:  # over the version that was seen when it was typed
        context["seen"] = whole(typed.get("seen", ""))
    return render(request, "diagnosis/member_question.html", context, status=409 if theirs else 422 if fault else 200)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request: ActingRequest) -> HttpResponse:
    """Say what is open, then hand in."""
    scope = request.acting.scope
    if request.method == "POST":
        try:
            return to(request, "result", result=results.hand_in(scope=scope).pk)
        except Incomplete:
            return to(request, "checklist")
        except NotThere:
            return to(request, "business")
    sheet = checklists.read(scope)
    if sheet is None:
        return to(request, "business")
    if not sheet.answered:
        return to(request, "checklist")
    texts = words(sheet.edition.id)
    context = {
        "sheet": sheet,
        "missing": [_line(sheet, each, texts) for each in sheet.asked if each.id not in sheet.given],
        "unknown": sum(sheet.given[each.id].value == "unknown" for each in sheet.asked if each.id in sheet.given),
        "facts": _facts(sheet, texts),
    }
    return render(request, "diagnosis/member_hand_in.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: ActingRequest) -> HttpResponse:
    """Ask whether a checklist begun anew is to be discarded, then do it."""
    scope, changed = request.acting.scope, False
    if request.method == "POST":
        try:
            shown = UUID(request.POST.get("checklist", ""))
            checklists.discard(scope=scope, checklist=shown, seen=request.POST.get("seen", ""))
        except Changed:
            changed = True
        except (NotThere, First, ValueError):
            messages.error(request, words()("site.discard.over"))
            return to(request, "business")
        else:
            messages.success(request, words()("site.discard.done"))
            return to(request, "business")
    sheet = checklists.read(scope)
    if sheet is None or not checklists.is_redo(scope):
        return to(request, "business")
    context = {"sheet": sheet, "changed": changed}
    return render(request, "diagnosis/member_discard.html", context, status=409 if changed else 200)


def to(request: ActingRequest, page: str, **values: str | UUID) -> HttpResponse:
    """Return the way to another page of the same organisation."""
    return redirect(reverse(page, kwargs={"organisation": request.acting.organisation.pk, **values}))


def _done(request: ActingRequest, sheet: Sheet) -> dict[str, Task]:
    """Return what was ticked off in the action list of questions whose answer is not yet yes."""
    return actions.done_since(request.acting.scope, {name: given.value for name, given in sheet.given.items()})


def _area(sheet: Sheet, area: checklists.AreaProgress, texts: Words) -> dict[str, Any]:
    return {
        "name": texts(f"{sheet.edition.id}.area.{area.area}.name"),
        "state": area.state,
        "answered": area.answered,
        "total": len(area.questions),
        "first_open": area.first_open,
    }


def _line(sheet: Sheet, question: Question, texts: Words) -> dict[str, Any]:
    given = sheet.given.get(question.id)
    return {
        "id": question.id,
        "number": sheet.edition.numbers[question.id],
        "question": texts(f"{sheet.edition.id}.{question.id}.question"),
        "critical": question.critical,
        "value": given.value if given else "",
        "answer": texts(f"answer.{given.value}.name") if given else "",
    }


def _question(sheet: Sheet, asked: Question, chosen: str, texts: Words) -> dict[str, Any]:
    base, given = f"{sheet.edition.id}.{asked.id}", sheet.given.get(asked.id)
    chosen = chosen or (given.value if given else "")
    return {
        "sheet": sheet,
        "number": sheet.edition.numbers[asked.id],
        "total": len(sheet.asked),
        "area": texts(f"{sheet.edition.id}.area.{asked.area}.name"),
        "area_id": asked.area,
        "areas": [_area(sheet, area, texts) | {"id": area.area} for area in sheet.areas],
        "question": texts(f"{base}.question"),
        "critical": asked.critical,
        "help": [(word, texts(f"{base}.{word}")) for word in ("why", "unsure", "evidence")],
        "seen": given.version if given else 0,
        "saved_at": given.at if given else None,
        "choices": [
            {
                "value": value,
                "name": texts(f"answer.{value}.name"),
                "apart": value == "unknown",
                "chosen": value == chosen,
            }
            for value in asked.answers
        ],
    }


def _named(given: checklists.Given, texts: Words) -> dict[str, Any]:
    who = User.objects.filter(pk=given.by).first()
    return {"who": who.email if who else "", "at": given.at, "answer": texts(f"answer.{given.value}.name")}


def _facts(sheet: Sheet, texts: Words) -> list[tuple[str, str]]:
    """Return the facts of the business as label and text."""
    business = sheet.business
    return [] if business is None else profile.told(business, texts)
