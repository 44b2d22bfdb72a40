"""``sonae loss``: what a leak would cost this business in a year, and what each unmet control costs; or many businesses."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from sonae import contract
from sonae.checklist import load_edition, open_table
from sonae.figures import count, yen
from sonae.problems import Refused, problem
from sonae.programmes import Words, describe, load
from sonae.programmes.sheet import open_sheet
from sonae_cli.clock import Day, day
from sonae_cli.output import Output, document, show

SHOWN = 5
PROGRAMME = "chuokai-leak"
PROGRESS_STEP = 1_000

Source = Annotated[str | None, typer.Argument(help="YAML or JSON file, or - for stdin.", show_default=False)]
Batch = Annotated[
    tuple[str, str] | None,
    typer.Option(help="A table of businesses (CSV) in, their figures (CSV) out.", metavar="IN.csv OUT.csv", show_default=False),
]  # fmt: skip
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="With --batch: only read IN and tell its faults; work out and write nothing.")
]
ProgrammeName = Annotated[str, typer.Option(help=f"With --batch: the programme (default: {PROGRAMME}).")]
EditionName = Annotated[
    str, typer.Option(help="With --batch: the checklist's edition (default: that of the day's year).")
]


def loss(
    file: Source = None,
    on: Day = "",
    batch: Batch = None,
    dry_run: DryRun = False,
    programme: ProgrammeName = "",
    edition: EditionName = "",
) -> None:
    """Work out the expected yearly loss of a business from its answers, by cause, plan and control.

    With --batch of many businesses: one row each, columns industry, employees, persons_held, and further fields and
    questions by their ids (once any question has a column, the others asked count as unknown). Rows with faults are
    marked and left out, and the exit code is 1.
    """
    if (file is None) == (batch is None):
        raise typer.BadParameter("give a file, or --batch IN.csv OUT.csv")
    if batch is None and (dry_run or programme or edition):
        raise typer.BadParameter("--dry-run, --programme and --edition belong to --batch")
    try:
        if batch is not None:
            source, target = map(Path, batch)
            _many(source, target, programme or PROGRAMME, edition, day(on), dry_run=dry_run)
        else:
            _one(file or "-", day(on))
    except (KeyError, IndexError):  # these LookupErrors are mistakes of ours
        raise
    except LookupError as error:
        raise Refused([problem("law.no_value", "on", on=day(on).isoformat())]) from error


def _one(file: str, when: date) -> None:
    diagnosis, data = contract.loss(document(file), when)
    from sonae.report import loss_notes  # numpy and typst: only where they are needed
    from sonae.report.page import Page
    from sonae.report.risk import percent

    answers, lang = diagnosis.answers, Output.lang
    notes = loss_notes(diagnosis, lang)
    words = answers.programme.words(lang, answers.edition.id)
    cost, chance = data["material"]["cost"], percent(Page(diagnosis, lang), data["material"]["probability"]["10"])
    band = f"{yen(data['band']['low'], lang)}–{yen(data['band']['high'], lang)}"
    show(
        data,
        [
            f"{words('loss.expected')}: {yen(data['expected_loss'], lang)} ({band})",
            f"{words('loss.insurable')}: {yen(data['expected_insurable'], lang)}",
            f"{words('loss.material')}: {chance}",
            f"{words('loss.cost')}: {yen(cost['50'], lang)} / {yen(cost['90'], lang)} / {yen(cost['99'], lang)}",
            words("loss.controls"),
            *(
                f"  {words('report.risk.saving', yen=yen(-row['saves_per_year'], lang))}"
                f"  {words(answers.edition.id + '.' + row['question'] + '.action')}"
                for row in data["controls"][:SHOWN]
                if row["saves_per_year"] >= 1
            ),
            *notes,
            f"{words('loss.jo')}: {yen(data['jo']['total'], lang)}",
            words("loss.caution"),
        ],
    )


def _many(source: Path, target: Path, name: str, edition: str, when: date, *, dry_run: bool) -> None:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: more threads cost more than they do
    from sonae.loss.batch import check, run  # numpy: only where it is needed

    programme = load(name)
    chosen = load_edition(programme, edition or programme.edition_of(when.year))
    words = programme.words(Output.lang)
    table = open_table(open_sheet(source), programme, chosen)
    with _ended_in_order():
        done = (check if dry_run else run)(table, target, when, _Progress(words))
    described = [describe(each, Output.lang) for each in done.problems]
    for each in [] if Output.as_json else described:
        print(f"{each['at']}\n  {each['found']}\n  → {each['fix']}  [{each['code']}]", file=sys.stderr)
    key = ("loss.batch_checked" if dry_run else "loss.batch_done") + ("_faulty" if done.faulty else "")
    lines = [
        words(
            key,
            rows=count(done.rows),
            sound=count(done.rows - done.faulty),
            faulty=count(done.faulty),
            file=target.name,
        )
    ]
    asked = {question.id for question in chosen.questions} & set(table.columns)
    if 0 < len(asked) < len(chosen.questions):
        lines.append(words("loss.batch_unknown", number=len(chosen.questions) - len(asked)))
    if done.faults > len(described):
        lines.append(words("loss.batch_faults", faults=count(done.faults), told=count(len(described))))
    show(
        {
            "rows": done.rows, "faulty": done.faulty, "faults": done.faults, "edition": chosen.id, "written": not dry_run,
            "problems": described,
        },
        lines,
    )  # fmt: skip
    if done.faulty:
        raise SystemExit(1)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a request to end (by a shutdown, or a terminal that closes) take away what is half written, as Ctrl-C does."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) == signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Progress:
    """Tells on stderr how many businesses are done: at a terminal on one line, else now and then a line."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.done = self.told = 0

    def __call__(self, more: int) -> None:
        self.done += more
        if self.done - self.told >= PROGRESS_STEP * (1 if sys.stderr.isatty() else 10):
            self.told = self.done
            end = "\r" if sys.stderr.isatty() else "\n"
            print(self.words("loss.batch_progress", rows=count(self.done)), end=end, file=sys.stderr, flush=True)
