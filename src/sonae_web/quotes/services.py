"""Quotes of a member: rated, made (frozen, numbered, for so many days), read; all in its declared scope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae import __version__, comparison, rating
from sonae.comparison import Comparison
from sonae.enrolment import Choice
from sonae.programmes import Programme, canonical, sale
from sonae_web.diagnosis import results
from sonae_web.diagnosis.models import Result
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, numbers, sealed
from sonae_web.ground.scope import Scope, get_or_404
from sonae_web.quotes import facts as of_member
from sonae_web.quotes import letters
from sonae_web.quotes.facts import Credit, Facts
from sonae_web.quotes.models import Decision, Quote
from sonae_web.windows import extensions

USABLE = (Quote.State.QUOTED, Quote.State.APPROVED)


class NotOpen(Exception):  # noqa: N818 - a state
    """No application can be taken today for this kind of cover, so nothing is quoted for it."""


class Altered(Exception):  # noqa: N818 - a state of the data
    """What is stored is not what was frozen. Says nothing of its content."""


@dataclass(frozen=True)
class Rated:
    """What a member would pay today: the choice of cover, a quote by plan, the plans side by side."""

    choice: Choice
    quotes: Mapping[str, rating.Quote]
    compared: Comparison


def open_choices(on: date) -> list[Choice]:
    """Return the covers that an application of a day may choose, extensions of the window counted."""
    return extensions.open_choices(programme(), on)


def compare(
    *, scope: Scope, facts: Facts, choice: Choice, credit: Credit | None, result: Result | None, on: date
) -> Rated:
    """Return every plan rated and side by side as of a day. Raises Refused for a live programme that may not be sold."""
    found = programme()
    sale.require(found, "comparison", on)
    quotes = {
        plan.id: rating.rate(found, of_member.request(found, facts, plan, credit, on, choice.months))
        for plan in found.plans
    }
    costs = of_member.section_costs(found, result)
    return Rated(choice, quotes, comparison.compare(found, quotes, costs, on))


@transaction.atomic
def make(*, scope: Scope, insured: str, facts: Facts, plan: str, kind: str, credit: Credit | None = None) -> Quote:
    """Make a quote as of today and return it: frozen with its request, its steps and the plans beside it.

    Raises Refused for a live programme that may not be sold, NotOpen, and ValueError for facts that are not whole or a plan
    that there is not.
    """
    found, on = programme(), clock.today()
    if not facts.whole or plan not in {each.id for each in found.plans}:
        raise ValueError("a quote needs whole facts and a plan of the programme")
    sale.require(found, "quote", on)
    choice = next((each for each in open_choices(on) if each.kind == kind), None)
    if choice is None:
        raise NotOpen(kind)
    result = results.latest(scope)
    rated = compare(scope=scope, facts=facts, choice=choice, credit=credit, result=result, on=on)
    quote = rated.quotes[plan]
    frozen = {
        "programme": found.id,
        "insured": insured,
        "industry": quote.request.industry,
        "plan": plan,
        "choice": choice.data(),
        "quote": quote.frozen(),
        "comparison": comparison.data(rated.compared),
        "diagnosis": result.number if result else None,
        "declaration": credit.number if credit else None,
    }
    content = canonical(frozen)
    row = Quote(
        tenant=scope.organisation, number=_number(choice.year), on=on, plan=plan, decision=quote.decision,
        state=_STATE[quote.decision], year=choice.year, kind=choice.kind, months=choice.months,
        cover_from=choice.cover_from, annual_premium=quote.annual_premium, premium=quote.premium,
        expires_on=expiry(found, on, choice), made_at=clock.now(), made_by=scope.user, release=__version__,
        fingerprint=found.fingerprint, hash=sha256(content).hexdigest(),
    )  # fmt: skip
    sealed.put_bytes(row, "content", content)
    told = Quote.within(scope).filter(state=Quote.State.WAITING, expires_on__gte=on).exists()
    row.save(force_insert=True)
    if row.state == Quote.State.WAITING and not told:  # one mail while something of this member waits
        letters.tell_underwriters(row, "referral_waiting")
    _record("quote.made", row, scope.user, plan=plan, decision=quote.decision)
    return row


_STATE = {"quoted": Quote.State.QUOTED, "referred": Quote.State.WAITING, "declined": Quote.State.DECLINED}


def promised(*, facts: Facts, choice: Choice, result: Result | None, credit: Credit | None) -> dict[str, Any] | None:
    """Return the premium for a year by plan if the diagnosis's grade were declared and signed, and that grade.

    None with a declaration already signed, without a diagnosis, and where the grade would earn nothing.
    """
    if credit is not None or result is None or not result.grade:
        return None
    found, on = programme(), clock.today()
    if not rating.tariff(found, on).declared(result.grade, signed=True):
        return None
    signed = Credit(result.grade, (), known_incident=False, known_claim=False, number="")
    quotes = [
        rating.rate(found, of_member.request(found, facts, plan, signed, on, choice.months)) for plan in found.plans
    ]
    return {"grade": result.grade, "premiums": [each.annual_premium for each in quotes]}


def earns(credit: Credit, on: date) -> bool:
    """Return whether a signed declaration takes anything off the premium by the tariff of a day."""
    rates = rating.tariff(programme(), on)
    return rates.declared(credit.grade, signed=True) + rates.certified(credit.certifications) > 0


def expiry(found: Programme, on: date, choice: Choice) -> date:
    """Return the last day of a quote: so many days after it was made, and never past the day before cover starts."""
    return min(on + timedelta(days=found.integer("rates.quote_days", on)), choice.cover_from.date() - timedelta(days=1))


@transaction.atomic
def ask_agent(*, scope: Scope, quote: UUID) -> Quote:
    """Let the agent see a quote, to explain it. Asked again, nothing changes. Raises Http404."""
    row = get_or_404(Quote, scope, quote)
    if row.asked_agent_at is None:
        row.asked_agent_at = clock.now()
        row.save(update_fields=["asked_agent_at"])
        _record("quote.agent_asked", row, scope.user)
    return row


# --- reading
def require_offer(row: Quote) -> None:
    """Raise Refused where a quote that can be applied for may no longer be offered: the programme may not be sold."""
    if is_usable(row):
        sale.require(programme(), "quote", clock.today())


def history(scope: Scope) -> list[Quote]:
    """Return the member's quotes, newest first, without what is sealed in them."""
    return list(Quote.within(scope).defer("content").order_by("-made_at"))


