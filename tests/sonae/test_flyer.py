"""The flyer: what the flyer of 2004 told stands in the PDF of 2005; any other year from data; two pages; live needs approval."""

import io
import re
from datetime import date
from functools import lru_cache
from pathlib import Path

import pypdf
import pytest

from sonae.figures import LANGS, Lang
from sonae.flyer import Contact, build, check_flyer, first_day, pdf
from sonae.flyer import shown as module
from sonae.programmes import Programme, load_folder
from sonae.rating import Request, rate
from tests.cast import codes, copy_of_programme, edit, places, programme, refused

ON = date(2026, 11, 23)
BLANK = re.compile(r"\{[a-z_]+\}")
WORDINGS = (2005, 2006, 2012, 2014, 2023, 2027, 2035)
"""Years in which the words or the clauses change, and the last."""
FACTS = {
    "for whom": ["中央会の会員団体および所属員事業者の皆様へ", "個人情報漏えい対策は万全ですか？", "個人情報漏えい賠償責任保険"],
    "cases": [
        "製造業", "7万5千件", "サンプル商品の申込受付業務", "マーケティング代行会社", "数社の顧客", "10万件以上",
        "代行会社の内部から不正に持ち出された可能性",
        "医療機関", "病原性大腸菌O157", "国立医科大付属病院", "40代の女性", "氏名、年齢、住所、家族名", "ワープロ書き",
        "ネット関連業", "460万件", "ブロードバンドサービス", "住所、氏名、電話番号、メールアドレス等", "DVD", "代理店の役員3名",
        "恐喝", "500円相当の金券等", "約40億円",
        "金融業", "約2万人分", "派遣社員", "フロッピーディスク", "20万円で売却", "名簿業者に持ち込まれ", "恐喝未遂",
        "自動車販売店", "500件", "懸賞の応募券500枚強", "委託先企業が誤って廃棄",
    ],
    "loss": [
        "氏名・年齢・性別・住所等", "名簿3,000人分", "不正に持ち出して転売", "電話勧誘を不審に思った顧客からの通報", "1,000人",
        "執拗な電話勧誘によりプライバシーを著しく侵害された", "300人には1人あたり10万円", "700人には1人あたり1万円",
        "2,000人には見舞金としてそれぞれ500円・合計100万円", "全国紙に謝罪広告", "広告費が500万円", "弁護士費用が200万円",
        "(10万円×300人)＋(1万円×700人)", "3,700万円", "500円×2,000人", "100万円", "謝罪広告費用", "500万円", "200万円", "4,500万円",
    ],
    "features": ["リスク診断サービス付（無料）", "個人情報保護法に対応", "全国制度による団体割引適用"],
    "diagnosis": [
        "リスク診断結果のご提案までの流れ", "総合的な評価", "管理対策別", "個人情報管理リスク評価報告書", "チェックリストのご提出",
        "ご記入内容にもとづき", "リスク診断", "評価報告書のご提供", "記載例",
    ],
    "covered": [
        "生存する個人に関する情報（貴社の役員および使用人等に関する情報は含みません。）であって、",
        "当該情報に含まれる氏名、生年月日その他の記述等により特定の個人を識別することができる情報をいいます。",
        "ただし、日本国内に所在する、または所在した個人情報に限ります。", "個人情報漏えいの原因", "個人情報の保管方法",
    ],
    "premiums": [
        "賠償限度額", "免責", "印刷業1億円1,000万円100万円10万円約4万円", "貸家・貸店舗業5,000万円1,000万円100万円10万円約3万円",
        "医院・診療所3億円5,000万円500万円10万円約15万円", "レンタル店5,000万円5,000万円500万円10万円約10万円",
        "自動車整備業1億円5,000万円500万円10万円約10万円", "保険料のお支払は年払いのみとなります。",
    ],
    "windows": [
        "通常加入", "中途加入", "2004年12月10日〜2005年1月31日", "2005年2月1日〜12月末まで", "2005年4月25日", "3か月後の23日",
        "2005年3月25日午後4時〜2006年3月25日午後4時", "2か月後の25日午後4時〜2006年3月25日午後4時",
        "2月に申し込むと、補償は4月25日午後4時に始まり、保険料の振替日は5月23日",
    ],
    "whom to ask": [
        "全国中小企業団体中央会", "総務部", "03-3523-4906", "大阪府中小企業団体中央会", "総務部経理課", "06-6947-4370",
    ],
}  # fmt: skip
"""What the source document says, part by part: every name, number, sum, date and example."""


@lru_cache(maxsize=8)
def text(year: int, lang: Lang) -> str:
    reader = pypdf.PdfReader(io.BytesIO(pdf(programme(), year, lang, ON)))
    return re.sub(r"\s", "", "".join(page.extract_text() or "" for page in reader.pages))


def live(folder: Path) -> Programme:
    edit(copy_of_programme(folder) / "programme.yaml", "status: sample", "status: live")
    found, _ = load_folder(folder / "chuokai-leak")
    assert found is not None
    return found


@pytest.mark.parametrize("part", FACTS)
def test_the_flyer_of_2005_tells_what_the_source_document_tells(part: str) -> None:
    assert [fact for fact in FACTS[part] if fact.replace(" ", "") not in text(2005, "ja")] == []


def test_what_was_a_picture_is_marked_as_reconstructed() -> None:
    data = build(programme(), 2005, "ja", ON)["coverage"]
    assert [each["title"] for each in data["causes"]] == ["外部からの攻撃", "過失", "委託先", "内部の犯罪"]
    assert [each["title"] for each in data["media"]] == ["電子データ", "紙"]
    assert all(each["reconstructed"] for each in (*data["causes"], *data["media"]))
    assert not any(each["reconstructed"] for each in data["information"])
    assert "個人情報漏えいの原因復元" in text(2005, "ja")
    assert "個人情報の保管方法復元" in text(2005, "ja")


