"""Pages of a member's results: the newest and those before it, each frozen as it was made, and its report as PDF."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.figures import Lang
from sonae.papers import Spoke, radar
from sonae.programmes import load
from sonae_web.accounts.acting import ActingRequest
from sonae_web.diagnosis import results
from sonae_web.diagnosis.members import member
from sonae_web.diagnosis.models import Result
from sonae_web.diagnosis.results import Frozen
from sonae_web.ground.charts import described
from sonae_web.ground.download import download
from sonae_web.ground.scope import get_or_404
from sonae_web.ground.words import lang, words

FIRST_ACTIONS = 5
AIM = "B"


@member
@require_safe
def listed(request: ActingRequest) -> HttpResponse:
    """Every result, newest first."""
    return render(request, "diagnosis/member_results.html", {"results": results.history(request.acting.scope)})


@member
@require_safe
def result(request: ActingRequest, result: UUID) -> HttpResponse:
    """Grade, money, what to do first, areas beside the last time, curve, plans, every comment."""
    scope = request.acting.scope
    row = get_or_404(Result, scope, result)
    frozen, made = results.read(scope=scope, row=row), results.history(scope)
    report, earlier = frozen.report(lang()), results.before(made, row)
    context = {
        "result": row,
        "report": report,
        "summary": report["summary"],
        "risk": report["risk"],
        "first": report["summary"]["first"][:FIRST_ACTIONS],
        "stages": report["plan"]["stages"],
        "earlier": earlier,
        "comparable": earlier is not None and comparable(row, earlier),
        "change": _change(row, earlier),
        "newest": made[0],
        "areas": _areas(frozen, earlier, report),
        "radar": _radar(frozen, earlier, report),
        "curve": described(report["risk"]["curve"], report["risk"]["curve_alt"]) if report["risk"] else "",
    }
    return render(request, "diagnosis/member_result.html", context)


@member
@require_safe
def report(request: ActingRequest, result: UUID) -> HttpResponse:
    """The risk report of a result as PDF, in the language of the page."""
    scope = request.acting.scope
    row = get_or_404(Result, scope, result)
    return file(row, lang(), results.paper(scope=scope, row=row, lang=lang()))


def file(row: Result, lang: Lang, content: bytes) -> HttpResponse:
    """Return a report as an answer."""
    return download(content, f"sonae-{row.number}-{lang}.pdf")


def comparable(row: Result, earlier: Result) -> bool:
    """Whether the scores of two results, area by area, come of the same questions."""
    return row.edition == earlier.edition


def _change(row: Result, earlier: Result | None) -> str:
    if earlier is None or earlier.score is None or row.score is None:
        return "—"
    return _difference(row.score, earlier.score)


def _areas(frozen: Frozen, earlier: Result | None, report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each area of the report with what it was the time before, and its answers with their comments."""
    before = Frozen(earlier, {}).areas if earlier else {}
    answered = {group["name"]: group["rows"] for group in report["annex"]["groups"]}
    found = []
    for name, area in zip(frozen.areas, report["areas"], strict=True):
        last = before.get(name, {}).get("score")
        change = "" if last is None or area["score"] is None else _difference(area["score"], last)
        rows = [row | {"said": report["answers"][row["answer"]]} for row in answered.get(area["name"], [])]
        found.append(area | {"id": name, "before": last, "change": change, "rows": rows})
    return found


def _difference(score: int, before: int) -> str:
    return f"{score - before:+d}".replace("-", "−") if score != before else "±0"


def _radar(frozen: Frozen, earlier: Result | None, report: dict[str, Any]) -> str:
    before = Frozen(earlier, {}).areas if earlier and comparable(frozen.row, earlier) else {}
    spokes = [
        Spoke(area["short"], area["score"], area["weak"], before.get(name, {}).get("score"))
        for name, area in zip(frozen.areas, report["summary"]["areas"], strict=True)
    ]
    brackets = load(settings.PROGRAMME).brackets("scoring.grades", frozen.row.on)
    aim = dict(zip(brackets.classes, brackets.bounds, strict=True))[AIM]
    title = report["summary"]["areas_title"]
    alt = report["summary"]["radar_alt"]
    if earlier and before:
        alt = f"{alt} {words()('site.result.radar_before', on=earlier.on.isoformat())}"
    return described(radar(spokes, aim, title), alt)
