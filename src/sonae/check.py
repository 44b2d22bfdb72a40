"""A programme checked as a whole: data, words, checklists, casebook, published values, worked cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from sonae import contacts, coverage, declaration, jo, scenario
from sonae.casebook import check_casebook
from sonae.checklist import Edition, check_edition, read_answers
from sonae.checklist.edition import Question
from sonae.figures import LANGS, Lang
from sonae.flyer.shown import check_flyer
from sonae.loss import credit
from sonae.loss.controls import check_weights
from sonae.loss.parameters import LEVELS, NEEDED, parameters
from sonae.policy import behind
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Cursor, Document, Programme, digest, load_folder, read_document, sale
from sonae.programmes import lock as lock_file
from sonae.programmes import words as words_of
from sonae.programmes.programme import VALUE_FILES
from sonae.programmes.values import plain
from sonae.programmes.words import LIBRARY
from sonae.rating import rate, read_request
from sonae.rating.check import check_rates
from sonae.report import diagnose, result
from sonae.scoring import GRADES
from sonae.tables import Value


@dataclass(frozen=True)
class Checked:
    """What a programme holds and every problem of it. ``published`` are the hashes of the values marked published."""

    questions: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[Lang, int] = field(default_factory=dict)
    areas: int = 0
    cases: int = 0
    published: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def check(folder: Path, *, with_lock: bool = True) -> Checked:
    """Return what the programme in a folder holds and every problem found, all files read."""
    programme, found = load_folder(folder)
    texts, text_problems = words_of.check(folder)
    problems = [*found, *text_problems]
    if programme is None:
        return Checked(texts=texts, problems=tuple(problems))
    known: dict[str, Edition] = {}
    for name in programme.edition_names:
        edition, edition_problems = check_edition(programme, name)
        problems += edition_problems
        if edition is not None:
            known[name] = edition
    problems += _check_joints(programme, known)
    problems += [*declaration.check(programme), *behind.check(programme)]
    problems += _check_loss(programme, known)
    problems += [*_check_groups(programme), *check_rates(programme), *sale.approvals(programme)[1]]
    problems += [*coverage.check_clauses(programme)[1], *contacts.check_contacts(programme)[1]]
    problems += check_flyer(programme)[1]
    published = _published(programme, known) if not problems else {}
    if with_lock and not problems:
        problems += lock_file.compare(published, programme.id)
    ran, case_problems = run_cases(programme) if not problems else (0, [])
    newest = max(known, default="")
    return Checked(
        questions={name: len(edition.questions) for name, edition in known.items()},
        texts=texts,
        areas=len(known[newest].areas) if newest else 0,
        cases=ran,
        published=published,
        problems=tuple(dict.fromkeys((*problems, *case_problems))),
    )


def _check_joints(programme: Programme, known: Mapping[str, Edition]) -> list[Problem]:
    """Return the faults between files: editions of years, questions of cases, names of references, plans."""
    problems = [
        problem("programme.edition_missing", "programme.yaml", found=name)
        for _, name in programme.editions
        if name not in known
    ]
    cases, case_problems = check_casebook(programme)
    problems += case_problems
    all_questions = {question.id for edition in known.values() for question in edition.questions}
    for case in cases:
        problems += (
            problem("question.unknown_id", "casebook.yaml", found=control)
            for control in case.controls
            if control not in all_questions
        )
    ids = [plan.id for plan in programme.plans]
    problems += (
        problem("programme.plan_twice", "programme.yaml", found=plan) for plan in set(ids) if ids.count(plan) > 1
    )
    needed = [f"reference.{name}.name" for name in programme.references]
    needed += [f"plan.{plan}.name" for plan in ids] + [f"industry.{name}.name" for name in programme.industries]
    needed += [f"item.{name}.name" for name in programme.items]
    needed += [f"casebook.{case.id}.{word}" for case in cases for word in ("title", "what", "lesson")]
    needed += [f"programme.{programme.id}.name"]
    return problems + [fault for words in programme.sound_words() for fault in words.lacking(needed)]


def _check_groups(programme: Programme) -> list[Problem]:
    """Return the middle groups of the classification that belong to no industry."""
    divisions = Cursor(read_document(LIBRARY, "industries.yaml"), [])
    groups = [str(group.value) for division in divisions.items("divisions") for group in division.items("groups")]
    mapped = {group for held in programme.industries.values() for group in held}
    return [problem("industry.not_mapped", "industries.yaml", found=group) for group in groups if group not in mapped]


def _check_loss(programme: Programme, known: Mapping[str, Edition]) -> list[Problem]:
    """Return the faults of the loss engine's values and weights."""
    missing = [f"loss.{name}" for name in NEEDED if f"loss.{name}" not in programme.values]
    problems = [problem("programme.value_missing", "loss.yaml", found=name) for name in missing]
    if not missing:
        on = max(programme.values[f"loss.{name}"].values[0].start for name in NEEDED)
        for level in LEVELS:
            try:
                parameters(programme, on, level)
            except (LookupError, TypeError, AttributeError) as error:
                problems.append(problem("programme.value_missing", "loss.yaml", found=error.args[0]))
        problems += _check_shares(programme, on)
    for edition in known.values():
        problems += check_weights(programme, edition)[1]
    return problems or _check_credit(programme, known)


