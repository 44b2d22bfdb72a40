"""The stage of the authorisation matrix: every kind of person, a tree of organisations with an archived one of each kind,
and for each blank of an address the means to fill it in for its owner."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils.http import int_to_base36
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from sonae_web.accounts.models import Invitation, JoinRequest, Organisation, Role, User
from sonae_web.accounts.services import add_organisation, grant_role, scope_of
from sonae_web.accounts.tokens import issue_token, scopes_of
from sonae_web.declarations import services as declarations
from sonae_web.declarations.models import SignedDeclaration
from sonae_web.desk.models import Upload
from sonae_web.diagnosis import actions, checklists, evidence, results, services
from sonae_web.diagnosis.models import Evidence, Result
from sonae_web.ground import clock, sealed
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.inquiries.models import Inquiry
from sonae_web.inquiries.views import told_of
from sonae_web.quotes import facts as quote_facts
from sonae_web.quotes import services as quotes
from tests.web.cast import Tree, archived, tree
from tests.web.declarations.cast import notified, signed
from tests.web.policies.cast import applied, covered, remarked
from tests.web.test_checklists import SHOP

MISSING = uuid.UUID(int=0xDEAD)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
QUESTION = "attack.mfa"
OUTSIDE = ("agent", "underwriter", "claims", "auditor", "admin")
WITH_PAGES = ("agent", "underwriter")
"""Of them, those that have pages of their own."""


@dataclass(frozen=True)
class Actor:
    """Somebody who asks: with which cookies, in which roles where, and whether with a second factor."""

    name: str
    user: User | None
    cookies: str
    roles: Mapping[uuid.UUID, frozenset[str]] = field(default_factory=dict)
    second_factor: bool = False
    bearer: str = ""
    """A token of the API, and what it is good for."""
    good_for: frozenset[str] = frozenset()
    home: Organisation | None = None
    """The organisation that a token acts for."""


@dataclass(frozen=True)
class Stage:
    """Everything there is, made once; each cell is played on it and undone."""

    place: Tree
    gone: Mapping[str, Organisation]
    """An archived organisation of each kind but the root."""
    actors: tuple[Actor, ...]
    clerks: Mapping[uuid.UUID, Scope]
    """By organisation the scope of whoever makes its objects."""
    made: dict[tuple[str, object], object] = field(default_factory=dict)

    def homes(self, kind: str) -> list[tuple[str, Organisation]]:
        """The organisations of a kind in which cells are played: own, another tenant's, archived."""
        there = self.place
        return {
            "member": [("own", there.member), ("other", there.neighbour), ("archived", self.gone["member"])],
            "association": [
                ("own", there.association), ("other", there.other_association), ("archived", self.gone["association"]),
            ],
            "prefectural": [
                ("own", there.prefecture), ("other", there.other_prefecture), ("archived", self.gone["prefectural"]),
            ],
            "national": [("root", there.national)],
        }[kind]  # fmt: skip

    def stranger_of(self, organisation: Organisation) -> Organisation | None:
        """Another organisation of the same kind, none of which the first may see."""
        homes = dict(self.homes(organisation.kind))
        return None if "own" not in homes else homes["own" if homes["other"] == organisation else "other"]


# --- people
def stage() -> Stage:
    """Set everything up. Takes a database in which this will be undone."""
    with unscoped("the stage of the matrix"):
        there = tree()
        gone = {
            "member": add_organisation(kind="member", name="閉業商店", parent=there.association),
            "association": add_organisation(kind="association", name="閉業組合", parent=there.prefecture),
            "prefectural": add_organisation(kind="prefectural", name="閉業県中央会", parent=there.national),
        }
        clerks = {}
        for place in (*there, *gone.values()):
            role = {"member": "member", "association": "association"}.get(place.kind, "federation")
            clerks[place.pk] = _scope(_person(f"maker-{place.pk}"), role, place)
        add_organisation(kind="member", name="閉業の子", parent=gone["association"])
        below = add_organisation(kind="association", name="閉業の子組合", parent=gone["prefectural"])
        add_organisation(kind="member", name="閉業の孫", parent=below)
        actors = [_actor(*each) for each in _people(there, gone)]
        for place in (there.member, there.neighbour, gone["member"]):
            _answers(clerks[place.pk])
        for place in gone.values():
            archived(place)
    return Stage(there, gone, (Actor("visitor", None, ""), _closed(there), *actors, *_tokens(there)), clerks)


