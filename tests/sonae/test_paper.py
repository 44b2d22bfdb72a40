"""The risk report as data and as PDF: whole, tagged, the same bytes twice, for any name."""

import io
import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pypdf
import pytest

from sonae.figures import LANGS, Lang
from sonae.papers import printable
from sonae.report import build, diagnose, pdf, result
from tests.cast import BUSINESSES, ON, answering, asked_all, diagnosed, example, renamed, uniform

HARD_NAMES = (
    "齾" * 100,
    "見",
    "辻󠄀本商事",
    "見本😀商店",
    "ร้านตัวอย่าง",
    "مثال",
    "e\u0301\u0301が",
    "#let x = 1; *太字* $a$ @b \\ <c>",
)


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


def test_equal_input_gives_equal_bytes_and_another_day_another_number() -> None:
    first, again = diagnose(example("letting"), ON), diagnose(example("letting"), ON)
    assert pdf(first, "ja") == pdf(again, "ja")
    assert diagnose(example("letting"), ON.replace(day=2)).number != first.number


def test_the_pdf_is_tagged_and_declares_its_standards() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(example("rental")), "ja")))
    metadata = reader.xmp_metadata
    assert metadata is not None
    xml = metadata.stream.get_data().decode()
    assert "pdfaid:part>2" in xml.replace(" ", "")
    assert "pdfuaid:part>1" in xml.replace(" ", "")
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
def test_the_longest_report_keeps_within_its_pages(answer: str, lang: Lang) -> None:
    everything = replace(
        example("mail_order"), business=replace(asked_all(), name="齾" * 100), given=MappingProxyType(uniform(answer))
    )
    found = pages(pdf(diagnosed(everything), lang))
    annex = {"ja": "付録　すべて", "en": "Annex: every"}[lang]
    start = next(number for number, text in enumerate(found) if annex in text)
    assert 8 <= start <= 12
    assert len(found) <= 28


@pytest.mark.parametrize("name", BUSINESSES)
def test_the_report_is_plain_data(name: str) -> None:
    for lang in LANGS:
        assert json.loads(json.dumps(build(diagnosed(example(name)), lang)))["number"]
        assert json.loads(json.dumps(result(diagnosed(example(name)), lang)))["grade"] in "ABCDE"


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_hard_name_yields_a_report(name: str) -> None:
    assert pdf(diagnosed(renamed(example("letting"), name)), "ja").startswith(b"%PDF")


def test_random_names_become_printable() -> None:
    draw = random.Random(7)
    for _ in range(10_000):
        name = "".join(
            chr(draw.choice([draw.randrange(0x20, 0xD7FF), draw.randrange(0x10000, 0x32000)])) for _ in range(8)
        )
        shown, lost = printable(name)
        assert shown
        assert all(each.startswith("U+") for each in lost)


@pytest.mark.soak
def test_a_thousand_random_names_yield_reports() -> None:
    draw = random.Random(8)
    for _ in range(1_000):
        name = "".join(
            chr(draw.choice([draw.randrange(0x20, 0xD7FF), draw.randrange(0x10000, 0x32000)])) for _ in range(8)
        )
        assert pdf(diagnosed(renamed(example("letting"), name)), "ja")


def test_a_sample_programme_marks_every_report() -> None:
    assert build(diagnosed(example("letting")), "ja")["watermark"] == "見本"
    assert build(diagnosed(example("letting")), "ja", specimen=True)["specimen"] == "記載例"


def test_what_is_left_to_do_is_nothing_when_all_is_yes() -> None:
    data = build(diagnosed(answering(example("clinic"), "yes")), "ja")
    assert data["summary"]["first"] == []
    assert data["plan"]["stages"] == []
