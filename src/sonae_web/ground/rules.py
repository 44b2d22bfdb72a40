"""Who may open an address is said on its view, as ``.rule``: a page for everybody says so, like every other."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponseBase

PUBLIC = "public"
View = Callable[..., HttpResponseBase]
V = TypeVar("V", bound=View)


def public(view: V) -> V:
    """Mark a view as open to everybody."""
    view.rule = PUBLIC  # type: ignore[attr-defined]
    return view
