"""Letters to an applicant: returned with what is missing, declined with the reasons."""

from collections.abc import Callable
from datetime import date, datetime

from sonae.enrolment import Answer
from sonae.figures import Lang
from sonae.policy.inputs import Letter, Parties
from sonae.policy.paper import Block, Paper, Sheet
from sonae.policy.price import kind_row, period_row
from sonae.programmes import Programme, Words


def letter(programme: Programme, parties: Parties, found: Letter, lang: Lang) -> Paper:
    """Return a letter as a paper. Raises ValueError for one that does not say why."""
    if not found.points:
        raise ValueError("a letter of return or refusal says why")
    sheet = Sheet(programme, parties, lang)
    kind = f"letter_{found.kind}"
    facts = [(sheet.w("letter.application"), found.application)]
    if found.period is not None:  # applied for: neither covered nor debited yet
        facts += [kind_row(sheet, found.period), period_row(sheet, found.period, "letter.period")]
    blocks = [
        sheet.text(sheet.w(f"{kind}.lead")),
        sheet.facts(facts),
        sheet.title(sheet.w(f"{kind}.points_title")),
        sheet.points(found.points),
        *_next(sheet, found, kind),
        sheet.facts([(sheet.w("office"), sheet.office(parties.office))]),
        *(
            [sheet.facts([(sheet.w("complaints"), sheet.office(parties.complaints))])]
            if found.kind == "declined"
            else []
        ),
    ]
    return sheet.paper(
        kind,
        number=found.number,
        on=found.on,
        blocks=blocks,
        layout="letter",
        to=found.insured,
        greeting=sheet.w("letter.greeting"),
        closing=sheet.w("letter.closing"),
    )


def _next(sheet: Sheet, found: Letter, kind: str) -> list[Block]:
    """Return what the applicant can do now, and until when."""
    blocks = [sheet.title(sheet.w(f"{kind}.next_title")), sheet.text(sheet.w(f"{kind}.next"))]
    if found.kind == "returned" and found.period is not None:
        told = reply(sheet.words, found.period.cover_from, found.answer, sheet.day, sheet.contract_moment)
        blocks.append(sheet.notice(told))
    return blocks


def reply(
    words: Words,
    applied_for: datetime,
    answer: Answer | None,
    day: Callable[[date], str],
    moment: Callable[[datetime], str],
) -> str:
    """Return the sentence that says until when a returned application must come back complete, and for which start.

    ``applied_for`` is the start it was applied for; ``day`` and ``moment`` say a day and a start as the reader is told them.
    """
    if answer is None:
        return words("policy.letter.answer_none", start=moment(applied_for))
    word = "answer_by" if answer.kept else "answer_later"
    return words(f"policy.letter.{word}", start=moment(applied_for), by=day(answer.by), later=moment(answer.cover_from))
