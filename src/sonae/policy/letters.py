"""Letters to an applicant: returned with what is missing, declined with the reasons."""

from sonae.figures import Lang
from sonae.policy.inputs import Letter, Parties
from sonae.policy.paper import Block, Paper, Sheet
from sonae.programmes import Programme


def letter(programme: Programme, parties: Parties, found: Letter, lang: Lang) -> Paper:
    """Return a letter as a paper. Raises ValueError for one that does not say why."""
    if not found.points:
        raise ValueError("a letter of return or refusal says why")
    sheet = Sheet(programme, parties, lang)
    kind = f"letter_{found.kind}"
    blocks = [
        sheet.text(sheet.w(f"{kind}.lead")),
        sheet.facts([(sheet.w("letter.application"), found.application)]),
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
    if found.answer_by is not None:
        blocks.append(sheet.notice(sheet.w("letter.answer_by", day=sheet.day(found.answer_by))))
    return blocks
