"""A programme as a whole: read, frozen, fingerprinted; each fault put into a copy of it is told with code and place."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.check import check, run_cases
from sonae.dates import DateRule
from sonae.figures import LANGS
from sonae.money import share
from sonae.problems import Problem
from sonae.programmes import Programme, describe, library, load, load_folder, names, read_file
from sonae.programmes import programme as module
from sonae.programmes.programme import NEEDED, VALUE_FILES, fingerprint
from sonae.programmes.words import LIBRARY
from sonae.tables import Brackets
from tests.cast import ON, PROGRAMME, copy_of_programme, edit, many, place_in, programme, refused, value_of

SHARED = ("references.yaml", "jo.yaml", "industries.yaml", "law/appi.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The programme's data without its words and checklists."""
    return data_of_programme(tmp_path)


def data_of_programme(base: Path) -> Path:
    copy = base / PROGRAMME
    copy.mkdir(parents=True)
    for path in (LIBRARY / PROGRAMME).glob("*.yaml"):
        shutil.copy(path, copy)
    return copy


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that all programmes share, in the place of the library's."""
    for lang in LANGS:
        library(lang)
    base = tmp_path / "library"
    shutil.copytree(LIBRARY, base, ignore=shutil.ignore_patterns("text", "*.py", "__pycache__", "checklist", "cases"))
    monkeypatch.setattr(module, "LIBRARY", base)
    return base


def loaded(folder: Path) -> tuple[Programme | None, list[tuple[str, str]]]:
    """The programme, and code and place (without the file's folder) of each problem, described in both languages."""
    found, problems = load_folder(folder)
    for each in problems:
        for lang in LANGS:
            assert all(describe(each, lang).values())
    return found, [(each.code, each.at.removeprefix(f"{PROGRAMME}/")) for each in problems]


def faults(folder: Path) -> list[tuple[str, str]]:
    return loaded(folder)[1]


