"""Papers of a member as PDF: the explanation of its application, letters, certificate and copy."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from sonae import policy
from sonae.figures import LANGS
from sonae.programmes import sale
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.ground import clock
from sonae_web.ground.download import download
from sonae_web.ground.scope import get_or_404
from sonae_web.ground.words import lang
from sonae_web.policies import papers, records
from sonae_web.policies.models import Application, Cover, Remark

member = acting(Role.Name.MEMBER)


@member
@require_safe
def explanation(request: ActingRequest, application: UUID) -> HttpResponse:
    """The explanation of important matters for the year of an application, as PDF."""
    row = get_or_404(Application, request.acting.scope, application)
    sale.require(records.programme(), "explanation", clock.today())
    paper = policy.explanation(records.programme(), row.year, lang())
    return download(paper.pdf(), f"sonae-explanation-{paper.number}-{lang()}.pdf")


@member
@require_safe
def letter(request: ActingRequest, remark: UUID) -> HttpResponse:
    """The letter of a return or refusal, as PDF."""
    scope = request.acting.scope
    found = get_or_404(Remark, scope, remark)
    if found.step not in papers.LETTERS:
        raise Http404
    return download(
        papers.read_letter(scope=scope, remark=found, lang=lang()), f"sonae-letter-{found.step}-{lang()}.pdf"
    )


@member
@require_safe
def paper(request: ActingRequest, cover: UUID, kind: str, language: str) -> HttpResponse:
    """A paper of a cover: certificate or copy of the application, in Japanese or English."""
    scope = request.acting.scope
    found = get_or_404(Cover, scope, cover)
    chosen = next((each for each in LANGS if each == language), None)
    if chosen is None or kind not in papers.PAPERS:
        raise Http404
    return download(
        papers.read(scope=scope, cover=found, kind=kind, lang=chosen), f"sonae-{kind}-{found.number}-{chosen}.pdf"
    )
