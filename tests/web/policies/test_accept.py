"""From an application to a cover: sent, confirmed, checked, accepted; each way in which it is not."""

from datetime import date, datetime, timedelta

import pytest

from sonae.dates import JST
from sonae_web.ground.jobs import run_all
from sonae_web.ground.models import AuditRow, Document, Mail
from sonae_web.ground.scope import declared, unscoped
from sonae_web.policies import covers, deciding, papers
from sonae_web.policies.models import Application, Cover
from sonae_web.policies.records import Changed, Told
from tests.web.cast import Tree, scope
from tests.web.policies.cast import JUNE, accepted, at, checked, confirmed, declared_version, now, submitted

pytestmark = pytest.mark.django_db


def test_from_sending_to_the_certificate(place: Tree) -> None:
    member, clerk, office = scope("member", place.member), scope("association", place.association), scope("federation", place.prefecture)
    with at(JUNE):
        row = submitted(member)
        assert (row.state, row.number, row.applied_on) == ("submitted", "A2027-000001", date(2027, 6, 10))
        assert (row.cover_from, row.months, row.debit_on) == (datetime(2027, 8, 25, 16, tzinfo=JST), 7, date(2027, 9, 24))
        confirmed(clerk, row.pk)
        checked(office, row.pk)
        cover = accepted(office, row.pk)
        assert (cover.state, cover.payment, cover.number) == ("accepted", "not_due", "2027-0000001")
        assert (cover.master, cover.first_cover_on) == ("見本-0001-2027", date(2027, 8, 25))
        assert cover.premium == row.premium
        assert now(member, row.pk).state == "accepted"
        run_all()
    with unscoped("test"):
        issued = set(Document.objects.filter(subject=cover.pk).values_list("kind", "lang"))
        token = covers.content(cover)["token"]
    assert issued == {(kind, lang) for kind in ("certificate", "application") for lang in ("ja", "en")}
    with declared(member), at(JUNE):
        assert papers.read(scope=member, cover=cover, kind="certificate", lang="ja").startswith(b"%PDF-")
    assert {"application_submitted", "application_accepted"} <= set(Mail.objects.values_list("kind", flat=True))
    assert "application.accepted" in set(AuditRow.objects.values_list("action", flat=True))
    with at(cover.cover_from - timedelta(seconds=1)):
        assert not covers.is_valid(token)
    with at(cover.cover_from):
        assert covers.is_valid(token)
        assert not covers.is_valid(token + "x")
    with at(cover.cover_to):
        assert not covers.is_valid(token)
