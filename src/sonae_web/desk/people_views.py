"""Pages of clerks about people: colleagues, clerks below, every open invitation of the branch."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from sonae_web.accounts import colleagues, views
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Role
from sonae_web.desk import forms, letters, listing, places
from sonae_web.desk import people as branch
from sonae_web.desk.views import CLERK
from sonae_web.ground.idempotency import once
from sonae_web.ground.words import words

COLUMNS = (
    ("name", "site.clerks.organisation", ""), ("sent", "site.clerks.sent_on", ""), ("until", "site.clerks.until", ""),
)  # fmt: skip


@acting(*CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def people(request: ActingRequest) -> HttpResponse:
    """Colleagues with a form to invite another clerk, and the open invitations of the branch."""
    who = request.acting
    to = {str(each.pk): each for each in branch.staffed(organisation=who.organisation)}
    chosen = request.POST.get("to", "") if len(to) > 1 else str(who.organisation.pk)
    entry = forms.read_mail(request.POST)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = ({} if chosen in to else {"to": "site.clerks.fault_to"}) | dict(entry.faults)
        if not faults:
            try:
                letters.invite(scope=who.scope, organisation=to[chosen], role=who.role, mail=entry.values["mail"])
            except letters.NotInvited as refused:
                faults["mail"] = refused.word
            else:
                messages.success(request, words()("site.people.invited", mail=entry.values["mail"]))
                return redirect("desk_people", organisation=who.organisation.pk)
    asked = listing.read(request.GET, states=branch.STATES, sorts=branch.SORTS)
    page = branch.invited(scope=who.scope, asked=asked)
    context = {
        "people": colleagues.people(organisation=who.organisation, role=who.role),
        "to": list(to.values()) if len(to) > 1 else [],
        "chosen": chosen,
        "entered": entry.values,
        "faults": {name: words()(key) for name, key in faults.items()},
        "page": page,
        "asked": page.asked,
        "heads": listing.heads(page.asked, COLUMNS),
        "filters": branch.STATES,
        "sizes": listing.SIZES,
    }
    return render(request, "desk/people.html", context, status=422 if faults else 200)


@acting(*CLERK)
@require_POST
@once
def invitation(request: ActingRequest, invitation: uuid.UUID) -> HttpResponse:
    """An open invitation of the branch sent again, or withdrawn."""
    return views.change_invitation(request, invitation, back="desk_people")


@acting(*CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def remove(request: ActingRequest, role: uuid.UUID) -> HttpResponse:
    """A colleague to remove, or oneself: asked first, with what it means."""
    return views.ask_removal(request, role, back="desk_people", layout="desk.html", words_of="site.clerks")


@acting(Role.Name.FEDERATION)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def association_invite(request: ActingRequest, association: uuid.UUID) -> HttpResponse:
    """Invite a clerk of an association of the branch."""
    who, place = request.acting, places.association(request.acting.scope, association)
    entry = forms.read_mail(request.POST)
    faults = dict(entry.faults) if request.method == "POST" else {}
    if request.method == "POST" and not faults:
        try:
            letters.invite(scope=who.scope, organisation=place, role=Role.Name.ASSOCIATION, mail=entry.values["mail"])
        except letters.NotInvited as refused:
            faults["mail"] = refused.word
        else:
            messages.success(request, words()("site.people.invited", mail=entry.values["mail"]))
            return redirect("desk_association", organisation=who.organisation.pk, association=place.pk)
    context = {
        "association": place,
        "clerks": len(colleagues.people(organisation=place, role=Role.Name.ASSOCIATION)),
        "entered": entry.values,
        "faults": {name: words()(key) for name, key in faults.items()},
    }
    return render(request, "desk/association_invite.html", context, status=422 if faults else 200)
