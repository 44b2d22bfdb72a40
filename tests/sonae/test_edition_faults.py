"""A broken programme says what is broken and where: each test breaks a copy of its folder in one place."""

import re
from pathlib import Path

import pytest

from sonae.check import check
from sonae.checklist import Edition, check_edition, load_edition
from sonae.problems import Problem
from sonae.programmes import load_folder
from sonae.programmes import words as words_of
from tests.cast import codes, copy_of_programme, dice, edit, place_in, places, refused

EDITION = "2004-12"
CHECKLIST = f"checklist/{EDITION}.yaml"
JA, EN = f"text/ja/checklist-{EDITION}.yaml", f"text/en/checklist-{EDITION}.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_programme(tmp_path, only=EDITION)


def checked(folder: Path) -> tuple[Edition | None, list[Problem]]:
    programme, problems = load_folder(folder)
    assert programme is not None
    assert problems == ()
    return check_edition(programme, EDITION)


def faults(folder: Path) -> list[tuple[str, str]]:
    """Code and place of each problem; the place without the names of folder and file."""
    return places(checked(folder)[1])


def ids(folder: Path, code: str) -> set[str]:
    """The ids of the words that a code complains about, with their language."""
    return {
        f"{dict(each.values).get('lang', each.at.removeprefix('text/'))}:{dict(each.values)['id']}"
        for each in checked(folder)[1]
        if each.code == code
    }


def test_an_unbroken_copy_has_no_problem(folder: Path) -> None:
    edition, problems = checked(folder)
    assert problems == []
    assert edition is not None
    assert len(edition.questions) == 34


def test_the_whole_programme_has_no_problem_in_a_folder_elsewhere(tmp_path: Path) -> None:
    found = check(copy_of_programme(tmp_path), with_lock=False)
    assert found.problems == ()
    assert found.questions == {"2004-12": 34, "2027-01": 85}
    assert (found.areas, found.texts["ja"]) == (10, found.texts["en"])
    assert found.cases > 20


# --- questions
EFFORT = "effort: {partly: {hours: 1, yen: 0}, no: {hours: 2, yen: 0}}"
TALK = (
    "- {id: people.talk, weight: 3, law: [act2003-21], covers: [meti-people-2, flyer-2-hospital-leaflet], "
    f"causes: [insider], {EFFORT}}}"
)


def put(folder: Path, old: str = "", new: str = "") -> str:
    """Put a line of our own for the question people.talk, ``old`` in it changed to ``new``; return the line's number."""
    assert old in TALK
    path = folder / CHECKLIST
    lines = path.read_text("utf-8").splitlines()
    (index,) = (index for index, line in enumerate(lines) if line.startswith("- {id: people.talk,"))
    lines[index] = TALK.replace(old, new)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return str(index + 1)


def test_our_own_line_is_no_fault(folder: Path) -> None:
    put(folder)
    assert faults(folder) == []


def test_a_question_twice(folder: Path) -> None:
    line = put(folder, "people.talk", "people.training")
    assert ("question.twice", f"{line}:8 questions[15].id") in faults(folder)


def test_a_condition_on_the_answer_to_another_question(folder: Path) -> None:
    line = put(folder, "weight: 3", "weight: 3, ask_if: {people.training: [partly]}")
    assert faults(folder) == [("condition.not_a_fact", f"{line}:41 questions[15].ask_if.people.training")]


@pytest.mark.parametrize(
    "condition",
    ["uses: [temp_stuff]", "media: [papers]", "information_kind: [secret]", "industry: [clinik]", "uses: []",
     "on_consignment: [yes]"],
)  # fmt: skip
def test_a_condition_that_could_never_hold(folder: Path, condition: str) -> None:
    line = put(folder, "weight: 3", f"weight: 3, ask_if: {{{condition}}}")
    place = f"{line}:41 questions[15].ask_if.{condition.partition(':')[0]}"
    assert faults(folder) == [("condition.unknown_value", place)]


