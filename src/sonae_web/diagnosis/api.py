"""The API of programmes, checklists and computations, for everybody: what goes in and comes out is the command line's."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from sonae import contract
from sonae.checklist import Edition, Question, load_edition
from sonae.checklist.business import MEDIA, USES
from sonae.checklist.edition import ANSWERS, WORDS
from sonae.figures import Lang
from sonae.problems import Refused
from sonae.programmes import Plan, Programme, Words, load, names
from sonae.report.diagnosis import effort_data
from sonae_web.diagnosis import services
from sonae_web.diagnosis.schema import ANSWER_FILE, LEAK, SCENARIO, body
from sonae_web.ground import clock
from sonae_web.ground.api import Public, answer, day, document, language

router = Router(tags=["public"])
READS, COMPUTATIONS = 1_200, 600
"""Calls an hour of one address, for each operation."""


# --- what there is
@router.get("programmes", auth=Public(READS), operation_id="programmes", summary="Programmes")
def programmes(request: HttpRequest, lang: str = "") -> HttpResponse:
    """Every programme: id, name, status, years, editions of its checklist."""
    return answer(programmes_data(language(request, lang)))


@router.get("programmes/{programme}", auth=Public(READS), operation_id="programme", summary="One programme")
def programme(request: HttpRequest, programme: str, lang: str = "") -> HttpResponse:
    """Plans, and the words that an answer file may use: industries, items of information, media, uses."""
    return answer(programme_data(_programme(programme), language(request, lang)))


@router.get(
    "programmes/{programme}/checklists/{edition}", auth=Public(READS), operation_id="checklist", summary="A checklist"
)
def checklist(request: HttpRequest, programme: str, edition: str, lang: str = "") -> HttpResponse:
    """Every question of an edition: its words and help, when it is asked, which answers it allows."""
    found = _programme(programme)
    if edition not in found.edition_names:
        raise Http404
    return answer(checklist_data(found, load_edition(found, edition), language(request, lang)))


# --- what is worked out
@router.post(
    "diagnose", auth=Public(COMPUTATIONS), operation_id="diagnose", summary="Diagnose", openapi_extra=body(ANSWER_FILE)
)
def diagnose(request: HttpRequest, on: str = "", lang: str = "") -> HttpResponse:
    """Evaluate a filled-in checklist: score, grade, comments, actions, loss. `sonae diagnose ANSWERS.yaml --json`."""
    when, chosen = day(on), language(request, lang)
    return answer(contract.diagnose(document(request), when, chosen)[-1])


@router.post(
    "estimate", auth=Public(COMPUTATIONS), operation_id="estimate", summary="Estimate", openapi_extra=body(SCENARIO)
)
def estimate(request: HttpRequest) -> HttpResponse:
    """Work one leak through: damages, goodwill, costs, what a plan pays. `sonae estimate SCENARIO.yaml --json`."""
    return answer(contract.estimate(document(request))[-1])


@router.post("jo", auth=Public(COMPUTATIONS), operation_id="jo", summary="JO model", openapi_extra=body(LEAK))
def jo(request: HttpRequest) -> HttpResponse:
    """Work out the potential liability of a leak by the JO model. `sonae jo LEAK.yaml --json`."""
    return answer(contract.jo(document(request), services.programme(), clock.today())[-1])


@router.post("loss", auth=Public(COMPUTATIONS), operation_id="loss", summary="Loss", openapi_extra=body(ANSWER_FILE))
def loss(request: HttpRequest, on: str = "") -> HttpResponse:
    """Work out the expected yearly loss, by cause, plan and control. `sonae loss ANSWERS.yaml --json`."""
    when = day(on)
    return answer(contract.loss(document(request), when)[-1])


# --- data
def programmes_data(lang: Lang) -> dict[str, Any]:
    """Return every programme, in the form of a list's page."""
    return {"items": [_head(load(name), lang) for name in names()], "next": None}


def programme_data(found: Programme, lang: Lang) -> dict[str, Any]:
    """Return a programme with its plans and the words that an answer file may use."""
    words = found.words(lang)
    return _head(found, lang) | {
        "fingerprint": found.fingerprint,
        "plans": [_plan(plan, words) for plan in found.plans],
        "industries": _named(found.industries, "industry", words),
        "information": [
            {"id": item.id, "name": words(f"item.{item.id}.name"), "x": item.x, "y": item.y, "kind": item.kind or None}
            for item in found.items.values()
        ],
        "media": _named(MEDIA, "medium", words),
        "uses": _named(USES, "use", words),
    }


def checklist_data(found: Programme, edition: Edition, lang: Lang) -> dict[str, Any]:
    """Return an edition with its areas and questions in one language."""
    words = found.words(lang, edition.id)
    return {
        "programme": found.id,
        "edition": edition.id,
        "status": edition.status,
        "answers": _named(ANSWERS, "answer", words),
        "areas": [
            {"id": area, "name": words(f"{edition.id}.area.{area}.name"), "weight": weight}
            for area, weight in edition.areas.items()
        ],
        "questions": [_question(each, edition.id, words) for each in edition.questions],
    }


def _head(found: Programme, lang: Lang) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.words(lang)(f"programme.{found.id}.name"),
        "status": found.status,
        "years": {"first": found.years.start, "last": found.years.stop - 1},
        "editions": [
            {"edition": name, "status": load_edition(found, name).status, "from_year": year}
            for year, name in found.editions
            if name in found.edition_names
        ],
    }


def _plan(plan: Plan, words: Words) -> dict[str, Any]:
    return {
        "id": plan.id,
        "name": words(f"plan.{plan.id}.name"),
        "liability_limit": plan.liability_limit,
        "cost_limit": plan.cost_limit,
        "deductible": plan.deductible,
        "insurer_share": str(float(plan.insurer_share)),
        "goodwill_cap_each": plan.goodwill_cap_each,
        "dispute_costs": plan.dispute_costs,
        "basis": plan.basis,
    }


def _question(question: Question, edition: str, words: Words) -> dict[str, Any]:
    condition = question.condition
    asked_if: dict[str, Any] = {name: list(values) for name, values in condition.facts}
    if condition.employees_over is not None:
        asked_if["employees_over"] = condition.employees_over
    return {
        "id": question.id,
        "area": question.area,
        **{word: words(f"{edition}.{question.id}.{word}") for word in WORDS},
        "answers": list(question.answers),
        "ask_if": asked_if,
        "weight": question.weight,
        "critical": question.critical,
        "quick": question.quick,
        "causes": list(question.causes),
        "law": [{"id": law, "name": words(f"law.{law}.name")} for law in question.law],
        "effort": {name: effort_data(effort) for name, effort in question.effort.items()},
    }


def _named(ids: Mapping[str, Any] | tuple[str, ...], group: str, words: Words) -> list[dict[str, str]]:
    return [{"id": each, "name": words(f"{group}.{each}.name")} for each in ids]


def _programme(name: str) -> Programme:
    if name not in names():
        raise Http404
    try:
        return load(name)
    except Refused as refused:  # its data are faulty: our fault, not the caller's
        raise RuntimeError(f"the programme {name} cannot be read") from refused
