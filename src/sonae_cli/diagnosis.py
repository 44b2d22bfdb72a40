"""``sonae diagnose``: a checklist in, its evaluation and the risk report out."""

from pathlib import Path
from typing import Annotated

import typer

from sonae import contract
from sonae.figures import yen
from sonae_cli.clock import Day, day
from sonae_cli.output import File, Output, document, show, write


def diagnose(
    file: File,
    report: Annotated[Path | None, typer.Option(help="Write the risk report (PDF) here.", show_default=False)] = None,
    on: Day = "",
    specimen: Annotated[bool, typer.Option("--specimen", help="Mark the report as a specimen (記載例).")] = False,
) -> None:
    """Evaluate a filled-in checklist: score, grade, comments, actions, loss; --report writes the PDF."""
    diagnosis, data = contract.diagnose(document(file), day(on), Output.lang)
    if report is not None:
        from sonae.report import pdf  # typst: only where it is needed

        write(report, pdf(diagnosis, Output.lang, specimen=specimen))
    words = diagnosis.answers.programme.words(Output.lang, diagnosis.answers.edition.id)
    lines = [
        f"{diagnosis.answers.business.name}  {words('diagnosis.grade')} {data['grade']}  {words('diagnosis.score')} {data['score']}",
        *(f"  {area['score'] if area['score'] is not None else '—':>3} {area['grade'] or '—'}  "
          f"{words(diagnosis.answers.edition.id + '.area.' + area['id'] + '.name')}" for area in data["areas"]),
        words("diagnosis.first"),
        *(f"  {number}. {action['action']}" for number, action in enumerate(data["actions"][:5], 1)),
        f"{words('diagnosis.scenario')}: {yen(diagnosis.scenario.total, Output.lang)}",
    ]  # fmt: skip
    show(data, lines)
