"""Planted markers: what members and clerks hand over is found nowhere but sealed, and clerks see nothing of a member's."""

import base64
import io
import json
import logging
import re
import uuid
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from sonae.programmes.canonical import canonical
from sonae_web.accounts.models import STAFF, JoinRequest, Organisation, User
from sonae_web.accounts.rules import addresses
from sonae_web.accounts.services import add_organisation, grant_role
from sonae_web.accounts.tokens import issue_token
from sonae_web.declarations import drafts
from sonae_web.declarations import services as declarations
from sonae_web.desk import totals
from sonae_web.diagnosis import checklists
from sonae_web.diagnosis.models import Result
from sonae_web.ground import clock, sealed
from sonae_web.ground.idempotency import once_by_header
from sonae_web.ground.logs import Json
from sonae_web.ground.models import Mail
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.inquiries.models import Inquiry
from sonae_web.policies import banks, deciding, proposals, records
from sonae_web.policies import drafts as drafted
from sonae_web.policies.models import Application
from tests.web.cast import Tree, once, scope, tree
from tests.web.policies.cast import ACCOUNT, BANKS, checked, confirmed, quoted, ready, sent
from tests.web.policies.cast import now as seen
from tests.web.stage import Stage, value
from tests.web.test_members import FACTS, at

pytestmark = pytest.mark.django_db
OF_MEMBERS = ("facts", "note", "file name", "file", "file in cp932", "colleague")
DECLARED = ("declared", "signatory", "notified")
JUDGED = ("ruling", "condition")
INQUIRED = ("inquiry", "asker", "told")
APPLIED = ("applicant", "point", "holder", "account")
_TYPED = ("wish", "reason", "row", "answer", *DECLARED, *JUDGED, *INQUIRED, *APPLIED[:2])
MARKERS = {
    **{name: f"標識{number}目印zq7{number}x" for number, name in enumerate((*OF_MEMBERS[:-1], *_TYPED))},
    "colleague": "zq7x-colleague@example.jp",
    "asks": "zq7x-asks@example.jp",
    "inquires": "zq7x-inquires@example.jp",
    "listed": "zq7x-listed@example.jp",
    "password": "zq7x 見本の長い合言葉",
    "app": "ZQ7XPEHPK3PXPJBSWY3DPEHPK3PXPJBS",
    "holder": "ZQ7X HOLDER",
    "account": "7350917",
}
"""What is handed over, each in a place of its own."""
ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be")


def forms(text: str) -> Iterator[bytes]:
    """Every form in which a text could lie in bytes."""
    yield from (json.dumps(text)[1:-1].encode(), json.dumps(text)[1:-1].upper().encode(), quote(text).encode())
    for encoding in ENCODINGS:
        plain = text.encode(encoding)
        yield from (plain, plain.hex().encode(), plain.hex().upper().encode(), repr(plain)[2:-1].encode())
        for before in range(3):
            whole = base64.b64encode(bytes(before) + plain)
            certain = whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]
            yield from (certain, certain.translate(bytes.maketrans(b"+/", b"-_")))


def found(texts: dict[str, str], where: bytes) -> set[str]:
    """The names of the markers that lie in bytes, in whatever form."""
    return {name for name, text in texts.items() if any(form in where for form in forms(text))}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_marker_is_found_in_every_form(encoding: str) -> None:
    text = MARKERS["facts"]
    plain = text.encode(encoding)
    for around in (b"", b"a", b"ab", b"abc", b"abcd"):
        whole = around + plain + around
        for told in (whole, base64.b64encode(whole), base64.urlsafe_b64encode(whole), whole.hex().encode()):
            assert found({"it": text}, told) == {"it"}
    assert found({"it": text}, json.dumps({"name": text}).encode()) == {"it"}
    assert found(MARKERS, plain) == {"facts"}
    assert not found(MARKERS, b"nothing of it")


# --- handing over
def hand_over(there: Tree) -> dict[str, str]:
    """Drive the site as a member, a visitor, a clerk and a program do, with markers; return them and what was given out."""
    texts = dict(MARKERS)
    member, clerk = _signed_in("member", there.member), _signed_in("association", there.association)
    _diagnosis(member, there)
    _actions(member, there)
    _declaration(member, there)
    _application(there)
    _decision(member, there)
    member.post(at("people", there.member), {"mail": texts["colleague"], **once()})
    _asks_to_join(there)
    _inquires(there)
    with unscoped("test"):
        asked = JoinRequest.objects.get().pk
    clerk.post(at("desk_request", there.association, asked=asked), {"decline": "", "reason": texts["reason"]})
    rows = f"コード,事業者名,法人番号,メールアドレス\nM9,{texts['row']},,{texts['listed']}\n".encode()
    sent = clerk.post(
        at("desk_load", there.association), {"kind": "members", "file": SimpleUploadedFile("a.csv", rows)}
    )
    assert sent.status_code == 302
    texts["link"] = (
        Client()
        .post("/quick/", {"industry": "retail", "employees": "3", "persons_held": "900"})["Location"]
        .split("/")[2]
    )
    _as_a_program(there, texts)
    _totals(there)
    return texts


