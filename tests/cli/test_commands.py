"""The commands: contracts, --json and --lang anywhere, stdin, refusals with their places, nothing half-written."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sonae_cli.app import main
from tests.cast import BUSINESSES, EXAMPLES, ROOT


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of one command."""
    code = 0
    try:
        main(list(words))
    except SystemExit as end:
        code = int(end.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_estimate_gives_the_flyers_figures(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "estimate", str(EXAMPLES / "flyer_leak.yaml"), "--json")
    assert code == 0
    assert json.loads(out) == {
        "damages": 37000000,
        "goodwill": 1000000,
        "dispute_costs": 2000000,
        "costs": {"apology_notice": 5000000},
        "total": 45000000,
        "paid": {"liability": 38900000, "cost": 5000000, "total": 43900000},
        "retained": 1100000,
    }


def test_jo_reads_stdin(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    content = io.TextIOWrapper(io.BytesIO(b"persons: 3000\nitems: [name, address]\nresponsibility: 1\nresponse: 2\n"))
    monkeypatch.setattr(sys, "stdin", content)
    code, out, _ = run(capsys, "--json", "jo", "-")
    assert code == 0
    assert json.loads(out) == {"x": 1, "y": 1, "identifiability": 6, "per_person": 12000, "total": 36000000}


@pytest.mark.parametrize("name", BUSINESSES)
def test_diagnose_runs_every_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "diagnose", str(EXAMPLES / f"{name}.yaml"), "--on", "2027-04-01", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"score", "grade", "areas", "comments", "actions", "loss"} <= set(found)
    assert set(found["areas"][0]) >= {"id", "score", "grade", "comment"}
    assert set(found["comments"][0]) >= {"question", "answer", "comment", "action"}
    assert set(found["loss"]) == {"scenario", "jo", "basis"}


def test_the_report_is_written_whole(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    code, _, _ = run(capsys, "diagnose", str(EXAMPLES / "letting.yaml"), "--report", str(path), "--lang", "en")
    assert code == 0
    assert path.read_bytes().startswith(b"%PDF")
    assert [each.name for each in tmp_path.iterdir()] == ["report.pdf"]


def test_a_refused_input_leaves_an_old_report_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, wrong = tmp_path / "report.pdf", tmp_path / "wrong.yaml"
    path.write_bytes(b"old")
    text = (EXAMPLES / "letting.yaml").read_text(encoding="utf-8").replace("employees: 3", "employes: 3")
    wrong.write_text(text, encoding="utf-8")
    code, out, err = run(capsys, "diagnose", str(wrong), "--report", str(path))
    assert (code, out, path.read_bytes()) == (1, "", b"old")
    assert "field.misspelt" in err


def test_a_folder_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "none" / "report.pdf"
    code, out, _ = run(capsys, "diagnose", str(EXAMPLES / "letting.yaml"), "--report", str(path), "--json")
    assert code == 1
    assert [each["code"] for each in json.loads(out)["problems"]] == ["file.not_written"]


def test_problems_come_as_json_with_place_and_mend(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "leak.yaml"
    wrong.write_text("persons: 3000\ndispute_costs: -5\n", encoding="utf-8")
    code, out, err = run(capsys, "estimate", "--lang", "en", str(wrong), "--json")
    (found,) = json.loads(out)["problems"]
    assert (code, err) == (1, "")
    assert set(found) == {"code", "at", "found", "fix"}
    assert (found["code"], found["at"]) == ("value.range", "leak.yaml:2:16 dispute_costs")


@pytest.mark.parametrize("words", [["diagnose"], ["fly"], ["estimate", "a", "b"]])
def test_misuse_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *words)[0] == 2


def test_ten_megabytes_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("persons: 1\n# " + "x" * 10_000_000, encoding="utf-8")
    code, out, _ = run(capsys, "estimate", str(large), "--json")
    assert code == 1
    assert json.loads(out)["problems"][0]["code"] == "file.too_large"


def test_programme_check_counts_and_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "programme", "check", "--json")
    found = json.loads(out)
    assert (code, found["problems"], found["areas"]) == (0, [], 10)
    assert found["questions"]["2027-01"] >= 70
    assert found["texts"]["ja"] == found["texts"]["en"]
    assert found["cases"] >= 30


def test_estimate_loads_nothing_heavy() -> None:
    script = (
        "import sys; from sonae_cli.app import main\n"
        f"try: main(['estimate', {str(EXAMPLES / 'flyer_leak.yaml')!r}, '--json'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('django', 'scipy', 'typst', 'numpy', 'holidays') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}
    )
    assert done.stderr.decode().strip() == "[]"
