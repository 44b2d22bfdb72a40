"""The API of premiums, for everybody: what goes in and comes out is the command line's ``sonae quote``."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sonae import contract
from sonae_web.diagnosis.api import COMPUTATIONS
from sonae_web.diagnosis.schema import QUOTE, body
from sonae_web.ground.api import Public, answer, document, language
from sonae_web.windows import extensions

router = Router(tags=["public"])


@router.post("quote", auth=Public(COMPUTATIONS), operation_id="quote", summary="Quote", openapi_extra=body(QUOTE))
def quote(request: HttpRequest, lang: str = "") -> HttpResponse:
    """Rate a request: premium, every step, and whether it is quoted, referred or declined. `sonae quote REQUEST.yaml --json`.

    Extensions of the window that the federation has decided count.
    """
    chosen = language(request, lang)
    return answer(contract.quote(document(request), chosen, extensions.known())[-1])
