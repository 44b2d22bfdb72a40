"""The computations as command line and API share them: a document in, the objects for words and the plain data out.

``text`` is the one way in which plain data leaves: what ``--json`` prints is, byte for byte, what the API answers.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sonae import enrolment, rating, scenario
from sonae import jo as jo_model
from sonae.checklist import read_answers
from sonae.figures import Lang
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Document, Programme, sale
from sonae.programmes.reader import Where

if TYPE_CHECKING:
    from sonae.report import Diagnosis


def text(data: Any) -> str:
    """Return plain data as JSON text, ended by a line end."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def diagnose(document: Document, on: date, lang: Lang) -> tuple["Diagnosis", dict[str, Any]]:
    """Return the diagnosis of an answer file as of a day, and its data. Raises Refused."""
    from sonae.report import diagnose as run  # numpy and typst: only where they are needed
    from sonae.report import result

    diagnosis = run(read_answers(document), on)
    return diagnosis, result(diagnosis, lang)


def loss(document: Document, on: date) -> tuple["Diagnosis", dict[str, Any]]:
    """Return the diagnosis of an answer file as of a day, and the data of its expected loss. Raises Refused."""
    from sonae.loss import result  # numpy: only where it is needed
    from sonae.report import diagnose as run

    diagnosis = run(read_answers(document), on)
    if diagnosis.loss is None:
        raise Refused([problem("law.no_value", "on", on=on.isoformat())])
    return diagnosis, result(diagnosis.loss, diagnosis.score)


def estimate(document: Document) -> tuple[scenario.Estimate, dict[str, Any]]:
    """Return one leak worked through, and its data. Raises Refused."""
    worked = scenario.estimate(*scenario.read_scenario(document))
    return worked, worked.data()


def jo(document: Document, programme: Programme, on: date) -> tuple[jo_model.Leak, jo_model.Potential, dict[str, Any]]:
    """Return a leak, its potential liability by the JO model as of a day, and its data. Raises Refused."""
    leak = jo_model.read_leak(document, programme, on)
    found = jo_model.potential(leak, programme.integer("jo.basic", on))
    return leak, found, found.data()


def calendar(
    programme: Programme, applied: date, extensions: Iterable[enrolment.Extension] = ()
) -> tuple[list[enrolment.Choice], dict[str, Any]]:
    """Return the covers that an application of a day may choose, and their data; none open: why, and the next opening."""
    found = enrolment.choices(programme, applied, extensions)
    data: dict[str, Any] = {"choices": [each.data() for each in found]}
    if not found:
        closed = enrolment.none_open(programme, applied)
        opening = closed.next_opening
        data |= {"reason": closed.reason, "next_opening": None if opening is None else opening.isoformat()}
    return found, data


def quote(
    document: Document, lang: Lang, extensions: Iterable[enrolment.Extension] = ()
) -> tuple[rating.Quote, dict[str, Any]]:
    """Return the quote for a request, and its data. With a day of application the months follow from the calendar.

    Raises Refused: for a faulty request, for a day on which no window is open, and for a live programme that lacks what it
    needs to be sold.
    """
    asked = rating.read_request(document)
    sale.require(asked.programme, "quote", asked.request.on)
    request = asked.request
    if asked.applied is not None:
        choice = _chosen(asked, document, enrolment.choices(asked.programme, asked.applied, extensions))
        request = replace(request, months=choice.months)
    found = rating.rate(asked.programme, request)
    placed = tuple(replace(each, at=document.at(_where(each))) for each in found.reasons)
    found = replace(found, reasons=placed)
    return found, found.record(lang)


def _chosen(asked: rating.Asked, document: Document, choices: list[enrolment.Choice]) -> enrolment.Choice:
    """Return the choice asked for by its window, or else the one that starts first. Raises Refused."""
    on = asked.applied or asked.request.on
    fitting = [each for each in choices if asked.window in (None, each.kind)]
    if fitting:
        return fitting[0]
    if choices:
        raise Refused(
            [problem("rating.window_closed", document.at(("window",)), window=asked.window, on=on.isoformat())]
        )
    opening = enrolment.none_open(asked.programme, on).next_opening
    at = document.at(("applied",))
    if opening is None:
        raise Refused([problem("rating.no_window_left", at, on=on.isoformat())])
    raise Refused([problem("rating.no_window", at, on=on.isoformat(), opening=opening.isoformat())])


def _where(each: Problem) -> Where:
    return tuple(each.at.split("."))
