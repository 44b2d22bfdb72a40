"""The explanation of important matters (重要事項説明書), from the programme's data alone: cover first, then what to beware of.

Its version names the year and the hash of every word of it in Japanese: what was delivered can be told from what changed.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile

from sonae.coverage import Coverage, covered, told
from sonae.dates import JST
from sonae.enrolment import Choice, choices
from sonae.figures import Lang
from sonae.policy.behind import parties
from sonae.policy.inputs import Period
from sonae.policy.paper import Block, Paper, Sheet
from sonae.programmes import Programme, digest

COVER = ("information", "cause", "medium", "territory", "liability", "cost")
"""Groups of clauses that say what is covered."""
DUTIES = (
    "disclosure",
    "notice",
    "start",
    "payment",
    "no_cooling_off",
    "cancellation",
    "rescission",
    "claims",
    "insolvency",
)
"""What to beware of, in the order of the paper."""


@lru_cache(maxsize=64)
def explanation(programme: Programme, year: int, lang: Lang) -> Paper:
    """Return the explanation for the covers of a programme year, the same for everybody. Raises LookupError for a year without a window."""
    sheet = Sheet(programme, parties(programme, lang), lang)
    return sheet.paper(
        "explanation",
        number=explanation_version(programme, year),
        on=_opening(programme, year),
        blocks=_blocks(sheet, year),
        title=sheet.w("explanation.title"),
    )


@lru_cache(maxsize=64)
def explanation_version(programme: Programme, year: int) -> str:
    """Return the version of a year's explanation, such as ``2027-3f9a1c20``: another one as soon as a word of it changes."""
    sheet = Sheet(programme, parties(programme, "ja"), "ja")
    return f"{year}-{digest([_blocks(sheet, year), sheet.parties.approval])[:8]}"


def _opening(programme: Programme, year: int) -> date:
    """Return the first day on which the cover of a whole year can be applied for."""
    if year not in programme.years:
        raise LookupError(f"{programme.id} has no year {year}")
    days = (date(year - 1, 12, 1) + timedelta(days=each) for each in range(120))
    for day in days:
        if any(each.year == year for each in _normal(programme, day)):
            return day
    raise LookupError(f"{programme.id} has no normal window for {year}")


def _normal(programme: Programme, day: date) -> list[Choice]:
    return [each for each in choices(programme, day) if each.kind == "normal"]


def _blocks(sheet: Sheet, year: int) -> list[Block]:
    opening = _opening(sheet.programme, year)
    (normal,) = _normal(sheet.programme, opening)
    coverage = covered(sheet.programme, normal.cover_from.astimezone(JST).date())
    return [
        sheet.notice(sheet.w("explanation.lead")),
        *_outline(sheet, coverage, opening, normal),
        *_caution(sheet),
        *_contacts(sheet),
    ]


def _outline(sheet: Sheet, coverage: Coverage, opening: date, normal: Choice) -> Iterator[Block]:
    """Yield 契約概要: what it is, what is covered and what is not, limits, period, premium."""
    yield _part(sheet, "explanation.outline")
    yield sheet.title(sheet.w("explanation.scheme_title"))
    yield sheet.text(sheet.w("explanation.scheme"))
    yield sheet.facts(
        [
            (sheet.w("policyholder"), sheet.parties.policyholder),
            (sheet.w("insured"), sheet.w("explanation.insured")),
            (sheet.w("explanation.not_accepted"), sheet.w("explanation.not_accepted_text")),
        ]
    )
    yield from _clauses(sheet, coverage)
    yield sheet.title(sheet.w("explanation.limits_title"))
    yield _plans(sheet)
    yield sheet.points(
        [_clause(sheet, coverage, name) for name in ("condition.limits", "condition.deductible") if name in coverage]
    )
    yield sheet.title(sheet.w("explanation.period_title"))
    yield from _periods(sheet, opening, normal)
    yield sheet.title(sheet.w("explanation.premium_title"))
    yield sheet.text(sheet.w("explanation.premium"))
    yield sheet.title(sheet.w("insurers_title"))
    yield from sheet.insurers()


def _part(sheet: Sheet, word: str) -> Block:
    return {"type": "part", "text": sheet.w(word)}


