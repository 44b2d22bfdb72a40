"""Where a clerk looks: the organisations of its branch, the scope of one association, the programme's years."""

import uuid
from dataclasses import replace

from django.conf import settings
from django.http import Http404

from sonae.programmes import load
from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import sees
from sonae_web.diagnosis.checklists import programme_year
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope

YEARS_BACK = 4


def association(scope: Scope, pk: uuid.UUID) -> Organisation:
    """Return an association of the branch. Raises Http404 for any other."""
    return _place(scope, pk, Organisation.Kind.ASSOCIATION)


def member(scope: Scope, pk: uuid.UUID) -> Organisation:
    """Return a member of the branch. Raises Http404 for any other."""
    return _place(scope, pk, Organisation.Kind.MEMBER)


def _place(scope: Scope, pk: uuid.UUID, kind: str) -> Organisation:
    row = Organisation.objects.filter(pk=pk, kind=kind).first()
    if row is None or not sees(scope, row):
        raise Http404("not found")
    return row


def narrowed(scope: Scope, organisation: Organisation) -> Scope:
    """Return the scope of the same person and role for the branch of one organisation in it: queries of a part stay small."""
    return replace(scope, root=bytes(organisation.path) if sees(scope, organisation) else b"")


def this_year() -> int:
    """Return the programme year whose diagnosis is asked for now."""
    return programme_year(clock.today())


def years() -> list[int]:
    """Return the years to choose from, the present one first."""
    known = load(settings.PROGRAMME).years
    return [year for year in range(this_year(), this_year() - YEARS_BACK - 1, -1) if year in known] or [known[-1]]
