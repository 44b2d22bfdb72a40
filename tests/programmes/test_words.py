"""Every word by id, in Japanese and English: the same ids, the same blanks, and words for every problem the code can tell."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from sonae.figures import LANGS, Lang
from sonae.problems import problem
from sonae.programmes import Words, describe, library
from sonae.programmes import words as words_of
from tests.cast import ROOT, codes, places, programme, refused

BLANK = re.compile(r"\{([A-Za-z_]+)\}")
SOURCE = sorted((ROOT / "src").rglob("*.py"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme with a few words, beside a library without any."""
    for lang in LANGS:
        library(lang)  # kept: refusals are still described in the library's own words
    monkeypatch.setattr(words_of, "LIBRARY", tmp_path / "library")
    for lang, hello in (("ja", "{name}様"), ("en", "Dear {name}")):
        put(tmp_path, lang, "report.yaml", f'report:\n  hello: "{hello}"\n  page: "{{page}} / {{total}}"\n')
    return tmp_path


def put(folder: Path, lang: str, name: str, text: str) -> None:
    path = folder / "text" / lang / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def checked(folder: Path) -> list[tuple[str, str]]:
    return [(each.code, each.at) for each in words_of.check(folder)[1]]


def test_words_are_found_by_id_and_their_blanks_filled(folder: Path) -> None:
    words = words_of.load("en", folder)

    assert words.lang == "en"
    assert words("report.hello", name="見本商店") == "Dear 見本商店"
    assert words("report.page", page=3, total=12) == "3 / 12"
    assert "report.hello" in words
    assert "report.bye" not in words
    assert words_of.load("ja", folder)("report.hello", name="見本商店") == "見本商店様"
    assert words_of.check(folder) == ({"ja": 2, "en": 2}, [])


# --- the words that come with the library
def test_library_and_programme_have_the_same_ids_in_both_languages() -> None:
    counts, problems = words_of.check(programme().folder)
    assert problems == []
    assert counts["ja"] == counts["en"] > 2_000
    ja, en = (programme().words(lang) for lang in LANGS)
    assert set(ja.texts) == set(en.texts)


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_is_empty_or_has_a_brace_that_is_no_blank(lang: Lang) -> None:
    texts = programme().words(lang).texts
    assert [key for key, text in texts.items() if not text.strip()] == []
    assert [key for key, text in texts.items() if set("{}") & set(BLANK.sub("", text))] == []


@lru_cache(maxsize=1)
def told() -> list[tuple[str, frozenset[str], str]]:
    """Every problem that the code tells: code, names of its values, where in the source."""
    found = []
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            code = node.args[0]
            if name in ("problem", "fault", "_fault") and isinstance(code, ast.Constant):
                values = frozenset(each.arg for each in node.keywords if each.arg)
                found.append((str(code.value), values, f"{path.name}:{node.lineno}"))
            for each in node.keywords:
                if each.arg == "what" and isinstance(each.value, ast.Constant):
                    found.append((str(each.value.value), frozenset({"found", "near"}), f"{path.name}:{node.lineno}"))
    return found


def test_the_source_is_searched_for_problems() -> None:
    assert {"yaml.duplicate_key", "field.misspelt", "reference.unknown"} <= {code for code, _, _ in told()}
    assert len(told()) > 60


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("part", ["found", "fix"])
def test_every_problem_has_words_whose_blanks_its_values_fill(lang: Lang, part: str) -> None:
    texts = library(lang).texts
    assert [at for code, _, at in told() if f"problem.{code}.{part}" not in texts] == []
    short = [
        at for code, values, at in told() if not set(BLANK.findall(texts.get(f"problem.{code}.{part}", ""))) <= values
    ]
    assert short == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("code", "values"), sorted({(code, tuple(sorted(values))) for code, values, _ in told()}))
def test_every_problem_can_be_described(lang: Lang, code: str, values: tuple[str, ...]) -> None:
    described = describe(problem(code, "f.yaml:1:1 a", **{name: f"<{name}>" for name in values}), lang)

    assert (described["code"], described["at"]) == (code, "f.yaml:1:1 a")
    assert not BLANK.search(described["found"] + described["fix"])
    assert described["found"]
    assert described["fix"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "kind", ["mapping", "list", "text", "integer", "number", "share", "date", "truth", "pair", "rising", "time"]
)
def test_every_wrong_kind_of_value_has_words(lang: Lang, kind: str) -> None:
    assert describe(problem(f"value.not_{kind}", "f.yaml:1:1", found="見本"), lang)["found"]


# --- blanks
def test_what_fills_a_blank_is_not_filled_again() -> None:
    assert Words("en", {"a": "{x} and {y}"})("a", x="{y}", y="{x}") == "{y} and {x}"


