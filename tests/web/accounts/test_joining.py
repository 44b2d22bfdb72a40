"""Asking to join: by anybody, answered alike, decided by the association's clerks, and never one's own."""

import uuid

import pytest
from django.http import Http404
from django.test import Client

from sonae_web.accounts import joining
from sonae_web.accounts.invitations import Unfit
from sonae_web.accounts.models import JoinRequest, Organisation, User
from sonae_web.accounts.services import add_organisation, grant_role
from sonae_web.ground.scope import unscoped
from tests.web.accounts.doors import PASSWORD, account, entered, link, mails, staff, told
from tests.web.cast import Tree, acting, archived, tree

pytestmark = pytest.mark.django_db
ENTRY = {
    "name": "例示クリーニング",
    "number": "５８３５６７８２５６２４６",
    "mail": "ten@example.jp",
    "note": "会員番号は\n12番です",
}
NUMBER = "5835678256246"


@pytest.fixture
def there() -> Tree:
    return tree()


@pytest.fixture
def clerk(there: Tree) -> User:
    person = staff(account("clerk@example.jp"))
    grant_role(user=person, organisation=there.association, role="association")
    return person


def asked(client: Client, there: Tree, **changes: str) -> uuid.UUID:
    """A request as a business makes it, over the pages."""
    address = f"/join/{there.association.pk}"
    page = client.post(address, ENTRY | changes)
    assert page.status_code == 200
    key: uuid.UUID = page.context["key"]
    values: dict[str, str] = page.context["values"]
    assert client.post(address, {**values, "key": str(key), "send": ""})["Location"] == f"{address}/sent"
    return key


def test_a_business_asks_the_clerk_confirms_and_it_is_in(client: Client, there: Tree, clerk: User) -> None:
    page = client.get("/join/", {"q": "例示"}).content.decode()
    assert "例示協同組合" in page
    assert "見本商店街振興組合" not in page
    key = asked(client, there)
    assert "申請を送信しました" in client.get(f"/join/{there.association.pk}/sent").content.decode()
    assert [(each.to[0], each.subject) for each in mails()] == [
        ("ten@example.jp", "加入申請を受け付けました"),
        ("clerk@example.jp", "加入申請が届きました"),
    ]
    desk = entered(Client(), clerk)
    assert link() == f"/desk/{there.association.pk}/requests"
    assert "例示クリーニング" in desk.get(link()).content.decode()
    one = f"/desk/{there.association.pk}/requests/{key}"
    page = desk.get(one).content.decode()
    assert "会員番号は 12番です" in page
    for _ in range(2):  # clicked twice
        assert desk.post(one).status_code == 302
    member = Organisation.objects.get(name="例示クリーニング")
    assert (member.parent, member.number) == (there.association, NUMBER)
    assert mails()[-1].to == ["ten@example.jp"]
    assert len(mails()) == 3
    new = Client()
    assert new.post(link(), {"password1": PASSWORD})["Location"] == "/home"
    assert new.get(f"/my/{member.pk}/people").status_code == 200
    assert [told(f"join.{each}")[0]["actor"] for each in ("requested", "confirmed")] == [None, clerk.pk]
    assert "会員と確認" in desk.get(f"/desk/{there.association.pk}/requests").content.decode()


def test_each_clerk_is_told_in_their_language(client: Client, there: Tree, clerk: User) -> None:
    second = staff(account("second@example.jp"))
    grant_role(user=second, organisation=there.association, role="association")
    User.objects.filter(pk=second.pk).update(lang="en")
    left = staff(account("left@example.jp"))
    grant_role(user=left, organisation=there.association, role="association")
    User.objects.filter(pk=left.pk).update(is_active=False)
    asked(client, there)
    assert sorted((each.to[0], each.subject) for each in mails()) == [
        ("clerk@example.jp", "加入申請が届きました"),
        ("second@example.jp", "A request to join has arrived"),
        ("ten@example.jp", "加入申請を受け付けました"),
    ]


def test_a_known_address_gets_the_same_answer(client: Client, there: Tree) -> None:
    account("known@example.jp")
    answers = []
    for address in ("known@example.jp", "other@example.jp"):
        asked(client, there, mail=address)
        page = client.get(f"/join/{there.association.pk}/sent").content.decode()
        answers.append([line for line in page.splitlines() if "csrfmiddlewaretoken" not in line])
    assert answers[0] == answers[1]
    assert {each.subject for each in mails()} == {"加入申請を受け付けました"}


def test_sending_twice_is_asking_once(client: Client, there: Tree) -> None:
    key = asked(client, there)
    client.post(f"/join/{there.association.pk}", {**ENTRY, "key": str(key), "send": ""})
    with unscoped("test"):
        assert JoinRequest.objects.count() == 1
    assert len(mails()) == 1


def test_nobody_confirms_their_own(client: Client, there: Tree, clerk: User) -> None:
    key = asked(client, there, mail="Clerk@example.jp")
    desk = entered(Client(), clerk)
    answer = desk.post(f"/desk/{there.association.pk}/requests/{key}")
    assert answer.status_code == 422
    assert "ご自身の申請は確認できません" in answer.content.decode()
    assert not Organisation.objects.filter(name=ENTRY["name"]).exists()
    other = staff(account("second@example.jp"))
    scope = acting(other, "association", there.association)
    assert joining.confirm(scope=scope, request=key, by=other).name == ENTRY["name"]


