"""What holds for every command: exit codes, --json and --lang in any place, stdin, problems on the right stream."""

import re
from pathlib import Path

import pytest

from tests.cast import EXAMPLES, Shell

FLYER = str(EXAMPLES / "flyer_leak.yaml")
CLINIC = str(EXAMPLES / "clinic.yaml")
ON = ("--on", "2027-04-01")
BAD = "persons: -1\n"
KANA = re.compile("[\u3041-\u30ff]")


def test_a_command_prints_its_result_in_words_and_ends_with_0(sonae: Shell) -> None:
    ran = sonae("estimate", FLYER)
    assert (ran.code, ran.err) == (0, "")
    assert "45,000,000円" in ran.out
    assert "43,900,000円" in ran.out


@pytest.mark.parametrize("position", range(3))
def test_json_may_stand_anywhere(sonae: Shell, position: int) -> None:
    words = ["estimate", FLYER]
    assert sonae(*words[:position], "--json", *words[position:]).data["total"] == 45_000_000


@pytest.mark.parametrize("lang", [("--lang", "en"), ("--lang=en",)])
@pytest.mark.parametrize("position", range(3))
def test_the_language_may_stand_anywhere(sonae: Shell, lang: tuple[str, ...], position: int) -> None:
    words = ["estimate", FLYER]
    ran = sonae(*words[:position], *lang, *words[position:])
    assert ran.code == 0
    assert "¥45,000,000" in ran.out
    assert not KANA.search(ran.out)


def test_json_and_language_may_stand_between_a_groups_words_and_among_options(sonae: Shell) -> None:
    assert sonae("programme", "--json", "check", "--lang", "en", "chuokai-leak").code == 0
    assert sonae("diagnose", "--on", "2027-04-01", "--lang", "en", "--json", CLINIC).data["on"] == "2027-04-01"


def test_japanese_is_the_language_when_none_is_named_whatever_ran_before(sonae: Shell) -> None:
    assert "¥" in sonae("estimate", FLYER, "--lang", "en").out
    assert "円" in sonae("estimate", FLYER).out
    assert sonae("estimate", FLYER, "--json").data
    assert not sonae("estimate", FLYER).out.startswith("{")


# --- misuse
@pytest.mark.parametrize(
    "words",
    [
        ("estimate",), ("estimate", FLYER, FLYER), ("estimat", FLYER), ("estimate", FLYER, "--jsno"), ("--lang",),
        ("estimate", FLYER, "--lang"), ("estimate", FLYER, "--lang", "fr"), ("diagnose", CLINIC, "--report"), ("programme", "chekc"),
        ("jo",), ("diagnose", CLINIC, "--on"),
    ],
)  # fmt: skip
def test_misuse_ends_with_2_and_a_word_on_stderr(sonae: Shell, words: tuple[str, ...]) -> None:
    ran = sonae(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


@pytest.mark.parametrize("words", [("--help",), ("diagnose", "--help"), ("programme", "check", "--help")])
def test_help_is_a_result(sonae: Shell, words: tuple[str, ...]) -> None:
    ran = sonae(*words)
    assert (ran.code, ran.err) == (0, "")
    assert "sonae" in ran.out


# --- problems
@pytest.mark.parametrize("command", ["estimate", "jo"])
def test_problems_are_words_on_stderr_with_place_reason_and_remedy(sonae: Shell, command: str) -> None:
    ran = sonae(command, "-", stdin=BAD)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("-:1:")
    assert "→" in ran.err
    assert "[value.range]" in ran.err


@pytest.mark.parametrize("command", ["estimate", "jo", "diagnose"])
def test_problems_are_json_on_stdout_and_nothing_on_stderr(sonae: Shell, command: str) -> None:
    ran = sonae(command, "-", "--json", stdin="a: 1\nb: 2\n")
    assert (ran.code, ran.err) == (1, "")
    assert list(ran.data) == ["problems"]
    for each in ran.data["problems"]:
        assert list(each) == ["code", "at", "found", "fix"]
        assert each["at"].startswith("-:")


def test_problems_speak_the_language_asked_for_and_keep_their_codes(sonae: Shell) -> None:
    ja, en = (sonae("estimate", "-", "--json", "--lang", lang, stdin=BAD).data["problems"] for lang in ("ja", "en"))
    assert [(each["code"], each["at"]) for each in ja] == [(each["code"], each["at"]) for each in en]
    assert all(KANA.search(each["found"]) for each in ja)
    assert not any(KANA.search(each["found"] + each["fix"]) for each in en)


# --- where input comes from
def test_stdin_gives_the_same_result_as_the_file(sonae: Shell) -> None:
    for command, name in (("estimate", FLYER), ("diagnose", CLINIC)):
        options = ON if command == "diagnose" else ()
        from_file = sonae(command, name, *options, "--json")
        from_stdin = sonae(command, "-", *options, "--json", stdin=Path(name).read_bytes())
        assert (from_stdin.code, from_stdin.out) == (0, from_file.out)


def test_a_mark_of_the_byte_order_and_windows_line_ends_change_nothing(sonae: Shell) -> None:
    content = b"\xef\xbb\xbf" + Path(FLYER).read_bytes().replace(b"\n", b"\r\n")
    assert sonae("estimate", "-", "--json", stdin=content).data["total"] == 45_000_000


@pytest.mark.parametrize(
    ("content", "code", "at"),
    [
        (b"", "value.not_mapping", "-:1:1"),
        (b"persons: 3\xff\n", "file.not_utf8", "-:1:11"),
        (b"persons: 1\n\xff", "file.not_utf8", "-:2:1"),
        (b"persons: [1\n", "yaml.syntax", "-:2:1"),
        ("# 日本語\npersons: '\x07'\n".encode(), "text.forbidden_character", "-:2:11"),
        (b"persons: 1\npersons: 2\n", "yaml.duplicate_key", "-:2:1"),
        (b"persons: &a 1\n", "yaml.alias", "-:1:10"),
        (b"persons: 1\n---\npersons: 1\n", "yaml.many_documents", "-:2:1"),
        (b"persons: 1\n# " + b"x" * 1_000_000, "file.too_large", "-"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(sonae: Shell, content: bytes, code: str, at: str) -> None:
    ran = sonae("estimate", "-", "--json", stdin=content)
    assert ran.code == 1
    assert [(each["code"], each["at"]) for each in ran.data["problems"]] == [(code, at)]


@pytest.mark.parametrize("what", ["gone", "folder"])
def test_a_file_that_is_not_there_or_is_a_folder_is_refused(sonae: Shell, tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    ran = sonae("estimate", tmp_path / what, "--json")
    assert (ran.code, [(each["code"], each["at"]) for each in ran.data["problems"]]) == (1, [("file.unreadable", what)])