def edit_line(path: Path, line: str, old: str, new: str, piece: str) -> str:
    """Change one line of a file, the only one with ``line`` in it; return the place of a piece of it afterwards."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    (number,) = (number for number, text in enumerate(lines) if line in text)
    assert lines[number].count(old) == 1
    lines[number] = lines[number].replace(old, new)
    path.write_text("".join(lines), "utf-8")
    return f"{number + 1}:{lines[number].index(piece) + 1}"


# --- as it comes
def test_the_programme_is_read_whole() -> None:
    sonae = load(PROGRAMME)

    assert (sonae.id, sonae.status, sonae.years) == (PROGRAMME, "sample", range(2005, 2036))
    assert PROGRAMME in names()
    assert sonae.edition_names == ("2004-12", "2027-01")
    assert [plan.id for plan in sonae.plans] == ["p1000", "p3000", "p5000", "p10000"]
    first = sonae.plans[0]
    assert (first.liability_limit, first.cost_limit, first.deductible) == (10_000_000, 1_000_000, 100_000)
    assert (first.basis, first.reference, first.insurer_share) == ("published", "flyer-2004", share("1.0"))
    assert sonae.integer("scenario.goodwill_each", ON) == 500
    assert sonae.brackets("scoring.grades", ON) == Brackets((0, 30, 50, 70, 85), ("E", "D", "C", "B", "A"))
    assert sonae.date_rule("calendar.debit_on", ON) == DateRule("cover_from", 1, 23, "next_bank")
    assert (sonae.items["medical_chart"].x, sonae.items["medical_chart"].y) == (3, 1)
    assert sonae.industries["printing"] == ("15",)
    assert sonae.references["flyer-2004"]["kind"] == "source"
    assert len(sonae.fingerprint) == 64


def test_a_copy_elsewhere_is_the_same_programme(folder: Path) -> None:
    copy, problems = loaded(folder)
    original = programme()

    assert problems == []
    assert copy is not None
    for field in ("id", "status", "years", "editions", "plans", "values", "items", "industries", "references", "days"):
        assert getattr(copy, field) == getattr(original, field)


def test_every_cost_limit_is_a_tenth_of_the_liability_limit_and_terms_are_one_for_all() -> None:
    plans = programme().plans
    assert all(plan.cost_limit * 10 == plan.liability_limit for plan in plans)
    assert len({(plan.insurer_share, plan.goodwill_cap_each, plan.dispute_costs) for plan in plans}) == 1


def test_items_have_the_published_axes_and_every_middle_group_of_industry_belongs_once() -> None:
    sonae = programme()
    assert all(item.x in (1, 2, 3) and item.y in (1, 2, 3) for item in sonae.items.values())
    groups = [group for each in sonae.industries.values() for group in each]
    assert sorted(groups) == [f"{number:02d}" for number in range(1, 100)]


def test_the_flyer_is_the_source_of_all_that_is_published_of_its_loss_and_calendar() -> None:
    for name, dated in programme().values.items():
        if name.startswith(("scenario.", "calendar.")):
            assert [(value.basis, value.reference) for value in dated.values] == [("published", "flyer-2004")]
        if name.startswith("scoring."):
            assert {value.basis for value in dated.values} == {"assumed"}


def test_a_reference_of_the_house_never_makes_a_published_value() -> None:
    sonae = programme()
    for name, dated in sonae.values.items():
        for value in dated.values:
            assert value.reference in sonae.references, name
            if sonae.references[value.reference]["kind"] == "house":
                assert value.basis != "published", name


@pytest.mark.parametrize(
    ("year", "edition"), [(2005, "2004-12"), (2026, "2004-12"), (2027, "2027-01"), (2035, "2027-01")]
)
def test_each_year_names_its_edition(year: int, edition: str) -> None:
    assert programme().edition_of(year) == edition


@pytest.mark.parametrize("year", [2004, 2036, 0])
def test_other_years_have_none(year: int) -> None:
    with pytest.raises(LookupError, match=str(year)):
        programme().edition_of(year)


def test_a_value_before_its_first_day_is_a_lookup_error() -> None:
    with pytest.raises(LookupError, match="2004-11-30"):
        programme().integer("scenario.persons", date(2004, 11, 30))
    with pytest.raises(KeyError):
        programme().value("scenario.nothing", ON)


@pytest.mark.parametrize(
    "name", ["", "chuokai", "Chuokai-leak", "../chuokai-leak", "chuokai-leak/", "law", "text", "."]
)
def test_a_programme_that_does_not_come_with_the_library_is_refused(name: str) -> None:
    problems = refused(lambda: load(name))
    assert [(each.code, each.at) for each in problems] == [("programme.unknown", "programme")]
    assert value_of(problems, "programme.unknown", "known") == PROGRAMME


def test_a_programme_cannot_be_changed() -> None:
    sonae: Any = programme()
    for mapping in (sonae.values, sonae.items, sonae.industries, sonae.references, sonae.days.overrides):
        with pytest.raises(TypeError):
            mapping["x"] = 1
    with pytest.raises(AttributeError):
        sonae.status = "live"


# --- the head, broken
HEAD: list[tuple[str, str, str, str]] = [  # old, new, code, what stands at its place
    ("id: chuokai-leak", "id: chuokai", "programme.id_is_not_folder", "chuokai\n"),
    ("id: chuokai-leak", "id: 5", "value.not_text", "5\n"),
    ("id: chuokai-leak\n", "", "field.missing", "status"),
    ("status: sample ", "status: simple ", "value.not_allowed", "simple"),
    ("status: sample ", "status: yes ", "value.not_allowed", "yes"),
    ("status: sample ", "status: ", "field.missing", "id:"),
    ("years: {first: 2005", "years: {first: 1999", "value.range", "1999"),
    ("first: 2005, last: 2035", "first: 2005, last: 2004", "value.range", "2004}"),
    ("first: 2005, last: 2035", "first: 2005", "field.missing", "years"),
    ("first: 2005, last: 2035", "first: '2005', last: 2035", "value.not_integer", "'2005'"),
    ("years: {first: 2005, last: 2035}", "years: 2005", "value.not_mapping", "2005\n"),
    ("years: {first: 2005, last: 2035}\n", "", "field.missing", "id:"),
    ("{from_year: 2005, edition: 2004-12}", "{from_year: 2006, edition: 2004-12}", "programme.editions", "editions"),
    ("{from_year: 2027, edition", "{from_year: 2005, edition", "programme.editions", "editions"),
    ("{from_year: 2027, edition: 2027-01}", "{from_year: 2027}", "field.missing", "{from_year: 2027}"),
    ("{from_year: 2027, edition: 2027-01}", "2027-01", "value.not_mapping", "2027-01\n"),
    ("closed_days: []", "closed_days: [2027-04-31]", "value.not_date", "2027-04-31"),
    ("closed_days: []", "closed_days: [20270430]", "value.not_date", "20270430"),
    ("closed_days: []", "closed_days: 2027-04-30", "value.not_list", "2027-04-30"),
    ("closed_days: []", "closed_days: [2027-04-30, 2027-04-30]", "value.twice", "2027-04-30] "),
    ("open_days: []", "open_day: []", "field.misspelt", "open_day:"),
    ('insurer_share: "1.0"', 'insurer_share: "1.1"', "value.not_share", '"1.1"'),
    ('insurer_share: "1.0"', 'insurer_share: "9/10"', "value.not_share", '"9/10"'),
    ("goodwill_cap_each: 500", "goodwill_cap_each: -1", "value.range", "-1, dispute"),
    ("dispute_costs: inside", "dispute_costs: outside", "value.not_allowed", "outside,"),
    ("dispute_costs: inside, ", "", "field.missing", "plan_terms"),
    ("p1000, liability_limit: 10000000,", "p1000, liability_limit: 1000万,", "value.not_integer", "1000万"),
    ("p1000, liability_limit: 10000000,", "p1000,", "field.missing", "{id: p1000"),
    ("cost_limit: 3000000, deductible: 100000", "cost_limit: 3000000, deductible: 1e5", "value.not_integer", "1e5"),
    ("id: p3000,", "id: 3000,", "value.not_text", "3000, liability"),
    ("{id: p10000,", "{id: p10000, price: 5,", "field.unknown", "5, liability"),
    ("id: chuokai-leak", "id: chuokai-leak\nid: chuokai-leak", "yaml.duplicate_key", "id: chuokai-leak\nstatus"),
    ("id: chuokai-leak", "id: &x chuokai-leak", "yaml.alias", "&x"),
    ("id: chuokai-leak", "id: chuokai-leak # \u202e", "text.forbidden_character", "\u202e"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "piece"), HEAD)
def test_a_fault_of_the_head_is_told_once_at_its_place(folder: Path, old: str, new: str, code: str, piece: str) -> None:
    path = folder / "programme.yaml"
    edit(path, old, new)
    found = faults(folder)

    assert [each for each, _ in found] == [code]
    assert found[0][1].split(" ")[0] == f"programme.yaml:{place_in(path, piece)}"


def test_a_misspelt_field_of_the_head_is_told_and_missed(folder: Path) -> None:
    edit(folder / "programme.yaml", "status: sample", "staus: sample")
    assert faults(folder) == [("field.missing", "programme.yaml:1:1"), ("field.misspelt", "programme.yaml:2:8 staus")]


@pytest.mark.parametrize(
    ("line", "old", "new", "code", "piece"),
    [
        ("id: p10000,", "basis: assumed", "basis: guessed", "value.not_allowed", "guessed"),
        ("id: p10000,", "reference: sister-schemes", "reference: sister", "reference.unknown", "sister}"),
        ("id: p1000,", "published: true", "published: yes", "value.not_truth", "yes}"),
        ("id: p3000,", "deductible: 100000", "deductible: 10万", "value.not_integer", "10万"),
        ("id: p3000,", "cost_limit: 3000000, ", "", "field.missing", "{id"),
    ],
)
def test_a_fault_of_a_plan_is_told_once_at_its_place(
    folder: Path, line: str, old: str, new: str, code: str, piece: str
) -> None:
    place = edit_line(folder / "programme.yaml", line, old, new, piece)
    assert [(each, at.split(" ")[0]) for each, at in faults(folder)] == [(code, f"programme.yaml:{place}")]


@pytest.mark.parametrize("text", ["", "[]", "chuokai-leak", "5"])
def test_a_head_that_is_no_mapping_makes_no_programme(folder: Path, text: str) -> None:
    (folder / "programme.yaml").write_text(text)
    assert loaded(folder) == (None, [("value.not_mapping", "programme.yaml:1:1")])


@pytest.mark.parametrize("name", ["programme.yaml", *VALUE_FILES])
def test_a_file_that_is_gone_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    found, problems = loaded(folder)

    assert ("file.unreadable", name) in problems
    assert (found is None) is (name == "programme.yaml")


def test_a_folder_without_anything_is_told_file_by_file(tmp_path: Path) -> None:
    found, problems = load_folder(tmp_path / "nothing")
    assert found is None
    assert {each.code for each in problems} == {"file.unreadable"}
    assert {each.at for each in problems} == {f"nothing/{name}" for name in ("programme.yaml", *VALUE_FILES)}


# --- values, broken
@pytest.mark.parametrize(
    ("file", "old", "new", "code", "piece"),
    [
        ("scoring.yaml", "[85, A]", "[65, A]", "value.not_rising", "value: [[0, E]"),
        ("scoring.yaml", "[85, A]", "[85]", "value.not_pair", "[85]"),
        ("scoring.yaml", "unit: brackets", "unit: bracket", "value.not_allowed", "bracket\n"),
        ("calendar.yaml", "roll: next_bank", "roll: next_banks", "value.not_allowed", "next_banks"),
        ("calendar.yaml", "day: 23,", "day: 32,", "value.range", "32"),
        ("calendar.yaml", 'months: 14, day: 25, at: "16:00"', 'months: 14, day: 25, at: "4pm"', "value.not_time", '"4pm"'),
        ("loss.yaml", "value: 500, basis: published", "value: 0500, basis: published", "value.not_integer", "0500"),
        ("loss.yaml", "value: 500, basis: published", "value: 500円, basis: published", "value.not_integer", "500円"),
    ],
)  # fmt: skip
def test_a_fault_of_a_value_is_told_once_at_its_place(
    folder: Path, file: str, old: str, new: str, code: str, piece: str
) -> None:
    edit(folder / file, old, new)
    found = faults(folder)

    assert [each for each, _ in found] == [code]
    assert found[0][1].split(" ")[0] == f"{file}:{place_in(folder / file, piece)}"


def test_a_value_of_another_file_given_again_is_told_at_the_second(folder: Path) -> None:
    path = folder / "calendar.yaml"
    again = "{unit: word, values: [{from: 2005-01-01, value: D, basis: assumed, reference: house-2026}]}"
    path.write_text(path.read_text("utf-8") + f"  scoring.critical_cap: {again}\n")
    assert [code for code, _ in faults(folder)] == ["value.name_twice"]
    assert faults(folder)[0][1] == f"calendar.yaml:{place_in(path, 'scoring.critical_cap')} values.scoring.critical_cap"


@pytest.mark.parametrize(
    "name", ["scoring.points.partly", "scoring.critical_cap", "scenario.award_low", "scenario.persons"]
)
def test_a_value_that_a_computation_needs_is_missed_by_name(folder: Path, name: str) -> None:
    (path,) = (path for path in folder.glob("*.yaml") if f"  {name}:" in path.read_text("utf-8"))
    edit(path, f"  {name}:", f"  {name}_:")
    problems = load_folder(folder)[1]

    assert [(each.code, each.at) for each in problems] == [("programme.value_missing", PROGRAMME)]
    assert value_of(problems, "programme.value_missing", "found") == f"{name} ({NEEDED[name]})"


def test_a_value_of_another_unit_is_not_the_one_needed(folder: Path) -> None:
    edit(folder / "scoring.yaml", "scoring.points.partly: {unit: points", "scoring.points.partly: {unit: yen")
    problems = load_folder(folder)[1]
    assert value_of(problems, "programme.value_missing", "found") == "scoring.points.partly (points)"


def test_every_value_that_is_needed_is_there_with_its_unit() -> None:
    values = programme().values
    assert {name: values[name].unit for name in NEEDED} == NEEDED


# --- what all programmes share, broken
@pytest.mark.parametrize(
    ("file", "line", "old", "new", "code", "piece"),
    [
        ("references.yaml", "house-2026:", "kind: house", "kind: home", "value.not_allowed", "home"),
        ("references.yaml", "house-2026:", "kind: house", "knd: house", "field.misspelt", "house,"),
        ("jo.yaml", "id: address,", "x: 1", "x: 4", "value.range", "4"),
        ("jo.yaml", "id: address,", "y: 1", "y: 1.5", "value.not_integer", "1.5"),
        ("jo.yaml", "id: address,", "x: 1, ", "", "field.missing", "{"),
        ("jo.yaml", "id: address,", "id: address", "id: name", "value.twice", "name"),
        ("jo.yaml", "id: passport,", "kind: identity", "kind: identify", "value.not_allowed", "identify"),
        ("jo.yaml", "id: address,", "basis: published", "basis: known", "value.not_allowed", "known"),
        ("jo.yaml", "id: address,", "reference: jnsa-2003", "reference: jnsa", "reference.unknown", "jnsa}"),
        ("jo.yaml", "jo.basic:", "unit: yen", "unit: jpy", "value.not_allowed", "jpy"),
        ("industries.yaml", "id: printing,", '["15"]', "[15]", "industry.group", "15]"),
        ("industries.yaml", "id: printing,", '["15"]', '["150"]', "industry.group", '"150"'),
        ("industries.yaml", "id: rental,", '["70"]', '["69"]', "industry.group", '"69"'),
        ("industries.yaml", "id: letting,", "id: letting", "id: printing", "value.twice", "printing"),
        ("industries.yaml", "id: printing,", '["15"]', '"15"', "value.not_list", '"15"'),
        ("industries.yaml", "id: printing,", ', groups: ["15"]', "", "field.missing", "{"),
        ("law/appi.yaml", "value: 100,", "value: 100", "value: about 100", "value.not_integer", "about"),
    ],
)
def test_a_fault_of_shared_data_is_told_at_its_place(
    shared: Path, file: str, line: str, old: str, new: str, code: str, piece: str
) -> None:
    place = edit_line(shared / file, line, old, new, piece)
    assert (code, f"{file}:{place}") in [(each, at.split(" ")[0]) for each, at in faults(shared / PROGRAMME)]


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("text", ["", "[]", "x: [", "5"])
def test_shared_data_that_cannot_be_used_is_told_and_nothing_breaks(shared: Path, name: str, text: str) -> None:
    (shared / name).write_text(text)
    found, problems = loaded(shared / PROGRAMME)

    assert any(at.startswith(name) for _, at in problems)
    assert found is not None


def test_an_unbroken_copy_of_the_shared_data_has_no_fault(shared: Path) -> None:
    assert faults(shared / PROGRAMME) == []


# --- the joints between files
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("programme.yaml", "edition: 2027-01}", "edition: 2027-02}", ("programme.edition_missing", "2027-02")),
        ("programme.yaml", "{id: p3000,", "{id: p1000,", ("programme.plan_twice", "p1000")),
    ],
)  # fmt: skip
def test_a_fault_between_files_is_told_by_name(
    tmp_path: Path, file: str, old: str, new: str, expected: tuple[str, str]
) -> None:
    copy = copy_of_programme(tmp_path)
    edit(copy / file, old, new)
    problems = check(copy, with_lock=False).problems

    assert expected[1] in [dict(each.values)["found"] for each in problems if each.code == expected[0]]


def test_faults_of_words_hide_no_other_and_are_told_once(tmp_path: Path) -> None:
    copy = copy_of_programme(tmp_path)
    edit(copy / "programme.yaml", "{id: p3000,", "{id: p1000,")
    for lang, name in zip(LANGS, ("parties", "contacts"), strict=True):
        path = copy / "text" / lang / f"{name}.yaml"
        path.write_text(f"number: 1\n{path.read_text('utf-8')}", "utf-8")
    problems = check(copy, with_lock=False).problems

    assert [each.at for each in problems if each.code == "value.not_text"] == [
        "ja/parties.yaml:1:9 number",
        "en/contacts.yaml:1:9 number",
    ]
    assert "programme.plan_twice" in {each.code for each in problems}


def test_a_plan_without_a_name_is_told_in_both_languages(tmp_path: Path) -> None:
    copy = copy_of_programme(tmp_path)
    edit(copy / "programme.yaml", "{id: p3000,", "{id: p2000,")
    problems = check(copy, with_lock=False).problems

    assert [(each.code, each.at, dict(each.values)["id"]) for each in problems] == [
        ("text.missing", f"text/{lang}", "plan.p2000.name") for lang in LANGS
    ]


# --- worked cases
def cases(tmp_path: Path, text: str) -> list[Problem]:
    copy = data_of_programme(tmp_path)
    (copy / "cases").mkdir()
    (copy / "cases" / "x.yaml").write_text(text, "utf-8")
    found, _ = load_folder(copy)
    assert found is not None
    return run_cases(found)[1]


CASE = (
    "- {name: leak, run: jo, input: {persons: 3000, items: [name, address], response: 2}, expect: {total: 36000000}}\n"
)
DATE = "- {name: debit, run: date, input: {rule: calendar.debit_on, anchors: {cover_from: 2005-03-25}}, expect: {day: 2005-04-25}}\n"


@pytest.mark.parametrize("text", [CASE, DATE, CASE.replace("36000000", "36000000.0")])
def test_a_case_that_comes_out_is_no_problem(tmp_path: Path, text: str) -> None:
    assert cases(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "code", "piece"),
    [
        (CASE.replace("36000000", "36000001"), "case.differs", "36000001"),
        (CASE.replace("36000000", "36000000.5"), "case.differs", "36000000.5"),
        (CASE.replace("total: 36000000", "x: 0.5"), "case.differs", "0.5"),
        (CASE.replace("total", "totl"), "case.differs", "36000000"),
        (CASE.replace("{total: 36000000}", "{refused: jo.no_items}"), "case.not_refused", "{name"),
        (CASE.replace("[name, address]", "[nam]"), "case.refused", "{name"),
        (CASE.replace("run: jo", "run: joe"), "value.not_allowed", "joe"),
        (CASE.replace("run: jo, ", ""), "field.missing", "{name"),
        (CASE.replace("expect", "expects"), "field.misspelt", "expects"),
        (CASE.replace("run: jo", "run: jo, on: 1999-01-01"), "case.refused", "{name"),
        (CASE.replace("run: jo", "run: jo, on: today"), "value.not_date", "today"),
        (CASE.replace("input: {persons: 3000, items: [name, address], response: 2}, ", ""), "field.missing", "{name"),
        (DATE.replace("debit_on", "debit_off"), "case.refused", "{name"),
        (DATE.replace("cover_from", "cover_fro"), "case.refused", "{name"),
        (DATE.replace("2005-03-25", "2005-03-32"), "case.refused", "{name"),
        (DATE.replace("2005-04-25", "2005-04-23"), "case.differs", "2005-04-23"),
        ("x: 5", "value.not_list", "x"),
        ("- 5", "value.not_mapping", "5"),
        ("- {", "yaml.syntax", ""),
    ],
)
def test_a_case_that_does_not_come_out_is_told_at_its_place(tmp_path: Path, text: str, code: str, piece: str) -> None:
    problems = cases(tmp_path, text)
    for each in problems:
        assert all(describe(each, "ja").values())

    path = tmp_path / PROGRAMME / "cases" / "x.yaml"
    assert code in [each.code for each in problems]
    if piece:
        assert f"{PROGRAMME}/cases/x.yaml:{place_in(path, piece)}" in {
            each.at.split(" ")[0] for each in problems if each.code == code
        }


# --- the fingerprint
def file(folder: Path, name: str, content: bytes = b"a: 1\nb: 2\n") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A small library and a small programme."""
    base, own = tmp_path / "library", tmp_path / "programme"
    monkeypatch.setattr(module, "LIBRARY", base)
    for name in ("jo.yaml", "law/appi.yaml", "text/ja/report.yaml", "reader.py", "other/programme.yaml"):
        file(base, name)
    for name in ("programme.yaml", "checklist/2027-01.yaml", "text/en/x.yaml", "cases/jo.yaml", "notes.txt"):
        file(own, name)
    return base, own


