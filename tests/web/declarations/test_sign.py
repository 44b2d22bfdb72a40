"""A declaration from the diagnosis to acceptance: filled in, confirmed, signed, corrected, laid before the office, frozen."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from sonae.declaration import Certificate, Entry, Past
from sonae_web.declarations import drafts, notices, services
from sonae_web.declarations.drafts import Changed, NotThere, Open
from sonae_web.declarations.models import Declaration, Draft, Notice, SignedDeclaration
from sonae_web.declarations.services import Altered, Corrected, Incomplete, NotSigned
from sonae_web.ground import clock, sealed
from sonae_web.ground.models import AuditRow, Document
from sonae_web.ground.scope import Scope, declared, unscoped
from tests.web.cast import Tree, scope
from tests.web.declarations.cast import HANAKO, UNTIL, confirmed, confirmed_by_section, diagnosed, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(place: Tree) -> Iterator[Scope]:
    """A member with a result, acting."""
    found = scope("member", place.member)
    with declared(found):
        diagnosed(found)
        yield found


@pytest.fixture
def office(place: Tree) -> Scope:
    return scope("federation", place.prefecture)


def actions() -> list[str]:
    rows = AuditRow.objects.filter(action__startswith="declaration.").order_by("created_at", "id")
    return [row.action for row in rows]


def test_a_declaration_is_filled_in_from_the_diagnosis_confirmed_signed_and_frozen(
    member: Scope, office: Scope
) -> None:
    begun = drafts.start(scope=member)
    assert begun.source
    assert begun.stated.controls
    assert not begun.confirmed
    with pytest.raises(Incomplete):
        services.sign(scope=member, signatory=HANAKO, seen=begun.draft.version)
    found = confirmed_by_section(member)
    row = services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    assert (row.version, row.number, row.grade) == (1, f"D-{row.declaration.year}-000001", "A")
    assert services.signed(scope=member) == row
    assert services.content(row).signatory == HANAKO
    application = uuid.uuid4()
    with declared(office):
        assert services.of_application(scope=office, application=application) is None
    services.lay_before(scope=member, signed=row, application=application)
    services.lay_before(scope=member, signed=row, application=application)
    with declared(office):
        assert services.of_application(scope=office, application=application) == row
        assert services.freeze(scope=office, application=application, version=1) == row
        assert services.freeze(scope=office, application=application, version=1) == row
    assert drafts.read(member) is None
    assert services.signed(scope=member) is None
    sections = len(begun.sections)
    assert actions() == [
        "declaration.started", *["declaration.saved"] * sections, "declaration.signed", "declaration.laid_before",
        "declaration.frozen",
    ]  # fmt: skip


def test_confirmed_in_one_step_it_states_what_it_does_section_by_section(place: Tree) -> None:
    in_steps, at_once = (
        _confirmed_by(how, scope("member", of))
        for how, of in ((confirmed_by_section, place.member), (confirmed, place.neighbour))
    )
    assert (at_once.stated, at_once.confirmed, at_once.next_open) == (in_steps.stated, in_steps.confirmed, None)


def _confirmed_by(how: Callable[[Scope], Open], member: Scope) -> Open:
    with declared(member):
        diagnosed(member, "partly")
        return how(member)


def test_the_credit_is_what_the_rating_takes(member: Scope) -> None:
    found = confirmed(member)
    held = (Certificate("pmark", "見本1", UNTIL), Certificate("isms", "見本2", clock.today()))
    found = drafts.save_certifications(scope=member, held=held, seen=found.draft.version)
    row = services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    given = services.credit(row)
    assert (given.grade, given.certifications, given.prior_leak, given.prior_claim) == (
        "A",
        ("pmark", "isms"),
        False,
        False,
    )


def test_it_is_signed_on_the_day_in_japan_and_a_certification_counts_to_the_end_of_its_last(member: Scope) -> None:
    last = date(2027, 6, 30)
    for moment, on, held in (
        (datetime(2027, 6, 30, 14, 59, tzinfo=UTC), last, ("pmark",)),  # a minute to midnight there
        (datetime(2027, 6, 30, 15, 0, tzinfo=UTC), date(2027, 7, 1), ()),
    ):
        with clock.stopped(moment):
            found = confirmed(member)
            certificate = Certificate("pmark", "見本1", last)
            found = drafts.save_certifications(scope=member, held=(certificate,), seen=found.draft.version)
            row = services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
            assert (row.on, services.credit(row).certifications) == (on, held)


def test_a_correction_makes_a_new_version_and_keeps_the_old_one(member: Scope, office: Scope) -> None:
    first = signed(member)
    application = uuid.uuid4()
    services.lay_before(scope=member, signed=first, application=application)
    leak = Past("yes", (Entry("2024-11", "見本：封筒の入れ違い", 12),))
    found = drafts.read(member)
    assert found is not None
    assert found.is_signed
    found = drafts.save_past(scope=member, name="leaks", past=leak, seen=found.draft.version)
    assert not found.is_signed
    second = services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    assert (second.version, second.number) == (2, first.number)
    for before, row in (
        (first.signed_at, first),
        (second.signed_at, second),
    ):  # a quote rests on what was signed by then
        assert services.of_number(scope=member, number=first.number, before=before) == row
    assert services.content(first).stated.leaks == Past("no")
    assert services.content(second).stated.leaks == leak
    with declared(office):
        assert services.of_application(scope=office, application=application) == second
        with pytest.raises(Corrected):
            services.freeze(scope=office, application=application, version=1)
        services.freeze(scope=office, application=application, version=2)
    with pytest.raises(NotThere):
        services.sign(scope=member, signatory=HANAKO, seen=found.draft.version + 1)
    with pytest.raises(NotThere):
        drafts.save_past(scope=member, name="leaks", past=Past("no"), seen=found.draft.version + 1)


def test_what_was_signed_twice_from_one_reading_is_signed_once(member: Scope) -> None:
    found = confirmed(member)
    services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    with pytest.raises(Changed):
        services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    assert [row.version for row in services.versions(member)] == [1]


def test_who_saves_over_what_was_not_seen_is_told(member: Scope) -> None:
    found = confirmed(member)
    drafts.save_past(scope=member, name="claims", past=Past("no"), seen=found.draft.version)
    with pytest.raises(Changed):
        drafts.save_past(scope=member, name="leaks", past=Past("no"), seen=found.draft.version)


@pytest.mark.parametrize("answers", [{"attack.mfa": "maybe"}, {"no.such": "yes"}])
def test_only_what_is_asked_is_stated_and_the_past_whole(member: Scope, answers: dict[str, str]) -> None:
    found = confirmed(member)
    with pytest.raises(ValueError, match=r"answer"):
        drafts.save_controls(scope=member, section="attack", answers=answers, seen=found.draft.version)
    with pytest.raises(ValueError, match="whole"):
        drafts.save_past(scope=member, name="leaks", past=Past("yes"), seen=found.draft.version)


def test_other_facts_may_ask_for_more_and_then_it_cannot_be_signed(member: Scope) -> None:
    found = confirmed(member)
    assert found.stated.business is not None
    business = replace(found.stated.business, uses=("cloud", "contractors"))
    found = drafts.save_business(scope=member, business=business, seen=found.draft.version)
    assert found.next_open is not None
    with pytest.raises(Incomplete):
        services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)


def test_a_correction_signed_after_reading_is_not_laid_before_unseen(member: Scope) -> None:
    first = signed(member)
    found = drafts.read(member)
    assert found is not None
    services.sign(scope=member, signatory=HANAKO, seen=found.draft.version)
    with pytest.raises(Corrected):
        services.lay_before(scope=member, signed=first, application=uuid.uuid4())


def test_one_stands_behind_both_applications_of_a_december(
    member: Scope, office: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, both = signed(member), (uuid.uuid4(), uuid.uuid4())
    for application in both:
        services.lay_before(scope=member, signed=row, application=application)
    first = clock.now()
    with declared(office):
        for hours, application in enumerate(both):
            monkeypatch.setattr(clock, "now", lambda now=first + timedelta(hours=hours): now)
            assert services.freeze(scope=office, application=application, version=1) == row
            assert services.of_application(scope=office, application=application) == row
    assert Declaration.within(member).get().frozen_at == first  # as it was accepted first
    assert actions().count("declaration.frozen") == 2
    with pytest.raises(NotThere):  # a third needs a fresh one
        services.lay_before(scope=member, signed=row, application=uuid.uuid4())


def test_withdrawing_one_leaves_the_other_before_the_office(member: Scope, office: Scope) -> None:
    row, (first, second) = signed(member), (uuid.uuid4(), uuid.uuid4())
    for application in (first, second):
        services.lay_before(scope=member, signed=row, application=application)
    with declared(office):
        services.freeze(scope=office, application=first, version=1)
        services.release(scope=office, application=second)
        assert services.of_application(scope=office, application=first) == row
        assert services.of_application(scope=office, application=second) is None


def test_sent_again_with_a_fresh_declaration_it_goes_with_that(member: Scope, office: Scope) -> None:
    old, (first, second) = signed(member), (uuid.uuid4(), uuid.uuid4())
    for application in (first, second):
        services.lay_before(scope=member, signed=old, application=application)
    with declared(office):
        services.freeze(scope=office, application=first, version=1)
    fresh = signed(member)
    services.lay_before(scope=member, signed=fresh, application=second)
    services.lay_before(scope=member, signed=fresh, application=first)  # accepted: stays with what it was accepted with
    with declared(office):
        assert services.of_application(scope=office, application=second) == fresh
        assert services.of_application(scope=office, application=first) == old


def test_released_it_is_no_longer_before_the_office(member: Scope, office: Scope) -> None:
    row, application = signed(member), uuid.uuid4()
    services.lay_before(scope=member, signed=row, application=application)
    assert services.is_before(scope=member, declaration=row.declaration_id)
    with declared(office):
        services.release(scope=office, application=application)
        assert services.of_application(scope=office, application=application) is None
        with pytest.raises(NotSigned):
            services.freeze(scope=office, application=application, version=1)
    services.lay_before(scope=member, signed=row, application=uuid.uuid4())


def test_a_frozen_one_is_not_released(member: Scope, office: Scope) -> None:
    row, application = signed(member), uuid.uuid4()
    services.lay_before(scope=member, signed=row, application=application)
    with declared(office):
        services.freeze(scope=office, application=application, version=1)
        services.release(scope=office, application=application)
        assert services.of_application(scope=office, application=application) == row


def test_an_association_sees_nothing_of_it(member: Scope, place: Tree) -> None:
    row, application = signed(member), uuid.uuid4()
    services.lay_before(scope=member, signed=row, application=application)
    clerk = scope("association", place.association)
    with declared(clerk):
        assert services.of_application(scope=clerk, application=application) is None
        for model in (Declaration, Draft, SignedDeclaration, Notice):
            assert not model.within(clerk).exists()


def test_a_member_freezes_nothing(member: Scope) -> None:
    row, application = signed(member), uuid.uuid4()
    services.lay_before(scope=member, signed=row, application=application)
    with pytest.raises(ValueError, match="accepts no application"):
        services.freeze(scope=member, application=application, version=1)
    assert services.signed(scope=member) == row


def test_the_draft_is_the_members_alone(member: Scope, office: Scope) -> None:
    signed(member)
    with declared(office):
        assert not Draft.within(office).exists()


def test_what_is_not_what_was_signed_is_found(member: Scope) -> None:
    row = signed(member)
    sealed.put(row, "content", {"stated": {}, "signatory": {}})
    with pytest.raises(Altered):
        services.content(row)


def test_the_database_keeps_one_open_and_freezes_whole(member: Scope) -> None:
    row = drafts.start(scope=member).row
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration(tenant=row.tenant, year=row.year, edition=row.edition, started_at=clock.now()).save(
            force_insert=True
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=row.pk).update(frozen_at=clock.now())


def test_the_paper_is_issued_once_and_every_reading_is_in_the_log(member: Scope, office: Scope) -> None:
    row = signed(member)
    first = services.paper(scope=member, signed=row, lang="ja")
    assert first.startswith(b"%PDF")
    assert services.paper(scope=member, signed=row, lang="ja") == first
    assert Document.within(member).filter(kind="declaration", subject=row.pk).count() == 1
    services.lay_before(scope=member, signed=row, application=uuid.uuid4())
    with declared(office):
        assert services.paper(scope=office, signed=row, lang="ja").startswith(b"%PDF")
        services.read(scope=office, signed=row)
    assert AuditRow.objects.filter(action="document.read_pdf").count() == 2
    assert actions().count("declaration.read") == 2


def test_changes_are_notified_after_acceptance_and_seen_by_the_office(member: Scope, office: Scope) -> None:
    def tell(changed_on: date) -> Notice:
        return notices.notify(scope=member, kind="industry", changed_on=changed_on, text="見本：卸売も始めました。")

    row, application = signed(member), uuid.uuid4()
    with pytest.raises(NotThere):
        tell(clock.today())
    services.lay_before(scope=member, signed=row, application=application)
    with declared(office):
        services.freeze(scope=office, application=application, version=1)
    notice = tell(clock.today())
    with pytest.raises(ValueError, match="notified"):
        tell(date(2999, 1, 1))
    with declared(office):
        assert notices.waiting(office) == [notice]
        assert notices.read(scope=office, notice=notice.pk).text == "見本：卸売も始めました。"
        first = notices.see(scope=office, notice=notice.pk).seen_at
        assert notices.see(scope=office, notice=notice.pk).seen_at == first
        assert notices.waiting(office) == []
    assert services.content(row)
    assert [each.text for each in notices.told(member)] == ["見本：卸売も始めました。"]
    with unscoped("test"):
        assert AuditRow.objects.filter(action="notice.seen").count() == 1
