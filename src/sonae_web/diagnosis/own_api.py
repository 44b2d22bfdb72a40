"""The API of a member's own diagnoses and their reports, through a token good for them. Each reading is a row of the log."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from sonae.figures import Lang
from sonae_web.accounts.api import TokenAuth
from sonae_web.accounts.tokens import Acting
from sonae_web.diagnosis import result_views, results
from sonae_web.diagnosis.models import Result
from sonae_web.diagnosis.results import Frozen
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit
from sonae_web.ground.api import answer, language, page
from sonae_web.ground.scope import declared, get_or_404

router = Router(tags=["own"])
REPORTS = 600
"""Reports an hour with one token: the first of each language is set in type."""


@router.get("diagnoses", auth=TokenAuth("diagnoses:read"), operation_id="diagnoses", summary="Own diagnoses")
def diagnoses(request: HttpRequest) -> HttpResponse:
    """Every diagnosis handed in by the token's organisation, the newest first, page by page."""
    acting = _acting(request)
    with transaction.atomic():
        found = page(request, Result.within(acting.scope).defer("content"), head, newest="made_at")
        audit.record(
            action="result.listed", kind="token", object_id=acting.token.pk, actor=acting.scope.user,
            organisation=acting.scope.organisation, detail={"token": acting.token.pk, "count": len(found["items"])},
        )  # fmt: skip
    return answer(found)


@router.get("diagnoses/{result}", auth=TokenAuth("diagnoses:read"), operation_id="diagnosis", summary="One diagnosis")
def diagnosis(request: HttpRequest, result: str, lang: str = "") -> HttpResponse:
    """A diagnosis as it was frozen: inputs and results, area scores, actions, and the report's data in one language."""
    acting, chosen = _acting(request), language(request, lang)
    row = get_or_404(Result, acting.scope, result)
    return answer(whole(results.read(scope=acting.scope, row=row, token=acting.token.pk), chosen))


@router.get(
    "diagnoses/{result}/report.pdf",
    auth=TokenAuth("reports:read", REPORTS),
    operation_id="report",
    summary="Report of one diagnosis",
    openapi_extra={
        "responses": {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}
    },
)
def report(request: HttpRequest, result: str, lang: str = "") -> HttpResponse:
    """The risk report of a diagnosis as PDF in one language, the same bytes each time."""
    acting, chosen = _acting(request), language(request, lang)
    row = get_or_404(Result, acting.scope, result)
    with declared(acting.scope):
        pdf = results.paper(scope=acting.scope, row=row, lang=chosen, token=acting.token.pk)
    return result_views.file(row, chosen, pdf)


# --- data
def head(row: Result) -> dict[str, Any]:
    """Return what a list says of a diagnosis."""
    return {
        "id": str(row.pk),
        "number": row.number,
        "on": row.on.isoformat(),
        "made": row.made_at.isoformat(timespec="seconds"),
        "year": row.year,
        "edition": row.edition,
        "grade": row.grade or None,
        "score": row.score,
    }


def whole(frozen: Frozen, lang: Lang) -> dict[str, Any]:
    """Return a diagnosis with all that was frozen."""
    row, names = frozen.row, programme().words(lang, frozen.row.edition)

    def area(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": name, "name": names(f"{row.edition}.area.{name}.name"), **found}

    return head(row) | {
        "release": row.release,
        "fingerprint": row.fingerprint,
        "areas": [area(name, found) for name, found in frozen.areas.items()],
        "actions": results.actions(row),
        "record": frozen.record,
        "report": frozen.report(lang),
    }


def _acting(request: HttpRequest) -> Acting:
    acting: Acting = request.auth  # type: ignore[attr-defined]
    return acting
