"""The checklist as a file to fill in: a workbook for Excel and other spreadsheets, or a CSV file. Equal input, equal bytes."""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sonae.checklist.answers import Answers
from sonae.checklist.business import MOST_EMPLOYEES
from sonae.checklist.edition import Edition
from sonae.checklist.form import COLUMNS, Form, Line, form
from sonae.figures import Lang
from sonae.money import MOST_YEN
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_PERSONS
from sonae.programmes.exports import Encoding, Value, csv_bytes, put, workbook_bytes

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SIDES = {"answer": "left", "number": "center", "critical": "center"}
HIDDEN = "sonae"
"""The sheet with the form's mark and the lists to pick from."""
FONT = {"ja": "游ゴシック", "en": "Calibri"}
INK, LINE, INPUT, HEAD, RED = "17212B", "D5DBE1", "FDF5E0", "EEF0F2", "B3301A"
FACT_WIDTHS = {"area": 23, "question": 34, "answer": 30, "why": 52, "other": 40}
QUESTION_WIDTHS = {"number": 6, "area": 14, "critical": 8, "question": 44, "answer": 13, "when": 20, "why": 40, "unsure": 40,
                   "other": 44}  # fmt: skip
FACT_WORDS = {"area": "section", "question": "fact", "why": "help"}
MOST = {"business.employees": MOST_EMPLOYEES, "business.persons_held": MOST_PERSONS, "business.annual_sales": MOST_YEN}
LINE_HEIGHT, LINE_SPACE = 13.5, 4.0
"""Points of a line of text in a row, and what a row has beside them."""


def template(programme: Programme, edition: Edition, lang: Lang, answers: Answers | None = None) -> bytes:
    """Return the workbook (.xlsx) to fill in, with the business and answers given already when there are any.

    Sheets: the business's facts, the questions, and a hidden one by which ``read_filled`` knows the edition.
    """
    from openpyxl import Workbook
    from openpyxl.workbook.protection import WorkbookProtection

    blank = form(programme, edition, lang, answers)
    words, book = blank.words, Workbook()
    book.properties.title, book.properties.creator = words("template.title"), "Sonae"
    facts = book.worksheets[0]
    facts.title = words("template.sheet.facts")
    questions = book.create_sheet(words("template.sheet.questions"))
    _hidden_sheet(book, blank)
    guide = [words("template.guide.facts", sheet=questions.title), words("template.guide.groups")]
    _fill(facts, blank, blank.facts, FACT_WIDTHS, guide)
    guide = [
        words("template.guide.questions"),
        words("template.guide.unknown", unknown=words("answer.unknown.name")),
        words("template.guide.critical", critical=words("template.critical")),
        words("template.guide.other"),
    ]
    _fill(questions, blank, blank.questions, QUESTION_WIDTHS, guide)
    questions.page_setup.orientation = "landscape"
    book.security = WorkbookProtection(lockStructure=True)
    return workbook_bytes(book)


def template_csv(
    programme: Programme, edition: Edition, lang: Lang, answers: Answers | None = None, encoding: Encoding = "utf-8"
) -> bytes:
    """Return the same as a CSV file: one row a fact or question, columns as in the workbook.

    Raises Refused when a character of the business's name is not in cp932.
    """
    blank = form(programme, edition, lang, answers)
    words = blank.words
    rows: list[Sequence[Value]] = [blank.mark, [words(f"template.column.{name}") for name in COLUMNS]]
    rows += ([getattr(line, name) for name in COLUMNS] for line in (*blank.facts, *blank.questions))
    return csv_bytes(rows, encoding)


def _hidden_sheet(book: "Workbook", blank: Form) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.workbook.defined_name import DefinedName

    sheet = book.create_sheet(HIDDEN)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    for column, text in enumerate(blank.mark, 1):
        put(sheet, 1, column, text)
    for column, (name, choices) in enumerate(blank.choices().items(), 1):
        for row, text in enumerate(choices, 3):
            put(sheet, row, column, text)
        letter = get_column_letter(column)
        area = f"'{HIDDEN}'!${letter}$3:${letter}${len(choices) + 2}"
        book.defined_names[name] = DefinedName(name, attr_text=area)


