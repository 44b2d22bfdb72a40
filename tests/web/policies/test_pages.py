"""Pages and commands of enrolment: when would I be covered, verify, extensions, the queue, bulk acceptance, banks."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from sonae.dates import JST
from sonae.problems import Refused
from sonae.programmes import Programme, load
from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import grant_role
from sonae_web.ground.models import AuditRow
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.words import words
from sonae_web.policies import banks, covers, deciding, drafts, public_views, records
from sonae_web.policies.models import COVER_STATES, Application, Branch, Cover
from sonae_web.quotes import services as quotes
from sonae_web.windows import extensions
from tests.web.cast import Tree, once, person, scope
from tests.web.matrix import TOKEN
from tests.web.policies.cast import (
    BANKS,
    JUNE,
    accepted,
    applied,
    at,
    checked,
    confirmed,
    filled,
    now,
    quoted,
    ready,
    sent,
    submitted,
)

pytestmark = pytest.mark.django_db


def clerk(role: str, organisation: Organisation) -> Client:
    user = User.objects.filter(email=f"{role}-{organisation.pk}@example.jp").first() or person(
        f"{role}-{organisation.pk}@example.jp"
    )
    grant_role(user=user, organisation=organisation, role=role)
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(user)
    return client


def member_of(scope: Scope) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=scope.user))
    return client


# --- when
def test_when_tells_start_end_debit_and_premium(client: Client) -> None:
    page = client.get("/when/", {"applied": "2005-01-10", "plan": "p1000", "industry": "printing", "sales": "1億円"})
    text = page.content.decode()
    for each in (
        "2005年3月25日（金）午後4時",
        "2006年3月25日（土）午後4時",
        "12か月",
        "2005年4月25日（月）",
        "40,000円",
    ):
        assert each in text


def test_when_shows_both_choices_of_december_and_the_next_opening(client: Client) -> None:
    assert client.get("/when/", {"applied": "2027-12-10"}).content.decode().count("<h3>") == 2
    assert "2004年12月10日（金）" in client.get("/when/", {"applied": "2004-12-09"}).content.decode()


@pytest.mark.parametrize("path", ["/", "/flyer/"])
def test_public_pages_lead_to_when(client: Client, path: str) -> None:
    main = client.get(path).content.decode().partition("<main")[2]
    assert 'href="/when/"' in main


@pytest.mark.parametrize(
    "asked", [{"applied": "x"}, {"plan": "x"}, {"industry": "x"}, {"sales": "x"}, {"applied": "2027-02-30"}]
)
def test_when_says_what_is_wrong(client: Client, asked: dict[str, str]) -> None:
    assert client.get("/when/", asked).status_code == 422


def asked_when(client: Client, sales: str, language: str = "ja") -> Any:
    asked = {"applied": "2027-06-10", "plan": "p5000", "industry": "retail", "sales": sales}
    return client.get("/when/", asked, headers={"accept-language": language})


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("sales", ["0", "0円", "０", "¥0"])
def test_without_sales_there_is_a_premium_and_a_start_up_is_asked_for_its_plan(
    client: Client, sales: str, language: str
) -> None:
    """The tariff is level below sales of 1,000万; an application of a start-up gives its plan."""
    page = asked_when(client, sales, language)
    text, told = page.content.decode(), load("chuokai-leak").words("ja" if language == "ja" else "en")
    assert page.status_code == 200
    assert str(escape(told("site.when.no_sales"))) in text
    lowest = asked_when(client, "1,000万円", language).content.decode()
    assert str(escape(told("site.when.no_sales"))) not in lowest
    premium = re.findall(r"<b>(.*?)</b>", text)
    assert premium
    assert premium == re.findall(r"<b>(.*?)</b>", lowest)


@pytest.mark.parametrize(
    "sales", ["-1", "-100万円", "−1", "△100", "1e9", "0.5", "九", "9" * 60, "10,000,000,000,001", "10万億円"]
)
def test_sales_that_cannot_be_are_told_at_their_field(client: Client, sales: str) -> None:
    page = asked_when(client, sales)
    assert page.status_code == 422
    assert 'id="sales-e"' in page.content.decode()


@pytest.mark.parametrize(
    ("sales", "word"),
    [("", "premium_ask"), ("   ", "premium_ask"), ("5,000億1円", "premium_declined"), ("10万億円", "")],
)
def test_blank_and_huge_sales_have_their_answer(client: Client, sales: str, word: str) -> None:
    page = asked_when(client, sales)
    assert page.status_code == (200 if word else 422)
    assert words()(f"site.when.{word or 'fault_sales'}") in page.content.decode()


# --- verify
def plain(answer: Any, token: str) -> bytes:
    """A page without what differs by itself: the form's token and the address asked for."""
    return TOKEN.sub(b"", answer.content).replace(token.encode(), b"")


