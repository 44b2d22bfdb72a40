"""Names in the characters of a bank's file (JIS X 0201, one byte each): converted where that is certain, else refused.

Capital letters, digits, large half-width kana, voiced marks as characters of their own, space and ``( ) - . /``. Small kana
become large, the long vowel mark becomes ``-``. Nothing is dropped: what has no place in the file is a problem.
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from sonae.problems import Refused, problem

HOLDER_LENGTH = 30
"""Characters of an account holder's name in a file."""
_FULL = "ヲアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
_HALF = "ｦｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"
_SMALL, _LARGE = "ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ"
_MARKS = {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ"}
_DASHES = "ー‐‑–—―−ｰ"
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-./"
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_LEGAL = {"㈱": "カ)", "㈲": "ユ)"}
STANDARD: Mapping[str, str] = MappingProxyType(
    {each: each for each in _PLAIN}
    | dict(zip(_FULL, _HALF, strict=True))
    | {small: _HALF[_FULL.index(large)] for small, large in zip(_SMALL, _LARGE, strict=True)}
    | _MARKS
    | dict.fromkeys(_DASHES, "-")
)
"""Character to character, after width and case are settled. A bank with other habits gets a table of its own."""


def bank_kana(text: str, table: Mapping[str, str] = STANDARD, *, at: str = "holder", most: int = HOLDER_LENGTH) -> str:
    """Return a name as a bank's file writes it. Raises Refused: empty, too long, or a character that it cannot hold.

    >>> bank_kana("みほんショウジ　カ）")
    'ﾐﾎﾝｼﾖｳｼﾞ ｶ)'
    """
    plain = "".join(_LEGAL.get(each, each) for each in text)
    spread = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", plain).translate(_HIRAGANA).upper())
    unknown = [each for each in dict.fromkeys(spread) if each not in table]
    if unknown:
        shown = unicodedata.normalize("NFC", "".join(unknown))
        raise Refused([problem("kana.character", at, found=shown)])
    found = " ".join("".join(table[each] for each in spread).split())
    if not found:
        raise Refused([problem("kana.empty", at)])
    if len(found) > most:
        raise Refused([problem("kana.long", at, found=len(found), most=most)])
    return found
