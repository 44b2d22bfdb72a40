"""A file as the answer to a request: the one place that says its kind and name. ``requests`` keeps it out of caches."""

from django.http import HttpResponse

PDF = "application/pdf"


def download(content: bytes, name: str, kind: str = PDF, *, inline: bool = False) -> HttpResponse:
    """Return a file as an answer: saved under a name, or (``inline``) shown where the browser can.

    ``name`` is ours, of ASCII alone: numbers, code words and languages, never what somebody typed. Raises ValueError for
    another.
    """
    if not name.isascii() or not name.isprintable() or '"' in name or "\\" in name:
        raise ValueError("the name of a file is plain")
    how = "inline" if inline else "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'{how}; filename="{name}"'})