def test_a_certificate_is_valid_or_not_and_nothing_else_is_said(client: Client, place: Tree) -> None:
    public_views.verify.allowance._left.clear()  # type: ignore[attr-defined]  # set by its decorator
    member = scope("member", place.member)
    with at(JUNE):
        row = submitted(member)
        confirmed(scope("association", place.association), row.pk)
        office = scope("federation", place.prefecture)
        checked(office, row.pk)
        cover = accepted(office, row.pk)
    with unscoped("test"):
        token = covers.content(cover)["token"]
    pages = {}
    for moment in (JUNE, cover.cover_from + timedelta(days=1), cover.cover_to):
        with at(moment):
            pages[moment] = client.get(f"/verify/{token}")
            unknown = client.get(f"/verify/{'X' * len(token)}")
            assert unknown.status_code == pages[moment].status_code == 200
            for name, said in (("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex")):
                assert unknown[name] == pages[moment][name] == said
            if moment != cover.cover_from + timedelta(days=1):
                assert plain(pages[moment], token) == plain(unknown, "X" * len(token))
    valid = pages[cover.cover_from + timedelta(days=1)].content.decode()
    assert words()("site.verify.valid_text") in valid
    assert all(each not in valid for each in (place.member.name, cover.number, cover.plan, "2027"))


def test_a_certificate_is_valid_only_while_its_cover_stands(place: Tree) -> None:
    member = scope("member", place.member)
    with at(JUNE), declared(member):
        applied(member)
    with unscoped("test"):
        cover = Cover.objects.get()
        token = covers.content(cover)["token"]
    valid = set()
    for state in COVER_STATES:
        with unscoped("test"):
            Cover.objects.update(state=state)
        with at(cover.cover_from):
            if covers.is_valid(token):
                valid.add(state)
    assert valid == {"accepted", "on_cover"}


# --- extensions
def test_the_national_federation_extends_with_a_reason_and_everybody_sees_it(place: Tree, client: Client) -> None:
    browser = clerk("federation", place.national)
    address = reverse("desk_window", args=[place.national.pk])
    with at(datetime(2027, 1, 29, 10, 0, tzinfo=JST)):
        wrong = {"year": "2027", "until": "2027-03-25", "reason": ""}
        assert browser.post(address, wrong | once()).status_code == 422
        right = {"year": "2027", "until": "2027-02-20", "reason": "見本：大雪のため"}
        assert browser.post(address, right | once()).status_code == 302
        assert "見本：大雪のため" in browser.get(address).content.decode()
        assert browser.post(address, right | once()).status_code == 422
    assert [each.until for each in extensions.known()] == [date(2027, 2, 20)]
    assert AuditRow.objects.filter(action="window.extended").count() == 1
    assert client.get("/when/", {"applied": "2027-02-20"}).content.decode().count("<h3>") == 2
    assert client.get("/when/", {"applied": "2027-02-21"}).content.decode().count("<h3>") == 1
    told = client.get("/api/v1/calendar", {"applied": "2027-02-20"}).json()
    assert [each["kind"] for each in told["choices"]] == ["normal", "mid_term"]


def test_a_prefecture_only_reads_extensions(place: Tree) -> None:
    browser = clerk("federation", place.prefecture)
    address = reverse("desk_window", args=[place.prefecture.pk])
    form = {"year": "2027", "until": "2027-02-20", "reason": "見本"}
    with at(datetime(2027, 1, 29, 10, 0, tzinfo=JST)):
        assert browser.get(address).status_code == 200
        assert browser.post(address, form | once()).status_code == 422
    assert extensions.known() == ()


