"""Loading lists of associations and members: checked whole, confirmed by a clerk, loaded in batches that can be stopped anywhere.

Each batch is one transaction that moves ``next_row`` with what it writes: killed and run again, nothing is doubled and
nothing missing. A row means what it means by then (``rows.matched``): the same list loaded again changes nothing.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction

from sonae.problems import Problem, Refused, problem
from sonae.programmes.intake import BulkRow
from sonae_web.accounts.models import Invitation, Organisation, Role
from sonae_web.accounts.services import add_organisations
from sonae_web.desk import letters, rows, sheets
from sonae_web.desk.models import Reference, Upload
from sonae_web.desk.rows import Row
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, declared

BATCH = 500
MOST_ROWS = 150_000
MOST_PROBLEMS, MOST_SHOWN = 200, 100
SHORT = 5_000
"""Rows up to which a list is checked again whenever its page is opened."""


@dataclass
class Check:
    """What a list would do: how many rows are new, changed, the same; the first of those that change something; the faults."""

    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    invited: int = 0
    first: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    faults: int = 0

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Count faults, and keep the first ones."""
        self.faults += len(problems)
        self.problems += problems[: MOST_PROBLEMS - len(self.problems)]


def kinds(place: Organisation) -> list[str]:
    """Return what may be loaded at a place."""
    if place.kind == Organisation.Kind.ASSOCIATION:
        return [Upload.Kind.MEMBERS]
    return [Upload.Kind.ASSOCIATIONS, Upload.Kind.MEMBERS]


def check(*, scope: Scope, place: Organisation, kind: str, content: bytes) -> Check:
    """Return what a list would do at a place. Nothing is written.

    Raises Refused for a file that is no list: not to be read, without its headings, too long, empty.
    """
    found, seen = Check(), dict[tuple[uuid.UUID, str, str], int]()
    over = rows.above(kind, place, scope)
    for batch in _batches(_read(content, kind, place)):
        found.rows += len(batch)
        if found.rows > MOST_ROWS:
            raise Refused([problem("load.too_many", "", most=f"{MOST_ROWS:,}")])
        sound = []
        for each in batch:
            row, problems = rows.checked(each, kind, over)
            found.refuse(problems)
            if row is not None:
                sound.append(row)
        found.refuse(rows.twice(sound, seen))
        for row, fault in rows.matched(sound, kind, scope):
            if fault is not None:
                found.refuse([fault])
                continue
            found.verdicts[row.verdict] += 1
            found.invited += bool(row.mail)
            if row.verdict != "same" and len(found.first) < MOST_SHOWN:
                found.first.append(row)
    if not found.rows:
        raise Refused([problem("table.no_rows", "")])
    return found


@transaction.atomic
def keep(*, scope: Scope, place: Organisation, kind: str, content: bytes, found: Check) -> Upload:
    """Keep a list without faults, sealed, for a clerk to confirm; the same list kept before and not loaded is that one.

    Raises Refused with the faults.
    """
    if found.faults:
        raise Refused(found.problems)
    sha256 = hashlib.sha256(content).hexdigest()
    before = Upload.within(scope).filter(tenant=place.pk, kind=kind, sha256=sha256).exclude(state=Upload.State.DONE)
    if (row := before.first()) is not None:
        return row
    row = Upload(
        tenant=place.pk, kind=kind, sha256=sha256, made_at=clock.now(), made_by=scope.user, rows=found.rows,
        new=found.verdicts["new"], changed=found.verdicts["changed"], same=found.verdicts["same"], invited=found.invited,
    )  # fmt: skip
    sealed.put_bytes(row, "content", content)
    with declared(scope):
        row.save(force_insert=True)
    _record("upload.checked", row, scope)
    return row


def checked(*, scope: Scope, place: Organisation, upload: Upload) -> Check:
    """Return what a list that waits to be confirmed would do: as things stand now, a long one as they stood when it was sent."""
    if upload.rows > SHORT:
        verdicts = Counter(new=upload.new, changed=upload.changed, same=upload.same)
        return Check(rows=upload.rows, verdicts=verdicts, invited=upload.invited)
    return check(scope=scope, place=place, kind=upload.kind, content=sealed.get_bytes(upload, "content"))


def load(*, scope: Scope, place: Organisation, upload: uuid.UUID, most: int | None = None) -> Upload:
    """Load a list from where it stands, ``most`` rows of it or all, and return it as it stands then. Raises DoesNotExist."""
    row = Upload.within(scope).get(pk=upload, tenant=place.pk)
    if row.state == Upload.State.DONE:
        return row
    over = rows.above(row.kind, place, scope)
    lines = _read(sealed.get_bytes(row, "content"), row.kind, place)
    position, end = row.next_row, row.rows if most is None else min(row.rows, row.next_row + most)
    lines = islice(lines, position, None)
    while position < end:
        batch = list(islice(lines, BATCH))
        after = _load(scope, row.pk, position, batch, over)
        if after != position + len(batch):  # somebody else loads it too
            break
        position = after
    return Upload.within(scope).get(pk=upload)


