"""Referred quotes: an underwriter of the federation decides with a reason; beyond one's authority a second one confirms.

Who decides is locked on the quote's row: of two at once the second is told. Nobody decides on an organisation it belongs
to. A decision is frozen with the quote as rated with its loading; one that waits for confirmation is confirmed by its hash,
so that any change voids it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from sonae.problems import Problem
from sonae.programmes import canonical, sale
from sonae.rating import Request, factor_text, named, rate, tariff
from sonae.rating.authority import beyond
from sonae_web.accounts.models import Organisation, Role
from sonae_web.declarations import services as declarations
from sonae_web.declarations.models import SignedDeclaration
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, get_or_404
from sonae_web.quotes import letters
from sonae_web.quotes.models import Decision, Quote
from sonae_web.quotes.services import content

OPEN = (Quote.State.WAITING, Quote.State.CONFIRMING)
DECIDED = (Quote.State.APPROVED, Quote.State.REFUSED)
MOST_CONDITIONS = 10
MOST_TEXT = 1_000
MOST_LOADING = 10


class AlreadyDecided(Exception):  # noqa: N818 - a state
    """Somebody else decided meanwhile, or the proposal is not the one that was seen."""


class Expired(Exception):  # noqa: N818 - a state
    """Its last day is over: the member asks for a new quote."""


class OwnOrganisation(Exception):  # noqa: N818 - a refusal
    """Nobody decides on an organisation that it belongs to."""


class SamePerson(Exception):  # noqa: N818 - a refusal
    """Whoever proposed a decision does not confirm it."""


class NoFigure(Exception):  # noqa: N818 - a refusal
    """The tariff has no premium for this request, so it cannot be taken without one that the underwriter names."""


@dataclass(frozen=True)
class Judgement:
    """What an underwriter decides: whether it is taken, why, on which conditions, with which factor on the premium.

    ``annual_premium``: the one it names itself, in yen, where the tariff has no figure (and only there).
    """

    approved: bool
    reason: str
    conditions: tuple[str, ...] = ()
    loading: Fraction = Fraction(1)
    annual_premium: int | None = None


def queue(scope: Scope) -> list[Quote]:
    """Return the quotes that wait for a decision and are still good, the oldest first."""
    rows = Quote.within(scope).filter(state__in=OPEN, expires_on__gte=clock.today())
    return list(rows.defer("content").order_by("made_at"))


def decided(scope: Scope, most: int) -> list[Quote]:
    """Return the quotes decided last, newest first."""
    return list(Quote.within(scope).filter(state__in=DECIDED).defer("content").order_by("-decided__at")[:most])


@transaction.atomic
def read(*, scope: Scope, quote: UUID) -> tuple[Quote, dict[str, Any], Decision | None]:
    """Return a referred quote, what it was frozen with, and the decision on it; the reading is a row of the log.

    Raises Http404 for a quote that was never referred, as for one that is not there.
    """
    row = _referred(scope, quote)
    _record("referral.read", row, scope)
    return row, content(row), Decision.within(scope).filter(quote=row).first()


def one(*, scope: Scope, quote: UUID) -> Quote:
    """Return a referred quote. Raises Http404 as ``read``."""
    return _referred(scope, quote)


def needs_second(row: Quote, judgement: Judgement) -> tuple[Problem, ...]:
    """Return why a judgement needs a second underwriter; none where one may decide alone. A refusal never does."""
    if not judgement.approved:
        return ()
    request = replace(asked(row), loading=judgement.loading)
    return beyond(tariff(programme(), request.on), request, judgement.annual_premium)


def most_premium(row: Quote) -> int:
    """Return the year's premium in yen that is nonsense: what the insurer could pay for one occurrence."""
    request = asked(row)
    return request.liability_limit + request.cost_limit


@transaction.atomic
def decide(*, scope: Scope, quote: UUID, judgement: Judgement) -> Quote:
    """Decide on a waiting quote, or propose it to a second underwriter where it lies beyond the authority of one.

    Raises Http404, OwnOrganisation, AlreadyDecided, Expired, NoFigure (also for a premium named
    beside the tariff's), and ValueError for a judgement without a reason, with a loading that is no factor or a premium that
    cannot be; Refused for an approval where the programme may not be sold.
    """
    if judgement.approved:
        sale.require(programme(), "quote", clock.today())
    row = _locked(scope, quote, Quote.State.WAITING)
    if not 1 <= len(judgement.reason.strip()) <= MOST_TEXT or len(judgement.conditions) > MOST_CONDITIONS:
        raise ValueError("a judgement has a reason, and not too many conditions")
    if not 0 < judgement.loading <= MOST_LOADING:
        raise ValueError("a loading is a factor above 0 and at most 10")
    seconds = needs_second(row, judgement)
    rated = _rated(row, judgement)
    body = canonical(
        {
            "quote_hash": row.hash,
            "outcome": Decision.Outcome.APPROVED if judgement.approved else Decision.Outcome.REFUSED,
            "reason": judgement.reason.strip(),
            "conditions": [each.strip() for each in judgement.conditions if each.strip()],
            "loading": factor_text(judgement.loading),
            "annual_premium": judgement.annual_premium,
            "quote": rated,
        }
    )
    decision = Decision(
        tenant=row.tenant, quote=row, by=scope.user, at=clock.now(), hash=sha256(body).hexdigest(),
        outcome=Decision.Outcome.APPROVED if judgement.approved else Decision.Outcome.REFUSED,
    )  # fmt: skip
    sealed.put_bytes(decision, "content", body)
    decision.save(force_insert=True)
    if seconds:
        row.state = Quote.State.CONFIRMING
        row.save(update_fields=["state"])
        letters.tell_underwriters(row, "referral_proposed", but=scope.user)
        _record("referral.proposed", row, scope, decision=decision.pk)
    else:
        _settle(row, decision, scope)
    return row


