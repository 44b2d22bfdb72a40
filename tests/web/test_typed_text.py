"""Text that somebody typed: composed, on one line or more, without what cannot be seen; one place does it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.programmes.reader import FORBIDDEN
from sonae_web.ground.typed import composed, lines, one_line, unseen
from tests.cast import ROOT


@pytest.mark.parametrize(
    ("typed", "line", "kept"),
    [
        ("  か\u3099 \r\n\tき\u3000", "が き", "が\n き"),
        ("か\u200b\u3099", "が", "が"),
        ("a\u202eb\x00c", "abc", "abc"),
        ("\ufeff一\r二\u2028三", "一 二 三", "一\n二 三"),
        ("", "", ""),
    ],
)
def test_a_text_is_kept_without_what_cannot_be_seen(typed: str, line: str, kept: str) -> None:
    assert one_line(typed) == line
    assert lines(typed) == kept


@given(st.text())
def test_what_is_kept_stays_as_it_is_when_it_is_sent_again(typed: str) -> None:
    for clean in (one_line, lines):
        kept = clean(typed)
        assert clean(kept) == kept == unicodedata.normalize("NFC", kept)
        assert not FORBIDDEN.search(kept)


def test_what_cannot_be_seen_can_be_named() -> None:
    assert composed(" か\u3099\u200b ") == "が\u200b"
    assert unseen("が\u200b") == "\u200b"
    assert unseen("が") == ""


def test_no_other_module_of_the_site_composes_text() -> None:
    site = ROOT / "src" / "sonae_web"
    texts = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.py")}
    assert [name for name, text in texts.items() if '"NFC"' in text or "FORBIDDEN" in text] == ["ground/typed.py"]