def _fill(sheet: "Worksheet", blank: Form, lines: Sequence[Line], widths: dict[str, int], guide: Sequence[str]) -> None:
    """Write title, guide, heading and rows; ids stand in the hidden first column."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
    from openpyxl.utils import get_column_letter

    words, font = blank.words, FONT[blank.lang]
    shown = list(widths)
    put(sheet, 1, 2, words("template.title")).font = Font(name=font, size=14, bold=True, color=INK)
    for row, text in enumerate(guide, 2):
        put(sheet, row, 2, text).font = Font(name=font, size=10, color=INK)
    top = len(guide) + 3
    thin = Side(style="thin", color=LINE)
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    head, body, bold = (Font(name=font, size=10, bold=b, color=INK) for b in (True, False, True))
    red = Font(name=font, size=10, bold=True, color=RED)
    grey, yellow = PatternFill("solid", fgColor=HEAD), PatternFill("solid", fgColor=INPUT)
    wrapped = Alignment(vertical="top", wrap_text=True)
    put(sheet, top, 1, words("template.column.id"))
    own = FACT_WORDS if lines is blank.facts else {}
    for column, name in enumerate(shown, 2):
        cell = put(sheet, top, column, words(f"template.column.{own.get(name, name)}"))
        cell.font, cell.fill, cell.border, cell.alignment = head, grey, border, wrapped
        sheet.column_dimensions[get_column_letter(column)].width = widths[name]
    fonts = {"answer": bold, "critical": red}
    beside = {name: Alignment(horizontal=side, vertical="top", wrap_text=True) for name, side in SIDES.items()}
    for row, line in enumerate(lines, top + 1):
        put(sheet, row, 1, line.id)
        for column, name in enumerate(shown, 2):
            cell = put(sheet, row, column, getattr(line, name))
            cell.font, cell.border, cell.alignment = fonts.get(name, body), border, beside.get(name, wrapped)
            if name == "answer":
                cell.fill, cell.protection = yellow, Protection(locked=False)
                cell.number_format = (
                    "#,##0" if line.choices == "number" else "@" if line.choices == "text" else "General"
                )
        sheet.row_dimensions[row].height = LINE_SPACE + LINE_HEIGHT * _lines(line, widths)
    sheet.column_dimensions["A"].hidden = True
    _checks(sheet, blank, lines, top + 1, shown.index("answer") + 2)
    _page(sheet, top, len(lines), shown, words("template.page"))


def _checks(sheet: "Worksheet", blank: Form, lines: Sequence[Line], first: int, column: int) -> None:
    """Offer lists to pick from, and refuse what is no number where one is needed."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    letter, words = get_column_letter(column), blank.words
    checks: dict[str, DataValidation] = {}
    for row, line in enumerate(lines, first):
        if line.choices == "text":
            continue
        key = line.id if line.choices == "number" else line.choices
        if key not in checks:
            if line.choices == "number":
                check = DataValidation("whole", operator="between", formula1="0", formula2=str(MOST[line.id]))
                check.error = words("template.whole")
            else:
                check = DataValidation("list", formula1=f"={line.choices}")
                check.error = words("template.pick")
            check.allow_blank = check.showErrorMessage = True
            checks[key] = check
            sheet.add_data_validation(check)
        checks[key].add(f"{letter}{row}")


def _page(sheet: "Worksheet", top: int, count: int, shown: Sequence[str], page: str) -> None:
    """Set up the sheet's view, its protection (no password) and its pages: A4, as wide as the page, headings on each."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    last, printed = get_column_letter(len(shown) + 1), get_column_letter(len(shown))
    sheet.freeze_panes = f"B{top + 1}"
    sheet.auto_filter.ref = f"A{top}:{last}{top + count}"
    sheet.sheet_view.showGridLines = False
    protection = sheet.protection
    protection.sheet = True
    protection.formatColumns = protection.formatRows = protection.autoFilter = protection.sort = False  # False: allowed
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{top}:{top}"
    sheet.print_area = f"B1:{printed}{top + count}"  # the other language is for the screen
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.75, 0.35
    footer = _HeaderFooterPart(text=f"{page} &P / &N")
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=footer)


def _lines(line: Line, widths: dict[str, int]) -> int:
    """Return how many lines the tallest cell of a row takes."""
    return max(-(-_width(str(getattr(line, name) or "")) // (width - 1)) for name, width in widths.items()) or 1


def _width(text: str) -> int:
    """Return how wide a text is, counted in digits."""
    return sum(2 if unicodedata.east_asian_width(each) in "FWA" else 1 for each in text)