@transaction.atomic
def _load(scope: Scope, pk: uuid.UUID, position: int, batch: Sequence[BulkRow], over: rows.Above) -> int:
    """Load a batch if the list stands where it begins, and return where it stands now."""
    upload = Upload.within(scope).select_for_update().defer("content").get(pk=pk)
    if upload.next_row != position:
        return upload.next_row
    sound = [row for row, _ in (rows.checked(each, upload.kind, over) for each in batch) if row is not None]
    places = Organisation.objects.select_for_update().filter(pk__in={row.above for row in sound}).order_by("pk")
    list(places)  # held until the end: who else adds there waits, and then finds these rows
    meant = [row for row, fault in rows.matched(sound, upload.kind, scope) if fault is None]
    counts = Counter(row.verdict for row in meant)
    written = _write(scope, upload.kind, meant)
    with declared(scope):
        if position == 0:  # until now these were what the check foretold
            upload.new = upload.changed = upload.same = upload.invited = 0
        upload.new += counts["new"]
        upload.changed += counts["changed"]
        upload.same += counts["same"]
        upload.refused += len(batch) - len(meant)
        upload.invited += written
        upload.next_row += len(batch)
        upload.state = Upload.State.LOADING
        fields = ["new", "changed", "same", "refused", "invited", "next_row", "state"]
        if upload.next_row >= upload.rows:
            upload.state, upload.loaded_at, upload.content = Upload.State.DONE, clock.now(), b""
            fields += ["loaded_at", "content"]
        upload.save(update_fields=fields)
    _record("upload.loaded", upload, scope)
    return upload.next_row


def _write(scope: Scope, kind: str, meant: Sequence[Row]) -> int:
    """Write what rows say and return how many were invited."""
    own = "member" if kind == Upload.Kind.MEMBERS else "association"
    new = [row for row in meant if row.known is None]
    made = add_organisations(kind=own, entries=[(row.above, row.name, row.number) for row in new])
    who: dict[int, uuid.UUID] = {row.at: row.known for row in meant if row.known is not None}
    who |= {row.at: each.pk for row, each in zip(new, made, strict=True)}
    known = {each.pk: each for each in Organisation.objects.filter(pk__in=[row.known for row in meant if row.known])}
    for row in meant:
        if row.verdict == "changed" and row.known is not None:
            known[row.known].name, known[row.known].number = row.name, row.number or known[row.known].number
            known[row.known].save(update_fields=["name", "number"])
    with declared(scope):
        among = Reference.objects.filter(tenant__among=frozenset(who.values()))
        coded = frozenset(among.values_list("tenant", flat=True))
        Reference.objects.bulk_create(
            Reference(tenant=who[row.at], above=row.above, code=row.code)
            for row in meant
            if row.code and who[row.at] not in coded
        )
    return _invite(scope, own, {who[row.at]: row.mail for row in meant if row.mail}, {each.pk: each for each in made})


def _invite(scope: Scope, role: str, mails: dict[uuid.UUID, str], made: dict[uuid.UUID, Organisation]) -> int:
    """Invite to the organisations into which nobody was invited yet, and in which nobody has the role."""
    there = set(Invitation.within(scope).filter(tenant__among=frozenset(mails)).values_list("tenant", flat=True))
    there |= set(Role.objects.filter(organisation__in=mails, role=role).values_list("organisation_id", flat=True))
    missing = [pk for pk in mails if pk not in made and pk not in there]
    organisations = made | {each.pk: each for each in Organisation.objects.filter(pk__in=missing)}
    count = 0
    for pk in (pk for pk in mails if pk not in there):
        with suppress(letters.NotInvited):  # what is loaded stands all the same
            letters.invite(scope=scope, organisation=organisations[pk], role=role, mail=mails[pk])
            count += 1
    return count


def _read(content: bytes, kind: str, place: Organisation) -> Iterator[BulkRow]:
    columns = rows.columns(kind, place)
    return sheets.read(content, columns, ["name", *(id_ for id_ in columns if id_ in rows.ABOVE)])


def _batches(lines: Iterator[BulkRow]) -> Iterator[list[BulkRow]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _record(action: str, row: Upload, scope: Scope) -> None:
    audit.record(
        action=action, kind="upload", object_id=row.pk, actor=scope.user, organisation=row.tenant,
        detail={"rows": row.rows, "next_row": row.next_row},
    )  # fmt: skip
