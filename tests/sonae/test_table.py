"""Tables of businesses: what is read, and for everything wrong its code, line and column."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonae.checklist import ANSWERS, Row, Table, open_table, read_answers
from sonae.checklist.business import MEDIA, MOST_EMPLOYEES, NAME_LENGTH, USES
from sonae.figures import LANGS
from sonae.problems import Refused, problem
from sonae.programmes.reader import FORBIDDEN
from sonae.programmes.sheet import open_sheet
from tests.cast import EXAMPLES, document, edition, many, places, programme, refused

Content = str | bytes
Opener = Callable[[Content], Table]
HEAD = "industry,employees,persons_held\n"
SOUND = "retail,5,800\n"
QUESTIONS = {question.id: question for question in edition().questions}


@pytest.fixture
def table(tmp_path: Path) -> Opener:
    """Opens what a file holds, as a table of edition 2027-01."""

    def opened(content: Content) -> Table:
        path = tmp_path / "会員 名簿.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_table(open_sheet(path), programme(), edition())

    return opened


def rows(table: Table) -> list[Row]:
    return list(table.rows())


def faults(row: Row) -> list[tuple[str, str]]:
    """Codes and places of a row's problems, whose words are tried in both languages."""

    def refuse() -> NoReturn:
        raise Refused(row.problems)

    assert row.business is None
    assert row.given is None
    return places(refused(refuse))


def columns(*names: str) -> str:
    return HEAD.strip() + "".join(f",{name}" for name in names) + "\n"


# --- what is read
def test_a_table_may_be_written_by_ids_and_in_the_words_of_both_languages(table: Opener) -> None:
    found = rows(
        table(
            "番号,名称,業種,従業員数,保有人数,年間売上高,情報の種類,保管の方法,利用しているもの,受託,people.training\n"
            "M-1,見本商店,小売業（店舗）,5,800,50000000,氏名、住所,紙;パソコン,ファックス,いいえ,はい\n"
            "M-2,例示印刷,printing,18,9500,,name;address,paper;pc,website;contractors,yes,partly\n"
            "M-3,Example Ltd.,Mail order and non-store retail,2,10,,Name; Date of birth,Computers,Cloud,No,Unknown\n"
        )
    )
    assert [(row.line, row.key, row.problems) for row in found] == [(2, "M-1", ()), (3, "M-2", ()), (4, "M-3", ())]
    first, second, third = (row.business for row in found)
    assert first
    assert second
    assert third
    assert (first.name, first.industry, first.employees, first.persons_held) == ("見本商店", "retail", 5, 800)
    assert (first.annual_sales, first.information, first.uses) == (50_000_000, ("name", "address"), ("fax",))
    assert (second.annual_sales, second.uses, second.on_consignment) == (None, ("website", "contractors"), True)
    assert (third.industry, third.information, third.media) == ("mail_order", ("name", "birth_date"), ("pc",))
    assert [row.given for row in found] == [{"people.training": answer} for answer in ("yes", "partly", "unknown")]


ANSWER_FILE = """\
programme: chuokai-leak
edition: "2027-01"
business: {name: 見本商店, industry: retail, employees: 5, persons_held: 800, media: [paper], uses: [fax]}
answers: {people.training: partly, daily.fax: yes}
"""


def test_a_row_is_the_business_that_an_answer_file_gives(table: Opener) -> None:
    answers = read_answers(document(ANSWER_FILE))
    heading = "name,industry,employees,persons_held,media,uses,people.training,daily.fax,attack.mfa\n"
    (row,) = rows(table(heading + "見本商店,retail,5,800,paper,fax,partly,yes,\n"))
    assert row.business == answers.business
    assert row.given == answers.given
    assert answers.business.assumed == ("annual_sales", "information", "on_consignment")


def test_the_example_file_is_sound_in_every_edition() -> None:
    for name in programme().edition_names:
        found = rows(open_table(open_sheet(EXAMPLES / "businesses.csv"), programme(), edition(name)))
        assert [row.problems for row in found] == [()] * 9
        assert all(row.given and row.business for row in found)
        assert len({row.key for row in found}) == len(found)


