"""What the site keeps and how long, as data (``retention.yaml``), and the daily job that erases the rest.

Every model of the site is named there: one that is not stops the job and the tests. Rows go in batches, each in a
transaction with its row of the audit log, so that the job may be stopped anywhere and run again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import QuerySet

from sonae.programmes import read_file
from sonae_web.ground import audit, clock
from sonae_web.ground.jobs import job
from sonae_web.ground.scope import unscoped

FILE = Path(__file__).parents[1] / "retention.yaml"
MOST_AT_ONCE = 500
BASES = frozenset({"law", "agreed", "assumed"})
TEXTS = ("what", "basis", "reference", "reason")
WAYS = ("with", "while", "ever")


@dataclass(frozen=True)
class Rule:
    """Rows are erased, or the columns ``blank`` emptied, ``days`` after ``since``; or at ``until``, set days ahead."""

    days: int
    since: str = ""
    until: str = ""
    only: tuple[tuple[str, str | None], ...] = ()
    blank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """How long the rows of a model are kept: by rules, or in one of the WAYS, and what for."""

    label: str
    what: str
    basis: str
    reference: str
    reason: str
    rules: tuple[Rule, ...] = ()
    way: str = ""
    because: str = ""


@lru_cache(maxsize=1)
def table() -> Mapping[str, Kept]:
    """Return for each model how long its rows are kept. Raises ValueError with every model unnamed or faultily named."""
    return read_table(read_file(FILE).value)


def read_table(entries: Mapping[str, Any]) -> dict[str, Kept]:
    """Return the table of these entries. Raises ValueError with every fault."""
    labels = {model._meta.label_lower: model for model in apps.get_models()}
    faults = [f"{label}: say how long it is kept" for label in sorted(labels.keys() - entries.keys())]
    faults += [f"{label}: no such model" for label in sorted(entries.keys() - labels.keys())]
    found: dict[str, Kept] = {}
    for label in sorted(entries.keys() & labels.keys()):
        try:
            found[label] = _kept(label, entries[label])
            faults += [f"{label}: {fault}" for fault in _faults(labels[label], found[label], labels.keys())]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            faults.append(f"{label}: {type(error).__name__} {error}")
    if faults:
        raise ValueError("; ".join(faults))
    return found


def page() -> list[str]:
    """Return the table as docs/operating.md shows it."""
    rows = [f"| {kept.what} | {_told(kept)} | {kept.reason} |" for kept in table().values()]
    return ["| what | kept | why so long, and no longer |", "|---|---|---|", *rows]


def _told(kept: Kept) -> str:
    ways = {"with": f"with {kept.because}", "while": f"while {kept.because}", "ever": f"for ever: {kept.because}"}
    if kept.way:
        return ways[kept.way]
    parts = []
    for rule in kept.rules:
        only = "".join(f" ({name} {'empty' if value is None else value.lower()})" for name, value in rule.only)
        blank = "".join(f"{name} " for name in rule.blank)
        since = f" after {rule.since}" if rule.since else ""
        parts.append(f"{blank}{rule.days} days{since}{only}")
    return ", ".join(parts)


def kept_for(model: type[models.Model]) -> timedelta:
    """Return how long a service has rows of a model kept that know their own end. Raises LookupError without such a rule."""
    for rule in table()[model._meta.label_lower].rules:
        if rule.until:
            return timedelta(days=rule.days)
    raise LookupError(f"no rule with until for {model._meta.label}")


@job()
def erase() -> None:
    """Erase what is past its time, in every model."""
    with unscoped("retention"):
        for kept in table().values():
            for rule in kept.rules:
                _act(apps.get_model(kept.label), rule)


def _act(model: type[models.Model], rule: Rule) -> None:
    while True:
        with transaction.atomic():
            keys = list(_past(model, rule).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
            if not keys:
                return
            rows = _past(model, rule).filter(pk__in=keys)  # asked again: one may have been renewed meanwhile
            if rule.blank:
                rows.update(**dict.fromkeys(rule.blank))
            else:
                rows.delete()
            audit.record(
                action="retention.blank" if rule.blank else "retention.erase",
                kind=model._meta.label_lower,
                object_id="rows",
                detail={"rows": len(keys), "days": rule.days},
            )


def _past(model: type[models.Model], rule: Rule) -> QuerySet[Any]:
    moment = clock.now() if rule.until else clock.now() - timedelta(days=rule.days)
    rows = model._base_manager.filter(**{f"{rule.until or rule.since}__lte": moment}, **dict(rule.only))
    return rows.exclude(**{f"{column}__isnull": True for column in rule.blank}) if rule.blank else rows


def _kept(label: str, entry: Mapping[str, Any]) -> Kept:
    texts = {name: entry[name] for name in TEXTS}
    if entry.keys() - {*TEXTS, "kept"} or not all(isinstance(text, str) and text for text in texts.values()):
        raise ValueError(f"it has {', '.join(TEXTS)} and kept, no more")
    ((way, given),) = entry["kept"].items()
    if way == "rules":
        return Kept(label, **texts, rules=tuple(_rule(each) for each in given))
    if way not in WAYS or not isinstance(given, str) or not given:
        raise ValueError(f"it is kept by rules or one of {', '.join(WAYS)}")
    return Kept(label, **texts, way=way, because=given)


def _rule(given: Mapping[str, Any]) -> Rule:
    if given.keys() - {"days", "from", "until", "only", "blank"} or ("from" in given) == ("until" in given):
        raise ValueError("a rule has days, and from or until")
    if not isinstance(given["days"], int) or given["days"] < 1:
        raise ValueError("days are a whole number from 1")
    only = tuple(sorted(given.get("only", {}).items()))
    return Rule(given["days"], given.get("from", ""), given.get("until", ""), only, tuple(given.get("blank", ())))


def _faults(model: type[models.Model], kept: Kept, labels: Any) -> Iterator[str]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if kept.basis not in BASES:
        yield f"its basis is one of {', '.join(sorted(BASES))}"
    if kept.way == "with" and kept.because not in labels:
        yield f"it goes with {kept.because}, which is no model"
    if not kept.rules and not kept.way:
        yield "it has no rules"
    for rule in kept.rules:
        if not isinstance(fields.get(rule.until or rule.since), models.DateTimeField):
            yield f"{rule.until or rule.since} is no moment"
        for name in dict(rule.only):
            if name not in fields:
                yield f"it has no field {name}"
        for name in rule.blank:
            if name not in fields or not fields[name].null:
                yield f"{name} is no column that may be empty"
