"""What was written about an application: its points, the period applied for, and until when a completed one must arrive."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sonae import policy
from sonae.enrolment import Answer, Choice
from sonae.figures import day
from sonae.programmes import Words
from sonae_web.ground import clock, sealed
from sonae_web.policies.models import Remark


@dataclass(frozen=True)
class Said:
    """What a remark says. ``choice``: the cover applied for, of one that is a letter; ``answer``: of a return."""

    points: tuple[str, ...]
    choice: Choice | None = None
    answer: Answer | None = None

    def data(self) -> dict[str, Any]:
        """Return it as plain data, to be sealed."""
        left = self.answer
        return {
            "points": list(self.points),
            "choice": None if self.choice is None else self.choice.data(),
            "answer": None
            if left is None
            else {"by": left.by.isoformat(), "cover_from": left.cover_from.isoformat(), "kept": left.kept},
        }


def read(remark: Remark) -> Said:
    """Return what a remark says. One of the releases before has its points alone."""
    content = sealed.get(remark, "content")
    choice, left = content.get("choice"), content.get("answer")
    return Said(
        tuple(content["points"]),
        None if choice is None else _choice(choice),
        None
        if left is None
        else Answer(date.fromisoformat(left["by"]), datetime.fromisoformat(left["cover_from"]), left["kept"]),
    )


def reply(said: Said, words: Words) -> str:
    """Return the sentence that tells a member until when a completed application must arrive; "" of an older remark."""
    if said.choice is None:
        return ""
    return policy.reply(
        words, said.choice.cover_from, said.answer, lambda each: day(each, words.lang), lambda at: moment(at, words)
    )


def moment(at: datetime, words: Words) -> str:
    """Return a start or end of cover, which is at 16:00 in Japan."""
    return words("site.policies.at_four", day=day(clock.date_of(at), words.lang))


def _choice(stored: dict[str, Any]) -> Choice:
    moments = {name: datetime.fromisoformat(stored[name]) for name in ("cover_from", "cover_to")}
    debit_on = date.fromisoformat(stored["debit_on"])
    return Choice(stored["kind"], stored["year"], **moments, months=stored["months"], debit_on=debit_on)
