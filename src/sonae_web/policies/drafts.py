"""An application while the member fills it in: begun, saved part by part, looked through for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from sonae.enrolment import Choice
from sonae.enrolment.states import IN_FORCE, OPEN
from sonae.policy import explanation_version
from sonae.programmes.sale import require
from sonae_web.accounts.models import Organisation
from sonae_web.declarations import services as declarations
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import Scope
from sonae_web.ground.words import lang
from sonae_web.policies import records
from sonae_web.policies.models import Application, Content, Cover
from sonae_web.policies.records import Changed, Sheet, Told
from sonae_web.quotes import services as quotes
from sonae_web.quotes.models import Quote

PARTS = ("plan", "business", "account", "confirm")
"""The parts of an application, in the order of its pages."""
CONFIRMED = ("intent", "antisocial", "consent_association", "consent_insurer", "cooling_off")
"""What is ticked; the explanation and the declaration have pages of their own."""
EDITABLE = ("draft", "returned")


@dataclass(frozen=True)
class Standing:
    """How far an application is: what is missing, and what it would be if it were sent now."""

    missing: tuple[str, ...]
    choice: Choice | None
    premium: int | None


def start(*, scope: Scope, year: int) -> Application:
    """Begin an application for a year and return it; one that is open already is returned as it is.

    Raises Told where the year takes none today or is covered already; Refused where the programme may not be sold.
    """
    require(records.programme(), "application", clock.today())
    choice = next((each for each in records.open_choices() if each.year == year), None)
    if choice is None:
        raise Told("site.policies.not_open")
    try:
        with transaction.atomic():
            return _found(scope, year) or _begin(scope, choice)
    except IntegrityError:  # begun twice at once: the other one stands
        row = _found(scope, year)
        if row is None:
            raise
        return row


def _found(scope: Scope, year: int) -> Application | None:
    return Application.within(scope).filter(year=year, state__in=OPEN).first()


def _begin(scope: Scope, choice: Choice) -> Application:
    if Cover.within(scope).filter(year=choice.year, state__in=IN_FORCE).exists():
        raise Told("site.policies.covered")
    now, place = clock.now(), Organisation.objects.get(pk=scope.organisation)
    row = Application(tenant=scope.organisation, insured=place.name, started_at=now, changed_at=now)
    records.set_choice(row, choice)
    row.save(force_insert=True)
    content = Content(tenant=row.tenant, application=row)
    sealed.put(content, "content", {"business": {"number": place.number}, "lang": lang()})
    content.save(force_insert=True)
    records.record(scope, row, "started", year=row.year)
    return row


def latest_other(scope: Scope, row: Application) -> Sheet | None:
    """Return the member's newest other application that has an account: what a further one can be filled in from."""
    for other in Application.within(scope).exclude(pk=row.pk).order_by("-changed_at")[:5]:
        found = records.read(scope=scope, application=other.pk)
        if found.has("business") and found.has("account"):
            return found
    return None


@transaction.atomic
def copy(*, scope: Scope, application: UUID, seen: int) -> Application:
    """Fill in business and account of an application from the member's newest other one. Raises Changed, Told."""
    row = _editable(scope, application)
    other = latest_other(scope, row)
    if other is None:
        raise Told("site.policies.nothing_to_copy")
    content = records.content_of(scope, row)
    return _save(scope, row, seen, content | {name: other.part(name) for name in ("business", "account")})


@transaction.atomic
def save(*, scope: Scope, application: UUID, seen: int, part: str, values: Mapping[str, Any]) -> Application:
    """Save a part of an application and return it; saving again what is there already changes nothing.

    Raises Changed where somebody else saved meanwhile, Told where it is no longer the member's to change.
    """
    row = _editable(scope, application)
    content = records.content_of(scope, row)
    if content.get(part) == dict(values):
        return row
    return _save(scope, row, seen, content | {part: dict(values)})


@transaction.atomic
def choose(*, scope: Scope, application: UUID, seen: int, quote: UUID) -> Application:
    """Choose the quote, and with it the plan. Raises Changed, Told; Http404 for a quote that is not the member's."""
    row = _editable(scope, application)
    if row.quote == quote:
        return row
    found = quotes.one(scope=scope, quote=quote)
    if not quotes.is_usable(found):
        raise Told("site.policies.quote_expired")
    row.quote, row.plan, row.referral, row.annual_premium = found.pk, found.plan, found.referred, found.annual_premium
    row.premium = quotes.premium_for(found, row.months)
    return _save(scope, row, seen, records.content_of(scope, row))


def _editable(scope: Scope, application: UUID) -> Application:
    row = records.locked(scope=scope, application=application)
    if row.state not in EDITABLE:
        raise Told("site.policies.sent_already")
    return row


def _save(scope: Scope, row: Application, seen: int, content: dict[str, Any]) -> Application:
    if row.version != seen:
        raise Changed
    row.version, row.changed_at = row.version + 1, clock.now()
    row.save()
    kept = Content.within(scope).get(application=row.pk)
    sealed.put(kept, "content", content | {"lang": lang()})
    kept.save(update_fields=["content"])
    records.record(scope, row, "saved")
    return row


# --- what is missing
def standing(*, scope: Scope, sheet: Sheet) -> Standing:
    """Return how far an application is, as of today."""
    row, choice = sheet.row, records.choice_of(sheet.row)
    quote = usable_quote(scope, row)
    missing = [name for name in ("business", "account") if not sheet.has(name)]
    if quote is None:
        missing.insert(0, "plan")
    elif sheet.has("business") and persons_rated(quote) not in (None, sheet.part("business")["persons_held"]):
        missing.append("persons")
    if not confirmed(sheet):
        missing.append("confirm")
    if declarations.signed(scope=scope) is None:
        missing.append("declaration")
    if choice is None:
        missing.append("year")
    premium = quotes.premium_for(quote, choice.months) if quote and choice else None
    return Standing(tuple(missing), choice, premium)


def usable_quote(scope: Scope, row: Application) -> Quote | None:
    """Return the quote of an application while it can be used."""
    return next((each for each in quotes.usable(scope=scope) if each.pk == row.quote), None)


def persons_rated(quote: Quote) -> int | None:
    """Return the persons held that a quote was rated for, where it tells them."""
    found: int | None = quotes.content(quote)["quote"]["request"].get("persons_held")
    return found


def confirmed(sheet: Sheet) -> bool:
    """Return whether everything is confirmed, of the explanation in the words that it has now."""
    part = sheet.part("confirm")
    if part.get("version") != version_now(sheet.row):
        return False
    return set(CONFIRMED) <= set(part.get("given", {}))


def version_now(row: Application) -> str:
    """Return the version of the explanation for the year of an application."""
    return explanation_version(records.programme(), row.year)
