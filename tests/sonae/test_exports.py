"""Exports: no cell of any is live, and what was made safe is read back as it was."""

import csv
import io
import zipfile
from itertools import product
from xml.etree import ElementTree as Tree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.programmes.exports import csv_bytes, is_live, plain_cell, safe_cell, table_workbook
from sonae.programmes.intake import read_grids
from tests.cast import codes, many, refused

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "﹦", "﹢", "﹣", "﹫", "⁼", "⁺", "⁻")
BEFORE = ("", " ", "\t", "\r", "\n", "'", '"', "　", "\u00a0", "\ufeff", "\u200b", " '", "“", "\t\t", "'\"")
BODIES = (
    "1+1",
    'HYPERLINK("http://localhost/?"&A1,"x")',
    "cmd|' /C calc'!A0",
    'WEBSERVICE("http://localhost/"&A1)',
    "SUM(1,2)*cmd|'/c x'!A1",
    "2+5+cmd|'/C x'!A0",
)
PAYLOADS = tuple(before + sign + body for before, sign, body in product(BEFORE, SIGNS, BODIES))
SIGN = set("=+-@−")


def live(cell: str) -> bool:
    """Whether a spreadsheet could take a cell as a formula: told apart from the code under test by looking at the text alone."""
    import unicodedata

    text = unicodedata.normalize("NFKC", cell).lstrip(" \t\r\n\u00a0\ufeff\u200b")
    return text[:1] in SIGN or cell[:1] in ("\t", "\r", "\n")


def test_there_are_hundreds_of_payloads_and_unguarded_they_are_live() -> None:
    assert len(set(PAYLOADS)) >= 500
    assert sum(map(live, PAYLOADS)) >= 500


def test_no_payload_is_live_in_csv() -> None:
    for encoding in ("utf-8-sig", "cp932"):
        payloads = [text for text in PAYLOADS if encoding != "cp932" or not set(text) & set("﹦﹢﹣﹫⁼⁺⁻\ufeff\u200b")]
        assert len(payloads) >= 500
        content = csv_bytes([[text, f"x{text}"] for text in payloads], "utf-8" if encoding == "utf-8-sig" else "cp932")
        rows = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
        assert len(rows) == len(payloads)
        assert [row[0] for row in rows if live(row[0])] == []


def test_no_payload_is_live_in_a_workbook() -> None:
    content = table_workbook([["h"], *([text] for text in PAYLOADS)], title="表")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        sheet = Tree.fromstring(file.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - made here
    names = [each.tag.rpartition("}")[2] for each in sheet.iter()]
    cells = [each for each in sheet.iter() if each.tag.endswith("}c")]
    assert len(cells) == len(PAYLOADS) + 1
    assert "f" not in names
    assert {each.get("t") for each in cells} == {"inlineStr"}
    assert [each.text for each in sheet.iter() if each.tag.endswith("}t") and live(each.text or "")] == []


@settings(max_examples=many(2_000))
@given(st.text())
def test_what_was_made_safe_is_read_back(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text
    assert not live(safe_cell(text))


@pytest.mark.parametrize("made", ["csv", "xlsx"])
def test_every_payload_is_read_back_through_our_own_reader(made: str) -> None:
    payloads = [text for text in PAYLOADS if not set(text) & set("\r\ufeff\u200b")]
    rows = [["h"], *([text] for text in payloads)]
    content = csv_bytes(rows) if made == "csv" else table_workbook(rows, title="表")
    (grid,) = read_grids(content)
    assert [grid.text(row, 1) for row in sorted(grid.rows)][1:] == [text.strip() for text in payloads]


@pytest.mark.parametrize("text", ["見本商店", "a=b", "1-2", "03-0000-0000", "", " ", "（株）見本", "'見本'", "—", "ー"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert not is_live(text)
    assert safe_cell(text) == text == plain_cell(text)


def test_numbers_stay_numbers() -> None:
    assert csv_bytes([[-5, 0.5, None, "-5"]]).decode("utf-8-sig") == "-5,0.5,,'-5\r\n"
    (grid,) = read_grids(table_workbook([[-5, "-5"]], title="表"))
    assert [(cell.text, cell.kind.value) for cell in grid.rows[1].values()] == [("-5", "number"), ("'-5", "text")]
    assert grid.text(1, 2) == "-5"


def test_what_cp932_lacks_is_told_with_its_line() -> None:
    (fault,) = refused(lambda: csv_bytes([["見本"], ["𠮷野"]], "cp932"))
    assert (fault.code, fault.at, dict(fault.values)) == ("export.not_in_cp932", "2", {"character": "U+20BB7"})
    assert csv_bytes([["見本—〜−¥"]], "cp932").decode("cp932") == "見本―～－￥\r\n"


def test_equal_rows_give_equal_bytes() -> None:
    assert table_workbook([["a", 1]], title="表") == table_workbook([["a", 1]], title="表")


def test_codes_are_told() -> None:
    assert codes(refused(lambda: read_grids(b"PK"))) == {"workbook.not_workbook"}
