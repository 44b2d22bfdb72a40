"""The same model drawn year by year, as an independent check: no cells, no grids, no transform.

Numbers of incidents, sizes, states and branches are drawn from the parameters themselves; only what an incident of a given
size costs is shared with the engine.
"""

from dataclasses import dataclass

import numpy as np

from sonae.loss.engine import Model
from sonae.loss.normal import Floats, Indices
from sonae.loss.parameters import MEDIA
from sonae.loss.severity import SPREAD_CHANCE, outcomes
from sonae.programmes import Plan


@dataclass(frozen=True, eq=False)
class Drawn:
    """Incidents drawn, flat: the year of each (0 … years − 1), persons, and yen by section. Goodwill stands apart in ``cost``."""

    years: int
    year: Indices
    persons: Floats
    damages: Floats
    """Liability without dispute costs."""
    dispute: Floats
    response: Floats
    """Cost section without goodwill."""
    goodwill: Floats
    goodwill_persons: Floats
    """Persons that goodwill is paid to, at the business's own cost (a share of them where a client bears the rest)."""
    own: Floats

    @property
    def gross(self) -> Floats:
        """Whole loss of each incident, in yen."""
        return self.damages + self.dispute + self.response + self.goodwill + self.own

    def a_year(self, paid: Floats, limit: float = np.inf) -> Floats:
        """Return each year's sum of what is paid of its incidents, up to a limit."""
        return np.minimum(np.bincount(self.year, paid, self.years), limit)

    def paid(self, plan: Plan) -> tuple[Floats, Floats]:
        """Return what a plan pays in each year, liability and cost section, dispute costs inside the limit or beside it."""
        inside = plan.dispute_costs == "inside"
        liability = self.damages + self.dispute if inside else self.damages
        due = np.clip(liability - plan.deductible, 0.0, plan.liability_limit)
        covered = np.minimum(self.goodwill, self.goodwill_persons * plan.goodwill_cap_each)
        share = float(plan.insurer_share)
        cost = np.clip((self.response + covered - plan.deductible) * share, 0.0, plan.cost_limit)
        year = self.a_year(due, plan.liability_limit)
        if not inside:
            share_beside = np.minimum(1.0, plan.liability_limit / np.maximum(self.damages, 1.0))
            year = year + self.a_year(self.dispute * share_beside)
        return year, self.a_year(cost, plan.cost_limit)


def simulate(m: Model, years: int, seed: int) -> Drawn:
    """Draw so many years of a business; the same seed gives the same incidents."""
    draw = np.random.default_rng(seed)
    p, e = m.p, m.exposure
    rate = e.rate * m.risk[m.cause]
    number = draw.poisson(rate.sum(), years)
    count = int(number.sum())
    pair = draw.choice(len(rate), count, p=rate / rate.sum()) if count else np.zeros(0, dtype=np.int64)
    cause = m.cause[pair]
    body = np.exp(p.mu[cause] + p.sigma[cause] * draw.standard_normal(count))
    one = draw.random(count) < p.one_person[cause]
    persons = np.where(one, 1.0, np.clip(body, 1.0, np.maximum(e.cap[pair], 1.0)))
    by_mail = np.array([MEDIA[medium] == "mail" for _, medium in p.pairs])[pair]
    s = outcomes(p, e, cause, by_mail, persons[:, None], np.ones((count, 1)))
    row = np.arange(count)
    aftermath = m.risk[-1] * s.state[:, 0, :]
    chosen = draw.random(count)
    state = np.where(chosen < aftermath[:, 1], 2, np.where(chosen < aftermath.sum(axis=1), 1, 0))

    def at(array: Floats) -> Floats:
        """Return the value of each incident's own state."""
        found: Floats = np.broadcast_to(array, (count, 1, 3))[row, 0, state]
        return found

    claimed = draw.random(count) < at(s.claim)
    offered = (draw.random(count) < at(s.offered)).astype(np.float64)
    spread = s.spread[draw.choice(3, count, p=SPREAD_CHANCE)]
    kept = 1 - s.pass_through
    shared, stays = (sum((at(yen) for yen in part.values()), np.zeros(count)) for part in (s.shared, s.kept))
    goodwill = offered * persons * at(np.broadcast_to(s.goodwill_each, (1, 1, 3)))
    back = s.pass_through * (goodwill + shared)
    return Drawn(
        years=years,
        year=np.repeat(np.arange(years), number),
        persons=persons,
        damages=claimed * at(s.damages) + at(s.reissue) + back,
        dispute=claimed * at(s.dispute),
        response=spread * (kept * shared + stays),
        goodwill=kept * goodwill,
        goodwill_persons=kept * offered * persons,
        own=spread * at(s.recovery) + at(s.lost_sales),
    )
