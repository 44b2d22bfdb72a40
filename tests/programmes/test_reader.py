"""The one reader: YAML 1.2 core, every fault at its place, nothing but a document or a refusal for any bytes."""

import json
import random
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.problems import Problem, Refused
from sonae.programmes.reader import FORBIDDEN, MOST_DEPTH, MOST_PROBLEMS, Document, Where, read, read_bytes, read_file
from tests.cast import many, refused

NAME = "f.yaml"
property_test = settings(max_examples=many(200), deadline=None)

EXAMPLE = """\
# a clinic
programme: chuokai-leak
business: {name: 見本医院, employees: 12}
answers:
  attack.mfa: yes
  "attack.backup": no
  on: [16:00, 0001, 2027-04-01]
costs:
- {kind: apology, yen: 5000000}
- share: 0.90
  paid: true
  note:
"""


def value(text: str) -> Any:
    return read(text.encode(), NAME).value


def faults(data: bytes | str) -> list[tuple[str, str]]:
    """Code and place of each problem, the place without the file's name."""
    raw = data.encode() if isinstance(data, str) else data
    return [(each.code, each.at.removeprefix(f"{NAME}:")) for each in refused(lambda: read_bytes(raw, NAME))]


def test_a_file_is_read_whole_with_the_place_of_each_value() -> None:
    document = read(EXAMPLE.encode(), NAME)

    assert document.value == {
        "programme": "chuokai-leak",
        "business": {"name": "見本医院", "employees": 12},
        "answers": {"attack.mfa": "yes", "attack.backup": "no", "on": ["16:00", "0001", "2027-04-01"]},
        "costs": [{"kind": "apology", "yen": 5_000_000}, {"share": Decimal("0.90"), "paid": True, "note": None}],
    }
    assert [
        document.at(where)
        for where in ((), ("business", "employees"), ("answers", "on", 2), ("costs", 1, "share"), ("costs", 1))
    ] == [
        "f.yaml:2:1",
        "f.yaml:3:35 business.employees",
        "f.yaml:7:21 answers.on[2]",
        "f.yaml:10:10 costs[1].share",
        "f.yaml:10:3 costs[1]",
    ]


# --- what is special, and what stays text
@pytest.mark.parametrize(
    "text",
    [
        "yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "OFF", "16:00", "1:30", "12:30:45", "0001", "00", "01.5",
        "2027-04-01", "2027-04-01T16:00:00+09:00", "+5", "1_000", "1,000", "0x1f", "0o17", "0b1", "1e3", "1.5e3", "1E5", ".5", "5.",
        ".inf", "-.inf", ".nan", "nan", "tRue", "nUll", "none", "None", "１２", "١٢", "--1", "5円", "1/2", "=",
        "9" * 31, "0." + "1" * 13, "<<",
    ],
)  # fmt: skip
def test_what_yaml_1_2_core_or_japan_writes_as_text_stays_text(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "special"),
    [
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None),
        ("0", 0), ("-0", 0), ("7", 7), ("-12", -12), ("100000000", 10**8), ("9" * 30, 10**30 - 1),
        ("0.9", Decimal("0.9")), ("-1.50", Decimal("-1.50")), ("0.000000000001", Decimal("0.000000000001")),
    ],
)  # fmt: skip
def test_only_true_false_null_and_decimal_numbers_are_special(text: str, special: object) -> None:
    found = value(f"a: {text}")["a"]

    assert found == special
    assert type(found) is type(special)


@pytest.mark.parametrize("text", ["true", "null", "~", "", "12", "0.5", "yes", "2027-04-01"])
def test_what_stands_in_quotes_is_text(text: str) -> None:
    assert value(f"a: '{text}'\nb: \"{text}\"") == {"a": text, "b": text}


@pytest.mark.parametrize("block", ["|", ">", "|-", ">+"])
def test_a_block_is_text(block: str) -> None:
    assert str(value(f"a: {block}\n  12\n")["a"]).strip() == "12"


@pytest.mark.parametrize("key", ["on", "yes", "true", "null", "~", "12", "0.5", "2027-04-01", "<<", "名前"])
def test_a_key_is_always_text(key: str) -> None:
    assert value(f"{key}: x") == {key: "x"}


