"""published.lock: values are added once, never changed or lost unseen."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.check import Checked, check
from sonae.programmes.lock import LOCK, compare, publish, read_lock
from sonae.programmes.words import LIBRARY
from tests.cast import PROGRAMME, copy_of_programme, edit, many, programme, refused, value_of

HASH, OTHER = "a" * 64, "b" * 64
VALUE, PLAN, QUESTION = (
    "chuokai-leak/x.y@2005-01-01",
    "chuokai-leak/plan.p1000@2005",
    "chuokai-leak/question.a.b@2004-12",
)
property_test = settings(max_examples=many(100), deadline=None)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "published.lock"
    publish({VALUE: HASH, PLAN: OTHER}, path)
    return path


def differences(published: dict[str, str], lock: Path, programme: str = PROGRAMME) -> list[tuple[str, str, str]]:
    return [(each.code, each.at, dict(each.values)["found"]) for each in compare(published, programme, lock)]


def test_what_is_published_is_added_once_and_then_agrees(tmp_path: Path) -> None:
    lock = tmp_path / "published.lock"
    assert read_lock(lock) == {}

    assert publish({VALUE: HASH, PLAN: OTHER}, lock) == [VALUE, PLAN]
    assert publish({VALUE: HASH, PLAN: OTHER, QUESTION: HASH}, lock) == [QUESTION]

    assert lock.read_text() == f"{VALUE} {HASH}\n{PLAN} {OTHER}\n{QUESTION} {HASH}\n"
    assert read_lock(lock) == {VALUE: HASH, PLAN: OTHER, QUESTION: HASH}
    assert compare({VALUE: HASH, PLAN: OTHER, QUESTION: HASH}, PROGRAMME, lock) == []


def test_publishing_twice_adds_nothing(lock: Path) -> None:
    before = lock.read_bytes()
    assert publish({VALUE: HASH, PLAN: OTHER}, lock) == []
    assert lock.read_bytes() == before
    assert [path.name for path in lock.parent.iterdir()] == ["published.lock"]


# --- differences
def test_a_changed_value_is_told(lock: Path) -> None:
    assert differences({VALUE: OTHER, PLAN: OTHER}, lock) == [("programme.lock_changed", "published.lock", VALUE)]


def test_a_value_gone_from_the_data_is_told(lock: Path) -> None:
    assert differences({PLAN: OTHER}, lock) == [("programme.lock_lost", "published.lock", VALUE)]


def test_a_value_not_published_yet_is_told(lock: Path) -> None:
    published = {VALUE: HASH, PLAN: OTHER, QUESTION: HASH}
    assert differences(published, lock) == [("programme.lock_missing", "published.lock", QUESTION)]


def test_every_difference_is_told(lock: Path) -> None:
    assert differences({PLAN: HASH, QUESTION: HASH}, lock) == [
        ("programme.lock_lost", "published.lock", VALUE),
        ("programme.lock_changed", "published.lock", PLAN),
        ("programme.lock_missing", "published.lock", QUESTION),
    ]


def test_values_of_another_programme_are_no_difference(lock: Path) -> None:
    publish({"chuokai-leak-2/x@2005": HASH, "chuokai/x@2005": HASH}, lock)
    assert differences({VALUE: HASH, PLAN: OTHER}, lock) == []
    assert differences({}, lock, "chuokai") == [("programme.lock_lost", "published.lock", "chuokai/x@2005")]


def test_a_changed_value_is_not_published_over_and_nothing_is_written(lock: Path) -> None:
    before = lock.read_bytes()
    problems = refused(lambda: publish({VALUE: OTHER, QUESTION: HASH}, lock))

    assert [each.code for each in problems] == ["programme.lock_changed"]
    assert value_of(problems, "programme.lock_changed", "found") == VALUE
    assert lock.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "hash_"),
    [
        ("chuokai-leak/a b@2005", HASH), ("chuokai-leak/a@2005\nb", HASH), ("Chuokai/a@2005", HASH), ("chuokai-leak/a@2005a", HASH),
        ("chuokai-leak/a", HASH), ("chuokai-leak/a@2005", "a" * 63), ("chuokai-leak/a@2005", "A" * 64),
    ],
)  # fmt: skip
def test_a_name_that_could_not_be_read_back_is_not_written(lock: Path, name: str, hash_: str) -> None:
    before = lock.read_bytes()
    assert [each.code for each in refused(lambda: publish({QUESTION: HASH, name: hash_}, lock))] == [
        "programme.lock_form"
    ]
    assert lock.read_bytes() == before


# --- the file
@pytest.mark.parametrize(
    "line",
    ["nonsense", "", f"{QUESTION}  {HASH}", f"{QUESTION} {HASH} ", f" {QUESTION} {HASH}", f"{QUESTION} {'A' * 64}",
     f"{QUESTION} {HASH}0", f"# {QUESTION} {HASH}", f"{VALUE} {HASH}", f"{VALUE} {OTHER}", "<<<<<<< HEAD"],
)  # fmt: skip
def test_a_line_that_is_no_entry_or_stands_twice_is_told_at_its_number(lock: Path, line: str) -> None:
    lock.write_text(f"{VALUE} {HASH}\n{PLAN} {OTHER}\n{line}\n")

    (found,) = refused(lambda: read_lock(lock))
    assert (found.code, found.at) == ("programme.lock_form", "published.lock:3:1")
    assert compare({VALUE: HASH, PLAN: OTHER}, PROGRAMME, lock) == [found]
    assert refused(lambda: publish({QUESTION: HASH}, lock)) == (found,)


def test_a_file_that_is_not_utf_8_is_told_at_its_line(lock: Path) -> None:
    lock.write_bytes(lock.read_bytes() + b"\xff\xfe\n")
    assert [(each.code, each.at) for each in compare({}, PROGRAMME, lock)] == [
        ("programme.lock_form", "published.lock:3:1")
    ]


def test_a_last_line_without_its_end_is_not_run_together_with_the_next(lock: Path) -> None:
    lock.write_text(lock.read_text().rstrip("\n"))
    publish({QUESTION: HASH}, lock)
    assert read_lock(lock) == {VALUE: HASH, PLAN: OTHER, QUESTION: HASH}


def test_line_ends_of_windows_make_no_difference(lock: Path) -> None:
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert differences({VALUE: HASH, PLAN: OTHER}, lock) == []


ENTRIES = st.dictionaries(
    st.sampled_from([f"chuokai-leak/v{n}@2005-01-01" for n in range(6)]), st.sampled_from((HASH, OTHER))
)


@property_test
@given(st.lists(ENTRIES, max_size=5))
def test_whatever_is_published_in_whatever_order_the_file_only_grows(
    tmp_path_factory: pytest.TempPathFactory, turns: list[dict[str, str]]
) -> None:
    lock = tmp_path_factory.mktemp("lock") / "published.lock"
    first: dict[str, str] = {}
    before = b""
    for published in turns:
        changed = {name for name, hash_ in published.items() if first.get(name, hash_) != hash_}
        if changed:
            assert {dict(each.values)["found"] for each in refused(lambda now=published: publish(now, lock))} == changed  # type: ignore[misc]  # a default binds the turn of the loop
        else:
            assert set(publish(published, lock)) == set(published) - set(first)
            first = {**first, **published}
        after = lock.read_bytes() if lock.exists() else b""
        assert after.startswith(before)
        assert read_lock(lock) == first
        before = after


# --- with the programme
def published(folder: Path) -> dict[str, str]:
    found: Checked = check(folder, with_lock=False)
    assert found.problems == ()
    return dict(found.published)


def test_the_programme_agrees_with_the_lock_that_comes_with_it() -> None:
    found = check(LIBRARY / PROGRAMME)
    assert found.problems == ()
    assert dict(found.published) == read_lock(LOCK)
    assert {name.partition("@")[0] for name in found.published} >= {
        "chuokai-leak/plan.p1000", "chuokai-leak/plan.p5000", "chuokai-leak/calendar.debit_on", "chuokai-leak/scenario.goodwill_each",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("loss.yaml", "value: 500, basis: pub", "value: 501, basis: pub", "scenario.goodwill_each@2004-12-01"),
        ("calendar.yaml", "day: 23, roll: next_bank", "day: 23, roll: previous_bank", "calendar.debit_on@2004-12-01"),
        ("calendar.yaml", 'months: 14, day: 25, at: "16:00"', 'months: 14, day: 25, at: "16:01"', "calendar.cover_to@2004-12-01"),
        ("programme.yaml", "{id: p1000, liability_limit: 10000000", "{id: p1000, liability_limit: 10000001", "plan.p1000@2005"),
        ("checklist/2004-12.yaml", "manager, weight: 4", "manager, weight: 5", "question.organisation.manager@2004-12"),
        ("text/en/checklist-2004-12.yaml", "QUESTION", "Was one person told?", "question.organisation.manager@2004-12"),
    ],
)  # fmt: skip
def test_a_published_value_cannot_be_changed_unseen(
    tmp_path: Path, file: str, old: str, new: str, changed: str
) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / file, old.replace("QUESTION", programme().words("en")("2004-12.organisation.manager.question")), new)
    found = check(folder, with_lock=False)

    assert {each.code for each in found.problems} <= {"case.differs"}
    assert differences(dict(found.published), LOCK) == [
        ("programme.lock_changed", "published.lock", f"{PROGRAMME}/{changed}")
    ]


def test_a_correction_is_a_new_dated_value_and_leaves_the_old_hash(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    before = published(folder)
    other = copy_of_programme(tmp_path / "corrected")
    row = "basis: published, reference: flyer-2004, published: true}"
    edit(
        other / "loss.yaml",
        f"scenario.goodwill_each: {{unit: yen, values: [{{from: 2004-12-01, value: 500, {row}",
        f"scenario.goodwill_each: {{unit: yen, values: [{{from: 2004-12-01, value: 500, {row}, {{from: 2027-04-01, value: 1000, {row}",
    )
    after = published(other)

    assert set(after) - set(before) == {f"{PROGRAMME}/scenario.goodwill_each@2027-04-01"}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("calendar.yaml", "# Days of the programme", "# The days of the programme"),
        ("programme.yaml", "goodwill_cap_each: 500", "goodwill_cap_each: 600"),
        ("programme.yaml", "- {id: p3000, liability_limit: 30000000", "- {id: p3000, liability_limit: 31000000"),
    ],
)
def test_comments_and_drafts_change_freely(tmp_path: Path, file: str, old: str, new: str) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / file, old, new)
    assert published(folder) == read_lock(LOCK)


def test_low_and_high_of_a_published_value_are_locked_with_it(tmp_path: Path) -> None:
    hashes = set()
    for number, bounds in enumerate(
        ("", "low: 400, ", "high: 400, ", "low: 400, high: 600, ", "low: 600, high: 400, ")
    ):
        folder = copy_of_programme(tmp_path / str(number))
        edit(folder / "loss.yaml", "value: 500, basis: published", f"value: 500, {bounds}basis: published")
        hashes.add(published(folder)[f"{PROGRAMME}/scenario.goodwill_each@2004-12-01"])
    assert len(hashes) == 5
