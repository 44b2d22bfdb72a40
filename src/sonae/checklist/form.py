"""The form that a business fills in on paper-like sheets: its rows, one for each fact and each question, each with its id.

A row is known by its id alone: sheets may be sorted, filtered and partly deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sonae.checklist.answers import Answers
from sonae.checklist.business import MEDIA, NAME_LENGTH, USES, Business
from sonae.checklist.edition import ANSWERS, Condition, Edition
from sonae.figures import LANGS, Lang
from sonae.programmes import Programme, Words

MARKER = "sonae-checklist"
VERSION = "1"
BASICS = ("name", "industry", "employees", "persons_held", "annual_sales", "on_consignment")
GROUPS = ("media", "uses", "information")
NEEDED = ("name", "industry", "employees", "persons_held")
COLUMNS = ("id", "number", "area", "critical", "question", "answer", "when", "why", "unsure", "other")
Value = str | int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the form. ``choices`` names the list that its answer is picked from: industries, truths, answers, answers_na;
    it is ``text`` or ``number`` where one writes."""

    id: str
    area: str
    question: str
    other: str
    choices: str
    answer: Value = None
    number: int | None = None
    critical: str = ""
    when: str = ""
    why: str = ""
    unsure: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """All rows of the form of an edition in one language, filled in with what is known already."""

    programme: Programme
    edition: Edition
    lang: Lang
    facts: tuple[Line, ...]
    questions: tuple[Line, ...]

    @property
    def words(self) -> Words:
        """The words of the form's language."""
        return self.programme.words(self.lang, self.edition.id)

    @property
    def mark(self) -> tuple[str, ...]:
        """The cells by which the form is known again; written so that no spreadsheet takes one for a date."""
        return (
            MARKER,
            f"version={VERSION}",
            f"programme={self.programme.id}",
            f"edition={self.edition.id}",
            f"lang={self.lang}",
        )

    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return the lists that answers are picked from, in the form's language."""
        words = self.words
        answers = tuple(words(f"answer.{answer}.name") for answer in ANSWERS)
        return {
            "industries": tuple(words(f"industry.{name}.name") for name in self.programme.industries),
            "truths": (words("template.truth.yes"), words("template.truth.no")),
            "answers": answers[:-1],
            "answers_na": answers,
        }


def form(programme: Programme, edition: Edition, lang: Lang, known: Answers | None = None) -> Form:
    """Return the form of an edition, filled in with the business and answers ``known`` (of the same edition)."""
    words, beside = (programme.words(each, edition.id) for each in (lang, other_language(lang)))
    facts = tuple(_facts(programme, words, beside, known.business if known else None))
    given = known.given if known else {}
    questions = []
    for question in edition.questions:
        key = f"{edition.id}.{question.id}"
        answer = given.get(question.id)
        questions.append(
            Line(
                id=question.id,
                area=words(f"{edition.id}.area.{question.area}.name"),
                question=words(f"{key}.question"),
                other=beside(f"{key}.question"),
                choices="answers_na" if "na" in question.answers else "answers",
                answer=words(f"answer.{answer}.name") if answer else None,
                number=edition.numbers[question.id],
                critical=words("template.critical") if question.critical else "",
                when=_when(question.condition, words),
                why=words(f"{key}.why"),
                unsure=words(f"{key}.unsure"),
            )
        )
    return Form(programme, edition, lang, facts, tuple(questions))


def other_language(lang: Lang) -> Lang:
    """Return the language that stands beside."""
    return next(each for each in LANGS if each != lang)


def fact_ids(programme: Programme) -> dict[str, tuple[str, str]]:
    """Return for the id of each row of facts its field and, in a group of yes and no, its item: business.media.paper."""
    items = {"information": tuple(programme.items), "media": MEDIA, "uses": USES}
    ids = {f"business.{field}": (field, "") for field in BASICS}
    return ids | {f"business.{field}.{item}": (field, item) for field in GROUPS for item in items[field]}


_PREFIX = {"information": "item", "media": "medium", "uses": "use"}
_CHOICES = {"industry": "industries", "employees": "number", "persons_held": "number", "annual_sales": "number",
            "on_consignment": "truths"}  # fmt: skip


def _facts(programme: Programme, words: Words, beside: Words, business: Business | None) -> Iterator[Line]:
    for id_, (field, item) in fact_ids(programme).items():
        answer = _fact(business, field, item, words) if business else None
        if item:
            key = f"{_PREFIX[field]}.{item}.name"
            yield Line(id_, _raised(words(f"table.{field}.name")), words(key), beside(key), "truths", answer)
        else:
            key = f"template.label.{field}"
            why = words(f"template.help.{field}", most=NAME_LENGTH)
            section = words("template.section.basic")
            yield Line(id_, section, words(key), beside(key), _CHOICES.get(field, "text"), answer, why=why)


def _raised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fact(business: Business, field: str, item: str, words: Words) -> Value:
    if field in business.assumed:
        return None
    value = getattr(business, field)
    if item:
        value = item in value
    if isinstance(value, bool):
        return words("template.truth.yes" if value else "template.truth.no")
    if field == "industry":
        return words(f"industry.{value}.name")
    return value if isinstance(value, int) else value or None


def _when(condition: Condition, words: Words) -> str:
    parts = []
    if condition.employees_over is not None:
        parts.append(words("template.when.employees_over", number=condition.employees_over))
    prefixes = {"uses": "use", "media": "medium", "industry": "industry", "information_kind": "template.kind"}
    for name, values in condition.facts:
        if name == "on_consignment":
            parts.append(
                words("template.when.on_consignment" if "true" in values else "template.when.not_on_consignment")
            )
        else:
            key = prefixes[name]
            names = [words(f"{key}.{value}" if "." in key else f"{key}.{value}.name") for value in values]
            parts.append(words(f"template.when.{name}", names=words("template.when.or").join(names)))
    return words("template.when.and").join(parts) or words("template.every")