def test_a_decimal_is_exact_and_no_float_is_ever_made() -> None:
    assert value("[0.1, 0.2, 123456789012345678.123456789012]") == [
        Decimal("0.1"), Decimal("0.2"), Decimal("123456789012345678.123456789012"),
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"\n", b"# nothing\n", b"---\n", b"\xef\xbb\xbf", b"null"])
def test_an_empty_file_is_a_document_without_value(data: bytes) -> None:
    document = read(data, NAME)
    assert document.value is None
    assert document.at(("persons",)).endswith(":1 persons")


def test_a_merge_key_merges_nothing() -> None:
    assert value("<<: {a: 1}\nb: 2") == {"<<": {"a": 1}, "b": 2}


# --- faults of form, each at its place
@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("a: 1\nb: 2\na: 3", "yaml.duplicate_key", "3:1"),
        ("a:\n  b: 1\n  'b': 2", "yaml.duplicate_key", "3:3"),
        ("{a: 1, a: 2}", "yaml.duplicate_key", "1:8"),
        ("1: x\n'1': y", "yaml.duplicate_key", "2:1"),
        ("か\u3099: 1\nが: 2", "yaml.duplicate_key", "2:1"),
        ("a: 1\nb: &x 2", "yaml.alias", "2:4"),
        ("a: *x", "yaml.alias", "1:4"),
        ("*x : 1", "yaml.alias", "1:1"),
        ("&x a: 1", "yaml.alias", "1:1"),
        ("a: !!str 12", "yaml.alias", "1:4"),
        ("a: ! 12", "yaml.alias", "1:4"),
        ("a: !!python/object/apply:os.system [id]", "yaml.alias", "1:4"),
        ("!include secrets.yaml", "yaml.alias", "1:1"),
        ("- !<tag:yaml.org,2002:int> 5", "yaml.alias", "1:3"),
        ("a: 1\n---\nb: 2", "yaml.many_documents", "2:1"),
        ("--- 1\n--- 2\n--- 3", "yaml.many_documents", "2:1"),
        ("a: 1\n? [b]\n: 2", "yaml.key_not_text", "2:3"),
        ("? {a: 1}\n: 2", "yaml.key_not_text", "1:3"),
        ("a: b: c", "yaml.syntax", "1:5"),
        ("a: [1, 2\nb: 3", "yaml.syntax", "2:2"),
        ("a: 'b", "yaml.syntax", "1:6"),
        ("ああ:\n  い: [\n", "yaml.syntax", "3:1"),
        ("\ta: b", "yaml.syntax", "1:1"),
        ('a: "\\ud800"', "yaml.syntax", "1:7"),
        ("%YAML 3.0\n---\na: 1", "yaml.syntax", "1:1"),
        ("a: @b", "yaml.syntax", "1:4"),
    ],
)
def test_a_fault_of_form_is_told_at_its_place(text: str, code: str, at: str) -> None:
    assert faults(text) == [(code, at)]


def test_every_duplicate_is_told_and_other_faults_with_it() -> None:
    assert faults("a: 1\na: 2\nb: {c: 1, c: 2}\nd: e: f") == [
        ("yaml.duplicate_key", "2:1"), ("yaml.duplicate_key", "3:11"), ("yaml.syntax", "4:5"),
    ]  # fmt: skip


def test_a_syntax_fault_shows_the_line() -> None:
    (found,) = refused(lambda: read("名前: x\n年: 'y\nz: 1".encode(), NAME))
    assert dict(found.values)["line"] in ("年: 'y", "z: 1")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_are_the_same_whatever_ends_a_line(end: str) -> None:
    text = end.join(["a: 1", "b:", "  c: 2", "b: 3"])
    assert faults(text) == [("yaml.duplicate_key", "4:1")]
    assert faults(end.join(["a: 1", "", "b: x\u202e"])) == [("text.forbidden_character", "3:5")]
    assert faults(end.join(["a: 1", "b: x"]).encode() + b"\xff") == [("file.not_utf8", "2:5")]


# --- bytes and characters
@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"\xff\xfea\x00", "1:1"),
        (b"a: \xff", "1:4"),
        ("名前: あ".encode()[:-1], "1:5"),
        ("名前: x\n業種: ".encode() + "印刷".encode("cp932"), "2:5"),
        (b"\xef\xbb\xbfa: \x80", "1:4"),
        (b"a: \xed\xa0\x80", "1:4"),
        (b"a: \xc0\xaf", "1:4"),
        ("a: あ".encode("utf-16"), "1:1"),
    ],
)
def test_what_is_not_utf_8_is_told_where_it_begins(data: bytes, at: str) -> None:
    assert faults(data) == [("file.not_utf8", at)]


