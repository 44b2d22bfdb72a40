"""The cursor: every reader's value, and every fault at its place."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.figures import LANGS
from sonae.money import MOST_YEN
from sonae.problems import Problem
from sonae.programmes import Cursor, Document, describe
from sonae.programmes.cursor import MOST_NEAREST, iso_day, shown
from tests.cast import document, many, places

property_test = settings(max_examples=many(200), deadline=None)
USES = ("web_shop", "website", "cloud", "fax")


def cursor(text: str) -> Cursor:
    return Cursor(document(text), [])


def faults(root: Cursor) -> list[tuple[str, str]]:
    """Code and place of each problem noted; each must have words in both languages."""
    for each in root.problems:
        for lang in LANGS:
            assert all(describe(each, lang).values())
    return places(root.problems)


def said(root: Cursor) -> dict[str, str]:
    """What the only problem says."""
    (found,) = root.problems
    return dict(found.values)


def test_a_document_is_read_field_by_field_without_a_problem() -> None:
    root = cursor(
        "name: ' 見本医院 '\nemployees: 12\nsales: 300000000\nhours: 1.5\nshare: '0.9'\nfrom: 2027-04-01\nquick: true\n"
        "industry: clinic\nuses: [fax, cloud]\nawards:\n- {claimants: 300}\n- {claimants: 700}\ncosts: {lawyer: 5, notice: 7}\n"
    )

    assert root.fields(
        ["name", "employees"], ["sales", "hours", "share", "from", "quick", "industry", "uses", "awards", "costs"]
    )
    assert root.text("name") == "見本医院"
    assert root.integer("employees", 0, 100) == 12
    assert root.yen("sales") == 300_000_000
    assert root.number("hours", 0, 10) == Fraction(3, 2)
    assert root.share("share") == Fraction(9, 10)
    assert root.day("from") == date(2027, 4, 1)
    assert root.truth("quick") is True
    assert root.choice("industry", ["clinic", "printing"]) == "clinic"
    assert root.words("uses", USES) == ("fax", "cloud")
    assert [award.integer("claimants", 0, 1_000) for award in root.items("awards")] == [300, 700]
    assert {name: each.value for name, each in root.entries("costs")} == {"lawyer": 5, "notice": 7}
    assert root.problems == []


# --- fields
def test_missing_fields_are_told_at_their_mapping() -> None:
    root = cursor("a:\n- {x: 1}\n- {y: 2, x: null}\n")
    for item in root.items("a"):
        item.fields(["x", "y"])

    assert faults(root) == [("field.missing", "2:3 a[0]"), ("field.missing", "3:3 a[1]")]
    assert [dict(each.values)["field"] for each in root.problems] == ["y", "x"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("employes", "employees"),
        ("Employees", "employees"),
        ("persons_hold", "persons_held"),
        ("personsheld", "persons_held"),
    ],
)
def test_a_misspelt_field_is_told_with_the_nearest_name(name: str, near: str) -> None:
    root = cursor(f"x:\n  {name}: 1\n")
    root["x"].fields([], ["employees", "persons_held"])

    assert faults(root) == [("field.misspelt", f"2:{4 + len(name) + 1} x.{name}")]
    assert said(root) == {"field": name, "near": near}


def test_an_unknown_field_is_told_with_the_names_that_are_known() -> None:
    root = cursor("zzz: 1")
    root.fields([], [f"field_{each}" for each in range(20)])

    assert faults(root) == [("field.unknown", "1:6 zzz")]
    assert said(root)["known"].startswith("field_0, field_1, ")
    assert len(said(root)["known"]) <= 80


@pytest.mark.parametrize(
    ("text", "found"),
    [("a: 5", "5"), ("a: x", "x"), ("a: [1]", "[…]"), ("a: yes", "yes"), ("a: true", "true"), ("a:", "null")],
)
def test_what_is_no_mapping_has_no_fields(text: str, found: str) -> None:
    root = cursor(text)

    assert not root["a"].fields(["x"], ["y"])
    assert [each.code for each in root.problems] == ["value.not_mapping"]
    assert said(root) == {"found": found}


@pytest.mark.parametrize("text", ["5", "[1, 2]", "", "text"])
def test_a_document_that_is_no_mapping_has_no_fields(text: str) -> None:
    root = cursor(text)
    assert not root.fields(["x"])
    assert faults(root) == [("value.not_mapping", "1:1")]


def test_a_hostile_file_is_told_its_first_near_names_and_then_only_that_the_rest_is_unknown() -> None:
    root = cursor("".join(f"employees{each}: 1\n" for each in range(300)))
    root.fields([], ["employees"])

    assert len(root.problems) == 300
    assert [each.code for each in root.problems] == ["field.misspelt"] * MOST_NEAREST + ["field.unknown"] * 200


def test_has_means_a_value_other_than_null() -> None:
    root = cursor("a: 0\nb: false\nc: ''\nd:\ne: []\n")
    assert [name for name in "abcdef" if root.has(name)] == ["a", "b", "c", "e"]
    assert not root["a"].has("x")
    assert root.problems == []


# --- lists and mappings
@pytest.mark.parametrize(("text", "at"), [("a: 5", "1:4 a"), ("a: x", "1:4 a"), ("a: {b: 1}", "1:1 a")])
def test_what_is_no_list_has_no_items(text: str, at: str) -> None:
    root = cursor(text)
    assert list(root.items("a")) == []
    assert faults(root) == [("value.not_list", at)]


def test_a_list_that_is_missing_or_empty_has_no_items_and_is_no_problem() -> None:
    root = cursor("a: []\nb:\n")
    assert [list(root.items(name)) for name in "abc"] == [[], [], []]
    assert list(root["a"].items()) == []
    assert root.problems == []


def test_a_mapping_that_is_missing_has_no_entries_and_a_list_is_none() -> None:
    root = cursor("a: {}\nb:\nc: [1]\n")
    assert [list(root.entries(name)) for name in "abz"] == [[], [], []]
    assert list(root.entries("c")) == []
    assert faults(root) == [("value.not_mapping", "3:1 c")]


def test_there_is_no_value_where_there_is_no_place() -> None:
    root = cursor("a: {b: [1]}")
    assert root["a"]["b"][0].value == 1
    assert [root["x"].value, root["a"]["b"][5].value, root["a"]["b"]["c"].value, root["a"]["b"][0]["d"].value] == [
        None
    ] * 4
    assert root["a"]["b"][5].at == "file.yaml:1:5 a.b[5]"


# --- one value
READERS: dict[str, tuple[Callable[[Cursor], object], object]] = {
    "text": (lambda root: root.text("a", "default"), "default"),
    "integer": (lambda root: root.integer("a", -5, 5_000, 3), 3),
    "yen": (lambda root: root.yen("a", 3), 3),
    "number": (lambda root: root.number("a", -5, 5_000, Fraction(3)), Fraction(3)),
    "share": (lambda root: root.share("a", Fraction(1, 2)), Fraction(1, 2)),
    "day": (lambda root: root.day("a", date(2005, 1, 1)), date(2005, 1, 1)),
    "truth": (lambda root: root.truth("a", default=True), True),
    "choice": (lambda root: root.choice("a", USES, "fax"), "fax"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", ["b: 1", "a:", "a: null", "[1]", "5", ""])
def test_a_value_that_is_missing_is_the_default_and_no_problem(reader: str, text: str) -> None:
    root = cursor(text)
    read, default = READERS[reader]

    assert read(root) == default
    assert root.problems == []


WRONG = {
    "text": ("value.not_text", ["5", "true", "0.5", "[x]", "{x: 1}"]),
    "integer": (
        "value.not_integer",
        ["x", "'5'", "5.0", "true", "1e3", "1,000", "５", "[5]", "{x: 1}", "''", "+5"],
    ),
    "yen": ("value.not_integer", ["5円", "¥5", "5.5", "1万", "true", "[]"]),
    "number": ("value.not_number", ["x", "'5.5'", "true", "[5]", ".5", "1e3"]),
    "share": (
        "value.not_share",
        ["x", "1.1", "-0.1", "'1/2'", "1e-9", "1e-99999999", "true", "[0.5]", "90%", "2", "''"],
    ),
    "day": (
        "value.not_date",
        ["x", "2027-4-1", "20270401", "'2027-02-30'", "2027-04-01T00:00", "2027-W01-1", "5", "２０２７-04-01", "[]"],
    ),
    "truth": ("value.not_truth", ["yes", "no", "1", "0", "'true'", "on", "[true]"]),
    "choice": ("value.not_text", ["5", "true", "[fax]", "{fax: 1}"]),
}


@pytest.mark.parametrize(
    ("reader", "code", "text"), [(reader, code, text) for reader, (code, texts) in WRONG.items() for text in texts]
)
def test_a_value_of_another_kind_is_the_default_and_told_at_its_place(reader: str, code: str, text: str) -> None:
    read, default = READERS[reader]
    root = cursor(f"b: 1\na: {text}")

    assert read(root) == default
    assert faults(root) == [(code, "2:1 a" if text[0] in "[{" else "2:4 a")]


@pytest.mark.parametrize("value", [-5, 0, 5])
def test_a_range_holds_its_ends(value: int) -> None:
    root = cursor(f"a: {value}\nb: {value}.0")
    assert root.integer("a", -5, 5) == value
    assert root.number("b", -5, 5) == value
    assert root.problems == []


@pytest.mark.parametrize(("value", "found"), [("-6", "-6"), ("6", "6"), ("1234567", "1,234,567"), ("9" * 30, None)])
def test_a_number_out_of_range_is_told_with_the_range(value: str, found: str | None) -> None:
    root = cursor(f"a: {value}")

    assert root.integer("a", -5, 5, 1) == 1
    assert faults(root) == [("value.range", "1:4 a")]
    assert said(root) == {"found": found or f"{int(value):,}", "least": "-5", "most": "5"}


@pytest.mark.parametrize("value", ["-5.000000000001", "5.000000000001"])
def test_a_decimal_a_hair_out_of_range_is_out_of_range(value: str) -> None:
    root = cursor(f"a: {value}")
    assert root.number("a", -5, 5, Fraction(1)) == 1
    assert faults(root) == [("value.range", "1:4 a")]


def test_yen_go_from_0_to_1000_cho() -> None:
    root = cursor(f"a: {MOST_YEN}\nb: {MOST_YEN + 1}\nc: -1\nd: 0")
    assert [root.yen(name, 7) for name in "abcd"] == [MOST_YEN, 7, 7, 0]
    assert faults(root) == [("value.range", "2:4 b"), ("value.range", "3:4 c")]


@pytest.mark.parametrize(("length", "problems"), [(1, 0), (10, 0), (11, 1), (10_000, 1), (0, 1)])
def test_a_text_has_from_1_to_the_most_characters(length: int, problems: int) -> None:
    root = cursor(f"a: '  {'𠮷' * length}　'")
    assert root.text("a", "default", most=10) == ("default" if problems else "𠮷" * length)
    assert faults(root) == [("value.length", "1:4 a")] * problems


def test_a_share_is_exact_as_text_and_as_number() -> None:
    root = cursor("[{a: '0.9'}, {a: 0.9}, {a: 1}, {a: 0}, {a: '1.0'}, {a: 0.0000001}]")
    assert [item.share("a") for item in root.items()] == [
        Fraction(9, 10), Fraction(9, 10), 1, 0, 1, Fraction(1, 10**7),
    ]  # fmt: skip
    assert root.problems == []


def test_a_word_that_is_not_allowed_is_told_with_the_nearest_or_with_all() -> None:
    near, far = cursor("a: web_shpo"), cursor("a: 百貨店")

    assert near.choice("a", USES, "fax") == "fax"
    assert said(near) == {"found": "web_shpo", "near": "web_shop"}
    assert far.choice("a", USES, what="industry.unknown") == ""
    assert faults(far) == [("industry.unknown", "1:4 a")]
    assert said(far)["near"] == "web_shop, website, cloud, fax"


def test_words_come_once_each_and_every_other_one_is_told_at_its_own_place() -> None:
    root = cursor("a: [fax, clowd, fax, 5, cloud, [fax]]")

    assert root.words("a", USES) == ("fax", "cloud")
    assert faults(root) == [
        ("value.not_allowed", "1:10 a[1]"), ("value.not_text", "1:22 a[3]"), ("value.not_text", "1:32 a[5]"),
        ("value.twice", "1:17 a[2]"),
    ]  # fmt: skip


def test_words_that_are_no_list_are_told() -> None:
    root = cursor("a: fax")
    assert root.words("a", USES) == ()
    assert faults(root) == [("value.not_list", "1:4 a")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1}, "{…}"),
        ([1], "[…]"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (Decimal("1.50"), "1.50"),
        ("x", "x"),
    ],
)
def test_a_value_is_shown_as_it_is_written(value: object, text: str) -> None:
    assert shown(value) == text


@property_test
@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert iso_day(day.isoformat()) == day


@property_test
@given(st.text("0123456789-/年月日WT ", max_size=12))
def test_no_other_form_is_a_day(text: str) -> None:
    try:
        day = iso_day(text)
    except ValueError:
        return
    assert day.isoformat() == text


ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**29), 10**29)
    | st.decimals(-(10**6), 10**6, places=3)
    | st.text("ab1-.年", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "web"]), inner, max_size=3),
    max_leaves=6,
)


@property_test
@given(ODD)
def test_no_reader_ever_breaks_on_what_it_is_given(value: Any) -> None:
    for data in (value, {"a": value}, {"a": [value]}, {"a": {"a": value}}):
        problems: list[Problem] = []
        root = Cursor(Document("file.yaml", data), problems)
        for read, _ in READERS.values():
            before = len(problems)
            found = read(root)
            assert found is not None
            assert len(problems) <= before + 1
        root.fields(["a"], ["web"])
        root.words("a", USES)
        for item in root.items("a"):
            item.fields(["a"])
        for _, entry in root.entries("a"):
            entry.fields(["a"])