@transaction.atomic
def confirm(*, scope: Scope, quote: UUID, seen: str) -> Quote:
    """Confirm the proposed decision whose hash was seen.

    Raises Http404, OwnOrganisation, SamePerson, AlreadyDecided, Expired.
    """
    row, decision = _proposed(scope, quote, seen)
    if decision.by == scope.user:
        raise SamePerson
    decision.confirmed_by, decision.confirmed_at = scope.user, clock.now()
    decision.save(update_fields=["confirmed_by", "confirmed_at"])
    _settle(row, decision, scope)
    return row


@transaction.atomic
def send_back(*, scope: Scope, quote: UUID, seen: str) -> Quote:
    """Take a proposed decision away, so that it is decided anew. Raises as ``confirm``, but the proposer may do it."""
    row, decision = _proposed(scope, quote, seen)
    decision.delete()
    row.state = Quote.State.WAITING
    row.save(update_fields=["state"])
    _record("referral.sent_back", row, scope)
    return row


def asked(row: Quote) -> Request:
    """Return the request that a quote was rated on."""
    stored = content(row)["quote"]["request"]
    return Request(
        on=date.fromisoformat(stored["on"]),
        industry=content(row)["industry"],
        annual_sales=stored["annual_sales"],
        **stored["plan"],
        grade=stored.get("grade"),
        declaration_signed=stored["declaration_signed"],
        certifications=tuple(stored["certifications"]),
        persons_held=stored.get("persons_held"),
        known_incident=stored["known_incident"],
        recent_claims=stored["recent_claims"],
        kinds=tuple(stored["kinds"]),
        months=stored["months"],
    )


def belongs(user: UUID, tenant: UUID) -> bool:
    """Return whether a person holds a role in an organisation or in the association above it."""
    above = Organisation.objects.filter(pk=tenant).values_list("parent", flat=True)
    return Role.objects.filter(user=user, organisation__in=[tenant, *above]).exists()


def _rated(row: Quote, judgement: Judgement) -> dict[str, Any] | None:
    """Return the quote as rated with the loading or at the premium named, frozen; None for a refusal. Raises NoFigure."""
    if not judgement.approved:
        return None
    if row.fingerprint != programme().fingerprint and _plain_differs(row):
        raise AlreadyDecided  # the tariff changed since: the member asks for a new quote
    if (row.annual_premium is None) is (judgement.annual_premium is None):
        raise NoFigure
    if judgement.annual_premium is not None:
        if judgement.annual_premium >= most_premium(row):
            raise ValueError("a premium is below what it insures")
        return named(programme(), asked(row), judgement.annual_premium).frozen()
    return rate(programme(), replace(asked(row), loading=judgement.loading)).frozen()


def _plain_differs(row: Quote) -> bool:
    """Whether the tariff of today gives another premium for what was asked than the quote has."""
    return rate(programme(), asked(row)).annual_premium != row.annual_premium


def _settle(row: Quote, decision: Decision, scope: Scope) -> None:
    body = content(decision)
    row.state = Quote.State.APPROVED if body["quote"] else Quote.State.REFUSED
    if body["quote"]:
        row.annual_premium, row.premium = body["quote"]["annual_premium"], body["quote"]["premium"]
    row.save(update_fields=["state", "annual_premium", "premium"])
    letters.tell_member(row, _mail(body))
    _record("referral.decided", row, scope, decision=decision.pk, outcome=decision.outcome)


def declaration(*, scope: Scope, quote: UUID) -> SignedDeclaration:
    """Return the signed declaration that a referred quote rests on. Raises Http404 where there is none."""
    row = _referred(scope, quote)
    number = content(row)["declaration"]
    signed = declarations.of_number(scope=scope, number=number, before=row.made_at) if number else None
    if signed is None:
        raise Http404("no declaration")
    return signed


def _mail(body: dict[str, Any]) -> str:
    """Return which mail tells the member of a decision."""
    if not body["quote"]:
        return "quote_refused"
    changed = body["conditions"] or Fraction(body["loading"]) != 1 or body.get("annual_premium") is not None
    return "quote_approved_on_terms" if changed else "quote_approved"


def _referred(scope: Scope, quote: UUID) -> Quote:
    row = get_or_404(Quote, scope, quote)
    if not row.referred:
        raise Http404("not referred")
    return row


def _locked(scope: Scope, quote: UUID, *states: str) -> Quote:
    _referred(scope, quote)
    row = Quote.within(scope).select_for_update().get(pk=quote)
    if belongs(scope.user, row.tenant):
        raise OwnOrganisation
    if row.state not in states:
        raise AlreadyDecided
    if row.expired:
        raise Expired
    return row


def _proposed(scope: Scope, quote: UUID, seen: str) -> tuple[Quote, Decision]:
    row = _locked(scope, quote, Quote.State.CONFIRMING)
    decision = Decision.within(scope).get(quote=row)
    if decision.hash != seen:
        raise AlreadyDecided
    return row, decision


def _record(action: str, row: Quote, scope: Scope, **detail: audit.Value) -> None:
    audit.record(
        action=action, kind="quote", object_id=row.pk, actor=scope.user, organisation=row.tenant, detail=detail
    )


def conditions(texts: Sequence[str]) -> tuple[str, ...]:
    """Return conditions as typed, one a line, without empty lines."""
    return tuple(line.strip() for text in texts for line in text.splitlines() if line.strip())
