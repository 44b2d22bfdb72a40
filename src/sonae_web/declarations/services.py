"""Declarations as others deal with them: signed by a member, laid before the office, read there, frozen at acceptance.

Lock order: declaration, then its number, then the log. Signing and freezing wait for one another at the declaration's row.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404

from sonae import declaration as rules
from sonae import policy
from sonae.figures import Lang
from sonae.policy import Signatory
from sonae.programmes import canonical, digest
from sonae_web.declarations import drafts
from sonae_web.declarations.drafts import Changed, NotThere
from sonae_web.declarations.models import READERS, Declaration, Laid, SignedDeclaration
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, documents, numbers, sealed
from sonae_web.ground.models import Document
from sonae_web.ground.scope import Scope

DOCUMENT = "declaration"
"""The kind of the document that a signed declaration is issued as."""
AUTHORITIES = ("representative", "delegated")
OFFICE = READERS - {"member"}
"""Who decides on applications."""
MOST_NAME = 100


class Incomplete(Exception):  # noqa: N818 - a state
    """The declaration cannot be signed: a section is not confirmed, or something asked is not stated."""


class NotSigned(Exception):  # noqa: N818 - a state
    """No signed declaration is laid before the office with this application."""


class Corrected(Exception):  # noqa: N818 - a state
    """The member signed a correction since the version that was seen: look at it and decide again."""


class Altered(Exception):  # noqa: N818 - a state of the data
    """What is stored is not what was signed. Says nothing of its content."""


@dataclass(frozen=True)
class Content:
    """What was signed, and by whom."""

    stated: rules.Declaration
    signatory: Signatory


# --- the member
def sign(*, scope: Scope, signatory: Signatory, seen: int) -> SignedDeclaration:
    """Sign the open declaration as it stands and return the new version; those before it are kept.

    ``seen``: the version of the draft that the signatory read. Raises NotThere (accepted meanwhile), Changed (somebody else
    changed it), Incomplete; ValueError for a signatory without name or position.
    """
    if not all(1 <= len(text) <= MOST_NAME for text in (signatory.name, signatory.position)):
        raise ValueError("a signatory has a name and a position")
    with transaction.atomic():
        found = drafts.locked(scope)
        if found.draft.version != seen:
            raise Changed
        if found.next_open is not None:
            raise Incomplete
        row, on = found.row, clock.today()
        content = canonical(
            {
                "stated": found.stated.plain(),
                "signatory": {
                    "name": signatory.name,
                    "position": signatory.position,
                    "authority": signatory.authority,
                },
            }
        )
        version = row.versions + 1
        first = SignedDeclaration.objects.filter(declaration=row).order_by("version").first()
        (serial,) = numbers.take(f"declaration.{row.year}") if first is None else (0,)
        signed = SignedDeclaration(
            tenant=row.tenant, declaration=row, version=version, on=on,
            number=f"D-{row.year}-{serial:06}" if first is None else first.number,
            grade=rules.credit(programme(), found.stated, on).grade or "",
            signed_at=clock.now(), signed_by=scope.user, hash=digest(json.loads(content)),
        )  # fmt: skip
        sealed.put_bytes(signed, "content", content)
        signed.save(force_insert=True)
        row.versions = version
        row.save(update_fields=["versions"])
        draft = found.draft
        draft.version += 1  # whoever signs at the same moment has not seen this
        draft.signed = draft.version
        draft.save(update_fields=["version", "signed"])
        _record(scope, signed, "declaration.signed")
        return signed


def signed(*, scope: Scope) -> SignedDeclaration | None:
    """Return the newest signed version of the member's open declaration, or None."""
    row = Declaration.within(scope).filter(frozen_at=None).first()
    return None if row is None else _newest(scope, row)


def versions(scope: Scope) -> list[SignedDeclaration]:
    """Return every version that the member ever signed, newest first, without what is sealed in them."""
    return list(SignedDeclaration.within(scope).defer("content").order_by("-signed_at", "-version"))


def lay_before(*, scope: Scope, signed: SignedDeclaration, application: UUID) -> None:
    """Lay the member's declaration before the office with an application: from now on the office can read it.

    It may stand behind several. A correction signed later is laid before it in its place. Raises NotThere for one that is
    frozen, Corrected when a newer version was signed than this.
    """
    with transaction.atomic():
        row = Declaration.within(scope).filter(pk=signed.declaration_id, frozen_at=None).select_for_update().first()
        if row is None:
            raise NotThere
        if row.versions != signed.version:
            raise Corrected
        laid = Laid.within(scope).filter(application=application).select_for_update().first()
        if laid is not None and (laid.accepted or laid.declaration_id == row.pk):
            return
        laid = laid or Laid(tenant=row.tenant, application=application)
        laid.declaration = row
        laid.save()
        _record(scope, signed, "declaration.laid_before", application=application)


def is_before(*, scope: Scope, declaration: UUID) -> bool:
    """Return whether the office has a declaration before it, with whichever application."""
    return Laid.within(scope).filter(declaration_id=declaration).exists()


