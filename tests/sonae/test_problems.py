"""Problems are values: code, place, what was found; a refusal holds all of them."""

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from sonae.problems import Problem, Refused, problem, short


def test_a_problem_holds_its_values_as_text_in_their_order() -> None:
    found = problem("value.range", "clinic.yaml:4:12 business.employees", found=Decimal("-1.50"), least=0, most="1,000")

    assert found.code == "value.range"
    assert found.at == "clinic.yaml:4:12 business.employees"
    assert found.values == (("found", "-1.50"), ("least", "0"), ("most", "1,000"))


def test_equal_problems_are_equal_and_can_be_counted() -> None:
    assert problem("a", "f:1:1", key="x") == problem("a", "f:1:1", key="x")
    assert len({problem("a", "f:1:1"), problem("a", "f:1:1"), problem("a", "f:2:1")}) == 2


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Problem("a", "f:1:1").code = "b"  # type: ignore[misc]  # frozen: that is what is tried


@pytest.mark.parametrize(("length", "shown"), [(0, ""), (79, "x" * 79), (80, "x" * 80), (81, "x" * 79 + "…")])
def test_what_was_found_is_cut_to_80_characters(length: int, shown: str) -> None:
    assert problem("a", "f:1:1", found="x" * length).values == (("found", shown),)
    assert short("x" * length) == shown


def test_a_refusal_holds_every_reason_in_order_and_names_them() -> None:
    reasons = [problem("yaml.alias", "f:1:2"), problem("field.missing", "f:3:4 answers", field="x")]
    refused = Refused(each for each in reasons)

    assert refused.problems == tuple(reasons)
    assert str(refused) == "yaml.alias at f:1:2; field.missing at f:3:4 answers"


@pytest.mark.parametrize("name", ["key", "text", "lang", "name", "self"])
def test_a_value_may_have_any_name(name: str) -> None:
    assert problem("a", "f:1:1", **{name: "x"}).values == ((name, "x"),)
