"""Sample quotes in every state, made and decided by the services as people would, at moments of the past."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction

from django.http import QueryDict

from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.accounts.services import grant_role, scope_of
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock
from sonae_web.ground.scope import Scope, declared
from sonae_web.quotes import facts as of_member
from sonae_web.quotes import referrals, services
from sonae_web.quotes.models import Quote
from sonae_web.quotes.referrals import Judgement


@dataclass(frozen=True)
class Case:
    """A quote to make: its plan, how many days ago, what differs from a plain request, and what became of it."""

    plan: str
    days: int
    told: dict[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    judged: Judgement | None = None
    asked: bool = False


INCIDENT = {"known_incident": "yes"}
LOADED = Judgement(
    approved=True,
    reason="見本：前回の漏えいの再発防止策を確認しました。",
    conditions=("見本：委託先との契約を、加入までに見直すこと",),
    loading=Fraction(5, 4),
)
CASES = (
    Case("p5000", 3),
    Case("p1000", 2, asked=True),
    Case("p5000", 5, INCIDENT),
    Case("p3000", 1, INCIDENT),
    Case("p5000", 6, INCIDENT, judged=LOADED),
    Case("p5000", 4, INCIDENT, judged=replace(LOADED, loading=Fraction(2))),  # needs a second
    Case("p3000", 8, INCIDENT, judged=Judgement(approved=False, reason="見本：事故の調査が終わっていません。")),
    Case("p5000", 60),
    Case("p1000", 7, kinds=("public_body",)),
)


def build(places: Iterable[tuple[Organisation, User]], national: Organisation, now: datetime) -> None:
    """Make the quotes, one for each place that the tariff rates; the underwriter of the national federation decides."""
    underwriter = _scope(User.objects.get(email="underwriter@example.jp"), Role.Name.UNDERWRITER, national)
    for case, (place, user) in zip(CASES, places, strict=False):
        member = _scope(user, Role.Name.MEMBER, place)
        with clock.stopped(now - timedelta(days=case.days)):
            with declared(member):
                row = _made(member, place, case)
                if case.asked:
                    services.ask_agent(scope=member, quote=row.pk)
            if case.judged and row.state == Quote.State.WAITING:
                with declared(underwriter), clock.stopped(now - timedelta(days=case.days - 1)):
                    referrals.decide(scope=underwriter, quote=row.pk, judgement=case.judged)


def _made(scope: Scope, place: Organisation, case: Case) -> Quote:
    entered = QueryDict(mutable=True)
    entered.update(of_member.prefilled(scope, None).entered)
    for name, value in {"known_incident": "no", "recent_claims": "0", "persons_held": "1200", **case.told}.items():
        entered[name] = value
    kind = services.open_choices(clock.today())[0].kind
    facts = of_member.read(entered, case.kinds, programme())
    return services.make(scope=scope, insured=place.name, facts=facts, plan=case.plan, kind=kind)


def _scope(user: User, role: str, place: Organisation) -> Scope:
    return scope_of(user=user, role=grant_role(user=user, organisation=place, role=role).pk)
