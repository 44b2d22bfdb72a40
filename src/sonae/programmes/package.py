"""The package of a workbook (.xlsx is a zip file of XML parts): looked over before anything is unpacked, then read part by part.

Nothing is written to disk. What is refused: files that are too large or unpack to too much, parts that overlap or whose
names lead elsewhere, packages within the package, macros, passwords, and XML with a document type.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from sonae.problems import Refused, problem

WHOLE = "file"
"""The place of what is wrong with a file as a whole."""
MOST_BYTES = 2_000_000
"""Largest workbook or CSV file taken."""
MOST_PARTS = 200
MOST_PART = 16_000_000
"""Bytes of one part, unpacked."""
MOST_UNPACKED = 32_000_000
"""Bytes of all parts together, unpacked, as the package declares them."""
MOST_RATIO = 150
"""Of unpacked to packed bytes, for parts above ``SURE_PART``."""
SURE_PART = 1_000_000
MOST_NAME = 200
MOST_DEPTH = 64
MOST_TAGS = 400_000
"""Tags of a part, beginnings and ends: about 10,000 rows of ten cells. More would take longer than a second to read."""
MOST_NAMES = 5_000
"""Different names of elements and attributes in a part."""
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LOCAL_HEADER, _LINK = 30, 0o120000
_LONG_TAG = re.compile(rb"<[^<]{400000}")
_NESTED = re.compile(r"\.(zip|xlsx|xlsm|xlsb|docx|pptx|ods|jar|7z|gz|rar)$", re.IGNORECASE)
_DAMAGE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, struct.error, ValueError, LookupError,
    OverflowError, AttributeError,
)  # fmt: skip
"""What the zip module raises for a damaged file."""

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


class Package:
    """A workbook's package that was looked over; ``names`` are its parts."""

    def __init__(self, content: bytes) -> None:
        """Look over ``content``. Raises Refused with the reason."""
        _check_kind(content)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        except _DAMAGE as error:
            raise damaged("zip") from error
        _check_sizes(entries)
        _check_names(entries)
        _check_places(entries, len(content))
        self.names = {entry.filename: entry for entry in entries}
        _check_formats(self.names)
        for entry in entries:
            if self._head(entry) == ZIP:
                raise Refused([problem("workbook.nested", entry.filename)])

    def _head(self, entry: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(entry) as file:
                return file.read(4)
        except _DAMAGE as error:
            raise damaged(entry.filename) from error

    def part(self, name: str) -> bytes:
        """Return a part unpacked. Raises Refused when it is not there, is not what it declares, or is too large."""
        try:
            entry = self.names[name]
            with self._zip.open(entry) as file:
                content = file.read(MOST_PART + 1)
        except _DAMAGE as error:
            raise damaged(name) from error
        if len(content) != entry.file_size:
            raise damaged(name)
        return content

    def walk(self, name: str, start: Start, end: End | None = None, text: Text | None = None) -> None:
        """Read the XML part ``name``, calling back at each element and text. Raises Refused.

        Names have no prefix; attributes keep theirs.
        """
        xml = self.part(name)
        if xml.count(b"<") > MOST_TAGS:
            raise Refused([problem("workbook.too_much", name)])
        if _LONG_TAG.search(xml):
            raise damaged(name)
        names: dict[str, str] = {}
        parser = expat.ParserCreate("utf-8", None, names)
        parser.buffer_text = True
        depth = 0

        def opened(tag: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MOST_DEPTH or len(names) > MOST_NAMES:
                raise Refused([problem("workbook.too_much", name)])
            start(tag if ":" not in tag else local(tag), attributes)

        def closed(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(tag if ":" not in tag else local(tag))

        def doctype(*_: object) -> None:
            raise Refused([problem("workbook.doctype", name)])

        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        parser.StartDoctypeDeclHandler = doctype
        parser.CharacterDataHandler = text
        try:
            parser.Parse(xml, True)  # noqa: FBT003 - the parser's own signature
        except expat.ExpatError as error:
            raise damaged(name) from error


def damaged(part: str) -> Refused:
    """Return the refusal of a workbook whose part cannot be read."""
    return Refused([problem("workbook.damaged", part)])


def _check_kind(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise Refused([problem("workbook.too_large", WHOLE, most=f"{MOST_BYTES:,}")])
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise Refused([problem("workbook.password", WHOLE)])
        raise Refused([problem("workbook.old_form", WHOLE)])
    if not content.startswith(ZIP):
        raise Refused([problem("workbook.not_workbook", WHOLE)])
    if content.count(b"PK\x01\x02") > 2 * MOST_PARTS:
        raise Refused([problem("workbook.too_much", "zip")])


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    too_much = len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED
    for entry in entries:
        dense = entry.file_size > SURE_PART and entry.file_size > MOST_RATIO * entry.compress_size
        if too_much or dense or entry.file_size > MOST_PART:
            raise Refused([problem("workbook.too_much", _shown(entry.filename))])
        if entry.flag_bits & 0x1:
            raise Refused([problem("workbook.password", WHOLE)])
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged(_shown(entry.filename))  # others unpack without a bound


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.orig_filename
        steps = name.split("/")
        leads_away = (
            ".." in steps or "." in steps or "" in steps or ":" in name or "\\" in name or not name.isprintable()
        )
        if (
            leads_away
            or len(name) > MOST_NAME
            or name.casefold() in seen
            or (entry.external_attr >> 16) & 0o170000 == _LINK
        ):
            raise Refused([problem("workbook.part_name", _shown(name))])
        if _NESTED.search(name):
            raise Refused([problem("workbook.nested", _shown(name))])
        seen.add(name.casefold())


def _check_places(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Refuse parts that share their packed bytes: a few kilobytes could be unpacked many times over."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise damaged(_shown(entry.filename))
        end = entry.header_offset + _LOCAL_HEADER + len(entry.filename.encode()) + entry.compress_size
    if end > size:
        raise damaged("zip")


def _check_formats(names: dict[str, zipfile.ZipInfo]) -> None:
    folded = {name.casefold() for name in names}
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in folded):
        raise Refused([problem("workbook.macros", WHOLE)])
    if "mimetype" in folded or "xl/workbook.bin" in folded:
        raise Refused([problem("workbook.other_form", WHOLE)])
    if "[content_types].xml" not in folded:
        raise Refused([problem("workbook.not_workbook", WHOLE)])


def _shown(name: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in name)
