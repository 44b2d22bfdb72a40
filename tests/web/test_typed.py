"""What was typed is not lost: when another language is chosen, when a form's token is refused."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sonae_web.accounts.models import User
from sonae_web.diagnosis.models import Checklist
from sonae_web.ground.scope import unscoped
from tests.web.cast import Tree, acting, person
from tests.web.test_members import FACTS, at

pytestmark = pytest.mark.django_db
OURS = {"Origin": "http://testserver"}


@pytest.fixture
def hanako(place: Tree) -> User:
    user = person()
    with unscoped("test"):
        acting(user, "member", place.member)
    return user


@pytest.fixture
def browser(hanako: User) -> Client:
    """A browser that sends no tokens by itself, signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(hanako)
    return client


def token(page: Any) -> str:
    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found
    return found[1]


def switched(client: Client, page: str, form: dict[str, object], to: str = "en") -> str:
    """The page in another language, its form half filled in when the button was pressed."""
    opened = client.get(page)
    place = re.search(r'formaction="(/language\?next=[^"]+)"', opened.content.decode())
    assert place, "the button belongs to the form"
    answer = client.post(place[1], {**form, "csrfmiddlewaretoken": token(opened), "language": to})
    assert answer["Location"] == page
    return client.get(page).content.decode()


# --- another language
def test_facts_half_typed_come_along(browser: Client, place: Tree) -> None:
    page = at("checklist_facts", place.member)
    start = at("checklist_start", place.member)
    browser.post(start, {"csrfmiddlewaretoken": token(browser.get(at("business", place.member)))})
    text = switched(browser, page, {**FACTS, "employees": "たくさん"})
    assert '<html lang="en">' in text
    assert 'value="たくさん"' in text
    assert re.search(r'value="medical_history"[^>]* checked', text)
    assert "Not saved yet" in text
    assert "たくさん" not in browser.get(page).content.decode()  # shown once, saved never
    with unscoped("test"):
        assert Checklist.objects.count() == 1


def test_an_answer_chosen_comes_along_and_saves_over_the_version_seen(browser: Client, place: Tree) -> None:
    browser.handler.enforce_csrf_checks = False
    browser.post(at("checklist_start", place.member))
    question = browser.post(at("checklist_facts", place.member), FACTS)["Location"]
    text = switched(browser, question, {"answer": "partly", "seen": "0"})
    assert re.search(r'value="partly" checked', text)
    assert 'name="seen" value="0"' in text
    assert "/questions/" in browser.post(question, {"answer": "partly", "seen": "0"})["Location"]
    assert 'value="yes" checked' in switched(browser, question, {"answer": "yes", "seen": "1"}, "ja")


def test_a_visitors_quick_check_comes_along() -> None:
    client = Client()
    text = switched(client, "/quick/", {"industry": "retail", "employees": "12人", "persons_held": "x"})
    assert '<html lang="en">' in text
    assert 'value="12人"' in text
    assert 'value="x"' in text
    assert '<option value="retail" selected>' in text
    first = client.post("/quick/", {"industry": "retail", "employees": "12", "persons_held": "300"})["Location"]
    assert 'value="no" checked' in switched(client, first, {"answer": "no"}, "ja")
    assert "checked" not in client.get(first).content.decode()


def test_a_page_without_a_form_keeps_nothing_and_nobody_elses_form_is_shown() -> None:
    client = Client()
    client.post("/language?next=/quick/", {"language": "en", "employees": "7"})
    assert 'value="7"' not in Client().get("/quick/").content.decode()
    assert 'value="7"' in client.get("/quick/").content.decode()
    client.post("/language", {"language": "ja", "next": "/loss/"})
    assert "kept" not in client.session


def test_enter_in_a_field_does_not_change_the_language() -> None:
    text = Client().get("/quick/").content.decode()
    buttons = [each for each in re.findall(r"<button[^>]*>", text) if 'form="typed"' in each]
    assert ["formaction" in each for each in buttons] == [False, True]  # Enter presses the first


# --- a token refused
def test_a_form_of_ours_refused_is_sent_again_with_all_that_was_typed(
    browser: Client, place: Tree, hanako: User, caplog: pytest.LogCaptureFixture
) -> None:
    home = browser.get(at("business", place.member))
    browser.post(at("checklist_start", place.member), {"csrfmiddlewaretoken": token(home)})
    page, old = at("checklist_facts", place.member), token(browser.get(at("checklist_facts", place.member)))
    browser.force_login(hanako)  # in another tab: the token is another one from now
    browser.cookies.pop("csrftoken")
    browser.get("/settings")
    typed = {**FACTS, "name": '見本"<b>商事'}
    refused = browser.post(page, {**typed, "csrfmiddlewaretoken": old}, headers=OURS)
    text = refused.content.decode()
    assert refused.status_code == 403
    assert "サインインし直した" in text
    assert "hanako@example.jp でサインインしています" in text
    assert "<code>form.token</code>" in text
    assert "見本&quot;&lt;b&gt;商事" in text
    assert "form.token" in {getattr(each, "code", "") for each in caplog.records}
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    assert [value for name, value in fields if name == "information"] == FACTS["information"]
    again = {name: [value for each, value in fields if each == name] for name, _ in fields}
    assert again.pop("csrfmiddlewaretoken") != [old]
    saved = browser.post(page, {**again, "csrfmiddlewaretoken": token(refused)}, headers=OURS)
    assert "/questions/" in saved["Location"]


def test_it_is_told_in_english_too(browser: Client, place: Tree) -> None:
    browser.cookies["django_language"] = "en"
    text = browser.post(at("checklist_facts", place.member), {"name": "x"}, headers=OURS).content.decode()
    assert "Send it again" in text
    assert "form.token" in text


@pytest.mark.parametrize("origin", ["https://thief.example", "null", "http://testserver.thief.example", None])
def test_what_may_come_from_elsewhere_is_never_offered_again(browser: Client, place: Tree, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    answer = browser.post(at("checklist_facts", place.member), {"name": "見本の目印"}, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "<form" not in text
    assert "見本の目印" not in text
    assert "前のページを開き直して" in text


@pytest.mark.parametrize("path", ["/account/login/", "/invitation/" + "A" * 43])
def test_passwords_and_files_are_not_repeated(browser: Client, place: Tree, path: str) -> None:
    text = browser.post(path, {"password": "見本の目印", "password1": "見本の目印"}, headers=OURS).content.decode()
    assert "見本の目印" not in text
    file = {"file": SimpleUploadedFile("a.csv", b"x"), "note": "見本の目印"}
    assert "見本の目印" not in browser.post(at("checklist_file", place.member), file, headers=OURS).content.decode()
    long = browser.post(at("checklist_facts", place.member), {"name": "見" * 9_000}, headers=OURS).content.decode()
    assert "見見" not in long
