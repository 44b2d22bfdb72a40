"""``sonae loss --batch``: a table of businesses in, their figures out; the input is never harmed, the output never half."""

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sonae.loss import batch
from sonae_cli import loss
from tests.cast import EXAMPLES, ROOT, Ran, Shell, example, programme

UNKNOWN = "表にない81問は、当てはまる事業者では「わからない」として計算します\n"
ON = ("--on", "2027-04-01")
BUSINESSES = EXAMPLES / "businesses.csv"
HEAD = "id,industry,employees,persons_held\n"
SOUND = "a,retail,5,800\n"
FAULTY = "b,oops,x,800\n"
PRECIOUS = "what was there before\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path / "in.csv", HEAD + SOUND + FAULTY)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return written(tmp_path / "out.csv", PRECIOUS)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def figures(path: Path) -> list[dict[str, str]]:
    """The rows of a result by column."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def left(folder: Path) -> list[str]:
    """Every file of a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def whole(row: dict[str, str], begin: str, end: str = "") -> list[int]:
    return [int(cell) for name, cell in row.items() if name.startswith(begin) and name.endswith(end)]


# --- the result
def test_the_example_is_worked_out_row_by_row(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("loss", "--batch", BUSINESSES, tmp_path / "out.csv", *ON)
    assert (ran.code, ran.out, ran.err) == (0, "9行を読み、すべて計算して、out.csvに書き出しました。\n" + UNKNOWN, "")
    rows = figures(tmp_path / "out.csv")
    assert [row["line"] for row in rows] == [str(line) for line in range(2, 11)]
    assert [row["id"] for row in rows] == [f"M-{number:03}" for number in range(1, 10)]
    assert left(tmp_path) == ["out.csv"]
    for row in rows:
        expected = int(row["expected_loss"])
        assert 0 < int(row["low"]) < expected < int(row["high"])
        assert expected > int(row["expected_insurable"]) > 0
        assert sum(whole(row, "by_cause_")) == expected
        for plan in ("p1000", "p3000", "p5000", "p10000"):
            assert sum(whole(row, f"{plan}_paid_")) + int(row[f"{plan}_retained"]) == expected
        assert row["problems"] == ""


def test_running_it_again_gives_the_same_bytes(sonae: Shell, tmp_path: Path, target: Path) -> None:
    contents = []
    for name in ("first.csv", target.name, target.name):
        assert sonae("loss", "--batch", BUSINESSES, tmp_path / name, *ON).code == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1] == contents[2]
    assert contents[0].startswith(b"\xef\xbb\xbfline,")


@pytest.mark.parametrize("name", ["clinic", "mail_order"])
def test_a_row_says_what_the_command_says_of_the_answer_file(sonae: Shell, tmp_path: Path, name: str) -> None:
    answers = example(name)
    business = answers.business
    cells = {
        "industry": business.industry, "employees": business.employees, "persons_held": business.persons_held,
        "annual_sales": business.annual_sales, "information": ";".join(business.information),
        "media": ";".join(business.media), "uses": "、".join(business.uses), "on_consignment": business.on_consignment,
        **answers.given,
    }  # fmt: skip
    path = written(tmp_path / "in.csv", ",".join(cells) + "\n" + ",".join(map(str, cells.values())) + "\n")
    options = (*ON, "--edition", answers.edition.id)
    assert sonae("loss", "--batch", path, tmp_path / "out.csv", *options).code == 0
    (row,) = figures(tmp_path / "out.csv")
    data = sonae("loss", EXAMPLES / f"{name}.yaml", *ON, "--json").data
    for column in ("expected_loss", "expected_insurable"):
        assert int(row[column]) == pytest.approx(data[column], rel=0.002, abs=1)
    assert [int(row["low"]), int(row["high"])] == pytest.approx([*data["band"].values()], rel=0.002, abs=1)
    for years, chance in data["probability_any"].items():
        assert float(row[f"probability_any_{years}"]) == pytest.approx(chance, rel=0.002)
    for years, chance in data["material"]["probability"].items():
        assert float(row[f"probability_material_{years}"]) == pytest.approx(chance, rel=0.002)
    for plan in data["plans"]:
        assert sum(whole(row, f"{plan['id']}_paid_")) == pytest.approx(plan["expected_paid"], rel=0.002, abs=1)


def test_a_heading_alone_gives_a_heading_alone(sonae: Shell, source: Path, target: Path) -> None:
    written(source, HEAD)
    assert sonae("loss", "--batch", source, target, *ON).code == 0
    assert figures(target) == []
    assert target.read_text(encoding="utf-8-sig").startswith("line,id,expected_loss,")


