"""From the report to the certificate in a browser: the steps that people take, page by page, each page looked at."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

Look = Callable[[Page], None]
NUMBER = re.compile(r"A\d{4}-\d{6}")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press the page's own button of this name and wait for the next page."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def quote(page: Page, root: str, look: Look, plan: str = "p5000") -> None:
    """Compare the plans and make a quote of one."""
    page.goto(f"{root}quotes/plans")
    page.get_by_role("group", name="今わかっている漏えい").get_by_label("ない").check()
    press(page, re.compile("^(プランを比べる|計算し直す)$"))
    look(page)
    with page.expect_navigation():
        page.locator(f"button[name=plan][value={plan}]:visible").first.click()
    page.wait_for_url(re.compile(r"/quotes/[0-9a-f-]{36}/$"))
    look(page)


def declare(page: Page, root: str, look: Look) -> None:
    """Confirm the declaration item by item, and sign it."""
    page.goto(f"{root}declaration/")
    press(page, "申告書を作成する")
    while "/sections/" in page.url:
        stated = page.locator("input[name=stated][value=no]")
        if stated.count():
            stated.check()
        for box in page.locator("input[name=confirm]").all():
            box.check()
        press(page, "保存して次へ")
    look(page)
    page.get_by_label("氏名").fill("見本 花子")
    page.get_by_label("役職").fill("代表取締役")
    page.get_by_role("group", name="権限").get_by_role("radio").first.check()
    page.locator("#sure").check()
    press(page, "申告書に署名する")
    expect(page.get_by_role("heading", name="署名済みです")).to_be_visible()
    look(page)


def begin(page: Page, root: str, look: Look, kind: str = "") -> None:
    """Begin an application: of the only kind there is today, or of one of two."""
    page.goto(f"{root}application/")
    look(page)
    press(page, f"{kind}に申し込む" if kind else "に申し込む")


def fill(page: Page, look: Look) -> None:
    """Fill in every part of an application that was just begun."""
    look(page)
    page.get_by_role("radio").first.check()
    press(page, "保存して次へ")
    look(page)
    press(page, "保存して次へ")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    expect(page.get_by_label("保有する個人情報の人数")).not_to_have_value("")  # as the quote was rated
    page.get_by_label("氏名").fill("見本 花子")
    page.get_by_label("役職").fill("代表取締役")
    page.get_by_label("代表者", exact=True).check()
    press(page, "保存して次へ")
    account(page, look)
    look(page)
    page.get_by_label("この画面で読みました").check()
    for box in page.locator("input[name=given]").all():
        box.check()
    press(page, "保存して次へ")


def account(page: Page, look: Look) -> None:
    """Find bank and branch, and enter the account."""
    look(page)
    page.get_by_label("銀行を探す").fill("みほん")
    press(page, "探す")
    look(page)
    page.get_by_role("link", name="見本銀行").click()
    page.get_by_label("支店を探す").fill("レイジ")
    press(page, "探す")
    page.get_by_role("link", name="例示支店").click()
    look(page)
    page.get_by_label("普通").check()
    page.get_by_label("口座番号").fill("12345")
    page.get_by_label("口座名義（カナ）").fill("ミホンショウジ（カ")
    press(page, "保存して次へ")


def send(page: Page, look: Look) -> str:
    """Check the answers, send the application, and return its number."""
    expect(page.get_by_role("heading", name="加入依頼の内容の確認")).to_be_visible()
    look(page)
    press(page, "加入依頼を送信")
    expect(page.get_by_role("status")).to_contain_text("受け付けました")
    look(page)
    found = NUMBER.search(page.get_by_role("heading", level=1).inner_text())
    assert found is not None
    return found[0]


def confirm(page: Page, desk: str, look: Look) -> None:
    """The association confirms that the business is its member."""
    page.goto(f"{desk}enrolment/")
    look(page)
    press(page, "所属員であることを確認")
    expect(page.get_by_role("status")).to_contain_text("確認しました")


def open_(page: Page, desk: str, name: str, look: Look) -> None:
    """A clerk of the federation opens an application."""
    page.goto(f"{desk}applications/")
    look(page)
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url(re.compile(r"/applications/[0-9a-f-]{36}/$"))
    look(page)


def accept(page: Page, desk: str, name: str, look: Look) -> None:
    """The federation finds an application complete and accepts it."""
    open_(page, desk, name, look)
    press(page, "完備を確認")
    press(page, "引き受ける")
    expect(page.get_by_role("status")).to_contain_text("引き受けて")
    look(page)


def certificate(page: Page, root: str, number: str, target: Path, look: Look) -> bytes:
    """The member takes its certificate."""
    page.goto(f"{root}application/")
    look(page)
    expect(page.get_by_text("引受済み").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="加入者証（PDF）").first.click()
    waiting.value.save_as(target)
    content = target.read_bytes()
    assert content.startswith(b"%PDF"), number
    return content
