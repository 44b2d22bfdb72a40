"""Pages of a member: its applications and covers, the parts of an application, checking and sending it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae import policy
from sonae.debitfile.account import KINDS
from sonae.enrolment.states import OPEN
from sonae.figures import exact_yen
from sonae.programmes import sale
from sonae_web.accounts import kept
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.declarations import services as declarations
from sonae_web.ground import clock
from sonae_web.ground.idempotency import once
from sonae_web.ground.posted import whole
from sonae_web.ground.words import lang, words
from sonae_web.policies import banks, covers, drafts, forms, records, sending, shown
from sonae_web.policies.drafts import PARTS
from sonae_web.policies.models import Application, Cover
from sonae_web.policies.records import Changed, Sheet, Told
from sonae_web.quotes import services as quotes

member = acting(Role.Name.MEMBER)
typing = acting(Role.Name.MEMBER, keeps=True)


@member
@require_safe
def listed(request: ActingRequest) -> HttpResponse:
    """The member's applications and covers, and what it can apply for today."""
    scope = request.acting.scope
    rows = list(Application.within(scope).order_by("-changed_at"))
    taken = {row.year for row in rows if row.state in OPEN}
    found = covers.in_force(scope=scope)
    taken |= {cover.year for cover in found}
    context = {
        "rows": [shown.head(row) for row in rows],
        "covers": [shown.cover(each) for each in found],
        "choices": [shown.choice(each) for each in records.open_choices() if each.year not in taken],
        "quotes": quotes.usable(scope=scope),
    }
    return render(request, "policies/applications.html", context)


@member
@require_http_methods(["POST"])
@once
def start(request: ActingRequest) -> HttpResponse:
    """Begin an application for a year."""
    try:
        row = drafts.start(scope=request.acting.scope, year=whole(request.POST.get("year", "")))
    except Told as told:
        messages.error(request, words()(told.word))
        return _to(request, "applications")
    return _to(request, "application_part", application=row.pk, part="plan")


@member
@require_safe
def application(request: ActingRequest, application: UUID) -> HttpResponse:
    """An application: while it is the member's, all its answers to check; after that how it stands."""
    return _check(request, records.read(scope=request.acting.scope, application=application))


@typing
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: ActingRequest, application: UUID, part: str) -> HttpResponse:
    """A part of an application. Raises Refused for what rests on an explanation that may not be given."""
    if part not in PARTS:
        raise Http404
    sheet = records.read(scope=request.acting.scope, application=application)
    if sheet.row.state not in drafts.EDITABLE:
        return _to(request, "application", application=application)
    if part == "confirm":  # that the explanation was given, which may be missing
        sale.require(records.programme(), "explanation", clock.today())
    typed = kept.take(request)
    posted = request.POST if request.method == "POST" else typed
    entry = _entry(request, sheet, part, posted)
    conflict, told = False, ""
    if request.method == "POST" and not entry.faults:
        try:
            _save(request, sheet, part, entry)
        except Changed:
            sheet, conflict = records.read(scope=request.acting.scope, application=application), True
        except Told as refused:
            told = words()(refused.word)
        else:
            return _next(request, application, part)
    context = _part_context(request, sheet, part, entry) | {
        "kept": typed is not None,
        "conflict": conflict,
        "told": told,
        "faults": entry.faults if request.method == "POST" else {},
    }
    status = 409 if conflict or told else 422 if request.method == "POST" else 200
    return render(request, f"policies/part_{part}.html", context, status=status)


def _entry(request: ActingRequest, sheet: Sheet, part: str, posted: QueryDict | None) -> forms.Entry:
    texts, kept_part = words(), sheet.part(part)
    if part == "plan":
        chosen = str(sheet.row.quote or "") if posted is None else posted.get("quote", "")
        found = next((each for each in quotes.usable(scope=request.acting.scope) if str(each.pk) == chosen), None)
        fault = {} if posted is None or found else {"quote": texts("site.policies.fault_quote")}
        return forms.Entry({"quote": chosen}, {"quote": found.pk} if found else {}, fault)
    if part == "business":
        if posted is not None:
            return forms.read_business(posted, texts)
        quote = quotes.one(scope=request.acting.scope, quote=sheet.row.quote) if sheet.row.quote else None
        return forms.show_business(kept_part, drafts.persons_rated(quote) if quote else None)
    if part == "account":
        return forms.show_account(kept_part) if posted is None else forms.read_account_form(posted, texts)
    version = drafts.version_now(sheet.row)
    if posted is None:
        return forms.show_confirm(kept_part, version)
    return forms.read_confirm(posted, version, clock.now().isoformat(timespec="seconds"), texts)


def _save(request: ActingRequest, sheet: Sheet, part: str, entry: forms.Entry) -> None:
    scope, row, seen = request.acting.scope, sheet.row, whole(request.POST.get("seen", ""))
    if part == "plan":
        drafts.choose(scope=scope, application=row.pk, seen=seen, quote=entry.values["quote"])
    else:
        drafts.save(scope=scope, application=row.pk, seen=seen, part=part, values=entry.values)


def _next(request: ActingRequest, application: UUID, part: str) -> HttpResponse:
    """Go to the first part that is empty, or to checking everything."""
    sheet = records.read(scope=request.acting.scope, application=application)
    found = drafts.standing(scope=request.acting.scope, sheet=sheet)
    following = next((name for name in PARTS if name in found.missing), None)
    if following:
        return _to(request, "application_part", application=application, part=following)
    return _to(request, "application", application=application)


