"""The API's reference page: how to call it, every operation with a worked example, errors, paging, limits, versions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sonae import contract
from sonae.checklist import load_edition
from sonae.figures import Lang, count
from sonae.programmes import Document, load, read_bytes
from sonae_web.accounts.api import token_data
from sonae_web.accounts.models import Organisation, Token
from sonae_web.accounts.tokens import SCOPES, Acting
from sonae_web.api import api
from sonae_web.diagnosis import own_api as own
from sonae_web.diagnosis import result_views, results
from sonae_web.diagnosis.api import checklist_data, programme_data, programmes_data
from sonae_web.diagnosis.models import Result
from sonae_web.diagnosis.results import Frozen
from sonae_web.ground.api import ROOT, day
from sonae_web.ground.problems import KINDS
from sonae_web.ground.rules import public
from sonae_web.ground.scope import Scope
from sonae_web.ground.words import lang, words
from sonae_web.policies import api as enrolment
from sonae_web.policies.models import Application

LINES = 16
"""Of an answer that is longer, so many lines are shown."""
PROGRAMME, EDITION, ON = "chuokai-leak", "2027-01", "2027-04-01"
ANSWERS = {
    "programme": PROGRAMME,
    "edition": EDITION,
    "check": "quick",
    "business": {"name": "見本商店", "industry": "retail", "employees": 5, "persons_held": 800},
    "answers": {"attack.mfa": "yes", "attack.backup": "partly", "contractors.contract": "unknown"},
}
SCENARIO = {
    "persons": 3000,
    "awards": [{"claimants": 300, "yen_each": 100000}, {"claimants": 700, "yen_each": 10000}],
    "goodwill": {"persons": 2000, "yen_each": 500},
    "dispute_costs": 2000000,
    "costs": {"apology_notice": 5000000},
    "plan": {"liability_limit": 50000000, "cost_limit": 5000000, "deductible": 100000},
}
LEAK = {"persons": 3000, "items": ["name", "address"], "response": 2}
QUOTE = {
    "programme": PROGRAMME,
    "on": ON,
    "industry": "clinic",
    "annual_sales": 300000000,
    "plan": {"liability_limit": 50000000, "cost_limit": 5000000, "deductible": 100000},
    "grade": "B",
    "declaration_signed": True,
    "applied": "2027-06-10",
}
ORGANISATION = Organisation(
    pk=UUID("00000000-0000-4000-8000-000000000001"),
    kind=Organisation.Kind.MEMBER,
    name="見本商事",
    path=bytes(63) + b"\x01",
)
MADE = datetime(2027, 4, 1, 1, 0, tzinfo=UTC)
TOKEN = Token(
    name="会計システム",
    scopes="applications:read diagnoses:read reports:read",
    created_at=MADE,
    expires_at=datetime(2028, 3, 31, 1, 0, tzinfo=UTC),
)
RESULT = UUID("00000000-0000-4000-8000-000000000002")
APPLICATION = UUID("00000000-0000-4000-8000-000000000003")


@dataclass(frozen=True)
class Example:
    """A worked call of an operation: address behind the API's root, body, and what comes back."""

    address: str
    works_out: Callable[[Document, Lang], Any]
    body: Mapping[str, Any] | None = None
    with_token: bool = False
    file: str = ""
    """The name under which an answer that is a file is kept; then ``works_out`` gives its headers."""

    def path(self, lang: Lang) -> str:
        """Return the address in a language."""
        return ROOT + self.address.format(lang=lang)

    def request(self, lang: Lang) -> str:
        """Return the call as one types it."""
        lines = [f"curl 'https://…{self.path(lang)}'"]
        if self.with_token:
            lines.append("  -H 'Authorization: Bearer sonae_…'")
        if self.file:
            lines.append(f"  -o {self.file}")
        if self.body is not None:
            lines += ["  -H 'Content-Type: application/json'", f"  -d '{self.sent}'"]
        return " \\\n".join(lines)

    @property
    def sent(self) -> str:
        """The body as text."""
        return json.dumps(self.body, ensure_ascii=False, indent=1)

    def answer(self, lang: Lang) -> str:
        """Return the answer as text; of a file its headers."""
        found = self.works_out(read_bytes(self.sent.encode(), "body"), lang)
        if self.file:
            return "\n".join(f"{name}: {value}" for name, value in found.items())
        return contract.text(found)


@lru_cache(maxsize=1)
def sample() -> Result:
    """Return the diagnosis of the examples, not saved: every question of the edition answered, yes and partly by turns."""
    edition = load_edition(load(PROGRAMME), EDITION)
    answers = {each.id: each.answers[number % 2] for number, each in enumerate(edition.questions)}
    business = {
        "name": ORGANISATION.name, "industry": "retail", "employees": 12, "persons_held": 3000, "annual_sales": 120000000,
        "information": ["name", "address"], "media": ["paper", "pc"], "uses": ["website"], "on_consignment": False,
    }  # fmt: skip
    text = json.dumps({"programme": PROGRAMME, "edition": EDITION, "business": business, "answers": answers})
    found = contract.diagnose(read_bytes(text.encode(), "body"), day(ON), "ja")[0]
    return results.made(found, tenant=ORGANISATION.pk, year=2028, at=MADE, by=UUID(int=0), pk=RESULT)


