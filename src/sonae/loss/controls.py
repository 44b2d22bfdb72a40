"""How answers bear on frequency and aftermath: bounded relative risks, mean 1 over the population, unasked neutral.

log RR_c = ln(R_c) × Σ_i w_ic (u_i − ū) − ln norm_c, with u 0 for yes, ½ for partly, 1 for no and unknown, w ≥ 0, Σ_i w_ic = 1
over the whole edition, ū the population's mean and norm_c such that the population's mean of RR_c is 1. The aftermath is
an eleventh column: it scales the chances of harm and of mass claims.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sonae.checklist import Edition
from sonae.loss.normal import Floats
from sonae.loss.parameters import CAUSES, Parameters
from sonae.problems import Problem, Refused
from sonae.programmes import Cursor, Programme
from sonae.programmes.kept import kept_sound

COLUMNS = (*CAUSES, "aftermath")
UNMET = {"yes": 0.0, "partly": 0.5, "no": 1.0, "unknown": 1.0}
MOST_WEIGHT = 200
SUM = 1000


@dataclass(frozen=True, eq=False)
class Weights:
    """How much of each column's range a question decides: questions × columns, each column adding up to 1."""

    questions: tuple[str, ...]
    weight: Floats

    def row(self, question: str) -> Floats:
        """Return a question's weights by column."""
        found: Floats = self.weight[self.questions.index(question)]
        return found


def weights(programme: Programme, edition: Edition) -> Weights:
    """Return the weights of an edition. Raises Refused with every fault of controls.yaml."""
    found, problems = check_weights(programme, edition)
    if problems:
        raise Refused(problems)
    return found


@kept_sound
def check_weights(programme: Programme, edition: Edition) -> tuple[Weights, tuple[Problem, ...]]:
    """Return the weights and every fault: another set of questions than the causes name, a sum that is not 1000."""
    problems: list[Problem] = []
    questions = tuple(question.id for question in edition.questions)
    table = np.zeros((len(questions), len(COLUMNS)))
    try:
        cursor = Cursor(programme.document("controls.yaml"), problems)
    except Refused as refused:
        return Weights(questions, table), refused.problems
    cursor.fields(["basis", "reference", "controls"])
    columns = cursor["controls"][edition.id] if cursor["controls"].has(edition.id) else None
    if columns is None:
        cursor.fault("field.missing", field=edition.id)
        return Weights(questions, table), tuple(problems)
    for column, name in enumerate(COLUMNS):
        named = {question.id for question in edition.questions if name in question.causes}
        if not columns.has(name):
            if named:
                columns.fault("field.missing", field=name)
            continue
        given: dict[str, int] = {}
        for question, entry in columns.entries(name):
            entry.fields(["weight", "reason"])
            entry.text("reason")
            given[question] = entry.integer("weight", 1, MOST_WEIGHT)
        _compare(columns[name], given, named)
        for question in named & set(given):
            table[questions.index(question), column] = given[question] / SUM
    return Weights(questions, table), tuple(problems)


def _compare(entry: Cursor, given: Mapping[str, int], named: Collection[str]) -> None:
    for question in set(named) - set(given):
        entry.fault("controls.missing", found=question)
    for question in set(given) - set(named):
        entry[question].fault("controls.not_a_cause", found=question)
    if sum(given.values()) != SUM:
        entry.fault("controls.sum", found=sum(given.values()), expected=SUM)


def ranges(p: Parameters) -> Floats:
    """Return ln(worst ÷ best) by column."""
    return np.append(p.log_range, p.aftermath_log_range)


def unmet(w: Weights, p: Parameters, answers: Mapping[str, str]) -> Floats:
    """Return u by question: 0 to 1 for asked questions, the population's mean for the others (also 該当なし)."""
    mean = population_mean(p)
    return np.array([UNMET.get(answers.get(question, ""), mean) for question in w.questions])


def population_mean(p: Parameters) -> float:
    """Return ū, the mean of u over the population of businesses."""
    return sum(share * UNMET[answer] for answer, share in p.answers.items())


@lru_cache(maxsize=32)
def log_norm(w: Weights, p: Parameters) -> Floats:
    """Return ln of the population's mean of the unnormalised relative risk by column (answers independent)."""
    mean = population_mean(p)
    exponent = w.weight * ranges(p)
    moments = sum(share * np.exp(exponent * (UNMET[answer] - mean)) for answer, share in p.answers.items())
    result: Floats = np.log(moments).sum(axis=0)
    return result


def relative_risk(w: Weights, p: Parameters, u: Floats) -> Floats:
    """Return relative risks by column for u by question; for a matrix of u (rows) one row each."""
    result: Floats = np.exp((u - population_mean(p)) @ w.weight * ranges(p) - log_norm(w, p))
    return result
