"""Charts on pages."""

from xml.sax.saxutils import escape


def described(svg: str, text: str) -> str:
    """Return a chart with its description beside its title."""
    return svg.replace("</title>", f"</title><desc>{escape(text)}</desc>", 1)