def test_no_name_can_be_a_formula(sonae: Shell, source: Path, target: Path) -> None:
    names = ["=1+1", "+x", "-5", "@a", "＝1", "＋1", "－1", "＠1", "a=1", '"a""b"', "1"]
    written(source, HEAD + "".join(f"{name},retail,1,1\n" for name in names) + " =2,oops,1,1\n=3,retail\n")
    sonae("loss", "--batch", source, target, *ON)
    shown = [row["id"] for row in figures(target)]
    assert shown == [*(f"'{name}" for name in names[:8]), "a=1", 'a"b', "1", "'=2", "'=3"]


# --- rows with faults
def test_a_faulty_row_is_marked_and_left_out_and_the_others_are_worked_out(
    sonae: Shell, source: Path, target: Path
) -> None:
    ran = sonae("loss", "--batch", source, target, *ON)
    assert ran.code == 1
    assert ran.out == (
        "2行のうち1行を計算して、out.csvに書き出しました。"
        "誤りのある1行は計算していません（out.csvの problems 列に印があります）。\n"
    )
    assert [line for line in ran.err.splitlines() if not line.startswith(" ")] == [
        "in.csv:3 industry",
        "in.csv:3 employees",
    ]
    assert "[industry.unknown]" in ran.err
    sound, faulty = figures(target)
    assert faulty.pop("problems") == "industry industry.unknown; employees value.not_integer"
    assert (faulty.pop("line"), faulty.pop("id")) == ("3", "b")
    assert set(faulty.values()) == {""}
    written(source, HEAD + SOUND)
    assert sonae("loss", "--batch", source, target, *ON).code == 0
    assert figures(target) == [sound]


def test_the_result_line_is_plain_in_english_too(sonae: Shell, source: Path, target: Path) -> None:
    ran = sonae("loss", "--batch", source, target, *ON, "--lang", "en")
    assert ran.out == (
        "1 of 2 rows worked out and written to out.csv. "
        "Rows with faults, not worked out: 1 (marked in out.csv, column problems).\n"
    )
    assert 'in.csv:3 industry\n  There is no industry "oops".' in ran.err


def test_json_is_the_result_alone(sonae: Shell, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss, "PROGRESS_STEP", 0)
    ran = sonae("loss", "--batch", source, target, *ON, "--json")
    assert ran.code == 1
    assert {name: ran.data[name] for name in ("rows", "faulty", "faults", "edition", "written")} == {
        "rows": 2, "faulty": 1, "faults": 2, "edition": "2027-01", "written": True,
    }  # fmt: skip
    assert [(each["code"], each["at"]) for each in ran.data["problems"]] == [
        ("industry.unknown", "in.csv:3 industry"), ("value.not_integer", "in.csv:3 employees"),
    ]  # fmt: skip
    assert set(ran.err.splitlines()) == {"1行まで済みました", "2行まで済みました"}


def test_where_every_row_is_faulty_the_marks_are_written(sonae: Shell, source: Path, target: Path) -> None:
    written(source, HEAD + FAULTY)
    ran = sonae("loss", "--batch", source, target, *ON)
    assert ran.code == 1
    assert ran.out.startswith("1行のうち0行を計算して")
    assert [row["problems"] for row in figures(target)] == ["industry industry.unknown; employees value.not_integer"]


def test_of_many_faults_the_first_100_are_told_and_all_are_counted_and_marked(
    sonae: Shell, source: Path, target: Path
) -> None:
    written(source, HEAD + "".join(f"b{number},oops,x,800\n" for number in range(80)))
    ran = sonae("loss", "--batch", source, target, *ON)
    assert ran.err.count("in.csv:") == 100
    assert "全部で160か所" in ran.out
    assert len([row for row in figures(target) if row["problems"]]) == 80
    data = sonae("loss", "--batch", source, target, *ON, "--json").data
    assert (data["faults"], len(data["problems"])) == (160, 100)


def test_marks_are_right_though_the_files_name_has_spaces(sonae: Shell, tmp_path: Path, target: Path) -> None:
    path = written(tmp_path / "会員 名簿 9.csv", "業種,従業員数,Persons held\n小売,1,x\nretail,1\n")
    sonae("loss", "--batch", path, target, *ON)
    assert [row["problems"] for row in figures(target)] == [
        "業種 industry.unknown; Persons held value.not_integer", "table.cells",
    ]  # fmt: skip


# --- a dry run
def test_a_dry_run_tells_the_same_faults_and_writes_nothing(sonae: Shell, source: Path, tmp_path: Path) -> None:
    run = sonae("loss", "--batch", source, tmp_path / "a.csv", *ON, "--json")
    dry = sonae("loss", "--batch", source, tmp_path / "b.csv", *ON, "--json", "--dry-run")
    assert dry.code == run.code == 1
    assert dry.data == run.data | {"written": False}
    assert left(tmp_path) == ["a.csv", "in.csv"]


