"""A clerk's evening in a real browser, on phone and desktop: add, find, remind, load a list, read the totals."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page, expect

from sonae.programmes.canonical import canonical
from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import add_organisations, grant_role
from sonae_web.desk import places, totals
from sonae_web.diagnosis.models import Checklist, Progress, Result
from sonae_web.ground import clock
from sonae_web.ground.scope import unscoped
from tests.browser import conftest
from tests.browser.conftest import OpenPage, sign_in
from tests.web.cast import Tree, person, tree

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def there() -> Tree:
    found = tree()
    made = add_organisations(kind="member", entries=[(found.association.pk, f"見本商店{n:02}", "") for n in range(60)])
    year, now = places.this_year(), clock.now()
    with unscoped("a test's rows"):
        for number, row in enumerate(made[:45]):
            state = ("done", "done", "started", "invited")[number % 4]
            reminded = now - timedelta(days=9) if number % 8 == 3 else None
            Progress.objects.create(
                tenant=row.pk, year=year, state=state, invited_at=now, reminded_at=reminded, reminders=bool(reminded),
                started_at=now if state != "invited" else None, done_at=now if state == "done" else None,
            )  # fmt: skip
            if state == "done":
                _result(row, year, "ABAABCABC"[number % 9])
    for row in made[40:50]:
        grant_role(user=person(f"{row.pk}@example.jp"), organisation=row, role="member")
    totals.make_totals(clock.today())
    return found


def _result(row: Organisation, year: int, grade: str) -> None:
    now = clock.now()
    sheet = Checklist.objects.create(
        tenant=row.pk, edition="2027-01", year=year, started_at=now, changed_at=now, handed_in_at=now, content=b"x"
    )
    areas = ("policy", "organisation", "people", "lifecycle", "physical", "access", "attack", "daily", "contractors")
    Result.objects.create(
        tenant=row.pk, checklist=sheet, edition="2027-01", year=year, on=clock.today(), made_at=now, made_by=uuid.uuid4(),
        number="0", release="0", fingerprint="0", grade=grade, score=50, content=b"x",
        areas=canonical({area: {"score": 50, "grade": grade} for area in areas}),
    )  # fmt: skip


@pytest.fixture(params=["phone", "desktop", "desktop without scripts"])
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    return open_page(request.param.split()[0], scripts="without" not in request.param)


def signed_in(page: Page, live_server: Any, role: str, place: Organisation) -> str:
    """Sign a clerk in past the pages of that, and return the first page's address."""
    mail = f"{role}-{place.pk}@example.jp"
    user = User.objects.filter(email=mail).first() or person(mail)
    grant_role(user=user, organisation=place, role=role)
    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "sample"}}
    )
    sign_in(page, user, live_server.url)
    return f"{live_server.url}/desk/{place.pk}/"


Sound = Callable[[str], None]


@pytest.fixture
def sound(page: Page, request: pytest.FixtureRequest) -> Sound:
    """That a page whose path ends so is loaded, fits its width, and that axe finds nothing in it."""

    def check(path: str) -> None:
        page.wait_for_url(lambda address: urlsplit(address).path.endswith(path))
        conftest.sound(page, urlsplit(page.url).path, scripts="without" not in request.node.name)

    return check


