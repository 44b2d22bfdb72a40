"""Letters to an applicant: returned with what is missing, declined with the reasons, accepted."""

from sonae.figures import Lang
from sonae.policy.inputs import Letter, Parties
from sonae.policy.paper import Block, Paper, Sheet
from sonae.policy.price import period_rows
from sonae.programmes import Programme


def letter(programme: Programme, parties: Parties, found: Letter, lang: Lang) -> Paper:
    """Return a letter as a paper. Raises ValueError for a return or refusal that does not say why."""
    if found.kind != "accepted" and not found.points:
        raise ValueError("a letter of return or refusal says why")
    sheet = Sheet(programme, parties, lang)
    kind = f"letter_{found.kind}"
    blocks = [
        sheet.text(sheet.w(f"{kind}.lead")),
        sheet.facts([(sheet.w("letter.application"), found.application), *_cover(sheet, found)]),
        *_points(sheet, found, kind),
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


def _cover(sheet: Sheet, found: Letter) -> list[tuple[str, str]]:
    rows = period_rows(sheet, found.period) if found.period else []
    if found.premium is not None:
        rows.append((sheet.w("premium"), sheet.yen(found.premium)))
    return rows


def _points(sheet: Sheet, found: Letter, kind: str) -> list[Block]:
    return [sheet.title(sheet.w(f"{kind}.points_title")), sheet.points(found.points)] if found.points else []


def _next(sheet: Sheet, found: Letter, kind: str) -> list[Block]:
    """Return what the applicant can do now, and until when."""
    blocks = [sheet.title(sheet.w(f"{kind}.next_title")), sheet.text(sheet.w(f"{kind}.next"))]
    if found.answer_by is not None:
        blocks.append(sheet.notice(sheet.w("letter.answer_by", day=sheet.day(found.answer_by))))
    return blocks
