"""Results: a checklist handed in once, diagnosed, frozen with the report that came of it."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from sonae import __version__
from sonae.checklist import load_edition
from sonae.figures import LANGS, Lang, decimal
from sonae.loss.result import to_yen
from sonae.papers import render
from sonae.programmes.canonical import canonical
from sonae.report import Diagnosis, build, diagnose
from sonae_web.diagnosis import checklists, progress
from sonae_web.diagnosis.models import Result
from sonae_web.diagnosis.services import programme
from sonae_web.ground import audit, clock, documents, sealed
from sonae_web.ground.asked import AskedWithin
from sonae_web.ground.models import Document
from sonae_web.ground.scope import Scope

REPORT = "risk_report"
"""The kind of the document that a result's report is."""


@dataclass(frozen=True)
class Frozen:
    """A result as it was frozen: its row, its record, and the report's data by language."""

    row: Result
    content: Mapping[str, Any]

    @property
    def record(self) -> Mapping[str, Any]:
        """Inputs and results without words."""
        record: Mapping[str, Any] = self.content["record"]
        return record

    def report(self, lang: Lang) -> dict[str, Any]:
        """Return the report's data in a language."""
        report: dict[str, Any] = self.content["report"][lang]
        return report

    @cached_property
    def areas(self) -> Mapping[str, Mapping[str, Any]]:
        """Score and grade by area, in the edition's order."""
        areas: Mapping[str, Mapping[str, Any]] = json.loads(bytes(self.row.areas))
        return {area: areas[area] for area in load_edition(programme(), self.row.edition).areas}


def hand_in(*, scope: Scope) -> Result:
    """Hand in the member's open checklist and return its result.

    Sent twice, the second finds the result of the first. Raises NotThere when nothing was ever begun, Incomplete when the
    facts are missing or no question is answered, Refused when the programme has no values for today.
    """
    with transaction.atomic():
        try:
            sheet = checklists.locked(scope)
        except checklists.NotThere:
            first = latest(scope)
            if first is None:
                raise
            return first
        if not sheet.answered:
            raise checklists.Incomplete
        found = diagnose(sheet.answers(), clock.today())
        now = clock.now()
        row = made(found, tenant=scope.organisation, year=sheet.row.year, at=now, by=scope.user)
        row.checklist = sheet.row
        row.save(force_insert=True)
        sheet.row.handed_in_at = now
        sheet.row.save(update_fields=["handed_in_at"])
        progress.done(scope=scope, year=row.year)
        _record(scope, row, "checklist.handed_in")
    return row


def made(found: Diagnosis, *, tenant: UUID, year: int, at: datetime, by: UUID, pk: UUID | None = None) -> Result:
    """Return a diagnosis as the row that freezes it, not saved yet and of no checklist."""
    row = Result(
        pk=pk or uuid4(), tenant=tenant, edition=found.answers.edition.id, year=year, on=found.on, made_at=at, made_by=by,
        number=found.number, release=__version__, fingerprint=found.answers.programme.fingerprint,
        grade=found.score.grade or "", score=found.score.score,
        areas=canonical({each.area: {"score": each.score, "grade": each.grade} for each in found.score.areas}),
    )  # fmt: skip
    frozen = {
        "record": found.record,
        "report": {lang: build(found, lang) for lang in LANGS},
    }
    sealed.put_bytes(row, "content", zlib.compress(canonical(frozen)))
    sealed.put(row, "actions", _actions(found))
    return row


def latest(scope: Scope) -> Result | None:
    """Return the member's newest result, its content not read yet, or None."""
    return Result.within(scope).defer("content").order_by("-made_at").first()


_history = AskedWithin(Result, lambda rows: rows.defer("content", "actions").order_by("-made_at"))


def history(scope: Scope) -> list[Result]:
    """Return the member's results, newest first, without what is sealed in them."""
    return _history(scope)


def before(made: Sequence[Result], row: Result) -> Result | None:
    """Return what a result is compared with, of all the member's, newest first: the last of an earlier year, else the one before."""
    earlier = [each for each in made if each.made_at < row.made_at]
    return next((each for each in earlier if each.year < row.year), earlier[0] if earlier else None)


def content(row: Result) -> dict[str, Any]:
    """Return what a result was frozen with: record, actions, report by language."""
    found: dict[str, Any] = json.loads(zlib.decompress(sealed.get_bytes(row, "content")))
    return found


def actions(row: Result) -> list[dict[str, Any]]:
    """Return what a result says is to be done, most pressing first."""
    found: list[dict[str, Any]] = sealed.get(row, "actions") if row.actions else content(row)["actions"]
    return found


@transaction.atomic
def read(*, scope: Scope, row: Result, token: UUID | None = None) -> Frozen:
    """Return what was frozen, and note in the log that it was read, through which token of the API if through one."""
    _record(scope, row, "result.read", {"token": token} if token else None)
    return Frozen(row, content(row))


def paper(*, scope: Scope, row: Result, lang: Lang, token: UUID | None = None) -> bytes:
    """Return the risk report of a result as PDF. It is made and issued when it is first asked for, the same bytes ever after.

    The log says who read it, and through which token of the API if through one.
    """
    issued = Document.within(scope).filter(kind=REPORT, subject=row.pk, lang=lang).only("pk").first()
    if issued is None:
        data = content(row)["report"][lang]
        pdf = render("report", data, row.on)  # before the transaction: it takes a while
        with transaction.atomic():
            issued = documents.issue(
                tenant=row.tenant, kind=REPORT, subject=row.pk, lang=lang, number=row.number, made_on=row.on,
                data=data, pdf=pdf, fingerprint=row.fingerprint,
            )  # fmt: skip
    return documents.read(scope, issued.pk, token=token)


def _actions(found: Diagnosis) -> list[dict[str, Any]]:
    """Return what to do, most pressing first: yen saved a year, hours of work, yen of outlay."""
    return [
        {
            "question": action.question.id,
            "urgent": action.urgent,
            "saves": to_yen(found.savings[action.question.id]) if action.question.id in found.savings else None,
            "hours": decimal(action.effort.hours, 2),
            "yen": action.effort.yen,
        }
        for action in found.actions
    ]


def _record(scope: Scope, row: Result, action: str, detail: Mapping[str, UUID] | None = None) -> None:
    audit.record(
        action=action, kind="result", object_id=row.pk, actor=scope.user, organisation=row.tenant, detail=detail
    )
