"""What an insurer pays of one occurrence: limit, deductible and share, in one place for scenario, loss and claims."""

from dataclasses import dataclass
from fractions import Fraction

from sonae.money import Rounding, rounded
from sonae.programmes import DisputeCosts


@dataclass(frozen=True, slots=True)
class Layer:
    """One section's terms for one occurrence, in yen: min(limit, (loss − deductible) × share), never below 0.

    Raises ValueError for a limit or deductible below 0 or a share outside 0 to 1.
    """

    limit: int
    deductible: int
    share: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.limit < 0 or self.deductible < 0 or not 0 <= self.share <= 1:
            raise ValueError(f"no terms of a layer: {self}")

    def paid(self, loss: int) -> int:
        """Return what is paid of ``loss`` yen, fractions of a yen dropped.

        >>> Layer(limit=10_000_000, deductible=100_000, share=Fraction(9, 10)).paid(6_000_000)
        5310000
        """
        return min(self.limit, rounded(max(0, loss - self.deductible) * self.share, Rounding.DOWN))

    def loss_for(self, paid: float) -> float:
        """Return the least loss of which ``paid`` yen are paid: the terms read backwards, infinite without a share.

        >>> Layer(limit=1_000_000, deductible=100_000, share=Fraction(1, 2)).loss_for(1_000_000)
        2100000.0
        """
        return self.deductible + paid / float(self.share) if self.share else float("inf")


def liability_paid(layer: Layer, damages: int, dispute_costs: int, terms: DisputeCosts) -> int:
    """Return what the liability section pays for damages and dispute costs, in yen.

    ``inside``: dispute costs count as damages do. ``outside_prorata``: they are paid in full beside the limit, but only
    limit ÷ damages of them when the damages alone pass the limit (fractions of a yen dropped).
    """
    if terms == "inside":
        return layer.paid(damages + dispute_costs)
    beside = Fraction(dispute_costs) if damages <= layer.limit else Fraction(dispute_costs * layer.limit, damages)
    return layer.paid(damages) + rounded(beside, Rounding.DOWN)
