"""The flyer's page and an inquiry in a real browser, on phone and desktop: asked, answered, closed, with nothing for axe."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from sonae_web.accounts.services import grant_role
from tests.browser.conftest import SIZES, OpenPage, sign_in, sound
from tests.web.cast import person, tree

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def test_a_visitor_reads_the_flyer_of_any_year_and_takes_it_along(live_server: Any, page: Page, scripts: bool) -> None:
    tree()
    page.goto(live_server.url)
    page.get_by_role("contentinfo").get_by_role("link", name="制度のご案内").click()
    sound(page, "/flyer/", scripts=scripts)
    page.get_by_label("年度").select_option("2005")
    with page.expect_navigation():
        page.get_by_role("button", name="表示").click()
    sound(page, "/flyer/", scripts=scripts)
    expect(page.get_by_text("03-3523-4906")).to_be_visible()
    expect(page.get_by_text("4,500万円").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDFをダウンロード").click()
    assert waiting.value.suggested_filename == "sonae-flyer-2005-ja.pdf"
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Is your personal information safe from leaks?")).to_be_visible()
    sound(page, "/flyer/", scripts=scripts)
    page.goto(f"{live_server.url}/flyer/?year=1999")
    page.get_by_role("link", name="Choose a year from the list.").click()
    sound(page, "/flyer/", scripts=scripts)


def test_it_is_printed_without_what_only_a_screen_needs(live_server: Any, open_page: OpenPage) -> None:
    tree()
    page = open_page("desktop")
    page.goto(f"{live_server.url}/flyer/?year=2005")
    page.emulate_media(media="print")
    for name in ("PDFをダウンロード", "加入を申請"):
        expect(page.get_by_role("link", name=name)).to_be_hidden()
    expect(page.get_by_role("heading", name="保険料例")).to_be_visible()


def test_a_question_is_asked_answered_and_closed(
    live_server: Any, open_page: OpenPage, page: Page, size: str, scripts: bool
) -> None:
    there = tree()
    user = person("clerk@example.jp")
    grant_role(user=user, organisation=there.prefecture, role="federation")
    Authenticator.objects.create(user=user, type="totp", data={"secret": "unused"})
    desk = sign_in(open_page(size, scripts=scripts), user, live_server.url)
    base = f"/desk/{there.prefecture.pk}/inquiries/"
    desk.goto(live_server.url + base)
    sound(desk, base, scripts=scripts)
    desk.get_by_role("link", name="窓口の設定").click()
    sound(desk, f"{base}desk", scripts=scripts)
    desk.get_by_role("button", name="窓口を保存").click()
    desk.get_by_role("link", name="担当する都道府県を選んでください。").click()
    sound(desk, f"{base}desk", scripts=scripts)
    desk.get_by_label("担当する都道府県").select_option("tokyo")
    desk.get_by_label("部署の名前").fill("見本課")
    desk.get_by_role("button", name="窓口を保存").click()
    expect(desk.get_by_text("窓口を保存しました。")).to_be_visible()
    sound(desk, base, scripts=scripts)

    page.goto(f"{live_server.url}/flyer/")
    page.get_by_role("link", name="制度についてのお問い合わせ").click()
    sound(page, "/inquiries/", scripts=scripts)
    page.get_by_role("button", name="お問い合わせを送信").click()
    page.get_by_role("link", name=re.compile("お問い合わせの内容を")).click()
    sound(page, "/inquiries/", scripts=scripts)
    page.get_by_label("都道府県").select_option("tokyo")
    page.get_by_label("お問い合わせの内容").fill("いつから補償されますか。")
    page.get_by_label("メールアドレス").fill("asks@example.jp")
    page.get_by_label("個人情報の取扱いに同意する").check()
    page.get_by_role("button", name="お問い合わせを送信").click()
    expect(page.get_by_text("見本県中央会がお答えします")).to_be_visible()
    sound(page, urlsplit(page.url).path, scripts=scripts)

    desk.goto(live_server.url + base)
    desk.get_by_role("link", name=re.compile("^Q20")).click()
    one = urlsplit(desk.url).path
    sound(desk, one, scripts=scripts)
    desk.get_by_role("button", name="回答をメールで送信").click()
    desk.get_by_role("link", name=re.compile("回答を、1文字以上")).click()
    sound(desk, one, scripts=scripts)
    desk.get_by_label("回答を書く").fill("申し込みの2か月後の25日です。")
    desk.get_by_role("button", name="回答をメールで送信").click()
    expect(desk.get_by_text("回答を送信しました。")).to_be_visible()
    sound(desk, one, scripts=scripts)
    desk.get_by_role("button", name="完了にする").click()
    expect(desk.get_by_role("button", name="再開する")).to_be_visible()
    sound(desk, one, scripts=scripts)
    assert page.viewport_size == SIZES[size]
