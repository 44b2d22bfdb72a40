"""Hostile text through every field of the desk and the doors: nothing breaks, nothing unseen is stored, nothing runs."""

import csv
import io
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from sonae_web.accounts.models import JoinRequest, Organisation
from sonae_web.accounts.services import add_organisation, grant_role
from sonae_web.desk.models import Reference, Upload
from sonae_web.ground import sealed
from sonae_web.ground.scope import unscoped
from tests.web.accounts.doors import account
from tests.web.cast import Tree
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db

HOSTILE = {
    "null": b"a\x00b", "tab": b"a\tb", "line": b"a\nb", "header": b"a\r\nBcc: thief@example.jp",
    "soft hyphen": "見\u00ad本".encode(), "joiner": "a\u200db".encode(), "zero width": "a\u200bb".encode(),
    "bidi": "a\u202eb".encode(), "isolate": "a\u2066b".encode(), "unassigned": "a\u0378b".encode(),
    "private use": b"\xee\x80\x80", "not a character": b"\xef\xbf\xbe", "surrogate": b"\xed\xa0\x80",
    "not utf-8": b"\xff\xfe\xc3(", "tags": "a\U000e0041b".encode(), "digits": b"9" * 5_000,
    "wide digits": "９".encode() * 400, "superscripts": "²³".encode() * 7, "arabic digits": "٣".encode() * 13,
    "markup": b"\"'><script>alert(1)</script><svg onload=alert(2)>", "template": b"{name}{{ x }}{% now 'Y' %}%s%(a)s{0}",
}  # fmt: skip
UNSEEN = tuple(HOSTILE)[:15]
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1+1", " =1+1", "=HYPERLINK(0)", "'=1")


def sent(client: Client, address: str, fields: Mapping[str, bytes]) -> HttpResponse:
    """The answer to a form of raw bytes."""
    body = "&".join(
        f"{name}={quote_from_bytes(value)}" for name, value in {**fields, "once": str(uuid.uuid4()).encode()}.items()
    )
    return client.post(address, body, content_type="application/x-www-form-urlencoded")  # type: ignore[return-value]  # the test client answers with what the view returned


def asked(client: Client, address: str, name: str, value: bytes) -> HttpResponse:
    return client.get(f"{address}?{name}={quote_from_bytes(value)}")  # type: ignore[return-value]  # the test client answers with what the view returned


def names() -> Iterator[str]:
    yield from Organisation.objects.values_list("name", flat=True)
    with unscoped("a test's rows"):
        yield from Reference.objects.values_list("code", flat=True)
        for row in JoinRequest.objects.all():
            content = sealed.get(row, "content")
            yield from (content["name"], content["note"], content["mail"], content.get("reason", ""))


