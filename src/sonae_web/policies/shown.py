"""Applications, covers and choices as pages show them: words, amounts and dates in the language of the page."""

from typing import Any

from sonae.enrolment import Choice
from sonae.figures import count, day, exact_yen, yen
from sonae_web.accounts.models import Role
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope
from sonae_web.ground.words import lang, words
from sonae_web.policies import papers, records, remarks
from sonae_web.policies.models import Application, Cover, Remark
from sonae_web.policies.records import Sheet
from sonae_web.quotes import services as quotes
from sonae_web.quotes.models import Quote

TAGS = {
    "draft": "", "submitted": "go", "referred": "go", "returned": "warn", "accepted": "ok", "on_cover": "ok", "ended": "",
    "withdrawn": "", "declined": "bad", "cancelled": "bad", "cancelled_unpaid": "bad", "rescinded": "bad", "void": "bad",
}  # fmt: skip
"""How a state is marked: see ``_tag.html``."""


def tag(state: str) -> dict[str, str]:
    """Return the word and the mark of a state."""
    return {"mark": TAGS[state], "text": words()(f"site.policies.state_{state}")}


def plan_name(plan: str) -> str:
    """Return the name of a plan, or nothing."""
    return words()(f"plan.{plan}.name") if plan else ""


def choice(found: Choice) -> dict[str, Any]:
    """Return what an applicant may choose."""
    return {
        "year": found.year, "kind": words()(f"calendar.kind.{found.kind}", year=found.year), "months": found.months,
        "start": found.cover_from.isoformat(), "from": moment(found.cover_from), "to": moment(found.cover_to),
        "debit": day(found.debit_on, lang()),
    }  # fmt: skip


def moment(at: Any) -> str:
    """Return a start or end of cover, which is at 16:00 in Japan."""
    return remarks.moment(at, words())


def head(row: Application) -> dict[str, Any]:
    """Return what a list says of an application."""
    return {
        "pk": row.pk, "number": row.number or words()("site.policies.no_number"), "tag": tag(row.state), "state": row.state,
        "kind": words()(f"calendar.kind.{row.kind}", year=row.year), "from": moment(row.cover_from), "to": moment(row.cover_to),
        "debit": day(row.debit_on, lang()), "plan": plan_name(row.plan),
        "premium": "" if row.premium is None else exact_yen(row.premium, lang()),
        "applied": day(row.applied_on, lang()) if row.applied_on else "",
    }  # fmt: skip


def cover(row: Cover) -> dict[str, Any]:
    """Return what a page says of a cover."""
    return {
        "pk": row.pk, "number": row.number, "master": row.master, "tag": tag(row.state), "plan": plan_name(row.plan),
        "from": moment(row.cover_from), "to": moment(row.cover_to), "premium": exact_yen(row.premium, lang()),
        "debit": day(row.debit_on, lang()), "payment": words()(f"site.policies.payment_{row.payment}"),
        "first": day(row.first_cover_on, lang()), "kind": words()(f"calendar.kind.{row.kind}", year=row.year),
    }  # fmt: skip


def quote(row: Quote, application: Application) -> dict[str, Any]:
    """Return a quote as a choice of an application: its premium for the months of the application."""
    plan = records.plan_of(row.plan)
    premium = quotes.premium_for(row, application.months)
    return {
        "pk": str(row.pk), "number": row.number, "name": plan_name(row.plan), "premium": exact_yen(premium, lang()),
        "annual": exact_yen(row.annual_premium or 0, lang()), "months": application.months,
        "limits": words()("site.policies.limits", liability=yen(plan.liability_limit, lang()), cost=yen(plan.cost_limit, lang())),
        "until": day(row.expires_on, lang()), "referred": row.referred,
    }  # fmt: skip


