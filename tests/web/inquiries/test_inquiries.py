"""Inquiries: asked by anybody, in the right federation's queue, answered and closed there, seen nowhere else."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import grant_role
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import AuditRow
from sonae_web.ground.retention import erase
from sonae_web.ground.scope import unscoped
from sonae_web.inquiries import desks, services, views
from sonae_web.inquiries.models import Desk, Inquiry
from tests.web.accounts.doors import account, entered, mails, staff, told
from tests.web.cast import Tree, archived, once, scope

pytestmark = pytest.mark.django_db
ENTRY = {
    "office": "tokyo",
    "text": "保険料は\nいつ払いますか。",
    "business": "例示クリーニング",
    "name": "見本 花子",
    "mail": "Hanako@example.jp",
    "phone": "００‐００００‐００００",
    "consent": "yes",
}


def clerk_of(place: Organisation, mail: str = "clerk@example.jp") -> User:
    person = staff(account(mail))
    grant_role(user=person, organisation=place, role="federation")
    return person


def desk_of(place: Organisation, office: str = "tokyo") -> Desk:
    clerk = User.objects.filter(email=f"federation-{place.pk}@example.jp").first()
    made = scope("federation", place)
    clerk = clerk or User.objects.get(pk=made.user)
    return desks.save(scope=made, office=office, name="見本課", phone="00-0000-0000", by=clerk)


def asked(**changes: str) -> Inquiry:
    """An inquiry as a visitor makes it, over the page."""
    sent = Client().post("/inquiries/", ENTRY | changes | once())
    assert sent.status_code == 302, sent.content.decode()
    with unscoped("test"):
        return Inquiry.objects.order_by("-made_at", "-number")[0]


def address(place: Organisation, row: Inquiry) -> str:
    return f"/desk/{place.pk}/inquiries/{row.pk}"


def test_a_visitor_asks_the_prefectures_clerk_answers_and_closes(client: Client, place: Tree) -> None:
    desk_of(place.prefecture)
    clerk = clerk_of(place.prefecture)
    page = client.post("/inquiries/", ENTRY | once(), follow=True).content.decode()
    number = f"Q{clock.today().year}-00001"
    assert number in page
    assert "見本県中央会がお答えします" in page
    received, waiting = mails()[:2]
    assert (received.to, received.subject) == (["hanako@example.jp"], "お問い合わせを受け付けました")
    assert number in received.body
    assert waiting.subject == "お問い合わせが届きました"
    with unscoped("test"):
        row = Inquiry.objects.get()
    assert (row.tenant, row.office, row.state) == (place.prefecture.pk, "tokyo", "open")

    desk = entered(Client(), clerk)
    queue = desk.get(f"/desk/{place.prefecture.pk}/inquiries/").content.decode()
    assert number in queue
    assert "東京都" in queue
    assert AuditRow.objects.filter(action="inquiry.listed", object_id=str(place.prefecture.pk)).count() == 1
    one = address(place.prefecture, row)
    page = desk.get(one).content.decode()
    assert "00-0000-0000" in page
    assert "保険料は<br>いつ払いますか。" in page
    done = desk.post(one, {"answer": "口座振替です。\r\n23日です。", "version": "0"} | once(), follow=True)
    assert "回答を送信しました" in done.content.decode()
    answer = mails()[-1]
    assert (answer.to, answer.subject) == (["hanako@example.jp"], "お問い合わせへの回答")
    assert "口座振替です。 23日です。" in answer.body
    assert desk.post(one, {"close": "", "version": "1"} | once()).status_code == 302
    with unscoped("test"):
        row = Inquiry.objects.get()
    assert (row.state, row.version, row.closed_at is not None) == ("closed", 2, True)
    assert desk.post(one, {"reopen": "", "version": "2"} | once()).status_code == 302
    assert number in desk.get(f"/desk/{place.prefecture.pk}/inquiries/").content.decode()
    actions = ("received", "answer", "close", "reopen")
    assert [told(f"inquiry.{each}")[0]["actor"] for each in actions] == [None, clerk.pk, clerk.pk, clerk.pk]


def test_each_clerk_is_told_in_their_language(place: Tree) -> None:
    desk_of(place.prefecture)
    clerk_of(place.prefecture)
    User.objects.filter(pk=clerk_of(place.prefecture, "second@example.jp").pk).update(lang="en")
    User.objects.filter(pk=clerk_of(place.prefecture, "left@example.jp").pk).update(is_active=False)
    asked()
    told_to = {each.to[0]: each.subject for each in mails() if "inquiries/" in each.body}
    wanted = {"clerk@example.jp": "お問い合わせが届きました", "second@example.jp": "An inquiry has arrived"}
    assert {to: subject for to, subject in told_to.items() if not to.startswith("federation-")} == wanted


def test_what_is_stored_is_sealed(place: Tree) -> None:
    row = asked()
    assert "見本 花子".encode() not in bytes(row.content)
    with unscoped("test"):
        content = sealed.get(row, "content")
    assert content["name"] == "見本 花子"
    assert content["phone"] == "00-0000-0000"
    assert content["text"] == "保険料は\nいつ払いますか。"


@pytest.mark.parametrize("office", ["", "osaka"])
def test_without_a_federation_for_it_the_national_one_answers(place: Tree, office: str) -> None:
    desk_of(place.prefecture, "tokyo")
    assert asked(office=office).tenant == place.national.pk


def test_an_archived_federation_gets_no_inquiries(place: Tree) -> None:
    desk_of(place.prefecture)
    archived(place.prefecture)
    assert asked().tenant == place.national.pk


def test_a_form_sent_twice_is_one_inquiry(client: Client, place: Tree) -> None:
    form = ENTRY | once()
    first, second = client.post("/inquiries/", form), client.post("/inquiries/", form)
    assert first["Location"] == second["Location"]
    assert "sessionid" not in client.cookies
    with unscoped("test"):
        assert Inquiry.objects.count() == 1
    assert client.post("/inquiries/", form | {"text": "別の質問"}).status_code == 409
    assert client.post("/inquiries/", ENTRY).status_code == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "あ" * 2_001}, "text"),
        ({"office": "edo"}, "office"),
        ({"mail": "nobody"}, "mail"),
        ({"mail": "", "phone": ""}, "mail"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "1"}, "phone"),
        ({"business": "あ" * 201}, "business"),
        ({"name": "あ" * 101}, "name"),
        ({"consent": ""}, "consent"),
        ({"text": "\x00\u202e \n"}, "text"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_kept(
    client: Client, place: Tree, changes: Any, field: str
) -> None:
    page = client.post("/inquiries/", ENTRY | changes | once())
    assert page.status_code == 422
    assert set(page.context["faults"]) == {field}
    assert f'href="#{field}"' in page.content.decode()
    with unscoped("test"):
        assert not Inquiry.objects.exists()
    assert mails() == []


def test_a_telephone_number_alone_is_enough_and_the_answer_is_noted_not_sent(place: Tree) -> None:
    row = asked(mail="", office="")
    assert [each.subject for each in mails()] == []
    clerk = clerk_of(place.national)
    desk = entered(Client(), clerk)
    done = desk.post(address(place.national, row), {"answer": "電話で答えた。", "version": "0"} | once(), follow=True)
    assert "回答を記録しました" in done.content.decode()
    assert "電話などで回答" in done.content.decode()
    assert mails() == []


def test_nobody_but_the_federation_it_came_to_sees_it(place: Tree) -> None:
    desk_of(place.prefecture)
    row = asked()
    for other in (place.other_prefecture, place.national):
        desk = entered(Client(), clerk_of(other, f"{other.pk}@example.jp"))
        assert row.number not in desk.get(f"/desk/{other.pk}/inquiries/").content.decode()
        assert desk.get(address(other, row)).status_code == 404
        assert desk.post(address(other, row), {"close": "", "version": "0"} | once()).status_code == 404
        with pytest.raises(Http404):
            services.read(scope=scope("federation", other), inquiry=row.pk)
    for role, where in (("association", place.association), ("member", place.member), ("auditor", place.prefecture)):
        assert not Inquiry.within(scope(role, where)).exists()


def test_the_log_says_who_opened_an_inquiry(place: Tree) -> None:
    desk_of(place.prefecture)
    row, clerk, other = asked(), clerk_of(place.prefecture), clerk_of(place.other_prefecture, "other@example.jp")
    readings = AuditRow.objects.filter(action="inquiry.read", object_id=str(row.pk))
    entered(Client(), other).get(address(place.other_prefecture, row))
    assert not readings.exists()
    entered(Client(), clerk).get(address(place.prefecture, row))
    assert [reading.actor for reading in readings] == [clerk.pk]
    desk = entered(Client(), clerk)
    assert desk.post(address(place.prefecture, row), {"close": "", "version": "0"} | once()).status_code == 302
    assert len(told("inquiry.close")) == 1
    assert readings.all().count() == 1
    answer = desk.post(address(place.prefecture, row), {"answer": "", "version": "1"} | once())
    assert answer.status_code == 422  # the inquiry is shown again: that is a reading
    assert readings.all().count() == 2


def test_of_two_clerks_the_second_is_told(place: Tree) -> None:
    row = asked(office="")
    desk = entered(Client(), clerk_of(place.national))
    one = address(place.national, row)
    assert desk.post(one, {"answer": "先の回答", "version": "0"} | once()).status_code == 302
    second = desk.post(one, {"answer": "後の回答", "version": "0"} | once())
    assert second.status_code == 409
    assert "ほかの担当者が先に更新しました" in second.content.decode()
    assert "後の回答" in second.content.decode()
    assert sum(mail.subject == "お問い合わせへの回答" for mail in mails()) == 1


def test_what_its_state_does_not_allow_is_refused(place: Tree) -> None:
    row = asked(office="")
    desk = entered(Client(), clerk_of(place.national))
    one = address(place.national, row)
    assert desk.post(one, {"reopen": "", "version": "0"} | once()).status_code == 409
    assert desk.post(one, {"close": "", "version": "0"} | once()).status_code == 302
    for act in ({"answer": "遅い"}, {"close": ""}):
        answer = desk.post(one, act | {"version": "1"} | once())
        assert answer.status_code == 409
        assert "今の状態では" in answer.content.decode()
    assert desk.post(one, {"reopen": "", "version": "nonsense"} | once()).status_code == 409


@pytest.mark.parametrize("answer", ["", " \n ", "あ" * 2_001])
def test_an_answer_has_a_text_of_some_length(place: Tree, answer: str) -> None:
    row = asked(office="")
    desk = entered(Client(), clerk_of(place.national))
    page = desk.post(address(place.national, row), {"answer": answer, "version": "0"} | once())
    assert page.status_code == 422
    assert "回答を、1文字以上2,000文字以内で" in page.content.decode()


def test_a_federation_sets_its_desk_and_no_other_takes_its_prefecture(place: Tree) -> None:
    mine = entered(Client(), clerk_of(place.prefecture))
    theirs = entered(Client(), clerk_of(place.other_prefecture, "other@example.jp"))
    entry = {"office": "tokyo", "name": "見本課", "phone": "00-0000-0000"}
    there, other = (f"/desk/{each.pk}/inquiries/desk" for each in (place.prefecture, place.other_prefecture))
    assert "まだ設定されていません" in mine.get(f"/desk/{place.prefecture.pk}/inquiries/").content.decode()
    assert mine.post(there, entry | once(), follow=True).status_code == 200
    taken = theirs.post(other, entry | once())
    assert taken.status_code == 422
    assert "ほかの中央会が担当しています" in taken.content.decode()
    assert theirs.post(other, entry | {"office": "osaka"} | once()).status_code == 302
    assert mine.post(there, entry | {"office": "chiba", "phone": ""} | once()).status_code == 302
    assert set(desks.places()) == {"chiba", "osaka"}
    assert len(told("desk.changed")) == 3


def test_the_national_desk_serves_the_country(place: Tree) -> None:
    national = entered(Client(), clerk_of(place.national))
    there = f"/desk/{place.national.pk}/inquiries/desk"
    page = national.get(there).content.decode()
    assert "担当する都道府県" not in page
    assert national.post(there, {"office": "tokyo", "name": "見本課", "phone": ""} | once()).status_code == 302
    assert set(desks.places()) == {"national"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"office": ""}, "office"), ({"name": ""}, "name"), ({"phone": "ask"}, "phone"), ({"name": "あ" * 61}, "name")],
)
def test_what_is_wrong_of_a_desk_is_told(place: Tree, changes: Any, field: str) -> None:
    desk = entered(Client(), clerk_of(place.prefecture))
    entry = {"office": "tokyo", "name": "見本課", "phone": "00-0000-0000"} | changes
    page = desk.post(f"/desk/{place.prefecture.pk}/inquiries/desk", entry | once())
    assert page.status_code == 422
    assert set(page.context["faults"]) == {field}
    assert desks.places() == {}


def test_the_queue_shows_one_state_at_a_time(place: Tree) -> None:
    rows = [asked(office="", text=f"質問{number}番") for number in range(3)]
    desk = entered(Client(), clerk_of(place.national))
    desk.post(address(place.national, rows[0]), {"close": "", "version": "0"} | once())
    here = f"/desk/{place.national.pk}/inquiries/"
    assert [text in desk.get(here).content.decode() for text in ("質問0番", "質問1番", "質問2番")] == [
        False,
        True,
        True,
    ]
    assert "質問0番" in desk.get(f"{here}?state=closed").content.decode()
    assert "回答済みのお問い合わせはありません" in desk.get(f"{here}?state=answered").content.decode()
    assert desk.get(f"{here}?state=nonsense").status_code == 200


def test_the_newest_are_shown_when_there_are_too_many(place: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SHOWN", 2)
    for number in range(3):
        asked(office="", text=f"質問{number}番")
    desk = entered(Client(), clerk_of(place.national))
    assert "3件のうち新しい2件" in desk.get(f"/desk/{place.national.pk}/inquiries/").content.decode()


def test_beyond_its_allowance_an_address_is_told_to_come_back(place: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.inquiry.allowance, "an_hour", 1)  # type: ignore[attr-defined]  # set by its decorator
    answers = [Client().post("/inquiries/", ENTRY | once(), REMOTE_ADDR="192.0.2.7") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 429]
    assert Client().get("/inquiries/", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_page_that_says_it_arrived_cannot_be_made_up(client: Client, place: Tree) -> None:
    assert client.get("/inquiries/sent/nothing").status_code == 404
    assert client.get(f"/inquiries/sent/{views.told_of('Q2027-00009', '見本県中央会')}").status_code == 200


def test_a_prefecture_can_be_chosen_in_the_address(client: Client, place: Tree) -> None:
    assert '<option value="osaka" selected>' in client.get("/inquiries/?office=osaka").content.decode()
    assert "selected" not in client.get("/inquiries/?office=edo").content.decode()


def test_english_askers_are_written_to_in_english(place: Tree) -> None:
    browser = Client()
    browser.post("/language", {"language": "en", "next": "/inquiries/"})
    assert "Your question" in browser.get("/inquiries/").content.decode()
    browser.post("/inquiries/", ENTRY | {"office": ""} | once())
    with unscoped("test"):
        row = Inquiry.objects.get()
    desk = entered(Client(), clerk_of(place.national))
    desk.post(address(place.national, row), {"answer": "By direct debit.", "version": "0"} | once())
    assert mails()[-1].subject == "Answer to your inquiry"


def test_it_is_erased_a_year_after_it_was_closed_and_at_last_after_three(
    place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, left = asked(office=""), asked(office="")
    desk = entered(Client(), clerk_of(place.national))
    desk.post(address(place.national, closed), {"close": "", "version": "0"} | once())
    now = clock.now()

    def kept(days: int) -> set[uuid.UUID]:
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=days, hours=1))
        erase.call()
        with unscoped("test"):
            return set(Inquiry.objects.values_list("pk", flat=True))

    assert kept(364) == {closed.pk, left.pk}
    assert kept(365) == {left.pk}
    assert kept(1_094) == {left.pk}
    assert kept(1_095) == set()


def test_a_desk_belongs_to_its_federation_alone(place: Tree) -> None:
    desk_of(place.prefecture)
    assert desks.own(scope=scope("federation", place.other_prefecture)) is None
    assert desks.own(scope=scope("federation", place.national)) is None
