"""How the cells of a table of businesses are read: ids or the words of either language, whole numbers, lists.

Readers take a cell's text without spaces around it; they return the value, or raise Wrong.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sonae.checklist.business import MEDIA, MOST_EMPLOYEES, NAME_LENGTH, USES
from sonae.checklist.edition import ANSWERS, Edition, Question
from sonae.figures import LANGS
from sonae.money import MOST_YEN
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_NEAREST, MOST_PERSONS, nearest
from sonae.programmes.reader import FORBIDDEN

TRUTHS = {"true": True, "yes": True, "1": True, "はい": True, "false": False, "no": False, "0": False, "いいえ": False}
MOST_DIGITS = 20
MOST_KNOWN = 100_000
"""Lists remembered as read: a hostile table would have a new one in every row."""
NUMBER = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")
WIDE = str.maketrans("０１２３４５６７８９，", "0123456789,")
PARTED = (re.compile("[;；、\r\n]"), re.compile("[,，/／]"), re.compile("・"))
"""What parts a list, then what people part lists by as well: names such as 勤務先・学校 hold that themselves."""

Read = Callable[[str], Any]


class Wrong(Exception):  # noqa: N818 - a cell's fault, turned into a problem at its place
    """A cell that cannot be read: the code of its problem and the values for its words."""

    def __init__(self, *, what: str, **values: object) -> None:
        super().__init__(what)
        self.code, self.values = what, {name: visible(str(value)) for name, value in values.items()}


def visible(text: str) -> str:
    """Return a text in one line, without what a terminal would obey."""
    return " ".join(FORBIDDEN.sub("?", text).split())


def folded(text: str) -> str:
    """Return a text as it is compared: width, case and spaces around it do not count."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def ids_by_words(programme: Programme, prefix: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Return ids by what a cell may say: the id itself and its name in each language."""
    found = {folded(name): name for name in ids}
    for lang in LANGS:
        words = programme.words(lang)
        for name in ids:
            if f"{prefix}.{name}.name" in words:
                found.setdefault(folded(words(f"{prefix}.{name}.name")), name)
    return found


def readers_of(programme: Programme, edition: Edition) -> dict[str, Read]:
    """Return how the cells of each column are read; what cells say often is read once."""
    industries = ids_by_words(programme, "industry", tuple(programme.industries))
    fields: dict[str, Read] = {
        "id": _unique(),
        "name": _text,
        "industry": _choice(industries, what="industry.unknown"),
        "employees": _whole(MOST_EMPLOYEES),
        "persons_held": _whole(MOST_PERSONS),
        "annual_sales": _whole(MOST_YEN),
        "information": _list(ids_by_words(programme, "item", tuple(programme.items)), what="information.unknown"),
        "media": _list(ids_by_words(programme, "medium", MEDIA)),
        "uses": _list(ids_by_words(programme, "use", USES)),
        "on_consignment": _truth,
    }
    answers = ids_by_words(programme, "answer", ANSWERS)
    return fields | {question.id: _answer(question, answers) for question in edition.questions}


def _answer(question: Question, answers: Mapping[str, str]) -> Read:
    known = ", ".join(question.answers)

    def read(cell: str) -> str:
        found = answers.get(cell) or answers.get(folded(cell))
        if found is None:
            raise Wrong(what="answers.not_an_answer", found=cell, known=known)
        if found not in question.answers:
            raise Wrong(what="answers.not_allowed", found=found, question=question.id, known=known)
        return found

    return read


def _unique() -> Read:
    seen: set[str] = set()

    def read(cell: str) -> str:
        text = _text(cell)
        if text in seen:
            raise Wrong(what="value.twice", found=text)
        seen.add(text)
        return text

    return read


def _text(cell: str) -> str:
    if len(cell) > NAME_LENGTH:
        raise Wrong(what="value.length", found=len(cell), most=NAME_LENGTH)
    if found := FORBIDDEN.search(cell):
        raise Wrong(what="text.forbidden_character", character=f"U+{ord(found[0]):04X}")
    return unicodedata.normalize("NFC", cell)


def _whole(most: int) -> Read:
    def read(cell: str) -> int:
        if not cell:
            raise Wrong(what="table.empty")
        text = cell.translate(WIDE)
        if NUMBER.fullmatch(text.removeprefix("-").removeprefix("\u2212")) and not NUMBER.fullmatch(text):
            raise Wrong(what="value.range", found=cell, least="0", most=f"{most:,}")
        if not NUMBER.fullmatch(text):
            raise Wrong(what="value.not_integer", found=cell)
        digits = text.replace(",", "").lstrip("0")
        if len(digits) > MOST_DIGITS or int(digits or "0") > most:
            raise Wrong(what="value.range", found=cell, least="0", most=f"{most:,}")
        return int(digits or "0")

    return read


def _choice(known: Mapping[str, str], *, what: str = "value.not_allowed") -> Read:
    near: dict[str, str] = {}

    def read(cell: str) -> str:
        if not cell:
            raise Wrong(what="table.empty")
        found = known.get(cell) or known.get(folded(cell))
        if found is None:
            if cell not in near and len(near) < MOST_NEAREST:
                near[cell] = nearest(folded(cell), known)
            raise Wrong(what=what, found=cell, near=near.get(cell) or ", ".join(list(known)[:5]))
        return found

    return read


def _list(known: Mapping[str, str], *, what: str = "value.not_allowed") -> Read:
    item = _choice(known, what=what)
    lists: dict[str, tuple[str, ...]] = {}

    def parts(text: str, level: int = 0) -> Iterator[str]:
        if level == len(PARTED) or (level > 0 and folded(text) in known):
            yield text
        else:
            for part in PARTED[level].split(text):
                yield from parts(part, level + 1)

    def read(cell: str) -> tuple[str, ...]:
        if cell in lists:
            return lists[cell]
        found = tuple(dict.fromkeys(item(part.strip()) for part in parts(cell) if part.strip()))
        if not found:
            raise Wrong(what="table.empty")
        if len(lists) < MOST_KNOWN:
            lists[cell] = found
        return found

    return read


def _truth(cell: str) -> bool:
    found = TRUTHS.get(folded(cell))
    if found is None:
        raise Wrong(what="value.not_truth", found=cell)
    return found
