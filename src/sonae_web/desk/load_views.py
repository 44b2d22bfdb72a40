"""Loading lists: send a file, see what it would do, confirm, watch it being loaded."""

import uuid

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sonae.figures import count
from sonae.problems import Problem, Refused, problem
from sonae.programmes.words import describe
from sonae_web.accounts.acting import ActingRequest, acting
from sonae_web.accounts.models import Organisation
from sonae_web.desk import exports, rows, sheets, uploads
from sonae_web.desk.jobs import load_rest
from sonae_web.desk.models import Upload
from sonae_web.desk.views import CLERK
from sonae_web.ground.scope import get_or_404
from sonae_web.ground.words import lang, words

AT_ONCE = 2_000
"""Rows loaded while the clerk waits; the rest is a job's."""
LAST = 20


@acting(*CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: ActingRequest) -> HttpResponse:
    """Send a list; it is checked whole, and kept only where nothing is wrong with it."""
    who = request.acting
    kinds = uploads.kinds(who.organisation)
    context: dict[str, object] = {
        "kinds": kinds,
        "uploads": Upload.within(who.scope)
        .filter(tenant=who.organisation.pk)
        .defer("content")
        .order_by("-made_at")[:LAST],
        "forms": exports.FORMS,
        "most_rows": count(uploads.MOST_ROWS),
        "most_megabytes": sheets.MOST_BYTES // 1_000_000,
    }
    if request.method != "POST":
        return render(request, "desk/load.html", context)
    kind = request.POST.get("kind", "")
    file = request.FILES.get("file")
    if _sent(request) > sheets.MOST_BYTES:
        return _refused(request, context, kind, [problem("load.too_large", "", most=context["most_megabytes"])], 1)
    if kind not in kinds or file is None:
        return _refused(request, context, kind, [problem("load.nothing_sent", "")], 1)
    content = file.read()
    try:
        found = uploads.check(scope=who.scope, place=who.organisation, kind=kind, content=content)
    except Refused as refused:
        return _refused(request, context, kind, list(refused.problems)[: uploads.MOST_PROBLEMS], len(refused.problems))
    if found.faults:
        return _refused(request, context, kind, found.problems, found.faults)
    row = uploads.keep(scope=who.scope, place=who.organisation, kind=kind, content=content, found=found)
    return redirect("desk_upload", organisation=who.organisation.pk, upload=row.pk)


def _sent(request: ActingRequest) -> int:
    """Return the bytes of the file, or of the whole request where the file was too large to be kept at all."""
    file = request.FILES.get("file")
    return int(file.size or 0) if file is not None else int(request.META.get("CONTENT_LENGTH") or 0)


def _refused(
    request: ActingRequest, context: dict[str, object], kind: str, problems: list[Problem], faults: int
) -> HttpResponse:
    context |= {"problems": [describe(each, lang()) for each in problems], "faults": faults, "kind": kind}
    return render(request, "desk/load.html", context, status=422)


@acting(*CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: ActingRequest, upload: uuid.UUID) -> HttpResponse:
    """What a list would do, to confirm; while it is loaded, how far it is; then what it did."""
    who = request.acting
    row = get_or_404(Upload, who.scope, upload)
    if row.tenant != who.organisation.pk:
        raise Http404("not found")
    if request.method == "POST":
        row = uploads.load(scope=who.scope, place=who.organisation, upload=row.pk, most=AT_ONCE)
        if row.state != Upload.State.DONE:
            with transaction.atomic():
                load_rest.enqueue(upload=row.pk)
        return redirect("desk_upload", organisation=who.organisation.pk, upload=row.pk)
    context: dict[str, object] = {"upload": row}
    if row.state == Upload.State.CHECKED:
        found = uploads.checked(scope=who.scope, place=who.organisation, upload=row)
        names = Organisation.objects.in_bulk({each.above for each in found.first})
        context |= {
            "found": found,
            "first": [(each, names[each.above].name) for each in found.first],
            "problems": [describe(each, lang()) for each in found.problems],
            "again": Upload.within(who.scope).filter(tenant=row.tenant, sha256=row.sha256, state="done").first(),
        }
    return render(request, "desk/upload.html", context)


@acting(*CLERK)
@require_safe
def template(request: ActingRequest, kind: str, form: str) -> HttpResponse:
    """An empty list with its headings, to fill in."""
    place = request.acting.organisation
    if kind not in uploads.kinds(place):
        raise Http404("not found")
    columns = rows.columns(kind, place)
    heads = [f"site.desk.column_{id_}" if id_ != "name" else f"site.desk.column_name_{kind}" for id_ in columns]
    return exports.answer(
        request, form, name=f"{kind}-template", title=words()(f"site.desk.sheet_{kind}"), heads=heads, rows=[]
    )
