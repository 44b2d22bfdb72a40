"""What every part of the flyer needs: programme, year, language, words of that year, and how figures are put on it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sonae.figures import Lang, exact_yen, yen
from sonae.flyer.shown import Shown, first_day, shown
from sonae.programmes import Programme

MAN = 10_000
NOON = 12
_YEAR = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask, as the flyer prints it: the office, its desk (may be empty), its telephone number."""

    office: str
    desk: str
    phone: str


class Page:
    """The flyer of one year in one language."""

    def __init__(self, programme: Programme, year: int, lang: Lang) -> None:
        self.programme = programme
        self.year = year
        self.lang: Lang = lang
        self.shown: Shown = shown(programme, year)
        self.first_day = first_day(programme, year)
        self.words = programme.words(lang, programme.edition_of(year))

    def w(self, key: str, **values: object) -> str:
        """Return a word of the flyer by id, in the wording of the year where it has several, its blanks filled."""
        name = f"flyer.{key}"
        if name not in self.words:
            held = [int(each) for each in _wordings(self.words.texts, name) if int(each) <= self.year]
            name = f"{name}.{max(held)}"
        return self.words(name, **values)

    def amount(self, amount: int) -> str:
        """Return an amount as the flyer puts it: ``10万円``, ``1万円``, ``500円``, ``4,500万円``; in English in full."""
        if self.lang == "ja" and amount < 10 * MAN:
            return f"{amount // MAN}万円" if amount and amount % MAN == 0 else exact_yen(amount, "ja")
        return yen(amount, self.lang) if amount >= 100 * MAN or self.lang == "ja" else exact_yen(amount, "en")

    def day(self, value: date) -> str:
        """Return a date without its weekday: ``2005年4月25日``, ``25 April 2005``."""
        if self.lang == "ja":
            return f"{value.year}年{value.month}月{value.day}日"
        return f"{value:%-d %B %Y}"

    def short_day(self, value: date) -> str:
        """Return a date without year: ``4月25日``, ``25 April``."""
        return f"{value.month}月{value.day}日" if self.lang == "ja" else f"{value:%-d %B}"

    def hour(self, value: datetime) -> str:
        """Return the hour of a moment after noon: ``午後4時``."""
        return self.w("window.time", hour=value.hour - NOON)

    def moment(self, value: datetime) -> str:
        """Return a moment in contract words: ``2005年3月25日午後4時``."""
        return f"{self.day(value)}{'' if self.lang == 'ja' else ', '}{self.hour(value)}"


def _wordings(texts: Mapping[str, str], name: str) -> list[str]:
    found = [key.removeprefix(f"{name}.") for key in texts if key.startswith(f"{name}.")]
    return [each for each in found if _YEAR.fullmatch(each)]
