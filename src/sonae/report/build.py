"""The risk report as plain data: every string ready to print, for the PDF and the screen alike."""

import hashlib
from typing import Any

from sonae.figures import Lang, count, day, era_year, yen
from sonae.loss.result import chance
from sonae.papers import Spoke, radar, render
from sonae.report.annex import annex, areas
from sonae.report.chapters import cases, loss, plan_of_work, sources
from sonae.report.diagnosis import Diagnosis
from sonae.report.law import law
from sonae.report.page import Page
from sonae.report.risk import estimate, percent, risk, saving
from sonae.scoring import Action, with_done

FIRST_ACTIONS = 5
AIM = "B"
WEAK_BELOW = 50
PATTERN_BARS = 40


def build(diagnosis: Diagnosis, lang: Lang, *, specimen: bool = False) -> dict[str, Any]:
    """Return the report of a diagnosis as plain data in one language. ``specimen`` marks it as 記載例."""
    page = Page(diagnosis, lang)
    programme = diagnosis.answers.programme
    return {
        "lang": lang,
        "number": diagnosis.number,
        "on": diagnosis.on.isoformat(),
        "pattern": pattern(diagnosis.number),
        "business": page.name,
        "watermark": page.w("report.watermark") if specimen or programme.status == "sample" else "",
        "specimen": page.w("report.specimen") if specimen else "",
        "words": {
            key.removeprefix("report."): text for key, text in page.words.texts.items() if key.startswith("report.")
        },
        "answers": {key: page.w(f"answer.{key}.name") for key in ("yes", "partly", "no", "unknown", "na")},
        "cover": _cover(page),
        "summary": _summary(page),
        "law": law(page),
        "risk": risk(page),
        "loss": loss(page),
        "areas": areas(page),
        "cases": cases(page),
        "plan": plan_of_work(page),
        "sources": sources(page),
        "annex": annex(page),
    }


def pdf(diagnosis: Diagnosis, lang: Lang, *, specimen: bool = False) -> bytes:
    """Return the report as PDF/A-2a and UA-1. Equal diagnoses give equal bytes within one release."""
    return render("report", build(diagnosis, lang, specimen=specimen), diagnosis.on)


