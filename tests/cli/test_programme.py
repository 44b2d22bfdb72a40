"""``sonae programme check``: what it counts, and what it says of a broken programme."""

from pathlib import Path

from tests.cast import Shell, copy_of_programme, edit


def test_the_programme_is_sound_and_counted(sonae: Shell) -> None:
    ran = sonae("programme", "check", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.data) == ["questions", "texts", "areas", "cases", "problems"]
    assert ran.data["questions"] == {"2004-12": 34, "2027-01": 85}
    assert (ran.data["areas"], ran.data["problems"]) == (10, [])
    assert ran.data["texts"]["ja"] == ran.data["texts"]["en"] > 2_000


def test_in_words_it_says_so_in_one_line(sonae: Shell) -> None:
    for lang in ("ja", "en"):
        ran = sonae("programme", "check", "chuokai-leak", "--lang", lang)
        assert (ran.code, ran.err, len(ran.out.splitlines())) == (0, "", 1)
        assert "2027-01: 85" in ran.out


def broken(tmp_path: Path) -> Path:
    folder = copy_of_programme(tmp_path, only="2004-12")
    edit(folder / "checklist" / "2004-12.yaml", "{id: people.talk,", "{id: people.training,")
    return folder


def test_a_broken_programme_is_json_with_the_same_keys_and_exit_1(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("programme", "check", broken(tmp_path), "--json")
    assert (ran.code, ran.err) == (1, "")
    assert list(ran.data) == ["questions", "texts", "areas", "cases", "problems"]
    assert "question.twice" in {each["code"] for each in ran.data["problems"]}
    assert all(list(each) == ["code", "at", "found", "fix"] for each in ran.data["problems"])


def test_a_broken_programme_in_words_goes_to_stderr(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("programme", "check", broken(tmp_path))
    assert (ran.code, ran.out) == (1, "")
    assert "[question.twice]" in ran.err


def test_a_programme_that_is_not_there_is_refused(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("programme", "check", tmp_path / "none", "--json")
    assert ran.code == 1
    assert {each["code"] for each in ran.data["problems"]} == {"file.unreadable"}
