"""``sonae checklist``: a form written, filled in, read, and diagnosed."""

from pathlib import Path

import openpyxl
import pytest

from tests.cast import EXAMPLES, Shell, example
from tests.cli.test_start import HEAVY, started

CLINIC = EXAMPLES / "clinic.yaml"


@pytest.mark.parametrize("name", ["form.xlsx", "form.csv"])
def test_a_form_filled_in_from_a_business_is_read_back_and_diagnosed(sonae: Shell, tmp_path: Path, name: str) -> None:
    form, back = tmp_path / name, tmp_path / "answers.json"
    written = sonae("checklist", "template", form, "--business", CLINIC, "--json")
    assert (written.code, written.data) == (
        0, {"file": str(form), "programme": "chuokai-leak", "edition": "2027-01", "questions": 85},
    )  # fmt: skip
    read = sonae("checklist", "read", form, "--out", back, "--json")
    assert (read.code, read.data["answers"]) == (0, dict(example("clinic").given))
    first, second = (sonae("diagnose", file, "--on", "2027-04-01", "--json").data for file in (CLINIC, back))
    assert (first["score"], first["grade"], first["answers"]) == (second["score"], second["grade"], second["answers"])


def test_an_empty_form_of_an_edition_in_either_language(sonae: Shell, tmp_path: Path) -> None:
    for lang, title in (("ja", "質問"), ("en", "Questions")):
        ran = sonae("checklist", "template", tmp_path / "form.xlsx", "--edition", "2004-12", "--lang", lang)
        assert (ran.code, ran.err) == (0, "")
        assert "2004-12" in ran.out
        assert openpyxl.load_workbook(tmp_path / "form.xlsx").sheetnames[1] == title


def test_the_encoding_of_a_csv_form(sonae: Shell, tmp_path: Path) -> None:
    sonae("checklist", "template", tmp_path / "a.csv", "--edition", "2027-01", "--encoding", "cp932")
    sonae("checklist", "template", tmp_path / "b.csv", "--edition", "2027-01")
    assert "事業者名" in (tmp_path / "a.csv").read_text(encoding="cp932")
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_faults_are_told_with_file_and_cell_and_nothing_is_written(sonae: Shell, tmp_path: Path) -> None:
    form, back = tmp_path / "form.xlsx", tmp_path / "answers.json"
    sonae("checklist", "template", form, "--edition", "2027-01")
    ran = sonae("checklist", "read", form, "--out", back, "--json")
    assert ran.code == 1
    assert [each["code"] for each in ran.data["problems"]] == ["template.fact_missing"] * 4
    assert ran.data["problems"][0]["at"] == "form.xlsx 事業者!D6"
    assert not back.exists()


def test_what_cannot_be_made_or_read_is_refused(sonae: Shell, tmp_path: Path) -> None:
    def found(*words: str | Path) -> list[str]:
        ran = sonae("checklist", *words, "--json")
        assert ran.code == 1
        return [each["code"] for each in ran.data["problems"]]

    assert found("template", tmp_path / "a.xlsx", "--edition", "1999-01") == ["edition.unknown"]
    assert found("template", tmp_path / "a.xlsx", "--business", CLINIC, "--edition", "2004-12") == [
        "template.other_edition"
    ]
    assert found("template", tmp_path / "gone" / "a.xlsx", "--edition", "2027-01") == ["file.not_written"]
    assert found("read", tmp_path / "gone.xlsx") == ["file.unreadable"]
    assert found("read", CLINIC) == ["template.not_one"]
    assert list(tmp_path.iterdir()) == []


def test_reading_a_form_loads_nothing_heavy(sonae: Shell, tmp_path: Path) -> None:
    sonae("checklist", "template", tmp_path / "form.csv", "--business", CLINIC)
    ran = started("-X", "importtime", "-m", "sonae_cli", "checklist", "read", str(tmp_path / "form.csv"))
    loaded = {
        line.rpartition("|")[2].strip() for line in ran.stderr.decode().splitlines() if line.startswith("import time:")
    }
    assert ran.returncode == 0
    assert "sonae.checklist.filled" in loaded
    assert {name for name in loaded if name.partition(".")[0] in {*HEAVY, "openpyxl"}} == set()
