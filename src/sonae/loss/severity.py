"""What one incident costs: every outcome of every pair, as arrays that broadcast over cells, states and branches.

Axes: pair, cell (size), state (quiet, harm, mass), claim (none, some), goodwill (none, offered), spread (low, middle, high).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sonae.loss.exposure import Exposure
from sonae.loss.normal import normal_cdf
from sonae.loss.parameters import CAUSES, MEDIA, Parameters

Floats = npt.NDArray[np.float64]
LIABILITY = ("damages", "dispute_costs", "card_reissue", "recourse")
COST = ("goodwill", "letters", "call_centre", "notices", "investigation", "advice", "handling")
OWN = ("recovery", "lost_sales")
COMPONENTS = (*LIABILITY, *COST, *OWN)
SPREAD_CHANCE = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True, eq=False)
class Severity:
    """All outcomes of one incident by pair. Chances of a pair add up to 1 for each set of state weights."""

    persons: Floats
    """Pair × cell: mean persons of the cell."""
    chance: Floats
    """Pair × cell."""
    state: Floats
    """Pair × cell × (harm, mass): chances before the answers about the aftermath."""
    liability: Floats
    """Pair × cell × state × claim × goodwill × 1, in yen."""
    cost: Floats
    """Pair × cell × state × 1 × goodwill × spread, in yen."""
    own: Floats
    """Pair × 1 × 1 × 1 × 1 × 1: own loss that no plan covers."""
    branch: Floats
    """Pair × cell × state × claim × goodwill × spread: chances, given pair, cell and state."""
    means: Floats
    """Component × pair × cell × state: mean yen given pair, cell and state."""

    def gross(self) -> Floats:
        """Return the whole loss of each outcome, all sections and own loss."""
        return self.liability + self.cost + self.own


def severity(p: Parameters, e: Exposure) -> Severity:
    """Return every outcome of one incident of a business."""
    persons, chance = sizes(p, e.cap)
    pair_cause = np.array([c for c, _ in p.pairs])
    n = persons[:, :, None]
    harm = p.harm[pair_cause][:, None] * np.minimum(1.0, np.log10(persons + 1))
    mass = p.mass[pair_cause][:, None] * ramp(persons, p.mass_ramp)
    state = np.stack([harm, mass], axis=2)

    claimants = _claimants(p, n)
    claim = -np.expm1(-claimants)
    given = claimants / np.maximum(claim, 1e-300)
    each = np.minimum(p.award_cap, p.award * e.per_head)
    damages = given * each
    dispute = (
        p.dispute["yen"] * np.minimum(1.0, p.dispute["start"] + damages / p.dispute["full_at"])
        + p.dispute["share"] * damages
    )

    offered = p.goodwill_offered[pair_cause][:, None, :] * ramp(n, p.goodwill_ramp)
    amount = {
        "always": np.full(3, p.goodwill_financial),
        "harm": np.array([p.goodwill_plain, p.goodwill_financial, p.goodwill_financial]),
    }
    goodwill = n * amount.get(e.financial, np.full(3, p.goodwill_plain))
    response = _response(p, persons, pair_cause)
    shared = response["letters"] + response["call_centre"] + response["notices"]
    kept = response["investigation"] + response["advice"] + response["handling"]
    own_share = 1 - e.pass_through

    reissue = _reissue(p, e, persons)[:, :, None]
    zero_one = np.array([0.0, 1.0])
    with_claim = zero_one[:, None, None]
    with_goodwill = zero_one[:, None]
    liability = (
        with_claim * (damages + dispute)[..., None, None, None]
        + e.pass_through * (with_goodwill * goodwill[..., None, None, None] + shared[..., None, None, None])
        + reissue[..., None, None, None]
    )
    cost = (
        own_share * with_goodwill * goodwill[..., None, None, None]
        + p.spread * (own_share * shared + kept)[..., None, None, None]
    )
    own = _own(p, e, pair_cause)
    chances = [_both(claim)[..., :, None, None], _both(offered)[..., None, :, None], SPREAD_CHANCE]
    shape = np.broadcast_shapes(damages.shape, goodwill.shape)
    means = np.zeros((len(COMPONENTS), *shape))
    middle = float(SPREAD_CHANCE @ p.spread)
    parts = {
        "damages": claim * damages,
        "dispute_costs": claim * dispute,
        "card_reissue": reissue,
        "recourse": e.pass_through * (offered * goodwill + shared),
        "goodwill": own_share * offered * goodwill,
        **{name: middle * own_share * response[name] for name in ("letters", "call_centre", "notices")},
        **{name: middle * response[name] for name in ("investigation", "advice", "handling")},
        "recovery": own[0][:, None, None],
        "lost_sales": own[1][:, None, None],
    }
    for index, name in enumerate(COMPONENTS):
        means[index] = parts[name]
    return Severity(
        persons=persons,
        chance=chance,
        state=state,
        liability=liability,
        cost=cost,
        own=(own[0] + own[1])[:, None, None, None, None, None],
        branch=chances[0] * chances[1] * chances[2],
        means=means,
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


def _response(p: Parameters, persons: Floats, cause: npt.NDArray[np.int64]) -> dict[str, Floats]:
    n = persons[:, :, None]
    by_mail = np.array([MEDIA[m] == "mail" for _, m in p.pairs])[:, None, None]
    notices = p.notice["local"] * ramp(n, p.notice_local) + p.notice["national"] * ramp(n, p.notice_national)
    extra = np.array([0.0, p.notice["harm"], p.notice["mass"]]) * ramp(n, p.goodwill_ramp)
    return {
        "letters": n * np.where(by_mail, p.letter_mail, p.letter_post),
        "call_centre": ramp(n, p.call_centre),
        "notices": notices + extra,
        "investigation": p.investigation[cause][:, None, None] * ramp(n, p.investigation_size),
        "advice": p.advice[cause][:, None, None] * ramp(n, p.advice_size),
        "handling": p.handling["yen"] * n ** p.handling["exponent"],
    }


def _reissue(p: Parameters, e: Exposure, persons: Floats) -> Floats:
    shop = np.array([CAUSES[c] == "web_shop" for c, _ in p.pairs])[:, None]
    return p.card_reissue * persons * (shop & e.cards)


def _own(p: Parameters, e: Exposure, cause: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    recovery = (p.recovery * (e.employees / 20) ** p.recovery_exponent)[cause]
    lost = {
        "web_shop": min(p.lost_sales["web_shop"], p.lost_sales["most_of_sales"] * e.annual_sales),
        "ransomware": e.annual_sales * p.lost_sales["ransomware_days"] / 365 * p.lost_sales["margin"],
    }
    return recovery, np.array([lost.get(name, 0.0) for name in CAUSES])[cause]


def _both(chance: Floats) -> Floats:
    return np.stack([1 - chance, chance], axis=-1)