def release(*, scope: Scope, application: UUID) -> None:
    """Take a declaration back from the office: its application was withdrawn or declined. What was accepted stays."""
    with transaction.atomic():
        laid = Laid.within(scope).filter(application=application, accepted=False).select_for_update().first()
        if laid is not None:
            laid.delete()
            audit.record(
                action="declaration.released", kind="declaration", object_id=laid.declaration_id, actor=scope.user,
                organisation=laid.tenant, detail={"application": application},
            )  # fmt: skip


# --- the office
def of_application(*, scope: Scope, application: UUID) -> SignedDeclaration | None:
    """Return the version that counts for an application: the frozen one, else the newest that was signed; None for none."""
    laid = Laid.within(scope).filter(application=application).first()
    return None if laid is None else _newest(scope, Declaration.within(scope).get(pk=laid.declaration_id))


def of_number(*, scope: Scope, number: str, before: datetime) -> SignedDeclaration | None:
    """Return the newest version of a declaration, by its number, that was signed by a moment: what a quote rests on."""
    return SignedDeclaration.within(scope).filter(number=number, signed_at__lte=before).order_by("-version").first()


def freeze(*, scope: Scope, application: UUID, version: int) -> SignedDeclaration:
    """Freeze the declaration of an application that is accepted, and return the version that counts from now on.

    Frozen already with another application, it stays as it is. Call it in the transaction of the acceptance; ``version`` is
    the one that was looked at. Done twice, it is done once. Raises NotSigned, and Corrected when the member signed another
    version meanwhile; ValueError for a scope that accepts nothing.
    """
    if scope.role not in OFFICE:
        raise ValueError(f"a {scope.role} accepts no application")
    with transaction.atomic():
        laid = Laid.within(scope).filter(application=application).first()
        if laid is None:
            raise NotSigned
        row = Declaration.within(scope).select_for_update().get(pk=laid.declaration_id)
        newest = _newest(scope, row)
        if newest is None:
            raise NotSigned
        if newest.version != version:
            raise Corrected
        if row.frozen_at is None:
            row.frozen_at, row.frozen_version = clock.now(), version
            row.save(update_fields=["frozen_at", "frozen_version"])
        if not laid.accepted:
            laid.accepted = True
            laid.save(update_fields=["accepted"])
            _record(scope, newest, "declaration.frozen", application=application)
        return newest


# --- what was signed
def content(signed: SignedDeclaration) -> Content:
    """Return what was signed. Raises Altered when it is not what the hash is of, Sealed for bytes that do not open."""
    plain = json.loads(sealed.get_bytes(signed, "content"))
    if digest(plain) != signed.hash:
        raise Altered(str(signed.pk))
    return Content(rules.read(programme(), plain["stated"]), Signatory(**plain["signatory"]))


def credit(signed: SignedDeclaration) -> rules.Credit:
    """Return what a signed declaration gives to the rating, as of the day on which it was signed."""
    return rules.credit(programme(), content(signed).stated, signed.on)


def read(*, scope: Scope, signed: SignedDeclaration) -> Content:
    """Return what was signed, and note in the log who read it."""
    with transaction.atomic():
        _record(scope, signed, "declaration.read")
        return content(signed)


def paper(*, scope: Scope, signed: SignedDeclaration, lang: Lang) -> bytes:
    """Return a signed version as PDF: made and issued when it is first asked for, the same bytes ever after.

    The log says who read it.
    """
    kept = Document.within(scope).filter(kind=DOCUMENT, subject=signed.pk, lang=lang).only("pk").first()
    if kept is not None:
        return documents.read(scope, kept.pk)
    made = _paper(signed, lang)
    pdf = made.pdf()  # before the transaction: it takes a while
    if scope.role != "member":  # an office only looks: the paper is the member's to have issued
        with transaction.atomic():
            _record(scope, signed, "declaration.read")
        return pdf
    with transaction.atomic():
        issued = documents.issue(
            tenant=signed.tenant, kind=DOCUMENT, subject=signed.pk, lang=lang, number=signed.number,
            made_on=made.on, data=dict(made.data), pdf=pdf,
        )  # fmt: skip
    return documents.read(scope, issued.pk)


def of_member(scope: Scope, pk: UUID) -> SignedDeclaration:
    """Return a version of the scope by id. Raises Http404."""
    found = SignedDeclaration.within(scope).filter(pk=pk).first()
    if found is None:
        raise Http404("not found")
    return found


def _paper(signed: SignedDeclaration, lang: Lang) -> policy.Paper:
    found = content(signed)
    return policy.declaration(
        programme(),
        policy.parties(programme(), lang),
        policy.Signed(
            number=signed.number,
            version=signed.version,
            declaration=found.stated,
            signatory=found.signatory,
            signed_at=signed.signed_at,
            on=signed.on,
            hash=signed.hash,
            credit=rules.credit(programme(), found.stated, signed.on),
        ),
        lang,
    )


def _newest(scope: Scope, row: Declaration) -> SignedDeclaration | None:
    return SignedDeclaration.within(scope).filter(declaration_id=row.pk, version=row.versions).first()


def _record(scope: Scope, signed: SignedDeclaration, action: str, **detail: Any) -> None:
    audit.record(
        action=action, kind="declaration", object_id=signed.declaration_id, actor=scope.user,
        organisation=signed.tenant, detail={"version": signed.version, **detail},
    )  # fmt: skip
