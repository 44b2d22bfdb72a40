"""The pages on which a member fills in a declaration, a section each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sonae.checklist.business import MEDIA, USES
from sonae.declaration import HISTORY
from sonae.programmes import Words
from sonae_web.accounts import kept
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.declarations import drafts, forms, items
from sonae_web.declarations.drafts import Changed, NotThere, Open, Section
from sonae_web.declarations.forms import Entered
from sonae_web.declarations.shown import to
from sonae_web.diagnosis import profile
from sonae_web.diagnosis.services import industries, programme
from sonae_web.ground import clock
from sonae_web.ground.words import words


@acting(Role.Name.MEMBER, keeps=True)
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
        entered, seen = replace(entered, faults={}), forms.seen(typed)
    elif posted is not None:
        seen = forms.seen(posted)
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
        **_fields(found, part, entered, {each.id: each for each in rows}),
    }
    return render(request, _template(part), context, status=409 if conflict else 422 if entered.faults else 200)


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
        shown = profile.shown(found.stated.business, request.acting.organisation.name)
        return Entered(shown.entered, {}, chosen=shown.chosen)
    read = profile.read(programme(), posted, texts)
    faults = dict(read.faults)
    if read.business is not None and read.business.annual_sales is None:
        faults["annual_sales"] = texts("site.declare.fault_sales")
    return Entered(read.entered, faults, None if faults else read.business, read.chosen)


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


def _fields(found: Open, part: Section, entered: Entered, rows: Mapping[str, items.Item]) -> dict[str, Any]:
    """Return what a section's page needs beyond the form's values."""
    texts = words(found.form.edition.id)
    if part.id == "business":
        return {
            "form": {"entered": entered.values},
            "industries": industries(texts),
            "groups": profile.groups(programme(), entered.chosen, texts),
            "media": profile.options(MEDIA, "medium", entered.chosen["media"], texts),
            "uses": profile.options(USES, "use", entered.chosen["uses"], texts),
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
