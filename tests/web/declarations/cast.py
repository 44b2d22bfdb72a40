"""Members who declare: brought to any state by the services alone."""

import uuid
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from django.db import transaction

from sonae.declaration import HISTORY, Past
from sonae.policy import Signatory
from sonae_web.declarations import drafts, notices, services
from sonae_web.declarations.drafts import Open
from sonae_web.declarations.models import Declaration, Laid, SignedDeclaration
from sonae_web.diagnosis import results
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope
from tests.web.test_checklists import SHOP, answered

HANAKO = Signatory("見本 花子", "代表取締役", "representative")
UNTIL = date(2099, 3, 31)


def diagnosed(scope: Scope, answer: str = "yes", assumed: tuple[str, ...] = ()) -> None:
    """A result with every question answered alike, handed in."""
    answered(scope, answer, replace(SHOP, annual_sales=50_000_000, assumed=assumed))
    results.hand_in(scope=scope)


def confirmed(scope: Scope) -> Open:
    """The open declaration with every item confirmed as it was filled in, and nothing in the past: saved in one step."""
    found = drafts.start(scope=scope)
    business = replace(found.stated.business or SHOP, annual_sales=50_000_000, assumed=())
    stated = replace(
        found.stated,
        business=business,
        certifications=(),
        **{name: Past("no") for name in HISTORY},  # type: ignore[arg-type]  # of fields that hold one
    )
    unknown = {each.id: "unknown" for each in stated.asked(programme())}  # facts may ask for more
    stated = replace(stated, controls=MappingProxyType({**unknown, **stated.controls}))
    every = frozenset(item for section in replace(found, stated=stated).sections for item in section.items)
    with transaction.atomic():
        return drafts._put(scope, drafts.locked(scope), stated, every, "business")


def confirmed_by_section(scope: Scope) -> Open:
    """The same, saved as on the pages: a section at a time."""
    found, done = drafts.start(scope=scope), set[str]()
    while section := next((each for each in found.sections if each.id not in done), None):  # facts may ask for more
        done.add(section.id)
        seen, every = found.draft.version, section.items
        if section.id == "business":
            business = replace(found.stated.business or SHOP, annual_sales=50_000_000, assumed=())
            found = drafts.save_business(scope=scope, business=business, confirmed=every, seen=seen)
        elif section.questions:
            answers = {each.id: found.stated.controls.get(each.id, "unknown") for each in section.questions}
            found = drafts.save_controls(scope=scope, section=section.id, answers=answers, confirmed=every, seen=seen)
        elif section.id in HISTORY:
            found = drafts.save_past(scope=scope, name=section.id, past=Past("no"), seen=seen)
        else:
            found = drafts.save_certifications(scope=scope, held=(), confirmed=every, seen=seen)
    return found


def signed(scope: Scope) -> SignedDeclaration:
    """A declaration signed as it was filled in."""
    found = confirmed(scope)
    return services.sign(scope=scope, signatory=HANAKO, seen=found.draft.version)


def before_the_office(scope: Scope) -> uuid.UUID:
    """The application with which a signed declaration is before the office; a diagnosis is made if need be."""
    if results.latest(scope) is None:
        diagnosed(scope, "no")
    row = services.signed(scope=scope) or signed(scope)
    laid = Laid.within(scope).filter(declaration=row.declaration).first()
    application = laid.application if laid else uuid.uuid4()
    services.lay_before(scope=scope, signed=row, application=application)
    return application


def notified(scope: Scope) -> uuid.UUID:
    """A change that was notified of a declaration long accepted."""
    Declaration(
        tenant=scope.organisation, year=2026, edition="2004-12", started_at=clock.now(), versions=1,
        frozen_at=clock.now(), frozen_version=1,
    ).save(force_insert=True)  # fmt: skip
    return notices.notify(scope=scope, kind="sales", changed_on=clock.today(), text="見本の変更").pk
