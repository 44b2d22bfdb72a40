"""Names of any script: what the font prints of them, and that each gives a report or a problem, never a failure."""

import io
import json
import unicodedata

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import Answers, read_answers
from sonae.papers import printable
from sonae.papers.fonts import GETA, covered, paths
from sonae.problems import Refused
from sonae.report import pdf
from tests.cast import BUSINESSES, codes, diagnosed, dice, document, example, many, programme, refused


def test_a_japanese_name_is_printed_as_it_is() -> None:
    for name in (*(example(each).business.name for each in BUSINESSES), "㈱ゑびす・ＡＢＣ 髙﨑 № ①", "ｱﾊﾟｰﾄ"):
        assert printable(name) == (unicodedata.normalize("NFC", name), ())


@pytest.mark.parametrize(
    ("name", "shown", "lost"),
    [
        ("見本😀", "見本〓", ("U+1F600",)),
        ("😀a😀", "〓a〓", ("U+1F600",)),  # told once
        ("ร้าน", "〓〓〓", ("U+0E23", "U+0E49", "U+0E32", "U+0E19")),  # a tone mark goes with its letter
        ("שלום", "〓〓〓〓", ("U+05E9", "U+05DC", "U+05D5", "U+05DD")),
        ("e\u0301", "é", ()),
        ("か\u3099", "が", ()),
        ("か\u309a", "か\u309a", ()),
        ("葛\U000e0100城", "葛城", ()),  # an ideographic variation prints as the plain character
        ("☎\ufe0f", "☎", ()),
        ("a\u200db", "a〓b", ("U+200D",)),
        ("a\nb", "a〓b", ("U+000A",)),
        ("\U0002f800", "丽", ()),  # NFC makes it the ordinary character
        ("𠮷野家", "𠮷野家", ()),
        ("\ufe0f", "〓", ("U+FE0F",)),  # selects nothing: something must stand where the name stands
        ("", "", ()),
    ],
)
def test_what_is_shown_of_a_name(name: str, shown: str, lost: tuple[str, ...]) -> None:
    assert printable(name) == (shown, lost)


def test_both_weights_have_what_japanese_needs() -> None:
    needed = "".join(chr(point) for point in range(0x3041, 0x30FF)) + "〓齾髙﨑①㈱¥−—・　"
    assert [each for each in needed if ord(each) not in covered() and unicodedata.category(each) != "Cn"] == []
    assert all(path.is_file() for path in paths())
    assert 40_000 < len(covered()) < 70_000


def selects(character: str) -> bool:
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF


@settings(max_examples=many(300), deadline=None)
@given(st.text(min_size=1, max_size=100))
def test_what_is_shown_of_any_name_can_be_printed_and_stays_so(name: str) -> None:
    shown, lost = printable(name)
    assert {character for character in shown if ord(character) not in covered()} == set()
    assert printable(shown) == (shown, ())
    characters = unicodedata.normalize("NFC", name)
    lacking = [each for each in characters if ord(each) not in covered() and not selects(each)]
    assert bool(lost) is bool(lacking or selects(characters[0]))
    if GETA not in name:
        assert (GETA in shown) is bool(lost)
    assert 1 <= len(shown) <= len(characters)


# --- through answer files into real reports
def named(name: str) -> Answers:
    """A quick check of a shop of that name, as read from a file."""
    shop = {"name": name, "industry": "rental", "employees": 4, "persons_held": 450}
    head = {"programme": "chuokai-leak", "edition": "2027-01", "check": "quick"}
    text = json.dumps(head | {"business": shop, "answers": {}}, ensure_ascii=False)
    return read_answers(document(text, "answers.json"))


def title(answers: Answers) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf(diagnosed(answers), "ja")))
    assert reader.metadata is not None
    assert len(reader.pages) > 5
    return (reader.metadata.title or "").removeprefix(programme().words("ja")("report.title") + " ")


@pytest.mark.parametrize(
    "name",
    ["あ", "齾" * 100, "W" * 100, "😀", "👨‍👩‍👧の店", "ร้านสวย", "שלום", "مرحبا", "か\u309aき\u309a", "葛\U000e0100城", "\ufe0f",
     "x\u0301\u0302\u0303",     "#let x = 1; *太字* $a$ @b \\ <c>", "한국 상사", "Ω≈ç√",
     "a\u00a0b", "a\u00adb", "'\"\\#$%&<>[]{}*_`~@=/", "\u3164", "①②③", "。" * 100],
)  # fmt: skip
def test_a_name_in_any_script_stands_in_the_documents_title_as_it_is_shown(name: str) -> None:
    assert title(named(name)) == printable(name)[0]


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "value.length"), ("　 ", "value.length"), ("齾" * 101, "value.length"), ("a\u202eb", "text.forbidden_character"),
     ("a\u0007b", "text.forbidden_character"), ("\ue000", "text.forbidden_character"), ("a\ufeffb", "text.forbidden_character")],
)  # fmt: skip
def test_a_name_that_could_mislead_or_is_no_name_is_refused(name: str, code: str) -> None:
    assert codes(refused(lambda: named(name))) == {code}


PLANES = (
    (0x20, 0x2FFF),
    (0x3000, 0xD7FF),
    (0xF900, 0xFFFD),
    (0x10000, 0x1FFFF),
    (0x20000, 0x3FFFF),
    (0xE0100, 0xE01EF),
)


def random_names(seed: str, count: int) -> int:
    """Put random names of every plane through real reports, and return how many were printed and not refused."""
    draw = dice(seed)
    printed = 0
    reasons: set[str] = set()
    for _ in range(count):
        name = "".join(chr(draw.randrange(*draw.choice(PLANES))) for _ in range(draw.randrange(1, 12)))
        try:
            answers = named(name)
        except Refused as refusal:
            reasons |= codes(refusal.problems)
        else:
            printed += 1
            assert title(answers) == printable(answers.business.name)[0]
    assert reasons <= {"text.forbidden_character", "value.length"}
    return printed


def test_thirty_random_names_give_reports_or_problems() -> None:
    assert random_names("names", 30) >= 20


@pytest.mark.soak
def test_ten_thousand_random_names_give_reports_or_problems() -> None:
    assert random_names("many names", 10_000) >= 6_000
