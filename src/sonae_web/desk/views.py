"""Pages of an association's clerks: who has answered, adding, inviting, reminding, archiving."""

import uuid
from collections.abc import Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sonae.programmes.exports import Value
from sonae_web.accounts.acting import Acting, ActingRequest, View, acting
from sonae_web.accounts.letters import link as link_to
from sonae_web.accounts.models import Organisation, Role
from sonae_web.desk import exports, forms, letters, listing, members, places, reminders
from sonae_web.desk.listing import Asked
from sonae_web.desk.members import Member
from sonae_web.diagnosis.models import Progress
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import words

CLERK = (Role.Name.ASSOCIATION, Role.Name.FEDERATION)
FILTERS = (*members.STATES, members.ARCHIVED)
COLUMNS = (
    ("name", "site.desk.name", ""), ("code", "site.desk.code", "wide-only"), ("state", "site.desk.state", ""),
    ("invited", "site.desk.invited_on", ""), ("started", "site.desk.started_on", ""), ("done", "site.desk.done_on", ""),
    ("reminded", "site.desk.reminded_on", ""),
)  # fmt: skip
EXPORTED = ("name", "code", "number", "state", "invited_on", "started_on", "done_on", "reminded_on", "reminders")


def of_association(view: View) -> View:
    """Give a view of the association's role its member, by the id in the address."""

    @wraps(view)
    def handle(request: ActingRequest, member: uuid.UUID, **values: Any) -> HttpResponse:
        answer: HttpResponse = view(request, member=places.member(request.acting.scope, member), **values)  # type: ignore[assignment]
        return answer

    return handle


def show_members(request: HttpRequest, who: Acting, association: Organisation) -> HttpResponse:
    """The members of an association: to its own clerks with what they may do, to a federation's to read."""
    asked = listing.read(request.GET, states=FILTERS, sorts=members.SORTS)
    rows = members.listed(scope=who.scope, association=association, year=asked.year)
    found = members.chosen(rows, asked)
    page = listing.paged(found, asked)
    own = who.role == Role.Name.ASSOCIATION and association.state == Organisation.State.ACTIVE
    waiting = members.waiting(scope=who.scope, association=association)
    context = {
        "association": association,
        "page": page,
        "asked": page.asked,
        "figures": members.figures(rows, waiting=waiting),
        "heads": listing.heads(page.asked, COLUMNS),
        "filters": FILTERS,
        "years": places.years(),
        "sizes": listing.SIZES,
        "own": own,
        "unanswered": sum(row.state != Progress.State.DONE for row in found),
        "may_remind": own and asked.year == places.this_year() and asked.state not in ("done", members.ARCHIVED),
        "base": reverse("desk", args=[who.organisation.pk])
        if own or who.role == Role.Name.ASSOCIATION
        else reverse("desk_association", args=[who.organisation.pk, association.pk]),
        "forms": exports.FORMS,
    }
    return render(request, "desk/members.html", context)


def export_members(request: HttpRequest, who: Acting, association: Organisation, form: str) -> HttpResponse:
    """The members that a page shows, all of them, as a file."""
    asked = listing.read(request.GET, states=FILTERS, sorts=members.SORTS)
    rows = members.chosen(members.listed(scope=who.scope, association=association, year=asked.year), asked)
    return exports.answer(
        request, form, name=f"members-{asked.year}", title=words()("site.desk.sheet_members"),
        heads=[f"site.desk.{name}" for name in EXPORTED], rows=_exported(rows),
    )  # fmt: skip


def _exported(rows: Sequence[Member]) -> list[Sequence[Value]]:
    day, texts = exports.day, words()
    return [
        (
            row.name, row.code, row.number, texts(f"site.desk.state_{members.ARCHIVED if row.archived else row.state}"),
            day(row.invited_at), day(row.started_at), day(row.done_at), day(row.reminded_at), row.reminders,
        )
        for row in rows
    ]  # fmt: skip


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def member_new(request: ActingRequest) -> HttpResponse:
    """Add a member, and invite it where there is an address."""
    who = request.acting
    entry = forms.read_member(request.POST)
    faults = dict(entry.faults) if request.method == "POST" else {}
    if request.method == "POST" and not faults:
        try:
            row = members.add(scope=who.scope, association=who.organisation, **entry.values)
        except members.Taken as taken:
            faults[taken.what] = f"site.desk.fault_{taken.what}_taken"
        else:
            key = "added_invited" if entry.values["mail"] else "added"
            messages.success(request, words()(f"site.desk.{key}", name=row.name))
            return redirect("desk", organisation=who.organisation.pk)
    context = {"entered": entry.values, "faults": _faults(faults)}
    return render(request, "desk/member_new.html", context, status=422 if faults else 200)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