def _closed(there: Tree) -> Actor:
    """Somebody signed in whose account was closed since: a visitor again."""
    found = _actor("closed", [("member", there.member), ("association", there.association)], second=True)
    User.objects.filter(pk__in=[found.user.pk] if found.user else []).update(is_active=False)
    return Actor("closed", None, found.cookies)


def _tokens(there: Tree) -> Iterator[Actor]:
    """Programs with a token: good for everything that a token of its role can be good for, and for nothing but itself."""
    for role, place in (("member", there.member), ("member", there.neighbour), ("association", there.association)):
        user = _person(f"token-{place.pk}")
        held = grant_role(user=user, organisation=place, role=role)
        scopes = scopes_of(role)
        if scopes:
            _, secret = issue_token(user=user, role=held.pk, name="見本", scopes=scopes, days=9)
            yield Actor(f"token of {place.name}", None, "", bearer=secret, good_for=frozenset(scopes), home=place)


def _people(there: Tree, gone: Mapping[str, Organisation]) -> list[tuple[str, list[tuple[str, Organisation]], bool]]:
    """Name, roles, and whether with a second factor."""
    member, clerk = ("member", gone["member"]), ("association", gone["association"])
    prefecture = ("federation", gone["prefectural"])
    return [
        ("stranger", [], False),
        ("member", [("member", there.member), member], False),
        ("colleague", [("member", there.member), member], True),
        ("neighbour", [("member", there.neighbour)], False),
        ("clerk", [("association", there.association), clerk], True),
        ("clerk without", [("association", there.association), clerk], False),
        ("other clerk", [("association", there.other_association)], True),
        ("insured clerk", [("association", there.association), ("member", there.own_member)], True),
        ("prefecture", [("federation", there.prefecture), prefecture], True),
        ("prefecture without", [("federation", there.prefecture), prefecture], False),
        ("other prefecture", [("federation", there.other_prefecture)], True),
        ("national", [("federation", there.national)], True),
        *((role, [(role, there.prefecture), (role, gone["prefectural"])], True) for role in OUTSIDE),
        *((f"{role} without", [(role, there.prefecture)], False) for role in WITH_PAGES),
    ]


def _actor(name: str, roles: list[tuple[str, Organisation]], second: bool) -> Actor:
    user = _person(name.replace(" ", "-"))
    held: dict[uuid.UUID, frozenset[str]] = {}
    for role, place in roles:
        grant_role(user=user, organisation=place, role=role)
        held[place.pk] = held.get(place.pk, frozenset()) | {role}
    if second:
        Authenticator.objects.create(user=user, type="totp", data={"secret": "unused"})
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "鍵", "credential": _credential()})
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    browser.get("/healthz")
    browser.get("/home")  # what a first request writes into the session is there then
    cookies = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    return Actor(name, user, cookies, held, second)


def _credential() -> dict[str, Any]:
    """What a browser sends when a passkey is made."""
    key = AttestedCredentialData.create(bytes(16), b"id", ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}))
    made = AttestationObject.create(
        "none", AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG(0x41), 0, key), {}
    )
    client = b'{"type":"webauthn.create","challenge":"AA","origin":"https://localhost"}'
    response = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(made)}
    name = websafe_encode(b"id")
    return {"type": "public-key", "id": name, "rawId": name, "response": response, "clientExtensionResults": {}}


def _person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.jp")


def _scope(user: User, role: str, place: Organisation) -> Scope:
    return scope_of(user=user, role=grant_role(user=user, organisation=place, role=role).pk)


def _answers(scope: Scope) -> None:
    """A result with its action list, evidence of one action, and a new checklist begun."""
    with declared(scope):
        sheet = checklists.save_business(
            scope=scope, business=SHOP, seen=checklists.start(scope=scope).business_version
        )
        for question in sheet.asked[:2]:
            checklists.save_answer(scope=scope, question=question.id, value="no", seen=0)
        checklists.save_answer(scope=scope, question=QUESTION, value="no", seen=0)
        results.hand_in(scope=scope)
        found = actions.one(scope, QUESTION)
        assert found is not None
        evidence.add(scope=scope, action=found, name="見本.pdf", content=PDF)
        checklists.start(scope=scope)
        signed(scope)


# --- what fills the blanks
Maker = Callable[[Stage, Any], object]
"""From the stage and the owner (an organisation, or a person where the address names none) to a value."""


