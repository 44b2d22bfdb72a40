"""No page of the thread from diagnosis to cover is a dead end: each leads to what comes next."""

import pytest
from django.test import Client
from django.urls import reverse

from sonae_web.accounts.models import User
from sonae_web.ground.scope import declared
from sonae_web.quotes.models import Quote
from tests.web.cast import Tree, scope
from tests.web.declarations.cast import signed as sign
from tests.web.policies.cast import JUNE, at, quoted, ready

pytestmark = pytest.mark.django_db
NEXT = {
    "business": ("quote_plans", "declaration", "applications"),
    "result": ("quote_plans", "declaration", "applications"),
    "quote before signing": ("declaration", "applications"),
    "quote": ("applications",),
    "declaration": ("quote_plans", "applications"),
    "applications": ("quote_plans",),
}


def test_each_page_leads_on(place: Tree) -> None:
    member = scope("member", place.member)
    browser = Client()
    browser.force_login(User.objects.get(pk=member.user))
    home = reverse("business", args=[place.member.pk])
    with at(JUNE):
        assert reverse("quote_plans", args=[place.member.pk]) not in browser.get(home).content.decode(), (
            "nothing to rate"
        )
        with declared(member):
            ready(member, signed=False)
            plain = quoted(member, plain=True)
        pages = {"quote before signing": browser.get(reverse("quote", args=[place.member.pk, plain.pk]))}
        with declared(member):
            Quote.objects.all().delete()
            sign(member)
        pages |= {"applications": browser.get(reverse("applications", args=[place.member.pk]))}
        pages["declaration"] = browser.get(reverse("declaration", args=[place.member.pk]))
        with declared(member):
            row = quoted(member)
        pages |= {"business": browser.get(home), "quote": browser.get(reverse("quote", args=[place.member.pk, row.pk]))}
        results = browser.get(reverse("results", args=[place.member.pk])).context["results"]
        pages["result"] = browser.get(reverse("result", args=[place.member.pk, results[0].pk]))
    for page, names in NEXT.items():
        main = pages[page].content.decode().partition("<main")[2]
        for name in names:
            assert f'href="{reverse(name, args=[place.member.pk])}"' in main, (page, name)