def test_quotes_applications_and_the_api_stand_on_an_extension(place: Tree, client: Client) -> None:
    """On 5 February the normal window is closed; the federation kept it open, so the year is quoted and taken whole."""
    february = datetime(2027, 2, 5, 11, 0, tzinfo=JST)
    asked = {
        "programme": "chuokai-leak", "on": "2027-02-05", "applied": "2027-02-05", "industry": "retail",
        "annual_sales": 50_000_000,
        "plan": {"liability_limit": 50_000_000, "cost_limit": 5_000_000, "deductible": 100_000},
    }  # fmt: skip

    def months() -> int:
        answer = client.post("/api/v1/quote", asked, content_type="application/json").json()
        assert isinstance(answer["months"], int)
        return answer["months"]

    with at(february):
        assert [each.kind for each in quotes.open_choices(february.date())] == ["mid_term"]
        before = months()
    national = scope("federation", place.national)
    with at(datetime(2027, 1, 29, 10, 0, tzinfo=JST)), declared(national):
        extensions.extend(
            scope=national, programme=records.programme(), year=2027, until=date(2027, 2, 20), reason="見本：大雪"
        )
    member = scope("member", place.member)
    with at(february), declared(member):
        assert (before, months()) == (11, 12)
        ready(member)
        row = sent(member, filled(member, quote=quoted(member, "normal")))
        assert (row.kind, row.months) == ("normal", 12)
        assert row.cover_from == datetime(2027, 3, 25, 16, 0, tzinfo=JST)
    page = client.get("/when/", {"applied": "2027-02-05"}).content.decode()
    assert "2027年3月25日（木）午後4時" in page
    assert words()("site.when.extended") in page
    assert words()("site.when.both") not in page


# --- the member
def test_a_part_saved_over_another_is_told_and_a_part_saved_twice_is_one_change(place: Tree) -> None:
    member = scope("member", place.member)
    with at(JUNE), declared(member):
        ready(member)
        row = filled(member)
        form = {"persons_held": "5", "signatory": "見本 次郎", "position": "専務", "authority": "delegated"}
        address = reverse("application_part", args=[place.member.pk, row.pk, "business"])
        browser = member_of(member)
        assert browser.post(address, form | {"seen": str(row.version)}).status_code == 302
        assert browser.post(address, form | {"seen": str(row.version)}).status_code == 302
        assert now(member, row.pk).version == row.version + 1
        other = form | {"position": "社長", "seen": str(row.version)}
        answer = browser.post(address, other)
        assert answer.status_code == 409
        assert words()("site.policies.changed") in answer.content.decode()
        assert records.read(scope=member, application=row.pk).part("business")["position"] == "専務"


def test_without_a_quote_the_way_leads_to_one_and_with_one_to_the_application(place: Tree) -> None:
    member = scope("member", place.member)
    address = reverse("applications", args=[place.member.pk])
    start, plans = (reverse(name, args=[place.member.pk]) for name in ("application_start", "quote_plans"))
    with at(datetime(2027, 12, 15, 9, 0, tzinfo=JST)):
        with declared(member):
            ready(member)
        text = member_of(member).get(address).content.decode().partition("<main")[2]
        assert text.count("<h3>") == 2
        assert (start in text, f'href="{plans}"' in text) == (False, True)
        with declared(member):
            quoted(member)
        text = member_of(member).get(address).content.decode().partition("<main")[2]
        assert (text.count(f'action="{start}"'), f'href="{plans}"' in text) == (2, False)


def test_nothing_is_sent_for_another_start_than_the_one_seen(place: Tree) -> None:
    member = scope("member", place.member)
    with at(datetime(2027, 6, 30, 23, 59, tzinfo=JST)), declared(member):
        ready(member)
        row = filled(member)
        shown = records.choice_of(row)
    assert shown is not None
    with at(datetime(2027, 7, 1, 0, 0, tzinfo=JST)):
        address = reverse("application_submit", args=[place.member.pk, row.pk])
        form = {"seen": str(row.version), "start": shown.cover_from.isoformat(), **once()}
        answer = member_of(member).post(address, form)
    assert answer.status_code == 409
    assert words()("site.policies.dates_changed") in answer.content.decode()
    assert Application.within(member).get().state == "draft"


