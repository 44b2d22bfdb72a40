"""Two clerks at once, and forms sent many times over: each thing is done once, and whoever comes second is told, not failed."""

import uuid
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sonae_web.accounts import joining
from sonae_web.accounts.models import Invitation, JoinRequest, Organisation
from sonae_web.accounts.services import grant_role
from sonae_web.desk.models import Reference
from sonae_web.ground.models import Mail
from sonae_web.ground.scope import unscoped
from tests.web.apart import at_once, prepare
from tests.web.cast import Tree, archived, once, person, tree
from tests.web.desk.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 20
FINE = {200, 302, 409, 422}


class Site:
    """A site with its own database, and two clerks of an association who are signed in."""

    def __init__(self) -> None:
        self.there: Tree = tree()
        self.place = self.there.association.pk
        self.cookies = [signed_in("association", self.there.association, each).cookies for each in ("first", "second")]
        self.turn = count()
        self.asked = uuid.uuid4()
        joining.ask(
            key=self.asked,
            association=self.there.association,
            name="見本加入希望",
            number="",
            mail="a@example.jp",
            note="",
        )
        grant_role(user=person("m@example.jp"), organisation=self.there.member, role="member")

    def client(self) -> Client:
        """A browser of one clerk, then of the other."""
        found = Client()
        found.cookies = self.cookies[next(self.turn) % 2]
        return found

    def post(self, name: str, /, *rest: object, **form: str) -> Callable[[], int]:
        return lambda: self.client().post(reverse(name, args=[self.place, *rest]), form | once()).status_code


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    prepare(tmp_path, monkeypatch)
    (found,) = at_once([Site])
    assert isinstance(found, Site), found
    return found


def look(act: Callable[[], object]) -> object:
    (found,) = at_once([act])
    return found


def counted(site: Site) -> dict[str, int]:
    def act() -> dict[str, int]:
        with unscoped("a test's rows"):
            return {
                "members": Organisation.objects.filter(parent=site.place).count(),
                "mails": Mail.objects.count(),
                "invitations": Invitation.objects.count(),
                "codes": Reference.objects.count(),
                "requests": JoinRequest.objects.count(),
            }

    found = look(act)
    assert isinstance(found, dict), found
    return found


def test_a_request_confirmed_by_many_at_once_is_one_member_and_one_letter(site: Site) -> None:
    before = counted(site)
    answers = at_once([site.post("desk_request", site.asked)] * AT_ONCE, threads=AT_ONCE)
    assert set(answers) <= FINE, answers
    after = counted(site)
    assert after["members"] == before["members"] + 1
    assert after["mails"] == before["mails"] + 1


def test_confirmed_and_declined_at_once_it_is_one_of_the_two(site: Site) -> None:
    acts = [site.post("desk_request", site.asked), site.post("desk_request", site.asked, decline="", reason="見本")]
    answers = at_once(acts * 5, threads=10)
    assert set(answers) <= FINE, answers

    def state() -> tuple[str, int]:
        with unscoped("a test's rows"):
            row = JoinRequest.objects.get()
        return row.state, Organisation.objects.filter(parent=site.place, name="見本加入希望").count()

    assert look(state) in (("confirmed", 1), ("declined", 0))


def test_the_same_people_reminded_by_many_at_once_get_one_letter(site: Site) -> None:
    before = counted(site)["mails"]
    answers = at_once([site.post("desk_remind", all="1", confirmed="1", sure="1")] * AT_ONCE, threads=AT_ONCE)
    assert set(answers) == {302}, answers
    assert counted(site)["mails"] == before + 1


def test_a_member_added_by_many_at_once_is_added_once(site: Site) -> None:
    before = counted(site)
    form = {"name": "見本新会員", "code": "S-1", "number": "", "mail": "new@example.jp"}
    answers = at_once([site.post("desk_member_new", **form)] * AT_ONCE, threads=AT_ONCE)
    assert sorted(answers) == [302] + [422] * (AT_ONCE - 1)
    after = counted(site)
    assert [after[name] - before[name] for name in ("members", "codes", "invitations")] == [1, 1, 1]


def test_archived_while_being_invited_nobody_is_let_in(site: Site) -> None:
    member = site.there.neighbour.pk
    acts = [
        site.post("desk_member_invite", member, mail="a@example.jp"),
        site.post("desk_member_archive", member, sure="1"),
    ]
    answers = at_once(acts * 5, threads=10)
    assert set(answers) <= FINE, answers
    assert look(lambda: Organisation.objects.get(pk=member).state) == "archived"
    assert look(site.post("desk_member_invite", member, mail="b@example.jp")) == 422


def test_a_list_sent_and_loaded_by_many_at_once_is_loaded_once(site: Site) -> None:
    before = counted(site)["members"]
    text = "事業者名,コード\n" + "".join(f"見本{number:03},L-{number}\n" for number in range(40))

    def send() -> str:
        file = SimpleUploadedFile("list.csv", text.encode())
        answer = site.client().post(reverse("desk_load", args=[site.place]), {"kind": "members", "file": file})
        return answer.get("Location", str(answer.status_code))

    def load(address: str) -> int:
        return site.client().post(address).status_code

    sent = set(at_once([send] * 6, threads=6))
    assert all(place.startswith("/desk/") for place in sent), sent
    answers = at_once([partial(load, address) for address in sent] * 4, threads=12)
    assert set(answers) == {302}, answers
    assert counted(site)["members"] == before + 40


def test_many_who_ask_to_join_with_one_form_are_one_request(site: Site) -> None:
    key = str(uuid.uuid4())
    form = {"name": "見本", "number": "", "mail": "x@example.jp", "note": "", "send": "1", "key": key}
    before = counted(site)["requests"]
    answers = at_once(
        [lambda: Client().post(reverse("join_ask", args=[site.place]), form).status_code] * AT_ONCE, threads=AT_ONCE
    )
    assert set(answers) == {302}, answers
    assert counted(site)["requests"] == before + 1


def test_a_member_archived_meanwhile_takes_in_nothing(site: Site) -> None:
    def act() -> None:
        archived(Organisation.objects.get(pk=site.there.member.pk))

    look(act)
    before = counted(site)["mails"]
    assert look(site.post("desk_remind", member=str(site.there.member.pk), confirmed="1", sure="1")) == 302
    assert counted(site)["mails"] == before
