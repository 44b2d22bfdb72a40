"""The sample: whole, in all states, made once, refused where anything else is."""

import json
from collections import Counter
from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import JoinRequest, Organisation, Role, User
from sonae_web.accounts.services import add_organisation
from sonae_web.desk.models import Totals
from sonae_web.diagnosis import checklists
from sonae_web.diagnosis.checklists import programme_year
from sonae_web.diagnosis.models import Progress, Result, Task
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import unscoped
from sonae_web.quotes.models import Decision, Quote
from sonae_web.sample import build
from sonae_web.sample.people import PASSWORD, SIGN_INS
from sonae_web.sample.state import NotEmpty
from tests.web.cast import scope

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def given(name: str) -> Mapping[str, checklists.Given]:
    """The answers of a business's open checklist."""
    row = Organisation.objects.get(name=name, kind="member")
    sheet = checklists.read(scope("member", row))
    assert sheet is not None
    return sheet.given


def test_the_sample_is_whole_and_its_people_can_sign_in(client: Client) -> None:
    build.build()
    kinds = Counter(Organisation.objects.values_list("kind", flat=True))
    assert kinds == {"national": 1, "prefectural": 2, "association": 12, "member": 200}
    names = list(Organisation.objects.values_list("name", flat=True))
    assert all(name.startswith(("見本", "例示")) for name in names)
    assert sum(number == 2 for number in Counter(names).values()) == 2  # insured associations
    assert {member.industry for member in build._members()} == set(programme().industries)
    with unscoped("test"):
        now = Progress.objects.filter(year=programme_year(clock.today()))
        states = Counter(now.values_list("state", flat=True))
        assert min(states[state] for state in ("invited", "started", "done")) >= 15
        assert sum(states.values()) < 200
        assert set(Result.objects.values_list("grade", flat=True)) == set("ABCDE")
        assert {row.state for row in Task.objects.all()} == {"open", "done"}
        assert Task.objects.exclude(note=b"").count() >= 3
        assert set(Quote.objects.values_list("state", flat=True)) == set(Quote.State.values)
        assert Quote.objects.filter(asked_agent_at__isnull=False).exists()
        plain = Quote.objects.filter(decision="quoted", tenant__in=Organisation.objects.filter(name__contains="053"))
        assert [each.expires_on < clock.today() for each in plain] == [True], "an expired quote"
        loaded = Quote.objects.get(state="approved")
        assert sealed.get(Decision.objects.get(quote=loaded), "content")["loading"] == "1.25"
        by = {each.by for each in given("例示印刷").values()}
        assert User.objects.get(email="colleague@example.jp").pk in by, "a colleague is in the middle of it"
        for name in ("見本県印刷工業組合", "見本県中央会", "見本全国中央会"):
            row = Organisation.objects.exclude(kind="member").get(name=name)
            shown = json.loads(bytes(Totals.objects.get(tenant=row.pk, year=programme_year(clock.today())).published))
            assert shown["grade"]["cells"], name

    people = User.objects.count()
    build.build()
    assert User.objects.count() == people

    for each in SIGN_INS:
        user = User.objects.get(email=each.mail)
        assert user.check_password(PASSWORD)
        assert {role.role for role in Role.objects.filter(user=user)} == {role for role, _ in each.roles}
    clerk = next(each for each in SIGN_INS if each.name == "association")
    answer = client.post("/account/login/", {"login": clerk.mail, "password": PASSWORD})
    assert "second-factor" in answer["Location"]
    done = client.post(answer["Location"], {"code": clerk.code(clock.now().timestamp())})
    assert done["Location"] == "/home"
    with unscoped("test"):
        asked, other, _ = JoinRequest.objects.values_list("tenant", "pk")
    assert client.post(reverse("desk_request", args=asked)).status_code == 302
    assert client.post(reverse("desk_request", args=other), {"decline": "", "reason": "見本"}).status_code == 302


def test_it_refuses_a_database_that_holds_anything_else() -> None:
    add_organisation(kind="national", name="本物の全国中央会")
    with pytest.raises(NotEmpty):
        build.build()
    assert Organisation.objects.count() == 1


def test_a_known_person_beside_nothing_else_is_refused_too() -> None:
    User.objects.create_user("someone@example.jp")
    with pytest.raises(NotEmpty):
        build.build()
