"""Makes the sample: the same each time, but for keys and the day on which it was made.

One national and two prefectural federations, twelve associations (two of them insured themselves), two hundred members of
all industries: not invited, invited, under way, done, done for the second year.
"""

import random
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.db import transaction

from sonae.checklist import Business, load_edition
from sonae_web.accounts.models import Invitation, JoinRequest, Organisation, Role, User
from sonae_web.accounts.services import add_organisation, grant_role, scope_of
from sonae_web.desk.totals import make_totals
from sonae_web.diagnosis import actions, checklists, progress, results
from sonae_web.diagnosis.services import programme
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.inquiries import sample as inquiries
from sonae_web.sample import enrolments, quotes
from sonae_web.sample.people import PASSWORD, SIGN_INS
from sonae_web.sample.state import ROOT, is_there

SEED = 20_261_201
TRADES = (
    "印刷工業", "商店街", "菓子工業", "自動車整備", "ビルメンテナンス", "青果商業",
    "電機工業", "旅館", "学習塾", "運送", "建設業", "美容業",
)  # fmt: skip
SIZES = (40, 30, 25, 20, 18, 15, 14, 12, 10, 8, 5, 3)
INSURED = (0, 5)
"""Which associations are insured members themselves."""
STATES = ("done", "started", "done", "invited", "again", "done", "new", "started", "again", "done")
"""The states of members, in turn."""
APPLICANTS = (4, 5, 8, 9, 12, 14, 15, 18, 19, 22, 24, 25, 28, 29, 32, 34, 35, 38, 39)
"""Numbers of members of the first association that were diagnosed, in the order in which they apply."""
QUOTED = (40, 42, 44, 45, 48, 49, 50, 52, 54)
"""Numbers of members of the second association that were diagnosed: each asks for a quote."""
STAFF = (2, 4, 5, 8, 12, 18, 25, 40, 90, 160)
SALES_A_HEAD = 12_000_000
HELD_A_HEAD = (60, 150, 400, 1_200)
USES = ("website", "web_shop", "cloud", "contractors", "fax", "camera", "remote_work", "generative_ai", "bulk_mail")
YES, PARTLY, NO = 0.0, 0.4, 0.75
"""Of what is not yes: partly up to the second, no up to the third, the rest is not known."""


@dataclass(frozen=True)
class Member:
    """A member to make: its key, place, name, industry, state."""

    key: str
    association: int
    name: str
    industry: str
    state: str


def build() -> None:
    """Make the whole sample, or nothing. Raises NotEmpty."""
    with transaction.atomic():
        if is_there():
            return
        with unscoped("sample.build"):
            _build(random.Random(SEED))  # noqa: S311 - sample data


def _build(chance: random.Random) -> None:
    now, tree = clock.now(), _federations()
    members = list(_members())
    for member in members:
        tree[member.key] = add_organisation(
            kind="member", name=member.name, parent=tree[f"association-{member.association}"]
        )
    people = _sign_ins(tree)
    for place, member in enumerate(members):
        _diagnosed(tree[member.key], member, people.get(member.key), place, now, chance)
    _requests(tree["association-0"], now)
    _worked_on(tree["trading"], people["trading"])
    enrolments.build(
        _people(tree, APPLICANTS), {"association": tree["association-0"], "prefecture": tree["prefecture-0"]}, now
    )
    quotes.build(_people(tree, QUOTED), tree["national"], now)
    _begun_by_a_colleague(tree["printer"], User.objects.get(email="colleague@example.jp"), now)
    inquiries.make(tree)
    make_totals(clock.today())


def _people(tree: dict[str, Organisation], numbers: Iterable[int]) -> list[tuple[Organisation, User]]:
    """Return members by their numbers, each with the person who acts for it."""
    return [(tree[f"member-{number}"], User.objects.get(email=f"m{number + 1:03}@example.jp")) for number in numbers]