def test_a_declined_business_is_told_why_and_stays_declined(client: Client, there: Tree, clerk: User) -> None:
    key = asked(client, there)
    desk = entered(Client(), clerk)
    one = f"/desk/{there.association.pk}/requests/{key}"
    assert "見送りの理由を1文字以上" in desk.post(one, {"decline": "", "reason": " "}).content.decode()
    for _ in range(2):
        desk.post(one, {"decline": "", "reason": "会員名簿に\nありません"})
    assert "理由：会員名簿に ありません" in str(mails()[-1].body)
    assert len(mails()) == 3
    assert "もう確認が済んでいます" in desk.post(one).content.decode()
    assert not Organisation.objects.filter(name=ENTRY["name"]).exists()


def test_who_asks_is_sealed(client: Client, there: Tree) -> None:
    key = asked(client, there)
    with unscoped("test"):
        content = bytes(JoinRequest.objects.get(pk=key).content)
    for value in ("ten@example.jp", "例示クリーニング", NUMBER):
        assert value.encode() not in content
    assert "example" not in str(told("join.requested"))


def test_another_association_neither_sees_nor_decides(client: Client, there: Tree, clerk: User) -> None:
    key = asked(client, there)
    other = staff(account("far@example.jp"))
    grant_role(user=other, organisation=there.other_association, role="association")
    desk = entered(Client(), other)
    assert "例示クリーニング" not in desk.get(f"/desk/{there.other_association.pk}/requests").content.decode()
    own, missing = (
        desk.post(f"/desk/{there.other_association.pk}/requests/{each}") for each in (key, uuid.UUID(int=7))
    )
    assert (own.status_code, own.content) == (404, missing.content)
    federation = account("fed@example.jp")
    with pytest.raises(Unfit):
        joining.confirm(scope=acting(federation, "federation", there.prefecture), request=key, by=federation)
    with pytest.raises(Http404):
        joining.confirm(scope=acting(federation, "member", there.member), request=key, by=federation)


def test_a_member_of_the_same_number_is_pointed_out(client: Client, there: Tree, clerk: User) -> None:
    add_organisation(kind="member", name="別の名前", parent=there.association, number=NUMBER)
    key = asked(client, there)
    page = entered(Client(), clerk).get(f"/desk/{there.association.pk}/requests/{key}").content.decode()
    assert "二重の登録" in page


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("name", "", "事業者名を200文字以内"),
        ("name", "あ" * 201, "事業者名を200文字以内"),
        ("name", "見本\u202e商事", "事業者名を200文字以内"),
        ("number", "1234567890123", "法人番号を確かめて"),
        ("number", "123", "法人番号を確かめて"),
        ("mail", "nobody", "メールアドレスを「name@example.jp」の形で"),
        ("mail", "a@example.jp,b@example.jp", "メールアドレスを「name@example.jp」の形で"),
        ("note", "あ" * 501, "500文字以内"),
    ],
)
def test_faults_are_told_at_their_place_and_what_was_entered_stays(
    client: Client, there: Tree, field: str, value: str, fault: str
) -> None:
    answer = client.post(f"/join/{there.association.pk}", ENTRY | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert fault in page
    assert f'href="#{field}"' in page
    assert "<title>エラー：" in page
    assert "会員番号は" in page or field == "note"
    with unscoped("test"):
        assert not JoinRequest.objects.exists()


def test_entries_can_be_changed_before_they_are_sent(client: Client, there: Tree) -> None:
    page = client.post(f"/join/{there.association.pk}", ENTRY | {"change": ""})
    assert page.status_code == 200
    assert 'value="例示クリーニング"' in page.content.decode()
    assert mails() == []


def test_only_open_associations_can_be_asked(client: Client, there: Tree) -> None:
    archived(there.association)
    for place in (there.association, there.member, there.prefecture):
        assert client.get(f"/join/{place.pk}").status_code == 404
        assert client.post(f"/join/{place.pk}", ENTRY | {"key": str(uuid.uuid4()), "send": ""}).status_code == 404
    assert "例示協同組合" not in client.get("/join/").content.decode()
    assert client.get("/join/", {"prefecture": "nonsense"}).status_code == 404


def test_hundreds_of_associations_are_found_by_prefecture_and_name(client: Client, there: Tree) -> None:
    for number in range(120):
        add_organisation(kind="association", name=f"見本組合{number:03}", parent=there.prefecture)
    page = client.get("/join/").content.decode()
    assert "123件のうち50件" in page
    narrowed = client.get("/join/", {"prefecture": str(there.other_prefecture.pk)}).content.decode()
    assert "遠方協同組合" in narrowed
    assert "見本組合" not in narrowed
    assert "条件に合う団体はありません" in client.get("/join/", {"q": "どこにもない"}).content.decode()


def test_one_address_asks_so_often_and_no_more(client: Client, there: Tree) -> None:
    statuses = [client.post(f"/join/{there.association.pk}", ENTRY).status_code for _ in range(31)]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {200}


def test_who_asks_in_english_is_answered_in_english(client: Client, there: Tree, clerk: User) -> None:
    client.post("/language", {"language": "en", "next": "/"})
    key, other = asked(client, there), asked(client, there, mail="zwei@example.jp")
    desk = entered(Client(), clerk)
    desk.post(f"/desk/{there.association.pk}/requests/{key}")
    assert mails()[-1].subject == "You are invited"
    desk.post(f"/desk/{there.association.pk}/requests/{other}", {"decline": "", "reason": "Not on the list"})
    assert mails()[-1].subject == "Your request to join"
