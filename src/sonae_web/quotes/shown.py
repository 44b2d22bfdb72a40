"""What the pages of quotes show, in words of their language: steps, plans side by side, reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from sonae.comparison import CHANCES, SECTIONS
from sonae.figures import Lang, count, exact_yen, yen
from sonae.programmes import Words, describe
from sonae.rating import printed
from sonae.rating.quote import reasons_of
from sonae_web.diagnosis.services import programme


def steps(frozen: Mapping[str, Any], words: Words) -> list[dict[str, Any]]:
    """Return the steps of a frozen quote: name, factor, yen after it, basis as id and in words."""
    amounts = (0, *(step["yen"] for step in frozen["steps"]))
    return [
        {
            "name": words(f"rating.step.{step['name']}.name"),
            "factor": printed(step["name"], step["factor"], before, step["yen"], frozen["months"], words.lang),
            "amount": step["yen"],
            "yen": exact_yen(step["yen"], words.lang),
            "basis": step["basis"],
            "basis_name": words(f"rating.basis.{step['basis']}"),
        }
        for before, step in zip(amounts, frozen["steps"], strict=False)
    ]


def reasons(frozen: Mapping[str, Any], lang: Lang) -> list[dict[str, str]]:
    """Return why a frozen quote is referred or declined, in words."""
    return [describe(each, lang) for each in reasons_of(frozen)]


def asked(content: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return what a quote was rated on, as names and values."""
    request, lang = content["quote"]["request"], words.lang
    persons = request.get("persons_held")
    certificates = [words(f"rating.certification.{name}.name") for name in request["certifications"]]
    kinds = [words(f"rating.kind.{name}.name") for name in request["kinds"]]
    rows = [
        ("quotes.industry", words(f"industry.{content['industry']}.name")),
        ("quotes.annual_sales", exact_yen(request["annual_sales"], lang)),
        ("quotes.persons_held", "—" if persons is None else words("quotes.persons", number=count(persons))),
        ("quotes.recent_claims", words("quotes.claims", number=count(request["recent_claims"]))),
        ("quotes.known_incident", words("quotes.yes" if request["known_incident"] else "quotes.no")),
        ("quotes.declaration", _declaration(content, request.get("grade"), words)),
        ("quotes.certifications", words("quotes.comma").join(certificates) or "—"),
    ]
    return [(words(name), value) for name, value in rows] + [(words("quotes.kinds"), kind) for kind in kinds]


def _declaration(content: Mapping[str, Any], grade: str | None, words: Words) -> str:
    number = content.get("declaration")
    return words("quotes.declared", number=number, grade=grade or "—") if number else words("quotes.not_declared")


def compared(data: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the plans side by side: a head for each, and rows of cells. ``data`` is what ``comparison.data`` gives."""
    plans = {plan.id: plan for plan in programme().plans}
    lang = words.lang
    columns = data["plans"]
    heads = [
        {
            "id": each["id"],
            "name": words(f"plan.{each['id']}.name"),
            "marked": each["id"] == data["marked"],
            "basis": plans[each["id"]].basis,
            "basis_name": words(f"rating.basis.{plans[each['id']].basis}"),
            "decision": each["decision"],
            "decision_name": words(f"rating.decision.{each['decision']}.name") if each["decision"] else "",
        }
        for each in columns
    ]
    chosen = [plans[each["id"]] for each in columns]
    rows = [
        _row("quotes.liability_limit", [yen(each.liability_limit, lang) for each in chosen], words),
        _row("quotes.cost_limit", [yen(each.cost_limit, lang) for each in chosen], words),
        _row("quotes.deductible", [yen(each.deductible, lang) for each in chosen], words),
    ]
    prices = ["—" if each["annual_premium"] is None else exact_yen(each["annual_premium"], lang) for each in columns]
    return {
        "heads": heads,
        "terms": rows,
        "premium": _row("quotes.annual_premium", prices, words),
        "flyer": {
            "total": yen(columns[0]["flyer"]["total"], lang),
            "paid": _row("quotes.paid", [yen(each["flyer"]["paid"], lang) for each in columns], words),
            "stays": _row("quotes.stays", [yen(each["flyer"]["retained"], lang) for each in columns], words),
        },
        "own": (own := _own(columns, words)),
        "cards": [_card(i, head, rows, own, columns[i], words) for i, head in enumerate(heads)],
        "why": data["why"],
        "marked": next((head["name"] for head in heads if head["marked"]), ""),
    }


def _card(
    i: int,
    head: Mapping[str, Any],
    terms: Sequence[Mapping[str, Any]],
    own: Sequence[Mapping[str, Any]],
    column: Mapping[str, Any],
    words: Words,
) -> dict[str, Any]:
    """Return one plan as a card shows it, for narrow screens: its terms, and what it pays and leaves of each loss."""
    flyer, lang = column["flyer"], words.lang
    losses = [
        (words("quotes.flyer", yen=yen(flyer["total"], lang)), yen(flyer["paid"], lang), yen(flyer["retained"], lang))
    ]
    losses += [(row["name"], row["paid"]["cells"][i], row["stays"]["cells"][i]) for row in own]
    price = column["annual_premium"]
    return {
        "head": head,
        "terms": [(row["name"], row["cells"][i]) for row in terms],
        "losses": [{"name": name, "paid": paid, "stays": stays} for name, paid, stays in losses],
        "annual_premium": "—" if price is None else exact_yen(price, lang),
    }


def _row(name: str, cells: Sequence[str], words: Words) -> dict[str, Any]:
    return {"name": words(name), "cells": list(cells)}


def _own(columns: Sequence[Mapping[str, Any]], words: Words) -> list[dict[str, Any]]:
    """Return, by chance and section, the member's cost and what each plan pays of it and leaves."""
    found = []
    for chance in CHANCES if columns and columns[0]["if_material"] else ():
        for section in SECTIONS:
            parts = [
                next(part for part in each["if_material"] if (part["chance"], part["section"]) == (chance, section))
                for each in columns
            ]
            found.append(
                {
                    "name": words(f"quotes.own_{section}_{chance}", yen=yen(parts[0]["cost"], words.lang)),
                    "paid": _row("quotes.paid", [yen(part["paid"], words.lang) for part in parts], words),
                    "stays": _row("quotes.stays", [yen(part["stays"], words.lang) for part in parts], words),
                }
            )
    return found
