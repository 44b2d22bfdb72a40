"""The tariff's data checked as a whole: every value there, in the right direction, and the published premiums met."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

from sonae.money import Rounding, rounded
from sonae.problems import Problem, problem
from sonae.programmes import Programme
from sonae.rating.rate import rate
from sonae.rating.request import GRADES, Request
from sonae.rating.rules import NOT_TAKEN
from sonae.rating.tariff import BASE, NEEDED, SCALE, Tariff, tariff

RISING, FALLING = ("sales", "limit", "experience"), ("deductible",)
STEPS = (
    "base", "sales", "limit", "cost_limit", "deductible", "group_discount", "declaration", "certification", "experience",
    "loading", "named", "rounding", "months",
)  # fmt: skip
TOLD_TO = 10_000
"""The flyer tells its premiums to 万 of yen."""
_FILE = "rates.yaml"


def check_rates(programme: Programme) -> list[Problem]:
    """Return every fault of the tariff's values and words, and each published premium that it does not give."""
    missing = [
        problem("programme.value_missing", _FILE, found=f"{name} ({unit})")
        for name, unit in NEEDED.items()
        if name not in programme.values or programme.values[name].unit != unit
    ]
    if missing:
        return missing
    days = {
        value.start
        for name in programme.values
        if name.startswith("rates.") or name == "loss.credit"
        for value in programme.values[name].values
    }
    problems: list[Problem] = []
    for day in sorted(days):
        try:
            rates = tariff(programme, day)
        except LookupError as error:
            problems.append(problem("programme.value_missing", _FILE, found=error.args[0]))
            continue
        problems += _check_day(programme, rates)
    if not problems:
        problems += _check_examples(programme)
    return [*dict.fromkeys(problems), *_check_words(programme)]


def _check_day(programme: Programme, rates: Tariff) -> list[Problem]:
    problems: list[Problem] = []
    rated = set(programme.industries) - set(rates.words("declined.industries"))
    problems += (problem("programme.value_missing", _FILE, found=BASE + name) for name in rated - set(rates.bases))
    unknown = (set(rates.bases) | set(rates.words("declined.industries"))) - set(programme.industries)
    problems += (problem("industry.unknown", _FILE, found=name, near="—") for name in sorted(unknown))
    for name in (*RISING, *FALLING):
        steps = list(pairwise(y for _, y in rates.curve(name).nodes))
        if any(b < a if name in RISING else b > a for a, b in steps):
            problems.append(problem("rating.direction", _FILE, name=f"rates.{name}"))
    if rates.credit is not None:
        shares = [rates.credit.value[grade] for grade in GRADES]
        if any(worse > better for better, worse in pairwise(shares)):
            problems.append(problem("rating.direction", _FILE, name="loss.credit"))
    grades, referred = list(GRADES), rates.words("referred.grades")
    if list(referred) != grades[len(grades) - len(referred) :]:
        problems.append(problem("rating.direction", _FILE, name="rates.referred.grades"))
    loading = rates.values["authority.loading"].value
    if set(loading) != {"least", "most"} or not 0 < loading["least"] <= 1 <= loading["most"]:
        problems.append(problem("programme.value_missing", _FILE, found="rates.authority.loading (least, most)"))
    named = rates.values["authority.annual_premium"].value
    if set(named) != {"least", "most"} or not 0 < named["least"] <= named["most"]:
        problems.append(problem("programme.value_missing", _FILE, found="rates.authority.annual_premium (least, most)"))
    if rates.curve("experience").nodes[0] != (0, SCALE):
        problems.append(problem("rating.direction", _FILE, name="rates.experience"))
    return problems


def _check_examples(programme: Programme) -> list[Problem]:
    """Return the published premiums that the tariff of their day does not give to their 万."""
    problems = []
    for example in programme.values["rates.examples"].values:
        for industry, row in example.value.items():
            asked = example_request(industry, row, example.start)
            found = rate(programme, asked).annual_premium
            if found is None or rounded(found, Rounding.HALF_UP, TOLD_TO) != row["premium"]:
                expected = f"{int(row['premium']):,}"
                problems.append(
                    problem("rating.example", _FILE, industry=industry, found=f"{found or 0:,}", expected=expected)
                )
    return problems


def example_request(industry: str, row: Mapping[str, Fraction], on: date) -> Request:
    """Return the request of one published premium."""
    sales, liability, cost, deductible = (
        int(row[name]) for name in ("annual_sales", "liability_limit", "cost_limit", "deductible")
    )
    return Request(on, industry, sales, liability, cost, deductible)


def _check_words(programme: Programme) -> list[Problem]:
    """Return the words that rating needs and a language lacks: steps, certificates, kinds, reasons."""
    every = programme.values
    certificates = {name for value in every["rates.certification"].values for name in value.value}
    kinds = {kind for value in every["rates.declined.kinds"].values for kind in value.value}
    industries = {name for value in every["rates.declined.industries"].values for name in value.value}
    needed = [f"rating.step.{name}.name" for name in STEPS]
    needed += [f"rating.certification.{name}.name" for name in sorted(certificates)]
    needed += [f"rating.kind.{name}.name" for name in sorted(kinds)]
    problems = [
        problem("rating.no_reason", _FILE, found=name) for name in sorted((kinds | industries) - set(NOT_TAKEN))
    ]
    for words in programme.sound_words():
        problems += words.lacking(needed)
    return problems
