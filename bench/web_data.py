"""The data that ``bench/web.py`` measures on: a federation of many members, made in its own process before the load.

    web_data.py PLAN.json MEMBERS ANSWERED

SHAPES businesses go through the services as members do (last year's checklist handed in, this year's too, an action planned,
the next one begun). Their rows are copied to the other members that have answered, each copy
sealed anew for its own row and tenant, so that every page opens, unpacks and draws what it would have. The other members are
only invited. Sessions are made as signing in leaves them; the plan says which sessions and private links there are.
"""

import json
import random
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from sonae_cli.site import begin_site

begin_site()

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection, models, transaction

from sonae.checklist import Business, load_edition
from sonae_web.accounts import timeout
from sonae_web.accounts.models import Organisation, Role, User
from sonae_web.accounts.services import add_organisation, add_organisations, grant_role, scope_of
from sonae_web.diagnosis import actions, checklists, progress, results, services
from sonae_web.diagnosis.models import Checklist, Progress, Result, Task
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.browser_state import SessionStore
from sonae_web.ground.scope import declared, unscoped

PASSWORD = "for measuring only"  # noqa: S105
SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105 - of one-time codes that nobody asks for
OF_ASSOCIATION, PREFECTURES, EVENNESS = 82, 47, 5
"""Members of an association on average: 2.32 million in 28,342 organisations (about 2016, mirasapo vol. 14). The k-th largest has a share
of 1/(k + EVENNESS), assumed: with 50,000 members in 610 associations the largest has about 2,000, half of them under 35."""
SHAPES = 20
SESSIONS, LINKS, SIGN_INS = 500, 200, 200
"""Members signed in beforehand, quick checks begun, people who will sign in while it is measured."""
ANSWERS = ("yes", "yes", "partly", "no", "unknown")
TODAY = 0.6
"""Which share of the open checklist is answered."""


