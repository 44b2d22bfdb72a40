"""The pages of a declaration as a browser sends and sees them: the member's, and the federation's."""

import re
import uuid
from dataclasses import asdict

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from sonae.checklist.business import FACTS
from sonae.declaration import HISTORY
from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import grant_role
from sonae_web.declarations import drafts, notices, services
from sonae_web.declarations.drafts import Open
from sonae_web.declarations.models import Notice, SignedDeclaration
from sonae_web.ground import clock
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.words import words
from tests.web.cast import Tree, acting, once, person, scope
from tests.web.declarations.cast import HANAKO, confirmed, diagnosed, signed

pytestmark = pytest.mark.django_db
SIGNS = asdict(HANAKO) | {"sure": "1"}


def at(name: str, organisation: Organisation, **values: object) -> str:
    return reverse(name, kwargs={"organisation": organisation.pk, **values})


@pytest.fixture
def member(place: Tree) -> Scope:
    with unscoped("test"):
        found = acting(person(), "member", place.member)
    with declared(found):
        diagnosed(found, "no")
    return found


@pytest.fixture
def browser(client: Client, member: Scope) -> Client:
    client.force_login(User.objects.get(pk=member.user))
    return client


def clerk_of(role: str, place: Organisation) -> Client:
    user = person(f"{role}@example.jp")
    grant_role(user=user, organisation=place, role=role)
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    return client


def open_one(member: Scope) -> Open:
    with declared(member):
        found = drafts.read(member)
    assert found is not None
    return found


def form_of(found: Open, section: str) -> dict[str, object]:
    """What a browser sends of a section whose every item is confirmed as it is shown."""
    part = found.section(section)
    assert part is not None
    seen: dict[str, object] = {"seen": str(found.draft.version), "confirm": list(part.items)}
    if section == "business":
        business = found.stated.business
        assert business is not None
        return seen | {
            "name": business.name, "industry": business.industry, "employees": "12", "persons_held": "3,000",
            "annual_sales": "5,000万円", "information": list(business.information), "media": list(business.media),
            "uses": list(business.uses), "on_consignment": "no",
        }  # fmt: skip
    if part.questions:
        return seen | {each.id: found.stated.controls[each.id] for each in part.questions}
    return seen | ({"stated": "no"} if section in HISTORY else {})


def test_a_member_confirms_item_by_item_and_signs(browser: Client, member: Scope, place: Tree) -> None:
    page = browser.get(at("declaration", place.member)).content.decode()
    assert words()("site.declare.begin") in page
    following = browser.post(at("declaration_start", place.member))["Location"]
    visited = []
    while "/sections/" in following:
        section = following.rsplit("/", 1)[1]
        visited.append(section)
        assert browser.get(following).status_code == 200
        following = browser.post(following, form_of(open_one(member), section))["Location"]
    assert visited == [each.id for each in open_one(member).sections]
    page = browser.get(following).content.decode()
    assert words()("policy.declaration.statement") in page
    sent = {**SIGNS, "seen": str(open_one(member).draft.version), **once()}
    assert browser.post(following, sent)["Location"] == at("declaration", place.member)
    assert browser.post(following, sent)["Location"] == at("declaration", place.member)
    with unscoped("test"):
        (row,) = SignedDeclaration.objects.all()
    assert row.grade == "E"
    page = browser.get(at("declaration", place.member)).content.decode()
    assert row.number in page
    assert words()("site.declare.is_signed") in page
    paper = browser.get(at("declaration_paper", place.member, signed=row.pk))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize("section", ["business", "attack", "certifications"])
def test_what_is_filled_in_counts_only_once_it_is_confirmed(
    browser: Client, member: Scope, place: Tree, section: str
) -> None:
    with declared(member):
        found = drafts.start(scope=member)
    path = at("declaration_section", place.member, section=section)
    part = found.section(section)
    assert part is not None
    assert part.left == part.items
    shown = browser.get(path).content.decode()
    assert (words()("site.declare.item_filled") in shown) == (section != "certifications")
    assert shown.count('name="confirm"') == len(part.items)
    sent = form_of(found, section) | {"confirm": []}
    if section == "business":  # as the diagnosis said
        sent["annual_sales"] = "50,000,000"
        assert found.stated.business is not None
        sent |= {
            "employees": str(found.stated.business.employees), "persons_held": str(found.stated.business.persons_held),
            "on_consignment": "yes" if found.stated.business.on_consignment else "no",
        }  # fmt: skip
    answer = browser.post(path, sent)
    assert answer["Location"] == f"{path}?left=1"
    after = open_one(member)
    assert after.done == 0
    page = browser.get(answer["Location"]).content.decode()
    assert words()("site.declare.left", number=len(part.items)) in page
    for name in part.items:
        assert f'href="#confirm-{name}"' in page
        assert f'id="confirm-{name}"' in page
    one, rest = part.items[0], part.items[1:]
    confirmed_one = sent | {"seen": str(after.draft.version), "confirm": [one]}
    assert browser.post(path, confirmed_one)["Location"] == f"{path}?left=1"
    now = open_one(member).section(section)
    assert now is not None
    assert now.left == rest
    assert now.state == "going"
    page = browser.get(path).content.decode()
    assert words()("site.declare.item_done") in page
    assert f'id="confirm-{one}"' not in page


