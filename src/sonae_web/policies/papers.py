"""The papers of an accepted application, and letters of return and refusal: made once from what was frozen, then issued."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from sonae import policy
from sonae.figures import LANGS, Lang
from sonae.programmes import Programme
from sonae_web.accounts.letters import link
from sonae_web.ground import clock, documents
from sonae_web.ground.jobs import job
from sonae_web.ground.models import Document
from sonae_web.ground.scope import Scope, unscoped
from sonae_web.policies import covers, records, remarks
from sonae_web.policies.models import Application, Cover, Remark

LETTERS = {"return": "returned", "decline": "declined"}


# --- of a cover
@job()
def issue(cover: UUID) -> None:
    """Make and issue every paper of a cover, those that are there already left as they are.

    Whether the programme may be sold is asked when the cover is accepted and not here: who was accepted is insured and gets
    its certificate, even where the programme has lost its insurers' data, its agent or its approval since. Everything that
    it says is what was frozen at acceptance.
    """
    with unscoped("cover.papers"):
        row = Cover.objects.get(pk=cover)
        for lang in LANGS:
            for kind in PAPERS:
                _issue(row, kind, lang)


def read(*, scope: Scope, cover: Cover, kind: str, lang: Lang) -> bytes:
    """Return a paper of a cover as PDF, issued now where the job has not come to it yet. The log says who read it."""
    row = _issued(cover.pk, kind, lang)
    if row is None:
        with unscoped("cover.papers"):
            row = _issue(Cover.objects.get(pk=cover.pk), kind, lang)
    return documents.read(scope, row.pk)


def _issue(cover: Cover, kind: str, lang: Lang) -> Document:
    issued = _issued(cover.pk, kind, lang)
    if issued is not None:
        return issued
    return _keep(PAPERS[kind](cover, lang), cover.tenant, cover.pk)


def _issued(subject: UUID, kind: str, lang: Lang) -> Document | None:
    with unscoped("cover.papers"):
        return Document.objects.filter(subject=subject, kind=kind, lang=lang).only("pk").first()


def _keep(paper: policy.Paper, tenant: UUID, subject: UUID) -> Document:
    pdf = paper.pdf()  # before the transaction: it takes a while
    with transaction.atomic():
        return documents.issue(
            tenant=tenant, kind=paper.kind, subject=subject, lang=paper.lang, number=paper.number, made_on=paper.on,
            data=paper.data, pdf=pdf,
        )  # fmt: skip


def _certificate(cover: Cover, lang: Lang) -> policy.Paper:
    content = covers.content(cover)
    found = policy.Certificate(
        number=cover.number, master_policy=cover.master, issued_on=clock.date_of(cover.accepted_at), insured=cover.insured,
        association=content["association"], terms=_terms(cover, content), period=period(cover),
        first_cover_on=cover.first_cover_on, premium=cover.premium, verify=link(reverse("verify", args=[content["token"]])),
    )  # fmt: skip
    return policy.certificate(*_behind(content, lang), found, lang)


def _application(cover: Cover, lang: Lang) -> policy.Paper:
    content = covers.content(cover)
    row, sent = Application.objects.get(pk=cover.application_id), content["application"]
    business, account, confirm, asked = (
        sent["business"],
        sent["account"],
        sent["confirm"],
        content["quote"]["quote"]["request"],
    )
    found = policy.Application(
        number=row.number or "", sent_at=_sent_at(row), insured=cover.insured, association=content["association"],
        corporate_number=business["number"], industry=asked["industry"], annual_sales=asked["annual_sales"],
        sales_are_planned=business["planned"], persons_held=business["persons_held"],
        terms=_terms(cover, content), period=period(cover), premium=cover.premium,
        account=policy.Account(
            bank=account["bank_name"] or account["bank"], branch=account["branch_name"] or account["branch"],
            kind=account["kind"], number=account["number"], holder_kana=account["holder"],
        ),
        explanation_version=confirm["version"], explanation_delivered=confirm["how"],
        confirmations=_confirmations(confirm, _sent_at(row)),
        signatory=policy.Signatory(business["signatory"], business["position"], business["authority"]),
        quote=content["quote_number"], declaration=content["declaration"],
    )  # fmt: skip
    return policy.application_copy(*_behind(content, lang), found, lang)


def _behind(content: Mapping[str, Any], lang: Lang) -> tuple[Programme, policy.Parties]:
    """Return programme and parties of a cover as they were at acceptance; of one accepted by an older release, as now."""
    programme = records.programme()
    if "parties" not in content:
        return programme, policy.parties(programme, lang)
    return replace(programme, status=content["status"]), policy.parties_of(content["parties"][lang])


def _terms(cover: Cover, content: Mapping[str, Any]) -> policy.Terms:
    """Return the terms of a cover as they were at acceptance; of one accepted by an older release, those of its plan."""
    frozen = content.get("terms")
    if frozen is None:
        return policy.terms_of(records.plan_of(cover.plan))
    return policy.Terms(**frozen | {"insurer_share": Fraction(frozen["insurer_share"])})


def _confirmations(confirm: dict[str, Any], sent_at: datetime) -> dict[policy.Confirmation, datetime]:
    given = {name: datetime.fromisoformat(at) for name, at in confirm["given"].items()}
    return {**given, "explanation": datetime.fromisoformat(confirm["at"]), "declaration": sent_at}


def _sent_at(row: Application) -> datetime:
    assert row.submitted_at is not None  # noqa: S101 - it was sent
    return row.submitted_at


PAPERS: dict[str, Callable[[Cover, Lang], policy.Paper]] = {"certificate": _certificate, "application": _application}
"""The papers of a cover, by the kind of document."""


# --- letters
@job()
def issue_letter(remark: UUID) -> None:
    """Make and issue the letter of a return or refusal in both languages, once."""
    with unscoped("application.letter"):
        row = Remark.objects.get(pk=remark)
        for lang in LANGS:
            _issue_letter(row, lang)


def read_letter(*, scope: Scope, remark: Remark, lang: Lang) -> bytes:
    """Return the letter of a return or refusal as PDF, issued now where the job has not come to it yet."""
    with unscoped("application.letter"):
        row = _issue_letter(Remark.objects.get(pk=remark.pk), lang)
    return documents.read(scope, row.pk)


def _issue_letter(remark: Remark, lang: Lang) -> Document:
    kind = LETTERS[remark.step]
    issued = _issued(remark.pk, f"letter_{kind}", lang)
    if issued is not None:
        return issued
    row, programme = Application.objects.get(pk=remark.application_id), records.programme()
    said = remarks.read(remark)
    found = policy.Letter(
        kind=kind, number=f"{row.number}-{clock.date_of(remark.made_at):%Y%m%d}", on=clock.date_of(remark.made_at), insured=row.insured,  # type: ignore[arg-type]  # one of the kinds of letter
        application=row.number or "", points=said.points,
        period=None if said.choice is None else policy.period_of(said.choice), answer=said.answer,
    )  # fmt: skip
    return _keep(policy.letter(programme, policy.parties(programme, lang), found, lang), row.tenant, remark.pk)


def period(row: Application | Cover) -> policy.Period:
    """Return the period of an application or cover, moments in Japan's time."""
    return policy.period_of(records.chosen(row))
