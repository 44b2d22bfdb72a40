"""A token made, shown, listed and revoked in a real browser, on phone and desktop, with and without scripts."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from sonae_web.accounts.services import grant_role
from tests.browser.conftest import sound
from tests.web.accounts.doors import PASSWORD, account
from tests.web.cast import tree

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_a_token_from_making_it_to_revoking_it(live_server: Any, page: Page, scripts: bool) -> None:
    there, hanako = tree(), account()
    for place in (there.member, there.neighbour):
        grant_role(user=hanako, organisation=place, role="member")
    client = Client()
    client.force_login(hanako)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    page.goto(f"{live_server.url}/settings")
    page.get_by_role("link", name="APIのトークン").click()
    expect(page.get_by_text("まだトークンはありません。")).to_be_visible()
    sound(page, "/settings/tokens/", scripts=scripts)
    page.get_by_role("link", name="トークンを作る").click()
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()

    sound(page, "/settings/tokens/new", scripts=scripts)
    page.get_by_role("button", name="トークンを作る").click()
    expect(page.get_by_role("alert")).to_contain_text("対象を選んでください")
    sound(page, "/settings/tokens/new", scripts=scripts)
    page.get_by_label("名前").fill("会計システム")
    page.get_by_label("対象").select_option(label=there.member.name)
    page.get_by_label("診断の読み取り").check()
    page.get_by_role("button", name="トークンを作る").click()
    expect(page.get_by_role("heading", name="トークンができました")).to_be_visible()
    sound(page, "/settings/tokens/new", scripts=scripts)
    secret = page.locator(".secret code").inner_text()
    answer = Client().get("/api/v1/diagnoses", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == {"items": [], "next": None}

    page.get_by_role("link", name="コピーを終えて一覧に戻る").click()
    expect(page.get_by_text("使用可")).to_be_visible()
    sound(page, "/settings/tokens/", scripts=scripts)
    page.get_by_role("link", name="取り消す").click()
    expect(page.get_by_text("元に戻せません")).to_be_visible()
    page.get_by_role("button", name="トークンを取り消す").click()
    expect(page.get_by_role("status")).to_contain_text("「会計システム」を取り消しました。")
    expect(page.get_by_text("取消し済み")).to_be_visible()
    sound(page, "/settings/tokens/", scripts=scripts)