def _federations() -> dict[str, Organisation]:
    national = Organisation(pk=ROOT, kind="national", name="見本全国中央会", path=ROOT.bytes)
    national.save(force_insert=True)
    tree = {"national": national}
    for number, name in enumerate(("見本県中央会", "例示県中央会")):
        tree[f"prefecture-{number}"] = add_organisation(kind="prefectural", name=name, parent=national)
    for number, trade in enumerate(TRADES):
        above = tree[f"prefecture-{number % 2}"]
        name = f"{above.name.removesuffix('中央会')}{trade}組合"
        tree[f"association-{number}"] = add_organisation(kind="association", name=name, parent=above)
    return tree


def _members() -> Iterator[Member]:
    words, industries = programme().words("ja"), list(programme().industries)
    number = 0
    for association, size in enumerate(SIZES):
        for place in range(size):
            industry, state = industries[number % len(industries)], STATES[number % len(STATES)]
            short = words(f"industry.{industry}.name").partition("（")[0].removesuffix("業")
            key, name = f"member-{number}", f"{('見本', '例示')[number % 2]}{short}{number + 1:03}"
            if association in INSURED and place == 2:
                above = ("見本県", "例示県")[association % 2]
                key, name = f"association-{association}-member", f"{above}{TRADES[association]}組合"
                industry, state = "association", "started"
            elif number < 2:
                key, name = (("trading", "見本商事"), ("printer", "例示印刷"))[number]
                industry, state = ("wholesale", "printing")[number], "again"
            yield Member(key, association, name, industry, state)
            number += 1


def _sign_ins(tree: dict[str, Organisation]) -> dict[str, User]:
    """Make the people who can sign in; return one for each member organisation that has one."""
    password = make_password(PASSWORD)
    found: dict[str, User] = {}
    for each in SIGN_INS:
        user = _person(each.mail, password)
        if each.staff:
            TOTP.activate(user, each.secret)
        for role, key in each.roles:
            grant_role(user=user, organisation=tree[key], role=role)
            if role == Role.Name.MEMBER:
                found.setdefault(key, user)
    return found


def _person(mail: str, password: str | None = None) -> User:
    user = User(email=mail, password=password or make_password(None))
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
    return user


def _diagnosed(
    organisation: Organisation, member: Member, user: User | None, place: int, now: datetime, chance: random.Random
) -> None:
    """Bring a member to its state, at moments of the past."""
    if member.state == "new":
        return
    user = user or _person(f"m{place + 1:03}@example.jp")
    scope = scope_of(user=user, role=grant_role(user=user, organisation=organisation, role="member").pk)
    begun = now - timedelta(days=chance.randrange(8, 40), hours=chance.randrange(8))
    with declared(scope):
        if member.state == "again":
            with clock.stopped(begun - timedelta(days=365)):
                _answer(scope, member, chance, share=1.0, quality=0.3)
                results.hand_in(scope=scope)
        with clock.stopped(begun):
            progress.invited(scope=scope, organisation=organisation.pk, year=checklists.programme_year(clock.today()))
            _invitation(organisation, user, used=member.state != "invited")
        if member.state == "invited":
            return
        with clock.stopped(begun + timedelta(days=1)):
            _answer(scope, member, chance, share=0.4 if member.state == "started" else 1.0, quality=0.45)
        if member.state != "started":
            with clock.stopped(begun + timedelta(days=chance.randrange(2, 7))):
                results.hand_in(scope=scope)


def _answer(scope: Scope, member: Member, chance: random.Random, share: float, quality: float) -> None:
    """Begin a checklist and answer a share of it; the higher the quality (0–1), the more often with yes."""
    sheet = checklists.start(scope=scope)
    business = sheet.business or _business(member, chance)
    asked = load_edition(programme(), sheet.row.edition).applicable(business, programme())
    good = min(0.99, max(0.05, quality + (chance.random() - 0.4) * 1.2))
    answers = {}
    for question in asked[: max(1, round(len(asked) * share))]:
        before = sheet.given.get(question.id)
        if before is None or before.value != "yes":
            answers[question.id] = "yes" if chance.random() < good else _worse(chance)
    seen = {each.question: each.version for each in checklists.changes(sheet, answers)}
    checklists.save_all(scope=scope, business=business, answers=answers, seen=seen, facts_seen=sheet.business_version)


