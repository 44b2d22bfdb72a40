"""The items of a declaration as its pages show them: filled in by the diagnosis, to be confirmed, confirmed, left."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from sonae.declaration import HISTORY
from sonae.programmes import Words
from sonae_web.declarations import forms
from sonae_web.declarations.drafts import Open, Section


@dataclass(frozen=True)
class Item:
    """One item: what is known of its answer, and whether somebody stands by it."""

    id: str
    title: str
    field: str
    """The id of its field on the page."""
    answered: bool
    filled: bool
    """Whether its answer is the diagnosis's."""
    done: bool
    tick: bool
    """Whether there is something to confirm: an answer, or that there is none to give."""
    ticked: bool

    @property
    def anchor(self) -> str:
        """Where to confirm it, else where to answer it."""
        return f"confirm-{self.id}" if self.tick else self.field


def title(found: Open, part: Section, texts: Words) -> str:
    """Return the heading of a section."""
    if part.id == "business":
        return texts("policy.declaration.facts_title")
    if part.questions:
        return texts(f"{found.form.edition.id}.area.{part.id}.name")
    return texts(f"policy.declaration.{part.id}_title")


def items(found: Open, part: Section, texts: Words, posted: QueryDict | None = None) -> list[Item]:
    """Return the items of a section as they stand; what was ticked in a form that comes back stays ticked."""
    ticked = frozenset() if posted is None else forms.ticks(posted)
    rows = []
    for name in part.items:
        done, answered = name not in part.left, _answered(found, part, name)
        rows.append(
            Item(
                id=name,
                title=_title(found, part, name, texts),
                field=_field(part, name),
                answered=answered,
                filled=bool(found.source) and answered and not done,
                done=done,
                tick=not done and part.id not in HISTORY and (answered or _may_be_empty(part, name)),
                ticked=name in ticked,
            )
        )
    return rows


def lines(found: Open, texts: Words) -> list[dict[str, Any]]:
    """Return the sections with what is left to confirm in each."""
    return [
        {
            "part": part,
            "title": title(found, part, texts),
            "left": [each for each in items(found, part, texts) if not each.done],
        }
        for part in found.sections
    ]


def _title(found: Open, part: Section, name: str, texts: Words) -> str:
    last = name.rpartition(".")[2]
    if part.id == "business":
        return texts("policy.sales" if last == "annual_sales" else f"site.facts.{last}")
    if part.id == "certifications":
        return texts(f"rating.certification.{last}.name")
    if part.questions:
        edition = found.form.edition
        return (
            f"{texts('site.member.question_n', number=edition.numbers[name])}　{texts(f'{edition.id}.{name}.question')}"
        )
    return title(found, part, texts)


def _field(part: Section, name: str) -> str:
    if part.questions:
        return name
    return "stated" if part.id in HISTORY else name.rpartition(".")[2]


def _answered(found: Open, part: Section, name: str) -> bool:
    stated, last = found.stated, name.rpartition(".")[2]
    if part.id == "business":
        facts = stated.business
        return facts is not None and last not in facts.assumed and getattr(facts, last) not in (None, ())
    if part.id == "certifications":
        return any(each.id == last for each in stated.certifications or ())
    return name in stated.controls or (part.id in HISTORY and bool(getattr(stated, part.id).stated))


def _may_be_empty(part: Section, name: str) -> bool:
    """Whether nothing is an answer: no certification, no information held; and the name, which is proposed."""
    return part.id == "certifications" or name in (
        "business.name",
        "business.information",
        "business.media",
        "business.uses",
    )
