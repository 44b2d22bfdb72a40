"""A checklist's edition (版): its areas and questions as data, checked as a whole when read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sonae.checklist.business import MEDIA, SITUATIONS, SIZES, USES, Business
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Cursor, Programme, Words
from sonae.programmes.kept import kept_sound
from sonae.programmes.programme import KINDS
from sonae.tables import BASES, Basis

ANSWERS = ("yes", "partly", "no", "unknown", "na")
CAUSES = (
    "misdelivery", "loss", "disposal", "theft", "mailbox", "web_shop", "ransomware", "misconfiguration", "insider",
    "contractor", "aftermath",
)  # fmt: skip
STATUSES = ("draft", "published")
WORDS = ("question", "label", "action", "why", "unsure", "evidence")
AREA_WORDS = ("name", "short", "strong", "weak", "A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class Effort:
    """What it takes to reach yes: hours of work, and yen of outlay in the first year (a business of about 20)."""

    hours: Fraction
    yen: int


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: facts of the business only. Every fact named must hold; any value listed will do."""

    employees_over: int | None = None
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def holds(self, business: Business, programme: Programme) -> bool:
        """Return whether the question applies to the business."""
        if self.employees_over is not None and business.employees <= self.employees_over:
            return False
        return all(not _held(business, programme, name).isdisjoint(values) for name, values in self.facts)


def _held(business: Business, programme: Programme, name: str) -> frozenset[str]:
    match name:
        case "information_kind":
            return business.information_kinds(programme)
        case "industry":
            return frozenset([business.industry])
        case "on_consignment":
            return frozenset(["true" if business.on_consignment else "false"])
        case _:
            return frozenset(business.uses if name == "uses" else business.media)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, worded so that yes is the good answer. Its words are texts ``<edition>.<id>.…``."""

    id: str
    area: str
    weight: int
    critical: bool
    quick: bool
    condition: Condition
    answers: tuple[str, ...]
    law: tuple[str, ...]
    covers: tuple[str, ...]
    causes: tuple[str, ...]
    effort: Mapping[str, Effort]


@dataclass(frozen=True, eq=False)
class Edition:
    """All questions of an edition in their order; areas with their weights."""

    id: str
    status: str
    basis: Basis
    reference: str
    areas: Mapping[str, int]
    questions: tuple[Question, ...]
    must_cover: Mapping[str, tuple[str, ...]]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each question, from 1: the same for every business, on every screen and paper (問47, Q47)."""
        return MappingProxyType({question.id: number for number, question in enumerate(self.questions, 1)})

    def __getitem__(self, question: str) -> Question:
        return {each.id: each for each in self.questions}[question]

    def applicable(self, business: Business, programme: Programme, *, quick: bool = False) -> tuple[Question, ...]:
        """Return the questions to ask the business, in order; of the quick check only those marked so."""
        asked = (each for each in self.questions if each.quick or not quick)
        return tuple(each for each in asked if each.condition.holds(business, programme))


def load_edition(programme: Programme, name: str) -> Edition:
    """Return an edition. Raises Refused with every problem of its data, or when there is none of that name."""
    edition, problems = _load(programme, name)
    if problems or edition is None:
        raise Refused(problems)
    return edition


@kept_sound
def _load(programme: Programme, name: str) -> tuple[Edition | None, tuple[Problem, ...]]:
    if name not in programme.edition_names:
        known = ", ".join(programme.edition_names)
        return None, (problem("edition.unknown", "edition", found=name, known=known),)
    problems: list[Problem] = []
    try:
        cursor = Cursor(programme.document(f"checklist/{name}.yaml"), problems)
    except Refused as refused:
        return None, refused.problems
    edition = _edition(cursor, name, programme)
    if edition is not None and not problems:
        _check_whole(cursor, edition)
    return edition, tuple(problems)


def _edition(cursor: Cursor, name: str, programme: Programme) -> Edition | None:
    required = [
        "edition",
        "status",
        "basis",
        "reference",
        "areas",
        "area_weights",
        "effort_defaults",
        "must_cover",
        "questions",
    ]
    if not cursor.fields(required):
        return None
    if cursor.text("edition") != name:
        cursor["edition"].fault("edition.id_is_not_file", found=cursor.text("edition"), file=name)
    defaults = _efforts(cursor, "effort_defaults")
    if cursor.has("area_weights"):
        cursor["area_weights"].fields([str(area.value) for area in cursor.items("areas")])
    areas = {area.value: cursor["area_weights"].integer(str(area.value), 1, 100) for area in cursor.items("areas")}
    basis: Any = cursor.choice("basis", BASES)
    return Edition(
        id=name,
        status=cursor.choice("status", STATUSES),
        basis=basis,
        reference=cursor.choice("reference", programme.references, what="reference.unknown"),
        areas=MappingProxyType({str(area): weight for area, weight in areas.items()}),
        questions=tuple(_question(entry, defaults, programme.industries) for entry in cursor.items("questions")),
        must_cover=MappingProxyType(
            {name: tuple(str(topic.value) for topic in entry.items()) for name, entry in cursor.entries("must_cover")}
        ),
    )


