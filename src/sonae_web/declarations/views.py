"""Pages of a member's declaration: how far it is, its sections, signing, what was signed, and changes notified later."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sonae.checklist.business import MEDIA, USES
from sonae.declaration import HISTORY
from sonae.figures import exact_yen
from sonae.programmes import Words
from sonae_web.accounts import kept
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.declarations import drafts, forms, items, notices, services
from sonae_web.declarations.drafts import Changed, NotThere, Open, Section
from sonae_web.declarations.forms import Entered
from sonae_web.declarations.services import Incomplete
from sonae_web.diagnosis import profile
from sonae_web.diagnosis.services import industries, programme
from sonae_web.ground import clock
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import lang, words

member = acting(Role.Name.MEMBER)
member_typing = acting(Role.Name.MEMBER, keeps=True)
"""Of pages where something is typed: it outlives the end of a session."""


@member
@require_safe
def overview(request: ActingRequest) -> HttpResponse:
    """How far the declaration is, what was signed, and what can be done."""
    scope = request.acting.scope
    found = drafts.read(scope)
    context = {
        "found": found,
        "is_before": found is not None and services.is_before(scope=scope, declaration=found.row.pk),
        "sections": [] if found is None else items.lines(found, words(found.form.edition.id)),
        "versions": services.versions(scope),
        "accepted": notices.frozen(scope),
    }
    return render(request, "declarations/overview.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: ActingRequest) -> HttpResponse:
    """Begin a declaration, or go on with the open one."""
    if request.method == "POST":
        found = drafts.start(scope=request.acting.scope)
        if found.next_open is not None:
            return to(request, "declaration_section", section=found.next_open)
    return to(request, "declaration")


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: ActingRequest, section: str) -> HttpResponse:
    """One section: filled in from the diagnosis, confirmed item by item, saved over the version that was seen.

    What is not confirmed is saved as it is, and listed until somebody confirms it.
    """
    found = drafts.read(request.acting.scope)
    if found is None:
        return to(request, "declaration")
    part = found.section(section)
    if part is None:
        raise Http404("not asked")
    typed = kept.take(request)
    posted = request.POST if request.method == "POST" else typed
    seen, conflict = found.draft.version, False
    entered = _entered(request, found, part, posted)
    if typed is not None:
        entered, seen = replace(entered, faults={}), _whole(typed.get("seen", ""))
    elif posted is not None:
        seen = _whole(posted.get("seen", ""))
        if not entered.faults:
            try:
                return _onward(request, part, _save(request, part, entered, seen))
            except Changed:
                conflict, seen = True, found.draft.version
            except NotThere:
                return to(request, "declaration")
    texts = words(found.form.edition.id)
    rows = items.items(found, part, texts, posted)
    asks = posted is None and "left" in request.GET
    context = {
        "found": found,
        "part": part,
        "title": items.title(found, part, texts),
        "seen": seen,
        "entered": entered.values,
        "faults": entered.faults,
        "left": [each for each in rows if asks and not each.done],
        "items": {each.id.removeprefix("business."): each for each in rows},
        "conflict": conflict,
        "kept": typed is not None,
        **_fields(request, found, part, entered, posted, {each.id: each for each in rows}),
    }
    return render(request, _template(part), context, status=409 if conflict else 422 if entered.faults else 200)


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
@once
def sign(request: ActingRequest) -> HttpResponse:
    """Read it whole, say who signs, and sign."""
    scope = request.acting.scope
    found = drafts.read(scope)
    if found is None:
        return to(request, "declaration")
    if found.next_open is not None:
        return _not_yet(request, found)
    entered, conflict = Entered({}, {}), False
    if request.method == "POST":
        entered = forms.read_signatory(request.POST, words())
        if not entered.faults:
            try:
                signed = services.sign(scope=scope, signatory=entered.value, seen=_whole(request.POST.get("seen", "")))
            except Changed:
                conflict, found = True, drafts.read(scope) or found
            except NotThere:
                return to(request, "declaration")
            except Incomplete:
                return to(request, "declaration_sign")
            else:
                messages.success(request, words()("site.declare.signed_now", version=signed.version))
                return to(request, "declaration")
    context = {
        "found": found,
        "entered": entered.values,
        "faults": entered.faults,
        "conflict": conflict,
        "summary": summary(found),
        "authorities": [(name, words()(f"policy.authority_{name}")) for name in services.AUTHORITIES],
    }
    return render(
        request, "declarations/sign.html", context, status=409 if conflict else 422 if entered.faults else 200
    )


@member
@require_safe
def paper(request: ActingRequest, signed: UUID) -> HttpResponse:
    """A version that was signed, as PDF."""
    row = services.of_member(request.acting.scope, signed)
    return pdf(services.paper(scope=request.acting.scope, signed=row, lang=lang()), row.number, row.version)


@member_typing
@require_http_methods(["GET", "HEAD", "POST"])
@once
def changes(request: ActingRequest) -> HttpResponse:
    """What changed since acceptance: told so far, and one more."""
    scope = request.acting.scope
    entered = Entered({"changed_on": clock.today().isoformat()}, {})
    if request.method == "POST":
        entered = forms.read_notice(request.POST, clock.today(), words())
        if not entered.faults:
            kind, changed_on, text = entered.value
            try:
                notices.notify(scope=scope, kind=kind, changed_on=changed_on, text=text)
            except NotThere:
                return to(request, "declaration")
            messages.success(request, words()("site.declare.notice_made"))
            return to(request, "declaration_changes")
    context = {
        "accepted": notices.frozen(scope),
        "told": notices.told(scope),
        "entered": entered.values,
        "faults": entered.faults,
        "kinds": [(name, words()(f"site.declare.kind_{name}")) for name in notices.KINDS],
    }
    return render(request, "declarations/changes.html", context, status=422 if entered.faults else 200)


# --- shared with the office's pages
def to(request: ActingRequest, page: str, **values: str | UUID) -> HttpResponse:
    """Return the way to another page of the same organisation."""
    return redirect(reverse(page, kwargs={"organisation": request.acting.organisation.pk, **values}))


def pdf(content: bytes, number: str, version: int) -> HttpResponse:
    """Return a declaration's PDF as an answer."""
    name = f"sonae-{number}-{version}-{lang()}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def summary(found: Any) -> dict[str, Any]:
    """Return what is stated, to be read through: facts, the past, certifications, controls by area."""
    stated = found.stated
    edition = stated.form.edition
    texts = words(edition.id)
    facts = [] if stated.business is None else profile.told(stated.business, texts)
    if stated.business is not None and stated.business.annual_sales is not None:
        sales = (texts("policy.sales"), exact_yen(stated.business.annual_sales, texts.lang))
        facts = [sales if name == texts("site.facts.annual_sales") else (name, told) for name, told in facts]
    asked = stated.asked(programme())
    return {
        "facts": facts,
        "past": [
            {
                "id": name,
                "title": texts(f"policy.declaration.{name}_title"),
                "stated": texts(f"policy.{getattr(stated, name).stated or 'not_stated'}"),
                "entries": getattr(stated, name).entries,
                "amount": texts(f"policy.declaration.{name}_amount"),
                "persons": name == "leaks",
            }
            for name in HISTORY
        ],
        "certifications": [
            (texts(f"rating.certification.{each.id}.name"), each.number, each.until)
            for each in stated.certifications or ()
        ],
        "areas": [
            {
                "id": area,
                "title": texts(f"{edition.id}.area.{area}.name"),
                "rows": [
                    {
                        "number": edition.numbers[each.id],
                        "question": texts(f"{edition.id}.{each.id}.question"),
                        "answer": texts(f"answer.{stated.controls.get(each.id, 'unknown')}.name"),
                        "value": stated.controls.get(each.id, "unknown"),
                    }
                    for each in asked
                    if each.area == area
                ],
            }
            for area in edition.areas
            if any(each.area == area for each in asked)
        ],
    }


