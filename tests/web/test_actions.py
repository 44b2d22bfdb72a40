"""The action list: made by the result, ticked off, planned by several, shown by evidence, looked at again next time."""

import struct
import zlib
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sonae.programmes.canonical import canonical
from sonae_web.accounts.models import User
from sonae_web.diagnosis import actions, checklists, evidence, results
from sonae_web.diagnosis.models import Evidence, Result, Task
from sonae_web.ground import sealed
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.cast import Tree, acting, once, person
from tests.web.test_checklists import answered
from tests.web.test_members import at

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 6)) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2) -> bytes:
    frame = struct.pack(">BBHBHHB", 0xFF, 0xC0, 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame + b"\xff\xda\x00\x02" + b"\0" * 9 + b"\xff\xd9"


pytestmark = pytest.mark.django_db


@pytest.fixture
def member(place: Tree, client: Client) -> Any:
    user: User = person()
    with unscoped("test"):
        scope = acting(user, "member", place.member)
    client.force_login(user)
    with declared(scope):
        yield scope


@pytest.fixture
def first(member: Scope) -> actions.Action:
    answered(member, "no")
    results.hand_in(scope=member)
    return actions.listed(member)[0]


def now(member: Scope, action: actions.Action) -> actions.Action:
    found = actions.one(member, action.question)
    assert found is not None
    return found


def test_the_list_comes_from_the_result_law_and_grade_first_then_by_yen_an_hour(
    member: Scope, first: actions.Action
) -> None:
    found = actions.listed(member)
    assert len(found) > 50
    urgent = [each.urgent for each in found]
    assert urgent == sorted(urgent, reverse=True)
    rest = [(each.saves or 0) / max(float(each.hours), 0.25) for each in found if not each.urgent]
    assert all(one >= two - 4 for one, two in pairwise(rest))  # in whole yen, an hour of a quarter
    assert Task.within(member).count() == 0


def test_the_list_of_a_result_made_before_it_had_a_column_is_read_from_its_content(
    member: Scope, first: actions.Action
) -> None:
    row = Result.within(member).get()
    listed = results.actions(row)
    sealed.put_bytes(row, "content", zlib.compress(canonical(results.content(row) | {"actions": listed})))
    row.actions = b""
    row.save(update_fields=["content", "actions"])
    assert actions.listed(member)[0] == first
    assert actions.progress(member) == (len(listed), 0)
    actions.tick(scope=member, action=first, done=True)
    assert actions.progress(member) == (len(listed), 1)


def test_ticked_off_and_opened_again(member: Scope, first: actions.Action) -> None:
    assert actions.tick(scope=member, action=first, done=True).done_at is not None
    assert actions.tick(scope=member, action=first, done=True).version == 2
    assert now(member, first).done
    assert actions.tick(scope=member, action=first, done=False).done_at is None
    assert not now(member, first).done
    told = AuditRow.objects.filter(kind="task").order_by("created_at").values_list("action", flat=True)
    assert list(told) == ["action.done", "action.opened"]


def test_planned_by_two_the_second_is_told(client: Client, place: Tree, member: Scope, first: actions.Action) -> None:
    page = at("action", place.member, question=first.question)
    form = {"assignee": str(member.user), "due_on": "2027-02-28", "note": "金庫を買う", "seen": "0"}
    assert client.post(page, form).status_code == 302
    conflict = client.post(page, {**form, "note": "別のメモ"})
    assert conflict.status_code == 409
    assert "金庫を買う" in conflict.content.decode()
    assert "別のメモ" in conflict.content.decode()
    seen = str(now(member, first).task.version)  # type: ignore[union-attr]  # the task was begun above
    assert client.post(page, {**form, "note": "別のメモ", "seen": seen}).status_code == 302
    assert actions.text(now(member, first).task) == "別のメモ"
    assert "金庫".encode() not in bytes(Task.within(member).get().note)


@pytest.mark.parametrize(
    ("field", "value"), [("due_on", "2027-02-30"), ("due_on", "明日"), ("assignee", "x"), ("note", "長" * 2_001)]
)
def test_faults_stand_at_their_field(
    client: Client, place: Tree, first: actions.Action, field: str, value: str
) -> None:
    form = {"assignee": "", "due_on": "", "note": "", "seen": "0", field: value}
    answer = client.post(at("action", place.member, question=first.question), form)
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.content.decode()


def test_nobody_from_outside_is_given_work(client: Client, place: Tree, first: actions.Action) -> None:
    stranger = person("taro@example.jp")
    form = {"assignee": str(stranger.pk), "due_on": "", "note": "", "seen": "0"}
    assert client.post(at("action", place.member, question=first.question), form).status_code == 422


def test_evidence_is_kept_sealed_handed_back_and_removed(
    client: Client, place: Tree, member: Scope, first: actions.Action
) -> None:
    attach = at("action_attach", place.member, question=first.question)
    for _ in range(2):  # sent twice it is one
        assert client.post(attach, {"file": SimpleUploadedFile("../金庫の写真.PNG", png())}).status_code == 302
    row = Evidence.within(member).get()
    assert png() not in bytes(row.content)
    page = client.get(at("action", place.member, question=first.question)).content.decode()
    assert "金庫の写真.PNG" in page
    file = client.get(at("evidence", place.member, evidence_id=row.pk))
    assert file.content == png()
    assert file["Content-Type"] == "image/png"
    assert file["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E9%87%91")
    assert "sandbox" in file["Content-Security-Policy"]
    remove = at("evidence_remove", place.member, evidence_id=row.pk)
    assert "元に戻せません" in client.get(remove).content.decode()
    sent = once()
    assert [client.post(remove, sent).status_code for _ in range(2)] == [302, 302]
    assert client.post(remove, once()).status_code == 404
    told = AuditRow.objects.filter(kind="evidence").order_by("created_at").values_list("action", flat=True)
    assert list(told) == ["evidence.added", "evidence.read", "evidence.removed"]


def test_other_members_reach_neither_actions_nor_files(
    client: Client, place: Tree, member: Scope, first: actions.Action
) -> None:
    row = evidence.add(scope=member, action=first, name="a.pdf", content=PDF)
    taro = person("taro@example.jp")
    with unscoped("test"):
        acting(taro, "member", place.neighbour)
    other = Client()
    other.force_login(taro)
    for organisation in (place.member, place.neighbour):
        assert other.get(at("evidence", organisation, evidence_id=row.pk)).status_code == 404
        assert other.get(at("action", organisation, question=first.question)).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "kind"),
        ("a.svg", b"<svg/>", "kind"),
        ("a.html", b"<script>", "kind"),
        ("a.zip", b"PK\x03\x04", "kind"),
        ("a.pdf", b"<html>%PDF-1.7 %%EOF", "broken"),
        ("a.pdf", png(), "broken"),
        ("a.png", PDF, "broken"),
        ("a.png", png()[:-4], "broken"),
        ("a.png", png(60_000, 60_000), "pixels"),
        ("a.jpg", jpeg(60_000, 60_000), "pixels"),
        ("a.jpg", b"\xff\xd8\xff" + b"\0" * 99 + b"\xff\xd9", "broken"),
        ("a.txt", b"a\0b", "broken"),
        ("a.txt", b"\xff\xfe\x81", "broken"),
        ("a.txt", b"", "broken"),
        ("a.txt", b"x" * 10_000_001, "size"),
        ("...", b"x", "name"),
    ],
)
def test_what_is_no_evidence_is_refused(name: str, content: bytes, reason: str) -> None:
    with pytest.raises(evidence.Unfit) as told:
        evidence.kind_of(name, content)
    assert told.value.reason == reason