def rated(scope: Scope, row: Application) -> list[tuple[str, str]]:
    """Return what the chosen quote was rated for: industry and sales."""
    if row.quote is None:
        return []
    asked = quotes.content(quotes.one(scope=scope, quote=row.quote))["quote"]["request"]
    texts = words()
    return [
        (texts("site.policies.industry"), texts(f"industry.{asked['industry']}.name")),
        (texts("site.policies.sales"), exact_yen(asked["annual_sales"], lang())),
    ]


def answers(scope: Scope, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the parts of an application with what was answered, for checking."""
    texts, row = words(), sheet.row
    business, account, confirm = (sheet.part(name) for name in ("business", "account", "confirm"))
    found: list[dict[str, Any]] = [{"part": "plan", "rows": _plan(scope, row)}]
    found.append({"part": "business", "rows": _business(business) if sheet.has("business") else []})
    rows = []
    if account:
        kind = texts(f"site.policies.kind_{account['kind']}")
        rows = [
            (
                texts("site.policies.bank"),
                f"{account['bank_name']} ({account['bank']}) {account['branch_name']} ({account['branch']})",
            ),
            (texts("site.policies.account"), f"{kind} {account['number']}"),
            (texts("site.policies.holder"), account["holder"]),
        ]
    found.append({"part": "account", "rows": rows})
    rows = []
    if confirm:
        rows = [
            (
                texts("site.policies.explanation"),
                f"{confirm['version']} · {texts('site.policies.how_' + confirm['how'])}",
            ),
            *((texts(f"site.policies.short_{name}"), texts("site.policies.confirmed")) for name in confirm["given"]),
        ]
    found.append({"part": "confirm", "rows": rows})
    return found


def _plan(scope: Scope, row: Application) -> list[tuple[str, str]]:
    if row.quote is None:
        return []
    texts, plan, quoted = words(), records.plan_of(row.plan), quotes.one(scope=scope, quote=row.quote)
    limits = texts(
        "site.policies.limits", liability=yen(plan.liability_limit, lang()), cost=yen(plan.cost_limit, lang())
    )
    return [
        (texts("site.policies.plan"), f"{plan_name(row.plan)} · {limits}"),
        (texts("site.policies.deductible"), yen(plan.deductible, lang())),
        (texts("site.policies.annual_premium"), exact_yen(row.annual_premium or 0, lang())),
        (texts("site.policies.quote"), quoted.number),
        *rated(scope, row),
    ]


def _business(part: dict[str, Any]) -> list[tuple[str, str]]:
    texts = words()
    authority = texts(f"site.policies.authority_{part['authority']}")
    return [
        (texts("site.policies.number"), part["number"] or texts("site.policies.none")),
        (
            texts("site.policies.planned"),
            texts("site.policies.answer_yes" if part["planned"] else "site.policies.answer_no"),
        ),
        (texts("site.policies.persons_held"), texts("site.policies.persons", number=count(part["persons_held"]))),
        (
            texts("site.policies.signatory"),
            texts(
                "site.policies.signatory_whole",
                name=part["signatory"],
                position=part["position"],
                authority=authority,
            ),
        ),
    ]


def written(scope: Scope, row: Application) -> list[dict[str, Any]]:
    """Return what was written about an application, the latest first; to its member not why two clerks decide."""
    rows = Remark.within(scope).filter(application=row.pk).order_by("-made_at")
    if scope.role == Role.Name.MEMBER:
        rows = rows.exclude(step="refer")
    return [_written(each) for each in rows]


def _written(row: Remark) -> dict[str, Any]:
    said, texts = remarks.read(row), words()
    return {
        "pk": row.pk, "step": row.step, "title": texts(f"site.policies.remark_{row.step}"), "points": said.points,
        "on": day(clock.date_of(row.made_at), lang()), "letter": row.step in papers.LETTERS,
        "applied_for": choice(said.choice) if said.choice else None,
        "reply": remarks.reply(said, texts) if row.step == "return" else "",
    }  # fmt: skip
