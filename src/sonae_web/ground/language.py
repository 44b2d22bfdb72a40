"""The choice of language, kept in a cookie."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from sonae_web.ground.rules import public


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Set the language and go back to the page it was chosen on (only to one of this site)."""
    return set_language(request)