def test_what_is_evidence_is_taken() -> None:
    found = [
        evidence.kind_of(name, content)
        for name, content in (
            ("a.pdf", PDF), ("b.PNG", png()), ("c.jpeg", jpeg()), ("d.csv", "名,数\n".encode("cp932")),
        )
    ]  # fmt: skip
    assert found == ["pdf", "png", "jpeg", "text"]


@given(name=st.text(max_size=400), content=st.binary(max_size=300))
def test_any_file_is_taken_or_refused_and_nothing_else(name: str, content: bytes) -> None:
    for beginning in (b"", b"%PDF-1.4", png()[:33], b"\xff\xd8\xff"):
        try:
            assert evidence.kind_of(name + ".jpg", beginning + content) == "jpeg"
        except evidence.Unfit as told:
            assert told.reason  # noqa: PT017 - any reason will do
    assert len(evidence.clean(name)) <= evidence.MOST_NAME
    assert "/" not in evidence.clean(name)


def test_more_files_than_allowed_are_refused_in_words(
    client: Client, place: Tree, member: Scope, first: actions.Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_FILES", 1)
    attach = at("action_attach", place.member, question=first.question)
    client.post(attach, {"file": SimpleUploadedFile("a.txt", b"a")})
    answer = client.post(attach, {"file": SimpleUploadedFile("b.txt", b"b")})
    assert (answer.status_code, "20件まで" in answer.content.decode()) == (422, True)
    monkeypatch.setattr(evidence, "MOST_FILES", 20)
    monkeypatch.setattr(evidence, "MOST_OF_MEMBER", 1)
    assert "200MB" in client.post(attach, {"file": SimpleUploadedFile("b.txt", b"b")}).content.decode()


def test_the_next_diagnosis_looks_again_at_what_was_done(
    client: Client, place: Tree, member: Scope, first: actions.Action
) -> None:
    actions.tick(scope=member, action=first, done=True)
    client.post(at("checklist_start", place.member))
    overview = client.get(at("checklist", place.member)).content.decode()
    assert "済みにした質問が1問あります" in overview
    page = client.get(at("checklist_question", place.member, question=first.question)).content.decode()
    assert "対策リストで" in page
    sheet = checklists.read(member)
    assert sheet is not None
    checklists.save_answer(scope=member, question=first.question, value="yes", seen=sheet.given[first.question].version)
    assert "済みにした質問" not in client.get(at("checklist", place.member)).content.decode()
    results.hand_in(scope=member)
    assert actions.one(member, first.question) is None


def test_before_the_first_result_the_list_says_how_it_fills(client: Client, place: Tree, member: Scope) -> None:
    assert "診断を提出すると" in client.get(at("actions", place.member)).content.decode()
    assert client.get(at("action", place.member, question="policy.published")).status_code == 404