@of_association
def member_edit(request: ActingRequest, member: Organisation) -> HttpResponse:
    """Correct what is registered of a member: its name, code and number."""
    who = request.acting
    if member.state == Organisation.State.ARCHIVED:  # restored first
        return redirect("desk_member_archive", organisation=who.organisation.pk, member=member.pk)
    code = members.code_of(scope=who.scope, member=member)
    now = {"name": member.name, "code": code, "number": member.number}
    entry = forms.read_member(request.POST)
    faults = dict(entry.faults) if request.method == "POST" else {}
    if request.method == "POST" and not faults:
        typed = {name: entry.values[name] for name in now}
        try:
            members.correct(scope=who.scope, association=who.organisation, member=member, **typed)
        except members.Taken as taken:
            faults[taken.what] = f"site.desk.fault_{taken.what}_taken"
        else:
            messages.success(request, words()("site.desk.edited", name=typed["name"]))
            return redirect("desk", organisation=who.organisation.pk)
    entered = entry.values if request.method == "POST" else now
    context = {"member": member, "entered": entered, "faults": _faults(faults)}
    return render(request, "desk/member_edit.html", context, status=422 if faults else 200)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
@of_association
@once
def member_invite(request: ActingRequest, member: Organisation) -> HttpResponse:
    """Invite somebody to act for a member."""
    who = request.acting
    entry = forms.read_mail(request.POST)
    faults = dict(entry.faults) if request.method == "POST" else {}
    if request.method == "POST" and not faults:
        try:
            letters.invite(scope=who.scope, organisation=member, role=Role.Name.MEMBER, mail=entry.values["mail"])
        except letters.NotInvited as refused:
            faults["mail"] = refused.word
        else:
            messages.success(request, words()("site.desk.invited_now", name=member.name))
            return redirect("desk", organisation=who.organisation.pk)
    context = {"member": member, "entered": entry.values, "faults": _faults(faults)}
    return render(request, "desk/member_invite.html", context, status=422 if faults else 200)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
@of_association
def member_archive(request: ActingRequest, member: Organisation) -> HttpResponse:
    """Ask, then archive a member."""
    if request.method == "POST" and "sure" in request.POST:
        members.archive(scope=request.acting.scope, member=member)
        messages.success(request, words()("site.desk.archived_now", name=member.name))
        return redirect("desk", organisation=request.acting.organisation.pk)
    missing = request.method == "POST"
    context = {"member": member, "faults": _faults({"sure": "site.desk.fault_sure"} if missing else {})}
    return render(request, "desk/member_archive.html", context, status=422 if missing else 200)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["POST"])
@of_association
def member_restore(request: ActingRequest, member: Organisation) -> HttpResponse:
    """Take a member out of the archive."""
    members.restore(scope=request.acting.scope, member=member)
    messages.success(request, words()("site.desk.restored_now", name=member.name))
    return redirect("desk", organisation=request.acting.organisation.pk)


@acting(Role.Name.ASSOCIATION)
@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: ActingRequest) -> HttpResponseBase:
    """Show who would be reminded and with which words; then, when confirmed, remind them."""
    who, back = request.acting, reverse("desk", args=[request.acting.organisation.pk])
    if request.method != "POST":
        return redirect(back)
    if "confirmed" in request.POST and "sure" in request.POST:
        return _send(request)
    chosen = _chosen(who, request)
    link = link_to(reverse("home"))
    missing = "confirmed" in request.POST
    context = {
        "plan": reminders.plan(scope=who.scope, rows=chosen),
        "chosen": chosen,
        "all": request.POST.get("all", ""),
        "asked": listing.read(request.POST, states=FILTERS, sorts=members.SORTS),
        "association": who.organisation,
        "link": link,
        "back": back,
        "faults": _faults({"sure": "site.desk.fault_sure"} if missing else {}),
    }
    return render(request, "desk/remind.html", context, status=422 if missing else 200)


@once
def _send(request: ActingRequest) -> HttpResponse:
    who = request.acting
    done = reminders.remind(
        scope=who.scope, association=who.organisation, chosen=[row.pk for row in _chosen(who, request)],
        year=places.this_year(), link=link_to(reverse("home")),
    )  # fmt: skip
    key = "reminded_now" if done.to else "reminded_nobody"
    messages.success(request, words()(f"site.desk.{key}", count=len(done.to), left=done.left_out))
    return redirect("desk", organisation=who.organisation.pk)


def _chosen(who: Acting, request: HttpRequest) -> list[Member]:
    """Return the members ticked, or all that the filter finds."""
    rows = members.listed(scope=who.scope, association=who.organisation, year=places.this_year())
    asked: Asked = listing.read(request.POST, states=FILTERS, sorts=members.SORTS)
    if request.POST.get("all"):
        return members.chosen(rows, asked)
    ticked = set(request.POST.getlist("member"))
    return [row for row in rows if str(row.pk) in ticked]


def _faults(faults: dict[str, str]) -> dict[str, str]:
    return {name: words()(key) for name, key in faults.items()}