def test_one_mark_at_the_start_is_dropped_and_columns_do_not_count_it() -> None:
    document = read("\ufeffa: か\u3099".encode(), NAME)
    assert document.value == {"a": "が"}
    assert document.at(("a",)) == "f.yaml:1:4 a"


INVISIBLE = {
    "null": "\x00", "bell": "\x07", "escape": "\x1b", "delete": "\x7f", "next line": "\x85", "c1": "\x9b",
    "bidi override": "\u202e", "bidi embedding": "\u202a", "bidi isolate": "\u2067", "pop isolate": "\u2069",
    "left-to-right mark": "\u200e", "arabic letter mark": "\u061c", "line separator": "\u2028", "paragraph separator": "\u2029",
    "zero-width space": "\u200b", "word joiner": "\u2060", "mark inside": "\ufeff", "private use": "\ue000",
    "private use, last": "\uf8ff", "private plane": "\U000f0000", "last point": "\U0010ffff", "non-character": "\ufdd0",
    "replacement": "\ufffd", "tag": "\U000e0041",
}  # fmt: skip


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_a_forbidden_character_is_told_at_its_own_place(character: str) -> None:
    expected = [("text.forbidden_character", "2:6")]
    for line in (
        f"b: あい{character}う",
        f"b: '𠮷{character}'",
        f"b あいう{character}: 1",
        f"# あいう{character}",
        f"b: |あ{character}",
    ):
        assert faults(f"a: 1\n{line}\nc: 2") == expected

    (found,) = refused(lambda: read(f"a: x{character}".encode(), NAME))
    assert dict(found.values)["character"] == f"U+{ord(character):04X}"


@pytest.mark.parametrize(
    "escape", ["\\u202e", "\\0", "\\x1b", "\\ue000", "\\U0010ffff", "\\N", "\\L", "\\P", "\\ufeff"]
)
def test_a_forbidden_character_written_as_an_escape_is_told_where_its_text_begins(escape: str) -> None:
    assert faults(f'a: 1\nb: ["x", "y{escape}z"]') == [("text.forbidden_character", "2:10")]
    assert faults(f'"k{escape}": 1') == [("text.forbidden_character", "1:1")]


def test_every_forbidden_character_is_told() -> None:
    assert faults("a: \u202e\nb: [x\ue000, \x07]") == [
        ("text.forbidden_character", "1:4"), ("text.forbidden_character", "2:6"), ("text.forbidden_character", "2:9"),
    ]  # fmt: skip


def test_no_control_private_bidi_or_surrogate_point_of_unicode_is_let_through() -> None:
    points = [chr(each) for each in range(sys.maxunicode + 1) if not 0xD800 <= each < 0xE000]
    forbidden = set(FORBIDDEN.findall("".join(points)))
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

    for character in points:
        category = unicodedata.category(character)
        if category in ("Co", "Zl", "Zp") or unicodedata.bidirectional(character) in bidi:
            assert character in forbidden
        if category == "Cc":
            assert (character in forbidden) is (character not in "\t\n\r")
        if category[0] in "LNPSM" and character != "\ufffd" and character != "\ufffc":
            assert character not in forbidden


@pytest.mark.parametrize(
    "text",
    ["𠮷野家", "髙﨑", "葛\U000e0100飾", "👩\u200d⚕️", "①②㈱", "　全角　", "ﾊﾝｶｸ", "a\u00a0b", "é", "שלום", "−5.2万円"],
)
def test_names_as_people_write_them_come_through(text: str) -> None:
    assert value(f"a: '{text}'") == {"a": text}


@property_test
@given(st.text(max_size=20))
def test_text_enters_as_nfc_or_not_at_all(text: str) -> None:
    data = json.dumps({"a": text}, ensure_ascii=False)
    if FORBIDDEN.search(text):
        assert {code for code, _ in faults(data)} == {"text.forbidden_character"}
    else:
        assert value(data) == {"a": unicodedata.normalize("NFC", text)}