def pattern(number: str) -> list[int]:
    """Return the heights (0–100) of the cover's bars: a mark of the report number that gives no score away."""
    hashed = hashlib.sha256(number.encode()).digest() + hashlib.sha256(number[::-1].encode()).digest()
    return [(hashed[i] + hashed[i + 1]) * 100 // 510 for i in range(PATTERN_BARS)]


def _cover(page: Page) -> dict[str, Any]:
    business, on = page.diagnosis.answers.business, page.diagnosis.on
    date_text = day(on, page.lang)
    if page.lang == "ja":
        date_text += f"　{era_year(on)}"
    line = page.w(
        "report.cover_business_line",
        industry=page.w(f"industry.{business.industry}.name"),
        employees=count(business.employees),
        persons=count(business.persons_held),
    )
    return {
        "edition": page.w("report.edition", edition=page.diagnosis.answers.edition.id),
        "name": page.w("report.honorific", name=page.name),
        "business": line,
        "date": date_text,
        "programme": page.w(f"programme.{page.diagnosis.answers.programme.id}.name"),
        "quick": page.w("report.cover_check_quick", number=len(page.diagnosis.answers.asked))
        if page.diagnosis.answers.quick
        else "",
    }


def _summary(page: Page) -> dict[str, Any]:
    found, programme, on = page.diagnosis.score, page.diagnosis.answers.programme, page.diagnosis.on
    brackets = programme.brackets("scoring.grades", on)
    bounds = dict(zip(brackets.classes, brackets.bounds, strict=True))
    cap = programme.value("scoring.critical_cap", on).value
    rated = [area for area in found.areas if area.score is not None]
    weakest = min(rated, key=lambda area: area.exact or 0, default=None)
    first = page.diagnosis.actions[:FIRST_ACTIONS]
    unknown = len(found.unknown)
    return {
        "grade": found.grade or "—",
        "score": "—" if found.score is None else str(found.score),
        "verdict": _verdict(page),
        "figures": _figures(page),
        "cap": page.w("report.summary.capped", number=len(found.capped_by), cap=cap)
        if found.capped_by
        else page.w("report.summary.uncapped"),
        "areas_title": page.w("report.summary.areas_n", number=len(found.areas)),
        "aim": bounds[AIM],
        "legend": page.w("report.summary.legend", aim=bounds[AIM]),
        "radar": radar(
            [
                Spoke(
                    page.texts.area(area.area, "short"), area.score, area.score is not None and area.score < WEAK_BELOW
                )
                for area in found.areas
            ],
            bounds[AIM],
            page.w("report.summary.areas_n", number=len(found.areas)),
        ),
        "radar_alt": page.w(
            "report.summary.radar_alt",
            number=len(found.areas),
            weakest=f"{page.texts.area(weakest.area, 'name')} {weakest.score}" if weakest else "—",
        ),
        "first_title": page.w("report.summary.first", number=len(first)),
        "first": [
            {
                "action": page.texts.question(action.question.id, "action"),
                "question": page.number_of(action.question.id),
                "effort": page.effort(action.effort),
                "gain": page.w("report.summary.gain", points=page.points(action.gain)),
                "saving": saving(page, action.question.id),
            }
            for action in first
        ],
        "after": _after(page, first),
        "reading_grade": page.w("report.summary.reading_grade_bounds", **{g: bounds[g] for g in "ABCD"}, cap=cap),
        "reading_unknown": page.w("report.summary.reading_unknown_some", number=unknown)
        if unknown
        else page.w("report.summary.reading_unknown_none"),
        "areas": [
            {
                "name": page.texts.area(area.area, "name"),
                "short": page.texts.area(area.area, "short"),
                "score": area.score,
                "grade": area.grade,
                "weak": area.score is not None and area.score < WEAK_BELOW,
            }
            for area in found.areas
        ],
    }


def _figures(page: Page) -> list[dict[str, str]]:
    """Return the two figures beside the score: the engine's, or before its first day the flyer's and the JO model's."""
    loss = page.diagnosis.loss
    if loss is None:
        persons = count(page.diagnosis.answers.business.persons_held)
        found = {
            page.w("report.summary.scenario", persons=persons): yen(page.diagnosis.scenario.total, page.lang),
            page.w("report.summary.jo"): yen(page.diagnosis.jo.total, page.lang),
        }
    else:
        found = {
            page.w("report.summary.material"): percent(page, chance(loss.rate_material, 10)),
            page.w("report.summary.material_cost"): estimate(page, loss.material_cost["90"]),
        }
    return [{"name": name, "value": value} for name, value in found.items()]


def _verdict(page: Page) -> list[str]:
    """Return two sentences: what stands best, if it is good, and what is weakest, if it is not."""
    rated = [area for area in page.diagnosis.score.areas if area.exact is not None]
    best = max(rated, key=lambda area: area.exact or 0, default=None)
    worst = min(rated, key=lambda area: area.exact or 0, default=None)
    strong = best is not None and best.grade in ("A", "B")
    weak = worst is not None and worst.grade in ("C", "D", "E")
    level = {"A": "good", "B": "good", "C": "fair"}.get(page.diagnosis.score.grade or "", "poor")
    return [
        page.texts.area(best.area, "strong") if strong and best else page.w(f"report.summary.strong_none_{level}"),
        page.texts.area(worst.area, "weak") if weak and worst else page.w("report.summary.weak_none"),
    ]


def _after(page: Page, first: tuple[Action, ...]) -> str:
    """Return the sentence that says where the first actions lead: the answers scored again with them at yes."""
    if not first:
        return page.w("report.summary.nothing")
    before = page.diagnosis.score
    done = {action.question.id for action in first}
    after = with_done(page.diagnosis.answers.programme, before, done, page.diagnosis.on)
    if after is None:
        return page.w("report.summary.nothing")
    same = after[1] == before.grade
    return page.w(
        "report.summary.after_same" if same else "report.summary.after",
        number=len(first),
        before=before.score,
        after=after[0],
        before_grade=before.grade,
        after_grade=after[1],
    )
