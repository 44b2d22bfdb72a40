"""What an applicant and an insured member hold in hand: the copy of the application, and the certificate (加入者証)."""

from sonae.dates import JST
from sonae.figures import Lang, count
from sonae.papers import qr
from sonae.policy.inputs import CONFIRMATIONS, Account, Application, Certificate, Parties
from sonae.policy.paper import Block, Paper, Sheet
from sonae.policy.price import period_row, period_rows
from sonae.programmes import Programme

SHOWN_DIGITS = 3
"""Of an account's number: whoever finds the paper learns no more."""


def application_copy(programme: Programme, parties: Parties, sent: Application, lang: Lang) -> Paper:
    """Return the copy of an application for the applicant. The account's number is cut to its last three digits."""
    sheet = Sheet(programme, parties, lang)
    blocks = [
        sheet.text(sheet.w("application.lead", moment=sheet.moment(sent.sent_at))),
        sheet.title(sheet.w("application.who_title")),
        sheet.facts(
            [
                (sheet.w("insured"), sent.insured),
                (sheet.w("association"), sent.association),
                (sheet.w("corporate_number"), sent.corporate_number or sheet.w("no_corporate_number")),
                (sheet.w("industry"), sheet.words(f"industry.{sent.industry}.name")),
                (sheet.w("sales_planned" if sent.sales_are_planned else "sales"), sheet.yen(sent.annual_sales)),
                (sheet.w("persons_held"), sheet.w("persons", number=count(sent.persons_held))),
            ]
        ),
        sheet.title(sheet.w("application.cover_title")),
        sheet.facts(
            [
                *sheet.terms(sent.terms),
                *period_rows(sheet, sent.period),
                (sheet.w("premium"), sheet.yen(sent.premium)),
                (sheet.w("application.quote"), sent.quote),
                (sheet.w("application.declaration"), sent.declaration),
            ]
        ),
        sheet.title(sheet.w("application.account_title")),
        sheet.facts(_account(sheet, sent.account)),
        *_confirmations(sheet, sent),
        sheet.together(
            [
                sheet.title(sheet.w("application.sent_title")),
                sheet.facts(
                    [
                        (sheet.w("signatory"), sent.signatory.name),
                        (sheet.w("position"), sent.signatory.position),
                        (sheet.w("authority"), sheet.w(f"authority_{sent.signatory.authority}")),
                        (sheet.w("application.sent_at"), sheet.moment(sent.sent_at)),
                    ]
                ),
            ]
        ),
        sheet.note(sheet.w("application.not_cover")),
        sheet.facts([(sheet.w("office"), sheet.office(parties.office))]),
    ]
    on = sent.sent_at.astimezone(JST).date()
    return sheet.paper("application", number=sent.number, on=on, blocks=blocks, to=sent.insured)


def certificate(programme: Programme, parties: Parties, cover: Certificate, lang: Lang) -> Paper:
    """Return the certificate: one page, with the address that says whether it is valid also as QR code."""
    sheet = Sheet(programme, parties, lang)
    agent = parties.agent
    blocks = [
        sheet.facts(
            [
                (sheet.w("association"), cover.association),
                (sheet.w("policyholder"), parties.policyholder),
                (sheet.w("master_policy"), cover.master_policy),
                period_row(sheet, cover.period),
                (sheet.w("first_cover"), sheet.day(cover.first_cover_on)),
            ]
        ),
        {
            "type": "figures",
            "figures": [
                {"name": sheet.w("liability_limit"), "value": sheet.limit(cover.terms.liability_limit), "note": ""},
                {"name": sheet.w("cost_limit"), "value": sheet.limit(cover.terms.cost_limit), "note": ""},
                {
                    "name": sheet.w("deductible"),
                    "value": sheet.limit(cover.terms.deductible),
                    "note": sheet.w("each_section"),
                },
            ],
        },
        sheet.facts(
            [
                *[row for row in sheet.terms(cover.terms) if row[0] == sheet.w("insurer_share")],
                (
                    sheet.w("premium"),
                    sheet.w(
                        "premium_for",
                        yen=sheet.yen(cover.premium),
                        months=cover.period.months,
                        day=sheet.day(cover.period.debit_on),
                    ),
                ),
            ]
        ),
        *sheet.insurers(),
        sheet.facts(
            [
                (
                    sheet.w("agent"),
                    sheet.w("agent_text", name=agent.name, registration=agent.registration) if agent else "",
                ),
                (sheet.w("office"), sheet.office(parties.office)),
            ]
        ),
        sheet.note(sheet.w("certificate.note")),
    ]
    return sheet.paper(
        "certificate",
        number=cover.number,
        on=cover.issued_on,
        blocks=blocks,
        layout="certificate",
        to=cover.insured,
        lead=sheet.w("certificate.lead"),
        number_name=sheet.w("certificate.number"),
        insured_name=sheet.w("certificate.insured"),
        qr=qr(cover.verify),
        verify=cover.verify,
        verify_note=sheet.w("certificate.verify"),
    )


def _account(sheet: Sheet, account: Account) -> list[tuple[str, str]]:
    hidden = "•" * max(0, len(account.number) - SHOWN_DIGITS)
    return [
        (sheet.w("bank"), f"{account.bank} {account.branch}"),
        (sheet.w("account"), f"{sheet.w(f'account_{account.kind}')} {hidden}{account.number[-SHOWN_DIGITS:]}"),
        (sheet.w("holder"), account.holder_kana),
    ]


def _confirmations(sheet: Sheet, sent: Application) -> list[Block]:
    """Return what was confirmed and when; what was not is said to be open."""
    rows = []
    for name in CONFIRMATIONS:
        given = sent.confirmations.get(name)
        values = {}
        if name == "explanation":
            values = {
                "version": sent.explanation_version,
                "how": sheet.w(f"application.delivered_{sent.explanation_delivered}"),
            }
        text = sheet.w(f"application.confirm_{name}", **values)
        rows.append((text, sheet.stamp(given) if given else sheet.w("not_stated")))
    head = [sheet.w("application.confirmed"), sheet.w("application.confirmed_at")]
    return [
        sheet.title(sheet.w("application.confirmations_title")),
        sheet.table(head, rows, "ll", ("1", "auto")),
    ]