# --- size
@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b"[" * 500_000, f"1:{MOST_DEPTH + 1}"),
        (b"- " * 250_000, f"1:{2 * MOST_DEPTH + 1}"),
        (b"{a: " * 200_000, f"1:{4 * MOST_DEPTH - 2}"),
        (b"[" + b"1," * 200_000 + b"1]", "1:200002"),
        (b"- \n" * 300_000, "100001:2"),
    ],
    ids=["lists", "blocks", "mappings", "entries", "lines"],
)
def test_deep_or_long_nests_are_refused_where_they_become_so(data: bytes, at: str) -> None:
    assert faults(data) == [("yaml.too_complex", at)]


def test_nesting_is_read_to_its_limit() -> None:
    assert read(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH, NAME).value
    assert faults(b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1))[0][0] == "yaml.too_complex"


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert faults(bomb) == [("yaml.alias", "1:5")]


@pytest.mark.parametrize(
    "data",
    [b"a:\n" * 300_000, b"{" + b"a," * 300_000 + b"}", b"- '\xe2\x80\xae'\n" * 100_000, b'- "\\e"\n' * 140_000],
    ids=["keys", "flow keys", "characters", "escapes"],
)
def test_a_file_with_endless_faults_is_not_read_to_its_end(data: bytes) -> None:
    assert len(faults(data)) == MOST_PROBLEMS


def test_a_file_of_10_mb_is_refused_and_the_limit_is_told(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"a" * 10_000_000)
    (found,) = refused(lambda: read_file(large))

    assert (found.code, found.at, found.values) == ("file.too_large", "large.yaml", (("most", "1,000,000"),))


def test_a_file_may_have_exactly_the_most_bytes() -> None:
    assert read_bytes(b"a: 12", NAME, most_bytes=5).value == {"a": 12}
    assert [each.code for each in refused(lambda: read_bytes(b"a: 123", NAME, most_bytes=5))] == ["file.too_large"]


def test_a_file_that_cannot_be_opened_is_refused_by_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        (found,) = refused(lambda path=path: read_file(path))  # type: ignore[misc]  # a default binds the turn of the loop
        assert (found.code, found.at) == ("file.unreadable", path.name)


def test_a_file_is_shown_by_the_name_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: 1\na: 2")
    (found,) = refused(lambda: read_file(tmp_path / "x.yaml", "chuokai-leak/x.yaml"))
    assert found.at == "chuokai-leak/x.yaml:2:1"


def test_a_long_key_is_cut_in_a_place() -> None:
    document = read(f"? {'k' * 5_000}\n: 1".encode(), NAME)
    assert len(document.at(("k" * 5_000,))) < 120


# --- JSON
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**29), 10**29) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc名𠮷 \"\\'{[,:#&*!", max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def nfc(data: Any) -> Any:
    match data:
        case str():
            return unicodedata.normalize("NFC", data)
        case list():
            return [nfc(each) for each in data]
        case dict():
            return {nfc(key): nfc(each) for key, each in data.items()}
        case _:
            return data


@property_test
@given(
    st.lists(JSON, max_size=2) | st.dictionaries(st.text("a名𠮷"), JSON, max_size=2),
    st.booleans(),
    st.sampled_from((None, 1, "\t")),
)
def test_json_gives_what_it_says(data: Any, escaped: bool, indent: int | str | None) -> None:
    text = json.dumps(data, ensure_ascii=escaped, indent=indent)
    if FORBIDDEN.search(plain_text(data)):
        assert {code for code, _ in faults(text)} == {"text.forbidden_character"}
    else:
        assert value(text) == nfc(data)


def plain_text(data: Any) -> str:
    match data:
        case str():
            return data
        case list():
            return "".join(map(plain_text, data))
        case dict():
            return "".join(key + plain_text(each) for key, each in data.items())
        case _:
            return ""


def test_json_escapes_of_two_halves_are_one_character_and_move_no_column() -> None:
    text = r'{"a": "\ud842\udfb7\u91ce", "\uD83D\uDE00": [1], "b": "\\ud83d", "c": 7}'
    document = read(text.encode(), NAME)

    assert document.value == {"a": "𠮷野", "😀": [1], "b": "\\ud83d", "c": 7}
    assert document.at(("c",)) == f"f.yaml:1:{text.index('7}') + 1} c"


@pytest.mark.parametrize("text", ['{"a": "\\ud842"}', '["\\udfb7\\ud842"]', '["\\ud842\\u0041"]', '["\\ud842\\udfb'])
def test_half_a_character_is_a_fault(text: str) -> None:
    assert [code for code, _ in faults(text)] == ["yaml.syntax"]