NAMED = {"industry": programme().industries, "information": programme().items, "media": MEDIA, "uses": USES}
PREFIX = {"industry": "industry", "information": "item", "media": "medium", "uses": "use"}


@pytest.mark.parametrize("column", NAMED)
def test_every_name_in_either_language_means_its_id(table: Opener, column: str) -> None:
    ids = [*NAMED[column]]
    names = [[name, *(programme().words(lang)(f"{PREFIX[column]}.{name}.name") for lang in LANGS)] for name in ids]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["employees", "persons_held", column, *(["industry"] if column != "industry" else [])])
    for name in (name for each in names for name in each):
        writer.writerow([1, 1, f"  {name.upper()} ", *(["retail"] if column != "industry" else [])])
    found = [getattr(row.business, column) for row in rows(table(text.getvalue()))]
    assert found == [name if column == "industry" else (name,) for name in ids for _ in range(1 + len(LANGS))]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_may_be_written_in_either_language(table: Opener, answer: str) -> None:
    names = [answer, answer.upper(), *(f" {programme().words(lang)(f'answer.{answer}.name')} " for lang in LANGS)]
    question = next(each.id for each in QUESTIONS.values() if answer in each.answers)
    found = rows(table(columns(question.upper()) + "".join(f"retail,1,1,{name}\n" for name in names)))
    assert [row.given for row in found] == [{question: answer}] * len(names)


def test_without_a_column_of_questions_a_business_has_average_answers_and_with_one_it_has_its_own(
    table: Opener,
) -> None:
    assert [row.given for row in rows(table(HEAD + SOUND))] == [None]
    assert [row.given for row in rows(table(columns("attack.mfa") + "retail,5,800,\n"))] == [{}]


def test_an_answer_to_a_question_that_is_not_asked_is_no_fault(table: Opener) -> None:
    question = QUESTIONS["attack.web_shop"]
    (row,) = rows(table(columns(question.id) + "retail,5,800,yes\n"))
    assert row.business
    assert not question.condition.holds(row.business, programme())
    assert row.given == {question.id: "yes"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save_is_read(table: Opener, encoding: str, end: str) -> None:
    text = "番号,名称,業種,従業員数,保有人数\n①,㈱髙島﨑ｱ～,小売業（店舗）,5,800\n\n2,,小売業,x,1\n"
    first, second = rows(table(text.replace("\n", end).encode(encoding)))
    assert (first.line, first.key, first.business and first.business.name) == (2, "①", "㈱髙島﨑ｱ～")
    assert second.line == 4


@pytest.mark.parametrize(
    "text",
    [
        '  ＩＮＤＵＳＴＲＹ ,"Employees",保有人数\nretail,5,800\n',
        '業種,"従業員\n数",PERSONS　HELD\nretail,5,800\n',
        HEAD.strip() + ",,,\nretail,5,800,,,\nretail,5,800\nretail,5,800, \n",
        "\n , ,\n\n" + HEAD + "\n,,\n  \n" + SOUND + ",,,,,,,,,,\n",
        HEAD + "retail,5,800",
        '"industry","employees","persons_held"\n"retail","5","800"\n',
    ],
)
def test_what_a_spreadsheet_adds_does_not_disturb(table: Opener, text: str) -> None:
    found = rows(table(text))
    assert found
    for row in found:
        assert row.business
        assert (row.business.industry, row.business.employees, row.business.persons_held) == ("retail", 5, 800)


def test_a_heading_alone_is_a_table_of_nobody(table: Opener) -> None:
    assert rows(table(HEAD)) == rows(table(HEAD.strip())) == []


@pytest.mark.parametrize(
    ("written", "number"),
    [("1284", 1284), ('"1,284"', 1284), ("１２８４", 1284), ('"１，２８４"', 1284), (" 12 ", 12), ("0", 0), ("007", 7),
     ("0" * 50 + "5", 5), ("200000000", 200_000_000)],
)  # fmt: skip
def test_numbers_may_have_commas_and_be_full_width(table: Opener, written: str, number: int) -> None:
    (row,) = rows(table(f"{HEAD}retail,1,{written}\n"))
    assert row.business
    assert row.business.persons_held == number


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("氏名", "name"), ("氏名、住所", "name address"), ("氏名;住所；電話番号", "name address phone"), ("氏名; ;住所;", "name address"),
        ('"氏名,住所"', "name address"), ("氏名・住所", "name address"), ("氏名/住所／性別", "name address sex"),
        ('"氏名\n住所"', "name address"),
        ("氏名;NAME;Name", "name"), ("勤務先・学校", "employer"), ('"氏名,勤務先・学校"', "name employer"), ("ｎａｍｅ", "name"),
        ('"Height, weight and build; Name"', "build name"), ("", "name address"),
    ],
)  # fmt: skip
def test_lists_are_parted_as_people_part_them(table: Opener, written: str, items: str) -> None:
    (row,) = rows(table(columns("information") + f"retail,1,1,{written}\n"))
    assert row.business
    assert row.business.information == tuple(items.split())


