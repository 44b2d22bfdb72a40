"""The flyer's first page and its features: leak cases, the worked loss, what the diagnosis is."""

from typing import Any

from sonae.checklist import load_edition
from sonae.figures import count
from sonae.flyer.page import Page
from sonae.papers import squares
from sonae.scenario import estimate, flyer_proportions

PERSONS_A_SQUARE = 10
ACROSS = 20
PAINTS = ("#b3301a", "#e0907e", "#9db8d2")
"""Colours of the groups: who was paid most, who was paid less, who was given goodwill payments."""


def cases(page: Page) -> dict[str, Any]:
    """Return the leak cases of the year's flyer."""
    return {
        "title": page.w("cases.title"),
        "heads": [page.w(f"cases.{head}") for head in ("industry", "scale", "what")],
        "note": page.w("cases.of_2004"),
        "rows": [
            {word: page.w(f"case.{case}.{word}") for word in ("industry", "scale", "what")} for case in page.shown.cases
        ],
    }


def loss(page: Page) -> dict[str, Any]:
    """Return the worked loss of the flyer: the story, the sums, and the persons as squares."""
    programme, on, amount = page.programme, page.first_day, page.amount
    leak = flyer_proportions(programme, programme.integer("scenario.persons", on), on)
    worked, (high, low) = estimate(leak, None), leak.awards
    facts = {
        "persons": count(leak.persons),
        "claimants": count(high.claimants + low.claimants),
        "high": count(high.claimants),
        "low": count(low.claimants),
        "rest": count(leak.goodwill_persons),
        "award_high": amount(high.yen_each),
        "award_low": amount(low.yen_each),
        "goodwill": amount(leak.goodwill_each),
        "goodwill_total": amount(worked.goodwill),
        "notice": amount(leak.costs["apology_notice"]),
        "lawyers": amount(leak.dispute_costs),
    }
    groups = (
        (high.claimants, high.yen_each),
        (low.claimants, low.yen_each),
        (leak.goodwill_persons, leak.goodwill_each),
    )
    return {
        "title": page.w("loss.title"),
        "story": page.w("loss.story", **facts),
        "total_name": page.w("loss.total"),
        "total": amount(worked.total),
        "heads": [page.w(f"loss.{head}") for head in ("kind", "working", "yen")],
        "rows": [
            {"kind": page.w("loss.damages"), "working": page.w("loss.damages_working", **facts), "yen": amount(worked.damages)},
            {"kind": page.w("loss.goodwill"), "working": page.w("loss.goodwill_working", **facts), "yen": amount(worked.goodwill)},
            {"kind": page.w("loss.notice"), "working": "", "yen": facts["notice"]},
            {"kind": page.w("loss.lawyers"), "working": "", "yen": facts["lawyers"]},
        ],
        "dots": page.w("loss.dots"),
        "alt": page.w("loss.alt", **facts),
        "squares": squares(
            [(persons // PERSONS_A_SQUARE, paint) for (persons, _), paint in zip(groups, PAINTS, strict=True)],
            ACROSS,
            page.w("loss.alt", **facts),
        ),
        "groups": [
            {"paint": paint, "name": page.w(f"loss.dot_{name}", number=count(persons), each=amount(each))}
            for name, (persons, each), paint in zip(("high", "low", "rest"), groups, PAINTS, strict=True)
        ],
    }  # fmt: skip


def features(page: Page) -> list[dict[str, str]]:
    """Return the features, each a title and a sentence."""
    return [
        {"title": page.w(f"feature.{name}.title"), "text": page.w(f"feature.{name}.text")}
        for name in page.shown.features
    ]


def diagnosis(page: Page) -> dict[str, Any]:
    """Return the way from checklist to report, and the specimen of a report: areas of the year's checklist, made-up scores."""
    edition = load_edition(page.programme, page.programme.edition_of(page.year))
    names = [page.words(f"{edition.id}.area.{area}.short") for area in edition.areas]
    return {
        "title": page.w("diagnosis.title"),
        "text": page.w("diagnosis.text"),
        "steps": [page.w(f"diagnosis.step_{number}") for number in (1, 2, 3)],
        "specimen": page.w("diagnosis.specimen"),
        "report": page.w("diagnosis.report"),
        "grade_name": page.w("diagnosis.grade"),
        "grade": page.shown.specimen_grade,
        "comment": page.w("diagnosis.comment"),
        "areas": [
            {"name": name, "score": score} for name, score in zip(names, page.shown.specimen_scores, strict=False)
        ],
    }
