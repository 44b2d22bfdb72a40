"""The checklist as a file to fill in: written, filled in, and read back whole or refused with every fault and its cell."""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from sonae.checklist import Answers
from sonae.checklist.business import MEDIA, USES
from sonae.checklist.filled import Filled, read_filled
from sonae.checklist.template import HIDDEN, template, template_csv
from sonae.figures import LANGS, Lang
from sonae.problems import Refused
from sonae.programmes.exports import Encoding, workbook_bytes
from tests.cast import BUSINESSES, EDITIONS, answers, business, codes, dice, edition, example, many, programme, refused

FACTS, QUESTIONS = "事業者", "質問"
WRITTEN = template(programme(), edition(), "ja", example("printing"))
AS_CSV = template_csv(programme(), edition(), "ja", example("printing"))


def read(content: bytes) -> Filled:
    return read_filled(content, programme())


def in_order(source: Answers) -> Answers:
    """Answers with lists and answers in the form's own order."""
    who = source.business
    ordered = replace(
        who,
        information=tuple(each for each in programme().items if each in who.information),
        media=tuple(each for each in MEDIA if each in who.media),
        uses=tuple(each for each in USES if each in who.uses),
    )
    given_in_order = {each.id: source.given[each.id] for each in source.edition.questions if each.id in source.given}
    return replace(source, business=ordered, given=MappingProxyType(given_in_order))


def same(found: Answers, expected: Answers) -> bool:
    """Whether two are the same; an edition may have been read anew in between."""
    one, two = ((each.edition.id, each.business, each.given) for each in (found, expected))
    return one == two


