"""Applications brought to any state by the services alone, at moments of a clock that stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import QueryDict

from sonae.dates import JST
from sonae.programmes import Words
from sonae_web.declarations import services as declarations
from sonae_web.diagnosis import results
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared
from sonae_web.ground.words import words
from sonae_web.policies import banks, covers, deciding, drafts, forms, records, sending
from sonae_web.policies.models import Application, Cover, Remark
from sonae_web.quotes import facts as of_member
from sonae_web.quotes import services as quotes
from sonae_web.quotes.models import Quote
from tests.web.declarations.cast import diagnosed
from tests.web.declarations.cast import signed as sign

BANKS = """bank,bank_name,bank_kana,branch,branch_name,branch_kana
9901,見本銀行,ミホンギンコウ,001,本店,ホンテン
9901,見本銀行,ミホンギンコウ,002,例示支店,レイジシテン
9902,例示信用金庫,レイジシンヨウキンコ,001,本店営業部,ホンテンエイギョウブ
"""
BUSINESS = {
    "number": "", "persons_held": "1,200人", "signatory": "見本 花子", "position": "代表取締役", "authority": "representative"
}  # fmt: skip
ACCOUNT = {"bank": "9901", "branch": "002", "kind": "ordinary", "number": "12345", "holder": "ミホンショウジ（カ"}
JUNE = datetime(2027, 6, 10, 11, 0, tzinfo=JST)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands at a moment."""
    with clock.stopped(moment):
        yield


def quoted(
    scope: Scope, kind: str = "mid_term", plan: str = "p5000", sales: str = "50,000,000", *, plain: bool = False
) -> Quote:
    """A quote made by a member that was diagnosed; ``plain``: without what its declaration says."""
    entered = QueryDict(mutable=True)
    entered.update(
        {
            "industry": "retail",
            "annual_sales": sales,
            "persons_held": "1200",
            "recent_claims": "0",
            "known_incident": "no",
        }
    )
    found = of_member.read(entered, (), programme())
    return quotes.make(
        scope=scope,
        insured="見本商事",
        facts=found,
        plan=plan,
        kind=kind,
        credit=None if plain else of_member.credit(scope),
    )


def ready(scope: Scope, *, signed: bool = True) -> None:
    """A member with a diagnosis and a signed declaration."""
    diagnosed(scope)
    if signed:
        sign(scope)


def filled(scope: Scope, year: int = 2027, kind: str = "mid_term", quote: Quote | None = None) -> Application:
    """An application filled in whole, not sent."""
    texts: Words = words()
    chosen = quote or quoted(scope, kind)
    row = drafts.start(scope=scope, year=year)
    row = drafts.choose(scope=scope, application=row.pk, seen=row.version, quote=chosen.pk)
    rated = drafts.persons_rated(chosen)
    entry = forms.read_business(BUSINESS if rated is None else BUSINESS | {"persons_held": str(rated)}, texts)
    row = drafts.save(scope=scope, application=row.pk, seen=row.version, part="business", values=entry.values)
    entry = forms.read_account_form(ACCOUNT, texts)
    row = drafts.save(scope=scope, application=row.pk, seen=row.version, part="account", values=entry.values)
    posted = QueryDict(mutable=True)
    posted.setlist("given", list(drafts.CONFIRMED))
    posted.update({"how": "screen", "version": drafts.version_now(row)})
    confirmed = forms.read_confirm(posted, drafts.version_now(row), clock.now().isoformat(timespec="seconds"), texts)
    return drafts.save(scope=scope, application=row.pk, seen=row.version, part="confirm", values=confirmed.values)


def sent(scope: Scope, row: Application | None = None) -> Application:
    """An application that was sent now."""
    row = row or filled(scope)
    choice = records.choice_of(row)
    assert choice is not None
    return sending.submit(scope=scope, application=row.pk, seen=row.version, start=choice.cover_from)


def submitted(scope: Scope) -> Application:
    """An application of a member that did everything from the diagnosis on."""
    with declared(scope):
        ready(scope)
        banks.load(BANKS)
        return sent(scope)


def confirmed(scope: Scope, application: UUID) -> None:
    """The association confirms that it is a member."""
    with declared(scope):
        deciding.confirm_membership(scope=scope, application=application)


def checked(scope: Scope, application: UUID) -> Application:
    """The federation finds it complete."""
    with declared(scope):
        return deciding.check(scope=scope, application=application, seen=now(scope, application).version)


def accepted(scope: Scope, application: UUID) -> Cover:
    """The federation accepts it as it is now."""
    with declared(scope):
        row = now(scope, application)
        version = declared_version(scope, application)
        return deciding.accept(scope=scope, application=application, seen=row.version, declaration=version)


def declared_version(scope: Scope, application: UUID) -> int:
    """The version of the declaration before the office."""
    found = declarations.of_application(scope=scope, application=application)
    assert found is not None
    return found.version


def now(scope: Scope, application: UUID) -> Application:
    """The application as it stands."""
    return Application.within(scope).get(pk=application)


def resigned(scope: Scope) -> None:
    """The member corrects its declaration and signs it anew."""
    sign(scope)


# --- on the stage of the matrix, and for whatever needs one of each
def applied(scope: Scope) -> UUID:
    """An application that was sent, with a remark about it and a cover that came of it; made once."""
    found = Application.within(scope).exclude(submitted_at=None).first()
    if found is not None:
        return found.pk
    with at(JUNE), transaction.atomic():
        if results.latest(scope) is None:
            diagnosed(scope)
        if declarations.signed(scope=scope) is None:
            sign(scope)
        row = sent(scope, filled(scope, quote=quoted(scope, plain=True)))
        deciding.add_remark(row, "return", ["見本"], None)
        covers.make(scope, row, "D-2027-000001-1")
    return row.pk


def remarked(scope: Scope) -> UUID:
    """The remark about an application."""
    return Remark.within(scope).get(application=applied(scope)).pk


def covered(scope: Scope) -> UUID:
    """The cover that came of an application."""
    return Cover.within(scope).get(application=applied(scope)).pk
