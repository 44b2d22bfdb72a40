"""Rows of a list of associations or members: what is wrong with each, whom it means, and what it would change.

A row means the organisation below the same one above whose code is the row's; else whose corporate number is; else whose
name is, unless the two have different numbers or codes. Of no such organisation it makes a new one.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sonae.problems import Problem, problem
from sonae.programmes.intake import BulkRow
from sonae_web.accounts.models import Organisation
from sonae_web.accounts.services import is_corporate_number, is_name
from sonae_web.desk.listing import folded
from sonae_web.desk.models import Reference, Upload
from sonae_web.ground.scope import Scope, below

ABOVE = {
    "prefecture": ("中央会", "都道府県中央会", "federation"),
    "association": ("会員団体", "団体", "association"),
}
OWN: dict[str, tuple[str, ...]] = {
    "code": ("コード", "会員番号", "団体コード", "code"),
    "name": ("名称", "事業者名", "団体名", "name"),
    "number": ("法人番号", "corporate number"),
    "mail": ("メールアドレス", "担当者メールアドレス", "mail address", "email"),
}
MOST_CODE, MOST_NAME = 40, 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is right in itself, its organisation above, and what it means: ``new``, ``changed`` or ``same``."""

    at: int
    above: uuid.UUID
    name: str
    code: str
    number: str
    mail: str
    verdict: str = "new"
    known: uuid.UUID | None = None
    """The organisation that it means."""


@dataclass(frozen=True)
class Above:
    """The organisations below which rows may stand: by folded code, name and number; None where it could be two."""

    only: uuid.UUID | None
    found: Mapping[str, uuid.UUID | None]

    def of(self, text: str) -> uuid.UUID | None:
        """Return the organisation that a cell names, or None."""
        return self.only or self.found.get(folded(text))


def columns(kind: str, place: Organisation) -> dict[str, tuple[str, ...]]:
    """Return by id the headings of the columns that a list has which is loaded at a place."""
    if kind == Upload.Kind.MEMBERS and place.kind != Organisation.Kind.ASSOCIATION:
        return {"association": ABOVE["association"], **OWN}
    if kind == Upload.Kind.ASSOCIATIONS and place.kind == Organisation.Kind.NATIONAL:
        return {"prefecture": ABOVE["prefecture"], **OWN}
    return dict(OWN)


def above(kind: str, place: Organisation, scope: Scope) -> Above:
    """Return the organisations of the branch below which rows of a kind may stand."""
    extra = set(columns(kind, place)) - set(OWN)
    if not extra:
        return Above(place.pk, {})
    of_kind = "association" if kind == Upload.Kind.MEMBERS else "prefectural"
    rows = list(below(scope).filter(kind=of_kind, state="active"))
    of_those = Reference.within(scope).filter(tenant__among=frozenset(row.pk for row in rows))
    codes = dict(of_those.values_list("tenant", "code"))
    found: dict[str, uuid.UUID | None] = {}
    for row in rows:
        for text in {folded(row.name), row.number, folded(codes.get(row.pk, ""))} - {""}:
            found[text] = None if text in found else row.pk
    return Above(None, found)


def checked(row: BulkRow, kind: str, over: Above) -> tuple[Row | None, list[Problem]]:
    """Return the row of a list's cells, or everything that is wrong with it."""
    cells, at = row.cells, row.places
    problems = list(row.problems)
    place = next((id_ for id_ in ABOVE if id_ in cells), "")
    parent = over.of(cells.get(place, ""))
    if parent is None:
        problems.append(_unplaced(cells[place], at[place], over))
    if not is_name(cells["name"]):
        problems.append(problem("load.name", at["name"], most=MOST_NAME))
    if cells["code"] and not is_code(cells["code"]):
        problems.append(problem("load.code", at["code"], most=MOST_CODE))
    number = _digits(cells["number"])
    if number and not is_corporate_number(number):
        problems.append(problem("load.number", at["number"], found=cells["number"]))
    if cells["mail"] and not is_mail(cells["mail"]):
        problems.append(problem("load.mail", at["mail"], found=cells["mail"]))
    if problems or parent is None:
        return None, problems
    return Row(row.number, parent, cells["name"], cells["code"], number, cells["mail"].casefold()), []


