"""``sonae log verify``: a sound log, and every way to change one, found at its place; without Django."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sonae_cli.chain import Verified, verify
from sonae_web.ground.chain import FIELDS, START, Head, content, digest, head_line, read_row, row_line
from tests.cast import ROOT, Shell, codes, dice, many, places

ROWS = 40
NOTED = 8
"""In the tests of a log made anew, every so many rows the head was noted outside."""


def row(number: int, previous: str, action: str = "quote.bind") -> tuple[bytes, str]:
    """The line of a row and its hash."""
    values: dict[str, str | int | None] = {name: f"{name}-{number}" for name in FIELDS}
    values |= {"action": action, "actor": None, "detail": f'{{"yen":{number}}}'}
    made = content({**values, "number": number, "previous": previous})
    return row_line(made, digest(made)), digest(made)


def chained(actions: list[str]) -> list[bytes]:
    """The lines of a log with its head."""
    lines, last = [], START
    for number, action in enumerate(actions, 1):
        line, last = row(number, last, action)
        lines.append(line)
    return [*lines, head_line(Head(len(lines), last))]


def log(rows: int = ROWS) -> list[bytes]:
    return chained(["quote.bind"] * rows)


def head(lines: list[bytes], number: int) -> Head:
    """The head of a log when it had so many rows."""
    return Head(number, hash_of(lines[number - 1]) if number else START)


def hash_of(line: bytes) -> str:
    parts = read_row(line.rstrip(b"\n"))
    assert parts
    return parts[1]


def lines_of(found: Verified) -> list[int]:
    return [int(each.at.partition(":")[2]) for each in found.problems]


def told(lines: list[bytes], *anchors: Head) -> list[tuple[str, str]]:
    return places(verify(lines, "log", anchors).problems)


# --- the command
def test_a_sound_log_is_told_with_its_head_in_both_languages(sonae: Shell, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(log()))
    noted = head(log(), 30)
    ran = sonae("log", "verify", path, "--head", str(noted), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.data == {
        "rows": ROWS, "head": head(log(), ROWS)._asdict(), "anchored": 30, "faults": 0, "problems": [],
    }  # fmt: skip
    for lang, anchored, alone in (("ja", "記録1から30まで", "比べていません"), ("en", "Rows 1 to 30", "Not compared")):
        assert anchored in sonae("log", "verify", path, "--head", str(noted), "--lang", lang).out
        assert alone in sonae("log", "verify", "-", "--lang", lang, stdin=path.read_bytes()).out


def test_a_changed_log_ends_with_1_and_tells_where(sonae: Shell, tmp_path: Path) -> None:
    path, lines = tmp_path / "audit.jsonl", log()
    lines[4] = lines[4].replace(b"quote.bind", b"quote.lose")
    path.write_bytes(b"".join(lines))
    ran = sonae("log", "verify", path, "--json")
    assert ran.code == 1
    assert [(each["code"], each["at"]) for each in ran.data["problems"]] == [("log.edited", "audit.jsonl:5")]
    ran = sonae("log", "verify", path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("audit.jsonl:5\n")


def test_many_faults_are_counted_and_the_first_shown(sonae: Shell) -> None:
    ran = sonae("log", "verify", "-", "--json", stdin=b"x\n" * 500)
    assert (ran.data["faults"], len(ran.data["problems"])) == (501, 100)
    assert "501" in sonae("log", "verify", "-", stdin=b"x\n" * 500).err


@pytest.mark.parametrize("text", ["", "12", "12:abc", f"-1:{START}", f"01:{START}", f"1:{START}\n", f"１:{START}"])
def test_a_head_of_another_form_is_refused(sonae: Shell, text: str) -> None:
    ran = sonae("log", "verify", "-", "--head", text, "--json")
    assert [(each["code"], each["at"]) for each in ran.data["problems"]] == [("log.anchor_form", "--head")]


def test_a_file_that_is_not_there_is_refused(sonae: Shell, tmp_path: Path) -> None:
    ran = sonae("log", "verify", tmp_path / "gone", "--json")
    assert (ran.code, ran.data["problems"][0]["code"]) == (1, "file.unreadable")


def test_verifying_loads_no_django() -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "sonae_cli", "log", "verify", "-", "--json"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": "src"}, input=b"".join(log()), capture_output=True, check=False,
    )  # fmt: skip
    loaded = {
        line.rpartition("|")[2].strip() for line in ran.stderr.decode().splitlines() if line.startswith("import time:")
    }
    assert json.loads(ran.stdout)["rows"] == ROWS
    assert {"sonae_cli.chain", "sonae_web.ground.chain"} <= loaded
    assert {name for name in loaded if name.partition(".")[0] in ("django", "numpy", "typst", "environ")} == set()


# --- one change after the other
def test_an_empty_log_is_sound() -> None:
    assert verify(log(0), anchors=[Head(0, START)]).problems == ()
    assert told([]) == [("log.no_head", "1")]


def test_line_ends_of_another_system_are_no_change() -> None:
    assert verify([line.replace(b"\n", b"\r\n") for line in log()]).problems == ()


def test_a_removed_row_is_told_where_the_next_one_stands() -> None:
    lines = log()
    (each,) = verify([*lines[:9], *lines[12:]]).problems
    assert (each.code, each.at) == ("log.missing", "-:10")
    assert dict(each.values) == {"count": "3", "after": "9", "before": "13"}


def test_a_moved_row_alone_is_told() -> None:
    lines = log()
    assert told([*lines[:4], *lines[5:20], lines[4], *lines[20:]]) == [("log.out_of_place", "20")]
    assert told([lines[30], *lines[:30], *lines[31:]]) == [("log.out_of_place", "1")]
    lines[3], lines[20] = lines[20], lines[3]
    assert told(lines) == [("log.out_of_place", "21"), ("log.out_of_place", "4")]


@pytest.mark.parametrize("before", [True, False])
def test_of_two_rows_with_a_number_the_one_that_the_next_does_not_know_is_told(*, before: bool) -> None:
    lines = log()
    first, last = row(10, hash_of(lines[8]), "forged.one")
    second, _ = row(11, last, "forged.two")
    forged = [*lines[:9], first, second, *lines[9:]] if before else [*lines[:11], first, second, *lines[11:]]
    wanted = ("10", "11") if before else ("12", "13")
    assert told(forged) == [("log.out_of_place", place) for place in wanted]


def test_a_row_with_its_hash_made_anew_is_told_where_the_next_one_stands() -> None:
    lines = log()
    lines[9], _ = row(10, hash_of(lines[8]), "forged.one")
    assert told(lines) == [("log.link", "11")]


def test_a_line_without_a_row_takes_the_place_of_one() -> None:
    lines = log()
    for text in (b"", b"{}", b"[" * 5_000, b"\xff", lines[5][:-3], lines[5].rstrip() + b" ", b'{"head":{}}'):
        assert told([*lines[:5], text, *lines[6:]]) == [("log.form", "6")]
        assert told([*lines[:5], text, *lines[5:]]) == [("log.form", "6")]


@pytest.mark.parametrize(
    "made",
    [
        b"{}", b'{"number":6}', b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
        *(content({**dict.fromkeys(FIELDS), "number": number, "previous": START}) for number in (0, -1, True, "6", 10**18)),
        content({**dict.fromkeys(FIELDS), "number": 6}),
    ],
)  # fmt: skip
def test_a_rightly_hashed_line_that_is_no_row_is_told(made: bytes) -> None:
    lines = log()
    assert told([*lines[:5], row_line(made, digest(made)), *lines[6:]]) == [("log.form", "6")]


def test_a_cut_tail_is_told_by_the_head_or_by_an_anchor() -> None:
    lines = log()
    assert told(lines[:30]) == [("log.no_head", "30")]
    assert told([*lines[:30], lines[-1]]) == [("log.cut", "31")]
    shorter = [*lines[:30], head_line(head(lines, 30))]
    assert told(shorter) == []
    (each,) = verify(shorter, anchors=[head(lines, 20), head(lines, ROWS)]).problems
    assert (each.code, each.at, dict(each.values)) == ("log.cut", "-:31", {"found": "30", "expected": "40"})


def test_a_head_of_other_rows_is_told() -> None:
    lines = log()
    assert told([*lines[:-1], head_line(head(lines, 39))]) == [("log.head", "41")]
    assert told([*lines[:-1], head_line(Head(40, START))]) == [("log.head", "41")]
    assert told([*lines[:20], head_line(head(lines, 20)), *lines[20:]]) == [("log.head_not_last", "21")]
    assert told([*lines, b"\n"]) == [("log.form", "42"), ("log.head_not_last", "41")]


def test_rows_added_after_an_anchor_are_not_proven_by_it() -> None:
    longer = verify(log(), anchors=[head(log(), 10)])
    assert (longer.problems, longer.anchored, longer.rows) == ((), 10, ROWS)


# --- every way to change a log, at random, by ever more cunning hands
Change = Callable[[list[bytes], random.Random], tuple[list[bytes], int, int]]
"""Returns the rows changed, and between which lines (from 1) of the result the change lies."""


def edit(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    at = draw.randrange(len(lines))
    text, place = bytearray(lines[at].rstrip(b"\n")), draw.randrange(len(lines[at]) - 1)
    if draw.random() < 0.3:
        del text[place]
    else:
        text[place] = draw.choice([byte for byte in range(256) if byte not in (text[place], 10, 13)])
    return [*lines[:at], bytes(text) + b"\n", *lines[at + 1 :]], at + 1, at + 1


def edit_with_hash(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    at = draw.randrange(len(lines))
    forged, _ = row(at + 1, hash_of(lines[at - 1]) if at else START, "forged.one")
    return [*lines[:at], forged, *lines[at + 1 :]], at + 1, at + 2


def delete(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    at = draw.randrange(len(lines) - 1)
    count = draw.randint(1, min(5, len(lines) - 1 - at))
    return [*lines[:at], *lines[at + count :]], at + 1, at + 1


def insert(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    at = draw.randrange(len(lines) + 1)
    number = draw.randint(1, len(lines) * 2)
    linked = hash_of(lines[at - 1]) if at and draw.random() < 0.7 else START
    forged = draw.choice(
        [row(number, linked, "forged.one")[0], row(at + 1, linked, "forged.one")[0], draw.choice(lines)]
    )
    # the head, one line further down, tells of a row added at the end
    return [*lines[:at], forged, *lines[at:]], at, at + 2


def reorder(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    first, last = sorted(draw.sample(range(len(lines)), 2))
    changed = list(lines)
    if draw.random() < 0.5:
        changed[first], changed[last] = changed[last], changed[first]
    else:
        changed.insert(last, changed.pop(first))
    return changed, first + 1, last + 2


def cut_tail(lines: list[bytes], draw: random.Random) -> tuple[list[bytes], int, int]:
    kept = draw.randrange(len(lines))
    return lines[:kept], kept + 1, kept + 1


@pytest.mark.parametrize("change", [edit, edit_with_hash, delete, insert, reorder, cut_tail])
def test_every_change_is_found_where_it_was_made(change: Change) -> None:
    draw, (*lines, end) = dice(change.__name__), log()
    for _ in range(many(1_000)):
        changed, first, last = change(lines, draw)
        found = verify([*changed, end], "log", [head(lines, ROWS)])
        assert found.problems
        assert first <= min(lines_of(found)), (found, first)
        assert max(lines_of(found)) <= last, (found, last)


def edit_action(actions: list[str], draw: random.Random) -> int:
    at = draw.randrange(len(actions))
    actions[at] = "forged.one"
    return at + 1


def delete_action(actions: list[str], draw: random.Random) -> int:
    at = draw.randrange(len(actions))
    del actions[at]
    return at + 1


def insert_action(actions: list[str], draw: random.Random) -> int:
    at = draw.randrange(len(actions))
    actions.insert(at, "forged.one")
    return at + 1


def reorder_actions(actions: list[str], draw: random.Random) -> int:
    first, last = sorted(draw.sample(range(len(actions)), 2))
    actions[first], actions[last] = actions[last], actions[first]
    return first + 1


def cut_actions(actions: list[str], draw: random.Random) -> int:
    at = draw.randrange(len(actions))
    del actions[at:]
    return at + 1


@pytest.mark.parametrize("change", [edit_action, delete_action, insert_action, reorder_actions, cut_actions])
def test_a_log_made_anew_is_found_between_the_heads_noted_outside(
    change: Callable[[list[str], random.Random], int],
) -> None:
    draw, actions = dice(change.__name__), [f"action.n{number}" for number in range(ROWS)]
    noted = [head(chained(actions), number) for number in range(NOTED, ROWS + 1, NOTED)]
    draw.shuffle(noted)
    for _ in range(many(1_000)):
        forged = list(actions)
        at = change(forged, draw)
        assert verify(chained(forged)).problems == ()  # the chain alone cannot show it
        found = verify(chained(forged), "log", noted)
        assert codes(found.problems) <= {"log.anchor", "log.cut"}
        assert [each.code for each in found.problems].count("log.anchor") <= 1  # that later ones differ too is no news
        assert found.anchored == (at - 1) // NOTED * NOTED
        (first, *_) = found.problems
        if first.code == "log.anchor":  # else it ends before the next head noted
            assert dict(first.values) == {"number": str(found.anchored + NOTED), "after": str(found.anchored)}
        else:
            assert dict(first.values)["found"] == str(len(forged))
            assert len(forged) < found.anchored + NOTED


def test_without_the_sites_settings_nothing_is_exported(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SONAE_", "DJANGO_"))}
    ran = subprocess.run(
        [sys.executable, "-m", "sonae_cli", "log", "export", str(tmp_path / "audit.jsonl"), "--json"],
        cwd=ROOT, env={**environment, "PYTHONPATH": "src"}, capture_output=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert [each["code"] for each in json.loads(ran.stdout)["problems"]] == ["site.setting_missing"]
    assert list(tmp_path.iterdir()) == []