def test_a_blank_without_its_value_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError, match="y"):
        Words("en", {"a": "{x} and {y}"})("a", x=1)


def test_an_unknown_id_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError, match="b"):
        Words("en", {"a": ""})("b")


@pytest.mark.parametrize("name", ["key", "self", "lang", "text", "values"])
def test_a_blank_may_have_any_name(name: str) -> None:
    assert Words("en", {"a": f"<{{{name}}}>"})("a", **{name: 5}) == "<5>"


def test_variants_are_listed_by_their_text() -> None:
    words = Words(
        "ja", {"e.q.no.text": "", "e.q.no@small.text": "", "e.q.no@clinic+small.text": "", "e.q.no@small.step": ""}
    )
    assert dict(words.variants) == {"e.q.no": ["small", "clinic+small"]}


def test_words_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Words("ja", {"a": "x"}).texts["a"] = "y"  # type: ignore[index]  # frozen: that is what is tried


# --- faults
def test_a_text_in_one_language_only_is_told_at_its_place(folder: Path) -> None:
    put(folder, "en", "more.yaml", "more:\n  one: x\n  two: y\n")
    put(folder, "ja", "more.yaml", "more:\n  one: x\n  three: z\n")
    assert checked(folder) == [
        ("text.one_language", "ja/more.yaml:3:10 more.three"), ("text.one_language", "en/more.yaml:3:8 more.two"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ja", "en"), [("{name}様", "Dear {nam}"), ("{a}", "x"), ("x", "{a}"), ("{a}{b}", "{a}"), ("{a}", "{a} {b}")]
)
def test_other_blanks_in_the_other_language_are_told(folder: Path, ja: str, en: str) -> None:
    put(folder, "ja", "more.yaml", f"more: '{ja}'")
    put(folder, "en", "more.yaml", f"more: '{en}'")
    assert checked(folder) == [("text.blanks_differ", "ja/more.yaml:1:7 more")]


def test_blanks_may_come_in_another_order_or_twice(folder: Path) -> None:
    put(folder, "ja", "more.yaml", "more: '{a} {b} {a}'")
    put(folder, "en", "more.yaml", "more: '{b} {a}'")
    assert checked(folder) == []


def test_a_text_given_in_two_files_is_told_at_the_second(folder: Path) -> None:
    for lang in LANGS:
        put(folder, lang, "z.yaml", "report: {page: '{page} {total}'}")
    assert checked(folder) == [
        ("text.twice", "ja/z.yaml:1:16 report.page"), ("text.twice", "en/z.yaml:1:16 report.page"),
    ]  # fmt: skip


def test_a_text_given_twice_in_one_file_by_dots_is_told_at_the_second(folder: Path) -> None:
    put(folder, "ja", "more.yaml", "a.b: {c: x}\na: {b.c: y}\n")
    put(folder, "en", "more.yaml", "a: {b: {c: x}}\n")
    assert ("text.twice", "ja/more.yaml:2:10 a.b.c") in checked(folder)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a: 12", "1:4 a"),
        ("a: true", "1:4 a"),
        ("a:", "1:3 a"),
        ("a: [x, y]", "1:1 a"),
        ("a: 0.5", "1:4 a"),
        ("[x]", "1:1"),
    ],
)
def test_what_is_no_text_is_told_and_never_left_out_unseen(folder: Path, text: str, at: str) -> None:
    for lang in LANGS:
        put(folder, lang, "more.yaml", text)
    assert checked(folder) == [("value.not_text", f"{lang}/more.yaml:{at}") for lang in LANGS]
    assert places(refused(lambda: words_of.load("ja", folder))) == [("value.not_text", at)]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_still_checked(folder: Path) -> None:
    put(folder, "ja", "broken.yaml", "a: b: c")
    put(folder, "ja", "more.yaml", "more: x")
    assert checked(folder) == [("yaml.syntax", "ja/broken.yaml:1:5"), ("text.one_language", "ja/more.yaml:1:7 more")]
    assert codes(refused(lambda: words_of.load("ja", folder))) == {"yaml.syntax"}


def test_only_the_named_edition_of_the_checklists_is_loaded(folder: Path) -> None:
    for edition in ("2004-12", "2027-01"):
        put(folder, "ja", f"checklist-{edition}-policy.yaml", f"{edition}: {{x: y}}")

    words = words_of.load("ja", folder, "2027-01")

    assert "2027-01.x" in words
    assert "2004-12.x" not in words
    assert "report.hello" in words
    assert "2004-12.x" in words_of.load("ja", folder)
