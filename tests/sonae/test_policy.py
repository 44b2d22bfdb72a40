"""The papers of a cover: what they say in both languages, the same bytes again, marked as samples, whatever the name."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pytest
import qrcode
from pypdf import PdfReader

from sonae import declaration, policy
from sonae.dates import JST
from sonae.declaration import Declaration, Entry, Past
from sonae.enrolment import Answer, choices
from sonae.figures import LANGS, Lang
from sonae.papers import qr
from sonae.policy import behind, explained
from sonae.programmes import Programme, canonical
from tests.cast import asked_all, programme, refused

NAME = "株式会社見本商事"
NOW = datetime(2027, 6, 10, 14, 5, tzinfo=JST)
ON = NOW.date()
PERIOD = policy.period_of(choices(programme(), ON)[0])
TERMS = policy.terms_of(programme().plans[2])
SIGNATORY = policy.Signatory("見本 花子", "代表取締役", "representative")
VERIFY = "https://sonae.example.jp/verify/3Jx9kQ2mZp7rT5vW8yB1nC4d"
STEPS = (  # as many as a quote has
    policy.Step("業種の基本の保険料（売上高1億円、賠償1,000万円）", "", 50_000, "推定"),
    *(policy.Step(f"見本の係数{number}", "× 1", 50_000, "仮定") for number in range(9)),
    policy.Step("団体割引", "× 0.80", 40_000, "仮定"),
)
LONGEST = ("見本の長い名前の商店" * 10, "W" * 100, "㈱髙﨑" * 25)
"""Names of 100 characters: without a place to break, all wide, of characters outside JIS."""


def quoted(name: str = NAME) -> policy.Quote:
    return policy.Quote(
        number="Q-2027-000123", on=ON, insured=name, industry="printing", annual_sales=100_000_000, terms=TERMS,
        period=PERIOD, decision="quoted", steps=STEPS, annual_premium=59_440, premium=34_670, expires_on=date(2027, 7, 10),
    )  # fmt: skip


def declared(name: str = NAME) -> policy.Signed:
    form = declaration.form(programme(), 2027)
    answers = ("yes", "partly", "no", "unknown")
    controls = {each.id: answers[place % 4] for place, each in enumerate(form.controls)}
    stated = Declaration(
        form, replace(asked_all(), name=name, annual_sales=123_456_789), MappingProxyType(controls),
        (declaration.Certificate("pmark", "見本0001", date(2028, 5, 31)),),
        Past("yes", (Entry("2024-11", "見本：封筒の入れ違い", 12),)), Past("no"), Past("no"),
    )  # fmt: skip
    return policy.Signed(
        "D-2027-000045", 2, stated, SIGNATORY, NOW, ON, "9f" * 32, declaration.credit(programme(), stated, ON)
    )


def applied(name: str = NAME) -> policy.Application:
    return policy.Application(
        number="A-2027-000077", sent_at=NOW, insured=name, association="見本県印刷工業組合", corporate_number="",
        industry="printing", annual_sales=100_000_000, sales_are_planned=True, persons_held=3_000, terms=TERMS,
        period=PERIOD, premium=34_670, account=policy.Account("見本銀行", "本店", "ordinary", "1234567", "ミホンシヨウジ（カ"),
        explanation_version=policy.explanation_version(programme(), 2027), explanation_delivered="download",
        confirmations=MappingProxyType(dict.fromkeys(policy.CONFIRMATIONS[1:], NOW)), signatory=SIGNATORY,
    )  # fmt: skip


def covered(name: str = NAME) -> policy.Certificate:
    return policy.Certificate(
        number="2027-0000123", master_policy="M-2027-0001", issued_on=date(2027, 7, 1), insured=name,
        association="見本県印刷工業組合", terms=TERMS, period=PERIOD, first_cover_on=date(2026, 3, 25), premium=34_670,
        verify=VERIFY,
    )  # fmt: skip


def told(kind: Any, name: str = NAME, **more: Any) -> policy.Letter:
    points = ("見本：口座名義のカナが合いません。",)
    return policy.Letter(kind, "L-1", ON, name, "A-2027-000077", points, PERIOD, **more)


Make = Callable[[str, Lang], policy.Paper]


def behind_it(lang: Lang) -> policy.Parties:
    return policy.parties(programme(), lang)


PAPERS: dict[str, Make] = {
    "quote": lambda name, lang: policy.quote(programme(), behind_it(lang), quoted(name), lang),
    "declaration": lambda name, lang: policy.declaration(programme(), behind_it(lang), declared(name), lang),
    "application": lambda name, lang: policy.application_copy(programme(), behind_it(lang), applied(name), lang),
    "certificate": lambda name, lang: policy.certificate(programme(), behind_it(lang), covered(name), lang),
    "letter_returned": lambda name, lang: policy.letter(programme(), behind_it(lang), told("returned", name), lang),
    "letter_declined": lambda name, lang: policy.letter(programme(), behind_it(lang), told("declined", name), lang),
    "explanation": lambda name, lang: policy.explanation(programme(), 2027, lang),
}


@lru_cache(maxsize=64)
def printed(kind: str, lang: Lang, name: str = NAME) -> tuple[str, int]:
    """The text of a paper without spaces, and how many pages it has."""
    pages = PdfReader(io.BytesIO(PAPERS[kind](name, lang).pdf())).pages
    return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages)), len(pages)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_says_what_it_is_made_from(kind: str, lang: Lang) -> None:
    paper = PAPERS[kind](NAME, lang)
    text, pages = printed(kind, lang)
    words = programme().words(lang)
    assert paper.kind == kind
    assert paper.lang == lang
    assert paper.lost == ()
    assert re.sub(r"\s", "", words(f"policy.{kind}.title")) in text
    assert re.sub(r"\s", "", words("policy.watermark")) in text
    assert (re.sub(r"\s", "", words("policy.reference")) in text) is (lang == "en")
    assert re.sub(r"\s", "", paper.number) in text
    assert pages <= {"quote": 1, "certificate": 1, "explanation": 5, "declaration": 5, "application": 2}.get(kind, 1)
    if kind != "explanation":
        assert NAME in text
    canonical(dict(paper.data))


FACTS = {
    "quote": "34,670円 59,440円 5,000万円 500万円 10万円 団体割引 ×0.80 印刷業 70% 30% 9月24日",
    "certificate": "2027-0000123 M-2027-0001 午後4時 8月25日 2028年（令和10年）3月25日 2026年（令和8年）3月25日 34,670円 "
    "見本損害保険株式会社 70% 見本県印刷工業組合",
    "application": "見本銀行本店 567 ミホンシヨウジ 計画値 未確認 2027-06-1014:05 100,000,000円",
    "declaration": "D-2027-000045 見本花子 代表取締役 123,456,789円 見本：封筒の入れ違い 12人 プライバシーマーク わからない "
    + "9f" * 32,
    "letter_returned": "見本：口座名義のカナが合いません。 A-2027-000077",
    "letter_declined": "見本：口座名義のカナが合いません。 見本損害保険株式会社お客様相談室",
    "explanation": "契約概要 注意喚起情報 告知義務 通知義務 クーリングオフ 損害保険契約者保護機構 代理店の権限 1億円 "
    "2026-12-10〜2027-01-31 2027-08-25 見本紛争解決センター 翌月末日",
}


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_is_printed(kind: str) -> None:
    text, _ = printed(kind, "ja")
    assert [each for each in FACTS[kind].split(" ") if each not in text] == []


def test_an_account_shows_three_digits_alone() -> None:
    text, _ = printed("application", "ja")
    assert "1234" not in text
    assert "••••567" in text
    assert "1234567" not in canonical(dict(PAPERS["application"](NAME, "ja").data)).decode()


@pytest.mark.parametrize("kind", PAPERS)
def test_equal_facts_give_equal_bytes(kind: str) -> None:
    first = PAPERS[kind](NAME, "ja")
    explained.explanation.cache_clear()
    second = PAPERS[kind](NAME, "ja")
    assert first is not second
    assert first.data == second.data
    assert first.pdf() == second.pdf()
    assert first.pdf() != PAPERS[kind](NAME, "en").pdf()


@pytest.mark.parametrize("kind", sorted(PAPERS.keys() - {"explanation"}))
@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_name_is_printed_whole(kind: str, name: str) -> None:
    text, pages = printed(kind, "ja", name)
    assert name in text
    assert pages <= printed(kind, "ja")[1] + 1


@pytest.mark.parametrize("kind", sorted(PAPERS.keys() - {"explanation"}))
def test_what_the_font_lacks_is_shown_and_told(kind: str) -> None:
    paper = PAPERS[kind]("見本\U0001f600商店", "ja")
    assert paper.lost == ("U+1F600",)
    text, _ = printed(kind, "ja", "見本\U0001f600商店")
    assert "見本〓商店" in text
    assert "U+1F600" in text


def test_lines_of_what_is_told_stay_lines() -> None:
    stated = replace(declared().declaration, leaks=Past("yes", (Entry("2026-01", "見本の一行目\n見本の二行目"),)))
    paper = policy.declaration(programme(), behind_it("ja"), replace(declared(), declaration=stated), "ja")
    assert paper.lost == ()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.pdf())).pages)
    assert re.search("見本の一行目\\s+見本の二行目", text)


@pytest.mark.parametrize("kind", PAPERS)
def test_a_live_programme_prints_no_sample(kind: str) -> None:
    sample = PAPERS[kind](NAME, "ja").data["watermark"]
    live = replace(programme(), status="live")
    made = {
        "quote": lambda: policy.quote(live, behind_it("ja"), quoted(), "ja"),
        "declaration": lambda: policy.declaration(live, behind_it("ja"), declared(), "ja"),
        "application": lambda: policy.application_copy(live, behind_it("ja"), applied(), "ja"),
        "certificate": lambda: policy.certificate(live, behind_it("ja"), covered(), "ja"),
        "explanation": lambda: policy.explanation(live, 2027, "ja"),
    }.get(kind, lambda: policy.letter(live, behind_it("ja"), told(kind.removeprefix("letter_")), "ja"))()
    assert (sample, made.data["watermark"]) == ("見本", "")
    assert made.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("decision", ["referred", "declined"])
def test_a_quote_without_a_price_says_why(decision: Any, lang: Lang) -> None:
    found = replace(quoted(), decision=decision, premium=None, annual_premium=None, reasons=("見本の理由です。",))
    paper = policy.quote(programme(), behind_it(lang), found, lang)
    text = canonical(dict(paper.data)).decode()
    assert "見本の理由です。" in text
    assert programme().words(lang)(f"policy.quote.{decision}") in text
    assert "59,440" not in text
    assert "団体割引" not in text


def test_a_letter_of_refusal_says_why() -> None:
    for kind in ("returned", "declined"):
        with pytest.raises(ValueError, match="why"):
            policy.letter(programme(), behind_it("ja"), replace(told(kind), points=()), "ja")


JULY = choices(programme(), date(2027, 7, 1))[0].cover_from
ANSWERS = {
    "answer_by": (Answer(date(2027, 6, 30), PERIOD.cover_from, kept=True), "6月30日 24時 8月25日"),
    "answer_later": (Answer(date(2027, 7, 31), JULY, kept=False), "7月31日 24時 9月25日 受付は終わりました"),
    "answer_none": (None, "8月25日 新しくお申し込みください"),
}


APPLIED_FOR = [
    ["受付番号", "A-2027-000077"],
    ["加入の区分", "中途加入"],
    ["お申込みの保険期間", "2027年（令和9年）8月25日 午後4時から2028年（令和10年）3月25日 午後4時まで（7か月）"],
]
"""Nothing of a debit: nobody is covered yet."""


@pytest.mark.parametrize("which", ANSWERS)
def test_a_letter_of_return_says_the_period_and_until_when(which: str) -> None:
    answer, told_of = ANSWERS[which]
    paper = policy.letter(programme(), behind_it("ja"), told("returned", answer=answer), "ja")
    assert {"type": "facts", "rows": APPLIED_FOR} in paper.data["blocks"]
    notice = next(each["text"] for each in paper.data["blocks"] if each["type"] == "notice")
    assert [each for each in told_of.split() if each not in notice] == []


def test_a_refusal_says_the_period_and_asks_for_nothing() -> None:
    blocks = policy.letter(programme(), behind_it("ja"), told("declined"), "ja").data["blocks"]
    assert {"type": "facts", "rows": APPLIED_FOR} in blocks
    assert "振替日" not in str(blocks)
    assert not [each for each in blocks if each["type"] == "notice"]


@pytest.mark.parametrize("kind", ["quote", "application", "certificate", "letter_returned", "letter_declined"])
def test_a_period_breaks_between_its_start_and_its_end(kind: str) -> None:
    pages = PdfReader(io.BytesIO(PAPERS[kind](NAME, "ja").pdf())).pages
    lines = [line.strip() for page in pages for line in page.extract_text().splitlines()]
    assert any(line.endswith("午後4時から") for line in lines)
    assert "2028年（令和10年）3月25日 午後4時まで（7か月）" in lines


NEVER_APART = re.compile(r"[0-9]\n[年月日時円]|ま\nで|か\nら|[日時]\n(?:まで|から)|か\n月|[0-9]\nJST")
"""What is read in one breath, over the end of a line."""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("name", [NAME, LONGEST[0]], ids=["usual", "longest"])
def test_a_number_stays_with_its_unit_and_until_in_one_word(kind: str, lang: Lang, name: str) -> None:
    pages = PdfReader(io.BytesIO(PAPERS[kind](name, lang).pdf())).pages
    text = "\n".join(page.extract_text() for page in pages)
    lines = "\n".join(line.strip() for line in text.splitlines())
    assert NEVER_APART.findall(lines) == []


def test_the_version_of_the_explanation_changes_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    version = policy.explanation_version(programme(), 2027)
    assert re.fullmatch("2027-[0-9a-f]{8}", version)
    assert (
        policy.explanation(programme(), 2027, "ja").number
        == policy.explanation(programme(), 2027, "en").number
        == version
    )
    assert policy.explanation_version(programme(), 2028) != version.replace("2027", "2028")
    monkeypatch.setattr(explained, "DUTIES", explained.DUTIES[:-1])
    explained.explanation_version.cache_clear()
    assert policy.explanation_version(programme(), 2027) != version
    explained.explanation_version.cache_clear()


@pytest.mark.parametrize("year", [2005, 2012, 2035])
def test_every_year_has_an_explanation(year: int) -> None:
    paper = policy.explanation(programme(), year, "ja")
    assert f"{year}-03-25" in canonical(dict(paper.data)).decode()
    with pytest.raises(LookupError):
        policy.explanation(programme(), 2036, "ja")


def test_the_explanation_of_2005_excludes_own_staff_and_that_of_2027_does_not() -> None:
    texts = {year: canonical(dict(policy.explanation(programme(), year, "ja").data)).decode() for year in (2005, 2027)}
    assert "役員・使用人の情報" in texts[2005]
    assert "役員・使用人の情報" not in texts[2027]
    assert "法人の情報：" in texts[2027]


def test_a_qr_code_has_every_dark_module_once_and_its_three_finders() -> None:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(VERIFY)
    rows = code.get_matrix()
    svg = qr(VERIFY)
    dark = [(int(x), int(y)) for x, y in re.findall(r"M([0-9]+) ([0-9]+)h1v1h-1z", svg)]
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in svg
    assert len(dark) == len(set(dark))
    assert set(dark) == {(x, y) for y, row in enumerate(rows) for x, each in enumerate(row) if each}
    far = len(rows) - 7
    for x, y in ((0, 0), (far, 0), (0, far)):
        assert all((x + step, y) in dark and (x, y + step) in dark for step in range(7))
        assert (x + 1, y + 1) not in dark
        assert (x + 3, y + 3) in dark
    with pytest.raises(ValueError, match="too long"):
        qr("x" * 3_000)


def test_shares_add_up_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = behind_it("ja")
    assert sum((each.share for each in found.insurers), Fraction(0)) == 1
    assert behind.check(programme()) == ()
    read = Programme.document

    def halved(self: Programme, name: str) -> Any:
        document = read(self, name)
        if name == behind.FILE:
            return replace(document, value={**document.value, "insurers": document.value["insurers"][:1]})
        return document

    monkeypatch.setattr(Programme, "document", halved)
    (problem,) = refused(lambda: policy.parties(replace(programme()), "ja"))
    assert problem.code == "sale.shares"
