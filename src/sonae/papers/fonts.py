"""The report's font and what it can print; what it cannot is shown as 〓 (typst refuses a document with a missing glyph)."""

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

FAMILY = "Noto Sans CJK JP"
GETA = "〓"


def paths() -> tuple[Path, Path]:
    """Return the regular and the bold font file of the font packages."""
    import noto_cjk_sans_jp_bold as bold
    import noto_cjk_sans_jp_regular as regular

    return Path(str(regular.FONT_PATH)), Path(str(bold.FONT_PATH))


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Return the code points that both weights have a glyph for."""
    regular, bold = (_cmap(path.read_bytes()) for path in paths())
    return regular & bold


def printable(text: str) -> tuple[str, tuple[str, ...]]:
    """Return text that the font can print, and the characters shown as 〓, as ``U+1F600``.

    Variation selectors are dropped (the plain character is printed); a mark that joins the character before it goes with it.
    """
    whole = unicodedata.normalize("NFC", text)
    points = set(map(ord, whole))
    if points <= covered() and not any(_is_selector(chr(point)) for point in points):
        return whole, ()
    shown, lost = [], dict[str, None]()
    for cluster in _clusters(whole):
        kept = "".join(character for character in cluster if not _is_selector(character)) or cluster
        if all(ord(character) in covered() for character in kept):
            shown.append(kept)
        else:
            shown.append(GETA)
            lost.update(
                dict.fromkeys(f"U+{ord(character):04X}" for character in kept if ord(character) not in covered())
            )
    return "".join(shown), tuple(lost)


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _clusters(text: str) -> list[str]:
    found: list[str] = []
    for character in text:
        if found and (_is_selector(character) or unicodedata.category(character) in ("Mn", "Me", "Mc")):
            found[-1] += character
        else:
            found.append(character)
    return found


def _cmap(data: bytes) -> frozenset[int]:
    """Return the code points of an OpenType font's Unicode character map (format 12)."""
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * index) for index in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    points: set[int] = set()
    for index in range(count):
        _, _, offset = struct.unpack_from(">HHL", data, start + 4 + 8 * index)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == 12:
            (groups,) = struct.unpack_from(">L", data, start + offset + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">LLL", data, start + offset + 16 + 12 * group)
                points.update(range(first + (glyph == 0), last + 1))
    return frozenset(points)