def asked_of_agent(scope: Scope) -> list[Quote]:
    """Return the quotes that members asked the agent to explain, newest first."""
    rows = Quote.within(scope).filter(asked_agent_at__isnull=False).defer("content")
    return list(rows.order_by("-asked_agent_at"))


def usable(*, scope: Scope) -> list[Quote]:
    """Return the quotes that can be applied with today, newest first: quoted or approved, not expired."""
    rows = Quote.within(scope).filter(state__in=USABLE, expires_on__gte=clock.today())
    return list(rows.defer("content").order_by("-made_at"))


def one(*, scope: Scope, quote: UUID) -> Quote:
    """Return a quote of the scope. Raises Http404."""
    return get_or_404(Quote, scope, quote)


def is_usable(row: Quote) -> bool:
    """Return whether it can be applied with today."""
    return row.state in USABLE and not row.expired


def content(row: Quote | Decision) -> dict[str, Any]:
    """Return what a quote was frozen with: the request and steps as rated (``quote``), the choice, the plans beside it; or
    what was decided on it. Raises Altered when it is not what the hash is of.
    """
    stored = sealed.get_bytes(row, "content")
    if sha256(stored).hexdigest() != row.hash:
        raise Altered(str(row.pk))
    found: dict[str, Any] = json.loads(stored)
    return found


def decision(scope: Scope, row: Quote) -> tuple[Decision, dict[str, Any]] | None:
    """Return the underwriter's decision on a quote and its content, where there is one that stands."""
    if row.state not in (Quote.State.APPROVED, Quote.State.REFUSED):
        return None
    found = Decision.within(scope).filter(quote=row).first()
    return None if found is None else (found, content(found))


def standing(scope: Scope, row: Quote) -> dict[str, Any]:
    """Return the frozen quote that counts: as rated, or as an underwriter approved it."""
    decided = decision(scope, row)
    found: dict[str, Any] = (decided[1]["quote"] if decided else None) or content(row)["quote"]
    return found


def premium_for(row: Quote, months: int) -> int:
    """Return the quote's premium over so many months, rounded as rating rounds. Raises ValueError without a premium."""
    if row.annual_premium is None:
        raise ValueError("this quote has no premium")
    return rating.premium_for(row.annual_premium, months, programme(), row.on)


@transaction.atomic
def read(*, scope: Scope, quote: UUID) -> tuple[Quote, dict[str, Any]]:
    """Return a quote and what it was frozen with, and note in the log that it was read. Raises Http404."""
    row = one(scope=scope, quote=quote)
    _record("quote.read", row, scope.user)
    return row, content(row)


def _number(year: int) -> str:
    (number,) = numbers.take(f"quote.{year}")
    return f"Q{year}-{number:06}"


def _record(action: str, row: Quote, actor: UUID, **detail: audit.Value) -> None:
    audit.record(action=action, kind="quote", object_id=row.pk, actor=actor, organisation=row.tenant, detail=detail)
