"""Tables that clerks take away: CSV in UTF-8 or cp932, or a workbook."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sonae.dates import JST
from sonae.problems import Refused
from sonae.programmes.exports import Value, csv_bytes, table_workbook
from sonae_web.ground.download import download
from sonae_web.ground.words import words

FORMS = ("csv", "csv-cp932", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answer(
    request: HttpRequest, form: str, *, name: str, title: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]
) -> HttpResponse:
    """Return a table as a file in one of FORMS, or a page that says why it cannot be one (a character cp932 lacks)."""
    table: Iterable[Sequence[Value]] = [[words()(head) for head in heads], *rows]
    try:
        if form == "xlsx":
            return download(table_workbook(table, title=title), f"{name}.xlsx", XLSX)
        encoding = "cp932" if form == "csv-cp932" else "utf-8"
        content = csv_bytes(table, "cp932" if encoding == "cp932" else "utf-8")
    except Refused:
        return render(request, "desk/not_exported.html", status=422)
    return download(content, f"{name}.csv", "text/csv; charset=" + ("Shift_JIS" if encoding == "cp932" else "utf-8"))


def day(moment: datetime | None) -> str:
    """Return the day of a moment in Japan, or nothing."""
    return moment.astimezone(JST).date().isoformat() if moment else ""