def _signed_in(role: str, place: Organisation) -> Client:
    user = User.objects.create_user(f"{role}@example.jp", MARKERS["password"])
    grant_role(user=user, organisation=place, role=role)
    if role in STAFF:
        TOTP.activate(user, MARKERS["app"])
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _diagnosis(member: Client, there: Tree) -> None:
    member.post(at("checklist_start", there.member))
    following = member.post(at("checklist_facts", there.member), FACTS | {"name": MARKERS["facts"]})["Location"]
    while "/questions/" in following:
        following = member.post(following, {"answer": "no", "seen": "0"})["Location"]
    result = member.post(at("checklist_hand_in", there.member))["Location"]
    assert MARKERS["facts"] in member.get(result).content.decode()
    assert member.get(result + "/report.pdf").content.startswith(b"%PDF")
    member.post(at("checklist_start", there.member))
    filled = member.get(at("checklist_template", there.member, form="checklist-sjis.csv")).content
    assert MARKERS["facts"].encode("cp932") in filled
    changed = filled.replace("いいえ".encode("cp932"), "はい".encode("cp932"), 3)
    page = member.post(at("checklist_file", there.member), {"file": SimpleUploadedFile("a.csv", changed)})
    taken = re.search(r'name="taken" value="([^"]+)"', page.content.decode())
    assert taken
    assert member.post(at("checklist_file", there.member), {"taken": taken[1]}).status_code == 302


def _actions(member: Client, there: Tree) -> None:
    action = at("action", there.member, question="attack.mfa")
    planned = {"note": MARKERS["note"], "assignee": "", "due_on": "", "seen": "0"}
    assert member.post(action, planned).status_code == 302
    for text, encoding in (("file", "utf-8"), ("file in cp932", "cp932")):
        file = SimpleUploadedFile(f"{MARKERS['file name']}.txt", MARKERS[text].encode(encoding))
        assert member.post(f"{action}/attach", {"file": file}).status_code == 302


def _decision(member: Client, there: Tree) -> None:
    """A quote that is referred, and what the underwriter writes about it."""
    told = {"industry": "retail", "annual_sales": "1億", "persons_held": "900", "recent_claims": "0"}
    asked = {**told, "known_incident": "yes", "plan": "p1000", **once()}
    made = member.post(at("quote_new", there.member), asked)["Location"].split("/")[-2]
    judged = {"outcome": "approved", "loading": "1.1", "reason": MARKERS["ruling"], "conditions": MARKERS["condition"]}
    underwriter = _signed_in("underwriter", there.prefecture)
    answer = underwriter.post(at("referral", there.prefecture, quote=made), {**judged, **once()})
    assert answer.status_code == 302


def _declaration(member: Client, there: Tree) -> None:
    following = member.post(at("declaration_start", there.member))["Location"]
    acts = scope("member", there.member)
    while "/sections/" in following:
        with declared(acts):
            found_now = drafts.read(acts)
        assert found_now is not None
        section = found_now.section(following.rsplit("/", 1)[1])
        assert section is not None
        form = FACTS | {"seen": str(found_now.draft.version), "name": MARKERS["facts"], "stated": "no"}
        form |= {"confirm": list(section.items)}
        form |= {each.id: "no" for each in section.questions}
        if section.id == "leaks":
            form |= {"stated": "yes", "when-0": "2026-01", "what-0": MARKERS["declared"]}
        following = member.post(following, form)["Location"]
    with declared(acts):
        found_now = drafts.read(acts)
    assert found_now is not None
    signs = {"name": MARKERS["signatory"], "position": "代表者", "authority": "representative", "sure": "1"}
    seen = str(found_now.draft.version)
    assert member.post(following, signs | {"seen": seen, **once()}).status_code == 302
    office, application = scope("federation", there.prefecture), uuid.uuid4()
    with declared(acts):
        row = declarations.signed(scope=acts)
        assert row is not None
        declarations.lay_before(scope=acts, signed=row, application=application)
    with declared(office):
        declarations.freeze(scope=office, application=application, version=row.version)
    told = {"kind": "other", "changed_on": clock.today().isoformat(), "text": MARKERS["notified"]}
    assert member.post(at("declaration_changes", there.member), told | once()).status_code == 302


