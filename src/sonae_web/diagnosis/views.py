"""Pages of the visitor: landing, quick check, result, report."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sonae.figures import count, day
from sonae.report import build, diagnose, pdf
from sonae.report.diagnosis import Diagnosis
from sonae_web.accounts import kept
from sonae_web.diagnosis import services
from sonae_web.diagnosis.forms import MOST, read_facts
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground import clock
from sonae_web.ground.charts import described
from sonae_web.ground.download import download
from sonae_web.ground.limits import limited
from sonae_web.ground.retention import kept_for
from sonae_web.ground.rules import public
from sonae_web.ground.words import lang, words

FIRST_ACTIONS = 3
CHECKS_AN_HOUR, REPORTS_AN_HOUR = 60, 60
"""For one address: an office shares one."""


@public
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, on one screen."""
    number, _ = services.questions_ahead()
    return render(
        request,
        "diagnosis/landing.html",
        {"number": number, "days": kept_for(QuickCheck).days, "last": services.programme().years[-1]},
    )


@public
@limited(CHECKS_AN_HOUR, ("POST",))
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Three facts of the business; then the first question, behind a private link."""
    programme = services.programme()
    typed = kept.take(request)
    facts = read_facts(programme, request.POST if typed is None else typed)
    if request.method == "POST" and not facts.faults:
        link = services.begin(**facts.values)  # type: ignore[arg-type]
        return redirect("quick_question", link=link, number=1)
    names = words()
    context = {
        "industries": services.industries(names),
        "entered": facts.entered,
        "kept": typed is not None,
        "faults": {name: names(key, most=count(MOST.get(name, 0))) for name, key in facts.faults.items()}
        if request.method == "POST"
        else {},
    }
    return render(request, "diagnosis/begin.html", context, status=422 if context["faults"] else 200)


def behind_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the quick check behind its link; one page for all links behind which there is nothing."""

    @wraps(view)
    def handle(request: HttpRequest, link: str, **values: int) -> HttpResponse:
        try:
            return view(request, services.read(link), **values)
        except services.Gone:
            return render(request, "diagnosis/gone.html", {"days": kept_for(QuickCheck).days}, status=404)

    return handle


@public
@require_safe
@behind_link
def resume(request: HttpRequest, check: services.Check) -> HttpResponse:
    """Go on where the visitor stopped: at the first question without an answer, or at the result."""
    if check.next_open > len(check.questions):
        return redirect("quick_result", link=check.link)
    return redirect("quick_question", link=check.link, number=check.next_open)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def question(request: HttpRequest, check: services.Check, number: int) -> HttpResponse:
    """One question a page, forth and back; saved with each answer."""
    total = len(check.questions)
    if number > total:
        return redirect("quick_result", link=check.link)
    if number < 1:
        return redirect("quick_question", link=check.link, number=1)
    asked = check.questions[number - 1]
    fault, typed = "", kept.take(request)
    chosen = check.answers.given.get(asked.id) if typed is None else typed.get("answer")
    if request.method == "POST":
        try:
            services.answer(link=check.link, question=asked.id, value=request.POST.get("answer", ""))
            if check.done == total:  # changed from the result
                return redirect("quick_result", link=check.link)
            return redirect("quick_question", link=check.link, number=number + 1)
        except ValueError:
            fault = words()("site.quick.fault_answer", number=number)
    texts = words(check.answers.edition.id)
    base = f"{check.answers.edition.id}.{asked.id}"
    context = {
        "check": check,
        "number": number,
        "total": total,
        "question": texts(f"{base}.question"),
        "critical": asked.critical,
        "why": texts(f"{base}.why"),
        "unsure": texts(f"{base}.unsure"),
        "area": texts(f"{check.answers.edition.id}.area.{asked.area}.name"),
        "choices": [
            {
                "value": value,
                "name": texts(f"answer.{value}.name"),
                "apart": value == "unknown",
                "chosen": chosen == value,
            }
            for value in asked.answers
        ],
        "fault": fault,
        "kept": typed is not None,
        "address": request.build_absolute_uri(reverse("quick_resume", args=[check.link])),
        "until": day(clock.date_of(check.row.expires_at), lang()),
    }
    return render(request, "diagnosis/question.html", context, status=422 if fault else 200)


@public
@require_safe
@behind_link
def result(request: HttpRequest, check: services.Check) -> HttpResponse:
    """Grade, radar, a first range of loss, three actions, and what the whole diagnosis would add."""
    if not check.done:
        return redirect("quick_question", link=check.link, number=1)
    report: dict[str, Any] = build(_diagnosis(check), lang())
    context = {
        "check": check,
        "total": len(check.questions),
        "summary": report["summary"],
        "risk": report["risk"],
        "areas": report["areas"],
        "radar": described(report["summary"]["radar"], report["summary"]["radar_alt"]),
        "answers": _answers(check),
        "whole": services.questions_ahead()[1],
        "first": report["summary"]["first"][:FIRST_ACTIONS],
    }
    return render(request, "diagnosis/result.html", context)


@public
@limited(REPORTS_AN_HOUR)
@require_safe
@behind_link
def report(request: HttpRequest, check: services.Check) -> HttpResponse:
    """The risk report of the quick check as PDF."""
    if not check.done:
        return redirect("quick_question", link=check.link, number=1)
    made = _diagnosis(check)
    return download(pdf(made, lang()), f"sonae-{made.number}.pdf")


@public
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def erase(request: HttpRequest, check: services.Check) -> HttpResponse:
    """Ask, then erase everything behind the link."""
    if request.method != "POST":
        return render(request, "diagnosis/erase.html", {"check": check})
    services.erase(link=check.link)
    return redirect("quick_erased")


@public
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Say that it is done, at an address that names nothing."""
    return render(request, "diagnosis/erased.html")


def _answers(check: services.Check) -> list[dict[str, Any]]:
    """Return every question as it was asked, with its answer in words."""
    texts = words(check.answers.edition.id)
    return [
        {
            "number": number,
            "question": texts(f"{check.answers.edition.id}.{asked.id}.label"),
            "answer": texts(f"answer.{given}.name") if given else texts("site.quick.unanswered"),
        }
        for number, asked in enumerate(check.questions, 1)
        for given in [check.answers.given.get(asked.id, "")]
    ]


def _diagnosis(check: services.Check) -> Diagnosis:
    return diagnose(check.answers, clock.today())