def test_what_the_diagnosis_assumed_is_asked_for_and_counts_as_confirmed_once_entered(
    browser: Client, member: Scope, place: Tree
) -> None:
    assumed = ("information", "media", "uses", "on_consignment")
    with declared(member):
        diagnosed(member, assumed=assumed)
        found = drafts.start(scope=member)
    path = at("declaration_section", place.member, section="business")
    page = browser.get(path).content.decode()
    assert page.count(f">{words()('site.declare.item_filled')}<") == len(FACTS) - len(assumed)
    for name in assumed:
        assert not re.search(f'name="{name}"[^>]* checked', page)
    sent = form_of(found, "business") | {"confirm": []}
    without = {name: value for name, value in sent.items() if name != "on_consignment"}
    assert browser.post(path, without).status_code == 422
    whole = sent | {"information": ["name"], "media": ["paper"], "uses": ["fax"], "on_consignment": "no"}
    assert browser.post(path, whole).status_code == 302
    after = open_one(member)
    assert {f"business.{name}" for name in assumed} <= after.confirmed
    assert "business.industry" not in after.confirmed
    assert after.stated.business is not None
    assert after.stated.business.assumed == ()


def test_an_item_that_is_changed_is_confirmed_and_the_others_are_not(
    browser: Client, member: Scope, place: Tree
) -> None:
    with declared(member):
        found = drafts.start(scope=member)
    path = at("declaration_section", place.member, section="attack")
    sent = form_of(found, "attack") | {"confirm": [], "attack.mfa": "yes"}
    assert browser.post(path, sent)["Location"] == f"{path}?left=1"
    assert open_one(member).confirmed == {"attack.mfa"}


def test_a_confirmation_without_an_answer_is_refused(browser: Client, member: Scope, place: Tree) -> None:
    with declared(member):
        found = drafts.start(scope=member)
        part = found.section("attack")
    assert part is not None
    for name, status in (("attack.mfa", 422), ("leaks", 302)):  # what is not on the page is not confirmed by it
        sent = {"seen": str(open_one(member).draft.version), "confirm": [name]}
        assert browser.post(at("declaration_section", place.member, section="attack"), sent).status_code == status
        assert not open_one(member).confirmed


def test_the_signature_is_refused_with_every_item_that_is_not_confirmed(
    browser: Client, member: Scope, place: Tree
) -> None:
    with declared(member):
        found = drafts.start(scope=member)
        path = at("declaration_section", place.member, section="attack")
        browser.post(path, form_of(found, "attack"))
    found, sign = open_one(member), at("declaration_sign", place.member)
    page = browser.get(sign).content.decode()
    assert words()("site.declare.left", number=found.items - found.done) in page
    answer = browser.post(sign, {**SIGNS, "seen": str(found.draft.version), **once()})
    assert answer.status_code == 409
    for text in (page, answer.content.decode()):
        for part in found.sections:
            address = at("declaration_section", place.member, section=part.id)
            assert text.count(f'href="{address}#') == len(part.left)
    assert f'href="{at("declaration_section", place.member, section="leaks")}#stated"' in page
    with unscoped("test"):
        assert not SignedDeclaration.objects.exists()


@pytest.mark.parametrize(
    ("section", "changed", "fault"),
    [
        ("business", {"annual_sales": ""}, "fault_sales"),
        ("attack", {"attack.mfa": ""}, "fault_answer"),
        ("leaks", {"stated": ""}, "fault_stated"),
        ("leaks", {"stated": "yes"}, "fault_told"),
        ("leaks", {"when-0": "2026-01", "what-0": "見本"}, "fault_both"),
        ("leaks", {"stated": "yes", "when-0": "2999-01", "what-0": "見本"}, "fault_when"),
        ("leaks", {"stated": "yes", "when-0": "2026-13", "what-0": "見本"}, "fault_when"),
        ("claims", {"stated": "yes", "when-0": "2026-01", "what-0": "見本", "amount-0": "たくさん"}, "fault_amount"),
        ("certifications", {"pmark-number": "1", "pmark-until": "2001-01-01"}, "fault_until"),
    ],
)
def test_a_faulty_section_says_what_is_wrong(
    browser: Client, member: Scope, place: Tree, section: str, changed: dict[str, str], fault: str
) -> None:
    with declared(member):
        found = drafts.start(scope=member)
    answer = browser.post(at("declaration_section", place.member, section=section), form_of(found, section) | changed)
    assert answer.status_code == 422
    assert words()(f"site.declare.{fault}") in answer.content.decode()


def test_what_is_told_of_the_past_is_kept_and_shown_again(browser: Client, member: Scope, place: Tree) -> None:
    with declared(member):
        found = drafts.start(scope=member)
    told = {"stated": "yes", "when-0": "2024-11", "what-0": "見本：封筒の入れ違い", "amount-0": "12"}
    path = at("declaration_section", place.member, section="leaks")
    assert browser.post(path, form_of(found, "leaks") | told).status_code == 302
    page = browser.get(path).content.decode()
    assert all(escape(text) in page for text in told.values() if text != "yes")