SHOWN = [
    (0, "jo.yaml"), (0, "law/appi.yaml"), (0, "text/ja/report.yaml"), (1, "programme.yaml"), (1, "checklist/2027-01.yaml"),
    (1, "text/en/x.yaml"),
]  # fmt: skip
NOT_SHOWN = [
    (0, "reader.py"),
    (0, "other/programme.yaml"),
    (1, "cases/jo.yaml"),
    (1, "notes.txt"),
    (0, "published.lock"),
]


@pytest.mark.parametrize(("which", "name"), SHOWN)
def test_a_changed_byte_of_data_or_words_changes_the_fingerprint(two: tuple[Path, Path], which: int, name: str) -> None:
    before = fingerprint(two[1])
    file(two[which], name, b"a: 1\nb: 3\n")
    assert fingerprint(two[1]) != before


@pytest.mark.parametrize(("which", "name"), SHOWN)
def test_a_file_added_gone_or_renamed_changes_the_fingerprint(two: tuple[Path, Path], which: int, name: str) -> None:
    path = two[which] / name
    found = [fingerprint(two[1])]
    path.rename(path.with_name("z" + path.name))
    found.append(fingerprint(two[1]))
    path.with_name("z" + path.name).unlink()
    found.append(fingerprint(two[1]))
    assert len(set(found)) == 3


