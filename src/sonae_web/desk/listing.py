"""Tables that clerks sort, filter and page: what an address asks for, and the rows that answer it."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from sonae_web.desk import places
from sonae_web.ground.posted import whole

SIZES = (50, 200)
MOST_TEXT = 100
Row = TypeVar("Row")
Key = Callable[[Row], Any]


@dataclass(frozen=True)
class Asked:
    """What an address asks of a table. Nonsense in it falls back to the first page of everything."""

    year: int
    text: str = ""
    state: str = ""
    sort: str = "name"
    down: bool = False
    page: int = 1
    size: int = SIZES[0]

    @property
    def narrowed(self) -> bool:
        """Whether rows are left out."""
        return bool(self.text or self.state)

    def address(self, **changes: object) -> str:
        """Return the query of an address that asks the same but for the changes."""
        asked = replace(self, **changes)  # type: ignore[arg-type]
        values = {
            "year": asked.year, "q": asked.text, "state": asked.state, "page": asked.page if asked.page > 1 else "",
            "sort": ("-" if asked.down else "") + asked.sort if (asked.sort, asked.down) != ("name", False) else "",
            "size": asked.size if asked.size != SIZES[0] else "",
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in values.items() if value})


def read(query: Mapping[str, str], *, states: Sequence[str], sorts: Sequence[str]) -> Asked:
    """Return what the query of an address asks for."""
    sort = query.get("sort", "")
    state = query.get("state", "")
    return Asked(
        year=_allowed(query.get("year", ""), places.years(), places.this_year()),
        text=query.get("q", "").strip()[:MOST_TEXT],
        state=state if state in states else "",
        sort=sort.removeprefix("-") if sort.removeprefix("-") in sorts else "name",
        down=sort.startswith("-") and sort[1:] in sorts,
        page=_allowed(query.get("page", ""), range(1, 1_000_000), 1),
        size=_allowed(query.get("size", ""), SIZES, SIZES[0]),
    )


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of the rows asked for, and where they stand among all."""

    rows: Sequence[Row]
    found: int
    asked: Asked

    @property
    def first(self) -> int:
        """The number of the first row shown; 0 where there is none."""
        return (self.asked.page - 1) * self.asked.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.found // self.asked.size))

    @property
    def before(self) -> str:
        """The address of the page before, or nothing."""
        return self.asked.address(page=self.asked.page - 1) if self.asked.page > 1 else ""

    @property
    def after(self) -> str:
        """The address of the next page, or nothing."""
        return self.asked.address(page=self.asked.page + 1) if self.asked.page < self.pages else ""


def paged(rows: Sequence[Row], asked: Asked) -> Page[Row]:
    """Return the page asked for, or the last one where there are not so many."""
    number = min(asked.page, max(1, -(-len(rows) // asked.size)))
    start = (number - 1) * asked.size
    return Page(rows[start : start + asked.size], len(rows), replace(asked, page=number))


def ordered(rows: Sequence[Row], asked: Asked, keys: Mapping[str, Key[Row]], tie: Key[Row]) -> list[Row]:
    """Return rows in the order asked for; rows without a value come last in either direction, equal ones by ``tie``."""
    keyed = [(keys[asked.sort](row), row) for row in sorted(rows, key=tie)]
    there = sorted((each for each in keyed if each[0] is not None), key=_first, reverse=asked.down)
    return [row for _, row in there] + [row for key, row in keyed if key is None]


_first = itemgetter(0)


def folded(text: str) -> str:
    """Return a text as searches compare it: width, case, kana's kind and spaces do not count."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain.translate(_TO_HIRAGANA)


_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def heads(asked: Asked, columns: Sequence[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Return the heads of columns (sort key, word id, class): address of the other order, and how it is sorted now."""
    found = []
    for key, word, kind in columns:
        now = asked.sort == key
        order = ("descending" if asked.down else "ascending") if now else ""
        address = asked.address(sort=key, down=now and not asked.down, page=1) if key else ""
        found.append({"word": word, "address": address, "order": order, "kind": kind})
    return found


def _allowed(text: str, allowed: Sequence[int], otherwise: int) -> int:
    found = whole(text)
    return found if found in allowed else otherwise