# --- sections
def _template(part: Section) -> str:
    name = "controls" if part.questions else "past" if part.id in HISTORY else part.id
    return f"declarations/{name}.html"


def _entered(request: ActingRequest, found: Open, part: Section, posted: QueryDict | None) -> Entered:
    """Return a section's form: as posted or typed, else as it stands."""
    today, texts = clock.today(), words()
    if part.id == "business":
        return _business(request, found, posted, texts)
    if part.id == "certifications":
        if posted is None:
            return forms.shown_certifications(found.stated.certifications)
        return forms.read_certifications(posted, found.form, today, texts)
    if part.id in HISTORY:
        if posted is None:
            return forms.shown_past(getattr(found.stated, part.id))
        return forms.read_past(posted, part.id, today, texts)
    if posted is None:
        return Entered({each.id: found.stated.controls.get(each.id, "") for each in part.questions}, {})
    return forms.read_controls(posted, part.questions, texts)


def _business(request: ActingRequest, found: Open, posted: QueryDict | None, texts: Words) -> Entered:
    if posted is None:
        return Entered(profile.shown(found.stated.business, request.acting.organisation.name).entered, {})
    read = profile.read(programme(), posted, texts)
    faults = dict(read.faults)
    if read.business is not None and read.business.annual_sales is None:
        faults["annual_sales"] = texts("site.declare.fault_sales")
    return Entered(read.entered, faults, None if faults else read.business)


