"""What the web server runs: the site, with what every page needs read before the first one is asked for."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from sonae.figures import LANGS
from sonae.programmes import load


def warm() -> None:
    """Read addresses and words, and take what is there by now out of the collection of garbage: it stays for good.

    Looking through all of it again and again took a twelfth of the site's time.
    """
    get_resolver()._populate()
    for lang in LANGS:
        load(settings.PROGRAMME).words(lang)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sonae_web.settings")
application = get_wsgi_application()
warm()
