"""Times how long 2.2 million premiums take in the library, and compares some of them with what each is rated alone.

    PYTHONPATH=src .venv/bin/python bench/quotes.py [--rows 2200000] [--compared 2000] [--runs 3]

The rows are random: every industry, sales from nothing to beyond the tariff, every plan, grade and certificate.
"""

import argparse
import os
import resource
import sys
import time
from datetime import date

import numpy as np

from sonae.programmes import load
from sonae.rating import Request, rate, tariff
from sonae.rating.many import NONE, Columns, quote_many
from sonae.rating.quote import DECISIONS
from sonae.rating.request import GRADES

LIMIT = 10.0
"""Seconds for 2.2 million rows."""
ROWS = 2_200_000
ON = date(2027, 4, 1)
SEED = 20270401


def drawn(rows: int) -> Columns:
    """Return random requests."""
    programme, dice = load("chuokai-leak"), np.random.default_rng(SEED)
    industries, certificates = tuple(programme.industries), tuple(tariff(programme, ON).certification)
    plan = dice.integers(len(programme.plans), size=rows)

    def of_plan(name: str) -> np.ndarray:
        return np.array([getattr(each, name) for each in programme.plans], np.int64)[plan]

    return Columns(
        industries=industries,
        industry=dice.integers(len(industries), size=rows),
        annual_sales=(10 ** dice.uniform(5, 12, size=rows)).astype(np.int64),
        liability_limit=of_plan("liability_limit"),
        cost_limit=of_plan("cost_limit"),
        deductible=of_plan("deductible"),
        grade=dice.integers(NONE, len(GRADES), size=rows),
        signed=dice.random(rows) < 0.5,
        certifications=certificates,
        certification=dice.integers(NONE, len(certificates), size=rows),
        persons_held=(10 ** dice.uniform(0, 5.5, size=rows)).astype(np.int64),
        known_incident=dice.random(rows) < 0.01,
        recent_claims=dice.integers(4, size=rows),
        months=dice.integers(1, 13, size=rows),
    )


def alone(asked: Columns, i: int) -> tuple[str, int, int]:
    """Return one row as ``rate`` has it: decision, premium for the year, premium."""
    grade, certificate = int(asked.grade[i]), int(asked.certification[i])
    found = rate(
        load("chuokai-leak"),
        Request(
            on=ON, industry=asked.industries[asked.industry[i]], annual_sales=int(asked.annual_sales[i]),
            liability_limit=int(asked.liability_limit[i]), cost_limit=int(asked.cost_limit[i]),
            deductible=int(asked.deductible[i]), grade=None if grade == NONE else GRADES[grade],
            declaration_signed=bool(asked.signed[i]),
            certifications=() if certificate == NONE else (asked.certifications[certificate],),
            persons_held=int(asked.persons_held[i]), known_incident=bool(asked.known_incident[i]),
            recent_claims=int(asked.recent_claims[i]), months=int(asked.months[i]),
        ),
    )  # fmt: skip
    none = NONE if found.annual_premium is None or found.premium is None else None
    return found.decision, none or found.annual_premium or 0, none or found.premium or 0


def main() -> int:
    """Print the figures; return 1 where the limit is passed or a row differs."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--rows", type=int, default=ROWS)
    reader.add_argument("--compared", type=int, default=2_000)
    reader.add_argument("--runs", type=int, default=3)
    chosen = reader.parse_args()
    programme, asked = load("chuokai-leak"), drawn(chosen.rows)
    times = []
    for _ in range(chosen.runs):
        start = time.perf_counter()
        found = quote_many(programme, ON, asked)
        times.append(time.perf_counter() - start)
    picked = np.random.default_rng(1).integers(chosen.rows, size=chosen.compared)
    differ = [
        i
        for i in picked
        if alone(asked, i) != (DECISIONS[found.decision[i]], int(found.annual_premium[i]), int(found.premium[i]))
    ]
    counts = {name: int((found.decision == i).sum()) for i, name in enumerate(DECISIONS)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{chosen.rows:,} rows in {min(times):.2f} to {max(times):.2f} s ({chosen.runs} runs, load {os.getloadavg()[0]:.1f})"
    )
    print(f"{counts}, peak {peak} MB; {chosen.compared:,} compared with each alone, {len(differ)} differ")
    slow = max(times) > LIMIT * chosen.rows / ROWS
    return 1 if slow or differ else 0


if __name__ == "__main__":
    sys.exit(main())