@dataclass(frozen=True)
class Blank:
    """How a blank is filled in for its owner, and with what that is not there; ``tenants`` says whether it belongs to one."""

    make: Maker
    missing: object = None
    tenants: bool = False


def _row(model: Any) -> Maker:
    def first(stage: Stage, owner: Organisation) -> object:
        with unscoped("the stage of the matrix"):
            return model.objects.filter(tenant=owner.pk).values_list("pk", flat=True).first()

    return first


def _quick_check(stage: Stage, owner: object) -> object:
    link = services.begin(industry="retail", employees=3, persons_held=100)
    for question in services.read(link).questions:
        services.answer(link=link, question=question.id, value="unknown")
    return link


def _passkey(stage: Stage, owner: User | None) -> object:
    return Authenticator.objects.filter(user=owner, type="webauthn").values_list("pk", flat=True).first()


def _token(stage: Stage, owner: User | None) -> object:
    held = Role.objects.filter(user=owner, role=Role.Name.MEMBER).exclude(organisation__state="archived").first()
    if owner is None or held is None:
        return None
    return issue_token(user=owner, role=held.pk, name="見本", scopes=scopes_of(held.role), days=9)[0].pk


def _invitation(stage: Stage, owner: Organisation, link: str = "") -> object:
    link_hash = sha256(link.encode()).digest() if link else uuid.uuid4().bytes * 2
    row = Invitation(
        tenant=owner.pk, role="member", link_hash=link_hash, made_at=clock.now(), made_by=MISSING,
        expires_at=clock.now() + timedelta(days=9),
    )  # fmt: skip
    sealed.put(row, "mail", "invited@example.jp")
    return _saved(row)


def _invitation_link(stage: Stage, owner: object) -> object:
    link = "B" * 43
    _invitation(stage, stage.place.member, link)
    return link


def _request(stage: Stage, owner: Organisation) -> object:
    row = JoinRequest(tenant=owner.pk, made_at=clock.now())
    content = {
        "name": "見本新店",
        "number": "",
        "mail": "asks@example.jp",
        "note": "",
        "key": str(row.pk),
        "lang": "ja",
    }
    sealed.put(row, "content", content)
    return _saved(row)


def _quoted(scope: Scope) -> uuid.UUID:
    """A quote that is referred, rests on a signed declaration, and that the agent was asked to explain."""
    if declarations.signed(scope=scope) is None:
        signed(scope)
    told = {"industry": "retail", "annual_sales": "1億", "persons_held": "900", "recent_claims": "0"}
    facts = quote_facts.read({**told, "known_incident": "yes"}, (), services.programme())
    kind = quotes.open_choices(clock.today())[0].kind
    made = quotes.make(
        scope=scope, insured="見本", facts=facts, plan="p1000", kind=kind, credit=quote_facts.credit(scope)
    )
    return quotes.ask_agent(scope=scope, quote=made.pk).pk


def _upload(stage: Stage, owner: Organisation) -> object:
    row = Upload(
        tenant=owner.pk, kind="members", sha256="0" * 64, made_at=clock.now(), made_by=MISSING, rows=1,
    )  # fmt: skip
    heads = [*(["会員団体"] if owner.kind != "association" else []), "コード", "事業者名", "法人番号", "メールアドレス"]
    cells = [*(["例示協同組合"] if owner.kind != "association" else []), "M1", "見本一号", "", ""]
    sealed.put_bytes(row, "content", "\n".join((",".join(heads), ",".join(cells), "")).encode())
    return _saved(row)


