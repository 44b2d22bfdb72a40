"""Answer files: what is read, and for everything wrong its code and its line and column."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.checklist import Answers, read_answers
from sonae.problems import Refused
from tests.cast import BUSINESSES, EDITIONS, codes, document, edition, example, many, places, refused, value_of

GOOD = """\
programme: chuokai-leak
edition: "2027-01"
business:
  name: 見本商店
  industry: retail
  annual_sales: 50000000
  employees: 5
  persons_held: 800
  information: [name, address]
  media: [paper, pc]
  uses: [fax, cloud]
  on_consignment: false
answers:
  policy.rules: yes
  daily.fax: partly
  lifecycle.provision: na
"""


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_a_good_file_is_read_whole() -> None:
    found = read_answers(document(GOOD))
    assert dict(found.given) == {"policy.rules": "yes", "daily.fax": "partly", "lifecycle.provision": "na"}
    assert (found.programme.id, found.edition.id, found.quick) == ("chuokai-leak", "2027-01", False)
    business = found.business
    assert (business.name, business.industry, business.annual_sales) == ("見本商店", "retail", 50_000_000)
    assert (business.employees, business.persons_held, business.on_consignment) == (5, 800, False)
    assert (business.information, business.media, business.uses) == (
        ("name", "address"),
        ("paper", "pc"),
        ("fax", "cloud"),
    )
    assert business.assumed == ()


FAULTS: list[tuple[str, str, str, list[tuple[str, str]]]] = [
    # --- answers
    ("an unknown question", "daily.fax:", "daily.faxx:", [("answers.unknown_question", "15:15 answers.daily.faxx")]),
    ("a word that is no answer", "partly", "maybe", [("answers.not_an_answer", "15:14 answers.daily.fax")]),
    ("another case", "partly", "Partly", [("answers.not_an_answer", "15:14 answers.daily.fax")]),
    ("a number for an answer", "partly", "1", [("answers.not_an_answer", "15:14 answers.daily.fax")]),
    ("no answer after the colon", " partly", "", [("answers.not_an_answer", "15:13 answers.daily.fax")]),
    ("a list for an answer", "partly", "[yes]", [("answers.not_an_answer", "15:3 answers.daily.fax")]),
    ("na where it is not allowed", "rules: yes", "rules: na", [("answers.not_allowed", "14:17 answers.policy.rules")]),
    ("an answer twice", "daily.fax", "policy.rules", [("yaml.duplicate_key", "15:3")]),
    ("answers that are a list", GOOD[GOOD.index("answers:") :], "answers: [yes]", [("value.not_mapping", "13:1 answers")]),
    # --- fields
    ("a misspelt field", "employees", "emploees", [
        ("field.misspelt", "7:13 business.emploees"), ("field.missing", "3:1 business")]),
    ("a field that nothing resembles", "uses", "zzz", [("field.unknown", "11:3 business.zzz")]),
    ("a misspelt field at the top", "answers:", "anwsers:", [("field.misspelt", "13:1 anwsers"), ("field.missing", "1:1")]),
    ("no name", "  name: 見本商店\n", "", [("field.missing", "3:1 business")]),
    ("an empty name", "見本商店", "''", [("value.length", "4:9 business.name")]),
    ("a name of spaces", "見本商店", '"　 "', [("value.length", "4:9 business.name")]),
    ("a name of 101 characters", "見本商店", "齾" * 101, [("value.length", "4:9 business.name")]),
    ("a number for a name", "見本商店", "110", [("value.not_text", "4:9 business.name")]),
    ("an industry unknown", "retail", "retial", [("industry.unknown", "5:13 business.industry")]),
    ("negative yen", "50000000", "-1", [("value.range", "6:17 business.annual_sales")]),
    ("yen with commas", "50000000", "50,000,000", [("value.not_integer", "6:17 business.annual_sales")]),
    ("yen with a fraction", "50000000", "50000000.5", [("value.not_integer", "6:17 business.annual_sales")]),
    ("more yen than there are", "50000000", "1000000000000001", [("value.range", "6:17 business.annual_sales")]),
    ("employees in words", "employees: 5", "employees: five", [("value.not_integer", "7:14 business.employees")]),
    ("employees true", "employees: 5", "employees: true", [("value.not_integer", "7:14 business.employees")]),
    ("fewer employees than none", "employees: 5", "employees: -5", [("value.range", "7:14 business.employees")]),
    ("more persons than 200 million", "800", "200000001", [("value.range", "8:17 business.persons_held")]),
    ("an information unknown", "[name, address]", "[name, adress]", [("information.unknown", "9:23 business.information[1]")]),
    ("an information twice", "[name, address]", "[name, name]", [("value.twice", "9:23 business.information[1]")]),
    ("a word for a list", "[paper, pc]", "paper", [("value.not_list", "10:10 business.media")]),
    ("a medium unknown", "[paper, pc]", "[papers]", [("value.not_allowed", "10:11 business.media[0]")]),
    ("a use that is a number", "[fax, cloud]", "[fax, 5]", [("value.not_text", "11:15 business.uses[1]")]),
    ("yes where truth belongs", "false", "yes", [("value.not_truth", "12:19 business.on_consignment")]),
    ("a business that is a word", GOOD[GOOD.index("business:") : GOOD.index("answers:")], "business: x\n", [
        ("value.not_mapping", "3:11 business")]),
    # --- what it is for
    ("no programme", "programme: chuokai-leak\n", "", [("field.missing", "1:1")]),
    ("a programme unknown", "chuokai-leak", "chuokai", [("programme.unknown", "1:12 programme")]),
    ("a programme that is a list", "chuokai-leak", "[chuokai-leak]", [("value.not_text", "1:1 programme")]),
    ("no edition", 'edition: "2027-01"\n', "", [("field.missing", "1:1")]),
    ("an edition unknown", '"2027-01"', '"2028-01"', [("edition.unknown", "2:10 edition")]),
    ("an edition that is a number", '"2027-01"', "2027", [("value.not_text", "2:10 edition")]),
    ("a check unknown", "business:\n", "check: quik\nbusiness:\n", [("value.not_allowed", "3:8 check")]),
    ("a quick check of an edition without one", 'edition: "2027-01"', "check: quick\nedition: 2004-12", [
        ("value.not_allowed", "2:8 check"), ("answers.unknown_question", "15:17 answers.policy.rules"),
        ("answers.unknown_question", "16:14 answers.daily.fax"),
        ("answers.unknown_question", "17:24 answers.lifecycle.provision")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_every_fault_is_told_at_its_place(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    text = changed(old, new)
    assert places(refused(lambda: read_answers(document(text)))) == sorted(expected)


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = GOOD.replace("retail", "x").replace("50000000", "-1").replace("partly", "x").replace("fax, ", "faks, ")
    found = places(refused(lambda: read_answers(document(text))))
    assert [place.split()[0] for _, place in found] == ["15:14", "5:13", "11:10", "6:17"]


def test_the_nearest_question_is_named() -> None:
    problems = refused(lambda: read_answers(document(changed("daily.fax", "daly.fax"))))
    assert value_of(problems, "answers.unknown_question", "near") == "daily.fax"
    problems = refused(lambda: read_answers(document(changed("daily.fax", "日々の電送"))))
    assert value_of(problems, "answers.unknown_question", "near") == "—"


def test_the_nearest_field_is_named() -> None:
    problems = refused(lambda: read_answers(document(changed("persons_held", "person_held"))))
    assert value_of(problems, "field.misspelt", "near") == "persons_held"


def test_the_answers_that_a_question_allows_are_named() -> None:
    problems = refused(lambda: read_answers(document(changed("rules: yes", "rules: na"))))
    assert value_of(problems, "answers.not_allowed", "known") == "yes, partly, no, unknown"
    problems = refused(lambda: read_answers(document(changed("provision: na", "provision: none"))))
    assert value_of(problems, "answers.not_an_answer", "known") == "yes, partly, no, unknown, na"


@pytest.mark.parametrize("text", ["", "[]", "5", "null", "# 何もない\n", "- a\n- b\n"])
def test_a_file_without_fields_is_refused(text: str) -> None:
    assert codes(refused(lambda: read_answers(document(text)))) == {"value.not_mapping"}


def test_missing_parts_are_named_each_on_its_own() -> None:
    problems = refused(lambda: read_answers(document("programme: chuokai-leak\nedition: 2027-01\n")))
    assert sorted(dict(each.values)["field"] for each in problems) == ["answers", "business"]


def test_json_true_and_false_mean_yes_and_no() -> None:
    text = '{"programme": "chuokai-leak", "edition": "2027-01",\n "business": {"name": "x", "industry": "it", "employees": 1,\n'
    text += (
        '  "persons_held": 1}, "answers": {"policy.rules": true, "daily.addressee": false, "attack.mfa": "unknown"}}'
    )
    found = read_answers(document(text, "answers.json"))
    assert dict(found.given) == {"policy.rules": "yes", "daily.addressee": "no", "attack.mfa": "unknown"}


def test_fields_left_out_are_filled_and_named() -> None:
    text = "programme: chuokai-leak\nedition: 2027-01\nanswers: {}\n"
    text += "business: {name: x, industry: it, employees: 1, persons_held: 1, media: null}\n"
    business = read_answers(document(text)).business
    assert business.assumed == ("annual_sales", "information", "media", "uses", "on_consignment")
    assert (business.annual_sales, business.information, business.media) == (None, ("name", "address"), ("paper", "pc"))
    assert (business.uses, business.on_consignment) == ((), False)


def test_what_is_said_to_be_empty_is_not_filled() -> None:
    text = changed("[name, address]", "[]").replace("[paper, pc]", "[]")
    business = read_answers(document(text)).business
    assert (business.information, business.media, business.assumed) == ((), (), ())


def test_the_quick_check_asks_its_own_questions_alone() -> None:
    found = read_answers(document("check: quick\n" + GOOD))
    assert found.quick
    assert found.asked
    assert all(question.quick for question in found.asked)


def test_a_question_that_is_not_asked_may_be_answered() -> None:
    found = read_answers(document(changed("fax, ", "")))
    assert found.given["daily.fax"] == "partly"
    assert "daily.fax" not in {question.id for question in found.asked}


# --- round trips and odd input
@settings(max_examples=many(50), deadline=None)
@given(st.data(), st.sampled_from(EDITIONS))
def test_any_allowed_answers_come_back_as_they_were_written(data: st.DataObject, name: str) -> None:
    answer = {question.id: st.sampled_from(question.answers) for question in edition(name).questions}
    given_answers = data.draw(st.fixed_dictionaries({}, optional=answer))
    whole = {"programme": "chuokai-leak", "edition": name, "answers": given_answers}
    shop = {"name": "x", "industry": "it", "employees": 1, "persons_held": 1}
    found = read_answers(document(json.dumps(whole | {"business": shop}, ensure_ascii=False, indent=1)))
    assert dict(found.given) == given_answers


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("ab{}[]:,齾é\u0300 \n\"'0.", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.", max_size=3), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "programme": "chuokai-leak", "edition": "2027-01", "check": "whole", "answers": {"policy.rules": "yes"},
    "business": {
        "name": "x", "industry": "it", "annual_sales": 1, "employees": 1, "persons_held": 1, "information": ["name"],
        "media": ["pc"], "uses": ["fax"], "on_consignment": True,
    },
}  # fmt: skip
SPOTS = [(name,) for name in WHOLE] + [("business", name) for name in WHOLE["business"]] + [("answers", "policy.rules")]


@settings(max_examples=many(200), deadline=None)
@given(st.sampled_from(SPOTS), ODD)
def test_whatever_stands_in_a_field_is_read_or_refused_with_a_place(spot: tuple[str, ...], odd: object) -> None:
    whole = json.loads(json.dumps(WHOLE))
    inner = whole[spot[0]] if len(spot) == 2 else whole
    inner[spot[-1]] = odd
    text = json.dumps(whole, ensure_ascii=False)
    try:
        assert isinstance(read_answers(document(text)), Answers)
    except Refused:
        for each in refused(lambda: read_answers(document(text))):
            assert each.at.startswith("file.yaml:1:")


@pytest.mark.parametrize("name", BUSINESSES)
def test_every_example_answers_exactly_what_it_is_asked(name: str) -> None:
    source = example(name)
    assert set(source.given) == {question.id for question in source.asked}