def test_somebody_else_saved_first(browser: Client, member: Scope, place: Tree) -> None:
    with declared(member):
        found = drafts.start(scope=member)
    path = at("declaration_section", place.member, section="leaks")
    assert browser.post(path, form_of(found, "leaks")).status_code == 302
    answer = browser.post(path, form_of(found, "leaks"))
    assert answer.status_code == 409
    assert words()("site.declare.changed") in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "fault"),
    [("name", "fault_name"), ("position", "fault_position"), ("authority", "fault_authority"), ("sure", "fault_sure")],
)
def test_nobody_signs_without_saying_who(browser: Client, member: Scope, place: Tree, field: str, fault: str) -> None:
    with declared(member):
        found = confirmed(member)
    sent = {**SIGNS, field: "", "seen": str(found.draft.version), **once()}
    answer = browser.post(at("declaration_sign", place.member), sent)
    assert answer.status_code == 422
    assert words()(f"site.declare.{fault}", most=services.MOST_NAME) in answer.content.decode()
    with unscoped("test"):
        assert not SignedDeclaration.objects.exists()


def test_what_changed_while_it_was_read_is_not_signed(browser: Client, member: Scope, place: Tree) -> None:
    with declared(member):
        found = confirmed(member)
    sent = {**SIGNS, "seen": str(found.draft.version - 1), **once()}
    answer = browser.post(at("declaration_sign", place.member), sent)
    assert answer.status_code == 409
    assert words()("site.declare.sign_changed_text") in answer.content.decode()


def test_an_unknown_section_and_an_early_signature(browser: Client, member: Scope, place: Tree) -> None:
    assert browser.get(at("declaration_sign", place.member)).status_code == 302
    assert browser.get(at("declaration_section", place.member, section="leaks")).status_code == 302
    with declared(member):
        drafts.start(scope=member)
    assert browser.get(at("declaration_section", place.member, section="none")).status_code == 404
    assert browser.get(at("declaration_sign", place.member)).status_code == 200


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_federation_reads_the_declaration_of_an_application(member: Scope, place: Tree, lang: str) -> None:
    application = uuid.uuid4()
    with declared(member):
        row = signed(member)
        services.lay_before(scope=member, signed=row, application=application)
    clerk = clerk_of("federation", place.prefecture)
    clerk.cookies["django_language"] = lang
    page = clerk.get(at("desk_declaration", place.prefecture, application=application)).content.decode()
    assert all(text in page for text in (place.member.name, HANAKO.name, row.number))
    assert f'href="{at("desk_application", place.prefecture, application=application)}"' in page
    paper = clerk.get(at("desk_declaration_paper", place.prefecture, application=application))
    assert paper.content.startswith(b"%PDF")
    assert AuditRow.objects.filter(action="declaration.read").count() == 2
    other = at("desk_declaration", place.prefecture, application=uuid.uuid4())
    assert clerk.get(other).status_code == 404


def test_another_federation_and_an_association_find_nothing(member: Scope, place: Tree) -> None:
    application = uuid.uuid4()
    with declared(member):
        services.lay_before(scope=member, signed=signed(member), application=application)
    for role, home in (("federation", place.other_prefecture), ("association", place.association)):
        client = clerk_of(role, home)
        for name in ("desk_declaration", "desk_declaration_paper"):
            assert client.get(at(name, home, application=application)).status_code == 404


def test_a_change_is_notified_and_seen(browser: Client, member: Scope, place: Tree) -> None:
    path = at("declaration_changes", place.member)
    sent = {"kind": "industry", "changed_on": clock.today().isoformat(), "text": "見本：卸売も始めました。"}
    assert words()("site.declare.changes_not_yet") in browser.get(path).content.decode()
    assert browser.post(path, sent | once())["Location"] == at("declaration", place.member)
    application, office = uuid.uuid4(), scope("federation", place.prefecture)
    with declared(member):
        services.lay_before(scope=member, signed=signed(member), application=application)
    with declared(office):
        assert words()("site.declare.again_title") not in browser.get(at("declaration", place.member)).content.decode()
        services.freeze(scope=office, application=application, version=1)
    page = browser.get(at("declaration", place.member)).content.decode()
    assert words()("site.declare.again_title") in page
    assert words()("site.declare.again_text") in page
    assert browser.post(path, sent | {"text": ""} | once()).status_code == 422
    key = once()
    assert {browser.post(path, sent | key).status_code for _ in range(2)} == {302}
    with unscoped("test"):
        (row,) = Notice.objects.all()
    clerk = clerk_of("federation", place.prefecture)
    assert place.member.name in clerk.get(at("desk_changes", place.prefecture)).content.decode()
    one = at("desk_change", place.prefecture, notice=row.pk)
    assert sent["text"] in clerk.get(one).content.decode()
    assert clerk.post(one, once()).status_code == 302
    assert words()("site.declare.desk_changes_none") in clerk.get(at("desk_changes", place.prefecture)).content.decode()
    with declared(office):
        assert notices.waiting(office) == []
