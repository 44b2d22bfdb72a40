"""Requests that no form of ours sends: without a token, by another method, for another host, away to another site, too large."""

import uuid
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import grant_role
from sonae_web.desk.models import Upload
from sonae_web.ground.scope import unscoped
from tests.web.accounts.doors import account, mails
from tests.web.cast import Tree, once
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db

ELSEWHERE = (
    "https://thief.example/", "//thief.example/", "///thief.example", "/\\thief.example", "\\\\thief.example", "http:thief.example",
    "https:///thief.example", "javascript:alert(1)", "data:text/html,x", "\t//thief.example", "/\t/thief.example",
    "https://testserver@thief.example/", "http://testserver:80@thief.example/", "%2F%2Fthief.example",
)  # fmt: skip
ID = str(uuid.uuid4())


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the site but the API's, its blanks filled with something that is nobody's."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each, route)
        elif isinstance(each, URLPattern) and not route.startswith("api/"):
            yield "/" + _filled(route)


def _filled(route: str) -> str:
    for blank, value in (
        ("<uuid:organisation>", ID), ("<uuid:association>", ID), ("<uuid:member>", ID), ("<uuid:upload>", ID),
        ("<form:form>", "csv"), ("<int:pk>", "1"), ("<int:number>", "1"), ("<str:link>", "x" * 43),
    ):  # fmt: skip
        route = route.replace(blank, value)
    while "<" in route:
        start, end = route.index("<"), route.index(">")
        route = route[:start] + (ID if route[start + 1 : end].startswith("uuid") else "x") + route[end + 1 :]
    return route.replace("^", "").replace("$", "").replace("\\Z", "")


def test_no_form_is_taken_without_its_token(there: Tree) -> None:
    client = Client(enforce_csrf_checks=True)
    user = account()
    grant_role(user=user, organisation=there.member, role="member")
    client.force_login(user)
    tried = [path for path in addresses() if "(?P" not in path and "<" not in path]
    assert len(tried) > 60
    refused = {path: client.post(path, {"sure": "1"}).status_code for path in tried}
    assert {path: status for path, status in refused.items() if status not in (403, 404, 405)} == {}
    assert sum(status == 403 for status in refused.values()) > 60
    other = client.post("/account/logout/", {}, headers={"Origin": "https://thief.example"})
    assert other.status_code == 403
    assert client.get("/home").status_code == 302, "signed in still, and led to the only role's page"