def main(plan: Path, members: int, answered: int) -> None:
    """Fill the database of the environment and write the plan."""
    call_command("migrate", verbosity=0)
    chance = random.Random(1)  # noqa: S311
    with transaction.atomic():
        root = add_organisation(kind="national", name="見本全国中央会")
        prefectures, associations = _tree(root, -(-members // OF_ASSOCIATION))
        where = _where(members, len(associations))
        entries = [(associations[where[n]].pk, f"見本会員{n:05}", "") for n in range(members)]
        places = add_organisations(kind="member", entries=entries)
    chance.shuffle(places)  # who has answered lies anywhere in the tree
    with unscoped("bench.web"):
        done = places[:answered]
        people = _people(done, "member")
        shapes = [_shape(place, person, chance) for place, person in zip(done[:SHAPES], people, strict=False)]
        _copies(shapes, list(zip(done[SHAPES:], people[SHAPES:], strict=True)))
        _invited(places[answered:])
    clerks = _people(associations, "association")
    federations = _people([root, *prefectures], "federation")
    for clerk in (*clerks, *federations):
        TOTP.activate(clerk, SECRET)
    while audit.seal():
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    written = {
        "members": [_session(*each) | _newest(*each) for each in zip(done[:SESSIONS], people, strict=False)],
        "associations": [_session(*each) for each in zip(associations, clerks, strict=True)],
        "prefectures": [_session(*each) for each in zip(prefectures, federations[1:], strict=True)],
        "national": [_session(root, federations[0])],
        "links": [_quick(chance) for _ in range(LINKS)],
        "sign_ins": [person.email for person in people[-SIGN_INS:]],
        "password": PASSWORD,
    }
    plan.write_text(json.dumps(written), encoding="utf-8")


def _tree(root: Organisation, number: int) -> tuple[list[Organisation], list[Organisation]]:
    """Add so many associations and the prefectures above them."""
    prefectures = [
        add_organisation(kind="prefectural", name=f"見本県{n + 1}中央会", parent=root)
        for n in range(min(number, PREFECTURES))
    ]
    return prefectures, [
        add_organisation(kind="association", name=f"見本組合{n + 1}", parent=prefectures[n % len(prefectures)])
        for n in range(number)
    ]


def _where(members: int, associations: int) -> list[int]:
    """Return for each member the number of its association; each has one at least, the first most of all."""
    shares = [1 / (k + EVENNESS) for k in range(associations)]
    sizes = [1 + int((members - associations) * share / sum(shares)) for share in shares]
    sizes[0] += members - sum(sizes)
    return [number for number, size in enumerate(sizes) for _ in range(size)]


def _people(places: Sequence[Organisation], role: str) -> list[User]:
    """Give each organisation a person of a role, all with one password: hashing it for each would take minutes."""
    password = make_password(PASSWORD)
    people = [User(email=f"{role}{n:05}@example.jp", password=password) for n in range(len(places))]
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in people)
    pairs = zip(people, places, strict=True)
    Role.objects.bulk_create(Role(user=user, organisation=place, role=role) for user, place in pairs)
    return people


def _shape(place: Organisation, person: User, chance: random.Random) -> Organisation:
    """Let a member hand in last year's checklist and this year's, plan an action, and begin the next checklist."""
    scope = scope_of(user=person, role=grant_role(user=person, organisation=place, role="member").pk)
    staff = chance.choice((4, 12, 40, 160))
    business = Business(
        name=place.name, industry=chance.choice(tuple(services.programme().industries)), employees=staff,
        persons_held=staff * 150, annual_sales=staff * 12_000_000,
        information=("name", "address", "phone", "email", "birth_date"), media=("paper", "pc", "server"),
        uses=("website", "cloud", "contractors", "web_shop"), on_consignment=True, assumed=(),
    )  # fmt: skip
    with declared(scope):
        for days, share in ((380, 1.0), (20, 1.0), (1, TODAY)):
            with clock.stopped(clock.now() - timedelta(days=days)):
                sheet = checklists.start(scope=scope)
                asked = load_edition(services.programme(), sheet.row.edition).applicable(business, services.programme())
                answers = {each.id: chance.choice(ANSWERS) for each in asked[: round(len(asked) * share)]}
                checklists.save_all(
                    scope=scope, business=business, answers=answers, facts_seen=sheet.business_version,
                    seen={each.question: each.version for each in checklists.changes(sheet, answers)},
                )  # fmt: skip
                if share == 1.0:
                    results.hand_in(scope=scope)
        for action in actions.listed(scope)[:5]:
            actions.plan(scope=scope, action=action, assignee=person.pk, due_on=clock.today(), note="見本", seen=0)
    return place


def _copies(shapes: Sequence[Organisation], pairs: Sequence[tuple[Organisation, User]]) -> None:
    """Give every other member the rows of a shape."""
    rows = {shape.pk: list(_rows(shape)) for shape in shapes}
    with transaction.atomic():
        made: dict[type[models.Model], list[Any]] = {}
        for (place, person), shape in zip(pairs, cycle(shapes), strict=False):
            ids: dict[uuid.UUID, uuid.UUID] = {}
            for row in rows[shape.pk]:
                made.setdefault(type(row), []).append(_copy(row, place, person, ids))
            if len(made[Checklist]) > 500:
                _insert(made)
        _insert(made)


def _rows(shape: Organisation) -> Iterator[Any]:
    for model in (Progress, Checklist, Result, Task):
        yield from model._base_manager.filter(tenant=shape.pk)


def _copy(row: Any, place: Organisation, person: User, ids: dict[uuid.UUID, uuid.UUID]) -> Any:
    """Return a copy of a row for another tenant, sealed anew; ``ids`` leads from the shape's rows to their copies."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    ids[row.pk] = values["id"] = uuid.uuid4()
    values["tenant"] = place.pk
    if isinstance(row, Result):
        values["checklist_id"] = ids[row.checklist_id]
    if isinstance(row, Task):
        values["assignee"] = person.pk
    copy = type(row)(**values)
    for field in row._meta.concrete_fields:
        if isinstance(field, sealed.SealedField) and getattr(row, field.attname):
            sealed.put_bytes(copy, field.attname, sealed.get_bytes(row, field.attname))
    return copy


def _insert(made: dict[type[models.Model], list[Any]]) -> None:
    for model, rows in made.items():
        model._base_manager.bulk_create(rows)
        rows.clear()


def _invited(places: Sequence[Organisation]) -> None:
    """Note that members were invited."""
    year, now = checklists.programme_year(clock.today()), clock.now()
    Progress.objects.bulk_create(
        [Progress(tenant=place.pk, year=year, state=progress.STATES[0], invited_at=now) for place in places],
        batch_size=5_000,
    )


def _session(place: Organisation, person: User) -> dict[str, str]:
    """Return a session of a person as signing in leaves it, and the place where the person acts."""
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store[timeout.SINCE] = int(clock.now().timestamp())
    store.save()
    return {"session": str(store.session_key), "place": str(place.pk)}


def _newest(place: Organisation, person: User) -> dict[str, Any]:
    """Return a member's newest result and the answers of its open checklist."""
    scope = scope_of(user=person, role=Role.objects.get(user=person, organisation=place).pk)
    with declared(scope):
        sheet, result = checklists.read(scope), results.latest(scope)
        assert sheet is not None
        assert result is not None
        return {"result": str(result.pk), "seen": {each.id: _seen(sheet, each.id) for each in sheet.asked}}


def _seen(sheet: checklists.Sheet, question: str) -> tuple[int, str]:
    """Return version and value of an answer."""
    given = sheet.given.get(question)
    return (given.version, given.value) if given else (0, "")


def _quick(chance: random.Random) -> str:
    """Return the link of a quick check half answered."""
    link = services.begin(
        industry="retail", employees=chance.randrange(2, 60), persons_held=chance.randrange(90, 9_000)
    )
    for question in services.read(link).questions[:7]:
        services.answer(link=link, question=question.id, value="partly")
    return link


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
