"""What one incident costs: every outcome of every pair, as arrays that broadcast over cells, states and branches.

Axes: pair, cell (size), state (quiet, harm, mass), claim (none, some), goodwill (none, offered), spread (low, middle, high).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sonae.loss.exposure import Exposure
from sonae.loss.normal import Floats, normal_cdf
from sonae.loss.parameters import CAUSES, MEDIA, Parameters

LIABILITY = ("damages", "dispute_costs", "card_reissue", "recourse")
COST = ("goodwill", "letters", "call_centre", "notices", "investigation", "advice", "handling")
OWN = ("recovery", "lost_sales")
COMPONENTS = (*LIABILITY, *COST, *OWN)
SPREAD_CHANCE = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True, eq=False)
class Severity:
    """All outcomes of one incident by pair. Chances of a pair add up to 1 for each set of state weights.

    The arrays that are given are pair × cell × state (or broadcast to it), in yen or as chances; the outcomes with their
    branches are made from them when they are asked for.
    """

    persons: Floats
    """Pair × cell: mean persons of the cell."""
    chance: Floats
    """Pair × cell."""
    state: Floats
    """Pair × cell × (harm, mass): chances before the answers about the aftermath."""
    claim: Floats
    """Chance that anybody claims."""
    damages: Floats
    """Damages if anybody claims."""
    dispute: Floats
    """Dispute costs if anybody claims."""
    reissue: Floats
    offered: Floats
    """Chance that goodwill is offered."""
    goodwill: Floats
    """Goodwill if it is offered."""
    shared: Mapping[str, Floats]
    """Response costs that a client may claim back: letters, call centre, notices."""
    kept: Mapping[str, Floats]
    """Response costs that stay: investigation, advice, handling."""
    recovery: Floats
    lost_sales: Floats
    pass_through: float
    spread: Floats

    @cached_property
    def liability(self) -> Floats:
        """Pair × cell × state × claim × goodwill × 1, in yen."""
        some = np.array([0.0, 1.0])
        claimed = some[:, None, None] * _deep(self.damages + self.dispute)
        result: Floats = claimed + _deep(self.reissue)
        if self.pass_through:
            back = some[:, None] * _deep(self.goodwill) + _deep(sum(self.shared.values(), np.zeros(1)))
            result = result + self.pass_through * back
        return result

    @cached_property
    def cost(self) -> Floats:
        """Pair × cell × state × 1 × goodwill × spread, in yen."""
        own = 1 - self.pass_through
        response = own * sum(self.shared.values(), np.zeros(1)) + sum(self.kept.values(), np.zeros(1))
        result: Floats = own * np.array([0.0, 1.0])[:, None] * _deep(self.goodwill) + self.spread * _deep(response)
        return result

    @cached_property
    def own(self) -> Floats:
        """Pair × 1 × 1 × 1 × 1 × 1: own loss that no plan covers, in yen."""
        return _deep(self.recovery + self.lost_sales)

    @cached_property
    def branch(self) -> Floats:
        """Pair × cell × state × claim × goodwill × spread: chances, given pair, cell and state."""
        claim = np.stack([1 - self.claim, self.claim], axis=-1)[..., :, None, None]
        result: Floats = claim * np.stack([1 - self.offered, self.offered], axis=-1)[..., None, :, None] * SPREAD_CHANCE
        return result

    @cached_property
    def means(self) -> Floats:
        """Component × pair × cell × state: mean yen given pair, cell and state."""
        own, middle = 1 - self.pass_through, float(SPREAD_CHANCE @ self.spread)
        goodwill = self.offered * self.goodwill
        parts = {
            "damages": self.claim * self.damages,
            "dispute_costs": self.claim * self.dispute,
            "card_reissue": self.reissue,
            "recourse": self.pass_through * (goodwill + sum(self.shared.values())),
            "goodwill": own * goodwill,
            **{name: middle * own * yen for name, yen in self.shared.items()},
            **{name: middle * yen for name, yen in self.kept.items()},
            "recovery": self.recovery,
            "lost_sales": self.lost_sales,
        }
        result = np.zeros((len(COMPONENTS), *self.damages.shape))
        for index, name in enumerate(COMPONENTS):
            result[index] = parts[name]
        return result

    def gross(self) -> Floats:
        """Return the whole loss of each outcome, all sections and own loss, in yen."""
        return self.liability + self.cost + self.own


def _deep(array: Floats) -> Floats:
    return array[..., None, None, None]


def severity(p: Parameters, e: Exposure) -> Severity:
    """Return every outcome of one incident of a business."""
    persons, chance = sizes(p, e.cap)
    cause = np.array([c for c, _ in p.pairs])
    n = persons[:, :, None]
    harm = p.harm[cause][:, None] * np.minimum(1.0, np.log10(persons + 1))
    mass = p.mass[cause][:, None] * ramp(persons, p.mass_ramp)
    claimants = _claimants(p, n)
    claim = -np.expm1(-claimants)
    damages = claimants / np.maximum(claim, 1e-300) * np.minimum(p.award_cap, p.award * e.per_head)
    length = np.minimum(1.0, p.dispute["start"] + damages / p.dispute["full_at"])
    shared, kept = _response(p, n, cause)
    recovery, lost_sales = _own(p, e, cause)
    return Severity(
        persons=persons,
        chance=chance,
        state=np.stack([harm, mass], axis=2),
        claim=claim,
        damages=damages,
        dispute=p.dispute["yen"] * length + p.dispute["share"] * damages,
        reissue=_reissue(p, e, n),
        offered=p.goodwill_offered[cause][:, None, :] * ramp(n, p.goodwill_ramp),
        goodwill=n * _goodwill_each(p, e),
        shared=shared,
        kept=kept,
        recovery=recovery[:, None, None],
        lost_sales=lost_sales[:, None, None],
        pass_through=e.pass_through,
        spread=p.spread,
    )


def sizes(p: Parameters, cap: Floats) -> tuple[Floats, Floats]:
    """Return mean persons and chance by pair and cell: one person, or a log-normal body censored at ``cap``.

    The edges are the same for every business; only the last cell and the atom "all of them" depend on it, so that more
    persons never cost less. The body below one person counts as one.
    """
    cause = np.array([c for c, _ in p.pairs])
    most = float(cap.max(initial=1.0))
    cells = min(len(p.edges) - 1, max(1, int(np.ceil(np.log10(max(most, 1.0)) * p.cells_per_decade))))
    cdf, partial = p.edge_cdf[cause, : cells + 1], p.edge_partial[cause, : cells + 1]
    edges = p.edges[: cells + 1]
    top = np.maximum(cap, 1.0)
    z = (np.log(top) - p.mu[cause]) / p.sigma[cause]

    top_cdf = normal_cdf(z)
    top_partial = np.exp(p.mu + p.sigma**2 / 2)[cause] * normal_cdf(z - p.sigma[cause])
    below = edges[None, :] < top[:, None]
    cdf = np.where(below, cdf, top_cdf[:, None])
    partial = np.where(below, partial, top_partial[:, None])
    chance = np.diff(cdf, axis=1)
    low, high = np.minimum(edges[:-1], top[:, None]), np.minimum(edges[1:], top[:, None])
    mean = np.clip(np.diff(partial, axis=1) / np.maximum(chance, 1e-300), low, high)
    one = p.one_person[cause][:, None]
    under, atom = cdf[:, :1], 1 - top_cdf[:, None]
    persons = np.concatenate([np.ones_like(under), mean, top[:, None]], axis=1)
    chances = np.concatenate([one + (1 - one) * under, (1 - one) * chance, (1 - one) * atom], axis=1)
    return persons, chances


def ramp(x: Floats, nodes: tuple[Floats, Floats]) -> Floats:
    """Return a piecewise linear function of x through the nodes, level outside them."""
    result: Floats = np.interp(x, *nodes)
    return result


def _claimants(p: Parameters, n: Floats) -> Floats:
    c = p.claimants
    quiet = c["quiet_factor"] * n ** c["quiet_exponent"]
    harm = np.minimum(n, c["harm_factor"] * n ** c["harm_exponent"])
    over = np.maximum(1.0, n / c["mass_persons"])
    mass = c["mass_share"] * np.minimum(n, c["mass_persons"]) * over ** c["mass_exponent"]
    return np.concatenate([quiet, np.maximum(quiet, harm), np.maximum(np.maximum(quiet, harm), mass)], axis=2)


def _goodwill_each(p: Parameters, e: Exposure) -> Floats:
    """Return goodwill a head by state."""
    plain, financial = p.goodwill_plain, p.goodwill_financial
    each = {"always": [financial] * 3, "harm": [plain, financial, financial], "never": [plain] * 3}
    return np.array(each[e.financial])


def _response(p: Parameters, n: Floats, cause: npt.NDArray[np.int64]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    by_mail = np.array([MEDIA[m] == "mail" for _, m in p.pairs])[:, None, None]
    notices = p.notice["local"] * ramp(n, p.notice_local) + p.notice["national"] * ramp(n, p.notice_national)
    shared = {
        "letters": n * np.where(by_mail, p.letter_mail, p.letter_post),
        "call_centre": ramp(n, p.call_centre),
        "notices": notices + np.array([0.0, p.notice["harm"], p.notice["mass"]]) * ramp(n, p.goodwill_ramp),
    }
    kept = {
        "investigation": p.investigation[cause][:, None, None] * ramp(n, p.investigation_size),
        "advice": p.advice[cause][:, None, None] * ramp(n, p.advice_size),
        "handling": p.handling["yen"] * n ** p.handling["exponent"],
    }
    return shared, kept


def _reissue(p: Parameters, e: Exposure, n: Floats) -> Floats:
    shop = np.array([CAUSES[c] == "web_shop" for c, _ in p.pairs])[:, None, None]
    return p.card_reissue * n * (shop & e.cards)


def _own(p: Parameters, e: Exposure, cause: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    recovery = (p.recovery * (e.employees / 20) ** p.recovery_exponent)[cause]
    lost = {
        "web_shop": min(p.lost_sales["web_shop"], p.lost_sales["most_of_sales"] * e.annual_sales),
        "ransomware": e.annual_sales * p.lost_sales["ransomware_days"] / 365 * p.lost_sales["margin"],
    }
    return recovery, np.array([lost.get(name, 0.0) for name in CAUSES])[cause]