# --- files that are refused as a whole
FILES: list[tuple[str, Content, list[tuple[str, str]]]] = [
    ("nothing", b"", [("table.nothing", "1")]),
    ("a mark alone", b"\xef\xbb\xbf", [("table.nothing", "1")]),
    ("blank rows alone", "\n , \n,,\n", [("table.nothing", "1")]),
    ("UTF-16", (HEAD + SOUND).encode("utf-16"), [("table.not_text", "1")]),
    ("a workbook", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), [("table.not_text", "1")]),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), [("table.not_text", "1")]),
    ("a NUL", HEAD + SOUND + "retail,1\0,2\n", [("table.not_text", "3")]),
    ("Latin-1", (HEAD + "caf\xe9,1,2\n").encode("latin-1"), [("table.encoding", "2")]),
    ("EUC-JP", "業種,従業員数,保有人数\n".encode("euc-jp"), [("table.encoding", "1")]),
    ("UTF-8 cut off", (HEAD + SOUND + "小売業").encode()[:-1], [("table.encoding", "3")]),
    ("UTF-8 with a broken byte", (HEAD + "小売業,1,2\n" * 3).encode() + b"\xff,1,2\n", [("table.encoding", "5")]),
    ("semicolons", "industry;employees;persons_held\nretail;5;800\n", [("table.separator", "1")]),
    ("quoted semicolons", '"industry";"employees";"persons_held"\n', [("table.separator", "1")]),
    ("tabs", "\n業種\t従業員数\t保有人数\n", [("table.separator", "2")]),
    ("full-width commas", "業種，従業員数，保有人数\n", [("table.separator", "1")]),
    ("a title first", "会員名簿（令和9年）,,\n" + HEAD, [
        ("field.missing", "1"), ("field.missing", "1"), ("field.missing", "1"), ("table.column_unknown", "1 会員名簿（令和9年）")]),
    ("a column missing", "industry,persons_held\n", [("field.missing", "1")]),
    ("a column twice", "industry,業種,employees,persons_held,employees\n", [
        ("table.column_twice", "1 employees"), ("table.column_twice", "1 業種")]),
    ("columns misspelt", columns("atack.mfa", "x" * 500), [
        ("table.column_unknown", "1 atack.mfa"), ("table.column_unknown", "1 " + "x" * 79 + "…")]),
    ("a column without heading", "industry,,employees,persons_held\n", [("table.column_blank", "1 2")]),
    ("a heading that cannot be read", 'industry,"a"b\n', [("table.syntax", "1")]),
    ("a heading of 10 MB", "x" * 10_000_000 + "," + HEAD, [("table.syntax", "1")]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_file_that_is_no_such_table_is_refused(
    table: Opener, content: Content, expected: list[tuple[str, str]]
) -> None:
    assert places(refused(lambda: table(content))) == sorted(expected)


def test_of_200_unknown_columns_100_are_told(table: Opener) -> None:
    problems = refused(lambda: table(",".join(f"c{number}" for number in range(200)) + "\n"))
    assert [each.at.rpartition(" ")[2] for each in problems] == [f"c{number}" for number in range(100)]


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, tmp_path / "none" / "none.csv", Path("/dev/null")):
        (fault,) = refused(lambda path=path: open_sheet(path))  # type: ignore[misc]  # a default binds the turn of the loop
        assert (fault.code, fault.at) == ("file.unreadable", str(path))