def test_a_dry_run_of_a_sound_table_says_so(sonae: Shell, target: Path) -> None:
    ran = sonae("loss", "--dry-run", "--batch", BUSINESSES, target, *ON)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "9行を読みました。誤りはありません（点検のみで、何も書き出していません）。\n" + UNKNOWN
    assert target.read_text(encoding="utf-8") == PRECIOUS


@pytest.mark.parametrize(
    ("lang", "said"),
    [("ja", "2行のうち1行に誤りがあります（点検のみで、何も書き出していません）。\n"),
     ("en", "Rows with faults: 1 of 2 (a check only: nothing was written).\n")],
)  # fmt: skip
def test_a_dry_run_says_what_it_found(sonae: Shell, source: Path, target: Path, lang: str, said: str) -> None:
    assert sonae("loss", "--batch", source, target, *ON, "--dry-run", "--lang", lang).out == said


# --- what is refused; nothing is touched
def code_and_place(ran: Ran) -> tuple[str, str]:
    assert ran.code == 1
    assert set(ran.data) == {"problems"}
    (fault,) = ran.data["problems"]
    return fault["code"], fault["at"]


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_the_input_is_never_overwritten(sonae: Shell, source: Path, option: tuple[str, ...]) -> None:
    folder, before = source.parent, source.read_bytes()
    (folder / "link.csv").symlink_to(source)
    (folder / "hard.csv").hardlink_to(source)
    (folder / "folder").mkdir()
    targets = [source, folder / "link.csv", folder / "hard.csv", folder / "folder" / ".." / "in.csv"]
    for path in targets:
        ran = sonae("loss", "--batch", source, path, *ON, "--json", *option)
        assert code_and_place(ran) == ("file.is_input", str(path))
    assert (
        code_and_place(sonae("loss", "--batch", folder / "link.csv", source, *ON, "--json", *option))[0]
        == "file.is_input"
    )
    assert source.read_bytes() == before
    assert left(folder) == ["folder", "hard.csv", "in.csv", "link.csv"]


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
@pytest.mark.parametrize("name", [".", "none/out.csv", "in.csv/out.csv", "pipe"])
def test_a_target_that_cannot_be_written_is_refused_before_the_work(
    sonae: Shell, source: Path, name: str, option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(source.parent / "pipe")
    monkeypatch.setattr(batch, "assess_many", None)
    ran = sonae("loss", "--batch", source, source.parent / name, *ON, "--json", *option)
    assert code_and_place(ran) == ("file.not_written", str(source.parent / name))
    assert left(source.parent) == ["in.csv", "pipe"]


def test_a_folder_that_may_not_be_written_is_refused(
    sonae: Shell, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # for root every folder can be written
    ran = sonae("loss", "--batch", source, source.parent / "out.csv", *ON, "--json", "--dry-run")
    assert code_and_place(ran)[0] == "file.not_written"


@pytest.mark.parametrize("name", ["none.csv", ".", "pipe", "in.csv/in.csv"])
def test_an_input_that_cannot_be_read_is_refused(sonae: Shell, source: Path, target: Path, name: str) -> None:
    os.mkfifo(source.parent / "pipe")
    path = source.parent / name
    assert code_and_place(sonae("loss", "--batch", path, target, *ON, "--json")) == ("file.unreadable", str(path))
    assert target.read_text(encoding="utf-8") == PRECIOUS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("industry;employees;persons_held\n", ("table.separator", "in.csv:1")),
        (HEAD + SOUND + 'c,"retail,1,1\nd,retail,1,1\n', ("table.rows_run_on", "in.csv:3")),
    ],
)
@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_a_table_that_breaks_off_leaves_the_target_as_it_was(
    sonae: Shell, source: Path, target: Path, text: str, expected: tuple[str, str], option: tuple[str, ...]
) -> None:
    written(source, text)
    assert code_and_place(sonae("loss", "--batch", source, target, *ON, "--json", *option)) == expected
    assert target.read_text(encoding="utf-8") == PRECIOUS
    assert left(source.parent) == ["in.csv", "out.csv"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--on", "2022-03-31"), ("law.no_value", "on")), (("--on", "2090-04-01"), ("law.no_value", "on")),
        (("--on", "1.4.2027"), ("value.not_date", "--on")), ((*ON, "--programme", "none"), ("programme.unknown", "programme")),
        ((*ON, "--edition", "none"), ("edition.unknown", "edition")), ((*ON, "--edition", "../x"), ("edition.unknown", "edition")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_a_day_programme_or_edition_without_values_is_refused(
    sonae: Shell,
    source: Path,
    target: Path,
    options: tuple[str, ...],
    expected: tuple[str, str],
    option: tuple[str, ...],
) -> None:
    assert code_and_place(sonae("loss", "--batch", source, target, *options, "--json", *option)) == expected
    assert target.read_text(encoding="utf-8") == PRECIOUS


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_a_programme_with_dispute_costs_beside_a_limit_is_refused(
    sonae: Shell, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]
) -> None:
    plans = (*programme().plans, replace(programme().plans[0], id="beside", dispute_costs="outside_prorata"))
    monkeypatch.setattr(loss, "load", lambda _: replace(programme(), plans=plans))
    ran = sonae("loss", "--batch", source, target, *ON, "--json", *option)
    assert code_and_place(ran) == ("loss.not_in_batch", "plans.beside")
    assert target.read_text(encoding="utf-8") == PRECIOUS


def test_the_edition_is_that_of_the_days_year_or_the_one_named(sonae: Shell, target: Path) -> None:
    def edition(*options: str) -> Any:
        return sonae("loss", "--batch", BUSINESSES, target, "--dry-run", "--json", *options).data["edition"]

    assert edition("--on", "2026-12-31") == "2004-12"
    assert edition("--on", "2027-01-01") == "2027-01"
    assert edition("--on", "2027-01-01", "--edition", "2004-12") == "2004-12"
    assert edition("--on", "2027-01-01", "--programme", "chuokai-leak") == "2027-01"


@pytest.mark.parametrize(
    "words",
    [
        (), ("--batch",), ("--batch", "in.csv"), ("clinic.yaml", "--batch", "in.csv", "out.csv"), ("--dry-run",),
        ("clinic.yaml", "--dry-run"), ("clinic.yaml", "--edition", "2027-01"), ("clinic.yaml", "--programme", "chuokai-leak"),
    ],
)  # fmt: skip
def test_misuse_ends_with_2(sonae: Shell, words: tuple[str, ...]) -> None:
    ran = sonae("loss", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "Error" in ran.err


# --- interrupted
def test_what_is_half_written_is_taken_away_on_interrupt(
    sonae: Shell, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "assess_many", interrupted)
    assert sonae("loss", "--batch", source, target, *ON).code not in (0, 2)
    assert left(source.parent) == ["in.csv", "out.csv"]
    assert target.read_text(encoding="utf-8") == PRECIOUS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_is_half_written_is_taken_away_when_the_machine_shuts_down(
    sonae: Shell, source: Path, target: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = signal.signal(number, signal.SIG_DFL)  # whatever the shell that runs the tests has set
    monkeypatch.setattr(batch, "assess_many", lambda *_, **__: os.kill(os.getpid(), number))
    assert sonae("loss", "--batch", source, target, *ON).code == 128 + number
    assert signal.signal(number, before) == signal.SIG_DFL
    assert left(source.parent) == ["in.csv", "out.csv"]
    assert target.read_text(encoding="utf-8") == PRECIOUS


KILLED = """
import os, signal
from sonae.loss import batch
from sonae_cli.app import main
batch.assess_many = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
main(["loss", "--batch", "in.csv", "out.csv", "--on", "2027-04-01"])
"""


def test_after_a_kill_the_target_is_as_it_was_and_the_next_run_works(sonae: Shell, source: Path, target: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=source.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    assert target.read_text(encoding="utf-8") == PRECIOUS
    (part,) = (name for name in left(source.parent) if name.endswith(".part"))
    assert sonae("loss", "--batch", source, target, *ON).code == 1
    assert len(figures(target)) == 2
    assert left(source.parent) == [part, "in.csv", "out.csv"]


@pytest.mark.parametrize("leave", [Path.touch, lambda path: path.symlink_to("precious")], ids=["file", "link"])
def test_a_part_left_under_the_same_name_is_replaced_and_no_link_is_followed(
    sonae: Shell, source: Path, target: Path, leave: Callable[[Path], None]
) -> None:
    precious = written(source.parent / "precious", PRECIOUS)
    leave(source.parent / f".out.csv.{os.getpid()}.part")
    assert sonae("loss", "--batch", source, target, *ON).code == 1
    assert len(figures(target)) == 2
    assert left(source.parent) == ["in.csv", "out.csv", "precious"]
    assert precious.read_text(encoding="utf-8") == PRECIOUS


def test_a_long_japanese_name_can_be_written(sonae: Shell, source: Path) -> None:
    target = source.parent / ("試算" * 41 + ".csv")
    assert sonae("loss", "--batch", source, target, *ON).code == 1
    assert len(figures(target)) == 2