def _unplaced(text: str, at: str, over: Above) -> Problem:
    if not text:
        return problem("load.above_missing", at)
    if folded(text) in over.found:
        return problem("load.above_twice", at, found=text)
    return problem("load.above_unknown", at, found=text)


def keys(row: Row) -> list[tuple[uuid.UUID, str, str]]:
    """Return by what a row is known below its organisation: no two rows of a list may share one of these."""
    named = [("code", row.code), ("number", row.number)]
    found = [(row.above, kind, text) for kind, text in named if text]
    return found or [(row.above, "name", row.name)]


def matched(rows: Sequence[Row], kind: str, scope: Scope) -> list[tuple[Row, Problem | None]]:
    """Return rows with what they mean in the database now, each with what stands against it; in six queries."""
    own = "member" if kind == Upload.Kind.MEMBERS else "association"
    parents = frozenset(row.above for row in rows)
    children = Organisation.objects.filter(kind=own, parent__pk__among=parents)
    references = Reference.within(scope)
    by_code = references.filter(above__among=parents, code__in={row.code for row in rows if row.code})
    there = {each.pk: each for each in children.filter(name__in={row.name for row in rows})}
    numbers = {row.number for row in rows if row.number}
    there |= {each.pk: each for each in children.filter(number__in=numbers)}
    there |= children.in_bulk(list(by_code.values_list("tenant", flat=True)))
    codes = dict(references.filter(tenant__among=frozenset(there)).values_list("tenant", "code"))
    index: dict[tuple[uuid.UUID | None, str, str], Organisation] = {}
    for each in sorted(
        there.values(), key=lambda each: (each.state != Organisation.State.ACTIVE, each.pk), reverse=True
    ):
        for by, text in (("code", codes.get(each.pk, "")), ("number", each.number), ("name", each.name)):
            index[each.parent_id, by, text] = each
    return [_meant(row, index, codes) for row in rows]


def _meant(
    row: Row, index: Mapping[tuple[uuid.UUID | None, str, str], Organisation], codes: Mapping[uuid.UUID, str]
) -> tuple[Row, Problem | None]:
    found = index.get((row.above, "code", row.code)) if row.code else None
    if found is None and row.number:
        found = index.get((row.above, "number", row.number))
    if found is None:
        found = index.get((row.above, "name", row.name))
        if found is not None and (_differ(found.number, row.number) or _differ(codes.get(found.pk, ""), row.code)):
            found = None  # another of the same name
    if found is None:
        return row, None
    at = str(row.at)
    if found.state == Organisation.State.ARCHIVED:
        return row, problem("load.archived", at, found=row.name)
    if _differ(found.number, row.number) or _differ(codes.get(found.pk, ""), row.code):
        return row, problem("load.contradicts", at, found=row.name)
    adds = (row.number and not found.number) or (row.code and found.pk not in codes) or row.name != found.name
    return replace(row, verdict="changed" if adds else "same", known=found.pk), None


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def is_code(text: str) -> bool:
    """Return whether a text can be the code of an organisation: short, and of characters that can be seen as a name's."""
    return len(text) <= MOST_CODE and is_name(text)


def is_mail(text: str) -> bool:
    """Return whether a text is one mail address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _digits(text: str) -> str:
    """Return a corporate number as it is stored: narrow digits without hyphens and spaces."""
    return folded(text).replace("-", "").removeprefix("t") if text else ""


def twice(rows: Iterable[Row], seen: dict[tuple[uuid.UUID, str, str], int]) -> list[Problem]:
    """Return the rows that mean the same as one before; ``seen`` grows by those that do not."""
    problems = []
    for row in rows:
        first = next((seen[key] for key in keys(row) if key in seen), None)
        if first is not None:
            problems.append(problem("load.twice", str(row.at), found=row.name, first=first))
        for key in keys(row):
            seen.setdefault(key, row.at)
    return problems