def _asks_to_join(there: Tree) -> None:
    wish = {"name": MARKERS["wish"], "number": "", "mail": MARKERS["asks"], "note": MARKERS["wish"]}
    sent = Client().post(f"/join/{there.association.pk}", wish | {"send": "", "key": str(uuid.uuid4())})
    assert sent.status_code == 302, sent.content.decode()


def _inquires(there: Tree) -> None:
    """A visitor asks, and the clerk of the federation that it came to answers."""
    clerk = _signed_in("federation", there.national)
    entry = {"text": MARKERS["inquiry"], "name": MARKERS["asker"], "mail": MARKERS["inquires"], "consent": "yes"}
    assert Client().post("/inquiries/", entry | once()).status_code == 302
    with unscoped("test"):
        asked = Inquiry.objects.get().pk
    answer = {"answer": MARKERS["told"], "version": "0", **once()}
    assert clerk.post(at("desk_inquiry", there.national, inquiry=asked), answer).status_code == 302


def _as_a_program(there: Tree, texts: dict[str, str]) -> None:
    user = User.objects.get(email="member@example.jp")
    role = user.roles.get().pk
    _, texts["token"] = issue_token(user=user, role=role, name="見本", scopes=["reports:read"], days=3)
    request = RequestFactory().post("/api/v1/x", headers={"Idempotency-Key": str(uuid.uuid4())})
    once_by_header(request, user.pk, lambda: HttpResponse(texts["answer"]))


def _application(there: Tree) -> None:
    """A member applies through the pages; the federation refers it, two clerks decide, and one is returned."""
    acts = scope("member", there.neighbour)
    offices = [scope("federation", each) for each in (there.prefecture, there.national)]
    with declared(acts):
        row = _filled(acts, there)
        row = sent(acts, row)
    confirmed(scope("association", there.association), row.pk)
    with declared(offices[0]):
        point = [MARKERS["point"]]
        deciding.refer(scope=offices[0], application=row.pk, seen=seen(offices[0], row.pk).version, points=point)
    checked(offices[0], row.pk)
    with declared(offices[0]):
        version = seen(offices[0], row.pk).version
        made = proposals.propose(scope=offices[0], application=row.pk, seen=version, step="accept", points=point)
    with declared(offices[1]):
        proposals.approve(scope=offices[1], application=row.pk, proposal=made.pk)


def _filled(acts: Scope, there: Tree) -> Application:
    """An application filled in through its pages, with markers where people type."""
    ready(acts)
    banks.load(BANKS)
    choice = records.open_choices()[0]
    made = quoted(acts, choice.kind)
    browser = Client()
    browser.force_login(User.objects.get(pk=acts.user))
    begun = browser.post(at("application_start", there.neighbour), {"year": str(choice.year), **once()})["Location"]
    root = begun.rsplit("/", 1)[0]
    business = {"persons_held": "1200", "signatory": MARKERS["applicant"], "position": "見本", "authority": "delegated"}
    account = {**ACCOUNT, "holder": MARKERS["holder"], "number": MARKERS["account"]}
    row = Application.within(acts).get()
    confirm = {"how": "paper", "version": drafted.version_now(row), "given": list(drafted.CONFIRMED)}
    parts: dict[str, dict[str, Any]] = {
        "plan": {"quote": str(made.pk)},
        "business": business,
        "account": account,
        "confirm": confirm,
    }
    for name, form in parts.items():
        version = Application.within(acts).get().version
        assert browser.post(f"{root}/{name}", {**form, "seen": str(version)}).status_code == 302, name
    return Application.within(acts).get()


def _totals(there: Tree) -> None:
    """Enough results that totals are published."""
    for number in range(6):
        place = add_organisation(kind="member", name=f"見本{number}号店", parent=there.association)
        with unscoped("test"):
            first = Result.objects.get(tenant=there.member.pk)
            sheet = first.checklist
            sheet.pk, sheet.tenant, sheet._state.adding = uuid.uuid4(), place.pk, True
            sealed.put(sheet, "content", {})
            sheet.save(force_insert=True)
            row = Result.objects.defer("content").get(pk=first.pk)
            row = Result(
                tenant=place.pk, checklist=sheet, made_by=uuid.uuid4(), areas=row.areas, made_at=clock.now(),
                **{name: getattr(row, name) for name in ("edition", "year", "on", "number", "release", "fingerprint", "grade")},
            )  # fmt: skip
            sealed.put_bytes(row, "content", canonical({}))
            row.save(force_insert=True)
    with transaction.atomic():
        totals.make_totals(clock.today() + timedelta(days=1))


