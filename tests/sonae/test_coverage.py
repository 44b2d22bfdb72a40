"""What the programme covers, by date: the words of 2004 and what changed since, and faults of its file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae import coverage
from sonae.check import check
from sonae.coverage import GROUPS, Clause, check_clauses, covered, ids, told
from sonae.figures import LANGS
from sonae.programmes import load_folder
from tests.cast import copy_of_programme, edit, many, places, programme

FIRST = date(2005, 3, 25)
TODAY = date(2027, 3, 25)


def test_a_cover_of_2005_covers_the_living_in_japan_but_not_ones_own_people() -> None:
    found = covered(programme(), FIRST)
    words = programme().words("ja")
    person = found["information.person"]

    assert {group for group in GROUPS if found.of(group)} == set(GROUPS)
    assert told(programme(), person, words).title == "生存する個人に関する情報"
    assert "役員および使用人等に関する情報は含みません" in told(programme(), person, words).text
    assert (person.basis, person.reference, person.published) == ("published", "flyer-2004", True)
    assert "日本国内に所在する、または所在した" in told(programme(), found["territory.information"], words).text
    assert "exclusion.own_staff" in found
    assert "exclusion.other_secrets" in found
    assert "information.corporate" not in found


def test_the_dead_and_own_staff_come_in_2012_companies_in_2014() -> None:
    def has(on: date) -> tuple[str, ...]:
        return tuple(clause.id for clause in covered(programme(), on).of("information"))

    assert has(date(2012, 3, 24)) == ("information.person",)
    assert has(date(2012, 3, 25)) == ("information.person", "information.card_numbers")
    assert has(date(2014, 3, 24)) == has(date(2012, 3, 25))
    assert has(date(2014, 3, 25)) == ("information.person", "information.card_numbers", "information.corporate")
    before, after = covered(programme(), date(2012, 3, 24)), covered(programme(), date(2012, 3, 25))
    assert "exclusion.own_staff" in before
    assert "exclusion.own_staff" not in after
    assert "exclusion.goodwill_own_staff" in after
    assert after["information.person"].words_id == "clause.information.person.2012"
    assert after["information.person"].basis == "assumed"


def test_the_amounts_and_the_terms_of_plans_stand_in_the_words() -> None:
    found = covered(programme(), TODAY)
    for lang, days, goodwill in (
        ("ja", "180日以内", "1人につき500円まで"),
        ("en", "within 180 days", "up to ¥500 each"),
    ):
        words = programme().words("ja" if lang == "ja" else "en")
        assert days in told(programme(), found["condition.cost_days"], words).text
        assert goodwill in told(programme(), found["cost.goodwill"], words).text
    assert found["condition.cost_days"].amounts["days"] == 180


def test_causes_and_media_were_pictures_and_are_marked() -> None:
    for clause in covered(programme(), FIRST).clauses:
        assert clause.reconstructed == (clause.group in ("cause", "medium")), clause.id


def test_nothing_but_what_the_flyer_says_is_called_published() -> None:
    assert {clause.id for clause in check_clauses(programme())[0] if clause.published} == {
        "information.person", "territory.information", "exclusion.own_staff",
    }  # fmt: skip


def test_before_the_first_day_nothing_is_covered() -> None:
    assert covered(programme(), date(2004, 11, 30)).clauses == ()
    with pytest.raises(KeyError):
        covered(programme(), TODAY)["exclusion.own_staff"]


@settings(max_examples=many(200), deadline=None)
@given(st.dates(date(2004, 12, 1), date(2036, 3, 25)))
def test_on_every_day_a_clause_holds_in_one_wording_and_has_words(on: date) -> None:
    found = covered(programme(), on).clauses
    names = [clause.id for clause in found]
    assert len(set(names)) == len(names)
    assert set(names) <= set(ids(programme()))
    assert [GROUPS.index(clause.group) for clause in found] == sorted(GROUPS.index(clause.group) for clause in found)
    for lang in LANGS:
        for clause in found:
            text = told(programme(), clause, programme().words(lang))
            assert text.title
            assert "{" not in text.title + text.text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  cause.attack:\n", "  causes.attack:\n", "coverage.id"),
        ("  medium.paper:\n  - {from: 2004-12-01, ", "  medium.paper:\n  - {form: 2004-12-01, ", "field.misspelt"),
        ("amounts: {days: 180}", "amounts: {day: 180}", "field.misspelt"),
        ("amounts: {days: 180}", "amounts: {days: 0}", "value.range"),
        ("from: 2004-12-01, until: 2014-03-25", "from: 2004-12-01, until: 2004-12-01", "value.dates_do_not_rise"),
        ("from: 2010-04-01, basis: assumed", "from: 2010-04-01, basis: rumour", "value.not_allowed"),
        ("from: 2010-04-01, basis: assumed, reference: house-2026", "from: 2010-04-01, basis: assumed, reference: x",
         "reference.unknown"),
        ("from: 2010-04-01", "from: 2011-04-01", "text.missing"),
        ("amounts: {days: 180}", "reconstructed: false", "coverage.blank"),
    ],
)  # fmt: skip
def test_a_fault_of_the_file_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = copy_of_programme(tmp_path)
    edit(folder / coverage.FILE, old, new)
    broken, _ = load_folder(folder)
    assert broken is not None
    assert code in {each.code for each in check_clauses(broken)[1]}


def test_two_wordings_of_one_year_and_a_clause_without_a_date_are_faults(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    edit(
        folder / coverage.FILE,
        "  information.card_numbers:\n",
        "  information.of_none: []\n  information.card_numbers:\n"
        "  - {from: 2012-01-01, basis: assumed, reference: house-2026}\n",
    )
    broken, _ = load_folder(folder)
    assert broken is not None
    found = [(code, at.split()[-1]) for code, at in places(check_clauses(broken)[1])]
    assert ("coverage.same_year", "clauses.information.card_numbers[0]") in found
    assert ("coverage.no_terms", "clauses.information.of_none") in found


def test_a_group_without_a_clause_is_a_fault(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    path = folder / coverage.FILE
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept, inside = [], False
    for line in lines:
        inside = line.startswith("  territory.") or (inside and line.startswith("  - "))
        kept += [] if inside else [line]
    path.write_text("".join(kept), encoding="utf-8")
    assert "coverage.group_empty" in {each.code for each in check(folder, with_lock=False).problems}


def test_the_words_of_a_published_clause_are_locked(tmp_path: Path) -> None:
    folder = copy_of_programme(tmp_path)
    before = coverage.published(programme())
    edit(
        folder / "text" / "ja" / "coverage.yaml",
        "日本国内に所在する、または所在した個人情報に限ります。",
        "世界中です。",
    )
    changed, _ = load_folder(folder)
    assert changed is not None
    after = coverage.published(changed)
    assert {name for name in before if before[name] != after[name]} == {
        "chuokai-leak/clause.territory.information@2004-12-01"
    }
    assert "programme.lock_changed" in {each.code for each in check(folder).problems}


def test_a_clause_ends_on_the_day_before_its_end() -> None:
    clause = next(each for each in check_clauses(programme())[0] if each.id == "exclusion.other_secrets")
    assert isinstance(clause, Clause)
    assert clause.holds(date(2014, 3, 24))
    assert not clause.holds(date(2014, 3, 25))
