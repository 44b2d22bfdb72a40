"""Text that somebody typed, as it is kept: composed (NFC), and without what cannot be seen or turned away for it."""

import unicodedata

from sonae.programmes.reader import FORBIDDEN


def composed(text: str) -> str:
    """Return a text in NFC without space around it. What cannot be seen stays in it, for ``unseen`` to find."""
    return unicodedata.normalize("NFC", text).strip()


def unseen(text: str) -> str:
    """Return the first character that no text may hold, or ""."""
    found = FORBIDDEN.search(text)
    return "" if found is None else found[0]


def one_line(text: str) -> str:
    """Return a text as one line of characters that can be seen."""
    seen = "".join(
        " " if each.isspace() else each
        for each in text
        if each.isspace() or not unicodedata.category(each).startswith("C")
    )
    return composed(" ".join(seen.split()))


def lines(text: str) -> str:
    """Return a text with its line breaks, without what cannot be seen."""
    each_line = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    seen = [FORBIDDEN.sub("", "".join(" " if each.isspace() else each for each in line)).rstrip() for line in each_line]
    return composed("\n".join(seen))
