"""Workbooks and CSV files that are sent: what each cell says, what is refused, and that nothing does harm."""

import io
import json
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.problems import Refused
from sonae.programmes.exports import Value, csv_bytes, table_workbook
from sonae.programmes.grid import Grid, Kind
from sonae.programmes.intake import read_grids, read_rows
from tests.cast import ROOT, codes, dice, many, refused
from tests.sonae.bombs import KINDS, SHEET, changed, packed, parts, sheet

ROWS: list[list[Value]] = [["名称", "人数", "備考"], ["見本商事", 12, "1行目\n2行目"], ["例示印刷", -5, "=1+1"]]


WRITTEN = (table_workbook(ROWS, title="表"), csv_bytes(ROWS), csv_bytes(ROWS, "cp932"))
PARTS = parts()


def first(content: bytes) -> Grid:
    return read_grids(content)[0]


def texts(grid: Grid) -> list[list[str]]:
    return [[grid.text(row, column) for column in sorted(grid.rows[row])] for row in sorted(grid.rows)]


@pytest.mark.parametrize("content", WRITTEN)
def test_a_table_is_read_as_it_was_written(content: bytes) -> None:
    grid = first(content)
    assert texts(grid) == [[str(cell) for cell in row] for row in ROWS]
    assert grid.fault(3, 3) is None  # a text that looks like a formula is a text


def test_places_name_sheet_and_cell_or_line_and_cell() -> None:
    assert first(table_workbook(ROWS, title="表")).at(2, 28) == "表!AB2"
    assert first(csv_bytes([["a", "1行目\n2行目"], ["b", "c"]])).at(2, 2) == "3:2"


def book(**cells: object) -> bytes:
    """A workbook of another maker: cells by name."""
    made = openpyxl.Workbook()
    for name, value in cells.items():
        made.worksheets[0][name] = value  # type: ignore[assignment]  # what no cell may hold is tried too
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def test_every_kind_of_cell() -> None:
    grid = first(book(A1="x", B1=12, C1=0.5, D1=True, E1=date(2027, 4, 1), F1="=1+1", G1=1e21, H1=-0.0, I1="#REF!"))
    row = {column: (cell.text, cell.kind) for column, cell in grid.rows[1].items()}
    assert row[1] == ("x", Kind.TEXT)
    assert row[2] == ("12", Kind.NUMBER)
    assert row[3] == ("0.5", Kind.NUMBER)
    assert row[4] == ("true", Kind.TRUTH)
    assert row[5] == ("2027-04-01", Kind.DATE)
    assert row[6][1] is Kind.FORMULA
    assert row[7] == ("1" + "0" * 21, Kind.NUMBER)
    assert row[8] == ("0", Kind.NUMBER)
    assert [fault.code if (fault := grid.fault(1, column)) else "" for column in range(1, 11)] == [
        "", "", "", "", "", "cell.formula", "", "", "cell.error", "",
    ]  # fmt: skip


def test_how_a_text_is_pronounced_is_left_out_and_its_pieces_are_put_together() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>見本</t></r><r><t>商事</t></r>'
        '<rPh sb="0" eb="2"><t>ミホン</t></rPh></is></c><c t="str"><v>a_x000D__x0041_</v></c></row><row><c><v>3</v></c></row>'
    )
    grid = first(changed(sheet=sheet(rows)))
    assert texts(grid) == [["見本商事", "a\nA"], ["3"]]
    assert grid.at(2, 1) == "表!A2"


def test_a_cell_in_the_last_row_costs_no_more_than_one_in_the_first() -> None:
    grid = first(book(A1="x", XFD1048576="y"))
    assert grid.text(1_048_576, 16_384) == "y"
    assert len(grid.rows) == 2


def test_a_million_empty_rows_are_too_many() -> None:
    rows = "".join(f'<row r="{number}"/>' for number in range(1, 1_048_577))
    content = changed(sheet=sheet(rows))
    assert codes(refused(lambda: read_grids(content))) <= {"workbook.too_much", "workbook.too_large"}


def test_merged_cells_are_told_where_they_are_needed() -> None:
    made = openpyxl.load_workbook(io.BytesIO(book(A1="x", B2="y")))
    made.worksheets[0].merge_cells("B2:C4")
    kept = io.BytesIO()
    made.save(kept)
    grid = first(kept.getvalue())
    faulty = {
        (r, c) for r in range(1, 7) for c in range(1, 6) if (fault := grid.fault(r, c)) and fault.code == "cell.merged"
    }
    assert faulty == {(r, c) for r in (2, 3, 4) for c in (2, 3)}


@pytest.mark.parametrize("seed", range(10))
def test_another_reader_sees_the_same(seed: int) -> None:
    draw = dice(f"sheet {seed}")
    values: list[Value] = ["見本", 0, -3, 12.25, 10**12, "a b", "a&<>\"'", "1,2", "㍿", "𠮷野"]
    rows = [[draw.choice(values) for _ in range(6)] for _ in range(30)]
    content = table_workbook(rows, title="表")
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    grid = first(content)
    shown = [[str(int(v)) if isinstance(v, float) and v == int(v) else str(v) for v in row] for row in theirs]
    assert [[grid.rows[r][c].text for c in range(1, 7)] for r in range(1, 31)] == shown


def test_texts_in_a_part_of_their_own_are_found() -> None:
    assert texts(first(packed(parts()))) == [["名称", "人数"], ["見本商事", "12"]]