# --- looking for it
def everything_stored(path: Path | None) -> bytes:
    """The database, as raw as it can be had: its file with what is still in the write-ahead log, or every row as text."""
    if path is not None:
        files = sorted(path.parent.glob(f"{path.name}*"))
        assert [each.name for each in files if each.name.endswith("-wal") and each.stat().st_size]
        return b"".join(each.read_bytes() for each in files)
    rows: list[str] = []
    with unscoped("test"), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t")  # noqa: S608
            rows += (str(row[0]) for row in cursor.fetchall())
    return "\n".join(rows).encode()


def _read_back() -> None:
    """Every sealed column was written, and the markers are in them."""
    told = bytearray()
    with unscoped("test"):
        for model, column in sealed.columns():
            rows = [row for row in model._base_manager.all() if getattr(row, column)]
            assert rows, f"nothing was handed over that {model._meta.label}.{column} holds"
            for row in rows:
                content = sealed.get_bytes(row, column)
                told += content + b"\n"
                with suppress(zlib.error):
                    told += zlib.decompress(content)
    assert found(MARKERS, bytes(told)) == MARKERS.keys() - {"password", "app"}  # a hash; sealed by allauth's own column


def _errors(there: Tree, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Pages of faults, with markers in what was asked and in what went wrong."""
    member = Client(raise_request_exception=False)
    member.force_login(User.objects.get(email="member@example.jp"))
    mark = MARKERS["facts"]
    answers = [
        member.get(f"/my/{there.member.pk}/{mark}"),
        member.get(at("checklist_question", there.member, question=mark)),
        member.get(f"/quick/{'A' * 43}/result"),
        member.post(at("checklist_file", there.member), {"taken": mark}),
        Client(enforce_csrf_checks=True).post("/language", {"language": mark}),
        Client().get("/", headers={"Host": "zq7x.example"}),
    ]

    def fails(scope: object) -> None:
        raise ValueError(mark, MARKERS)

    with monkeypatch.context() as broken:
        broken.setattr(checklists, "read", fails)
        answers.append(member.get(at("checklist", there.member)))
    assert {answer.status_code for answer in answers} >= {403, 404, 422, 500}
    return b"\n".join(answer.content for answer in answers)


def _pages_of_clerks(there: Tree) -> bytes:
    """Every page and file that a clerk of an association or a federation can open."""
    stage, shown = Stage(there, {}, (), {}), []
    for role, place in (
        ("association", there.association), ("federation", there.prefecture), ("federation", there.national)
    ):  # fmt: skip
        user = User.objects.create_user(f"reads-{place.kind}@example.jp")
        grant_role(user=user, organisation=place, role=role)
        TOTP.activate(user, MARKERS["app"])
        clerk = Client()
        clerk.force_login(user)
        for address in addresses():
            if isinstance(address.rule, frozenset) and role in address.rule:
                blanks = {
                    name: value(stage, address.name, name, place) for name in address.blanks.keys() - {"organisation"}
                }
                answer = clerk.get(address.path({**blanks, "organisation": place.pk}))
                shown += [answer.content] if answer.status_code == 200 else []
    assert len(shown) >= 30
    return b"\n".join(shown)


def test_what_is_handed_over_lies_nowhere_but_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(Json())
    path = tmp_path / "site.sqlite3" if connection.vendor == "sqlite" else None

    def all_of_it() -> None:
        if path is not None:
            call_command("migrate", verbosity=0)
        there = tree()
        texts = hand_over(there)
        _read_back()
        faults = _errors(there, monkeypatch)
        assert found(texts, everything_stored(path)) == set()
        assert found(texts, faults) == set()
        assert found(texts, lines.getvalue().encode()) == set()
        assert "request" in lines.getvalue()
        assert (
            found({name: texts[name] for name in (*OF_MEMBERS, *DECLARED, *APPLIED)}, _pages_of_clerks(there)) == set()
        )
        subjects = "\n".join(mail.get("subject", "") for mail in _mails())
        bodies = json.dumps(_mails(), ensure_ascii=False)
        assert found(texts, subjects.encode()) == set()
        own = {name: texts[name] for name in (*OF_MEMBERS[:-1], *DECLARED, *APPLIED, "password", "app", "token", "row")}
        assert found(own, bodies.encode()) == set()

    logging.getLogger().addHandler(handler)
    try:
        _in_a_database_of_its_own(path, all_of_it, monkeypatch)
    finally:
        logging.getLogger().removeHandler(handler)


def _mails() -> list[dict[str, Any]]:
    return [sealed.get(row, "content") for row in Mail.objects.exclude(content=None)]


def _in_a_database_of_its_own(path: Path | None, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite in a file, as a site has it, by a thread with its own connection; elsewhere in the test's."""
    if path is None:
        act()
        return
    monkeypatch.setitem(connections.databases["default"], "NAME", str(path))

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