def nothing_unseen_is_stored() -> None:
    assert not [text for text in names() if any(unicodedata.category(each).startswith("C") for each in text)]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_member_typed_by_a_clerk_is_taken_or_refused(kind: str, there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    for field in ("name", "code", "number", "mail"):
        form = {"name": f"見本{field}".encode(), "code": b"", "number": b"", "mail": b""} | {field: HOSTILE[kind]}
        page = sent(client, reverse("desk_member_new", args=[place]), form)
        assert page.status_code in (302, 422), field
        assert b"<script>alert" not in page.content
        if kind in UNSEEN:
            assert page.status_code == 422, field
    sent(client, reverse("desk_member_invite", args=[place, there.member.pk]), {"mail": HOSTILE[kind]})
    for field in ("q", "state", "sort", "year", "page", "size"):
        page = asked(client, reverse("desk", args=[place]), field, HOSTILE[kind])
        assert page.status_code == 200, field
        assert b"<script>alert" not in page.content
        for form_ in ("csv", "xlsx"):
            assert asked(client, reverse("desk_export", args=[place, form_]), field, HOSTILE[kind]).status_code == 200
    sent(
        client,
        reverse("desk_remind", args=[place]),
        dict.fromkeys(("member", "q", "state", "confirmed"), HOSTILE[kind]),
    )
    nothing_unseen_is_stored()


@pytest.mark.parametrize("kind", UNSEEN)
def test_a_list_with_a_character_that_cannot_be_seen_is_refused_at_its_cell(
    kind: str, there: Tree, as_clerk: SignIn
) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    for heading in ("事業者名", "コード"):
        other = "コード" if heading == "事業者名" else "事業者名"
        text = f"{heading},{other}\n".encode() + b'"x' + HOSTILE[kind] + 'y",見本\n'.encode()
        page = client.post(
            reverse("desk_load", args=[place]), {"kind": "members", "file": SimpleUploadedFile("list.csv", text)}
        )
        assert page.status_code == 422
    with unscoped("a test's rows"):
        assert not Upload.objects.exists()
    nothing_unseen_is_stored()


@pytest.mark.parametrize("kind", HOSTILE)
def test_whoever_asks_to_join_is_understood_or_asked_again(kind: str, there: Tree, as_clerk: SignIn) -> None:
    clerk, visitor, place = as_clerk("association", there.association), Client(), there.association.pk
    for field in ("name", "number", "mail", "note"):
        form = {"name": "見本商店".encode(), "number": b"", "mail": b"asks@example.jp", "note": b"", "send": b"1"}
        key = {"key": str(uuid.uuid4()).encode()}
        page = sent(visitor, reverse("join_ask", args=[place]), {**form, **key, field: HOSTILE[kind]})
        assert page.status_code in (302, 422), field
        assert b"<script>alert" not in page.content
    assert sent(visitor, reverse("join_ask", args=[place]), {**form, "key": HOSTILE[kind]}).status_code == 404
    for field in ("q", "prefecture"):
        assert asked(visitor, reverse("join"), field, HOSTILE[kind]).status_code in (200, 404)
    with unscoped("a test's rows"):
        waiting = list(JoinRequest.objects.values_list("pk", flat=True))
    for number, row in enumerate(waiting):
        assert b"<script>alert" not in clerk.get(reverse("desk_request", args=[place, row])).content
        form = {"decline": b"", "reason": HOSTILE[kind]} if number == 0 else {}
        assert sent(clerk, reverse("desk_request", args=[place, row]), form).status_code in (302, 422)
    nothing_unseen_is_stored()


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_doors_take_no_harm(kind: str, there: Tree) -> None:
    user = account()
    grant_role(user=user, organisation=there.member, role="member")
    member, visitor, value = Client(), Client(), HOSTILE[kind]
    member.force_login(user)
    for path in ("/account/login/", "/account/password/reset/"):
        page = sent(visitor, path, {"login": value, "password": value, "email": value, "next": value})
        assert page.status_code in (200, 302, 422, 429), path
        assert b"<script>alert" not in page.content
    for path in ("/account/email/", "/account/password/change/", "/account/reauthenticate/"):
        form = dict.fromkeys(("email", "oldpassword", "password1", "password2", "password", "code", "next"), value)
        assert sent(member, path, form).status_code in (200, 302, 422, 429), path
    page = sent(member, reverse("people", args=[there.member.pk]), {"mail": value})
    assert page.status_code == 422
    assert b"<script>alert" not in page.content
    assert sent(visitor, "/language", {"language": value, "next": value}).status_code == 302


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_name_leaves_as_a_formula(formula: str, there: Tree, as_clerk: SignIn) -> None:
    row = add_organisation(kind="member", name=formula, parent=there.association)
    with unscoped("a test's rows"):
        Reference.objects.create(tenant=row.pk, above=there.association.pk, code=formula)
    client = as_clerk("association", there.association)
    for form in ("csv", "csv-cp932"):
        file = client.get(reverse("desk_export", args=[there.association.pk, form]))
        table = list(csv.reader(io.StringIO(file.content.decode("cp932" if form == "csv-cp932" else "utf-8-sig"))))
        cells = [cell for line in table for cell in line]
        assert not [cell for cell in cells if unicodedata.normalize("NFKC", cell).lstrip()[:1] in tuple("=+-@")], form
    book = load_workbook(io.BytesIO(client.get(reverse("desk_export", args=[there.association.pk, "xlsx"])).content))
    assert book.active is not None
    assert {cell.data_type for line in book.active.iter_rows() for cell in line} <= {"s", "n", "inlineStr"}
