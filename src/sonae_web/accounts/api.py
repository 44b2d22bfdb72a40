"""The API of tokens: the rule of operations that need one, and what a token says of itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.security import HttpBearer

from sonae.problems import problem
from sonae_web.accounts.models import Organisation
from sonae_web.accounts.tokens import SCOPES, Acting, Unknown, authenticate
from sonae_web.ground.api import Unfit, answer, take
from sonae_web.ground.limits import Allowance, address_of

CALLS, TRIES = 3_600, 600
"""An hour: calls with one token for each operation; calls without a good token from one address."""

router = Router(tags=["token"])
tries = Allowance(TRIES)


class TokenAuth(HttpBearer):
    """The rule of an operation that needs a token good for ``scope`` ("" for any); ``request.auth`` is who acts."""

    def __init__(self, scope: str = "", an_hour: int = CALLS) -> None:
        super().__init__()
        if scope and scope not in SCOPES:
            raise ValueError(f"no token is ever good for {scope}")
        self.scope, self.allowance = scope, Allowance(an_hour)
        self.rule = scope or "token"

    def __call__(self, request: HttpRequest) -> Acting | None:
        """Return who acts, None without a good token. Raises Limited."""
        acting: Acting | None = super().__call__(request)
        if acting is None:
            take(tries, address_of(request))
        return acting

    def authenticate(self, request: HttpRequest, token: str) -> Acting | None:
        """Return who acts through a secret, None when nobody does. Raises Unfit for a token not good for this, and Limited."""
        try:
            acting = authenticate(token)
        except Unknown:
            return None
        take(self.allowance, str(acting.token.pk))
        if self.scope and not acting.may(self.scope):
            raise Unfit(403, problem("request.scope", "Authorization", scope=self.scope))
        return acting


@router.get("token", auth=TokenAuth(), operation_id="token", summary="The token itself")
def token(request: HttpRequest) -> HttpResponse:
    """Name, scopes, role, organisation and last day of the token that is sent."""
    acting: Acting = request.auth  # type: ignore[attr-defined]
    return answer(token_data(acting, Organisation.objects.get(pk=acting.scope.organisation)))


def token_data(acting: Acting, organisation: Organisation) -> dict[str, Any]:
    """Return what a token says of itself."""
    return {
        "name": acting.token.name,
        "scopes": acting.token.scopes.split(),
        "role": acting.scope.role,
        "organisation": {"id": str(organisation.pk), "kind": organisation.kind, "name": organisation.name},
        "created": acting.token.created_at.isoformat(timespec="seconds"),
        "expires": acting.token.expires_at.isoformat(timespec="seconds"),
    }
