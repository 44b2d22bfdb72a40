"""The menu of whoever acts in a role: which pages, in which order, which of them is open."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sonae_web.accounts.models import Role

MENUS: dict[str, tuple[tuple[str, str], ...]] = {
    Role.Name.MEMBER: (
        ("business", "site.menu.business"),
        ("checklist", "site.menu.checklist"),
        ("actions", "site.menu.actions"),
        ("results", "site.menu.results"),
        ("people", "site.menu.people"),
    ),
    Role.Name.ASSOCIATION: (
        ("desk", "site.menu.desk"),
        ("desk_requests", "site.menu.desk_requests"),
        ("desk_totals", "site.menu.desk_totals"),
        ("desk_people", "site.menu.people"),
    ),
    Role.Name.FEDERATION: (
        ("desk", "site.menu.desk"),
        ("desk_totals", "site.menu.desk_totals"),
        ("desk_load", "site.menu.desk_load"),
        ("desk_people", "site.menu.people"),
    ),
}
"""For each role the names of its pages (addresses with ``organisation`` alone) and the ids of their words."""


def place(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: who acts (``acting``), and the menu (``nav``) as address, word id, "page", "true" or ""."""
    who = getattr(request, "acting", None)
    if who is None:
        return {}
    found = []
    for name, label in MENUS.get(who.role, ()):
        try:
            found.append((reverse(name, args=[who.organisation.pk]), label))
        except NoReverseMatch:  # a page that this site does not have
            continue
    above = max((url for url, _ in found if request.path.startswith(url)), key=len, default="")
    return {"acting": who, "nav": [(url, label, _current(url, above, request.path)) for url, label in found]}


def _current(url: str, above: str, path: str) -> str:
    if url == path:
        return "page"
    return "true" if url == above else ""
