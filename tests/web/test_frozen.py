"""What was signed, quoted, decided and accepted stays as it was: the database refuses its change, however it is made."""

from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from sonae_web.declarations.models import Declaration, Laid, SignedDeclaration
from sonae_web.ground import sealed
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.ground.vault import read_keys
from sonae_web.policies.models import Cover
from sonae_web.quotes import referrals, services
from sonae_web.quotes.models import Decision, Quote
from tests.web.cast import Tree, scope
from tests.web.policies.cast import JUNE, accepted, at, checked, confirmed, submitted
from tests.web.quotes.cast import quote, staff

pytestmark = pytest.mark.django_db
OPEN = {
    Cover: {"state", "reason", "payment", "content"},
    SignedDeclaration: {"content"},
    Declaration: set[str](),
    Laid: set[str](),
    Quote: {"asked_agent_at", "content"},
    Decision: {"content"},
}
"""By model what may still change of a frozen row: what goes on, and what the change of keys seals anew."""


def made(place: Tree) -> Scope:
    """A member whose application was accepted, and another quote of it that two underwriters approved."""
    member, office = scope("member", place.member), scope("federation", place.prefecture)
    with at(JUNE):
        row = submitted(member)
        confirmed(scope("association", place.association), row.pk)
        checked(office, row.pk)
        accepted(office, row.pk)
        waiting = quote(member, known_incident="yes")
        first, second = (staff("underwriter", place.prefecture)[1] for _ in range(2))
        with declared(first):
            taken = referrals.Judgement(approved=True, reason="見本", loading=Fraction(1, 2))  # beyond one's authority
            referrals.decide(scope=first, quote=waiting.pk, judgement=taken)
        with declared(second):
            found = Decision.within(second).get(quote=waiting.pk)
            referrals.confirm(scope=second, quote=waiting.pk, seen=found.hash)
    return member


def test_every_frozen_column_of_every_frozen_row_is_refused(place: Tree) -> None:
    made(place)
    with unscoped("a job that is wrong"):
        for model, going_on in OPEN.items():
            table, rows = model._meta.db_table, model.objects.count()
            assert rows, table
            for field in model._meta.concrete_fields:
                name = connection.ops.quote_name(str(field.column))
                with transaction.atomic(), connection.cursor() as cursor:
                    change = f"UPDATE {table} SET {name} = {name}"  # noqa: S608
                    if field.attname in going_on:
                        cursor.execute(change)
                        assert cursor.rowcount == rows
                    else:
                        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                            cursor.execute(change)


@pytest.mark.parametrize("model", OPEN, ids=lambda model: model.__name__)
def test_a_frozen_row_saved_whole_is_refused(place: Tree, model: type[models.Model]) -> None:
    made(place)
    with unscoped("a job that is wrong"):
        for row in model._default_manager.all():
            with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
                row.save()


def test_before_it_is_accepted_or_decided_it_goes_on(place: Tree) -> None:
    with at(JUNE):
        member = scope("member", place.member)
        submitted(member)
        waiting = quote(member, known_incident="yes")
    with unscoped("test"):
        assert Declaration.objects.update(versions=1) == Laid.objects.update(accepted=False) == 1
        assert Quote.objects.filter(pk=waiting.pk).update(state="confirming") == 1


def test_other_content_under_the_same_seal_is_found_when_it_is_read(place: Tree) -> None:
    made(place)
    with unscoped("test"):
        row = Quote.objects.exclude(decided=None).get()
        decision = Decision.objects.get(quote=row)
        for frozen in (row, decision):
            content = services.content(frozen)
            sealed.put(frozen, "content", content | {"forged": 1})
            frozen.save(update_fields=["content"])
            with pytest.raises(services.Altered):
                services.content(frozen)


def test_keys_can_be_changed_under_it(place: Tree, settings: Any) -> None:
    made(place)
    settings.VAULT_KEYS = {**read_keys("next:" + "Aw" * 21 + "A="), **settings.VAULT_KEYS}
    sealed.renew_keys()
    settings.VAULT_KEYS = {"next": settings.VAULT_KEYS["next"]}
    with unscoped("test"):
        for row in Quote.objects.all():
            assert services.content(row)["plan"] == row.plan
