"""The choice of language, kept in a cookie. What was typed into a form and not sent yet goes with it."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from sonae.figures import LANGS
from sonae_web.accounts import kept
from sonae_web.accounts.models import User
from sonae_web.ground.rules import public


@public
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Set the language and go back to the page it was chosen on (only to one of this site).

    On pages where something is typed the button belongs to their form (``_language_typed.html``): its fields come along, and
    the page finds them by ``kept.take``.
    """
    kept.keep(request, urlsplit(request.GET.get("next", "")).path)
    if isinstance(request.user, User):
        remember(request.user, request.POST.get("language", ""))
    return set_language(request)


def remember(person: User, chosen: str) -> None:
    """Keep the language in which somebody reads the site, for mails; another one than the site's changes nothing."""
    if chosen in LANGS and chosen != person.lang:
        person.lang = chosen
        person.save(update_fields=["lang"])
