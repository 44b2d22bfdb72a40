"""``sonae checklist``: the checklist as a file to fill in (Excel or CSV), and a filled-in one read back."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from sonae.checklist import Answers, load_edition, read_answers
from sonae.checklist.business import FACTS
from sonae.problems import Refused, problem
from sonae.programmes import load
from sonae_cli.clock import today
from sonae_cli.output import Output, document, show, write

PROGRAMME = "chuokai-leak"

app = typer.Typer(no_args_is_help=True, help="The checklist as a file to fill in, and a filled-in one read back.")
Name = Annotated[str, typer.Option("--programme", help="The programme.")]
EditionName = Annotated[
    str, typer.Option(help="The checklist's edition (default: that of the business's file, else of this year).")
]


@app.command()
def template(
    out: Annotated[
        Path, typer.Argument(help="Where to write: .xlsx, or .csv.", metavar="OUT.xlsx", show_default=False)
    ],
    edition: EditionName = "",
    business: Annotated[
        str, typer.Option(help="An answer file (YAML or JSON) to fill it in from, or - for stdin.", metavar="FILE")
    ] = "",
    encoding: Annotated[Literal["utf-8", "cp932"], typer.Option(help="Of a .csv file.")] = "utf-8",
    programme: Name = PROGRAMME,
) -> None:
    """Write the checklist as a workbook to fill in, or as CSV when OUT ends in .csv."""
    from sonae.checklist import template as forms

    known = read_answers(document(business)) if business else None
    chosen = load(known.programme.id if known else programme)
    asked = load_edition(chosen, edition or (known.edition.id if known else chosen.edition_of(today().year)))
    if known is not None and known.edition is not asked:
        found, expected = known.edition.id, asked.id
        raise Refused([problem("template.other_edition", "--edition", found=found, expected=expected)])
    if out.suffix.lower() == ".csv":
        content = forms.template_csv(chosen, asked, Output.lang, known, encoding)
    else:
        content = forms.template(chosen, asked, Output.lang, known)
    write(out, content)
    number = len(asked.questions)
    line = chosen.words(Output.lang)("template.written", file=out.name, edition=asked.id, number=number)
    show({"file": str(out), "programme": chosen.id, "edition": asked.id, "questions": number}, [line])


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A filled-in file, .xlsx or .csv.", metavar="FILE", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Write the answer file that sonae diagnose takes here.", metavar="OUT.json")
    ] = None,
    programme: Name = PROGRAMME,
) -> None:
    """Read a filled-in file; with --json, or into --out, print what sonae diagnose takes."""
    from sonae.checklist.filled import read_filled
    from sonae.programmes.package import MOST_BYTES

    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused([problem("file.unreadable", str(file), reason=reason)]) from error
    try:
        filled = read_filled(content, load(programme))
    except Refused as refused:
        raise Refused(replace(each, at=f"{file.name} {each.at}") for each in refused.problems) from refused
    answers = filled.answers
    data = as_data(answers)
    if out is not None:
        write(out, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
    counts = {"answered": len(answers.given), "blank": len(answers.unanswered), "ignored": len(filled.ignored)}
    show(data, [answers.programme.words(Output.lang)("template.read", file=file.name, **counts)])


def as_data(answers: Answers) -> dict[str, object]:
    """Return answers as an answer file has them."""
    business = answers.business
    values = {name: getattr(business, name) for name in FACTS if name not in business.assumed}
    return {
        "programme": answers.programme.id,
        "edition": answers.edition.id,
        "business": {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()},
        "answers": dict(answers.given),
    }
