"""Times the papers of a cover: each kind, over so many different businesses, nothing taken from a cache.

    .venv/bin/python bench/papers.py [--runs 20] [--most 0.3]

Prints the median and the slowest in milliseconds and the size; ends with 1 when a median is above ``--most`` seconds.
"""

import argparse
import statistics
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # so that it runs as it is; hence imports below

from sonae import declaration, policy
from sonae.checklist import Business
from sonae.dates import JST
from sonae.enrolment import choices
from sonae.figures import Lang
from sonae.programmes import load

PROGRAMME = load("chuokai-leak")
YEAR, AT = 2027, datetime(2027, 6, 10, 14, 5, tzinfo=JST)
ON = AT.date()
BUSINESS = Business(
    "見本商事", "printing", 18, 12_000, 100_000_000, ("name", "address"), ("paper", "pc"), (), on_consignment=False
)


def papers(number: int, lang: Lang) -> list[policy.Paper]:
    """Return every kind of paper about the business of a number."""
    name, parties = f"株式会社見本{number}", policy.parties(PROGRAMME, lang)
    period, terms = policy.period_of(choices(PROGRAMME, ON)[0]), policy.terms_of(PROGRAMME.plans[0])
    steps = tuple(policy.Step(f"手順{each}", "× 1.000", 40_000 + number, "仮定") for each in range(10))
    form = declaration.form(PROGRAMME, YEAR)
    controls = {question.id: "yes" for question in form.controls}
    no = declaration.Past("no")
    stated = declaration.Declaration(
        form, replace(BUSINESS, name=name), MappingProxyType(controls), (), no, no, no
    )  # fmt: skip
    signatory = policy.Signatory("見本 花子", "代表取締役", "representative")
    return [
        policy.quote(
            PROGRAMME, parties,
            policy.Quote(
                f"Q-{number}", ON, name, "printing", 100_000_000, terms, period, "quoted", steps, 40_000, 30_000 + number
            ),
            lang,
        ),
        policy.declaration(
            PROGRAMME, parties,
            policy.Signed(
                f"D-{number}", 1, stated, signatory, AT, ON, "0" * 64, declaration.credit(PROGRAMME, stated, ON)
            ),
            lang,
        ),
        policy.application_copy(
            PROGRAMME, parties,
            policy.Application(
                f"A-{number}", AT, name, "見本組合", "", "printing", 100_000_000,
                sales_are_planned=False, persons_held=12_000, terms=terms, period=period, premium=30_000, account=
policy.Account("見本銀行", "本店", "ordinary", f"{number:07}", "ミホン"),
                explanation_version=policy.explanation_version(PROGRAMME, YEAR), explanation_delivered="screen",
                confirmations=dict.fromkeys(policy.CONFIRMATIONS, AT), signatory=signatory,
            ),
            lang,
        ),
        policy.certificate(
            PROGRAMME, parties,
            policy.Certificate(
                f"{number:010}", "M-1", ON, name, "見本組合", terms, period, date(2027, 8, 25), 30_000,
                f"https://sonae.example.jp/verify/{number:024}",
            ),
            lang,
        ),
        policy.letter(PROGRAMME, parties, policy.Letter("returned", f"L-{number}", ON, name, "A-1", ("不足",)), lang),
        policy.explanation(PROGRAMME, YEAR + number % 8, lang),
    ]  # fmt: skip


def main() -> int:
    """Time every kind in both languages and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--most", type=float, default=0.3)
    given = parser.parse_args()
    langs: tuple[Lang, ...] = ("ja", "en")
    slow = False
    for lang in langs:
        papers(0, lang)[0].pdf()  # fonts and template are read once a process
        taken: dict[str, list[float]] = {}
        sizes: dict[str, int] = {}
        for number in range(1, given.runs + 1):
            started = time.perf_counter()
            made = papers(number, lang)
            taken.setdefault("data of all", []).append(time.perf_counter() - started)
            for paper in made:
                started = time.perf_counter()
                sizes[paper.kind] = len(paper.pdf())
                taken.setdefault(paper.kind, []).append(time.perf_counter() - started)
        for kind, seconds in taken.items():
            median = statistics.median(seconds)
            slow |= median > given.most
            print(
                f"{kind:17} {lang}  median {median * 1000:6.1f} ms  slowest {max(seconds) * 1000:6.1f} ms  {sizes.get(kind, 0):8,} bytes"
            )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