def _inquiry(stage: Stage, owner: Organisation) -> object:
    row = Inquiry(
        tenant=owner.pk, number=f"Q-{owner.pk.hex[:12]}", office="tokyo", made_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    content = {"text": "見本", "business": "", "name": "", "mail": "asks@example.jp", "phone": "", "lang": "ja"}
    sealed.put(row, "content", {**content, "answers": []})
    return _saved(row)


def _saved(row: Any) -> object:
    with unscoped("the stage of the matrix"):
        row.save(force_insert=True)
    return row.pk


def _below(kind: str) -> Maker:
    def first(stage: Stage, owner: Organisation) -> object:
        found = Organisation.objects.filter(kind=kind).order_by("-state", "name")
        return next((each.pk for each in found if bytes(each.path).startswith(bytes(owner.path))), None)

    return first


def _by_a_member(act: Callable[[Scope], uuid.UUID]) -> Maker:
    """What a member below an office did, whoever it is."""

    def made(stage: Stage, owner: Organisation) -> object:
        with unscoped("the stage of the matrix"):
            place = Organisation.objects.get(pk=str(_below("member")(stage, owner)))
            state, place.state = place.state, Organisation.State.ACTIVE
            place.save(update_fields=["state"])
            scope = _scope(_person(f"did-{act.__name__}-{owner.pk}"), "member", place)
        with declared(scope):
            found = act(scope)
        place.state = state
        place.save(update_fields=["state"])
        return found

    return made


def _held(stage: Stage, owner: Organisation) -> object:
    return Role.objects.filter(organisation=owner).order_by("user__email").values_list("pk", flat=True).first()


def _clerk(stage: Stage, owner: Organisation) -> object:
    held = Role.objects.filter(organisation=owner, role__in=(Role.Name.ASSOCIATION, Role.Name.FEDERATION))
    return held.order_by("user__email").values_list("pk", flat=True).first()


def word(text: object, missing: object = None) -> Blank:
    """A blank filled with the same for everybody."""
    return Blank(lambda stage, owner: text, missing)


BLANKS: dict[str, Blank] = {
    "result": Blank(_row(Result), MISSING, tenants=True),
    "quote": Blank(_by_a_member(_quoted), MISSING, tenants=True),
    "evidence_id": Blank(_row(Evidence), MISSING, tenants=True),
    "signed": Blank(_row(SignedDeclaration), MISSING, tenants=True),
    "application": Blank(_by_a_member(applied), MISSING, tenants=True),
    "remark": Blank(_by_a_member(remarked), MISSING, tenants=True),
    "cover": Blank(_by_a_member(covered), MISSING, tenants=True),
    "cover_paper.kind": word("certificate", "nothing"),
    "language": word("ja", "xx"),
    "part": word("plan", "nothing"),
    "verify.token": word("C" * 32),
    "notice": Blank(_by_a_member(notified), MISSING, tenants=True),
    "section": word("leaks", "nothing"),
    "invitation": Blank(_invitation, MISSING, tenants=True),
    "role": Blank(_held, MISSING, tenants=True),
    "desk_people_remove.role": Blank(_clerk, MISSING, tenants=True),
    "asked": Blank(_request, MISSING, tenants=True),
    "upload": Blank(_upload, MISSING, tenants=True),
    "inquiry": Blank(_inquiry, MISSING, tenants=True),
    "flyer_paper.year": word(2027, 1999),
    "told": Blank(lambda stage, owner: told_of("Q2027-00001", "見本中央会"), "nothing"),
    "member": Blank(_below("member"), MISSING, tenants=True),
    "association": Blank(_below("association"), MISSING, tenants=True),
    "join_ask.association": Blank(lambda stage, owner: stage.place.association.pk, MISSING),
    "join_sent.association": Blank(lambda stage, owner: stage.place.association.pk, MISSING),
    "token": Blank(_token, MISSING, tenants=True),
    "pk": Blank(_passkey, 10**9, tenants=True),
    "link": Blank(_quick_check, "A" * 43),
    "invitation.link": Blank(_invitation_link, "A" * 43),
    "question": word(QUESTION, "policy.nothing"),
    "form": word("csv"),
    "checklist_template.form": word("checklist.csv", "checklist.exe"),
    "kind": word("members", "persons"),
    "number": word(1),
    "programme": word("chuokai-leak", "nothing"),
    "edition": word("2027-01", "1999-01"),
    "key": word("nothing"),
    "uidb36": word(int_to_base36(7)),
}
"""By the blank's name, or "address.name" where it means something of its own at an address."""


def blank(address: str, name: str) -> Blank:
    """What fills a blank. Raises KeyError for one that nobody knows to fill."""
    return BLANKS.get(f"{address}.{name}") or BLANKS[name]


def value(stage: Stage, address: str, name: str, owner: Any) -> object:
    """The value of a blank for its owner, made once."""
    found = blank(address, name)
    key = (
        f"{address}.{name}" if f"{address}.{name}" in BLANKS else name,
        getattr(owner, "pk", None) if found.tenants else None,
    )
    if key not in stage.made:
        stage.made[key] = found.make(stage, owner)
    return stage.made[key]