@pytest.mark.parametrize(("which", "name"), SHOWN)
def test_line_ends_do_not_change_the_fingerprint(two: tuple[Path, Path], which: int, name: str) -> None:
    before = fingerprint(two[1])
    file(two[which], name, b"a: 1\r\nb: 2\r\n")
    assert fingerprint(two[1]) == before


@pytest.mark.parametrize(("which", "name"), NOT_SHOWN)
def test_what_shows_in_no_result_does_not_change_the_fingerprint(two: tuple[Path, Path], which: int, name: str) -> None:
    before = fingerprint(two[1])
    file(two[which], name, b"a: 5\n")
    assert fingerprint(two[1]) == before


def test_the_fingerprint_is_the_same_wherever_the_folder_stands(two: tuple[Path, Path], tmp_path: Path) -> None:
    before = fingerprint(two[1])
    two[1].rename(tmp_path / "elsewhere")
    assert fingerprint(tmp_path / "elsewhere") == before


# --- whatever stands in the data
FILES = ("programme.yaml", *VALUE_FILES)
ODD: list[Any] = [None, [], {}, 5, -1, "x", "", True, Decimal("0.5"), [[]], [5], {"id": 5}, "2027-04-01", 10**29]


def spots(data: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document, its root first."""
    yield where
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, each in inner:
        yield from spots(each, (*where, key))


def changed(data: Any, where: tuple[str | int, ...], new: Any) -> Any:
    """The data with something new in one place."""
    if not where:
        return new
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[where[0]] = changed(data[where[0]], where[1:], new)
    return copy


@settings(max_examples=many(50), deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_whatever_stands_in_one_place_is_read_or_told_and_never_breaks_the_reading(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    original = read_file(LIBRARY / PROGRAMME / name, most_bytes=10**7).value
    where = data.draw(st.sampled_from(list(spots(original))))
    folder = data_of_programme(tmp_path_factory.mktemp("odd"))
    broken = changed(original, where, data.draw(st.sampled_from(ODD)))
    (folder / name).write_text(json.dumps(broken, default=float), "utf-8")

    found, problems = loaded(folder)

    assert found is not None or problems
    assert all(at.startswith(FILES) or at == PROGRAMME for _, at in problems)
    if not where:
        assert problems


def test_a_programme_written_as_json_is_the_same(folder: Path) -> None:
    for name in FILES:
        data = read_file(folder / name, most_bytes=10**7).value
        (folder / name).write_text(json.dumps(data, default=float), "utf-8")
    found, problems = loaded(folder)

    assert problems == []
    assert found is not None
    for field in ("values", "plans", "editions"):
        assert getattr(found, field) == getattr(programme(), field)