def _worse(chance: random.Random) -> str:
    drawn = chance.random()
    return "partly" if drawn < PARTLY else "no" if drawn < NO else "unknown"


def _business(member: Member, chance: random.Random) -> Business:
    staff = chance.choice(STAFF)
    medical = ("medical_chart", "medical_history") if member.industry in ("clinic", "welfare") else ()
    return Business(
        name=member.name,
        industry=member.industry,
        employees=staff,
        persons_held=staff * chance.choice(HELD_A_HEAD),
        annual_sales=staff * SALES_A_HEAD,
        information=(
            "name",
            "address",
            "phone",
            *chance.sample(("email", "birth_date", "purchase_history"), 2),
            *medical,
        ),
        media=("paper", "pc", *(("server",) if staff > 20 else ())),
        uses=tuple(use for use in USES if chance.random() < 0.4),
        on_consignment=chance.random() < 0.2,
        assumed=(),
    )


def _invitation(organisation: Organisation, user: User, *, used: bool) -> None:
    """Keep an invitation as it would be after its letter was sent; nobody holds its link."""
    row = Invitation(
        tenant=organisation.pk, role=Role.Name.MEMBER, link_hash=sha256(secrets.token_bytes()).digest(),
        made_at=clock.now(), made_by=user.pk, expires_at=clock.now() + timedelta(days=14),
        accepted_at=clock.now() if used else None, accepted_by=user.pk if used else None,
    )  # fmt: skip
    sealed.put(row, "mail", user.email)
    row.save(force_insert=True)


def _worked_on(organisation: Organisation, user: User) -> None:
    """Let a business have done some of its actions and planned others, with notes."""
    scope = _member_scope(organisation, user)
    today = clock.today()
    plans = (
        (True, 0, "見本：金庫を買い、鍵は2人で管理しています。"),
        (True, 0, ""),
        (False, 14, "見本：次の朝礼で説明します。"),
        (False, 45, "見本：見積りを2社に頼みました。"),
        (False, -3, ""),
    )
    with declared(scope):
        for (done, days, note), action in zip(plans, actions.listed(scope), strict=False):
            due = today + timedelta(days=days) if days else None
            actions.plan(scope=scope, action=action, assignee=user.pk, due_on=due, note=note, seen=0)
            if done:
                actions.tick(scope=scope, action=action, done=True)


def _begun_by_a_colleague(organisation: Organisation, user: User, now: datetime) -> None:
    """Let a colleague be in the middle of a business's next checklist since yesterday."""
    scope = _member_scope(organisation, user)
    with declared(scope), clock.stopped(now - timedelta(days=1)):
        sheet = checklists.start(scope=scope)
        for question in sheet.asked[:12]:
            given = sheet.given.get(question.id)
            value = "partly" if given is None or given.value == "yes" else "yes"
            checklists.save_answer(scope=scope, question=question.id, value=value, seen=given.version if given else 0)


def _member_scope(organisation: Organisation, user: User) -> Scope:
    return scope_of(user=user, role=grant_role(user=user, organisation=organisation, role=Role.Name.MEMBER).pk)


def _requests(association: Organisation, now: datetime) -> None:
    """Three businesses that wait for the association to confirm that they are members."""
    for number in range(3):
        row = JoinRequest(tenant=association.pk, made_at=now - timedelta(days=number + 1))
        name = f"見本加入希望{number + 1}"
        mail = f"request{number + 1}@example.jp"
        sealed.put(row, "content", {"name": name, "number": "", "mail": mail, "note": "", "lang": "ja"})
        row.save(force_insert=True)
