"""Files made to do harm when they are read: zip, workbook, XML, paths, CSV. Read by a process of its own under limits.

PYTHONPATH=src python -m tests.sonae.bombs COUNT prints the refusal of each as JSON; a file that takes a second of
processor time ends the process by SIGPROF, one that takes 200 MB by MemoryError.
"""

import io
import json
import lzma
import resource
import signal
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from random import Random

from sonae.problems import Refused
from sonae.programmes.exports import table_workbook
from sonae.programmes.intake import read_grids

SECONDS, MEMORY = 1.0, 200_000_000
SHEET = "xl/worksheets/sheet1.xml"
RELATED = "xl/_rels/workbook.xml.rels"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = (
    SHEET,
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/_rels/workbook.xml.rels",
)
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def parts() -> dict[str, bytes]:
    """The parts of a small sound workbook, its texts in a part of their own as most spreadsheets write them."""
    with zipfile.ZipFile(io.BytesIO(table_workbook([["x"]], title="表"))) as file:
        content = {name: file.read(name) for name in file.namelist()}
    texts = "".join(f"<si><t>{text}</t></si>" for text in ("名称", "人数", "見本商事"))
    related = (
        f'<Relationship Id="rTexts" Type="{RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    )
    cells = '<c r="A{0}" t="s"><v>{1}</v></c><c r="B{0}" {2}</v></c>'
    rows = (cells.format(1, 0, 't="s"><v>1'), cells.format(2, 2, "><v>12"))
    return content | {
        SHEET: sheet("".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, 1))),
        "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}">{texts}</sst>'.encode(),
        RELATED: content[RELATED].replace(b"</Relationships>", related.encode()),
    }


