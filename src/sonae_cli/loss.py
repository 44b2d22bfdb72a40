"""``sonae loss``: what a leak would cost this business in a year, and what each unmet control costs; or many businesses."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from sonae.checklist import load_edition, open_table, read_answers
from sonae.figures import MINUS, count, yen
from sonae.problems import Refused, problem
from sonae.programmes import describe, load
from sonae.scoring import score
from sonae_cli.clock import Day, day
from sonae_cli.output import Output, document, show

SHOWN = 5
PROGRESS_STEP = 1_000

Source = Annotated[str | None, typer.Argument(help="YAML or JSON file, or - for stdin.", show_default=False)]
Batch = Annotated[
    tuple[Path, Path] | None,
    typer.Option(help="A table of businesses (CSV) in, their figures (CSV) out.", metavar="IN.csv OUT.csv", show_default=False),
]  # fmt: skip
ProgrammeName = Annotated[str, typer.Option(help="With --batch: the programme.")]
EditionName = Annotated[
    str, typer.Option(help="With --batch: the checklist's edition (default: that of the day's year).")
]


def loss(
    file: Source = None,
    on: Day = "",
    batch: Batch = None,
    programme: ProgrammeName = "chuokai-leak",
    edition: EditionName = "",
) -> None:
    """Work out the expected yearly loss of a business from its answers, by cause, plan and control.

    With --batch of many businesses: one row each, columns industry, employees, persons_held, and further fields and
    questions by their ids.
    """
    if (file is None) == (batch is None):
        raise typer.BadParameter("give a file, or --batch IN.csv OUT.csv")
    try:
        if batch is not None:
            _many(*batch, programme, edition, day(on))
        else:
            _one(file or "-", day(on))
    except LookupError as error:
        raise Refused([problem("law.no_value", "on", on=day(on).isoformat())]) from error


def _one(file: str, when: date) -> None:
    from sonae.loss import assess, result  # numpy: only where it is needed

    answers = read_answers(document(file))
    found = score(answers.programme, answers.edition, answers.business, answers.given, on=when, asked=answers.asked)
    data = result(assess(answers, when), found)
    words, lang = answers.programme.words(Output.lang, answers.edition.id), Output.lang
    cost, chance = data["material"]["cost"], data["material"]["probability"]["10"]
    band = f"{yen(data['band']['low'], lang)}–{yen(data['band']['high'], lang)}"
    sign = "年 " if lang == "ja" else ""
    show(
        data,
        [
            f"{words('loss.expected')}: {yen(data['expected_loss'], lang)} ({band})",
            f"{words('loss.insurable')}: {yen(data['expected_insurable'], lang)}",
            f"{words('loss.material')}: {chance:.1%}",
            f"{words('loss.cost')}: {yen(cost['50'], lang)} / {yen(cost['90'], lang)} / {yen(cost['99'], lang)}",
            words("loss.controls"),
            *(
                f"  {sign}{MINUS}{yen(row['saves_per_year'], lang)}  {words(answers.edition.id + '.' + row['question'] + '.action')}"
                for row in data["controls"][:SHOWN]
            ),
            words("loss.caution"),
        ],
    )


def _many(source: Path, target: Path, name: str, edition: str, when: date) -> None:
    from sonae.loss.batch import run  # numpy: only where it is needed

    programme = load(name)
    chosen = load_edition(programme, edition or programme.edition_of(when.year))
    words = programme.words(Output.lang)
    done = run(open_table(source, programme, chosen), target, when, _Progress())
    described = [describe(each, Output.lang) for each in done.problems]
    for each in [] if Output.as_json else described:
        print(f"{each['at']}\n  {each['found']}\n  → {each['fix']}  [{each['code']}]", file=sys.stderr)
    show(
        {"rows": done.rows, "faulty": done.faulty, "edition": chosen.id, "problems": described},
        [words("loss.batch_done", rows=count(done.rows), faulty=count(done.faulty), file=target.name)],
    )
    if done.faulty:
        raise SystemExit(1)


class _Progress:
    """Tells on stderr how many businesses are done: at a terminal on one line, else now and then a line."""

    def __init__(self) -> None:
        self.done = self.told = 0

    def __call__(self, more: int) -> None:
        self.done += more
        if self.done - self.told >= PROGRESS_STEP * (1 if sys.stderr.isatty() else 10):
            self.told = self.done
            print(f"{self.done:,}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