# --- what is refused
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook.old_form"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "workbook.password"),
        (packed(parts() | {"xl/vbaProject.bin": b"x"}), "workbook.macros"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "workbook.other_form"),
        (
            packed({"word/document.xml": b"<a/>", "[Content_Types].xml": b"<a/>", "_rels/.rels": b"<a/>"}),
            "workbook.not_workbook",
        ),
        (b"a,b\0c", "table.not_text"),
        (b"a;b\n1;2\n", "table.separator"),
        (b'a,b\n"x"y,1\n', "table.syntax"),
        (b'a,b\n"x,1\n2,3\n', "table.rows_run_on"),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(content: bytes, code: str) -> None:
    assert codes(refused(lambda: read_grids(content))) == {code}


def test_a_workbook_that_says_it_holds_macros_is_refused() -> None:
    content = parts()
    kinds = content["[Content_Types].xml"].replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    )
    assert kinds != content["[Content_Types].xml"]
    assert codes(refused(lambda: read_grids(packed(content | {"[Content_Types].xml": kinds})))) == {"workbook.macros"}


def exploded(count: int) -> dict[str, list[str]]:
    """What became of ``count`` bombs of each kind, each within a second and 200 MB."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.sonae.bombs", str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()[-500:]
    found: dict[str, list[str]] = json.loads(ran.stdout)
    return found


def check_refused(found: dict[str, list[str]], count: int) -> None:
    assert {name: len(each) for name, each in found.items()} == {kind.__name__: count for kind in KINDS}
    assert {name for name, each in found.items() if not all(each)} == set()


def test_a_bomb_of_each_kind_is_refused_in_a_second_and_200_megabytes() -> None:
    check_refused(exploded(1), 1)


@pytest.mark.soak
def test_hundreds_of_bombs_are_refused_in_a_second_and_200_megabytes_each() -> None:
    assert 12 * len(KINDS) >= 200
    check_refused(exploded(12), 12)


@settings(max_examples=many(1_000))
@given(
    st.binary(max_size=2_000),
    st.sampled_from([b"", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_random_bytes_are_read_or_refused(content: bytes, start: bytes) -> None:
    taken_or_refused(start + content)


@settings(max_examples=many(1_000))
@given(st.randoms(use_true_random=False))
def test_a_changed_workbook_is_read_or_refused(draw: random.Random) -> None:
    content = bytearray(draw.choice(WRITTEN))
    for _ in range(draw.randrange(1, 8)):
        at = draw.randrange(len(content))
        content[at : at + draw.randrange(0, 3)] = draw.randbytes(draw.randrange(0, 3))
    taken_or_refused(bytes(content))


@settings(max_examples=many(1_000))
@given(st.randoms(use_true_random=False))
def test_a_workbook_with_a_changed_part_is_read_or_refused(draw: random.Random) -> None:
    content = PARTS
    name = draw.choice(
        [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"]
    )
    part = bytearray(content[name])
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(part))
        part[at : at + draw.randrange(0, 6)] = draw.choice(
            [b"", b"9", b"<c>", b"</c>", b'r="', b"<row>", b"\xff", b"A1", b"&#0;"]
        )
    taken_or_refused(packed(content | {name: bytes(part)}, zipfile.ZIP_STORED))


def taken_or_refused(content: bytes) -> None:
    try:
        grids = read_grids(content)
    except Refused:
        return
    for grid in grids:
        assert all(grid.at(row, 1) and grid.text(row, 1) is not None for row in grid.rows)


# --- lists with a heading
COLUMNS = {"name": ("名称", "Name"), "members": ("人数",), "code": ()}


@pytest.mark.parametrize("made", [csv_bytes, lambda rows: table_workbook(rows, title="会員")])
def test_a_list_is_read_row_by_row_with_its_places(made: Callable[[list[list[Value]]], bytes]) -> None:
    rows: list[list[Value]] = [["会員の一覧"], [], ["人数", "ＮＡＭＥ"], [12, "見本商事"], [], ["", "=例示印刷"]]
    content = made(rows)
    found = read_rows(content, COLUMNS, needed=["name"])
    assert [dict(row.cells) for row in found] == [
        {"name": "見本商事", "members": "12", "code": ""},
        {"name": "=例示印刷", "members": "", "code": ""},
    ]
    assert [row.places["name"] for row in found] == (["会員!B4", "会員!B6"] if content[:2] == b"PK" else ["4:2", "6:2"])


def test_every_fault_of_a_heading_is_told() -> None:
    problems = refused(lambda: read_rows("名称,名前,name,人数,\n".encode(), COLUMNS, needed=["code"]))
    assert [(each.code, each.at) for each in problems] == [
        ("table.column_unknown", "1:2"), ("table.column_twice", "1:3"), ("field.missing", "1:1"),
    ]  # fmt: skip
    assert codes(refused(lambda: read_rows(b"", COLUMNS))) == {"table.no_rows"}


def test_a_cell_that_cannot_be_taken_is_told_with_its_row_and_the_others_stay() -> None:
    (faulty, sound) = read_rows(book(A1="名称", B1="人数", A2="見本", B2="=1", A3="例示", B3=date(2027, 4, 1)), COLUMNS)
    assert ([(each.code, each.at) for each in faulty.problems], faulty.cells["members"]) == (
        [("cell.formula", "Sheet!B2")],
        "",
    )
    assert (sound.problems, sound.cells["members"]) == ((), "2027-04-01")