def packed(content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Parts as a package."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as file:
        for name, part in content.items():
            file.writestr(zipfile.ZipInfo(name), part, method)
    return kept.getvalue()


def changed(**content: bytes) -> bytes:
    """The workbook with its only sheet replaced."""
    return packed(parts() | {SHEET: content["sheet"]})


def sheet(rows: str, after: str = "") -> bytes:
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def thin(dice: Random, size: int) -> str:
    """A text that hardly packs."""
    return "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=size))


# --- zip
def dense(dice: Random) -> bytes:
    size = dice.randrange(2_000_000, 60_000_000)
    return packed(parts() | {dice.choice([SHEET, "xl/media/image1.png", "docProps/app.xml"]): bytes(size)})


def many_parts(dice: Random) -> bytes:
    return packed(parts() | {f"xl/media/{number}.png": b"" for number in range(dice.randrange(250, 15_000))})


def lying(dice: Random) -> bytes:
    """The sizes in the directory are not the real ones."""
    content = packed(parts() | {SHEET: sheet("<row/>" * dice.randrange(1_000, 100_000))})
    directory = content.index(b"PK\x01\x02")
    at = content.index(SHEET.encode(), directory) - 46 + dice.choice([20, 24])
    return content[:at] + struct.pack("<I", dice.choice([1, 7, 0xFFFFFFFE, 1_000_000_000])) + content[at + 4 :]


def overlapping(dice: Random) -> bytes:
    """Many names for the same packed bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(bytes(dice.randrange(300_000, 990_000))) + packer.flush()
    crc, size = zlib.crc32(bytes(10)), 990_000
    name = SHEET.encode()
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(body), size, len(name), 0) + name + body
    entries = b""
    for number in range(dice.randrange(2, 30)):
        other = f"xl/worksheets/sheet{number}.xml".encode()
        head = (b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(body), size, len(other), 0, 0, 0, 0, 0, 0)
        entries += struct.pack("<4s6H3I5H2I", *head) + other
    count = entries.count(b"PK\x01\x02")
    return local + entries + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entries), len(local), 0)


def other_packing(dice: Random) -> bytes:
    return packed(parts() | {SHEET: bytes(dice.randrange(900_000))}, dice.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]))


def nested(dice: Random) -> bytes:
    content = packed({"a": bytes(1_000_000)})
    for _ in range(dice.randrange(1, 6)):
        content = packed({"a.zip": content}, zipfile.ZIP_STORED)
    name = dice.choice(["xl/embeddings/a.xlsx", "a.ZIP", "xl/media/image1.png", "b.docx", "c"])
    return packed(parts() | {name: content}, zipfile.ZIP_STORED)


def cut(dice: Random) -> bytes:
    content = packed(parts())
    return content[: dice.randrange(4, len(content) - 1)]


def heavy(dice: Random) -> bytes:
    return packed(parts() | {"xl/media/image1.png": dice.randbytes(dice.randrange(2_000_001, 3_000_000))})


# --- paths
def path(dice: Random) -> bytes:
    name = dice.choice(
        [
            "../x",
            "/etc/x",
            "a/../../x",
            "C:/x",
            "..\\x",
            "\\\\host\\x",
            "a//b",
            "./x",
            "xl/\x01x",
            "x" * 300,
            "a/./b",
            "con:x",
        ]
    )
    return packed(parts() | {f"{name}{dice.choice(['', '.xml'])}": b"<a/>"})


def twice(dice: Random) -> bytes:
    return packed(
        parts() | {dice.choice(["XL/workbook.xml", "xl/Worksheets/sheet1.xml", "[content_types].xml"]): b"<a/>"}
    )


def link(dice: Random) -> bytes:
    kept = io.BytesIO(packed(parts()))
    with zipfile.ZipFile(kept, "a") as file:
        entry = zipfile.ZipInfo("xl/link")
        entry.external_attr = 0o120777 << 16
        file.writestr(entry, dice.choice(["/etc/passwd", "../../x"]))
    return kept.getvalue()


# --- XML
def laughs(dice: Random) -> bytes:
    depth, wide = dice.randrange(5, 40), dice.randrange(5, 20)
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * wide if n else "ha"}">' for n in range(depth)]
    outside = f'<!DOCTYPE a SYSTEM "{dice.choice(["file:///etc/passwd", "http://localhost:1/x"])}">'
    kind = dice.choice(
        [f"<!DOCTYPE a [{''.join(lines)}]>", outside, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///dev/zero">]>']
    )
    text = f"<a>&a{depth - 1};&x;</a>"
    return packed(parts() | {dice.choice(PARTS): f'<?xml version="1.0"?>{kind}{text}'.encode()})


def wide_encoding(dice: Random) -> bytes:
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "{thin(dice, 9)}">]><a>&b;</a>'
    return changed(sheet=text.encode(dice.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32"])))


def deep(dice: Random) -> bytes:
    depth = dice.randrange(100, 60_000)
    return packed(parts() | {dice.choice(PARTS): b"<a>" * depth + b"</a>" * depth})


def attributes(dice: Random) -> bytes:
    count = dice.randrange(6_000, 100_000)
    return changed(
        sheet=b"<worksheet " + b" ".join(b'%s%d=""' % (b"a" * dice.randrange(1, 5), n) for n in range(count)) + b"/>"
    )


def names(dice: Random) -> bytes:
    return changed(sheet=sheet("".join(f"<n{thin(dice, 5)}{n}/>" for n in range(dice.randrange(6_000, 60_000)))))


def broken(dice: Random) -> bytes:
    text = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
    return changed(sheet=text[: dice.randrange(10, len(text) - 5)])


# --- workbook
def elements(dice: Random) -> bytes:
    """More elements than are read, as thin as they get and yet not dense."""
    noise = thin(dice, 120_000)
    return changed(sheet=sheet(f"<!--{noise}-->" + "<row/>" * dice.randrange(1_600_000, 2_400_000)))


def many_cells(dice: Random) -> bytes:
    row = "".join(f'<c t="b"><v>{dice.randrange(2)}</v></c>' for _ in range(100))
    noise = thin(dice, 100_000)
    return changed(sheet=sheet(f"<!--{noise}-->" + f"<row>{row}</row>" * dice.randrange(4_100, 5_000)))


def far(dice: Random) -> bytes:
    places = ["XFE1", "ZZZ1", "A1048577", "A9999999", "A0", "a1", "1A", "A1:B2", "A" * 9 + "1", "A" + "9" * 30, "B1"]
    return changed(
        sheet=sheet(
            f'<row r="{dice.choice(["2", "x", "-1", "9" * 40])}"><c r="{dice.choice(places)}"><v>1</v></c></row>'
        )
    )


def number(dice: Random) -> bytes:
    text = dice.choice(
        ["1E999999999", "-1E-999999999", "NaN", "Infinity", "9" * 100_000, "1_000", "0x1F", "1e", "٣e99999"]
    )
    return changed(sheet=sheet(f'<row r="1"><c r="A1"><v>{text}</v></c></row>'))


def no_text(dice: Random) -> bytes:
    text = dice.choice(["-1", "99999999", "9" * 5_000, "x", "1.5", "²"])
    return changed(sheet=sheet(f'<row r="1"><c r="A1" t="s"><v>{text}</v></c></row>'))


def same_cell(dice: Random) -> bytes:
    cells = '<c r="A1"><v>1</v></c>' * dice.randrange(2, 50)
    return changed(sheet=sheet(f'<row r="1">{cells}</row>'))


def merged(dice: Random) -> bytes:
    regions = "".join(f'<mergeCell ref="A{n}:XFD{n + 1}"/>' for n in range(1, dice.randrange(20_002, 40_000)))
    return changed(sheet=sheet("", f"<mergeCells>{regions}</mergeCells>"))


def many_sheets(dice: Random) -> bytes:
    content = parts()
    tag = content["xl/workbook.xml"].partition(b"<sheet ")[2].partition(b"/>")[0]
    line = b"<sheet " + tag + b"/>"
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(line, line * dice.randrange(31, 20_000))
    return packed(content)


def elsewhere(dice: Random) -> bytes:
    content = parts()
    target = dice.choice([b"../../../../etc/passwd", b"file:///etc/passwd", b"/nothing.xml", b"", b"xl"])
    content["_rels/.rels"] = content["_rels/.rels"].replace(b"xl/workbook.xml", target)
    return packed(content)


def macros(dice: Random) -> bytes:
    return packed(
        parts() | {dice.choice(["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"]): b"x"}
    )


def not_one(dice: Random) -> bytes:
    start = dice.choice([b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK", b"PK\x05\x06" + bytes(18), b"PK\x03\x04"])
    return start + dice.randbytes(dice.randrange(3_000))


# --- CSV
def csv(dice: Random) -> bytes:
    return dice.choice(
        [b"1," * dice.randrange(500_000, 900_000), b'a,b\n"' + b"x\n" * 500_000, b"x" * 2_000_001, b"a,b\0c", b"a\tb\nc\td",
         b"a,b\n" + b'"x"y,1\n', b"\xff\xfea\0,\0b\0", "表,".encode() + b"\xe8\x81", b"a,b\n" + b"x" * 200_000]
    )  # fmt: skip


def packed_again(dice: Random) -> bytes:
    return lzma.compress(bytes(dice.randrange(1_000_000))) + b"\0"


KINDS: tuple[Callable[[Random], bytes], ...] = (
    dense, many_parts, lying, overlapping, other_packing, nested, cut, heavy, path, twice, link, laughs, wide_encoding, deep,
    attributes, names, broken, elements, many_cells, far, number, no_text, same_cell, merged, many_sheets, elsewhere, macros,
    not_one, csv, packed_again,
)  # fmt: skip


def refusal(content: bytes) -> str:
    """Return the code with which a file is refused; empty when it is taken."""
    try:
        read_grids(content)
    except Refused as refused:
        return refused.problems[0].code
    return ""


def main(count: int) -> None:
    """Read each bomb under the limits and print what became of it."""
    read_grids(packed(parts()))  # whatever is loaded late is loaded now
    used = int(next(line for line in open("/proc/self/status") if line.startswith("VmSize")).split()[1]) * 1024  # noqa: PTH123, SIM115
    results: dict[str, list[str]] = {}
    for index in range(count):
        for kind in KINDS:
            content = kind(Random(f"{kind.__name__} {index}"))
            sys.stderr.write(f"{kind.__name__} {index}\n")  # the last one named is the one that ended the process
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            code = refusal(content)
            signal.setitimer(signal.ITIMER_PROF, 0)
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            results.setdefault(kind.__name__, []).append(code)
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main(int(sys.argv[1]))
