"""Sample applications in every state and covers, made by the services as people would, at moments of the past."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.http import QueryDict

from sonae.declaration import HISTORY, Past
from sonae.policy import Signatory
from sonae.programmes import Words
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.accounts.services import grant_role, scope_of
from sonae_web.declarations import drafts as declaring
from sonae_web.declarations import services as declarations
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared
from sonae_web.ground.words import words
from sonae_web.policies import banks, deciding, drafts, forms, records, sending, turns
from sonae_web.policies.models import Application
from sonae_web.quotes import facts as of_member
from sonae_web.quotes import services as quotes

STATES = (
    "submitted",
    "confirmed",
    "ready",
    "returned",
    "referred",
    "declined",
    "withdrawn",
    "accepted",
    "on_cover",
    "draft",
)
BANKS = Path(__file__).with_name("banks.csv")
SIGNATORY = {
    "signatory": "見本 一郎",
    "position": "代表取締役",
    "authority": "representative",
    "number": "",
}
ACCOUNT = {"bank": "9901", "branch": "002", "kind": "ordinary", "number": "1234567", "holder": "ミホンジギョウシャ"}
SENT_BEFORE = {"on_cover": timedelta(days=100)}
"""How long ago an application in this state was sent; the others a week ago."""


def build(places: Iterable[tuple[Organisation, User]], offices: Mapping[str, Organisation], now: datetime) -> None:
    """Make one application of each state, by members that have a diagnosis; and the list of banks."""
    banks.load(BANKS.read_text(encoding="utf-8"))
    left = iter(places)
    for state in STATES:
        with clock.stopped(now - SENT_BEFORE.get(state, timedelta(days=7))):
            for place, user in left:
                member = _scope(user, Role.Name.MEMBER, place)
                with declared(member):
                    _signed(member)
                    row = _filled(member)
                if row is not None:  # else the tariff does not decide about this member
                    _bring(state, member, row, offices)
                    break
    turns.turn()


def _bring(state: str, member: Scope, row: Application, offices: Mapping[str, Organisation]) -> None:
    if state == "draft":
        return
    with declared(member):
        row = _sent(member, row)
        if state == "withdrawn":
            sending.withdraw(scope=member, application=row.pk, seen=row.version)
            return
    clerk = _scope(User.objects.get(email="association@example.jp"), Role.Name.ASSOCIATION, offices["association"])
    office = _scope(User.objects.get(email="prefecture@example.jp"), Role.Name.FEDERATION, offices["prefecture"])
    if state != "submitted":
        with declared(clerk):
            deciding.confirm_membership(scope=clerk, application=row.pk)
    with declared(office):
        _decide(office, state, row)


def _decide(office: Scope, state: str, row: Application) -> None:
    def seen() -> int:
        return Application.within(office).get(pk=row.pk).version

    if state in ("returned", "referred", "declined"):
        act, point = {
            "returned": (deciding.send_back, "見本：口座名義をご確認ください。"),
            "referred": (deciding.refer, "見本：保有件数が多いため。"),
            "declined": (deciding.decline, "見本：引受けの対象外の事業です。"),
        }[state]
        act(scope=office, application=row.pk, seen=seen(), points=[point])
    elif state in ("ready", "accepted", "on_cover"):
        deciding.check(scope=office, application=row.pk, seen=seen())
        if state != "ready":
            signed = declarations.of_application(scope=office, application=row.pk)
            assert signed is not None  # noqa: S101 - signed above
            deciding.accept(scope=office, application=row.pk, seen=seen(), declaration=signed.version)


def _filled(scope: Scope) -> Application | None:
    """Return an application filled in whole; None where its quote is not one that can be used."""
    credit, texts = of_member.credit(scope), words()
    facts = of_member.prefilled(scope, credit)
    entered = QueryDict(mutable=True)
    entered.update({**facts.entered, "known_incident": "no", "recent_claims": "0"})
    choice = records.open_choices()[0]
    quote = quotes.make(
        scope=scope, insured=Organisation.objects.get(pk=scope.organisation).name,
        facts=of_member.read(entered, facts.kinds, programme()), plan="p5000", kind=choice.kind, credit=credit,
    )  # fmt: skip
    if not quotes.is_usable(quote):
        return None
    row = drafts.start(scope=scope, year=choice.year)
    row = drafts.choose(scope=scope, application=row.pk, seen=row.version, quote=quote.pk)
    entries = {
        "business": forms.read_business(SIGNATORY | {"persons_held": facts.entered["persons_held"]}, texts),
        "account": forms.read_account_form(ACCOUNT, texts),
        "confirm": _confirmed(row, texts),
    }
    for part, entry in entries.items():
        row = drafts.save(scope=scope, application=row.pk, seen=row.version, part=part, values=entry.values)
    return row


def _signed(scope: Scope) -> None:
    """Sign a declaration as the last diagnosis fills it in, with nothing in the past and no certificate."""
    found = declaring.start(scope=scope)
    for section in found.sections:
        seen, every = found.draft.version, section.items
        if section.id == "business" and found.stated.business is not None:
            found = declaring.save_business(scope=scope, business=found.stated.business, confirmed=every, seen=seen)
        elif section.questions:
            answers = {each.id: found.stated.controls.get(each.id, "unknown") for each in section.questions}
            found = declaring.save_controls(
                scope=scope, section=section.id, answers=answers, confirmed=every, seen=seen
            )
        elif section.id in HISTORY:
            found = declaring.save_past(scope=scope, name=section.id, past=Past("no"), seen=seen)
        elif section.id != "business":
            found = declaring.save_certifications(scope=scope, held=(), confirmed=every, seen=seen)
    signatory = Signatory(SIGNATORY["signatory"], SIGNATORY["position"], "representative")
    declarations.sign(scope=scope, signatory=signatory, seen=found.draft.version)


def _confirmed(row: Application, texts: Words) -> forms.Entry:
    posted = QueryDict(mutable=True)
    posted.setlist("given", list(drafts.CONFIRMED))
    posted.update({"how": "screen", "version": drafts.version_now(row)})
    return forms.read_confirm(posted, drafts.version_now(row), clock.now().isoformat(timespec="seconds"), texts)


def _sent(scope: Scope, row: Application) -> Application:
    choice = records.choice_of(row)
    assert choice is not None  # noqa: S101 - begun today
    return sending.submit(scope=scope, application=row.pk, seen=row.version, start=choice.cover_from)


def _scope(user: User, role: str, place: Organisation) -> Scope:
    return scope_of(user=user, role=grant_role(user=user, organisation=place, role=role).pk)
