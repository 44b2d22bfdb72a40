"""The declaration (告知事項申告書) as it was signed: facts, controls item by item, what is known, who signed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sonae.declaration import HISTORY, Credit, Declaration, Past
from sonae.figures import Lang, count
from sonae.policy.inputs import Parties, Signatory
from sonae.policy.paper import Block, Paper, Sheet
from sonae.programmes import Programme


@dataclass(frozen=True, slots=True)
class Signed:
    """A declaration as it was signed. ``hash``: of the content that was signed."""

    number: str
    version: int
    declaration: Declaration
    signatory: Signatory
    signed_at: datetime
    on: date
    hash: str
    credit: Credit


def declaration(programme: Programme, parties: Parties, signed: Signed, lang: Lang) -> Paper:
    """Return a signed declaration as a paper."""
    sheet = Sheet(programme, parties, lang)
    sheet.words = programme.words(lang, signed.declaration.form.edition.id)
    stated = signed.declaration
    if stated.business is None:
        raise ValueError("nobody signs a declaration without facts")
    blocks = [
        sheet.text(sheet.w("declaration.lead")),
        *_facts(sheet, stated),
        *(block for name in HISTORY for block in _past(sheet, name, getattr(stated, name), stated)),
        *_certifications(sheet, stated),
        *_controls(sheet, programme, stated),
        sheet.together(_signed(sheet, signed)),
    ]
    return sheet.paper(
        "declaration",
        number=sheet.w("declaration.number", number=signed.number, version=signed.version),
        on=signed.on,
        blocks=blocks,
        to="",
        subject=stated.business.name,
    )


def _facts(sheet: Sheet, stated: Declaration) -> list[Block]:
    business = stated.business
    assert business is not None  # noqa: S101 - the caller saw to it
    comma = "、" if sheet.lang == "ja" else ", "

    def listed(kind: str, names: tuple[str, ...]) -> str:
        return comma.join(sheet.words(f"{kind}.{name}.name") for name in names) or sheet.w("none")

    return [
        sheet.title(sheet.w("declaration.facts_title")),
        sheet.facts(
            [
                (sheet.w("insured"), business.name),
                (sheet.w("industry"), sheet.words(f"industry.{business.industry}.name")),
                (sheet.w("sales"), "" if business.annual_sales is None else sheet.yen(business.annual_sales)),
                (sheet.w("employees"), sheet.w("persons", number=count(business.employees))),
                (sheet.w("persons_held"), sheet.w("persons", number=count(business.persons_held))),
                (sheet.w("information"), listed("item", business.information)),
                (sheet.w("media"), listed("medium", business.media)),
                (sheet.w("uses"), listed("use", business.uses)),
                (sheet.w("on_consignment"), sheet.w("yes" if business.on_consignment else "no")),
            ]
        ),
    ]


def _past(sheet: Sheet, name: str, past: Past, stated: Declaration) -> Iterator[Block]:
    years = stated.form.leaks_years if name == "leaks" else stated.form.claims_years
    yield sheet.title(sheet.w(f"declaration.{name}_title"))
    yield sheet.asked(sheet.w(f"declaration.{name}_question", years=years), sheet.w(past.stated or "not_stated"))
    if past.stated == "yes":
        rows = [
            (each.when, each.what, "" if each.amount is None else _amount(sheet, name, each.amount))
            for each in past.entries
        ]
        head = [sheet.w(f"declaration.{part}") for part in ("when", "what", f"{name}_amount")]
        yield sheet.table(head, rows, "llr", ("auto", "1", "auto"))


def _amount(sheet: Sheet, name: str, amount: int) -> str:
    return sheet.w("persons", number=count(amount)) if name == "leaks" else sheet.yen(amount)


def _certifications(sheet: Sheet, stated: Declaration) -> list[Block]:
    held = stated.certifications or ()
    title = sheet.title(sheet.w("declaration.certifications_title"))
    if not held:
        return [title, sheet.text(sheet.w("declaration.certifications_none"))]
    head = [sheet.w(f"declaration.{part}") for part in ("certification", "certification_number", "certification_until")]
    rows = [(sheet.words(f"rating.certification.{each.id}.name"), each.number, sheet.day(each.until)) for each in held]
    return [title, sheet.table(head, rows, "lll", ("1", "auto", "auto"))]


def _controls(sheet: Sheet, programme: Programme, stated: Declaration) -> Iterator[Block]:
    edition = stated.form.edition
    yield sheet.title(sheet.w("declaration.controls_title"))
    yield sheet.text(sheet.w("declaration.controls_lead", edition=edition.id))
    asked = stated.asked(programme)
    for area in edition.areas:
        mine = [each for each in asked if each.area == area]
        if mine:
            yield {
                "type": "answers",
                "title": sheet.words(f"{edition.id}.area.{area}.name"),
                "rows": [
                    {
                        "number": sheet.words("report.annex.question", number=edition.numbers[each.id]),
                        "text": sheet.words(f"{edition.id}.{each.id}.question"),
                        "answer": stated.controls.get(each.id, "unknown"),
                        "name": sheet.words(f"answer.{stated.controls.get(each.id, 'unknown')}.name"),
                    }
                    for each in mine
                ],
            }


def _signed(sheet: Sheet, signed: Signed) -> list[Block]:
    who = signed.signatory
    grade = signed.credit.grade or sheet.w("none")
    return [
        sheet.title(sheet.w("declaration.signed_title")),
        sheet.text(sheet.w("declaration.statement")),
        sheet.facts(
            [
                (sheet.w("signatory"), who.name),
                (sheet.w("position"), who.position),
                (sheet.w("authority"), sheet.w(f"authority_{who.authority}")),
                (sheet.w("signed_at"), sheet.moment(signed.signed_at)),
                (sheet.w("declaration.grade"), grade),
            ]
        ),
        sheet.note(sheet.w("declaration.hash", hash=signed.hash)),
        sheet.note(sheet.w("declaration.duty")),
    ]