def test_no_method_is_taken_for_another(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    archive = reverse("desk_member_archive", args=[place, there.member.pk])
    restore = reverse("desk_member_restore", args=[place, there.member.pk])
    remind = reverse("desk_remind", args=[place])
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        client.get(archive, {"_method": "POST", "sure": "1"}, headers={header: "POST"})
        client.get("/account/logout/", {"_method": "POST"}, headers={header: "POST"})
        client.get(remind, {"all": "1", "confirmed": "1", "sure": "1"}, headers={header: "POST"})
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD", "PROPFIND"):
        for path in (
            archive,
            restore,
            remind,
            reverse("desk", args=[place]),
            reverse("desk_load", args=[place]),
            "/language",
        ):
            status = client.generic(
                method, path, "sure=1", content_type="application/x-www-form-urlencoded"
            ).status_code
            assert status in (200, 302, 405), (method, path)
    there.member.refresh_from_db()
    assert there.member.state == Organisation.State.ACTIVE
    assert not mails()
    assert client.get(reverse("desk", args=[place])).status_code == 200


def test_another_host_is_refused_and_never_written_into_a_letter(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    for host in ("thief.example", "testserver.thief.example", "testserver@thief.example", "testserver:99999x", ""):
        assert client.get("/", headers={"host": host}).status_code == 400
    by_hand = {"host": "localhost", "X-Forwarded-Host": "thief.example", "X-Forwarded-For": "1.2.3.4"}
    grant_role(user=account("m@example.jp"), organisation=there.neighbour, role="member")
    with override_settings(ADDRESS="https://sonae.example.jp"):
        client.post(
            reverse("desk_member_invite", args=[place, there.member.pk]),
            {"mail": "a@example.jp"} | once(),
            headers=by_hand,
        )
        form = {"member": str(there.neighbour.pk), "confirmed": "1", "sure": "1"} | once()
        client.post(reverse("desk_remind", args=[place]), form, headers=by_hand)
        Client().post("/account/password/reset/", {"email": "m@example.jp"}, headers={"host": "testserver"})
    invitation, reminder, _ = mails()
    assert "https://sonae.example.jp/invitation/" in invitation.body
    assert "https://sonae.example.jp/home" in reminder.body
    assert "localhost" not in invitation.body + reminder.body


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_to_another_site(target: str) -> None:
    account()
    form = {"login": "hanako@example.jp", "password": "見本の長い合言葉 2026", "next": target}
    for address in ("/account/login/", "/account/login/?" + "next=" + target.replace("\t", "%09")):
        client = Client()
        assert client.post(address, form)["Location"].split("?")[0] in (
            "/home",
            "/%2F%2Fthief.example",
            "%2F%2Fthief.example",
        )
    answer = Client().post("/language", {"language": "en", "next": target}, headers={"Referer": target.strip() or "/"})
    assert answer["Location"] in ("/", "%2F%2Fthief.example")
    client = Client()
    client.force_login(account("b@example.jp"))
    assert "thief" not in client.post(f"/account/logout/?next={target}", {"next": target}).get("Location", "").replace(
        "%2F%2Fthief.example", ""
    )


def test_private_pages_and_files_are_kept_nowhere_and_framed_by_nobody(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    paths = ["/home", "/settings", reverse("desk", args=[place]), reverse("desk_totals", args=[place])]
    paths += [reverse("desk_export", args=[place, form]) for form in ("csv", "xlsx")]
    paths += [reverse("desk_load_template", args=[place, "members", "xlsx"]), reverse("desk_requests", args=[place])]
    for path in [*paths, "/account/login/", "/missing"]:
        page = client.get(path)
        assert page.get("X-Frame-Options") == "DENY", path
        assert page.get("X-Content-Type-Options") == "nosniff", path
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"], path
        if path in paths:
            assert "no-store" in page["Cache-Control"], path
        if "export" in path or "load" in path:
            assert page["Content-Disposition"].startswith("attachment; filename="), path


def test_too_much_is_refused(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    new = reverse("desk_member_new", args=[place])
    assert client.post(new, {"name": "x" * 10_000_000}).status_code == 400
    assert client.post(new, {f"f{number}": "1" for number in range(5_000)}).status_code == 400
    files = {f"f{number}": SimpleUploadedFile("a", b"x") for number in range(200)}
    assert client.post(new, files).status_code == 400
    wide = "&".join(["name=x"] * 5_000)
    assert client.post(new, wide, content_type="application/x-www-form-urlencoded").status_code == 400


def test_a_list_as_large_as_the_page_says_is_read_and_a_larger_one_is_told_so(there: Tree, as_clerk: SignIn) -> None:
    client, place = as_clerk("association", there.association), there.association.pk
    row = f"見本商店{'あ' * 100},,,\n".encode()
    for size, told in ((15_000_000, "page"), (21_000_000, "ファイルが大きすぎます")):
        text = (
            "事業者名,コード,法人番号,メールアドレス\n".encode() + row * 3 + (b" " * 1_000 + b",,,\n") * (size // 1_004)
        )
        page = client.post(
            reverse("desk_load", args=[place]), {"kind": "members", "file": SimpleUploadedFile("list.csv", text)}
        )
        assert page.status_code == 422
        words = page.content.decode()
        assert "ファイルが選ばれていません" not in words
        assert ("2行目にもあります" in words) if told == "page" else (told in words)
    with unscoped("a test's rows"):
        assert not Upload.objects.exists()