def test_a_deep_unended_json_text_is_read_in_one_pass() -> None:
    assert faults(b'["\\ud83d' + b'\\"' * 400_000)[0][0] == "yaml.syntax"


# --- places, for any document
def written(data: Any, seed: int) -> tuple[str, dict[Where, tuple[int, int]]]:
    """Data in flow style with random spaces, line ends and quotes, and the place of each value as written."""
    dice = random.Random(seed)
    pieces: list[str] = []
    places: dict[Where, tuple[int, int]] = {}

    def here() -> tuple[int, int]:
        text = "".join(pieces)
        return text.count("\n") + 1, len(text) - text.rfind("\n")

    def gap() -> None:
        pieces.append(dice.choice(["", " ", "   ", "\n ", "\r\n  ", "\n\n\t " if pieces else "\n", " # あ\n "]))

    def put(each: Any, where: Where) -> None:
        gap()
        places.setdefault(where, here())
        match each:
            case list():
                pieces.append("[")
                for index, inner in enumerate(each):
                    put(inner, (*where, index))
                    gap()
                    pieces.append(",")
                pieces.append("]")
            case dict():
                pieces.append("{")
                for key, inner in each.items():
                    gap()
                    place = here()
                    pieces.append(json.dumps(key, ensure_ascii=False) + ": ")
                    if isinstance(inner, (list, dict)):
                        places[(*where, key)] = place  # a container in a field is where its name stands
                    put(inner, (*where, key))
                    gap()
                    pieces.append(",")
                pieces.append("}")
            case _:
                pieces.append(json.dumps(each, ensure_ascii=False))

    put(data, ())
    return "".join(pieces), places


NESTS = st.recursive(
    st.integers(0, 99) | st.booleans() | st.none() | st.text("aあ𠮷 ", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("bい😀", min_size=1, max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@property_test
@given(st.lists(NESTS, min_size=1, max_size=3), st.integers(0, 10**6))
def test_line_and_column_of_every_value_are_exact(data: list[Any], seed: int) -> None:
    text, places = written(data, seed)
    document = read(text.encode(), NAME)

    assert document.value == data
    assert {where: document.places[where] for where in places} == places


def test_a_place_that_is_not_there_is_that_of_the_nearest_around_it() -> None:
    document = Document(NAME, {"a": [1]}, {(): (1, 1), ("a",): (2, 1), ("a", 0): (2, 5)})
    assert document.at(("a", 0, "b", "c")) == "f.yaml:2:5 a[0].b.c"
    assert document.at(("z",)) == "f.yaml:1:1 z"


# --- whatever comes
PIECES = st.sampled_from(
    [*"{}[],:?-&*!|>'\"%@`#\\ \n\r\t~0a", "あ", "---", "...", "<<: ", "- ", ": ", "\n  ", "\\u202e", "\\ud83d", "&a ", "*a", "!!x "]
)  # fmt: skip


@settings(max_examples=many(400), deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(max_size=80).map(str.encode)
    | st.lists(PIECES, max_size=40).map("".join).map(str.encode)
)
def test_any_bytes_give_a_document_or_a_refusal(data: bytes) -> None:
    found = outcome(data)
    if isinstance(found, Document):
        assert plain(found.value)
    else:
        assert found
        lines = data.count(b"\n") + data.count(b"\r") + 2
        for each in found:
            line, column = each.at.removeprefix(f"{NAME}:").split(":")
            assert 1 <= int(line) <= lines
            assert int(column) >= 1


def outcome(data: bytes) -> Document | tuple[Problem, ...]:
    try:
        return read_bytes(data, NAME)
    except Refused as found:
        return found.problems


def plain(data: Any) -> bool:
    match data:
        case list():
            return all(map(plain, data))
        case dict():
            return all(isinstance(key, str) and plain(each) for key, each in data.items())
        case _:
            return data is None or type(data) in (str, int, bool, Decimal)


@property_test
@given(st.sampled_from((EXAMPLE, '{"a": [1, {"b": "x"}], "c": 0.5}')), st.data())
def test_a_file_damaged_in_one_byte_is_a_document_or_a_refusal(text: str, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = outcome(bytes(raw))
    assert plain(found.value) if isinstance(found, Document) else found
