"""The computations as command line and API share them: a document in, the objects for words and the plain data out.

``text`` is the one way in which plain data leaves: what ``--json`` prints is, byte for byte, what the API answers.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from sonae import enrolment, scenario
from sonae import jo as jo_model
from sonae.checklist import read_answers
from sonae.figures import Lang
from sonae.problems import Refused, problem
from sonae.programmes import Document, Programme

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