@pytest.mark.parametrize(
    "condition", ["industry: [clinic]", "on_consignment: [true]", "employees_over: 5, media: [pc]"]
)
def test_a_condition_on_facts_is_none(folder: Path, condition: str) -> None:
    put(folder, "weight: 3", f"weight: 3, ask_if: {{{condition}}}")
    assert faults(folder) == []


def test_an_area_without_a_question(folder: Path) -> None:
    edit(folder / CHECKLIST, "areas: [organisation,", "areas: [garden, organisation,")
    edit(folder / CHECKLIST, "area_weights: {", "area_weights: {garden: 1, ")
    place = place_in(folder / CHECKLIST, "areas: [garden")
    assert ("area.empty", f"{place} areas") in faults(folder)


def test_an_area_without_a_weight(folder: Path) -> None:
    edit(folder / CHECKLIST, "people: 1,", "peple: 1,")
    assert {code for code, _ in faults(folder)} == {"field.missing", "field.misspelt"}


def test_a_question_of_an_area_that_is_not_there(folder: Path) -> None:
    line = put(folder, "people.talk", "peeple.talk")
    assert ("question.unknown_area", f"{line}:8 questions[15].id") in faults(folder)


def test_a_topic_that_no_question_covers(folder: Path) -> None:
    edit(folder / CHECKLIST, "  meti: [", "  meti: [meti-new, ")
    place = place_in(folder / CHECKLIST, "meti: [")
    assert faults(folder) == [("edition.topic_not_covered", f"{place} must_cover.meti")]


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "path"),
    [
        ("[meti-people-2, ", "[meti-people-2, meti-people-9, ", "question.unknown_topic", "{id", ""),
        ("[act2003-21]", "[]", "field.missing", "{id", ""),
        ("[insider]", "[]", "question.no_cause", "{id", ""),
        ("[insider]", "[weather]", "value.not_allowed", "weather", ".causes[0]"),
        ("weight: 3", "weight: 6", "value.range", "6", ".weight"),
        ("weight: 3", "weight: 3, wieght: 4", "field.misspelt", "4", ".wieght"),
        ("weight: 3", "weight: 3, critical: maybe", "value.not_truth", "maybe", ".critical"),
        ("partly: {hours: 1, yen: 0}, ", "", "question.no_effort", "{id", ""),
        ("hours: 1, yen: 0", "hours: 1, yen: -1", "value.range", "-1}", ".effort.partly.yen"),
        ("hours: 1, yen: 0", "hours: one, yen: 0", "value.not_number", "one", ".effort.partly.hours"),
    ],
)
def test_a_fault_of_a_question(folder: Path, old: str, new: str, code: str, at: str, path: str) -> None:
    line = put(folder, old, new)
    column = TALK.replace(old, new).index(at) + 1
    assert (code, f"{line}:{column} questions[15]{path}") in faults(folder)


@pytest.mark.parametrize(
    ("field", "new", "code"),
    [("edition", "2004-11", "edition.id_is_not_file"), ("reference", "meti-2003", "reference.unknown"),
     ("basis", "guessed", "value.not_allowed"), ("status", "ready", "value.not_allowed")],
)  # fmt: skip
def test_a_fault_of_the_head(folder: Path, field: str, new: str, code: str) -> None:
    path = folder / CHECKLIST
    path.write_text(re.sub(rf"^{field}: .*", f"{field}: {new}", path.read_text("utf-8"), flags=re.M), "utf-8")
    line = place_in(path, f"{field}: {new}").partition(":")[0]
    assert (code, f"{line}:{len(field) + 3} {field}") in faults(folder)


def test_an_edition_with_a_fault_is_not_used(folder: Path) -> None:
    put(folder, "people.talk", "people.training")
    programme, _ = load_folder(folder)
    assert programme is not None
    assert codes(refused(lambda: load_edition(programme, EDITION))) == {"question.twice"}


# --- words
def test_a_text_missing_in_one_language(folder: Path) -> None:
    path = folder / EN
    head, _, rest = path.read_text("utf-8").partition("\n  people.talk:\n    question: ")
    path.write_text(f"{head}\n  people.talk:\n{rest.partition(chr(10))[2]}", "utf-8")
    assert ids(folder, "text.missing") == {f"en:{EDITION}.people.talk.question"}
    _, problems = words_of.check(folder)
    assert {dict(each.values)["missing"] for each in problems if each.code == "text.one_language"} == {"en"}


