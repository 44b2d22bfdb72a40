"""How amounts, counts, shares and dates are written in Japanese and English, on screens and in documents."""

from datetime import date
from fractions import Fraction
from typing import Literal

from sonae.money import Rounding, rounded

Lang = Literal["ja", "en"]
LANGS: tuple[Lang, ...] = ("ja", "en")
MINUS = "\u2212"


def count(number: int) -> str:
    """Return a whole number with commas: ``1,284``."""
    return f"{number:,}".replace("-", MINUS)


def exact_yen(amount: int, lang: Lang) -> str:
    """Return an exact amount, as charged or in a ledger: ``69,200円``, ``¥69,200``."""
    sign = MINUS if amount < 0 else ""
    return f"{sign}{abs(amount):,}円" if lang == "ja" else f"{sign}¥{abs(amount):,}"


def yen(amount: int, lang: Lang) -> str:
    """Return an estimate or a limit as people say it: ``1,400円``, ``18.4万円``, ``4,390万円``, ``1億2,000万円``.

    Rounded half up: below 10万 to two figures, below 100万 to 0.1万, from 100万 to 1万, from 1億 to four figures; the
    amount is the same in both languages.
    English: ``¥1,400``, ``¥184,000``, ``¥43.9 million``, ``¥1.2 billion``.

    >>> yen(43_900_000, "ja"), yen(43_900_000, "en"), yen(1_378, "ja"), yen(183_700, "ja")
    ('4,390万円', '¥43.9 million', '1,400円', '18.4万円')
    """
    sign, size = (MINUS if amount < 0 else ""), _rounded_estimate(abs(amount))
    return sign + (_yen_ja(size) if lang == "ja" else _yen_en(size))


def _rounded_estimate(size: int) -> int:
    if size < 100_000:
        unit = 10 ** max(0, len(str(size)) - 2)
    elif size < 1_000_000:
        unit = 1_000
    elif size < 100_000_000:
        unit = 10_000
    else:
        unit = max(10_000, 10 ** (len(str(size)) - 4))
    return rounded(size, Rounding.HALF_UP, unit)


def _yen_ja(size: int) -> str:
    if size < 100_000:
        return f"{size:,}円"
    if size < 1_000_000:
        return f"{size // 10_000}.{size % 10_000 // 1_000}万円".replace(".0万", "万")
    oku, man = divmod(size // 10_000, 10_000)
    return (f"{oku:,}億" if oku else "") + (f"{man:,}万" if man else "") + "円"


def _yen_en(size: int) -> str:
    if size < 1_000_000:
        return f"¥{size:,}"
    name, unit, places = ("billion", 10**9, 3) if size >= 10**9 else ("million", 10**6, 2)
    whole, rest = divmod(size, unit)
    return f"¥{whole:,}.{rest // (unit // 10**places):0{places}d}".rstrip("0").rstrip(".") + f" {name}"


def day(value: date, lang: Lang) -> str:
    """Return a date in running text: ``2027年4月23日（金）``, ``23 April 2027 (Fri)``."""
    if lang == "ja":
        return f"{value.year}年{value.month}月{value.day}日（{'月火水木金土日'[value.weekday()]}）"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year} ({_WEEKDAYS[value.weekday()]})"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ERAS = ((date(2019, 5, 1), "令和"), (date(1989, 1, 8), "平成"), (date(1926, 12, 25), "昭和"))


def era_year(value: date) -> str:
    """Return the year of the Japanese era on that day: ``令和8年``, ``令和元年``. Raises LookupError before 1926-12-25."""
    for start, era in _ERAS:
        if value >= start:
            year = value.year - start.year + 1
            return f"{era}{'元' if year == 1 else year}年"
    raise LookupError(f"no era for {value}")


def effort_hours(hours: Fraction, lang: Lang) -> str:
    """Return hours of work in words: ``30分``, ``4時間``, ``2日`` (8 hours a day, from 8 hours, in half days)."""
    if hours < 1:
        return _amount(2 * rounded(hours * 60, Rounding.HALF_UP), "分", "minute", lang)
    if hours < 8:
        return _amount(rounded(hours * 2, Rounding.HALF_UP), "時間", "hour", lang)
    return _amount(rounded(hours / 4, Rounding.UP), "日", "day", lang)


def _amount(halves: int, ja: str, en: str, lang: Lang) -> str:
    text = f"{halves // 2}" + (".5" if halves % 2 else "")
    return f"{text}{ja}" if lang == "ja" else f"{text} {en}{'' if text == '1' else 's'}"


def decimal(value: Fraction, places: int) -> str:
    """Return a number with at most so many decimals, rounded half up, without trailing zeros: ``0.5``, ``12``."""
    size = rounded(abs(value) * 10**places, Rounding.HALF_UP)
    whole, rest = divmod(size, 10**places)
    text = f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".") if places else str(whole)
    return (MINUS if value < 0 < size else "") + text