def _question(entry: Cursor, defaults: Mapping[str, Effort], industries: Collection[str]) -> Question:
    entry.fields(["id", "weight", "law", "covers", "causes", "effort"], ["critical", "quick", "ask_if", "na"])
    name = entry.text("id")
    answers = ANSWERS if entry.truth("na") else ANSWERS[:-1]
    return Question(
        id=name,
        area=name.partition(".")[0],
        weight=entry.integer("weight", 1, 5, 1),
        critical=entry.truth("critical"),
        quick=entry.truth("quick"),
        condition=_condition(entry["ask_if"], industries) if entry.has("ask_if") else Condition(),
        answers=answers,
        law=tuple(str(each.value) for each in entry.items("law")),
        covers=tuple(str(each.value) for each in entry.items("covers")),
        causes=entry.words("causes", CAUSES),
        effort=MappingProxyType({**defaults, **_efforts(entry, "effort")}),
    )


def _efforts(entry: Cursor, field: str) -> dict[str, Effort]:
    efforts = {}
    for answer, row in entry.entries(field):
        row.fields(["hours", "yen"])
        efforts[answer] = Effort(row.number("hours", 0, 1_000), row.yen("yen"))
    return efforts


def _condition(entry: Cursor, industries: Collection[str]) -> Condition:
    allowed = {
        "uses": USES,
        "media": MEDIA,
        "information_kind": KINDS,
        "on_consignment": ("true", "false"),
        "industry": tuple(industries),
    }
    if not entry.is_mapping():
        return Condition()
    facts: list[tuple[str, tuple[str, ...]]] = []
    for name, listed in entry.entries():
        if name == "employees_over":
            continue
        if name not in allowed:
            listed.fault("condition.not_a_fact", found=name, known=", ".join([*allowed, "employees_over"]))
            continue
        words = tuple(
            str(item.value).lower() if isinstance(item.value, bool) else str(item.value) for item in listed.items()
        )
        known = allowed[name]
        for word in words:
            if word not in known:
                listed.fault("condition.unknown_value", found=word, known=", ".join(known))
        if not words and listed.value == []:
            listed.fault("condition.unknown_value", found="[]", known=", ".join(known))
        facts.append((name, words))
    over = entry.integer("employees_over", 0, 1_000_000) if entry.has("employees_over") else None
    return Condition(over, tuple(facts))


def _check_whole(cursor: Cursor, edition: Edition) -> None:
    _check_questions(cursor, edition)
    for area in edition.areas:
        if not any(question.area == area for question in edition.questions):
            cursor["areas"].fault("area.empty", found=area)
    covered = {topic for question in edition.questions for topic in question.covers}
    for group, topics in edition.must_cover.items():
        for topic in topics:
            if topic not in covered:
                cursor["must_cover"][group].fault("edition.topic_not_covered", found=topic)


def _check_questions(cursor: Cursor, edition: Edition) -> None:
    ids = [question.id for question in edition.questions]
    known_topics = {topic for topics in edition.must_cover.values() for topic in topics}
    for index, question in enumerate(edition.questions):
        entry = cursor["questions"][index]
        if question.id in ids[:index]:
            entry["id"].fault("question.twice", found=question.id)
        if question.area not in edition.areas:
            entry["id"].fault("question.unknown_area", found=question.id, known=", ".join(edition.areas))
        if not question.law:
            entry.fault("field.missing", field="law")
        if not question.causes:
            entry.fault("question.no_cause", found=question.id)
        if any(answer not in question.effort for answer in ANSWERS[:-1]):
            entry.fault("question.no_effort", found=question.id)
        for topic in question.covers:
            if topic not in known_topics:
                entry.fault("question.unknown_topic", found=topic)


def check_edition(programme: Programme, name: str) -> tuple[Edition | None, list[Problem]]:
    """Return an edition and every problem of its data and words: a text for every reachable answer, area and grade."""
    edition, problems = _load(programme, name)
    if edition is None:
        return None, list(problems)
    found = list(problems)
    for words in programme.sound_words(name):
        found += [*words.lacking(_needed(edition)), *_check_variants(programme, edition, words)]
    return edition, found


def _needed(edition: Edition) -> Iterator[str]:
    for area in edition.areas:
        yield from (f"{edition.id}.area.{area}.{word}" for word in AREA_WORDS)
    for question in edition.questions:
        yield from (f"{edition.id}.{question.id}.{word}" for word in WORDS)
        yield from (
            f"{edition.id}.{question.id}.{answer}.{part}" for answer in question.answers for part in ("text", "step")
        )
        yield from (f"law.{law}.{part}" for law in question.law for part in ("name", "short"))
        yield from (f"topic.{topic}.name" for topic in question.covers if not topic.startswith(("guide-", "act-")))


def _check_variants(programme: Programme, edition: Edition, words: Words) -> Iterator[Problem]:
    texts, at = words.texts, f"text/{words.lang}"
    facts = {*SIZES, *SITUATIONS, *programme.industries}
    reachable = {f"{edition.id}.{question.id}": question.answers for question in edition.questions}
    areas = {f"{edition.id}.area.{area}.{word}" for area in edition.areas for word in AREA_WORDS}
    for key in texts:
        if not key.startswith(f"{edition.id}.") or key in areas:
            continue
        base, _, rest = key.removeprefix(f"{edition.id}.").partition(".")
        word, _, part = rest.partition(".")
        question = f"{edition.id}.{base}.{word}"
        answer, _, variant = part.partition(".")[0].partition("@")
        unknown = question not in reachable or (answer not in WORDS and answer not in reachable[question])
        if unknown or any(fact not in facts for fact in variant.split("+") if fact):
            yield problem("text.unknown_question", at, id=key)
        elif variant:  # a comment is text and step; without one of them it could not be printed
            yield from words.lacking(f"{question}.{answer}@{variant}.{word}" for word in ("text", "step"))
