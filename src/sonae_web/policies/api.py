"""The API of the calendar, for everybody, and of a member's own applications, through a token good for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sonae import contract
from sonae.dates import JST
from sonae_web.accounts.api import TokenAuth
from sonae_web.accounts.tokens import Acting
from sonae_web.diagnosis.services import programme
from sonae_web.ground.api import Public, answer, day, page
from sonae_web.ground.scope import get_or_404
from sonae_web.policies.models import Application, Cover
from sonae_web.windows import extensions

router = Router(tags=["enrolment"])
READS = 1_200


@router.get("calendar", auth=Public(READS), operation_id="calendar", summary="Calendar of joining")
def calendar(request: HttpRequest, applied: str = "") -> HttpResponse:
    """When an application completed on a day would be covered and debited. `sonae calendar --applied DAY --json`.

    Extensions that the federation has decided count.
    """
    return answer(contract.calendar(programme(), day(applied), extensions.known())[-1])


@router.get(
    "applications", auth=TokenAuth("applications:read"), operation_id="applications", summary="Own applications"
)
def applications(request: HttpRequest) -> HttpResponse:
    """How every application of the token's organisation stands, the newest first, page by page."""
    acting = _acting(request)
    return answer(page(request, Application.within(acting.scope), head, newest="changed_at"))


@router.get(
    "applications/{application}", auth=TokenAuth("applications:read"), operation_id="application",
    summary="Status of one application",
)  # fmt: skip
def application(request: HttpRequest, application: str) -> HttpResponse:
    """How one application stands; with its cover, once it is accepted."""
    acting = _acting(request)
    row = get_or_404(Application, acting.scope, application)
    return answer(whole(row, Cover.within(acting.scope).filter(application=row.pk).first()))


# --- data
def head(row: Application) -> dict[str, Any]:
    """Return how an application stands."""
    return {
        "id": str(row.pk),
        "number": row.number,
        "year": row.year,
        "kind": row.kind,
        "state": row.state,
        "plan": row.plan or None,
        "applied_on": row.applied_on.isoformat() if row.applied_on else None,
        "cover_from": row.cover_from.astimezone(JST).isoformat(),
        "cover_to": row.cover_to.astimezone(JST).isoformat(),
        "months": row.months,
        "debit_on": row.debit_on.isoformat(),
        "premium": row.premium,
    }


def whole(row: Application, cover: Cover | None) -> dict[str, Any]:
    """Return how an application stands, with its cover."""
    found = None
    if cover is not None:
        found = {
            "id": str(cover.pk),
            "number": cover.number,
            "master_policy": cover.master,
            "state": cover.state,
            "payment": cover.payment,
            "first_cover_on": cover.first_cover_on.isoformat(),
        }
    return head(row) | {"cover": found}


def _acting(request: HttpRequest) -> Acting:
    acting: Acting = request.auth  # type: ignore[attr-defined]  # TokenAuth puts it there
    return acting