def _check_credit(programme: Programme, known: Mapping[str, Edition]) -> list[Problem]:
    """Return credits that the loss does not back, and best answers that save too much or too little.

    Each entry of the schedule is checked with the editions of the programme years that begin after its first day.
    """
    if credit.NAME not in programme.values:
        return [problem("programme.value_missing", "loss.yaml", found=credit.NAME)]
    problems = []
    for value in programme.values[credit.NAME].values:
        years = [year for year in programme.years if year > value.start.year]
        for edition in sorted({programme.edition_of(year) for year in years} & set(known)):
            asked = _declared(programme, [year for year in years if programme.edition_of(year) == edition])
            backed = [
                credit.backing(programme, known[edition], business, value.start, asked)
                for business in credit.reference_businesses(programme)
            ]
            for grade in GRADES:
                most = min(each.most[grade] for each in backed)
                if float(value.value[grade]) > max(0.0, most):
                    problems.append(
                        problem(
                            "loss.credit", "loss.yaml", grade=grade, found=float(value.value[grade]), most=f"{most:.3f}"
                        )
                    )
            low, high = credit.BOUNDS
            problems += (
                problem("loss.range", "loss.yaml", found=f"{each.best_over_worst:.3f}", industry=each.business.industry)
                for each in backed
                if not low <= each.best_over_worst <= high
            )
    return problems


def _declared(programme: Programme, years: list[int]) -> frozenset[str]:
    """Return the questions that the declarations of these years all ask."""
    forms = [declaration.form(programme, year) for year in years]
    return frozenset.intersection(*(frozenset(each.id for each in form.controls) for form in forms))


def _check_shares(programme: Programme, on: date) -> list[Problem]:
    """Return the sets of shares that do not add up to 1."""
    sets = {
        f"loss.{name}": programme.value(f"loss.{name}", on).value for name in ("attack_share", "answers_of_population")
    }
    media = programme.value("loss.medium_of_cause", on).value
    sets |= {f"loss.medium_of_cause.{cause}": row for cause, row in media.items()}
    return [
        problem("value.not_whole", "loss.yaml", name=name, found=float(sum(row.values())))
        for name, row in sets.items()
        if sum(row.values()) != 1
    ]


# --- what is published
def _published(programme: Programme, known: Mapping[str, Edition]) -> dict[str, str]:
    """Return the hash of each value marked published, by ``<programme>/<path>@<from>``."""
    hashes: dict[str, str] = {}
    for name in VALUE_FILES:
        for key, entry in Cursor(read_document(programme.folder, name), []).entries("values"):
            for item, value in zip(entry.items("values"), programme.values[key].values, strict=True):
                if item.truth("published"):
                    content = [programme.values[key].unit, *_plain_value(value)]
                    hashes[f"{programme.id}/{key}@{value.start}"] = digest(content)
    head = Cursor(read_document(programme.folder, "programme.yaml"), [])
    for item, plan in zip(head.items("plans"), programme.plans, strict=True):
        if item.truth("published"):
            limits = [plan.liability_limit, plan.cost_limit, plan.deductible]
            hashes[f"{programme.id}/plan.{plan.id}@{programme.years.start}"] = digest(limits)
    for edition in known.values():
        if edition.status == "published":
            words = {lang: programme.words(lang, edition.id) for lang in LANGS}
            for question in edition.questions:
                texts = [words[lang](f"{edition.id}.{question.id}.question") for lang in LANGS]
                hashes[f"{programme.id}/question.{question.id}@{edition.id}"] = digest(
                    [_plain_question(question), texts]
                )
    return hashes | coverage.published(programme)


