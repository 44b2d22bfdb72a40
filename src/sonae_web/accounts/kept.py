"""What somebody had typed when the session ended, or another language was chosen: kept sealed in the visitor's session until
the page is open again. It is shown there, never saved by itself.
"""

import base64
import json

from django.http import HttpRequest, QueryDict

from sonae.programmes.canonical import canonical
from sonae_web.ground import clock
from sonae_web.ground.sealed import vault
from sonae_web.ground.vault import Sealed

KEY = "kept"
MOST_CHARACTERS = 20_000
"""A form that is longer is not kept: the longest of ours is a note of 2,000 characters, nine times as long once encoded."""
SECONDS = 60 * 60
NOT_TYPED = ("csrfmiddlewaretoken", "language", "next")


def keep(request: HttpRequest, path: str) -> None:
    """Keep the form just sent for the page at a path; the last one only, files never."""
    form = request.POST.copy()
    for name in NOT_TYPED:
        form.pop(name, None)
    text = form.urlencode()
    if not text or len(text) > MOST_CHARACTERS:
        return
    sealed = vault().seal(canonical({"form": text, "at": int(clock.now().timestamp())}), _label(path))
    request.session[KEY] = base64.urlsafe_b64encode(sealed).decode()


def take(request: HttpRequest) -> QueryDict | None:
    """Return, once, what was kept for this page within the last hour."""
    if request.method != "GET" or KEY not in request.session:
        return None
    try:
        found = json.loads(vault().open(base64.urlsafe_b64decode(request.session[KEY]), _label(request.path)))
    except Sealed:  # of another page
        return None
    del request.session[KEY]
    return QueryDict(found["form"]) if clock.now().timestamp() - found["at"] <= SECONDS else None


def _label(path: str) -> str:
    return f"kept/{path}"
