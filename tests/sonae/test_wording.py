"""The words of the checklist: no filler, no template, within their lengths, printable."""

import difflib
import re
from itertools import combinations

import pytest

from sonae.figures import LANGS, Lang
from sonae.papers.fonts import covered
from sonae.programmes import words as words_of
from tests.cast import EDITIONS, edition, programme

BANNED = re.compile("させていただ|することができ|万全|徹底|！")
NOUNS = re.compile(r"[\u3400-\u9fff々〆ヶァ-ヴーA-Za-zＡ-Ｚａ-ｚ0-9０-９]+")
ALIKE = 0.85
MOST_JAPANESE = 120


def comments(lang: Lang, name: str) -> dict[str, str]:
    texts = programme().words(lang, name).texts
    return {key: text for key, text in texts.items() if key.startswith(f"{name}.") and key.endswith((".text", ".step"))}


def same_but_for_nouns(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of Japanese comments that are equal once every run of kanji, katakana, letters and digits is hidden."""
    seen: dict[str, str] = {}
    found = []
    for key, text in texts.items():
        first = seen.setdefault(NOUNS.sub("◇", text), key)
        if first != key:
            found.append((first, key))
    return found


def nearly_equal(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of comments that are the same to more than 85 in 100.

    Most pairs need no reading: in Japanese, when they differ in more characters than that leaves over; in English,
    when they have fewer than half of their words in common.
    """
    pieces: dict[str, int] = {}
    rows = []
    for key, text in texts.items():
        mine = set(text.split() if " " in text else text)
        most = len(mine) / 2 if " " in text else (1 - ALIKE) * len(text)
        rows.append((key, text, sum(1 << pieces.setdefault(piece, len(pieces)) for piece in mine), most))
    return [
        (a, b)
        for (a, first, bits, most), (b, second, others, more) in combinations(rows, 2)
        if (bits ^ others).bit_count() <= most + more and _ratio(first, second) > ALIKE
    ]


def _ratio(a: str, b: str) -> float:
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE else 0


@pytest.mark.parametrize("name", EDITIONS)
def test_no_two_comments_differ_only_in_the_noun(name: str) -> None:
    assert same_but_for_nouns(comments("ja", name)) == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", EDITIONS)
def test_no_two_comments_are_nearly_equal(name: str, lang: Lang) -> None:
    assert nearly_equal(comments(lang, name)) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("台帳の整備が足りません。担当者を決めてください。", "名簿の点検が足りません。責任者を決めてください。"),
        ("USBメモリーの行方が分かりません。", "紙の行方が分かりません。"),
        ("年1回、点検します。", "毎月2回、確認します。"),
    ],
)
def test_the_check_for_nouns_catches_them(a: str, b: str) -> None:
    assert same_but_for_nouns({"a": a, "b": b}) == [("a", "b")]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (
            "名簿を持ち出す前に責任者が許し、帳面に書いています。",
            "書類を持ち出す前に責任者が許し、帳面に書いています。",
        ),
        ("Nobody checks who may open the customer list.", "Nobody checks who may open the customer file."),
    ],
)
def test_the_check_for_near_equals_catches_them(a: str, b: str) -> None:
    assert nearly_equal({"a": a, "b": b, "c": "まったく別のことを書いた文です。"}) == [("a", "b")]


def test_a_real_comment_with_its_noun_exchanged_is_caught_among_all_the_others() -> None:
    texts = comments("ja", "2027-01")
    key, text = next((key, text) for key, text in texts.items() if "パスワード" in text and len(text) > 30)
    assert (key, "copy") in same_but_for_nouns({**texts, "copy": text.replace("パスワード", "暗証番号")})
    assert (key, "copy") in nearly_equal({**texts, "copy": text.replace("パスワード", "暗証番号")})


@pytest.mark.parametrize("name", EDITIONS)
def test_every_text_is_there_in_both_languages_with_the_same_blanks(name: str) -> None:
    _, problems = words_of.check(programme().folder)
    assert problems == []
    japanese, english = (programme().words(lang, name).texts for lang in ("ja", "en"))
    assert set(japanese) == set(english)
    assert all(text.strip() for text in (*japanese.values(), *english.values()))


@pytest.mark.parametrize("name", EDITIONS)
def test_a_japanese_comment_is_short(name: str) -> None:
    texts = comments("ja", name)
    pairs = {
        key: len(text) + len(texts[key.replace(".text", ".step")])
        for key, text in texts.items()
        if key.endswith(".text")
    }
    assert {key: length for key, length in pairs.items() if length > MOST_JAPANESE} == {}


@pytest.mark.parametrize("name", EDITIONS)
def test_questions_ask_and_comments_are_sentences(name: str) -> None:
    words = programme().words("ja", name)
    for question in edition(name).questions:
        assert words(f"{name}.{question.id}.question").endswith("か。")
    assert [key for key, text in comments("ja", name).items() if not text.endswith("。")] == []


@pytest.mark.parametrize("name", EDITIONS)
def test_an_areas_comment_has_two_or_three_sentences_for_each_grade(name: str) -> None:
    words = programme().words("ja", name)
    for area in edition(name).areas:
        for grade in "ABCDE":
            assert 2 <= words(f"{name}.area.{area}.{grade}").count("。") <= 4


OF_OTHERS = ("reference.", "clause.information.person.2004.", "flyer.headline")
"""Words that are not ours: names of sources, the headline of the flyer of 2004 and what it covers, in its own words."""


def test_no_worn_phrases() -> None:
    texts = {key: text for name in EDITIONS for key, text in programme().words("ja", name).texts.items()}
    assert [key for key, text in texts.items() if BANNED.search(text) and not key.startswith(OF_OTHERS)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_word_can_be_printed(lang: Lang) -> None:
    texts = programme().words(lang).texts
    assert {c for text in texts.values() for c in text if ord(c) not in covered() and c != "\n"} == set()


def test_the_editions_are_as_large_as_promised() -> None:
    new, old = edition("2027-01"), edition("2004-12")
    assert (len(new.areas), sum(question.quick for question in new.questions)) == (10, 15)
    assert len(new.questions) >= 70
    assert len(old.questions) >= 30
