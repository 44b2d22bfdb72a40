"""The agent: quotes that members asked it to explain, with the plan that it may recommend."""

import pytest

from sonae_web.ground.scope import declared
from sonae_web.quotes import services
from tests.web.cast import Tree, scope
from tests.web.quotes.cast import diagnosed, quote, staff
from tests.web.test_members import at

pytestmark = pytest.mark.django_db


def test_the_agent_sees_what_it_may_recommend_and_why(place: Tree) -> None:
    member = scope("member", place.member)
    with declared(member):
        diagnosed(member)
    asked, other = quote(member, plan="p1000"), quote(member)
    with declared(member):
        services.ask_agent(scope=member, quote=asked.pk)
        marked = services.content(asked)["comparison"]["marked"]
    browser, _ = staff("agent", place.prefecture)
    listed = browser.get(at("advice", place.prefecture)).content.decode()
    assert asked.number in listed
    assert other.number not in listed
    page = browser.get(at("advice_quote", place.prefecture, quote=asked.pk)).content.decode()
    assert ("お勧めできるのは" in page) == (marked is not None)
    assert ("限度額が足りる最小のプランは" in page) == (marked not in (None, "p1000"))
    assert browser.get(at("advice_quote", place.prefecture, quote=other.pk)).status_code == 404


def test_another_federations_agent_sees_nothing(place: Tree) -> None:
    member = scope("member", place.member)
    made = quote(member)
    with declared(member):
        services.ask_agent(scope=member, quote=made.pk)
    browser, _ = staff("agent", place.other_prefecture)
    assert made.number not in browser.get(at("advice", place.other_prefecture)).content.decode()
    assert browser.get(at("advice_quote", place.other_prefecture, quote=made.pk)).status_code == 404
