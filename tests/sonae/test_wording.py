"""The words of the checklist: no filler, no template, within their lengths, printable."""

import difflib
import re
from itertools import combinations

import pytest

from sonae.figures import LANGS, Lang
from sonae.papers.fonts import covered
from tests.cast import EDITIONS, edition, programme

BANNED = re.compile("させていただ|することができ|万全|徹底|！")
NOUNS = re.compile(r"[\u4e00-\u9fff々ァ-ヴーA-Za-z0-9]+")
MOST_JAPANESE = 120


def comments(lang: Lang, name: str) -> dict[str, str]:
    texts = programme().words(lang, name).texts
    return {key: text for key, text in texts.items() if key.startswith(f"{name}.") and key.endswith((".text", ".step"))}


def alike(texts: dict[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of comments that differ only in their nouns, or hardly at all."""
    found = []
    seen: dict[str, str] = {}
    for key, text in texts.items():
        skeleton = NOUNS.sub("◇", text)
        if len(skeleton) > 14 and skeleton in seen:
            found.append((seen[skeleton], key))
        seen.setdefault(skeleton, key)
    shingles = {key: {text[i : i + 3] for i in range(len(text) - 2)} for key, text in texts.items() if len(text) > 14}
    for (a, first), (b, second) in combinations(shingles.items(), 2):
        shared = len(first & second)
        if shared * 2 > 1.4 * min(len(first), len(second)) and _ratio(texts[a], texts[b]) > 0.85:
            found.append((a, b))
    return found


def _ratio(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


@pytest.mark.parametrize("name", EDITIONS)
def test_no_two_comments_differ_only_in_the_noun(name: str) -> None:
    assert alike(comments("ja", name)) == []


def test_the_check_for_filler_catches_filler() -> None:
    texts = {
        "a": "台帳の整備が足りません。担当者を決めてください。",
        "b": "名簿の点検が足りません。責任者を決めてください。",
    }
    assert alike(texts) == [("a", "b")]


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


def test_no_worn_phrases() -> None:
    texts = {key: text for name in EDITIONS for key, text in programme().words("ja", name).texts.items()}
    assert [key for key, text in texts.items() if BANNED.search(text) and not key.startswith("reference.")] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_word_can_be_printed(lang: Lang) -> None:
    texts = programme().words(lang).texts
    assert {c for text in texts.values() for c in text if ord(c) not in covered() and c != "\n"} == set()


def test_the_editions_are_as_large_as_promised() -> None:
    new, old = edition("2027-01"), edition("2004-12")
    assert (len(new.areas), sum(question.quick for question in new.questions)) == (10, 15)
    assert len(new.questions) >= 70
    assert len(old.questions) >= 30