def test_an_association_adds_finds_reminds_and_loads(live_server: Any, page: Page, there: Tree, sound: Sound) -> None:
    page.goto(signed_in(page, live_server, "association", there.association))
    sound(f"/desk/{there.association.pk}/")
    expect(page.get_by_text("63件中 1–50件")).to_be_visible()
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_text("63件中 51–63件")).to_be_visible()

    page.get_by_role("link", name="会員を追加する").click()
    page.get_by_role("button", name="会員を追加する").click()
    assert page.get_by_role("alert").evaluate("each => each === document.activeElement")
    sound("/members/new")
    page.get_by_role("link", name="事業者名を").click()
    page.get_by_label("事業者名").fill("見本ミカン園")
    page.get_by_label("メールアドレス").fill("mikan@example.jp")
    page.get_by_role("button", name="会員を追加する").click()
    expect(page.get_by_role("status").last).to_contain_text("見本ミカン園を追加し")

    page.goto(page.url + "?q=みかん")
    page.get_by_role("link", name="見本ミカン園", exact=True).click()
    sound("/edit")
    page.get_by_label("コード").fill("M-1")
    page.get_by_role("button", name="登録内容を変更する").click()
    expect(page.get_by_role("status")).to_contain_text("見本ミカン園の登録内容を変更しました。")

    page.get_by_label("名称・コード・法人番号").fill("みかん")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("1件中 1–1件")).to_be_visible()
    page.get_by_label("名称・コード・法人番号").fill("ない名前")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.get_by_text("条件に合う会員はありません。")).to_be_visible()
    sound("/")
    page.get_by_role("main").get_by_role("link", name="条件を消す").first.click()

    page.get_by_role("button", name="に催促する").last.click()
    sound("/remind")
    page.get_by_role("button", name="催促のメールを送る").click()
    sound("/remind")
    page.get_by_label("送ったメールは取り消せません").check()
    page.get_by_role("button", name="催促のメールを送る").click()
    expect(page.get_by_role("status").last).to_contain_text("件に催促のメールを送りました")

    page.goto(page.url + "?q=みかん")
    page.get_by_role("link", name=re.compile("保管.*見本ミカン園")).click()
    sound("/archive")
    page.get_by_label("内容を確認しました").check()
    page.get_by_role("button", name="保管する").click()
    expect(page.get_by_role("status").last).to_contain_text("見本ミカン園を保管しました")

    page.get_by_role("link", name="取込み").click()
    page.get_by_label("ファイル").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": "事業者名,法人番号\n見本一号,123\n".encode()}
    )
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_text("load.number")).to_be_visible()
    sound("/load/")
    page.get_by_label("ファイル").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": "事業者名,コード\n見本一号,M1\n見本二号,M2\n".encode()}
    )
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_role("row", name="見本二号")).to_be_visible()
    sound("/")
    page.get_by_role("button", name="取り込む").click()
    expect(page.get_by_role("status").last).to_contain_text("取込みが終わりました")
    sound("/")
    page.get_by_role("link", name="集計").click()
    expect(page.get_by_role("heading", name="総合評価")).to_be_visible()
    sound("/totals/")


def test_a_federation_compares_and_goes_down(live_server: Any, page: Page, there: Tree, sound: Sound) -> None:
    page.goto(signed_in(page, live_server, "federation", there.national))
    sound(f"/desk/{there.national.pk}/")
    page.get_by_label("会員の回答").select_option("some")
    page.get_by_role("button", name="絞り込む").click()
    page.get_by_role("link", name="例示協同組合").click()
    expect(page.get_by_role("heading", name="例示協同組合")).to_be_visible()
    sound(f"/associations/{there.association.pk}/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name="集計").click()
    sound("/totals/")
    page.get_by_role("link", name="取込み").click()
    sound("/load/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Load a list")).to_be_visible()
    for path in ("", "totals/", "load/"):
        page.goto(f"{live_server.url}/desk/{there.national.pk}/{path}")
        sound(f"/{path}")


def test_clerks_invite_one_another(live_server: Any, page: Page, there: Tree, sound: Sound) -> None:
    page.goto(signed_in(page, live_server, "federation", there.national))
    page.get_by_role("link", name="例示協同組合").click()
    page.get_by_role("link", name="団体の事務担当者の招待").click()
    sound(f"/associations/{there.association.pk}/invite")
    page.get_by_label("メールアドレス").fill("taro@example.jp")
    page.get_by_role("button", name="招待を送る").click()
    expect(page.get_by_role("status").last).to_contain_text("taro@example.jp に招待を送りました")
    page.get_by_role("link", name="担当者", exact=True).click()
    sound("/people")
    page.get_by_role("button", name="招待を送る").click()
    assert page.get_by_role("alert").evaluate("each => each === document.activeElement")
    sound("/people")
    page.get_by_label("所属").select_option("例示県中央会")
    page.get_by_label("メールアドレス").fill("jiro@example.jp")
    page.get_by_role("button", name="招待を送る").click()
    expect(page.get_by_role("row", name="例示県中央会")).to_contain_text("jiro@example.jp")
    page.get_by_role("button", name="取り消す 例示協同組合").click()
    expect(page.get_by_role("row", name="例示協同組合")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Clerks", exact=True)).to_be_visible()
    sound("/people")
    page.get_by_role("link", name="Remove").click()
    sound("/remove")


def test_a_keyboard_alone_selects_and_reminds(live_server: Any, page: Page, there: Tree) -> None:
    page.goto(signed_in(page, live_server, "association", there.association) + "?q=見本商店45")
    box = page.get_by_role("checkbox", name="見本商店45を選ぶ")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    button = page.get_by_role("button", name="選んだ会員に催促する")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address.endswith("/remind"))


def test_paper_holds_the_table_and_no_buttons(live_server: Any, page: Page, there: Tree) -> None:
    page.goto(signed_in(page, live_server, "association", there.association))
    page.emulate_media(media="print")
    expect(page.get_by_text("見本商店00").first).to_be_visible()
    expect(page.get_by_role("button", name="絞り込む")).not_to_be_visible()
    expect(page.get_by_role("link", name="会員を追加する")).not_to_be_visible()