def _save(request: ActingRequest, part: Section, entered: Entered, seen: int) -> Open:
    scope, ticked = request.acting.scope, forms.ticks(request.POST) & set(part.items)
    if part.id == "business":
        return drafts.save_business(scope=scope, business=entered.value, confirmed=ticked, seen=seen)
    if part.id == "certifications":
        return drafts.save_certifications(scope=scope, held=entered.value, confirmed=ticked, seen=seen)
    if part.id in HISTORY:
        return drafts.save_past(scope=scope, name=part.id, past=entered.value, seen=seen)
    return drafts.save_controls(scope=scope, section=part.id, answers=entered.value, confirmed=ticked, seen=seen)


def _onward(request: ActingRequest, part: Section, after: Open) -> HttpResponse:
    """Return the way on after a section is saved: what is left of it, else the next section, else the signature."""
    same = after.section(part.id)
    if same is not None and same.left:
        address = reverse("declaration_section", args=[request.acting.organisation.pk, part.id])
        return redirect(f"{address}?left=1")
    following = after.next_open
    return to(request, "declaration_section", section=following) if following else to(request, "declaration_sign")


def _not_yet(request: ActingRequest, found: Open) -> HttpResponse:
    """Refuse the signature, with every item that nobody confirmed, and the way to it."""
    sections = [each for each in items.lines(found, words(found.form.edition.id)) if each["left"]]
    context = {"sections": sections, "number": found.items - found.done}
    status = 409 if request.method == "POST" else 200
    return render(request, "declarations/not_yet.html", context, status=status)


def _fields(
    request: ActingRequest,
    found: Open,
    part: Section,
    entered: Entered,
    posted: QueryDict | None,
    rows: Mapping[str, items.Item],
) -> dict[str, Any]:
    """Return what a section's page needs beyond the form's values."""
    texts = words(found.form.edition.id)
    if part.id == "business":
        form = (
            profile.shown(found.stated.business, request.acting.organisation.name)
            if posted is None
            else profile.read(programme(), posted, texts)
        )
        return {
            "form": form,
            "industries": industries(texts),
            "groups": profile.groups(programme(), form.chosen, texts),
            "media": profile.options(MEDIA, "medium", form.chosen["media"], texts),
            "uses": profile.options(USES, "use", form.chosen["uses"], texts),
        }
    if part.id == "certifications":
        names = [
            {
                "id": name,
                "item": rows[f"certifications.{name}"],
                "number": f"{name}-number",
                "until": f"{name}-until",
                "name": texts(f"rating.certification.{name}.name"),
                "number_value": entered.values.get(f"{name}-number", ""),
                "until_value": entered.values.get(f"{name}-until", ""),
                "number_fault": entered.faults.get(f"{name}-number", ""),
                "until_fault": entered.faults.get(f"{name}-until", ""),
            }
            for name in found.form.certifications
        ]
        return {"certifications": names}
    return (
        _past_fields(found, part, entered, texts)
        if part.id in HISTORY
        else _control_fields(found, part, entered, texts, rows)
    )


def _past_fields(found: Open, part: Section, entered: Entered, texts: Words) -> dict[str, Any]:
    years = found.form.leaks_years if part.id == "leaks" else found.form.claims_years
    filled = sum(bool(entered.values.get(f"when-{place}")) for place in range(forms.ROWS))
    return {
        "question": texts(f"policy.declaration.{part.id}_question", years=years),
        "amount": texts(f"site.declare.amount_{part.id}"),
        "rows": [
            {
                "place": place,
                "number": place + 1,
                **{
                    f"{name}_{what}": source.get(f"{name}-{place}", "")
                    for name in ("when", "what", "amount")
                    for what, source in (("value", entered.values), ("fault", entered.faults))
                },
            }
            for place in range(min(forms.ROWS, max(2, filled + 1)))
        ],
    }


def _control_fields(
    found: Open, part: Section, entered: Entered, texts: Words, rows: Mapping[str, items.Item]
) -> dict[str, Any]:
    edition = found.form.edition
    return {
        "questions": [
            {
                "id": each.id,
                "item": rows[each.id],
                "number": edition.numbers[each.id],
                "question": texts(f"{edition.id}.{each.id}.question"),
                "critical": each.critical,
                "unsure": texts(f"{edition.id}.{each.id}.unsure"),
                "fault": entered.faults.get(each.id, ""),
                "choices": [
                    (name, texts(f"answer.{name}.name"), entered.values.get(each.id) == name) for name in each.answers
                ],
            }
            for each in part.questions
        ]
    }


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
