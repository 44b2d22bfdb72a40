"""What cover costs: the flyer's premiums, each step with a pencil, every direction, what is declined and referred."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.figures import Lang
from sonae.money import Rounding, rounded
from sonae.rating import Quote, Request, named, premium_for, printed, rate, tariff
from sonae.rating.authority import beyond
from sonae.rating.check import STEPS, check_rates, example_request
from sonae.rating.many import NONE, Columns, quote_many
from sonae.rating.quote import DECISIONS
from sonae.rating.request import GRADES
from sonae.tables import Curve
from tests.cast import many, programme

ON = date(2027, 4, 1)
MAN, OKU = 10_000, 100_000_000
RATES = tariff(programme(), ON)
RATED = tuple(sorted(RATES.bases))
CERTIFICATES = tuple(RATES.certification)
property_test = settings(max_examples=many(400), deadline=None)

SALES = st.integers(0, 5_000 * OKU) | st.sampled_from([x for x, _ in RATES.curve("sales").nodes])
LIABILITY = st.integers(1_000 * MAN, 3 * OKU) | st.sampled_from([x for x, _ in RATES.curve("limit").nodes])
COST = st.integers(100 * MAN, 3_000 * MAN) | st.sampled_from([x // 10 for x, _ in RATES.curve("limit").nodes])
DEDUCTIBLE = st.integers(0, 100 * MAN) | st.just(10 * MAN)
REQUESTS = st.builds(
    Request,
    on=st.just(ON),
    industry=st.sampled_from(RATED),
    annual_sales=SALES,
    liability_limit=LIABILITY,
    cost_limit=COST,
    deductible=DEDUCTIBLE,
    grade=st.sampled_from([None, *GRADES]),
    declaration_signed=st.booleans(),
    certifications=st.sets(st.sampled_from(CERTIFICATES)).map(tuple),
    persons_held=st.none() | st.integers(0, 200_000),
    known_incident=st.booleans(),
    recent_claims=st.integers(0, 5),
    months=st.integers(1, 12),
)


def asked(**changes: Any) -> Request:
    plain = Request(
        on=ON, industry="printing", annual_sales=OKU, liability_limit=1_000 * MAN, cost_limit=100 * MAN,
        deductible=10 * MAN,
    )  # fmt: skip
    return replace(plain, **changes)


def quoted(**changes: Any) -> Quote:
    return rate(programme(), asked(**changes))


def yearly(request: Request) -> int:
    found = rate(programme(), request).annual_premium
    assert found is not None
    return found


def codes(quote: Quote) -> list[str]:
    return [each.code for each in quote.reasons]


@pytest.mark.parametrize(
    ("industry", "premium"),
    [("printing", 4), ("letting", 3), ("clinic", 15), ("rental", 10), ("auto_repair", 10)],
)
def test_the_flyers_premiums_come_out_each_to_its_man(industry: str, premium: int) -> None:
    row = programme().values["rates.examples"].values[0].value[industry]
    quote = rate(programme(), example_request(industry, row, date(2004, 12, 10)))
    assert quote.decision == "quoted"
    assert rounded(quote.annual_premium or 0, Rounding.HALF_UP, MAN) == premium * MAN
    discount = next(step for step in quote.steps if step.name == "group_discount")
    assert (discount.factor, discount.basis) == (Fraction(4, 5), "assumed")


@property_test
@given(REQUESTS)
def test_each_step_follows_from_what_is_printed(request: Request) -> None:
    quote = rate(programme(), request)
    steps = {step.name: step for step in quote.steps}
    assert list(steps) == [name for name in STEPS if name not in ("loading", "named")]
    for before, step in pairwise(quote.steps):
        unit = 10 if step.name in ("rounding", "months") else 1
        pencil = rounded(before.yen * Fraction(step.factor_text), Rounding.HALF_UP, unit)
        # cost limit, certificate and months are quotients: their printed factor is rounded, and may miss by one unit
        assert abs(pencil - step.yen) <= (unit if step.name in ("cost_limit", "certification", "months") else 0)
    assert (steps["rounding"].yen, steps["months"].yen) == (quote.annual_premium, quote.premium)


STEP = re.compile(r"× ([\d.]+)(?: ÷ (\d+))?(?: ([+−]) ¥?([\d,]+)円?)?")


@property_test
@given(REQUESTS, st.integers(1, 12), st.sampled_from(["ja", "en"]))
def test_the_pencil_comes_to_each_printed_yen(request: Request, months: int, lang: Lang) -> None:
    quote = rate(programme(), replace(request, months=months))
    for before, step in pairwise(quote.steps):
        text = printed(step.name, step.factor_text, before.yen, step.yen, months, lang)
        found = STEP.fullmatch(text)
        assert found, text
        factor, part, sign, rest = found.groups()
        unit = 10 if step.name in ("rounding", "months") else 1
        pencil = rounded(before.yen * Fraction(factor) / int(part or 1), Rounding.HALF_UP, unit)
        assert pencil + int(f"{'-' if sign == '−' else ''}{(rest or '0').replace(',', '')}") == step.yen, text
        assert int((rest or "0").replace(",", "")) <= 1


@property_test
@given(REQUESTS, st.data())
def test_more_cover_never_costs_less(request: Request, data: st.DataObject) -> None:
    more = replace(
        request,
        liability_limit=max(request.liability_limit, data.draw(LIABILITY)),
        cost_limit=max(request.cost_limit, data.draw(COST)),
        deductible=min(request.deductible, data.draw(DEDUCTIBLE)),
    )
    assert yearly(more) >= yearly(request)


@property_test
@given(REQUESTS, st.data())
def test_a_better_answer_never_costs_more(request: Request, data: st.DataObject) -> None:
    grades = GRADES[: GRADES.index(request.grade) + 1] if request.grade else GRADES
    better = replace(
        request,
        grade=data.draw(st.sampled_from(grades)),
        declaration_signed=True,
        certifications=(*request.certifications, data.draw(st.sampled_from(CERTIFICATES))),
        recent_claims=data.draw(st.integers(0, request.recent_claims)),
    )
    assert yearly(better) <= yearly(request)


@property_test
@given(REQUESTS, SALES)
def test_higher_sales_never_cost_less(request: Request, sales: int) -> None:
    low, high = sorted((request.annual_sales, sales))
    assert yearly(replace(request, annual_sales=low)) <= yearly(replace(request, annual_sales=high))


@property_test
@given(REQUESTS, st.integers(1, 12))
def test_fewer_months_never_cost_more(request: Request, months: int) -> None:
    fewer, more = (
        rate(programme(), replace(request, months=each)).premium for each in sorted((request.months, months))
    )
    assert fewer is not None
    assert more is not None
    assert fewer <= more <= yearly(request)


@property_test
@given(REQUESTS)
def test_what_is_referred_is_never_quoted_by_a_worse_answer(request: Request) -> None:
    worse = replace(request, known_incident=True, recent_claims=5, persons_held=200_000, grade="E")
    assert rate(programme(), worse).decision == "referred"
    assert set(codes(rate(programme(), request))) <= set(codes(rate(programme(), worse)))


def test_no_grade_or_no_signature_means_no_discount() -> None:
    whole = yearly(asked())
    assert yearly(asked(grade="A")) == yearly(asked(declaration_signed=True)) == whole
    assert yearly(asked(grade="A", declaration_signed=True)) < whole
    before = date(2026, 11, 30)
    assert yearly(asked(on=before, grade="A", declaration_signed=True)) == whole  # the schedule begins a day later


def test_discounts_stop_at_the_cap() -> None:
    cap, group = RATES.share("discount_cap"), RATES.share("group_discount")
    found = yearly(asked(grade="A", declaration_signed=True, certifications=CERTIFICATES))
    assert found == RATES.bases["printing"].value * (1 - group) * (1 - cap)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"annual_sales": 100 * OKU + 1}, "rating.referred_sales"),
        ({"persons_held": 100_001}, "rating.referred_persons"),
        ({"grade": "E"}, "rating.referred_grade"),
        ({"known_incident": True}, "rating.referred_incident"),
        ({"recent_claims": 3}, "rating.referred_claims"),
        ({"industry": "finance", "group": "64"}, "rating.referred_group"),
        ({"cost_limit": 1_000 * MAN}, "rating.referred_cost_limit"),
    ],
)
def test_an_underwriter_decides_and_sees_the_tariffs_figure(changes: dict[str, Any], code: str) -> None:
    quote = quoted(**changes)
    assert (quote.decision, codes(quote)) == ("referred", [code])
    assert quote.annual_premium is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"liability_limit": 3 * OKU + 1},
        {"liability_limit": 999 * MAN},
        {"cost_limit": 99 * MAN},
        {"deductible": 101 * MAN},
    ],
)
def test_beyond_the_tariff_there_is_no_figure(changes: dict[str, Any]) -> None:
    quote = quoted(**changes)
    assert (quote.decision, quote.annual_premium, quote.premium, quote.steps) == ("referred", None, None, ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"industry": "public"}, "rating.declined_public"),
        ({"industry": "foreign_public"}, "rating.declined_foreign_public"),
        ({"kinds": ("public_body",)}, "rating.declined_public_body"),
        ({"kinds": ("unlisted_consumer_lender",)}, "rating.declined_unlisted_consumer_lender"),
        ({"kinds": ("ceremonial_mutual",)}, "rating.declined_ceremonial_mutual"),
        ({"annual_sales": 5_000 * OKU + 1}, "rating.declined_sales"),
    ],
)
def test_what_the_programme_does_not_take_is_declined_with_the_reason(changes: dict[str, Any], code: str) -> None:
    quote = quoted(**changes, known_incident=True)
    assert (quote.decision, codes(quote), quote.premium) == ("declined", [code], None)


def test_an_underwriters_loading_is_a_step() -> None:
    quote = quoted(loading=Fraction(5, 4))
    step = next(each for each in quote.steps if each.name == "loading")
    assert (step.factor, step.yen, quote.annual_premium) == (Fraction(5, 4), 50_000, 50_000)


def test_a_part_of_the_year_is_rounded_as_the_rating_rounds() -> None:
    for months in range(1, 13):
        quote = quoted(industry="clinic", months=months)
        assert quote.premium == premium_for(quote.annual_premium or 0, months, programme(), ON)
    with pytest.raises(ValueError, match="1 to 12"):
        premium_for(10, 13, programme(), ON)


def test_before_the_first_day_nothing_is_rated() -> None:
    with pytest.raises(LookupError):
        quoted(on=date(2004, 11, 30))


# --- many at once
def columns(requests: list[Request]) -> Columns:
    industries = tuple(programme().industries)

    def whole(values: list[int]) -> Any:
        return np.array(values, np.int64)

    def greatest(names: tuple[str, ...]) -> int:
        return max(
            (CERTIFICATES.index(name) for name in names),
            key=lambda i: RATES.certification[CERTIFICATES[i]],
            default=NONE,
        )

    return Columns(
        industries=industries,
        industry=whole([industries.index(each.industry) for each in requests]),
        annual_sales=whole([each.annual_sales for each in requests]),
        liability_limit=whole([each.liability_limit for each in requests]),
        cost_limit=whole([each.cost_limit for each in requests]),
        deductible=whole([each.deductible for each in requests]),
        grade=whole([GRADES.index(each.grade) if each.grade else NONE for each in requests]),
        signed=np.array([each.declaration_signed for each in requests]),
        certifications=CERTIFICATES,
        certification=whole([greatest(each.certifications) for each in requests]),
        persons_held=whole([NONE if each.persons_held is None else each.persons_held for each in requests]),
        known_incident=np.array([each.known_incident for each in requests]),
        recent_claims=whole([each.recent_claims for each in requests]),
        months=whole([each.months for each in requests]),
    )


ANY = st.builds(
    replace,
    REQUESTS,
    industry=st.sampled_from(tuple(programme().industries)),
    annual_sales=SALES | st.integers(0, 10**15),
    liability_limit=LIABILITY | st.integers(0, 10**15),
    cost_limit=COST | st.integers(0, 10**15),
    deductible=DEDUCTIBLE | st.integers(0, 10**15),
)


@property_test
@given(st.lists(ANY, min_size=1, max_size=20), st.sampled_from([date(2004, 12, 1), ON]))
def test_many_at_once_are_row_by_row_what_each_is_alone(requests: list[Request], on: date) -> None:
    together = quote_many(programme(), on, columns(requests))
    for i, request in enumerate(requests):
        alone = rate(programme(), replace(request, on=on))
        assert DECISIONS[together.decision[i]] == alone.decision
        assert together.annual_premium[i] == (NONE if alone.annual_premium is None else alone.annual_premium)
        assert together.premium[i] == (NONE if alone.premium is None else alone.premium)


# --- its data
def altered(name: str, value: Any) -> Any:
    """The programme with one value of the tariff changed from its first day on."""
    found = programme()
    dated = found.values[name]
    changed = replace(dated, values=(replace(dated.values[0], value=value), *dated.values[1:]))
    return replace(found, values={**found.values, name: changed})


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("rates.base.clinic", 80_000, "rating.example"),
        ("rates.group_discount", Fraction(0), "rating.example"),
        ("rates.deductible", Curve(((0, 10_000), (100_000, 10_100))), "rating.direction"),
        ("rates.sales", Curve(((0, 10_000), (100_000, 9_999))), "rating.direction"),
        ("rates.experience", Curve(((0, 9_000), (1, 10_000))), "rating.direction"),
        ("rates.referred.grades", ("A",), "rating.direction"),
        ("rates.declined.industries", (), "programme.value_missing"),
        ("rates.authority.loading", {"least": Fraction(2), "most": Fraction(3)}, "programme.value_missing"),
    ],
)
def test_faulty_data_is_told(name: str, value: Any, code: str) -> None:
    assert check_rates(programme()) == []
    assert code in [each.code for each in check_rates(altered(name, value))]


def test_every_middle_group_is_rated_or_declined() -> None:
    groups = [group for held in programme().industries.values() for group in held]
    assert sorted(groups) == [f"{number:02}" for number in range(1, 100)]
    for industry in programme().industries:
        assert quoted(industry=industry).decision in ("quoted", "declined")


# --- where the tariff ends, an underwriter names the premium
BEYOND = {"deductible": 2_000_000}


def test_a_premium_that_an_underwriter_names_is_the_first_step_and_is_cut_to_the_months() -> None:
    found = named(programme(), asked(**BEYOND, months=7), 120_000)
    steps = [(step.name, step.yen, step.basis) for step in found.steps]
    assert steps == [("named", 120_000, "assumed"), ("months", 70_000, found.steps[1].basis)]
    assert (found.decision, found.annual_premium, found.premium) == ("referred", 120_000, 70_000)
    assert found.reasons == rate(programme(), asked(**BEYOND, months=7)).reasons


@pytest.mark.parametrize(
    ("changes", "premium"),
    [({}, 120_000), ({**BEYOND, "industry": "public"}, 120_000), (BEYOND, 0), (BEYOND, -10), (BEYOND, 120_005),
     ({**BEYOND, "loading": Fraction(2)}, 120_000)],
)  # fmt: skip
def test_no_premium_is_named_beside_the_tariff_nor_for_what_is_declined(changes: dict[str, Any], premium: int) -> None:
    with pytest.raises(ValueError, match="premium"):
        named(programme(), asked(**changes), premium)


@pytest.mark.parametrize(
    ("premium", "second"), [(19_990, True), (20_000, False), (1_000_000, False), (1_000_010, True)]
)
def test_one_underwriter_names_a_premium_within_its_authority(premium: int, second: bool) -> None:
    rates = tariff(programme(), ON)
    codes = [each.code for each in beyond(rates, asked(**BEYOND), premium)]
    assert codes == (["rating.beyond_premium"] if second else [])