def test_the_sample_says_so_on_both_pages_and_the_english_that_it_is_a_translation() -> None:
    for lang, mark, sentence in (("ja", "見本", "申し込みには使えません"), ("en", "SAMPLE", "Itcannotbeusedtoapply")):
        reader = pypdf.PdfReader(io.BytesIO(pdf(programme(), 2027, "ja" if lang == "ja" else "en", ON)))
        for page in reader.pages:
            words = re.sub(r"\s", "", page.extract_text() or "")
            assert mark in words
            assert sentence in words
    assert "Referencetranslation" in text(2027, "en")
    assert build(programme(), 2027, "ja", ON)["translation"] == ""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("year", WORDINGS)
def test_each_wording_fits_on_two_pages_of_a4(year: int, lang: Lang) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf(programme(), year, lang, ON)))
    assert len(reader.pages) == 2
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in reader.pages} == {
        (595, 842)
    }


@pytest.mark.parametrize("lang", LANGS)
def test_every_year_is_made_from_its_data(lang: Lang) -> None:
    for year in programme().years:
        data = build(programme(), year, lang, ON)
        assert str(year) in data["title"]
        assert len(data["windows"]["months"]) == 11
        assert not BLANK.search(str(data))


def test_the_words_follow_the_year() -> None:
    then, now = build(programme(), 2005, "ja", ON), build(programme(), 2027, "ja", ON)
    assert then["premiums"]["heads"]["limit"] == "賠償限度額"
    assert now["premiums"]["heads"]["limit"] == "支払限度額"
    assert len(then["coverage"]["information"]) == 1
    assert [each["title"] for each in now["coverage"]["information"]] == [
        "個人に関する情報", "カード番号・口座番号", "法人の情報",
    ]  # fmt: skip
    assert then["premiums"]["mark"] == "2004年の公表値"
    assert now["premiums"]["mark"] == "試算"
    assert build(programme(), 2022, "ja", ON)["features"][1] != now["features"][1]
    assert now["windows"]["normal"]["cover"] == "2027年3月25日午後4時〜2028年3月25日午後4時"


def test_premiums_are_rated_not_typed() -> None:
    data = build(programme(), 2005, "ja", ON)["premiums"]["rows"]
    for row, example in zip(data, module.shown(programme(), 2005).examples, strict=True):
        plan = example.plan
        annual = rate(
            programme(),
            Request(
                date(2004, 12, 10),
                example.industry,
                example.annual_sales,
                plan.liability_limit,
                plan.cost_limit,
                plan.deductible,
            ),
        ).annual_premium
        assert annual is not None
        assert row["premium"] == f"約{(annual + 5_000) // 10_000}万円"
    assert "約4万円" not in "".join(path.read_text(encoding="utf-8") for path in programme().folder.rglob("*.yaml"))


def test_a_federation_prints_its_own_contact() -> None:
    data = build(programme(), 2027, "ja", ON, [Contact("見本県中央会", "共済課", "00-0000-0000")])
    assert data["contacts"]["rows"] == [{"office": "見本県中央会", "desk": "共済課", "phone": "TEL. 00-0000-0000"}]


def test_the_same_data_gives_the_same_bytes() -> None:
    assert pdf(programme(), 2005, "ja", ON) == pdf(programme(), 2005, "ja", ON)


def test_there_is_no_flyer_outside_the_years() -> None:
    for year in (2004, 2036):
        assert codes(refused(lambda year=year: build(programme(), year, "ja", ON))) == {"flyer.year"}  # type: ignore[misc]  # a default binds the turn of the loop


def test_a_live_programme_publishes_nothing_without_approval(tmp_path: Path) -> None:
    found = live(tmp_path)
    assert "sale.approval" in codes(refused(lambda: build(found, 2027, "ja", ON)))


def test_the_cover_of_a_year_starts_on_25_march() -> None:
    assert [first_day(programme(), year) for year in (2005, 2027)] == [date(2005, 3, 25), date(2027, 3, 25)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("grade: C, scores: [82, 64, 45, 71, 58]", "grade: C, scores: [82, 64]", "flyer.specimen"),
        ("scores: [82, 64, 45, 71, 58]", "scores: [82, 64, 45, 71, 158]", "value.range"),
        ("grade: C", "grade: F", "value.not_allowed"),
        ("industry: printing", "industry: printer", "industry.unknown"),
        ("industry: printing, annual_sales: 100000000, plan: p1000", "industry: printing, annual_sales: 100000000, plan: p1",
         "value.not_allowed"),
        ("- from_year: 2005", "- from_year: 2006", "programme.editions"),
        ("features: [diagnosis,", "features: [diagnose,", "value.not_allowed"),
        ("cases: [flyer-1-agency-insider, ", "cases: [flyer-9, ", "value.not_allowed"),
        ("example_month: 2", "example_mouth: 2", "field.misspelt"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_is_told(tmp_path: Path, old: str, new: str, expected: str) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / module.FILE, old, new)
    broken, _ = load_folder(folder)
    assert broken is not None
    problems = check_flyer(broken)[1]
    assert expected in {code for code, _ in places(problems)}
    refused(lambda: build(broken, 2027, "ja", ON))


def test_a_case_without_words_is_a_fault(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / "text" / "en" / "flyer.yaml", "      industry: Finance\n", "")
    broken, _ = load_folder(folder)
    assert broken is not None
    assert codes(check_flyer(broken)[1]) == {"text.missing"}
