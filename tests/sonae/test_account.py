"""Accounts and holders as a bank's file holds them: converted where that is certain, refused where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sonae.debitfile import HOLDER_LENGTH, bank_kana, read_account
from sonae.debitfile.kana import STANDARD
from sonae.problems import Refused

ENTERED = {"bank": "9901", "branch": "001", "kind": "ordinary", "number": "1234567", "holder": "ミホンショウジ（カ"}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ミホンショウジ（カ", "ﾐﾎﾝｼﾖｳｼﾞ(ｶ"),
        ("みほん しょうじ　カ）", "ﾐﾎﾝ ｼﾖｳｼﾞ ｶ)"),
        ("㈱パーティー", "ｶ)ﾊﾟ-ﾃｲ-"),
        ("ﾐﾎﾝ ｲﾝｻﾂ", "ﾐﾎﾝ ｲﾝｻﾂ"),
        ("ｶﾞｷﾞﾊﾟ", "ｶﾞｷﾞﾊﾟ"),
        ("か\u3099", "ｶﾞ"),
        ("Sample Ｔｒａｄｉｎｇ２", "SAMPLE TRADING2"),
        ("ヴァイオリン", "ｳﾞｱｲｵﾘﾝ"),
        ("ヲ−．／", "ｦ-./"),
        ("  ミホン   ハナコ ", "ﾐﾎﾝ ﾊﾅｺ"),
    ],
)
def test_what_a_name_becomes(name: str, written: str) -> None:
    assert bank_kana(name) == written


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("見本商事", "kana.character"), ("ミホン・ショウジ", "kana.character"), ("ミホン😀", "kana.character"),
        ("A_B", "kana.character"), ("", "kana.empty"), ("　 ", "kana.empty"), ("ガ" * 16, "kana.long"),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_a_file_is_refused_not_dropped(name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        bank_kana(name)
    assert [each.code for each in refused.value.problems] == [code]


def test_a_bank_with_other_habits_has_a_table_of_its_own() -> None:
    assert bank_kana("ミホン・ショウジ", {**STANDARD, "・": "."}) == "ﾐﾎﾝ.ｼﾖｳｼﾞ"


@given(st.text(max_size=40))
def test_whatever_comes_out_is_one_byte_a_character_and_stays_as_it_is(text: str) -> None:
    try:
        found = bank_kana(text)
    except Refused:
        return
    assert 1 <= len(found) <= HOLDER_LENGTH
    assert len(found.encode("cp932")) == len(found)
    assert set(found) <= set(STANDARD.values())
    assert bank_kana(found) == found


def test_an_account_as_entered_in_any_width() -> None:
    account = read_account(ENTERED | {"bank": "９９０１", "number": "１２３-４５"})
    assert account.data() == {
        "bank": "9901", "branch": "001", "kind": "ordinary", "number": "0012345", "holder": "ﾐﾎﾝｼﾖｳｼﾞ(ｶ"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bank": ""}, "account.bank"), ({"bank": "990"}, "account.bank"), ({"branch": "0001"}, "account.branch"),
        ({"kind": "savings"}, "account.kind"), ({"number": "12345678"}, "account.number"),
        ({"number": "0"}, "account.number"), ({"number": "12a"}, "account.number"), ({"holder": "見本"}, "kana.character"),
    ],
)  # fmt: skip
def test_what_is_no_account(change: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_account(ENTERED | change)
    assert [each.code for each in refused.value.problems] == [code]


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_account({})
    assert [each.at for each in refused.value.problems] == ["bank", "branch", "number", "kind", "holder"]
