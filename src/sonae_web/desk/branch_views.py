"""The first page of either desk, a federation's associations, and the totals of both."""

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae.checklist import load_edition
from sonae.programmes import load
from sonae.scoring import GRADES
from sonae_web.accounts.acting import Acting, ActingRequest, acting
from sonae_web.accounts.models import Organisation, Role
from sonae_web.desk import associations, disclosure, exports, listing, places, totals
from sonae_web.desk.totals import OVERALL, Shown
from sonae_web.desk.views import CLERK, export_members, show_members
from sonae_web.ground.words import lang, words

COLUMNS = (
    ("name", "site.desk.association", ""), ("members", "site.desk.members", "r"), ("invited", "site.desk.invited", "r"),
    ("started", "site.desk.started", "r"), ("done", "site.desk.done", "r"), ("share", "site.desk.share", "r"),
)  # fmt: skip
EXPORTED = ("association", "prefecture", "code", "number", "members", "invited", "started", "done", "share")


@acting(*CLERK)
@require_safe
def desk(request: ActingRequest) -> HttpResponse:
    """An association's members; a federation's associations."""
    who = request.acting
    if who.role == Role.Name.ASSOCIATION:
        return show_members(request, who, who.organisation)
    asked = listing.read(request.GET, states=associations.STATES, sorts=associations.SORTS)
    rows = associations.listed(scope=who.scope, year=asked.year)
    page = listing.paged(associations.chosen(rows, asked), asked)
    context = {
        "page": page,
        "asked": page.asked,
        "count": len(rows),
        "figures": associations.figures(rows),
        "shown": associations.figures(page.rows),
        "heads": listing.heads(page.asked, COLUMNS),
        "filters": associations.STATES,
        "years": places.years(),
        "sizes": listing.SIZES,
        "national": who.organisation.kind == Organisation.Kind.NATIONAL,
        "forms": exports.FORMS,
    }
    return render(request, "desk/associations.html", context)


@acting(*CLERK)
@require_safe
def export(request: ActingRequest, form: str) -> HttpResponse:
    """All rows that the first page shows, as a file."""
    who = request.acting
    if who.role == Role.Name.ASSOCIATION:
        return export_members(request, who, who.organisation, form)
    asked = listing.read(request.GET, states=associations.STATES, sorts=associations.SORTS)
    rows = associations.chosen(associations.listed(scope=who.scope, year=asked.year), asked)
    return exports.answer(
        request, form, name=f"associations-{asked.year}", title=words()("site.desk.sheet_associations"),
        heads=[f"site.desk.{name}" for name in EXPORTED],
        rows=[
            (
                row.name, row.prefecture, row.code, row.number, row.members, row.invited, row.started, row.done,
                row.per_cent,
            )
            for row in rows
        ],
    )  # fmt: skip


@acting(Role.Name.FEDERATION)
@require_safe
def association(request: ActingRequest, association: uuid.UUID) -> HttpResponse:
    """The members of an association of the branch, to read."""
    return show_members(request, request.acting, places.association(request.acting.scope, association))


@acting(Role.Name.FEDERATION)
@require_safe
def association_export(request: ActingRequest, association: uuid.UUID, form: str) -> HttpResponse:
    """The same as a file."""
    place = places.association(request.acting.scope, association)
    return export_members(request, request.acting, place, form)


# --- totals
@acting(*CLERK)
@require_safe
def totals_page(request: ActingRequest) -> HttpResponse:
    """Grades as last published, overall and by area."""
    asked = listing.read(request.GET, states=(), sorts=("name",))
    found = _newest(request.acting, asked.year)
    overall = found.get(OVERALL)
    context = {
        "asked": asked,
        "years": places.years(),
        "overall": overall,
        "grades": _grades(overall) if overall else [],
        "areas": [
            (name, table, [(cell, table.cells.get(cell)) for cell in totals.CELLS])
            for name, table in _areas(found, asked.year)
        ],
        "cells": totals.CELLS,
        "least": disclosure.LEAST,
        "federation": request.acting.role == Role.Name.FEDERATION,
        "forms": exports.FORMS,
    }
    return render(request, "desk/totals.html", context)


@acting(*CLERK)
@require_safe
def totals_export(request: ActingRequest, form: str) -> HttpResponse:
    """The same as a file."""
    asked = listing.read(request.GET, states=(), sorts=("name",))
    found = _newest(request.acting, asked.year)
    tables = [(words()("site.desk.totals_overall"), found[OVERALL])] if OVERALL in found else []
    return exports.answer(
        request, form, name=f"totals-{asked.year}", title=words()("site.desk.sheet_totals"),
        heads=["site.desk.totals_table", "site.desk.totals_on", "site.desk.totals_answers"]
        + [f"site.desk.cell_{cell}" for cell in totals.CELLS] + ["site.desk.totals_hidden"],
        rows=[
            (name, table.on.isoformat(), table.answers, *(table.cells.get(cell) for cell in totals.CELLS), table.hidden)
            for name, table in [*tables, *_areas(found, asked.year)]
        ],
    )  # fmt: skip


def _newest(who: Acting, year: int) -> dict[str, Shown]:
    return totals.newest(scope=who.scope, organisation=who.organisation.pk, year=year)


def _areas(found: dict[str, Shown], year: int) -> list[tuple[str, Shown]]:
    """Return the tables of areas with their names, in the order of the year's checklist."""
    programme = load(settings.PROGRAMME)
    edition = programme.edition_of(year)
    texts = programme.words(lang(), edition)
    order = load_edition(programme, edition).areas
    return [(texts(f"{edition}.area.{area}.name"), found[area]) for area in order if area in found]


def _grades(table: Shown) -> list[dict[str, object]]:
    """Return the bars of grades: how many, their share in per cent (rounded half up), None where it is not shown."""
    found: list[dict[str, object]] = []
    for cell in reversed(GRADES):
        count = table.cells.get(cell)
        share = None if count is None else (200 * count + table.answers) // (2 * table.answers)
        found.append({"grade": cell, "count": count, "share": share, "word": f"site.desk.cell_{cell}"})
    return found
