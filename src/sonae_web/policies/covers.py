"""Covers: made when an application is accepted, with all that its papers say frozen; and whether a certificate is valid."""

import hashlib
import secrets
from dataclasses import asdict
from datetime import date
from typing import Any

from sonae import policy
from sonae.enrolment.states import IN_FORCE
from sonae.figures import LANGS
from sonae_web.accounts.models import Organisation
from sonae_web.ground import clock, numbers, sealed
from sonae_web.ground.scope import Scope, unscoped
from sonae_web.policies import records
from sonae_web.policies.models import Application, Cover
from sonae_web.quotes import services as quotes

TOKEN_BYTES = 24
COVERED = ("accepted", "on_cover")


def make(scope: Scope, row: Application, declaration: str) -> Cover:
    """Make the cover of an application that is being accepted, in the transaction that accepts it.

    ``declaration``: number and version of the declaration that was frozen. Frozen with it is all that its papers say and
    the programme may lose or change before they are issued: who stands behind the cover in both languages, the terms of the
    plan, whether it is a sample. Raises Refused where the programme's data do not say who stands behind the cover.
    """
    programme, place = records.programme(), Organisation.objects.select_related("parent").get(pk=row.tenant)
    assert row.quote is not None and row.premium is not None and row.annual_premium is not None  # noqa: S101, PT018 - sent
    quote = quotes.one(scope=scope, quote=row.quote)
    start = clock.date_of(row.cover_from)
    token, terms = secrets.token_urlsafe(TOKEN_BYTES), policy.terms_of(records.plan_of(row.plan))
    content = {
        "application": records.content_of(scope, row),
        "quote": quotes.content(quote),
        "quote_number": quote.number,
        "declaration": declaration,
        "association": place.parent.name if place.parent else "",
        "token": token,
        "status": programme.status,
        "parties": {lang: policy.parties_data(policy.parties(programme, lang)) for lang in LANGS},
        "terms": asdict(terms) | {"insurer_share": str(terms.insurer_share)},
    }
    master = f"{programme.value('enrolment.master_policy', start).value}-{row.year}"
    cover = Cover(
        tenant=row.tenant, application=row, number=f"{row.year}-{numbers.take(f'cover.{row.year}')[0]:07}", master=master,
        insured=row.insured, year=row.year, kind=row.kind, plan=row.plan, annual_premium=row.annual_premium,
        premium=row.premium, months=row.months, cover_from=row.cover_from, cover_to=row.cover_to, debit_on=row.debit_on,
        first_cover_on=first_cover_on(scope, row), accepted_at=clock.now(), token_hash=_hash(token),
    )  # fmt: skip
    sealed.put(cover, "content", content)
    cover.save(force_insert=True)
    return cover


def first_cover_on(scope: Scope, row: Application) -> date:
    """Return the first day of the unbroken covers that this one continues: the one before must end when it starts."""
    before = Cover.within(scope).filter(tenant=row.tenant, cover_to=row.cover_from, state__in=IN_FORCE).first()
    return before.first_cover_on if before else clock.date_of(row.cover_from)


def content(cover: Cover) -> dict[str, Any]:
    """Return what a cover was frozen with."""
    found: dict[str, Any] = sealed.get(cover, "content")
    return found


def is_valid(token: str) -> bool:
    """Return whether a certificate's token is that of a cover which holds now. Says nothing else, of anybody."""
    now = clock.now()
    with unscoped("certificate.verify"):
        found = Cover.objects.filter(token_hash=_hash(token), state__in=COVERED, cover_from__lte=now, cover_to__gt=now)
        return found.exists()


def in_force(*, scope: Scope) -> list[Cover]:
    """Return the member's covers that were not undone, the newest first."""
    return list(Cover.within(scope).defer("content").filter(state__in=IN_FORCE).order_by("-cover_from"))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
