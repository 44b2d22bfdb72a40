"""Draws businesses as Japan's are and compares the leaks that they would report with the statutory reports of fiscal 2024.

    .venv/bin/python bench/population.py [--businesses 100000] [--seed 1]

Head counts of businesses are published (SME white paper figures: 2.853 million micro, 0.512 million other SMEs, 10,400
large); shares of industries, staff, persons held and what they use are assumed. A report is due for special-care or
financial information and for a wrongful purpose from 1 person on, otherwise above 1,000. Prints counts by group with the
ratio that would meet the fact, and the share of reports with at most 1,000 persons.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # so that it runs as it is; hence imports below

from sonae.checklist import Business
from sonae.loss.exposure import exposure
from sonae.loss.parameters import CAUSES, parameters
from sonae.loss.severity import sizes
from sonae.programmes import load

ON = date(2025, 3, 31)
CLASSES = ((2_853_000, 3.4, 0.9, 1.2), (512_000, 44.0, 0.8, 1.2), (10_400, 1_400.0, 0.8, 2.0))
"""Businesses; mean staff; sigma of the logarithm of staff; sigma of the logarithm of persons held."""
INDUSTRIES = {  # share of businesses (assumed, after the economic census), persons held per staff^0.8 (assumed)
    "retail": (0.170, 400), "wholesale": (0.060, 80), "construction": (0.125, 60), "manufacturing": (0.095, 40),
    "food_service": (0.120, 60), "personal_services": (0.095, 400), "professional": (0.055, 120), "clinic": (0.050, 1_500),
    "welfare": (0.020, 300), "real_estate": (0.045, 200), "letting": (0.045, 200), "education": (0.030, 300),
    "logistics": (0.020, 60), "it": (0.015, 300), "finance": (0.010, 800), "services": (0.030, 200),
    "auto_repair": (0.008, 500), "rental": (0.003, 1_500), "mail_order": (0.008, 5_000), "printing": (0.006, 300),
}  # fmt: skip
USES = {"cloud": 0.6, "contractors": 0.5, "website": 0.5, "web_shop": 0.1}
SENSITIVE = {"clinic": 1.0, "welfare": 1.0, "finance": 1.0}
SENSITIVE_ELSEWHERE = 0.1
WRONGFUL = {
    "theft": 1.0,
    "mailbox": 1.0,
    "web_shop": 1.0,
    "ransomware": 1.0,
    "insider": 1.0,
    "contractor": 1_429 / 2_248,
}
"""Share of a cause's incidents with a possible wrongful purpose; contractor: unauthorised access among its reports."""
GROUPS = {  # reports of fiscal 2024, private sector; the attacks are 60 % of 7,314 whose cause the sources do not explain
    "misdelivery, loss, disposal": (("misdelivery", "loss", "disposal"), 7_923),
    "other self-caused": (("theft", "misconfiguration", "insider"), 1_571),
    "contractor": (("contractor",), 2_248 + 0.4 * 7_314),
    "outside attack": (("mailbox", "web_shop", "ransomware"), 0.6 * 7_314),
}
SMALL_SHARE = 0.883


@dataclass
class Totals:
    """Reports by cause, and by size."""

    by_cause: np.ndarray
    small: float = 0.0
    large: float = 0.0
    incidents: float = 0.0


def draw(count: int, seed: int) -> Totals:
    """Return the expected reports a year of the whole country from so many drawn businesses."""
    rng = np.random.default_rng(seed)
    programme = load("chuokai-leak")
    p = parameters(programme, ON)
    rate_reported = float(programme.fraction("loss.reporting_rate", ON))
    cause_of_pair = np.array([c for c, _ in p.pairs])
    wrongful = np.array([WRONGFUL.get(CAUSES[c], 0.0) for c in cause_of_pair])[:, None]
    names = list(INDUSTRIES)
    shares = np.array([INDUSTRIES[name][0] for name in names])
    totals = Totals(np.zeros(len(CAUSES)))
    per_class = max(1, count // len(CLASSES))
    for number, mean_staff, sigma_staff, sigma_held in CLASSES:
        weight = number / per_class
        for _ in range(per_class):
            industry = names[rng.choice(len(names), p=shares / shares.sum())]
            staff = max(1, round(rng.lognormal(np.log(mean_staff) - sigma_staff**2 / 2, sigma_staff)))
            held = INDUSTRIES[industry][1] * staff**0.8 * rng.lognormal(0, sigma_held)
            uses = tuple(
                use
                for use, share in USES.items()
                if rng.random() < share or (use, industry) == ("web_shop", "mail_order")
            )
            sensitive = rng.random() < SENSITIVE.get(industry, SENSITIVE_ELSEWHERE)
            shop = Business(
                "見本", industry, staff, round(held), None, ("name",), ("paper", "pc"), uses, on_consignment=False
            )
            e = exposure(p, programme, shop, (1, 1, 3))
            persons, chance = sizes(p, e.cap)
            rate = e.rate[:, None] * chance * weight
            totals.incidents += float(rate.sum())
            due = np.ones_like(persons) if sensitive else np.maximum(wrongful, persons > 1_000)
            reported = rate * due * rate_reported
            np.add.at(totals.by_cause, cause_of_pair, reported.sum(axis=1))
            totals.small += float((reported * (persons <= 1_000)).sum())
            totals.large += float((reported * (persons > 50_000)).sum())
    return totals


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--businesses", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    found = draw(options.businesses, options.seed)
    total = float(found.by_cause.sum())
    print(
        f"{options.businesses:,} businesses in {time.perf_counter() - started:.0f} s; incidents a year {found.incidents:,.0f}"
    )
    for name, (causes, fact) in GROUPS.items():
        model = sum(found.by_cause[CAUSES.index(cause)] for cause in causes)
        print(f"{name:30s} model {model:8,.0f}  fact {fact:8,.0f}  fact ÷ model {fact / model:.3f}")
    near = abs(found.small / total - SMALL_SHARE) <= 0.03
    print(f"at most 1,000 persons: model {found.small / total:.1%}, fact {SMALL_SHARE:.1%} (within 3 points: {near})")
    print(
        f"more than 50,000 persons: model {found.large / total:.2%}, fact 0.8 % (the giant holders are not drawn; no member is one)"
    )


if __name__ == "__main__":
    main()
