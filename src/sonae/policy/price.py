"""The quote (見積書): what was asked, the price with every step, or why there is none yet."""

from sonae.figures import Lang
from sonae.policy.inputs import Parties, Period, Quote
from sonae.policy.paper import Block, Paper, Sheet
from sonae.programmes import Programme


def quote(programme: Programme, parties: Parties, found: Quote, lang: Lang) -> Paper:
    """Return the quote as a paper."""
    sheet = Sheet(programme, parties, lang)
    blocks = [*_verdict(sheet, found), *_asked(sheet, found)]
    if found.steps and found.decision == "quoted":
        blocks += _steps(sheet, found)
    blocks += [sheet.title(sheet.w("insurers_title")), *sheet.insurers()]
    blocks += [
        sheet.title(sheet.w("quote.next_title")),
        sheet.points([sheet.w(f"quote.next_{number}") for number in (1, 2, 3)]),
        sheet.facts([(sheet.w("office"), sheet.office(parties.office))]),
    ]
    return sheet.paper("quote", number=found.number, on=found.on, blocks=blocks, to=found.insured)


def period_rows(sheet: Sheet, period: Period) -> list[tuple[str, str]]:
    """Return the period of cover and the day of the debit as rows."""
    return [kind_row(sheet, period), period_row(sheet, period), (sheet.w("debit_on"), sheet.day(period.debit_on))]


def kind_row(sheet: Sheet, period: Period) -> tuple[str, str]:
    """Return whether it is normal or mid-term cover, as a row."""
    return sheet.w("kind"), sheet.w(f"kind_{period.kind}")


def period_row(sheet: Sheet, period: Period, name: str = "period") -> tuple[str, str]:
    """Return a period of cover as a row, under the word ``name``."""
    first, last = (sheet.contract_moment(each) for each in (period.cover_from, period.cover_to))
    return sheet.w(name), sheet.w("period_text", first=first, last=last, months=period.months)


def _verdict(sheet: Sheet, found: Quote) -> list[Block]:
    """Return what came of it: a premium in large figures, or why there is none."""
    if found.decision != "quoted" or found.premium is None:
        blocks = [sheet.notice(sheet.w(f"quote.{found.decision}"), "warn")]
        if found.reasons:
            blocks += [sheet.title(sheet.w("quote.reasons_title")), sheet.points(found.reasons)]
        return blocks
    figures = [
        {
            "name": sheet.w("quote.premium", months=found.period.months),
            "value": sheet.yen(found.premium),
            "note": "",
        }
    ]
    if found.annual_premium is not None and found.annual_premium != found.premium:
        figures.append({"name": sheet.w("quote.annual"), "value": sheet.yen(found.annual_premium), "note": ""})
    blocks = [{"type": "figures", "figures": figures}]
    if found.conditions:
        blocks += [sheet.title(sheet.w("quote.conditions_title")), sheet.points(found.conditions)]
    return blocks


def _asked(sheet: Sheet, found: Quote) -> list[Block]:
    return [
        sheet.title(sheet.w("quote.asked_title")),
        sheet.facts(
            [
                (sheet.w("insured"), found.insured),
                (sheet.w("industry"), sheet.words(f"industry.{found.industry}.name")),
                (sheet.w("sales"), sheet.yen(found.annual_sales)),
                *sheet.terms(found.terms),
                *period_rows(sheet, found.period),
                (sheet.w("quote.expires"), sheet.day(found.expires_on) if found.expires_on else ""),
            ]
        ),
    ]


def _steps(sheet: Sheet, found: Quote) -> list[Block]:
    rows = [
        (step.name, step.factor, sheet.yen(step.yen) if step.yen is not None else "", step.basis)
        for step in found.steps
    ]
    head = [sheet.w(f"quote.step_{name}") for name in ("name", "factor", "yen", "basis")]
    return [
        sheet.title(sheet.w("quote.steps_title")),
        sheet.table(head, rows, "lrrl", ("1", "auto", "auto", "auto")),
        sheet.note(sheet.w("quote.steps_note")),
    ]
