"""What one incident costs: every outcome of every pair, as arrays that broadcast over sizes, states and branches.

Axes: row (a pair of cause and medium), size, state (quiet, harm, mass), claim (none, some), goodwill (none, offered), spread
(low, middle, high).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sonae.loss.exposure import Exposure
from sonae.loss.normal import Flags, Floats, Indices, normal_cdf
from sonae.loss.parameters import CAUSES, MEDIA, Parameters

LIABILITY = ("damages", "dispute_costs", "card_reissue", "recourse")
COST = ("goodwill", "letters", "call_centre", "notices", "investigation", "advice", "handling")
OWN = ("recovery", "lost_sales")
INSURED = (*LIABILITY, *COST)
COMPONENTS = (*INSURED, *OWN)
IS_INSURED = np.array([name in INSURED for name in COMPONENTS])
"""Components that a plan can cover, as a mask of their axis."""
WEB_SHOP, RANSOMWARE = CAUSES.index("web_shop"), CAUSES.index("ransomware")
SPREAD_CHANCE = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True, eq=False)
class Severity:
    """What one incident costs, by row (a pair of cause and medium, or one drawn incident) and size. Chances add up to 1.

    The arrays that are given are row × size × state (or broadcast to it), in yen or as chances; the outcomes with their
    branches are made from them when they are asked for.
    """

    persons: Floats
    """Row × size: persons leaked (of a cell: their mean)."""
    chance: Floats
    """Row × size."""
    state: Floats
    """Row × size × (harm, mass): chances before the answers about the aftermath."""
    claim: Floats
    """Chance that anybody claims."""
    damages: Floats
    """Damages if anybody claims."""
    dispute: Floats
    """Dispute costs if anybody claims."""
    reissue: Floats
    offered: Floats
    """Chance that goodwill is offered."""
    goodwill_each: Floats
    """Goodwill a head by state, if it is offered."""
    shared: Mapping[str, Floats]
    """Response costs that a client may claim back: letters, call centre, notices."""
    kept: Mapping[str, Floats]
    """Response costs that stay: investigation, advice, handling."""
    recovery: Floats
    lost_sales: Floats
    pass_through: float
    spread: Floats

    @cached_property
    def goodwill(self) -> Floats:
        """Row × size × state: goodwill if it is offered, in yen."""
        result: Floats = self.persons[:, :, None] * self.goodwill_each
        return result

    @cached_property
    def claimed(self) -> Floats:
        """Row × size × state × claim: chances of nobody and of somebody claiming."""
        return np.stack([1 - self.claim, self.claim], axis=-1)

    @cached_property
    def goodwill_branch(self) -> Floats:
        """Row × size × state × goodwill: chances of goodwill not offered and offered."""
        return np.stack([1 - self.offered, self.offered], axis=-1)

    @cached_property
    def branch(self) -> Floats:
        """Row × size × state × claim × goodwill × spread: chances, given row, size and state."""
        claim = self.claimed[..., :, None, None]
        result: Floats = claim * self.goodwill_branch[..., None, :, None] * SPREAD_CHANCE
        return result

    def liability(self, *, dispute: bool = True) -> Floats:
        """Return row × size × state × claim × goodwill, in yen; goodwill has length 1 where no client claims it back."""
        some = np.array([0.0, 1.0])[:, None]
        damages = self.damages + self.dispute if dispute else self.damages
        result: Floats = some * damages[..., None, None] + (self.reissue + self._claimed_back)[..., None, None]
        if self.pass_through:
            result = result + self.pass_through * np.array([0.0, 1.0]) * self.goodwill[..., None, None]
        return result

    def cost(self, goodwill_cap: float = np.inf) -> Floats:
        """Return row × size × state × goodwill × spread, in yen; goodwill counts up to ``goodwill_cap`` yen a head."""
        own = 1 - self.pass_through
        response = own * _sum(self.shared) + _sum(self.kept)
        goodwill = own * self.persons[:, :, None] * np.minimum(self.goodwill_each, goodwill_cap)
        offered = np.array([0.0, 1.0])[:, None] * goodwill[..., None, None]
        result: Floats = offered + self.spread * response[..., None, None]
        return result

    @cached_property
    def own(self) -> Floats:
        """Row × 1 × 1 × spread: own loss that no plan covers, in yen; recovery turns out lower or higher as response does."""
        result: Floats = self.recovery[..., None] * self.spread + self.lost_sales[..., None]
        return result

    @cached_property
    def _claimed_back(self) -> Floats:
        return self.pass_through * _sum(self.shared)

    @cached_property
    def means(self) -> Floats:
        """Component × row × size × state: mean yen given row, size and state."""
        own, middle = 1 - self.pass_through, float(SPREAD_CHANCE @ self.spread)
        goodwill = self.offered * self.goodwill
        parts = {
            "damages": self.claim * self.damages,
            "dispute_costs": self.claim * self.dispute,
            "card_reissue": self.reissue,
            "recourse": self.pass_through * goodwill + self._claimed_back,
            "goodwill": own * goodwill,
            **{name: middle * own * yen for name, yen in self.shared.items()},
            **{name: middle * yen for name, yen in self.kept.items()},
            "recovery": middle * self.recovery,
            "lost_sales": self.lost_sales,
        }
        result = np.zeros((len(COMPONENTS), *self.damages.shape))
        for index, name in enumerate(COMPONENTS):
            result[index] = parts[name]
        return result

    def gross(self) -> Floats:
        """Return the whole loss of each outcome, all sections and own loss, in yen."""
        insured = self.liability()[..., None] + self.cost()[:, :, :, None]
        result: Floats = insured + self.own[:, :, :, None, None, :]
        return result


def _sum(parts: Mapping[str, Floats]) -> Floats:
    return sum(parts.values(), np.zeros(1))


def severity(p: Parameters, e: Exposure) -> Severity:
    """Return what one incident of a business costs, by pair and cell of size."""
    cause = np.array([c for c, _ in p.pairs])
    by_mail = np.array([MEDIA[m] == "mail" for _, m in p.pairs])
    return outcomes(p, e, cause, by_mail, *sizes(p, e.cap))


def outcomes(p: Parameters, e: Exposure, cause: Indices, by_mail: Flags, persons: Floats, chance: Floats) -> Severity:
    """Return what incidents cost: ``cause`` and ``by_mail`` by row, ``persons`` and their chances row × size."""
    n = persons[:, :, None]
    harm = p.harm[cause][:, None] * np.minimum(1.0, np.log10(persons + 1))
    mass = p.mass[cause][:, None] * ramp(persons, p.mass_ramp)
    claimants = _claimants(p, n)
    claim = -np.expm1(-claimants)
    award = (p.award_chance * np.minimum(p.award_cap, p.award * e.per_head)).sum(axis=1)
    damages = claimants / np.maximum(claim, 1e-300) * award
    length = np.minimum(1.0, p.dispute["start"] + damages / p.dispute["full_at"])
    shared, kept = _response(p, n, cause, by_mail)
    recovery, lost_sales = (part[0, cause] for part in own_loss(p, np.array([e.employees]), np.array([e.annual_sales])))
    return Severity(
        persons=persons,
        chance=chance,
        state=np.stack([harm, mass], axis=2),
        claim=claim,
        damages=damages,
        dispute=p.dispute["yen"] * length + p.dispute["share"] * damages,
        reissue=_reissue(p, e, n, cause),
        offered=p.goodwill_offered[cause][:, None, :] * ramp(n, p.goodwill_ramp),
        goodwill_each=_goodwill_each(p, e),
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


def _response(p: Parameters, n: Floats, cause: Indices, by_mail: Flags) -> tuple[dict[str, Floats], dict[str, Floats]]:
    notices = p.notice["local"] * ramp(n, p.notice_local) + p.notice["national"] * ramp(n, p.notice_national)
    shared = {
        "letters": n * np.where(by_mail[:, None, None], p.letter_mail, p.letter_post),
        "call_centre": ramp(n, p.call_centre),
        "notices": notices + np.array([0.0, p.notice["harm"], p.notice["mass"]]) * ramp(n, p.mass_ramp),
    }
    kept = {
        "investigation": p.investigation[cause][:, None, None] * ramp(n, p.investigation_size),
        "advice": p.advice[cause][:, None, None] * ramp(n, p.advice_size),
        "handling": p.handling["yen"] * n ** p.handling["exponent"],
    }
    return shared, kept


def _reissue(p: Parameters, e: Exposure, n: Floats, cause: Indices) -> Floats:
    shop = (cause == WEB_SHOP)[:, None, None]
    result: Floats = p.card_reissue * n * (shop & e.cards)
    return result


def own_loss(p: Parameters, employees: Floats, annual_sales: Floats) -> tuple[Floats, Floats]:
    """Return recovery and lost sales of an incident, businesses × causes, in yen."""
    recovery = p.recovery * (employees[:, None] / 20) ** p.recovery_exponent
    lost = np.zeros_like(recovery)
    lost[:, WEB_SHOP] = np.minimum(p.lost_sales["web_shop"], p.lost_sales["most_of_sales"] * annual_sales)
    lost[:, RANSOMWARE] = annual_sales * p.lost_sales["ransomware_days"] / 365 * p.lost_sales["margin"]
    return recovery, lost