def test_a_comment_missing_in_both(folder: Path) -> None:
    for name in (JA, EN):
        path = folder / name
        text = path.read_text("utf-8")
        start = text.index("\n    partly:\n", text.index("\n  people.talk:\n"))
        path.write_text(text[:start] + text[text.index("\n    no", start) :], "utf-8")
    expected = {f"{lang}:{EDITION}.people.talk.partly.{part}" for lang in ("ja", "en") for part in ("text", "step")}
    assert ids(folder, "text.missing") == expected
    assert [each.code for each in words_of.check(folder)[1]] == []  # both languages agree: only the edition can tell


@pytest.mark.parametrize(
    "key",
    ["people.tolk.question", "people.talk.perhaps.text", "people.talk.no@clinik.text", "people.talk.no@clinic+tiny.text",
     "area.garden.name", "area.people.F"],
)  # fmt: skip
def test_a_text_that_no_question_answer_or_fact_can_reach(folder: Path, key: str) -> None:
    for name in (JA, EN):
        path = folder / name
        path.write_text(f'{path.read_text("utf-8").rstrip()}\n  {key}: "x"\n', "utf-8")
    assert ids(folder, "text.unknown_question") == {f"{lang}:{EDITION}.{key}" for lang in ("ja", "en")}


@pytest.mark.parametrize(("has", "lacks"), [("text", "step"), ("step", "text")])
def test_a_variant_that_is_only_half_a_comment(folder: Path, has: str, lacks: str) -> None:
    for name in (JA, EN):
        path = folder / name
        path.write_text(f'{path.read_text("utf-8").rstrip()}\n  people.talk.no@staffing.{has}: "x"\n', "utf-8")
    missing = {f"{lang}:{EDITION}.people.talk.no@staffing.{lacks}" for lang in ("ja", "en")}
    assert ids(folder, "text.missing") == missing


def test_a_reference_to_law_that_has_no_name(folder: Path) -> None:
    put(folder, "act2003-21", "act2003-99")
    missing = {f"{lang}:law.act2003-99.{part}" for lang in ("ja", "en") for part in ("name", "short")}
    assert ids(folder, "text.missing") == missing


# --- anything at all
def without(text: str, field: int) -> str:
    """The text without its n-th field: a line with a key, or a key with its value within braces."""
    spots = [
        *re.finditer(r"^ *[a-z_.]+:.*\n", text, re.M),
        *re.finditer(r"[a-z_]+: (\[[^\]{}]*\]|[^,{}\[\]\n]+)(, )?", text),
    ]
    spot = spots[field % len(spots)]
    return text[: spot.start()] + text[spot.end() :]


@pytest.mark.parametrize("name", [CHECKLIST, "programme.yaml", "scoring.yaml", "loss.yaml", "calendar.yaml"])
def test_a_field_that_is_gone_is_a_problem_or_nothing_never_a_crash(tmp_path: Path, name: str) -> None:
    draw = dice(name)
    told = 0
    sound = set(check(copy_of_programme(tmp_path / "sound", only=EDITION), with_lock=False).problems)
    for turn in range(8):
        folder = copy_of_programme(tmp_path / str(turn), only=EDITION)
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(without(text, draw.randrange(10_000)), "utf-8")
        told += not sound.issuperset(check(folder, with_lock=False).problems)
    assert told >= 4


@pytest.mark.parametrize("gone", ["areas:", "area_weights:", "effort_defaults:", "basis:", "reference:"])
def test_a_head_without_a_part_names_it(folder: Path, gone: str) -> None:
    path = folder / CHECKLIST
    path.write_text(re.sub(rf"^{gone}.*\n", "", path.read_text("utf-8"), flags=re.M), "utf-8")
    missing = [dict(each.values)["field"] for each in checked(folder)[1] if each.code == "field.missing"]
    assert gone.removesuffix(":") in missing
