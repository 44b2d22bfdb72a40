"""The risk report as PDF: what its pages show, how many there are, tagged, embedded, the same bytes twice."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from sonae.checklist import Answers
from sonae.figures import LANGS, Lang
from sonae.report import build, diagnose, pdf
from tests.cast import BUSINESSES, ON, answering, asked_all, diagnosed, example, programme, renamed

WIDTH, HEIGHT = 595.3, 841.9
MARGIN = 22 / 25.4 * 72 - 6
"""A page of A4 and its side margins, in points, less the half width that 、 and 。 may hang over."""
WATERMARKS = ("見本", "SAMPLE", "見", "本")


def pages(data: bytes) -> list[str]:
    return [page.extract_text() or "" for page in pypdf.PdfReader(io.BytesIO(data)).pages]


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_says_what_the_diagnosis_found(lang: Lang) -> None:
    diagnosis = diagnosed(example("clinic"))
    data = build(diagnosis, lang)
    text = "".join(pages(pdf(diagnosis, lang))).replace("\n", "").replace(" ", "")
    wanted = [diagnosis.number, data["summary"]["score"], *(area["name"] for area in data["areas"])]
    wanted += [action["action"] for action in data["summary"]["first"]] + [diagnosis.answers.business.name]
    wanted += [row["question"] for group in data["annex"]["groups"] for row in group["rows"]]
    assert [each for each in wanted if each.replace(" ", "") not in text] == []


@pytest.mark.needs_pdftotext
def test_another_reader_extracts_the_text_too(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(diagnosed(example("letting")), "ja"))
    program = shutil.which("pdftotext")
    assert program
    text = subprocess.run([program, str(path), "-"], capture_output=True, check=True).stdout.decode()
    assert "個人情報管理リスク評価報告書" in text


@pytest.mark.needs_pdftotext
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "name", ["W" * 100, "齾" * 100, "WWWW WWWWW " * 9 + "W", "見"], ids=["latin", "kanji", "words", "short"]
)
def test_nothing_runs_over_the_margins(name: str, lang: Lang, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(diagnosed(renamed(example("mail_order"), name)), lang))
    program = shutil.which("pdftotext")
    assert program
    boxes = subprocess.run([program, "-bbox", str(path), "-"], capture_output=True, check=True).stdout.decode()
    for page in boxes.split("<page ")[1:]:
        words = re.findall(
            r'xMin="([-.0-9]+)" yMin="([-.0-9]+)" xMax="([-.0-9]+)" yMax="([-.0-9]+)">(.*?)</word>', page
        )
        out = [
            word
            for left, top, right, bottom, word in words
            if float(left) < MARGIN or float(right) > WIDTH - MARGIN or float(top) < 0 or float(bottom) > HEIGHT
        ]
        assert [word for word in out if word not in WATERMARKS] == []


def test_equal_input_gives_equal_bytes_and_another_day_another_number() -> None:
    first, again = diagnose(example("letting"), ON), diagnose(example("letting"), ON)
    assert pdf(first, "ja") == pdf(again, "ja")
    assert diagnose(example("letting"), ON.replace(day=2)).number != first.number


WHO = (*BUSINESSES, "everything")
MOST_PAGES = 28
BODY_PAGES = range(8, 13)
"""Cover and chapters, up to the annex."""


def who(name: str) -> Answers:
    """An example, or a business of the longest name that is asked every question."""
    return (
        replace(example("mail_order"), business=replace(asked_all(), name="齾" * 100))
        if name == "everything"
        else example(name)
    )


def chapters(reader: pypdf.PdfReader) -> dict[str, int]:
    """The titles of the outline's first level, and the page (from 0) that each opens."""
    found = {}
    for entry in reader.outline:
        if isinstance(entry, pypdf.generic.Destination):
            number = reader.get_destination_page_number(entry)
            assert number is not None
            found[str(entry.title)] = number
    return found


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", WHO)
def test_any_answers_keep_the_report_within_its_pages(name: str, lang: Lang) -> None:
    annex = programme().words(lang)("report.annex.title")
    for answer in ("yes", "partly", "no", "unknown"):
        reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(answering(who(name), answer)), lang)))
        assert len(reader.pages) <= MOST_PAGES
        assert chapters(reader)[annex] in BODY_PAGES


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", BUSINESSES)
def test_the_pages_of_every_example_show_its_name_grade_score_areas_and_first_actions(name: str, lang: Lang) -> None:
    diagnosis = diagnosed(example(name))
    data, words = build(diagnosis, lang), programme().words(lang)
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosis, lang)))
    starts = chapters(reader)
    assert list(starts) == [words(f"report.{each}.title") for each in
                            ("summary", "law", "risk", "loss", "areas", "cases", "plan", "sources", "annex")]  # fmt: skip
    assert list(starts.values()) == sorted(set(starts.values()))
    assert starts[words("report.loss.title")] == starts[words("report.risk.title")] + 1, "the loss takes one page"
    cover, summary = squeezed(reader, 0, 1), squeezed(reader, starts[words("report.summary.title")], 1)
    by_area = squeezed(reader, starts[words("report.areas.title")], 2)
    assert squeeze(diagnosis.answers.business.name) in cover
    assert diagnosis.number in cover
    shown = [
        data["summary"]["grade"] + data["summary"]["verdict"][0],
        data["summary"]["score"] + words("report.summary.score_unit"),
    ]
    shown += [area["short"] for area in data["summary"]["areas"]] + [row["action"] for row in data["summary"]["first"]]
    assert [each for each in map(squeeze, shown) if each not in summary] == []
    assert [each for each in (squeeze(area["name"]) for area in data["areas"]) if each not in by_area] == []
    assert reader.metadata is not None
    assert reader.metadata.title == f"{words('report.title')} {diagnosis.answers.business.name}"


def squeeze(text: str) -> str:
    return "".join(text.split())


def squeezed(reader: pypdf.PdfReader, first: int, count: int) -> str:
    """The text of some pages without its spaces and line ends."""
    return squeeze("".join(reader.pages[number].extract_text() for number in range(first, first + count)))


@pytest.mark.parametrize("lang", LANGS)
def test_the_pdf_is_for_archives_and_for_everybody(lang: Lang) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(example("printing")), lang)))
    root: Any = reader.trailer["/Root"]
    xmp: Any = reader.xmp_metadata
    declared = squeeze(xmp.stream.get_data().decode())
    for each in ("pdfaid:part>2<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert each in declared
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"] == lang
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    assert not reader.is_encrypted


def test_every_font_is_embedded() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(example("printing")), "ja")))
    names = set()
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            descriptor = inner.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            assert "/ToUnicode" in font.get_object()
            names.add(descriptor["/FontName"].partition("+")[2])
    assert {"Bold" in name for name in names} == {True, False}
    assert all("NotoSansCJK" in name for name in names)


def test_a_days_date_is_the_documents_date() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(example("printing")), "ja")))
    assert reader.metadata is not None
    created = reader.metadata.creation_date
    assert created is not None
    assert created.date() == ON


def test_a_sample_programme_marks_every_report() -> None:
    assert build(diagnosed(example("letting")), "ja")["watermark"] == "見本"
    assert build(diagnosed(example("letting")), "ja", specimen=True)["specimen"] == "記載例"
