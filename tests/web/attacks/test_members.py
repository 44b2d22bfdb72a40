"""A hostile colleague: markup in names, notes and files of a business; numbers that no business has."""

import re
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sonae_web.diagnosis import actions, checklists, results
from sonae_web.diagnosis.models import Evidence, Result
from sonae_web.ground.scope import declared, unscoped
from tests.web.cast import Tree, acting, person
from tests.web.test_checklists import SHOP, answered
from tests.web.test_members import at

pytestmark = pytest.mark.django_db

MARKUP = "\"'><script>alert(1)</script><svg/onload=alert(2)>"
LIVE = re.compile(r"<script>alert|<svg/onload|onload=alert\(2\)>(?!;)")
NUMBERS = ("9" * 401, "1e400", "-1", "0x10", "٣٣", "²", "½", "NaN", "inf", "1_000", "9,9,9", " ", "1" * 20)


@pytest.fixture
def business(there: Tree, client: Client) -> Client:
    user = person()
    scope = acting(user, "member", there.member)
    client.force_login(user)
    with declared(scope):
        answered(scope, "no", business=replace(SHOP, name=MARKUP))
        results.hand_in(scope=scope)
        checklists.start(scope=scope)
    return client


def test_markup_is_text_on_every_page_of_a_member(business: Client, there: Tree) -> None:
    with unscoped("a test's rows"):
        result = Result.objects.get().pk
    scope = acting(person("taro@example.jp"), "member", there.member)
    with declared(scope):
        first = actions.listed(scope)[0]
    page = at("action", there.member, question=first.question)
    form = {"assignee": "", "due_on": "", "note": MARKUP + "\u202e\x00\u200b", "seen": "0"}
    assert business.post(page, form).status_code == 302
    sent = SimpleUploadedFile("x\"'><script>alert(1)<.txt", b"<script>alert(1)</script>", "text/html")
    assert business.post(at("action_attach", there.member, question=first.question), {"file": sent}).status_code == 302
    paths = [
        at(name, there.member) for name in ("business", "checklist", "checklist_facts", "actions", "results", "people")
    ]
    paths += [page, at("result", there.member, result=result), at("checklist_hand_in", there.member)]
    for path in paths:
        found = business.get(path)
        assert found.status_code == 200, path
        assert not LIVE.search(found.content.decode()), path
    task = actions.one(scope, first.question)
    assert task is not None
    with declared(scope):
        assert actions.text(task.task) == MARKUP, "and nothing that cannot be seen"


def test_a_file_is_handed_back_as_a_download_and_never_as_a_page(business: Client, there: Tree) -> None:
    scope = acting(person("taro@example.jp"), "member", there.member)
    with declared(scope):
        first = actions.listed(scope)[0]
    attach = at("action_attach", there.member, question=first.question)
    names = (
        "証拠\t\u2028Set-Cookie: a=b.txt",
        "../../etc/passwd.txt",
        "a;filename=evil.html.txt",
        "\u202egnp.txt",
        "x" * 500 + ".txt",
    )
    for number, name in enumerate(names):
        business.post(
            attach, {"file": SimpleUploadedFile(name, b"<html><script>1" + str(number).encode(), "text/html")}
        )
    for name, content in (
        ("a.html", b"<html>"),
        ("a.svg", b"<svg/>"),
        ("a.pdf", b"<html>%PDF-1.7"),
        ("a.png", b"GIF89a<script>"),
    ):
        assert business.post(attach, {"file": SimpleUploadedFile(name, content)}).status_code == 422, name
    with unscoped("a test's rows"):
        kept = list(Evidence.objects.values_list("pk", flat=True))
    assert len(kept) == len(names)
    for row in kept:
        file = business.get(at("evidence", there.member, evidence_id=row))
        assert file["Content-Type"] == "text/plain; charset=utf-8"
        assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w.%~-]+", file["Content-Disposition"], re.ASCII)
        assert "%2F" not in file["Content-Disposition"]
        assert file["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in file["Content-Security-Policy"]
        assert "no-store" in file["Cache-Control"]
        assert not file.cookies


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_none_are_told_at_their_field(business: Client, there: Tree, number: str) -> None:
    for field in ("employees", "persons_held", "annual_sales"):
        form = {"name": "見本", "industry": "retail", "employees": "3", "persons_held": "100", "annual_sales": "1000"}
        form |= {"information": "name", "media": "paper", "on_consignment": "no", field: number, "seen": "1"}
        answer = business.post(at("checklist_facts", there.member), form)
        assert answer.status_code in (302, 409, 422), field


@pytest.mark.parametrize(
    "day", ["0001-01-01", "9999-12-31", "10000-01-01", "-1", "2027-W01-1", "9" * 5_000, "20270101"]
)
def test_days_at_the_edges_of_the_calendar_are_kept_or_refused(business: Client, there: Tree, day: str) -> None:
    scope = acting(person("taro@example.jp"), "member", there.member)
    with declared(scope):
        first = actions.listed(scope)[0]
    form = {"assignee": "", "due_on": day, "note": "", "seen": "0"}
    answer = business.post(at("action", there.member, question=first.question), form)
    assert answer.status_code in (302, 422)
    assert business.get(at("actions", there.member)).status_code == 200