@lru_cache(maxsize=1)
def application() -> Application:
    """Return the application of the examples, not saved."""
    (choice,) = contract.calendar(load(PROGRAMME), day("2027-06-10"))[0]
    return Application(
        pk=APPLICATION, tenant=ORGANISATION.pk, number="A2027-000001", year=choice.year, kind=choice.kind,
        state="submitted", plan="p5000", premium=58_330, months=choice.months, applied_on=day("2027-06-10"),
        cover_from=choice.cover_from, cover_to=choice.cover_to, debit_on=choice.debit_on, changed_at=MADE,
    )  # fmt: skip


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "programmes": Example("programmes?lang={lang}", lambda _, lang: programmes_data(lang)),
        "programme": Example(
            f"programmes/{PROGRAMME}?lang={{lang}}", lambda _, lang: programme_data(load(PROGRAMME), lang)
        ),
        "checklist": Example(
            f"programmes/{PROGRAMME}/checklists/{EDITION}?lang={{lang}}",
            lambda _, lang: checklist_data(load(PROGRAMME), load_edition(load(PROGRAMME), EDITION), lang),
        ),
        "diagnose": Example(
            f"diagnose?on={ON}&lang={{lang}}", lambda sent, lang: contract.diagnose(sent, day(ON), lang)[-1], ANSWERS
        ),
        "estimate": Example("estimate", lambda sent, _: contract.estimate(sent)[-1], SCENARIO),
        "jo": Example("jo", lambda sent, _: contract.jo(sent, load(PROGRAMME), day(""))[-1], LEAK),
        "loss": Example(f"loss?on={ON}", lambda sent, _: contract.loss(sent, day(ON))[-1], ANSWERS),
        "calendar": Example(
            "calendar?applied=2027-06-10", lambda _, lang: contract.calendar(load(PROGRAMME), day("2027-06-10"))[-1]
        ),
        "applications": Example(
            "applications?limit=10",
            lambda _, lang: {"items": [enrolment.head(application())], "next": None},
            with_token=True,
        ),
        "application": Example(
            f"applications/{APPLICATION}", lambda _, lang: enrolment.whole(application(), None), with_token=True
        ),
        "quote": Example("quote?lang={lang}", lambda sent, lang: contract.quote(sent, lang)[-1], QUOTE),
        "token": Example("token", lambda sent, lang: token_data(_acting(), ORGANISATION), with_token=True),
        "diagnoses": Example(
            "diagnoses?limit=10", lambda _, lang: {"items": [own.head(sample())], "next": None}, with_token=True
        ),
        "diagnosis": Example(
            f"diagnoses/{RESULT}?lang={{lang}}",
            lambda _, lang: own.whole(Frozen(sample(), results.content(sample())), lang),
            with_token=True,
        ),
        "report": Example(
            f"diagnoses/{RESULT}/report.pdf?lang={{lang}}",
            lambda _, lang: _headers(result_views.file(sample(), lang, b"")),
            with_token=True,
            file="report.pdf",
        ),
    }
)
"""A worked call of every operation, by its id."""


def _headers(answer: HttpResponse) -> dict[str, str]:
    """Return what a file's answer says of it."""
    return {name: answer[name] for name in ("Content-Type", "Content-Disposition")}


def _acting() -> Acting:
    return Acting(TOKEN, Scope(UUID(int=0), "member", ORGANISATION.pk, bytes(ORGANISATION.path)))


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The reference page."""
    context = {
        "root": ROOT,
        "operations": operations(lang()),
        "kinds": [
            (status, kind, words()(f"site.api.kind.{kind}.title"), words()(f"site.api.kind.{kind}.text"))
            for status, kind in KINDS.items()
        ],
        "scopes": list(SCOPES),
        "lines": LINES,
    }
    return render(request, "api.html", context)


@lru_cache(maxsize=4)
def operations(lang: Lang) -> list[dict[str, Any]]:
    """Return every operation of the API with its rule, its limit and its worked example."""
    names = load(PROGRAMME).words(lang)
    found = []
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                example = EXAMPLES[str(operation.operation_id)]
                guard: Any = operation.auth_callbacks[0]
                lines = example.answer(lang).splitlines()
                known = guard.rule in ("public", "token")
                found.append(
                    {
                        "id": operation.operation_id,
                        "name": f"{operation.methods[0]} {ROOT}{operation.path.lstrip('/')}",
                        "text": names(f"site.api.do.{operation.operation_id}"),
                        "rule": names(
                            f"site.api.rule_{guard.rule}" if known else "site.api.rule_scope", scope=guard.rule
                        ),
                        "hour": count(guard.allowance.an_hour),
                        "request": example.request(lang),
                        "answer": "\n".join([*lines[:LINES], "…"] if len(lines) > LINES else lines),
                        "cut": len(lines) > LINES,
                    }
                )
    return found
