"""The menu of whoever acts in a role: which pages, in which order, which of them is open."""

from contextlib import suppress
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sonae_web.accounts.models import Role

MENUS: dict[str, tuple[tuple[str, str], ...]] = {
    Role.Name.MEMBER: (
        ("business", "site.menu.business"),
        ("checklist", "site.menu.checklist"),
        ("actions", "site.menu.actions"),
        ("results", "site.menu.results"),
        ("quotes", "site.menu.quotes"),
        ("declaration", "site.menu.declaration"),
        ("applications", "site.menu.applications"),
        ("people", "site.menu.people"),
    ),
    Role.Name.ASSOCIATION: (
        ("desk", "site.menu.desk"),
        ("desk_requests", "site.menu.desk_requests"),
        ("desk_enrolment", "site.menu.desk_enrolment"),
        ("desk_totals", "site.menu.desk_totals"),
        ("desk_load", "site.menu.desk_load"),
        ("desk_people", "site.menu.people"),
    ),
    Role.Name.FEDERATION: (
        ("desk", "site.menu.desk_associations"),
        ("desk_applications", "site.menu.desk_applications"),
        ("desk_window", "site.menu.desk_window"),
        ("desk_inquiries", "site.menu.desk_inquiries"),
        ("desk_totals", "site.menu.desk_totals"),
        ("desk_load", "site.menu.desk_load"),
        ("desk_changes", "site.menu.desk_changes"),
        ("desk_people", "site.menu.people"),
    ),
    Role.Name.AGENT: (("advice", "site.menu.advice"),),
    Role.Name.UNDERWRITER: (("underwriting", "site.menu.underwriting"),),
}
"""For each role the names of its pages (addresses with ``organisation`` alone) and the ids of their words."""


def place(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: who acts (``acting``), and the menu (``nav``) as address, word id, "page", "true" or ""."""
    who = getattr(request, "acting", None)
    if who is None:
        return {}
    found = pages(who.role, who.organisation.pk)
    above = max((url for url, _ in found if request.path.startswith(url)), key=len, default="")
    return {"acting": who, "nav": [(url, label, _current(url, above, request.path)) for url, label in found]}


@lru_cache(maxsize=1_000)
def pages(role: str, organisation: UUID) -> tuple[tuple[str, str], ...]:
    """Return address and word id of each page that a role has in an organisation."""
    found = []
    for name, label in MENUS.get(role, ()):
        with suppress(NoReverseMatch):  # a page that this site does not have
            found.append((reverse(name, args=[organisation]), label))
    return tuple(found)


def first_page(role: Role) -> str:
    """Return the address of the page on which a role begins, or "" for a role without pages."""
    return next((url for url, _ in pages(role.role, role.organisation_id)), "")


def _current(url: str, above: str, path: str) -> str:
    if url == path:
        return "page"
    return "true" if url == above else ""
