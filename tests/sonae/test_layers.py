"""What an insurer pays of one occurrence: the flyer's loss under three plans, and the directions that must hold."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sonae.layers import Layer, liability_paid
from sonae.programmes import DISPUTE_COSTS, DisputeCosts
from tests.cast import many

MAN = 10_000
DAMAGES, DISPUTE, COSTS = 3_700 * MAN, 200 * MAN, 600 * MAN
YEN = st.integers(0, 10**12) | st.integers(0, 100)
SHARES = st.fractions(0, 1, max_denominator=10_000)
LAYERS = st.builds(Layer, YEN, YEN, SHARES)
TERMS = st.sampled_from(DISPUTE_COSTS)
property_test = settings(max_examples=many(200), deadline=None)


@pytest.mark.parametrize(
    ("limit", "cost_limit", "share", "liability", "cost"),
    [
        (5_000, 500, "1.0", 3_890, 500),
        (10_000, 1_000, "1.0", 3_890, 590),
        (10_000, 1_000, "0.9", 3_890, 531),
        (1_000, 100, "1.0", 1_000, 100),
    ],
)
def test_the_flyers_loss_is_paid_as_worked_out_by_hand(
    limit: int, cost_limit: int, share: str, liability: int, cost: int
) -> None:
    section = Layer(limit * MAN, 10 * MAN)

    assert liability_paid(section, DAMAGES, DISPUTE, "inside") == liability * MAN
    assert Layer(cost_limit * MAN, 10 * MAN, Fraction(share)).paid(COSTS) == cost * MAN


@pytest.mark.parametrize(("limit", "yen"), [(1_000, 10_540_540), (5_000, 38_900_000), (10_000, 38_900_000)])
def test_dispute_costs_outside_are_paid_in_full_until_damages_pass_the_limit(limit: int, yen: int) -> None:
    assert liability_paid(Layer(limit * MAN, 10 * MAN), DAMAGES, DISPUTE, "outside_prorata") == yen


def test_damages_at_the_limit_do_not_cut_dispute_costs_and_a_yen_more_does() -> None:
    layer = Layer(1_000_000, 0)

    assert liability_paid(layer, 1_000_000, 300_000, "outside_prorata") == 1_300_000
    assert liability_paid(layer, 1_000_001, 300_000, "outside_prorata") == 1_299_999
    assert liability_paid(layer, 2_000_000, 300_000, "outside_prorata") == 1_150_000


@pytest.mark.parametrize(
    ("loss", "yen"), [(0, 0), (99_999, 0), (100_000, 0), (100_001, 0), (100_002, 1), (1_100_000, 900_000)]
)
def test_nothing_is_paid_up_to_the_deductible_and_fractions_of_a_yen_are_dropped(loss: int, yen: int) -> None:
    assert Layer(10**9, 100_000, Fraction(9, 10)).paid(loss) == yen


def test_the_limit_is_reached_after_deductible_and_share() -> None:
    layer = Layer(limit=900, deductible=100, share=Fraction(9, 10))
    assert [layer.paid(loss) for loss in (1_099, 1_100, 1_101, 2_000, 10**30)] == [899, 900, 900, 900, 900]


@pytest.mark.parametrize(
    ("limit", "deductible", "share"),
    [(-1, 0, Fraction(1)), (0, -1, Fraction(1)), (0, 0, Fraction(-1, 10)), (0, 0, Fraction(11, 10))],
)
def test_terms_that_make_no_sense_are_refused(limit: int, deductible: int, share: Fraction) -> None:
    with pytest.raises(ValueError, match="terms"):
        Layer(limit, deductible, share)


@property_test
@given(LAYERS, YEN)
def test_never_more_is_paid_than_the_limit_or_the_loss_beyond_the_deductible(layer: Layer, loss: int) -> None:
    paid = layer.paid(loss)

    assert type(paid) is int
    assert 0 <= paid <= layer.limit
    assert paid <= max(0, loss - layer.deductible) <= loss
    assert paid in (layer.limit, (max(0, loss - layer.deductible) * layer.share).__floor__())


@property_test
@given(LAYERS, YEN, YEN)
def test_a_greater_loss_is_never_paid_less_and_keeps_no_less_for_the_member(layer: Layer, loss: int, more: int) -> None:
    assert layer.paid(loss) <= layer.paid(loss + more) <= layer.paid(loss) + more


@property_test
@given(LAYERS, YEN, YEN)
def test_a_higher_limit_never_pays_less(layer: Layer, loss: int, more: int) -> None:
    raised = Layer(layer.limit + more, layer.deductible, layer.share)
    assert layer.paid(loss) <= raised.paid(loss) <= layer.paid(loss) + more


@property_test
@given(LAYERS, SHARES, YEN)
def test_a_larger_share_never_pays_less(layer: Layer, share: Fraction, loss: int) -> None:
    low, high = (Layer(layer.limit, layer.deductible, each) for each in sorted((layer.share, share)))
    assert low.paid(loss) <= high.paid(loss)


@property_test
@given(LAYERS, YEN, YEN)
def test_a_higher_deductible_never_pays_more(layer: Layer, loss: int, more: int) -> None:
    raised = Layer(layer.limit, layer.deductible + more, layer.share)
    assert layer.paid(loss) - more <= raised.paid(loss) <= layer.paid(loss)


@property_test
@given(LAYERS, YEN, YEN, TERMS)
def test_liability_never_pays_more_than_damages_and_dispute_costs(
    layer: Layer, damages: int, dispute: int, terms: DisputeCosts
) -> None:
    paid = liability_paid(layer, damages, dispute, terms)
    assert 0 <= paid <= damages + dispute
    assert paid <= layer.limit + (0 if terms == "inside" else dispute)


@property_test
@given(LAYERS, YEN, YEN, YEN, TERMS)
def test_liability_grows_with_limit_and_dispute_costs_and_falls_with_the_deductible(
    layer: Layer, damages: int, dispute: int, more: int, terms: DisputeCosts
) -> None:
    paid = liability_paid(layer, damages, dispute, terms)

    assert paid <= liability_paid(layer, damages, dispute + more, terms)
    assert paid <= liability_paid(Layer(layer.limit + more, layer.deductible, layer.share), damages, dispute, terms)
    assert paid >= liability_paid(Layer(layer.limit, layer.deductible + more, layer.share), damages, dispute, terms)


@property_test
@given(LAYERS, YEN, YEN, YEN)
def test_inside_the_limit_more_damages_never_pay_less(layer: Layer, damages: int, dispute: int, more: int) -> None:
    paid = liability_paid(layer, damages, dispute, "inside")
    assert paid <= liability_paid(layer, damages + more, dispute, "inside")
    assert paid == layer.paid(damages + dispute)
