"""The quote as a paper: made from what was frozen when it is first asked for, the same bytes ever after."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from sonae import policy
from sonae.enrolment import Choice
from sonae.figures import Lang
from sonae.programmes import sale
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock, documents
from sonae_web.ground.models import Document
from sonae_web.ground.scope import Scope
from sonae_web.quotes import services, shown
from sonae_web.quotes.models import Quote

KIND, KIND_DECIDED = "quote", "quote_decided"
"""What the tariff said, and what the underwriter made of it: two papers about one quote."""


def period(content: Mapping[str, Any]) -> Choice:
    """Return the cover that a frozen quote is for."""
    stored = content["choice"]
    moments = {name: datetime.fromisoformat(stored[name]) for name in ("cover_from", "cover_to")}
    return Choice(
        stored["kind"],
        stored["year"],
        **moments,
        months=stored["months"],
        debit_on=date.fromisoformat(stored["debit_on"]),
    )


def paper(*, scope: Scope, row: Quote, lang: Lang) -> bytes:
    """Return a quote as PDF and write into the log who read it.

    Raises Refused where it is not issued yet and the programme may not be sold.
    """
    kind = KIND if services.decision(scope, row) is None else KIND_DECIDED
    issued = Document.within(scope).filter(kind=kind, subject=row.pk, lang=lang).only("pk").first()
    if issued is None:
        sale.require(programme(), "quote", clock.today())
        made = _made(scope, row, lang)
        pdf = made.pdf()
        with transaction.atomic():
            issued = documents.issue(
                tenant=row.tenant, kind=kind, subject=row.pk, lang=lang, number=row.number, made_on=row.on,
                data=made.data, pdf=pdf, fingerprint=row.fingerprint,
            )  # fmt: skip
    return documents.read(scope, issued.pk)


def _made(scope: Scope, row: Quote, lang: Lang) -> policy.Paper:
    found, content = programme(), services.content(row)
    words = found.words(lang)
    decided = services.decision(scope, row)
    body = decided[1] if decided else None
    plan = next(each for each in found.plans if each.id == row.plan)
    told = shown.reasons(content["quote"], lang)
    quote = policy.Quote(
        number=row.number,
        on=row.on,
        insured=content["insured"],
        industry=content["industry"],
        annual_sales=content["quote"]["request"]["annual_sales"],
        terms=policy.terms_of(plan),
        period=policy.period_of(period(content)),
        decision=_DECISION[row.state],
        steps=tuple(_step(each) for each in shown.steps(services.standing(scope, row), words)),
        annual_premium=row.annual_premium,
        premium=row.premium,
        expires_on=row.expires_on,
        reasons=(body["reason"],) if body and not body["quote"] else tuple(each["found"] for each in told),
        conditions=tuple(body["conditions"]) if body else (),
    )
    return policy.quote(found, policy.parties(found, lang), quote, lang)


_DECISION: Mapping[str, Any] = {
    Quote.State.QUOTED: "quoted",
    Quote.State.APPROVED: "quoted",
    Quote.State.WAITING: "referred",
    Quote.State.CONFIRMING: "referred",
    Quote.State.REFUSED: "declined",
    Quote.State.DECLINED: "declined",
}


def _step(step: Mapping[str, Any]) -> policy.Step:
    return policy.Step(step["name"], step["factor"], step["amount"], step["basis_name"])
