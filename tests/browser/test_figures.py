"""The figures follow as one moves: simulator and calculator in a real browser, by keyboard and by pointer."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, sound

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


def slider(page: Page, name: str) -> Any:
    return page.locator(f"input[type=range][data-for={name}]")


def asked(page: Page) -> dict[str, list[str]]:
    """What stands in the address."""
    return parse_qs(urlsplit(page.url).query)


def test_the_loss_follows_a_slider_moved_by_the_keyboard_and_its_link_gives_the_same(
    live_server: Any, open_page: OpenPage, size: str
) -> None:
    page = open_page(size)
    page.goto(live_server.url + "/loss/")
    persons = slider(page, "persons")
    expect(persons).to_have_accessible_name("個人情報をお持ちの人数")
    expect(persons).to_have_attribute("aria-valuetext", "3,000人")
    before = page.locator("#now").inner_text()
    persons.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("textbox", name="個人情報をお持ちの人数")).to_have_value("6,000")
    expect(persons).to_have_attribute("aria-valuetext", "6,000人")
    expect(page.get_by_text("従業員10人、保有6,000人分")).to_be_visible()
    expect(page.locator("#now")).not_to_have_text(before)
    expect(persons).to_be_focused()
    expect(page.locator("#told")).to_contain_text("10年の確率")
    page.wait_for_url(lambda address: parse_qs(urlsplit(address).query).get("persons") == ["6,000"])
    sound(page, "/loss/")
    told, figures = page.locator("#now").inner_text(), page.locator("#figures").inner_text()
    for scripts in (True, False):
        other = open_page(size, scripts=scripts)
        other.goto(page.url)
        assert other.locator("#now").inner_text() == told
        assert other.locator("#figures").inner_text() == figures


def test_a_number_moves_its_slider_and_a_wrong_one_is_told_at_its_field(
    live_server: Any, open_page: OpenPage, size: str
) -> None:
    page = open_page(size)
    page.goto(live_server.url + "/loss/")
    staff = page.locator("#staff")
    staff.fill("５０人")
    expect(slider(page, "staff")).to_have_attribute("aria-valuetext", "50人")
    staff.press("Tab")
    expect(slider(page, "staff")).to_be_focused()
    expect(page.get_by_text("従業員50人、")).to_be_visible()
    staff.fill("多数")
    staff.press("Tab")
    expect(page.locator("#staff-e")).to_contain_text(
        "「従業員の数」は、0人から1,000,000人までの整数で入力してください。"
    )
    expect(staff).to_have_attribute("aria-invalid", "true")
    expect(staff).to_have_attribute("aria-describedby", "staff-h staff-e")
    expect(page.get_by_text("入力内容を直すと、ここに結果を示します。")).to_be_visible()
    expect(slider(page, "staff")).to_be_focused()
    expect(page).to_have_title(re.compile("^エラー："))
    sound(page, "/loss/")
    staff.fill("12")
    staff.press("Tab")
    expect(page.get_by_text("従業員12人、")).to_be_visible()
    expect(page.locator(".err")).to_have_count(0)
    expect(staff).to_have_attribute("aria-describedby", "staff-h")
    expect(page).to_have_title(re.compile("^損害シミュレーター"))


def test_controls_switched_on_quickly_are_all_kept_and_the_comparison_stays_open(
    live_server: Any, open_page: OpenPage, size: str
) -> None:
    page = open_page(size)
    page.goto(live_server.url + "/loss/")
    page.get_by_text("すべてのプランを比べる").click()
    page.evaluate("document.querySelectorAll('#toggles input').forEach((each, at) => at < 4 && each.click())")
    expect(page.get_by_text("行っている対策4件")).to_be_visible()
    assert page.locator("#toggles input:checked").count() == 4
    assert len(asked(page)["done"]) == 4
    expect(page.get_by_role("region", name="すべてのプランを比べる")).to_be_visible()
    box = page.locator("#toggles input").nth(5)
    box.focus()
    name = box.get_attribute("id")
    page.keyboard.press("Space")
    expect(page.get_by_text("行っている対策5件")).to_be_visible()
    expect(page.locator(f"[id='{name}']")).to_be_focused()


def test_persons_by_medium_change_the_loss(live_server: Any, page: Page, scripts: bool) -> None:
    page.goto(live_server.url + "/loss/")
    before = page.locator("#figures dl").first.inner_text()
    page.get_by_text("媒体ごとの人数を入れる（任意）").click()
    page.locator("#on_server").fill("100")
    page.locator("#on_paper").fill("3,000")
    page.locator("#on_paper").press("Tab")
    if not scripts:
        page.get_by_role("button", name="計算する").click()
    page.wait_for_url(lambda address: parse_qs(urlsplit(address).query).get("on_server") == ["100"])
    expect(page.locator("#figures dl").first).not_to_have_text(before, use_inner_text=True)
    expect(page.locator("#on_server")).to_be_visible()
    sound(page, "/loss/", scripts=scripts)


def test_the_calculation_follows_a_slider_drawn_by_the_pointer(
    live_server: Any, open_page: OpenPage, size: str
) -> None:
    page = open_page(size)
    page.goto(live_server.url + "/calculator/")
    drawn = slider(page, "persons")
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.57, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, middle, steps=12)
    page.mouse.up()
    expect(page.locator("#persons")).to_have_value("1,000,000")
    expect(page.get_by_text("500円 × 999,000人")).to_be_visible()
    expect(page.get_by_text("チラシの数字を変えた試算です。")).to_be_visible()
    assert asked(page)["persons"] == ["1,000,000"]
    sound(page, "/calculator/")
    page.get_by_role("link", name="チラシの数字に戻す").click()
    page.wait_for_url(live_server.url + "/calculator/")
    expect(page.get_by_text("公表値（2005年版）").first).to_be_visible()


def test_an_older_answer_never_stands_over_a_newer_one(live_server: Any, open_page: OpenPage) -> None:
    page = open_page("desktop")
    page.goto(live_server.url + "/calculator/")
    held: list[Route] = []
    page.route("**/calculator/?*", lambda route: held.append(route) if not held else route.continue_())
    persons = page.locator("#persons")
    persons.fill("5,000")
    persons.press("Tab")
    expect(slider(page, "persons")).to_be_focused()
    page.keyboard.press("End")
    expect(persons).to_have_value("1,000,000")
    expect(page.locator("form[data-live]")).to_have_class(re.compile("htmx-request"))
    held[0].continue_()
    expect(page.get_by_text("500円 × 999,000人")).to_be_visible()
    assert asked(page)["persons"] == ["1,000,000"]


def test_what_cannot_be_worked_out_again_is_told_and_nothing_entered_is_lost(
    live_server: Any, open_page: OpenPage
) -> None:
    page = open_page("desktop", expected=("ERR_FAILED", "htmx:"))
    page.goto(live_server.url + "/calculator/")
    page.route("**/calculator/?*", lambda route: route.abort())
    page.locator("#persons").fill("5,000")
    page.locator("#persons").press("Tab")
    expect(page.get_by_text("計算し直せませんでした。")).to_be_visible()
    expect(page.locator("#persons")).to_have_value("5,000")


def test_without_scripts_there_are_no_sliders(live_server: Any, open_page: OpenPage, size: str) -> None:
    page = open_page(size, scripts=False)
    for address in ("/loss/", "/calculator/"):
        page.goto(live_server.url + address)
        assert page.locator("input[type=range]").count() > 2
        expect(page.locator("input[type=range]:visible")).to_have_count(0)


def test_paper_holds_no_slider_and_no_bar(live_server: Any, open_page: OpenPage) -> None:
    page = open_page("desktop")
    page.goto(live_server.url + "/loss/")
    expect(slider(page, "persons")).to_be_visible()
    page.emulate_media(media="print")
    expect(slider(page, "persons")).not_to_be_visible()
    expect(page.locator("#now")).not_to_be_visible()
    expect(page.locator("#persons")).to_be_visible()