def changed(change: Callable[[openpyxl.Workbook], None], content: bytes = WRITTEN) -> bytes:
    """The workbook after somebody worked on it in a spreadsheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book)
    return workbook_bytes(book)


def row_of(sheet: Worksheet, id_: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == id_)


def answer_column(sheet: Worksheet) -> int:
    return next(
        cell.column for row in sheet.iter_rows(max_row=10) for cell in row if cell.value == "回答" and cell.column
    )


def put(id_: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book[FACTS if id_.startswith("business.") else QUESTIONS]
        sheet.cell(row_of(sheet, id_), answer_column(sheet)).value = value  # type: ignore[assignment]  # no cell of the template is merged

    return change


def place(id_: str) -> str:
    book = openpyxl.load_workbook(io.BytesIO(WRITTEN))
    sheet = book[FACTS if id_.startswith("business.") else QUESTIONS]
    return f"{sheet.title}!{sheet.cell(row_of(sheet, id_), answer_column(sheet)).coordinate}"


# --- written and read back
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", BUSINESSES)
def test_what_a_business_answered_is_written_and_read_back(name: str, lang: Lang) -> None:
    source = example(name)
    expected = in_order(source)
    assert same(read(template(programme(), source.edition, lang, source)).answers, expected)
    for encoding in ("utf-8", "cp932"):
        content = template_csv(programme(), source.edition, lang, source, encoding)
        assert same(read(content).answers, expected)


@st.composite
def anything_answered(draw: st.DrawFn) -> Answers:
    chosen = edition(draw(st.sampled_from(EDITIONS)))
    given_answers = {
        question.id: draw(st.sampled_from(question.answers)) for question in chosen.questions if draw(st.integers(0, 3))
    }
    media = draw(st.sets(st.sampled_from(MEDIA), min_size=1))
    assumed = draw(st.sets(st.sampled_from(["annual_sales", "information", "uses", "on_consignment"])))
    names = st.text("見本商事=+-@'\"ＡＢＣabc 012　・,、", min_size=1, max_size=30)
    who = business(
        name=draw(names.filter(lambda text: text.strip() == text)),
        industry=draw(st.sampled_from(sorted(programme().industries))),
        employees=draw(st.integers(0, 1_000_000)),
        persons_held=draw(st.integers(0, 200_000_000)),
        annual_sales=None if "annual_sales" in assumed else draw(st.integers(0, 10**12)),
        information=("name", "address")
        if "information" in assumed
        else tuple(draw(st.sets(st.sampled_from(sorted(programme().items))))),
        media=tuple(media),
        uses=() if "uses" in assumed else tuple(draw(st.sets(st.sampled_from(USES)))),
        on_consignment="on_consignment" not in assumed and draw(st.booleans()),
        assumed=tuple(each for each in ("annual_sales", "information", "uses", "on_consignment") if each in assumed),
    )
    return in_order(Answers(programme(), chosen, who, MappingProxyType(given_answers)))


@settings(max_examples=many(80))
@given(anything_answered(), st.sampled_from(LANGS), st.sampled_from(["xlsx", "utf-8"]))
def test_whatever_was_answered_is_read_back(source: Answers, lang: Lang, form: str) -> None:
    if form == "xlsx":
        content = template(programme(), source.edition, lang, source)
    else:
        encoding: Encoding = "utf-8"
        content = template_csv(programme(), source.edition, lang, source, encoding)
    assert same(read(content).answers, source)


def test_equal_input_gives_equal_bytes() -> None:
    assert template(programme(), edition(), "ja", example("printing")) == WRITTEN
    assert template_csv(programme(), edition(), "ja", example("printing")) == AS_CSV


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", EDITIONS)
def test_an_empty_form_asks_for_the_facts_that_are_needed_and_no_more(name: str, lang: Lang) -> None:
    for content in (
        template(programme(), edition(name), lang),
        template_csv(programme(), edition(name), lang, encoding="cp932"),
    ):
        problems = refused(lambda content=content: read(content))  # type: ignore[misc]  # a default binds the turn of the loop
        assert [each.code for each in problems] == ["template.fact_missing"] * 4


def test_answers_may_be_ids_and_words_of_either_language_in_any_width() -> None:
    words = {
        "policy.rules": "Ｙｅｓ",
        "policy.records": "一部",
        "policy.review": " don’t know ",
        "policy.purpose": "no",
    }

    def change(book: openpyxl.Workbook) -> None:
        for id_, word in words.items():
            put(id_, word)(book)
        put("business.employees", "１，２３４")(book)
        put("business.industry", "Printing")(book)
        put("business.uses.camera", bool(1))(book)

    found = read(changed(change)).answers
    assert [found.given[id_] for id_ in words] == ["yes", "partly", "unknown", "no"]
    assert (found.business.employees, found.business.industry, "camera" in found.business.uses) == (
        1234,
        "printing",
        True,
    )


# --- how people treat a sheet
def test_rows_may_be_put_in_any_order_and_some_taken_away() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for sheet in (book[FACTS], book[QUESTIONS]):
            top = row_of(sheet, "id")
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top + 1)]
            dice("rows").shuffle(rows)
            sheet.delete_rows(top + 1, len(rows))
            for row in rows:
                if row[0] not in ("policy.rules", "business.uses.fax"):
                    sheet.append(row)

    found, source = read(changed(change)).answers, in_order(example("printing"))
    assert dict(found.given) == {id_: answer for id_, answer in source.given.items() if id_ != "policy.rules"}
    assert found.business.uses == tuple(each for each in source.business.uses if each != "fax")
    assert found.unanswered == ("policy.rules",)


def test_an_answer_to_what_does_not_apply_is_kept_and_told() -> None:
    apply_not = next(each.id for each in edition().questions if each not in example("printing").asked)
    found = read(changed(put(apply_not, "はい")))
    assert found.answers.given[apply_not] == "yes"
    assert found.ignored == (apply_not,)


def test_in_a_group_with_any_answer_empty_cells_mean_no_and_an_empty_group_is_filled_in() -> None:
    def only(answer: object) -> Callable[[openpyxl.Workbook], None]:
        def change(book: openpyxl.Workbook) -> None:
            for item in MEDIA:
                put(f"business.media.{item}", answer if item == "paper" else None)(book)

        return change

    assert read(changed(only("はい"))).answers.business.media == ("paper",)
    empty = read(changed(only(None))).answers.business
    assert (empty.media, empty.assumed) == (("paper", "pc"), ("media",))


@pytest.mark.parametrize(
    ("id_", "value", "code"),
    [
        ("policy.rules", "たぶん", "answers.not_an_answer"),
        ("policy.rules", "該当なし", "answers.not_allowed"),
        ("policy.rules", "=A1", "cell.formula"),
        ("policy.rules", "#N/A", "cell.error"),
        ("policy.rules", 1, "answers.not_an_answer"),
        ("business.employees", "約20人", "value.not_integer"),
        ("business.employees", 12.5, "value.not_integer"),
        ("business.employees", -3, "value.range"),
        ("business.employees", None, "template.fact_missing"),
        ("business.persons_held", date(2027, 5, 3), "cell.date"),
        ("business.persons_held", 10**12, "value.range"),
        ("business.industry", "魔法業", "industry.unknown"),
        ("business.name", "見" * 101, "value.length"),
        ("business.name", "見本\ue000", "text.forbidden_character"),
        ("business.uses.fax", "ときどき", "value.not_truth"),
    ],
)
def test_a_fault_is_told_with_its_cell(id_: str, value: object, code: str) -> None:
    problems = refused(lambda: read(changed(put(id_, value))))
    assert [(each.code, each.at) for each in problems] == [(code, place(id_))]


def test_all_faults_are_told_at_once() -> None:
    def change(book: openpyxl.Workbook) -> None:
        put("business.name", None)(book)
        put("business.employees", "多数")(book)
        put("policy.rules", "たぶん")(book)
        put("policy.records", "=1")(book)

    problems = refused(lambda: read(changed(change)))
    assert {(each.code, each.at) for each in problems} == {
        ("template.fact_missing", place("business.name")), ("value.not_integer", place("business.employees")),
        ("answers.not_an_answer", place("policy.rules")), ("cell.formula", place("policy.records")),
    }  # fmt: skip


def test_in_csv_a_fault_is_told_with_line_and_cell() -> None:
    rows = list(csv.reader(io.StringIO(AS_CSV.decode("utf-8-sig"), newline="")))
    line = next(number for number, row in enumerate(rows, 1) if row[0] == "policy.rules")
    rows[line - 1][5] = "たぶん"
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    (fault,) = refused(lambda: read(file.getvalue().encode("cp932")))
    assert (fault.code, fault.at) == ("answers.not_an_answer", f"{line}:6")


def test_merged_answers_are_told() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book[QUESTIONS]
        row = row_of(sheet, "policy.rules")
        sheet.merge_cells(start_row=row, end_row=row + 1, start_column=6, end_column=6)

    problems = refused(lambda: read(changed(change)))
    assert [(each.code, each.at) for each in problems] == [
        ("cell.merged", place("policy.rules")), ("cell.merged", place("policy.records")),
    ]  # fmt: skip


def test_a_row_that_stands_twice_must_say_the_same() -> None:
    def again(answer: str) -> Callable[[openpyxl.Workbook], None]:
        def change(book: openpyxl.Workbook) -> None:
            sheet = book[QUESTIONS]
            row: list[str | None] = [None] * answer_column(sheet)
            row[0], row[-1] = "policy.rules", answer
            sheet.append(row)

        return change

    word = {"yes": "はい", "no": "いいえ", "partly": "一部"}[example("printing").given["policy.rules"]]
    assert read(changed(again(word))).answers.given["policy.rules"] == example("printing").given["policy.rules"]
    (fault,) = refused(lambda: read(changed(again("わからない"))))
    assert (fault.code, dict(fault.values)["first"]) == ("template.twice", place("policy.rules"))


def test_an_answer_without_a_row_and_a_row_of_no_edition_are_told() -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book[QUESTIONS]
        sheet.cell(row_of(sheet, "policy.rules"), 1).value = None
        sheet.cell(row_of(sheet, "policy.records"), 1).value = "policy.record"

    problems = refused(lambda: read(changed(change)))
    assert [each.code for each in problems] == ["template.no_id", "template.unknown_row"]
    assert dict(problems[1].values)["near"] == "policy.records"


def test_a_file_of_another_edition_programme_version_or_of_somebody_else_is_refused() -> None:
    def mark(column: int, text: str) -> bytes:
        def change(book: openpyxl.Workbook) -> None:
            book[HIDDEN].cell(1, column).value = text

        return changed(change)

    assert codes(refused(lambda: read_filled(WRITTEN, programme(), "2004-12"))) == {"template.other_edition"}
    assert codes(refused(lambda: read(mark(2, "version=9")))) == {"template.version"}
    assert codes(refused(lambda: read(mark(3, "programme=x")))) == {"template.other_programme"}
    (fault,) = refused(lambda: read(mark(4, "edition=x")))
    assert (fault.code, fault.at) == ("edition.unknown", f"{HIDDEN}!D1")
    assert codes(refused(lambda: read(mark(1, "x")))) == {"template.not_one"}
    assert codes(refused(lambda: read("名称\n見本\n".encode()))) == {"template.not_one"}

    def without_sheets(book: openpyxl.Workbook) -> None:
        del book[QUESTIONS], book[FACTS]
        book.create_sheet("x")

    assert codes(refused(lambda: read(changed(without_sheets)))) == {"template.no_heading"}


def test_without_any_way_of_keeping_it_nothing_can_be_held() -> None:
    def change(book: openpyxl.Workbook) -> None:
        for item in MEDIA:
            put(f"business.media.{item}", "いいえ")(book)
        for item in USES:
            put(f"business.uses.{item}", "いいえ")(book)

    assert codes(refused(lambda: read(changed(change)))) == {"template.kept_nowhere"}


# --- the sheets themselves
def test_only_answers_can_be_changed_and_only_those_that_are_allowed_are_offered() -> None:
    book = openpyxl.load_workbook(io.BytesIO(WRITTEN))
    assert book.security.lockStructure
    assert book[HIDDEN].sheet_state == "hidden"
    sheet = book[QUESTIONS]
    column = answer_column(sheet)
    open_cells = {(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert sheet.protection.sheet
    assert open_cells == {(row_of(sheet, each.id), column) for each in edition().questions}
    offered = {}
    for check in sheet.data_validations.dataValidation:
        for cell in (cell for area in check.sqref.ranges for cell in area.cells):
            offered[cell] = check.formula1
    for question in edition().questions:
        expected = "=answers_na" if "na" in question.answers else "=answers"
        assert offered[row_of(sheet, question.id), column] == expected
    lists = {name: [cell[0].value for cell in book[HIDDEN][book.defined_names[name].attr_text.split("!")[1].replace("$", "")]]
             for name in ("answers", "answers_na", "truths", "industries")}  # fmt: skip
    assert lists["answers"] == ["はい", "一部", "いいえ", "わからない"]
    assert lists["answers_na"] == [*lists["answers"], "該当なし"]
    assert len(lists["industries"]) == len(programme().industries)


@pytest.mark.parametrize("lang", LANGS)
def test_questions_stand_in_both_languages_with_their_help(lang: Lang) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template(programme(), edition(), lang)))
    texts = {str(cell.value) for row in book.worksheets[1].iter_rows() for cell in row if cell.value is not None}
    for question in edition().questions:
        key = f"2027-01.{question.id}"
        needed = {programme().words(each, "2027-01")(f"{key}.question") for each in LANGS}
        needed |= {programme().words(lang, "2027-01")(f"{key}.{word}") for word in ("why", "unsure")}
        assert needed <= texts


def test_the_pages_are_a4_with_the_heading_on_each() -> None:
    for sheet in openpyxl.load_workbook(io.BytesIO(WRITTEN)).worksheets[:2]:
        top = row_of(sheet, "id")
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, 1, 0)
        assert sheet.print_title_rows == f"${top}:${top}"
        assert sheet.freeze_panes == f"B{top + 1}"
        assert sheet.column_dimensions["A"].hidden


def test_a_name_that_looks_like_a_formula_is_not_live() -> None:
    source = answers({}, business(name="=HYPERLINK(1)"))
    content = template(programme(), edition(), "ja", source)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content))[FACTS].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.data_type == "f"] == []
    assert read(content).answers.business.name == "=HYPERLINK(1)"
    assert read(template_csv(programme(), edition(), "ja", source)).answers.business.name == "=HYPERLINK(1)"


@settings(max_examples=many(300))
@given(st.randoms(use_true_random=False))
def test_a_damaged_form_is_read_or_refused(draw: random.Random) -> None:
    content = bytearray(draw.choice([WRITTEN, AS_CSV]))
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(content))
        content[at : at + draw.randrange(0, 3)] = draw.randbytes(draw.randrange(0, 3))
    try:
        found = read(bytes(content))
    except Refused:
        return
    assert found.answers.business.name