def _part_context(request: ActingRequest, sheet: Sheet, part: str, entry: forms.Entry) -> dict[str, Any]:
    scope, texts = request.acting.scope, words()
    shown_faults = entry.faults if request.method == "POST" else {}
    context: dict[str, Any] = {
        "row": sheet.row, "part": part, "entry": entry.entered, "seen": sheet.row.version,
        "steps": _steps(sheet, part),
        "other": part in ("business", "account") and not sheet.has(part) and drafts.latest_other(scope, sheet.row) is not None,
    }  # fmt: skip
    if part == "plan":
        context["quotes"] = [shown.quote(each, sheet.row) for each in quotes.usable(scope=scope)]
    elif part == "business":
        context |= {"facts": shown.rated(scope, sheet.row), "authorities": forms.AUTHORITIES}
    elif part == "account":
        context |= _banks(request, entry) | {"kinds": tuple(KINDS)}
    else:
        context |= {
            "version": drafts.version_now(sheet.row),
            "ways": forms.DELIVERED,
            "confirmations": [
                (
                    name,
                    texts(f"site.policies.confirm_{name}"),
                    name in entry.entered["given"],
                    shown_faults.get(name, ""),
                )
                for name in drafts.CONFIRMED
            ],
            "parties": policy.parties(records.programme(), lang()),
        }
    return context


def _banks(request: ActingRequest, entry: forms.Entry) -> dict[str, Any]:
    """Return which bank and branch are chosen, and what a search for them finds."""
    query = request.GET
    bank = query.get("bank", entry.entered["bank"] if "bank_q" not in query else "")
    branch = query.get("branch", entry.entered["branch"] if not {"bank_q", "branch_q"} & query.keys() else "")
    if bank != entry.entered["bank"] and "branch" not in query:
        branch = ""
    bank_q, branch_q = query.get("bank_q", "").strip()[:60], query.get("branch_q", "").strip()[:60]
    return {
        "bank": bank, "branch": branch, "bank_q": bank_q, "branch_q": branch_q,
        "bank_name": banks.bank_named(bank) if bank else "",
        "branch_name": banks.branch_named(bank, branch) if branch else "",
        "banks_found": banks.search_banks(bank_q) if bank_q and not bank else [],
        "branches_found": banks.search_branches(bank, branch_q) if bank and branch_q and not branch else [],
    }  # fmt: skip


def _steps(sheet: Sheet, part: str) -> list[dict[str, Any]]:
    found = []
    for name in (*PARTS, "check"):
        done = name in PARTS and sheet.has(name) and name != part
        found.append({"word": f"site.policies.step_{name}", "now": name == part, "done": done})
    return found


# --- sending
def _check(request: ActingRequest, sheet: Sheet, status: int = 200, told: str = "") -> HttpResponse:
    scope, row = request.acting.scope, sheet.row
    editable = row.state in drafts.EDITABLE
    found = drafts.standing(scope=scope, sheet=sheet) if editable else None
    cover = Cover.within(scope).filter(application=row.pk).first()
    signed = (
        declarations.signed(scope=scope) if editable else declarations.of_application(scope=scope, application=row.pk)
    )
    context = {
        "row": row,
        "head": shown.head(row),
        "editable": editable,
        "standing": found,
        "now": shown.choice(found.choice) if found and found.choice else None,
        "premium": exact_yen(found.premium, lang()) if found and found.premium is not None else "",
        "groups": shown.answers(scope, sheet),
        "signed": signed,
        "remarks": shown.written(scope, row),
        "cover": shown.cover(cover) if cover else None,
        "told": words()(told) if told else "",
        "steps": _steps(sheet, "check"),
        "may_withdraw": row.state in OPEN,
    }
    return render(request, "policies/application.html", context, status=status)


@member
@require_http_methods(["POST"])
@once
def submit(request: ActingRequest, application: UUID) -> HttpResponse:
    """Send an application."""
    scope = request.acting.scope
    sheet = records.read(scope=scope, application=application)
    start = records.choice_of(sheet.row)
    if start is None or request.POST.get("start") != start.cover_from.isoformat():
        return (
            _check(request, sheet, 409, "site.policies.dates_changed")
            if sheet.row.state in drafts.EDITABLE
            else _to(request, "application", application=application)
        )
    try:
        sending.submit(
            scope=scope, application=application, seen=whole(request.POST.get("seen", "")), start=start.cover_from
        )
    except Told as told:
        return _check(request, records.read(scope=scope, application=application), 409, told.word)
    messages.success(request, words()("site.policies.sent_now"))
    return _to(request, "application", application=application)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: ActingRequest, application: UUID) -> HttpResponse:
    """Ask, then withdraw an application."""
    scope = request.acting.scope
    sheet = records.read(scope=scope, application=application)
    if request.method == "POST" and "sure" in request.POST:
        try:
            sending.withdraw(scope=scope, application=application, seen=whole(request.POST.get("seen", "")))
        except Told as told:
            return _check(request, records.read(scope=scope, application=application), 409, told.word)
        messages.success(request, words()("site.policies.withdrawn_now"))
        return _to(request, "applications")
    missing = request.method == "POST"
    faults = {"sure": words()("site.policies.fault_sure")} if missing else {}
    context = {"row": sheet.row, "head": shown.head(sheet.row), "seen": sheet.row.version, "faults": faults}
    return render(request, "policies/withdraw.html", context, status=422 if missing else 200)


@member
@require_http_methods(["POST"])
def copy(request: ActingRequest, application: UUID) -> HttpResponse:
    """Fill in business and account from the member's newest other application."""
    try:
        drafts.copy(scope=request.acting.scope, application=application, seen=whole(request.POST.get("seen", "")))
    except Told as told:
        messages.error(request, words()(told.word))
    return _next(request, application, "business")


def _to(request: ActingRequest, name: str, **values: Any) -> HttpResponse:
    found: HttpResponse = redirect(name, organisation=request.acting.organisation.pk, **values)
    return found
