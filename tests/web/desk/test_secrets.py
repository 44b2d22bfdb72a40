"""Clerks see who has answered and nothing more: planted markers reach no page and no file of the desk."""

import io
import re
import uuid
import zipfile
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from sonae.programmes.canonical import canonical
from sonae_web.accounts.models import Invitation, JoinRequest, Organisation, Role
from sonae_web.accounts.services import add_organisations, grant_role
from sonae_web.desk import totals, urls
from sonae_web.diagnosis.models import Checklist, Evidence, Progress, Result, Task
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, person
from tests.web.desk.conftest import SignIn

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
MARK = "himitsu"
"""In everything that a clerk must not see."""
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids are random, and may hold what is looked for."""
OF_THE_DESK = {
    "desk", "desk_export", "desk_member_new", "desk_member_edit", "desk_member_invite", "desk_member_archive", "desk_member_restore",
    "desk_remind",
    "desk_totals", "desk_totals_export", "desk_association", "desk_association_export", "desk_load", "desk_upload",
    "desk_load_template", "desk_people", "desk_people_invitation", "desk_people_remove", "desk_association_invite",
}  # fmt: skip


@pytest.fixture(autouse=True)
def planted(there: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    tenants: list[Organisation] = [there.member, there.neighbour]
    tenants += add_organisations(kind="member", entries=[(there.association.pk, f"見本{n}", "") for n in range(12)])
    with unscoped("a test's rows"):
        for number, tenant in enumerate(tenants):
            _plant(tenant, number)
        request = JoinRequest(tenant=there.association.pk, made_at=NOW)
        sealed.put(
            request, "content", {"name": f"{MARK}9", "number": "", "mail": f"{MARK}9@example.jp", "note": f"{MARK}9"}
        )
        request.save()
    grant_role(user=person(f"{MARK}-colleague@example.jp"), organisation=there.member, role="member")
    totals.make_totals(date(2026, 11, 23))


def _plant(tenant: Organisation, number: int) -> None:
    grant_role(user=person(f"{MARK}{number}@example.jp"), organisation=tenant, role=Role.Name.MEMBER)
    Progress.objects.create(tenant=tenant.pk, year=2027, state="done", done_at=NOW)
    sheet = Checklist(tenant=tenant.pk, edition=f"{MARK}-e", year=2027, started_at=NOW, changed_at=NOW)
    sealed.put(sheet, "content", {"answer": f"{MARK}1"})
    sheet.save()
    grade = "AB"[number % 2]
    result = Result(
        tenant=tenant.pk, checklist=sheet, edition=f"{MARK}-e", year=2027, on=date(2026, 11, 23), made_at=NOW,
        made_by=uuid.uuid4(), number=f"{MARK}2"[:12], release="0", fingerprint=f"{MARK}3", grade=grade, score=77_7,
        areas=canonical({"access": {"score": 777, "grade": grade}}),
    )  # fmt: skip
    sealed.put(result, "content", {"comment": f"{MARK}4"})
    result.save()
    task = Task(tenant=tenant.pk, edition=f"{MARK}-e", question=f"{MARK}5", changed_at=NOW)
    sealed.put(task, "note", f"{MARK}6")
    task.save()
    evidence = Evidence(tenant=tenant.pk, task=task, kind="pdf", size=777, added_at=NOW, added_by=uuid.uuid4())
    for column in ("name", "content"):
        sealed.put(evidence, column, f"{MARK}7")
    evidence.save()
    invitation = Invitation(
        tenant=tenant.pk, role="member", link_hash=uuid.uuid4().bytes, made_at=NOW, made_by=uuid.uuid4(), expires_at=NOW
    )
    sealed.put(invitation, "mail", f"{MARK}8@example.jp")
    invitation.save()


def text_of(content: bytes) -> str:
    """What a page or file says, in whichever encoding; a workbook unpacked."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace") + content.decode("cp932", "replace")


def looked_at(client: Client, place: Organisation, there: Tree) -> dict[str, str]:
    """Everything that a clerk can open or post, by name of the address."""
    forms: list[dict[str, object]] = [{"form": form} for form in ("csv", "csv-cp932", "xlsx")]
    member: dict[str, object] = {"member": there.member.pk}
    association: dict[str, object] = {"association": there.association.pk}
    addresses: list[tuple[str, dict[str, object]]] = [
        ("desk", {}), ("desk_member_new", {}), ("desk_member_edit", member), ("desk_member_invite", member),
        ("desk_member_archive", member),
        ("desk_member_restore", member), ("desk_remind", {}), ("desk_totals", {}), ("desk_association", association),
        ("desk_load", {}), ("desk_upload", {"upload": uuid.uuid4()}),
        ("desk_people", {}), ("desk_people_invitation", {"invitation": uuid.uuid4()}),
        ("desk_people_remove", {"role": uuid.uuid4()}), ("desk_association_invite", association),
        *(("desk_export", form) for form in forms), *(("desk_totals_export", form) for form in forms),
        *(("desk_association_export", association | form) for form in forms),
        *(("desk_load_template", {"kind": "members"} | form) for form in forms),
    ]  # fmt: skip
    found: dict[str, str] = {}
    for name, args in addresses:
        address = reverse(name, kwargs={"organisation": place.pk, **args})
        for answer in (client.get(address), client.post(address, {"all": "1"})):
            found[name] = found.get(name, "") + text_of(answer.content)
    found["search"] = text_of(client.get(reverse("desk", args=[place.pk]), {"q": MARK}).content).replace(
        f'value="{MARK}"', ""
    )
    return found


@pytest.mark.parametrize("role", ["association", "prefecture", "national"])
def test_no_answer_score_grade_address_or_file_reaches_the_desk(there: Tree, as_clerk: SignIn, role: str) -> None:
    place = getattr(there, role)
    client = as_clerk("association" if role == "association" else "federation", place)
    seen = looked_at(client, place, there)
    assert "見本商事" in seen["desk" if role == "association" else "desk_association"], "the desk is there"
    for name, text in seen.items():
        for secret in (MARK, "777"):
            assert secret not in ID.sub("", text.replace(f"q={MARK}", "")), (name, secret)


def test_every_address_of_the_desk_is_looked_at() -> None:
    named = {each.name for each in urls.urlpatterns if each.name and each.name.startswith("desk")}
    assert named == OF_THE_DESK, "a new page: look at it above too"
