"""``sonae diagnose``: every example, its report, and that nothing is half-written."""

from pathlib import Path

import pytest

from tests.cast import BUSINESSES, EXAMPLES, Shell, example

ON = ("--on", "2027-04-01")
LETTING = EXAMPLES / "letting.yaml"


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_example_is_diagnosed(sonae: Shell, name: str) -> None:
    data = sonae("diagnose", EXAMPLES / f"{name}.yaml", *ON, "--json").data
    asked = [question.id for question in example(name).asked]
    assert list(data["answers"]) == asked == [each["question"] for each in data["comments"]]
    assert data["ignored"] == []
    assert (len(data["areas"]), data["programme"], data["edition"]) == (10, "chuokai-leak", "2027-01")
    assert data["unknown"] == [question for question, answer in data["answers"].items() if answer == "unknown"]
    assert {each["question"] for each in data["actions"]} == {
        q for q, a in data["answers"].items() if a not in ("yes", "na")
    }


def test_the_fields_of_the_result(sonae: Shell) -> None:
    data = sonae("diagnose", LETTING, *ON, "--json").data
    assert set(data) == {
        "release", "programme", "edition", "fingerprint", "on", "check", "business", "assumed", "answers", "ignored", "score",
        "grade", "working", "loss", "number", "uncapped_grade", "capped_by", "unknown", "areas", "comments", "actions",
    }  # fmt: skip
    assert set(data["comments"][0]) == {
        "question",
        "answer",
        "comment",
        "action",
        "effort",
        "evidence",
        "saves_per_year",
    }
    assert set(data["actions"][0]) == {
        "question", "answer", "action", "urgent", "points", "saves_per_year", "premium_effect", "effort",
    }  # fmt: skip


def test_words_and_json_tell_the_same_grade_score_and_first_actions(sonae: Shell) -> None:
    for lang in ("ja", "en"):
        data = sonae("diagnose", LETTING, *ON, "--json", "--lang", lang).data
        lines = sonae("diagnose", LETTING, *ON, "--lang", lang).out.splitlines()
        assert data["grade"] in lines[0]
        assert str(data["score"]) in lines[0]
        assert [line.partition(". ")[2] for line in lines if line.startswith("  ") and ". " in line] == [
            action["action"] for action in data["actions"][:5]
        ]


def test_both_languages_give_the_same_numbers(sonae: Shell) -> None:
    ja, en = (sonae("diagnose", LETTING, *ON, "--json", "--lang", lang).data for lang in ("ja", "en"))
    worded = {"areas", "comments", "actions"}
    assert {key: ja[key] for key in ja if key not in worded} == {key: en[key] for key in en if key not in worded}
    assert [area["score"] for area in ja["areas"]] == [area["score"] for area in en["areas"]]


# --- the report
def test_the_report_is_written_whole_and_alone_in_its_folder(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("diagnose", LETTING, *ON, "--report", tmp_path / "報告書 1.pdf")
    content = (tmp_path / "報告書 1.pdf").read_bytes()
    assert (ran.code, ran.err) == (0, "")
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert [path.name for path in tmp_path.iterdir()] == ["報告書 1.pdf"]


def test_the_same_command_writes_the_same_bytes_over_the_old_ones(sonae: Shell, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"an older report")
    sonae("diagnose", LETTING, *ON, "--report", path)
    first = path.read_bytes()
    sonae("diagnose", LETTING, *ON, "--report", path)
    assert path.read_bytes() == first != b"an older report"


@pytest.mark.parametrize("old", ["employees: 3", "policy.published: no"])
def test_an_existing_report_is_kept_when_the_input_is_refused(sonae: Shell, tmp_path: Path, old: str) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"an older report")
    text = LETTING.read_text("utf-8")
    assert old in text
    ran = sonae("diagnose", "-", *ON, "--report", path, stdin=text.replace(old, old.replace(": ", "x: ")))
    assert (ran.code, ran.out) == (1, "")
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("report.pdf", b"an older report")]


@pytest.mark.parametrize(
    "where", ["gone/report.pdf", "", "file/report.pdf", "x" * 300 + ".pdf", "folder", ".", "folder/.."]
)
def test_a_place_where_nothing_can_be_written_is_refused_and_nothing_is_left(
    sonae: Shell, tmp_path: Path, where: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"a file")
    ran = sonae("diagnose", LETTING, *ON, "--report", f"{tmp_path}/{where}", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert [each["code"] for each in ran.data["problems"]] == ["file.not_written"]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder"]


@pytest.mark.parametrize("where", [".", "/", ""])
def test_a_place_without_a_name_is_refused(
    sonae: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sonae("diagnose", LETTING, *ON, "--report", where, "--json")
    assert (ran.code, [each["code"] for each in ran.data["problems"]]) == (1, ["file.not_written"])
    assert list(tmp_path.iterdir()) == []


def test_a_day_outside_the_programme_is_refused_without_a_report(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("diagnose", LETTING, "--on", "2004-11-30", "--report", tmp_path / "report.pdf", "--json")
    assert (ran.code, [each["code"] for each in ran.data["problems"]]) == (1, ["law.no_value"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("day", ["2027-02-29", "1 April", "2027/04/01", "27-04-01"])
def test_what_is_no_day_is_refused(sonae: Shell, day: str) -> None:
    ran = sonae("diagnose", LETTING, "--on", day, "--json")
    assert [(each["code"], each["at"]) for each in ran.data["problems"]] == [("value.not_date", "--on")]


def test_an_answer_file_in_json_is_as_good(sonae: Shell) -> None:
    text = (
        '{"programme": "chuokai-leak", "edition": "2027-01", "answers": {"attack.mfa": true, "policy.rules": false}, '
    )
    text += '"business": {"name": "x", "industry": "it", "employees": 1, "persons_held": 1}}'
    data = sonae("diagnose", "-", *ON, "--json", stdin=text).data
    assert (data["answers"]["attack.mfa"], data["answers"]["policy.rules"]) == ("yes", "no")
    assert set(data["assumed"]) == {"annual_sales", "information", "media", "uses", "on_consignment"}
