"""The head of the audit log, put each day into a file, to be carried away: with it, no earlier row can be changed unseen."""

import os

from django.conf import settings

from sonae_web.ground import audit, clock
from sonae_web.ground.jobs import job


@job()
def keep() -> None:
    """Seal what waits and write today's head, ``12:hash``, to ``heads/2027-04-01`` of the data folder."""
    audit.seal()
    folder = settings.DATA / "heads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / clock.today().isoformat()
    part = folder / f".{path.name}.{os.getpid()}.part"
    part.write_text(f"{audit.head()}\n", encoding="ascii")
    part.replace(path)