def test_a_live_programme_without_insurers_and_approval_takes_no_application(
    place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = replace(records.programme(), status="live")
    monkeypatch.setattr(records, "programme", lambda: live)
    member = scope("member", place.member)
    with at(JUNE), declared(member), pytest.raises(Refused) as refused:
        drafts.start(scope=member, year=2027)
    assert {each.code.partition(".")[0] for each in refused.value.problems} == {"sale"}


# --- the clerks
def test_the_queue_finds_sorts_exports_and_accepts_many(place: Tree) -> None:
    office, browser = scope("federation", place.prefecture), clerk("federation", place.prefecture)
    rows = []
    with at(JUNE):
        for organisation in (place.member, place.neighbour):
            row = submitted(scope("member", organisation))
            confirmed(scope("association", place.association), row.pk)
            rows.append(checked(office, row.pk))
        base = reverse("desk_applications", args=[place.prefecture.pk])
        text = browser.get(base, {"state": "ready", "sort": "-number"}).content.decode()
        assert text.index(place.neighbour.name) < text.index(place.member.name)
        assert place.neighbour.name not in browser.get(base, {"q": place.member.name}).content.decode()
        export = browser.get(f"{base}export.csv").content.decode()
        assert export.count("A2027-") == 2
        ticked = [f"{row.pk}:{row.version}" for row in rows]
        stale = [ticked[0], f"{rows[1].pk}:1"]
        assert browser.post(f"{base}accept", {"application": stale, **once()}).status_code == 302
        assert words()("site.policies.changed") in browser.get(base).content.decode()
        assert browser.post(f"{base}accept", {"application": ticked[1:], **once()}).status_code == 302
    with unscoped("test"):
        assert Cover.objects.count() == 2


@pytest.mark.parametrize("sold", [0, 2])
def test_many_at_once_of_a_programme_that_may_not_be_sold_are_all_left_as_they_are(
    place: Tree, monkeypatch: pytest.MonkeyPatch, sold: int
) -> None:
    """Refused with the first of them, and when the first was accepted already."""
    browser, rows = clerk("federation", place.prefecture), []
    with at(JUNE):
        for organisation in (place.member, place.neighbour):
            row = submitted(scope("member", organisation))
            confirmed(scope("association", place.association), row.pk)
            rows.append(checked(scope("federation", place.prefecture), row.pk))
        address = reverse("desk_applications_accept", args=[place.prefecture.pk])
        form = {"application": [f"{row.pk}:{row.version}" for row in rows], **once()}
        live, asked = replace(records.programme(), status="live"), []

        def lapse() -> Programme:
            """Sold as a sample as often as it is to be, then live."""
            asked.append(1)
            return live if len(asked) > sold else replace(live, status="sample")

        with monkeypatch.context() as patch:
            patch.setattr(records, "programme", lapse)
            answer = browser.post(address, form)
        assert answer.status_code == 409
        assert words()("site.unsold.title") in answer.content.decode()
        assert "sale.approval" in answer.content.decode()  # what is missing, once for all of them
        with unscoped("test"):
            assert not Cover.objects.exists()
            assert set(Application.objects.values_list("state", flat=True)) == {"submitted"}
        assert browser.post(address, form).status_code == 302  # what was refused did not use up the form
    with unscoped("test"):
        assert list(Cover.objects.order_by("number").values_list("number", flat=True)) == [
            "2027-0000001",
            "2027-0000002",
        ]


def test_an_association_sees_how_it_stands_and_nothing_of_what_is_said(place: Tree) -> None:
    with at(JUNE):
        row = submitted(scope("member", place.member))
        browser = clerk("association", place.association)
        page = browser.get(reverse("desk_enrolment", args=[place.association.pk])).content.decode()
        assert place.member.name in page
        assert row.number is not None
        assert row.number in page
        assert f"{row.premium:,}" not in page
        gone = browser.get(reverse("desk_application", args=[place.association.pk, row.pk]))
        assert gone.status_code == 404


def test_why_two_clerks_decide_is_shown_to_clerks_and_what_is_missing_to_the_member(place: Tree) -> None:
    member, office = scope("member", place.member), scope("federation", place.prefecture)
    with at(JUNE):
        row = submitted(member)
        with declared(office):
            deciding.refer(scope=office, application=row.pk, seen=row.version, points=["見本の内輪の理由"])
            back = now(office, row.pk)
            deciding.send_back(scope=office, application=row.pk, seen=back.version, points=["見本の不足"])
        own = member_of(member).get(reverse("application", args=[place.member.pk, row.pk])).content.decode()
        browser = clerk("federation", place.prefecture)
        theirs = browser.get(reverse("desk_application", args=[place.prefecture.pk, row.pk])).content.decode()
    assert ("見本の内輪の理由" in own, "見本の不足" in own) == (False, True)
    assert ("見本の内輪の理由" in theirs, "見本の不足" in theirs) == (True, True)


def test_persons_held_are_filled_in_as_the_quote_was_rated(place: Tree) -> None:
    member = scope("member", place.member)
    with at(JUNE):
        with declared(member):
            ready(member)
            row = drafts.start(scope=member, year=2027)
            drafts.choose(scope=member, application=row.pk, seen=row.version, quote=quoted(member).pk)
        address = reverse("application_part", args=[place.member.pk, row.pk, "business"])
        page = member_of(member).get(address)
    assert page.context["entry"]["persons_held"] == "1,200"


def test_who_states_other_persons_than_the_quote_was_rated_for_sends_nothing(place: Tree) -> None:
    """Beyond a number an underwriter decides: a quote for fewer is not to get around that."""
    member = scope("member", place.member)
    with at(JUNE):
        with declared(member):
            ready(member)
            row = filled(member)
            values = {**records.read(scope=member, application=row.pk).part("business"), "persons_held": 90_000}
            row = drafts.save(scope=member, application=row.pk, seen=row.version, part="business", values=values)
            stands = drafts.standing(scope=member, sheet=records.read(scope=member, application=row.pk))
        assert stands.missing == ("persons",)
        assert stands.choice is not None
        browser = member_of(member)
        page = browser.get(reverse("application", args=[place.member.pk, row.pk])).content.decode()
        assert "件数を見積もりと同じにする" in page
        form = {"seen": str(row.version), "start": stands.choice.cover_from.isoformat(), **once()}
        browser.post(reverse("application_submit", args=[place.member.pk, row.pk]), form)
    with unscoped("test"):
        assert Application.objects.get(pk=row.pk).state == "draft"


def test_an_extension_is_offered_only_for_a_year_whose_cover_is_still_to_start(place: Tree) -> None:
    browser, address = clerk("federation", place.national), reverse("desk_window", args=[place.national.pk])
    for moment, years in (
        (datetime(2027, 3, 24, 23, 59, tzinfo=JST), [2027, 2028]),
        (datetime(2027, 3, 25, 0, 0, tzinfo=JST), [2028, 2029]),
    ):
        with at(moment):
            assert browser.get(address).context["years"] == years


def test_reading_an_application_is_a_row_of_the_log(place: Tree) -> None:
    with at(JUNE):
        row = submitted(scope("member", place.member))
        browser = clerk("federation", place.prefecture)
        browser.get(reverse("desk_application", args=[place.prefecture.pk, row.pk]))
        readings = AuditRow.objects.filter(action="application.read", object_id=str(row.pk))
        assert readings.count() == 1
        decide = reverse("desk_application_decide", args=[place.prefecture.pk, row.pk])
        for form, status in (({"do": "return"}, 422), ({"do": "check", "seen": str(row.version + 7)}, 409)):
            before = readings.count()
            answer = browser.post(decide, form | once())
            assert answer.status_code == status
            assert "見本" in answer.content.decode()
            assert readings.count() == before + 1, "what a faulty form's page showed"


# --- banks
def test_a_list_of_banks_is_loaded_whole_or_not_at_all() -> None:
    assert banks.load(BANKS) == 3
    assert [each["bank"] for each in banks.search_banks("れいじ")] == ["9902"]
    assert [each.code for each in banks.search_branches("9901", "例示")] == ["002"]
    for broken in ("bank\n9901\n", BANKS + "99,x,x,1,x,x\n", BANKS + BANKS.splitlines()[1] + "\n"):
        with pytest.raises(Refused):
            banks.load(broken)
    assert Branch.objects.count() == 3


def test_the_sample_list_is_plainly_a_sample() -> None:
    path = Path(banks.__file__).parents[1] / "sample/banks.csv"
    assert banks.load(path.read_text(encoding="utf-8")) == 6
    assert all(any(mark in row.bank_name for mark in ("見本", "例示")) for row in Branch.objects.all())