def _plain_value(value: Value[Any]) -> list[Any]:
    bounds = [value.low, value.high]
    return [plain(each) for each in [value.value, *(bounds if bounds != [None, None] else [])]]


def _plain_question(question: Question) -> list[Any]:
    condition = [question.condition.employees_over, [[name, list(values)] for name, values in question.condition.facts]]
    effort = {answer: [str(each.hours), each.yen] for answer, each in question.effort.items()}
    lists = [list(question.answers), list(question.law), list(question.causes)]
    return [question.id, question.weight, question.critical, question.quick, condition, *lists, effort]


# --- worked cases
def run_cases(programme: Programme) -> tuple[int, list[Problem]]:
    """Run the worked cases of ``cases/*.yaml`` and return how many ran and every difference from what they expect."""
    problems: list[Problem] = []
    ran = 0
    for path in sorted((programme.folder / "cases").glob("*.yaml")):
        try:
            cursor = Cursor(read_document(programme.folder, f"cases/{path.name}"), problems)
        except Refused as refused:
            problems += refused.problems
            continue
        for case in cursor.items():
            if case.fields(["name", "run", "input", "expect"], ["on"]):
                ran += 1
                _run_case(programme, case)
    return ran, problems


def _run_case(programme: Programme, case: Cursor) -> None:
    runs = {"estimate": _estimate, "jo": _jo, "diagnose": _diagnose, "date": _date, "quote": _quote}
    which = case.choice("run", runs)
    if not which:
        return
    document = Document(case.document.name, case["input"].value, {})
    on = case.day("on", date(2027, 4, 1))
    expect = case["expect"].value
    refusal = expect.get("refused") if isinstance(expect, dict) else None
    try:
        found = runs[which](programme, document, on)
    except Refused as refused:
        codes = [each.code for each in refused.problems]
        if refusal not in codes:
            case.fault("case.refused", found=", ".join(codes))
        return
    except LookupError as error:  # no such rule, or no value on that day
        case.fault("case.refused", found=error.args[0])
        return
    if refusal is not None:
        case.fault("case.not_refused", expected=refusal)
        return
    _compare(case["expect"], found, "")


def _compare(expect: Cursor, found: Any, path: str) -> None:
    """Note each expected field that differs; fields that are not expected may hold anything."""
    wanted = expect.value
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted:
            _compare(expect[key], found.get(key), f"{path}.{key}".removeprefix("."))
    elif isinstance(wanted, Decimal):
        if _number(found) != Fraction(wanted):
            expect.fault("case.differs", field=path, found=found, expected=wanted)
    elif found != wanted:
        expect.fault("case.differs", field=path, found=found, expected=wanted)


def _number(value: Any) -> Fraction | None:
    try:
        return Fraction(str(value))
    except ValueError:
        return None


def _estimate(programme: Programme, document: Document, on: date) -> Any:
    return scenario.estimate(*scenario.read_scenario(document)).data()


def _jo(programme: Programme, document: Document, on: date) -> Any:
    return jo.potential(jo.read_leak(document, programme, on), programme.integer("jo.basic", on)).data()


def _diagnose(programme: Programme, document: Document, on: date) -> Any:
    return result(diagnose(read_answers(document), on), "ja")


def _quote(programme: Programme, document: Document, on: date) -> Any:
    """A request rated; ``steps`` by name, ``reasons`` as codes."""
    quote = rate(programme, read_request(document).request)
    record = quote.record("ja")
    steps = {each["name"]: each for each in record["steps"]}
    return record | {"steps": steps, "reasons": [each.code for each in quote.reasons]}


def _date(programme: Programme, document: Document, on: date) -> Any:
    """A date rule applied to its anchors; ``applied`` in a month gives the month's first day."""
    problems: list[Problem] = []
    cursor = Cursor(document, problems)
    cursor.fields(["rule", "anchors"])
    rule = programme.date_rule(cursor.text("rule"), on)
    anchors = {name: cursor["anchors"].day(name) for name, _ in cursor.entries("anchors")}
    if problems:
        raise Refused(problems)
    return {
        "day": rule.on(anchors, programme.days).isoformat(),
        "moment": rule.moment(anchors, programme.days).isoformat(),
    }
