"""The quick check: begun, answered, read and erased through a private link; everything in it sealed."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sonae.checklist import Answers, Business, Edition, Question, load_edition
from sonae.checklist.business import ASSUMED_INFORMATION, ASSUMED_MEDIA, WHOLE, plain_business, restored
from sonae.programmes import Programme, Words, load
from sonae_web.diagnosis.models import QuickCheck
from sonae_web.ground import clock, sealed
from sonae_web.ground.retention import kept_for

LINK_BYTES = 32


class Gone(Exception):  # noqa: N818 - a state: there is nothing behind this link
    """No quick check behind a link: never was, erased, or expired. The three look alike."""


@dataclass(frozen=True)
class Check:
    """A quick check as read: its link, its row, its answers."""

    link: str
    row: QuickCheck
    answers: Answers

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions to ask, in order."""
        return self.answers.asked

    @property
    def done(self) -> int:
        """How many of them are answered."""
        return sum(question.id in self.answers.given for question in self.questions)

    @property
    def next_open(self) -> int:
        """The number (from 1) of the first question without an answer; one more than the last when all have one."""
        names = [question.id for question in self.questions]
        return next((n for n, name in enumerate(names, 1) if name not in self.answers.given), len(names) + 1)


def programme() -> Programme:
    """Return the programme of this site."""
    return load(settings.PROGRAMME)


def current_edition() -> Edition:
    """Return the edition that whoever joins now will use: that of the next programme year."""
    return load_edition(programme(), programme().edition_of(clock.today().year + 1))


def industries(texts: Words) -> list[tuple[str, str]]:
    """Return the industries to choose from, by name."""
    return sorted(((name, texts(f"industry.{name}.name")) for name in programme().industries), key=lambda each: each[1])


def questions_ahead() -> tuple[int, int]:
    """Return how many questions a quick check asks, and how many the whole checklist holds."""
    asked = current_edition().applicable(_business("other", 0, 0), programme(), quick=True)
    return len(asked), len(current_edition().questions)


def begin(*, industry: str, employees: int, persons_held: int) -> str:
    """Begin a quick check of a business and return its private link. It is erased when its time has passed (retention.yaml)."""
    business = _business(industry, employees, persons_held)
    link = secrets.token_urlsafe(LINK_BYTES)
    row = QuickCheck(link_hash=_hash(link), edition=current_edition().id, expires_at=clock.now() + kept_for(QuickCheck))
    _put(row, business, {})
    row.save(force_insert=True)
    return link


def read(link: str) -> Check:
    """Return the quick check behind a link. Raises Gone."""
    return _read(link, QuickCheck.objects.all())


def answer(*, link: str, question: str, value: str) -> Check:
    """Keep an answer and return the check with it. Raises Gone, and ValueError for what cannot be the answer."""
    with transaction.atomic():
        check = _read(link, QuickCheck.objects.select_for_update())
        asked = {each.id: each for each in check.questions}
        if question not in asked or value not in asked[question].answers:
            raise ValueError(f"{value} is no answer to {question}")
        given = {**check.answers.given, question: value}
        _put(check.row, check.answers.business, given)
        check.row.save(update_fields=["sealed"])
    return replace(check, answers=replace(check.answers, given=MappingProxyType(given)))


def erase(*, link: str) -> None:
    """Erase a quick check; one that is not there is erased already."""
    QuickCheck.objects.filter(link_hash=_hash(link)).delete()


def _read(link: str, rows: QuerySet[QuickCheck]) -> Check:
    row = rows.filter(link_hash=_hash(link), expires_at__gt=clock.now()).first()
    if row is None:
        raise Gone
    content = sealed.get(row, "sealed")
    business, edition = restored(content["business"]), load_edition(programme(), row.edition)
    return Check(link, row, Answers(programme(), edition, business, MappingProxyType(content["answers"]), quick=True))


def _business(industry: str, employees: int, persons_held: int) -> Business:
    return Business(
        name="", industry=industry, employees=employees, persons_held=persons_held, annual_sales=None,
        information=ASSUMED_INFORMATION, media=ASSUMED_MEDIA, uses=(), on_consignment=False,
        assumed=("annual_sales", "information", "media", "uses", "on_consignment"),
    )  # fmt: skip


def _put(row: QuickCheck, business: Business, given: Mapping[str, str]) -> None:
    sealed.put(row, "sealed", {"business": plain_business(business, WHOLE), "answers": dict(given)})


def _hash(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
