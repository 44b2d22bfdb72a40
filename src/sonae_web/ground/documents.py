"""Issued documents: made once, frozen, encrypted with the data they were made from; every reading is a row of the log.

What was issued stays as it is: a correction is another document, about another subject.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db import transaction

from sonae import __version__
from sonae.figures import LANGS, Lang
from sonae.programmes import canonical, load
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.models import Document
from sonae_web.ground.scope import Scope, get_or_404, reach


class Altered(Exception):  # noqa: N818 - a state of the data, not an error of the program
    """A document whose content is not what was issued. Says nothing of its content."""


@transaction.atomic
def issue(
    *,
    tenant: uuid.UUID,
    kind: str,
    subject: uuid.UUID,
    lang: Lang,
    number: str,
    made_on: date,
    data: Mapping[str, Any],
    pdf: bytes,
    fingerprint: str = "",
) -> Document:
    """Keep a document and return it; if this kind was issued on this subject in this language, return that one instead.

    ``kind`` is a code word, ``data`` plain (no floats), ``fingerprint`` that of the programme (default: the site's, as it
    stands). Call it in a declared scope, in the transaction that makes the subject. Raises ValueError for a PDF that is
    none, another language, and a subject that another tenant's document is about.
    """
    if not pdf.startswith(b"%PDF-") or lang not in LANGS:
        raise ValueError("not a PDF, or not in ja or en")
    content = canonical(dict(data))
    row = Document(
        tenant=tenant, kind=kind, subject=subject, lang=lang, number=number, made_on=made_on, issued_at=clock.now(),
        release=__version__, fingerprint=fingerprint or load(settings.PROGRAMME).fingerprint,
        size=len(pdf), pdf_hash=_hash(pdf), data_hash=_hash(content),
    )  # fmt: skip
    sealed.put_bytes(row, "pdf", pdf)
    sealed.put_bytes(row, "data", content)
    Document.objects.bulk_create([row], ignore_conflicts=True)  # who comes second waits for the first
    kept = Document.objects.filter(tenant=tenant, kind=kind, subject=subject, lang=lang).first()
    if kept is None:
        raise ValueError(f"{subject} has such a document of another tenant")
    if kept.pk == row.pk:
        _tell("document.issue", kept)
    return kept


def read(scope: Scope, pk: uuid.UUID | str, *, token: uuid.UUID | None = None) -> bytes:
    """Return the PDF of a document in the scope and write into the log who read it, and through which token if through one.

    Raises Http404 for one that is not there or another's, Altered, and Sealed without its key.
    """
    return _read(scope, pk, "pdf", token)


def read_data(scope: Scope, pk: uuid.UUID | str) -> Any:
    """Return the data of a document in the scope, as ``read`` does the PDF."""
    return json.loads(_read(scope, pk, "data"))


@transaction.atomic
def _read(scope: Scope, pk: uuid.UUID | str, column: str, token: uuid.UUID | None = None) -> bytes:
    row = get_or_404(Document, scope, pk)
    content = sealed.get_bytes(row, column)
    if _hash(content) != getattr(row, f"{column}_hash"):
        raise Altered(f"{row.pk}: {column}")
    _tell(f"document.read_{column}", row, scope, {"token": token} if token else {})
    return content


def _tell(
    action: str, row: Document, scope: Scope | None = None, detail: Mapping[str, audit.Value] = MappingProxyType({})
) -> None:
    here = scope or reach()
    audit.record(
        action=action,
        kind="document",
        object_id=row.pk,
        actor=here.user if isinstance(here, Scope) else None,
        organisation=row.tenant,
        detail={"kind": row.kind, "subject": row.subject, "lang": row.lang, **detail},
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
