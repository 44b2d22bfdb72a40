"""Every write is done once: it carries a key, and the same key with the same content gets the first answer again.

Key, effect and answer are kept in one transaction: the row of the key is its lock, so that of two at once the second waits
and gets the first's answer. It comes before every other lock. An answer of 400 or more takes everything back, the key too:
what was corrected can be sent again with it. The log still tells what such an answer showed. Another content under a key
already used is refused (409), and so is a write without a key (400).

The actor is the signed-in person, who is checked before (``@acting`` stands outside of ``@once``). A visitor has none: the
key alone, 122 random bits made with the form, tells visitors apart, since a session may begin with the very answer.
"""

import base64
import hashlib
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse

from sonae.problems import Refused, problem
from sonae.programmes import digest
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.models import Answer

FIELD, HEADER = "once", "Idempotency-Key"
NOT_CONTENT = (FIELD, "csrfmiddlewaretoken")


class KeyMissing(Refused):
    """A write without a key that is a UUID: answer 400."""

    status = 400

    def __init__(self, at: str) -> None:
        super().__init__([problem("once.key", at)])


class KeyUsed(Refused):
    """A key that came before with another content: answer 409."""

    status = 409

    def __init__(self, at: str) -> None:
        super().__init__([problem("once.used", at)])


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view whose form has ``{% once %}`` in it: each form sent is done once, in one transaction.

    Stands inside of what checks who asks. An answer of 400 or more undoes what the view wrote, except in the log what was read.
    """

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **values: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return view(request, *args, **values)
        try:
            return _once(
                actor=str(request.user.pk) if request.user.is_authenticated else "",
                key=_key(request.POST.get(FIELD, ""), FIELD),
                asked=_form(request),
                at=FIELD,
                act=lambda: view(request, *args, **values),
            )
        except (KeyMissing, KeyUsed) as refused:
            return render(request, "once.html", {"used": isinstance(refused, KeyUsed)}, status=refused.status)

    return handle


def once_by_header(request: HttpRequest, actor: uuid.UUID, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer of ``act`` to a request of the API, done once by its header ``Idempotency-Key`` (a UUID).

    Call it inside an operation, after the token was checked. Raises KeyMissing and KeyUsed, each with its ``status``.
    """
    key = _key(request.headers.get(HEADER, ""), HEADER)
    asked = _asked(request, hashlib.sha256(request.body).hexdigest())
    return _once(actor=str(actor), key=key, asked=asked, at=HEADER, act=act)


def _once(*, actor: str, key: uuid.UUID, asked: str, at: str, act: Callable[[], HttpResponseBase]) -> HttpResponse:
    with audit.readings() as read:
        answer = _done(actor=actor, key=key, asked=asked, at=at, act=act)
    if answer.status_code >= 400:
        audit.keep(read)
    return answer


def _done(*, actor: str, key: uuid.UUID, asked: str, at: str, act: Callable[[], HttpResponseBase]) -> HttpResponse:
    with transaction.atomic():
        mine = Answer(actor=actor, key=key, made_at=clock.now())
        row = _claim(mine)
        if row.pk != mine.pk:
            return _again(row, asked, at)
        answer = act()
        if isinstance(answer, SimpleTemplateResponse):
            answer.render()
        if not isinstance(answer, HttpResponse):
            raise TypeError("what is streamed cannot be answered again")
        if answer.status_code >= 400:
            transaction.set_rollback(True)
        else:
            _keep(mine, asked, answer)
        return answer


def _claim(mine: Answer) -> Answer:
    """Return the row of the key, locked: mine, or that of whoever came first, once they are done."""
    while True:  # the row of whoever came first may expire between the two statements
        Answer.objects.bulk_create([mine], ignore_conflicts=True)
        row = Answer.objects.select_for_update().filter(actor=mine.actor, key=mine.key).first()
        if row is not None:
            return row


def _keep(row: Answer, asked: str, answer: HttpResponse) -> None:
    content = {
        "asked": asked,
        "status": answer.status_code,
        "headers": dict(answer.items()),
        "body": base64.b64encode(answer.content).decode(),
    }
    sealed.put(row, "content", content)
    row.save(update_fields=["content"])


def _again(row: Answer, asked: str, at: str) -> HttpResponse:
    content = sealed.get(row, "content")
    if content["asked"] != asked:
        raise KeyUsed(at)
    return HttpResponse(base64.b64decode(content["body"]), status=content["status"], headers=content["headers"])


def _key(text: str, at: str) -> uuid.UUID:
    try:
        key = uuid.UUID(text)
    except ValueError:
        raise KeyMissing(at) from None
    if str(key) != text.lower():  # braces, urn:, no hyphens
        raise KeyMissing(at)
    return key


def _form(request: HttpRequest) -> str:
    """Return the hash of what a form says, its files included, whatever the boundary and the token of the request."""
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_CONTENT}
    files = {name: [_file(each) for each in request.FILES.getlist(name)] for name in request.FILES}
    return _asked(request, digest([fields, files]))


def _file(file: "UploadedFile[Any]") -> list[str]:
    whole = hashlib.sha256()
    for chunk in file.chunks():
        whole.update(chunk)
    file.seek(0)
    return [file.name or "", whole.hexdigest()]


def _asked(request: HttpRequest, content: str) -> str:
    return digest([request.method, request.get_full_path(), content])
