"""The one reader: YAML 1.2 core, every fault at its place, nothing but a document or a refusal for any bytes."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.problems import Refused
from sonae.programmes.reader import read, read_bytes


def faults(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read_bytes(data, "f.yaml")
    return [(each.code, each.at) for each in refused.value.problems]


def test_only_true_false_null_and_decimal_numbers_are_special() -> None:
    text = b"a: yes\non: 16:00\nc: 0001\nd: 2027-04-01\ne: true\nf: null\ng: -12\nh: 1.50\ni: 1e3\nj: '5'\nk: no\nl: 0x1f\n"
    assert read(text, "f.yaml").value == {
        "a": "yes", "on": "16:00", "c": "0001", "d": "2027-04-01", "e": True, "f": None, "g": -12, "h": Decimal("1.50"),
        "i": "1e3", "j": "5", "k": "no", "l": "0x1f",
    }  # fmt: skip


def test_places_are_line_and_column() -> None:
    document = read(b"a:\n  b: [1, 22]\n", "f.yaml")
    assert document.at(("a", "b", 1)) == "f.yaml:2:10 a.b[1]"


def test_json_is_read_too() -> None:
    assert read(b'{"persons": 3000, "items": ["name"]}', "f.json").value == {"persons": 3000, "items": ["name"]}


def test_text_becomes_nfc_and_a_leading_mark_is_dropped() -> None:
    assert read("\ufeffa: か\u3099".encode(), "f.yaml").value == {"a": "が"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: 1\na: 2\n", ("yaml.duplicate_key", "f.yaml:2:1")),
        (b"a: &x 1\nb: *x\n", ("yaml.alias", "f.yaml:1:4")),
        (b"a: !!python/object:os.system 1\n", ("yaml.alias", "f.yaml:1:4")),
        (b"a: 1\n---\nb: 2\n", ("yaml.many_documents", "f.yaml:2:1")),
        (b"a: 1\n? [b]\n: 2\n", ("yaml.key_not_text", "f.yaml:2:3")),
        (b"a: \xff\n", ("file.not_utf8", "f.yaml:1:4")),
        ("a: x\u202ey\n".encode(), ("text.forbidden_character", "f.yaml:1:5")),
        ("a: \ue000\n".encode(), ("text.forbidden_character", "f.yaml:1:4")),
        (b"a: [1, 2\nb: 3\n", ("yaml.syntax", "f.yaml:2:2")),
    ],
)
def test_a_fault_of_form_is_told_at_its_place(data: bytes, expected: tuple[str, str]) -> None:
    assert faults(data)[0] == expected


@pytest.mark.parametrize("data", [b"[" * 5_000, b"{a: " * 5_000, b"- " * 5_000])
def test_deep_nesting_is_refused(data: bytes) -> None:
    assert faults(data)[0][0] in ("yaml.too_complex", "yaml.syntax")


def test_too_many_entries_are_refused() -> None:
    assert faults(b"[" + b"1," * 200_000 + b"1]") == [("yaml.too_complex", "f.yaml:1:200002")]


def test_a_large_file_is_refused_unread() -> None:
    assert faults(b"a" * 10_000_000)[0][0] == "file.too_large"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_give_a_document_or_a_refusal(data: bytes) -> None:
    problems: tuple[object, ...] | None = None
    try:
        read_bytes(data, "f.yaml")
    except Refused as refused:
        problems = refused.problems
    assert problems is None or problems