def test_a_file_that_changes_while_it_is_read_is_refused(table: Opener) -> None:
    opened = table(HEAD + SOUND)
    opened.sheet.path.write_bytes(HEAD.encode() + b"\xff\xff,1,2\n")
    assert [each.code for each in refused(lambda: rows(opened))] == ["table.encoding"]
    opened.sheet.path.unlink()
    assert [each.code for each in refused(lambda: rows(opened))] == ["file.unreadable"]


# --- rows with faults
CELLS: list[tuple[str, str, list[tuple[str, str]]]] = [
    *((f"the number {written[:12]}", f"retail,1,{written}\n", [("value.not_integer", "2 persons_held")]) for written in (
        "1284人", "1.2e3", "－5", "+5", "¥50000", '"¥50,000"', "2027-04-01", "1284.0", '"1,28"', '"12,84"', "1 284",
        "①", "1²", "٣", "0x10", "1_000", "True", "多数", "=1+1")),
    *((f"the number {written[:12]}…", f"retail,1,{written}\n", [("value.range", "2 persons_held")]) for written in (
        "-0", "-5", "−5", "200000001", "9" * 30, "9" * 5_000)),
    ("too many employees", f"retail,{MOST_EMPLOYEES + 1},1\n", [("value.range", "2 employees")]),
    ("nothing needed", " ,,　,x\n", [("table.cells", "2")]),
    ("an empty cell", "retail,,1\n", [("table.empty", "2 employees")]),
    ("an unknown industry", "小売,1,1\n", [("industry.unknown", "2 industry")]),
    ("two faults", "小売,1人,1\n", [("industry.unknown", "2 industry"), ("value.not_integer", "2 employees")]),
    ("too few cells", "retail,1\n", [("table.cells", "2")]),
    ("too many cells", "retail,1,1,,x\n", [("table.cells", "2")]),
    ("a number with a bare comma", "retail,1,1,284\n", [("table.cells", "2")]),
    ("quotes within quotes", '"株式会社 "見本"",1,1\n', [("table.syntax", "2")]),
    ("a quote open at the end", 'retail,1,"1\n', [("table.syntax", "2")]),
    ("a cell of 10 MB", "x" * 10_000_000 + ",1,1\n", [("table.syntax", "2")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CELLS], ids=[case[0] for case in CELLS])
def test_a_fault_is_told_at_its_line_and_column(table: Opener, text: str, expected: list[tuple[str, str]]) -> None:
    found = rows(table(HEAD + text + ("" if '"1\n' in text else SOUND)))
    assert faults(found[0]) == expected
    assert all(row.business for row in found[1:])


FIELDS: list[tuple[str, str, str]] = [
    ("id", "a" * 10_000, "value.length"), ("name", "a" * (NAME_LENGTH + 1), "value.length"),
    ("id", "a\x1b[31m", "text.forbidden_character"),
    ("name", "株式会社\u202e見本", "text.forbidden_character"), ("name", "\ue000商店", "text.forbidden_character"),
    ("annual_sales", "5千万", "value.not_integer"), ("annual_sales", "9" * 19, "value.range"),
    ("information", "氏名;身長", "information.unknown"), ("information", ";、", "table.empty"),
    ("media", "紙 パソコン", "value.not_allowed"),
    ("uses", "x", "value.not_allowed"), ("on_consignment", "有", "value.not_truth"), ("attack.mfa", "○", "answers.not_an_answer"),
    ("attack.mfa", "該当なし", "answers.not_allowed"), ("ATTACK.MFA", "NA", "answers.not_allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "code"), FIELDS, ids=[f"{case[0]} {case[2]}" for case in FIELDS])
def test_a_fault_of_a_field_is_told_under_its_heading(table: Opener, column: str, cell: str, code: str) -> None:
    (row,) = rows(table(columns(column) + f"retail,1,1,{cell}\n"))
    assert faults(row) == [(code, f"2 {column}")]


def test_the_place_has_the_heading_as_the_file_has_it(table: Opener) -> None:
    (row,) = rows(table('業種,"従業員\n数",Persons Held\n小売,x,y\n'))
    assert [place for _, place in faults(row)] == ["3 業種", "3 Persons Held", "3 従業員 数"]


def test_what_is_told_holds_nothing_that_a_terminal_obeys(table: Opener) -> None:
    (row,) = rows(table(HEAD + '"re\x1b[31m\ntail",\x07,\x9b1\n'))
    told = "".join(text for each in row.problems for _, text in each.values)
    assert FORBIDDEN.search(told) is None
    assert "\n" not in told


def test_the_same_id_twice_is_a_fault_of_the_second_row(table: Opener) -> None:
    names = ("a", "b", " a ", "A", "", "")
    found = rows(table("id," + HEAD + "".join(f"{name},retail,1,1\n" for name in names)))
    assert faults(found[2]) == [("value.twice", "4 id")]
    assert found[2].key == "a"
    assert all(row.business for row in found[:2] + found[3:])


def test_a_faulty_row_keeps_what_identifies_it(table: Opener) -> None:
    found = rows(
        table(
            "industry,name,id,employees,persons_held\noops,見本,M-1,1,1\nretail,見本,M-2\nretail,見本,,1\noops,,,1,1\n"
        )
    )
    assert [row.key for row in found] == ["M-1", "M-2", "見本", ""]


def test_no_more_than_20_faults_of_a_row_are_told(table: Opener) -> None:
    names = [*QUESTIONS][:60]
    (row,) = rows(table(columns(*names) + "retail,1,1" + ",x" * 60 + "\n"))
    assert faults(row) == sorted(("answers.not_an_answer", f"2 {name}") for name in names[:20])


def test_lines_are_those_at_which_rows_begin(table: Opener) -> None:
    text = "id," + HEAD + '"a\nb\n\nc",retail,1,1\n\nx,retail,z,1\n"y\r\nz",retail,1,1\nw,oops,1,1\n'
    found = rows(table(text))
    assert [row.line for row in found] == [2, 7, 8, 10]
    assert faults(found[3]) == [("industry.unknown", "10 industry")]


@pytest.mark.parametrize(
    "text",
    ['"a,retail,1,1\n"b",retail,1,1\n', 'a,retail,1,"1\nb,retail,1,1\n', '"' + "a\n" * 100_000 + '",retail,1,1\n'],
)
def test_where_a_quote_runs_on_over_lines_nothing_is_guessed(table: Opener, text: str) -> None:
    opened = table("id," + HEAD + "ok,retail,1,1\n" + text + "c,retail,1,1\n")
    assert places(refused(lambda: rows(opened))) == [("table.rows_run_on", "3")]
    assert next(opened.rows()).key == "ok"


LINE_END = re.compile("\r\n|\r|\n")
property_test = settings(
    max_examples=many(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: not FORBIDDEN.search(text))


@property_test
@given(st.lists(TEXT, min_size=1, max_size=8))
def test_any_name_comes_back_as_it_was_written(table: Opener, names: list[str]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["name", "industry", "employees", "persons_held"])
    starts = []
    for name in names:
        starts.append(1 + len(LINE_END.findall(text.getvalue())))
        writer.writerow([name, "retail", 1, 1])
    found = rows(table(text.getvalue()))
    assert [row.line for row in found] == starts
    assert [row.business.name for row in found if row.business] == [normalize("NFC", name.strip()) for name in names]


@property_test
@given(st.binary(max_size=200), st.sampled_from([b"", HEAD.encode()]))
def test_whatever_a_file_holds_it_is_read_or_refused_with_words(table: Opener, content: bytes, head: bytes) -> None:
    def read() -> NoReturn:
        raise Refused(
            [each for row in rows(table(head + content)) for each in row.problems] or [problem("table.empty", "x")]
        )

    refused(read)