def _clause(sheet: Sheet, coverage: Coverage, name: str) -> str:
    found = told(sheet.programme, coverage[name], sheet.words)
    return sheet.w("explanation.clause", title=found.title, text=found.text)


def _clauses(sheet: Sheet, coverage: Coverage) -> Iterator[Block]:
    """Yield every clause in force: what is covered, what is never paid, and on what conditions."""
    groups = (("covered_title", COVER), ("excluded_title", ("exclusion",)), ("conditions_title", ("condition",)))
    for title, names in groups:
        yield sheet.title(sheet.w(f"explanation.{title}"))
        for name in names:
            if len(names) > 1:
                yield {"type": "sub", "text": sheet.words(f"coverage.group.{name}.name")}
            yield sheet.points([_clause(sheet, coverage, clause.id) for clause in coverage.of(name)])


def _plans(sheet: Sheet) -> Block:
    head = [sheet.w(name) for name in ("liability_limit", "cost_limit", "deductible", "insurer_share")]
    rows = [
        (
            sheet.limit(plan.liability_limit),
            sheet.limit(plan.cost_limit),
            sheet.limit(plan.deductible),
            sheet.percent(plan.insurer_share),
        )
        for plan in sheet.programme.plans
    ]
    return sheet.table(head, rows, "rrrr", ("1", "1", "1", "1"))


def _periods(sheet: Sheet, opening: date, normal: Choice) -> Iterator[Block]:
    """Yield the windows of the year with the covers that they lead to: the normal one, then month by month."""
    whole = takewhile(
        lambda day: bool(_normal(sheet.programme, day)), (opening + timedelta(days=n) for n in range(200))
    )
    rows = [(opening, list(whole)[-1], normal)]
    for month in range(1, 13):
        days = [date(normal.year, month, 1) + timedelta(days=n) for n in range(31)]
        open_days = [
            (day, each)
            for day in days
            if day.month == month
            for each in choices(sheet.programme, day)
            if each.kind == "mid_term" and each.year == normal.year
        ]
        if open_days:
            rows.append((open_days[0][0], open_days[-1][0], open_days[0][1]))
    head = [sheet.w(f"explanation.{name}") for name in ("window", "starts", "months", "debit")]
    yield sheet.text(
        sheet.w(
            "explanation.period",
            last=sheet.contract_moment(normal.cover_to),
            first=sheet.contract_moment(normal.cover_from),
        )
    )
    yield sheet.table(
        head,
        [
            (
                sheet.w("explanation.between", first=first.isoformat(), last=last.isoformat()),
                each.cover_from.date().isoformat(),
                str(each.months),
                each.debit_on.isoformat(),
            )
            for first, last, each in rows
        ],
        "llrl",
        ("1", "auto", "auto", "auto"),
    )
    yield sheet.note(sheet.w("explanation.period_note"))


def _caution(sheet: Sheet) -> Iterator[Block]:
    """Yield 注意喚起情報: duties, start, payment, no cooling-off, cancellation, claims, insolvency."""
    yield _part(sheet, "explanation.caution")
    for name in DUTIES:
        yield sheet.title(sheet.w(f"explanation.{name}_title"))
        yield sheet.text(sheet.w(f"explanation.{name}"))


def _contacts(sheet: Sheet) -> Iterator[Block]:
    """Yield who handles personal information, what the agency may do, and whom to ask or to complain to."""
    behind = sheet.parties
    yield sheet.title(sheet.w("explanation.personal_title"))
    yield sheet.text(sheet.w("explanation.personal"))
    yield sheet.title(sheet.w("explanation.agent_title"))
    yield sheet.text(sheet.w("explanation.agent"))
    yield sheet.title(sheet.w("explanation.contacts_title"))
    agent = behind.agent
    yield sheet.facts(
        [
            (sheet.w("office"), sheet.office(behind.office)),
            (
                sheet.w("agent"),
                sheet.w("agent_text", name=agent.name, registration=agent.registration)
                if agent
                else sheet.w("office_open"),
            ),
            (sheet.w("complaints"), sheet.office(behind.complaints)),
            (sheet.w("disputes"), sheet.office(behind.disputes)),
        ]
    )


def period_of(choice: Choice) -> Period:
    """Return a choice of the calendar as the papers take it."""
    return Period(choice.kind, choice.cover_from, choice.cover_to, choice.months, choice.debit_on)
