"""Totals by area and grade: made each night for every association and federation, shown as last published.

What may be published, and when, is for ``disclosure`` to say. A federation's totals add up what its associations' newest
ones show, and nothing else: whatever follows from both follows from the associations' alone.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from sonae.programmes.canonical import canonical
from sonae.scoring import GRADES
from sonae_web.accounts.models import Organisation
from sonae_web.desk import disclosure
from sonae_web.desk.disclosure import Answer, History
from sonae_web.desk.models import Totals
from sonae_web.diagnosis.models import Result
from sonae_web.ground import sealed
from sonae_web.ground.scope import Scope, unscoped

OVERALL = "grade"
CELLS = (*reversed(GRADES), "none")
"""Grades from the best, and none: an area of which nothing applies."""


@dataclass(frozen=True)
class Shown:
    """A table as published: by whom it is counted, on which day, and its cells."""

    on: date
    answers: int
    cells: Mapping[str, int]
    apart: int = 0
    """Of a federation: how many of the answers stand in cells that an association does not show."""

    @property
    def hidden(self) -> int:
        """How many answers are in cells not shown."""
        return self.answers - sum(self.cells.values())


def newest(*, scope: Scope, organisation: uuid.UUID, year: int) -> dict[str, Shown]:
    """Return an organisation's tables as last published, by ``grade`` or area; empty where there are none yet."""
    row = Totals.within(scope).filter(tenant=organisation, year=year).order_by("-on").first()
    return {} if row is None else _read(row)


def make_totals(on: date) -> int:
    """Make the totals of a day for every association and federation, of every year; return how many changed.

    To be run each night. Each organisation's year is a transaction of its own: run again on the same day, what was made
    stands; killed, it goes on where it was.
    """
    changed = 0
    with unscoped("totals.nightly"):
        above = dict(Organisation.objects.filter(kind="association").values_list("pk", "parent"))
        years = sorted(set(Result.objects.values_list("year", flat=True)))
        for year in years:
            for association in sorted(above):
                changed += _make(association, year, on)
            for prefecture in sorted({pk for pk in above.values() if pk}):
                changed += _add_up(prefecture, year, on, [pk for pk, parent in above.items() if parent == prefecture])
            for national in Organisation.objects.filter(kind="national").values_list("pk", flat=True):
                changed += _add_up(national, year, on, list(above))
    return changed


@transaction.atomic
def _make(association: uuid.UUID, year: int, on: date) -> bool:
    of_year = Result.objects.filter(tenant__in=_active(association), year=year)
    rows = list(of_year.order_by("made_at", "pk").defer("content"))
    latest = {row.tenant: row for row in rows}.values()
    if len(latest) < disclosure.LEAST:
        return False
    Organisation.objects.select_for_update().get(pk=association)
    before = Totals.objects.filter(tenant=association, year=year).order_by("-on").first()
    if before is not None and before.on >= on:
        return False
    basis: dict[str, Any] = sealed.get(before, "basis") if before else {}
    published: dict[str, Any] = json.loads(bytes(before.published)) if before else {}
    grades = {row.pk: _grades(row) for row in latest}
    changed = False
    for table in [OVERALL, *sorted({area for each in grades.values() for area in each} - {OVERALL})]:
        answers = [Answer(row.pk.hex, row.tenant.hex, grades[row.pk].get(table) or "none") for row in latest]
        step = disclosure.publish(_history(basis.get(table)), answers, CELLS)
        if step is not None:
            changed = True
            published[table] = _written(Shown(on, step[0].answers, step[0].shown))
            basis[table] = _kept(step[1])
    if changed:
        row = Totals(tenant=association, year=year, on=on, published=canonical(published))
        sealed.put(row, "basis", basis)
        row.save(force_insert=True)
    return changed


@transaction.atomic
def _add_up(federation: uuid.UUID, year: int, on: date, associations: Collection[uuid.UUID]) -> bool:
    """Write a federation's tables: the sums of what its associations show."""
    newest_: dict[uuid.UUID, Totals] = {}
    of_year = Totals.objects.filter(tenant__among=frozenset(associations), year=year).defer("basis").order_by("on")
    for row in of_year.iterator():
        newest_[row.tenant] = row
    if not newest_:
        return False
    published = canonical({table: _written(shown) for table, shown in _summed(map(_read, newest_.values())).items()})
    before = Totals.objects.filter(tenant=federation, year=year).order_by("-on").first()
    if before is not None and (before.on >= on or bytes(before.published) == published):
        return False
    Totals.objects.create(tenant=federation, year=year, on=on, published=published)
    return True


def _summed(each: Iterable[Mapping[str, Shown]]) -> dict[str, Shown]:
    found: dict[str, Shown] = {}
    for tables in each:
        for name, table in tables.items():
            sum_ = found.get(name, Shown(table.on, 0, {}))
            cells = {cell: sum_.cells.get(cell, 0) + table.cells.get(cell, 0) for cell in {*sum_.cells, *table.cells}}
            found[name] = Shown(max(sum_.on, table.on), sum_.answers + table.answers, cells, sum_.apart + table.hidden)
    return found


def _active(association: uuid.UUID) -> list[uuid.UUID]:
    rows = Organisation.objects.filter(parent=association, kind="member", state="active")
    return list(rows.values_list("pk", flat=True))


def _grades(row: Result) -> dict[str, str | None]:
    areas = json.loads(bytes(row.areas))
    return {OVERALL: row.grade or None, **{area: each["grade"] for area, each in areas.items()}}


def _history(kept: Any) -> History:
    if kept is None:
        return History()
    return History(kept["first"], tuple(frozenset(each) for each in kept["shown"]), kept["answers"])


def _kept(history: History) -> dict[str, Any]:
    return {
        "first": dict(history.first),
        "shown": [sorted(each) for each in history.shown],
        "answers": history.answers,
    }


def _written(shown: Shown) -> dict[str, Any]:
    return {"on": shown.on.isoformat(), "answers": shown.answers, "cells": dict(shown.cells), "apart": shown.apart}


def _read(row: Totals) -> dict[str, Shown]:
    tables: dict[str, Any] = json.loads(bytes(row.published))
    return {
        name: Shown(date.fromisoformat(each["on"]), each["answers"], each["cells"], each["apart"])
        for name, each in tables.items()
    }
