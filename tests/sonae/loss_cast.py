"""The loss tests' cast: businesses drawn at random, and the engine as parts, so that a test can put in a broken one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import Any

from sonae.checklist import Answers, Business
from sonae.checklist.business import MEDIA, USES
from sonae.jo import factors
from sonae.loss.compound import Curve, gross_curve
from sonae.loss.controls import Weights, relative_risk, unmet, weights
from sonae.loss.engine import Control, Model, assess, controls, effective
from sonae.loss.exposure import Exposure, exposure
from sonae.loss.losses import Losses
from sonae.loss.normal import Floats
from sonae.loss.parameters import CELLS_PER_DECADE, Level, Parameters, parameters
from sonae.loss.plans import Incidents, PlanLoss, plan_losses
from sonae.loss.result import result
from sonae.loss.severity import Severity, severity
from sonae.loss.simulate import Drawn, simulate
from sonae.programmes import Plan, Programme
from sonae.scoring import score
from tests.cast import BUSINESSES, EDITIONS, ON, business, dice, edition, example, programme

Factors = tuple[int, int, int]
FINE_CELLS = 2 * CELLS_PER_DECADE


@dataclass(frozen=True, eq=False)
class Case:
    """One business as a property changes it, part by part: ``given`` are the answers that count, ``factors`` the JO ones.

    The questions asked stay those of the business first drawn: whether one applies is the checklist's rule, not the engine's.
    """

    source: Answers
    p: Parameters
    factors: Factors
    given: Mapping[str, str]

    @property
    def business(self) -> Business:
        return self.source.business

    def having(self, **changes: Any) -> "Case":
        """The same case with other fields of the business; its JO factors and questions stay."""
        return replace(self, source=replace(self.source, business=replace(self.business, **changes)))

    def holding(self, items: Sequence[str]) -> "Case":
        """The same case with other information, and the JO factors of it."""
        found = factors(self.source.programme, items, ON)
        return replace(self.having(information=tuple(items)), factors=found)

    def answering(self, question: str, answer: str) -> "Case":
        return replace(self, given={**self.given, question: answer})

    def priced(self, **changes: Any) -> "Case":
        """The same case at other parameters."""
        return replace(self, p=replace(self.p, **changes))

    def finer(self) -> "Case":
        """The same case on cells of size half as wide."""
        return replace(self, p=parameters(self.source.programme, ON, "central", FINE_CELLS))

    def __str__(self) -> str:
        return f"{self.business}, factors {self.factors}, {dict(self.given)}"


def whole_answer(source: Answers) -> dict[str, Any]:
    """The engine's answer as plain data."""
    found = score(source.programme, source.edition, source.business, source.given, on=ON, asked=source.asked)
    return result(assess(source, ON), found)


@dataclass(frozen=True)
class Engine:
    """The loss engine as the functions it is made of; a broken engine has another function for one of them."""

    parameters: Callable[[Programme, date, Level], Parameters] = parameters.__wrapped__
    exposure: Callable[[Parameters, Programme, Business, Factors], Exposure] = exposure
    severity: Callable[[Parameters, Exposure], Severity] = severity
    risk: Callable[[Weights, Parameters, Floats], Floats] = relative_risk
    parts: Callable[[Parameters, Exposure, Severity, Floats], Model] = Model
    plans: Callable[[Incidents, Sequence[Plan]], tuple[PlanLoss, ...]] = plan_losses
    curve: Callable[[Losses], Curve] = gross_curve
    controls: Callable[[Model, Weights, Mapping[str, str]], tuple[tuple[Control, ...], float]] = controls
    draw: Callable[[Model, int, int], Drawn] = simulate
    answer: Callable[[Answers], dict[str, Any]] = whole_answer

    def model(self, case: Case) -> Model:
        """The business of a case, as ``sonae.loss.engine.model`` puts it together."""
        e = self.exposure(case.p, case.source.programme, case.business, case.factors)
        return self.parts(case.p, e, self.severity(case.p, e), self.risk_of(case))

    def risk_of(self, case: Case) -> Floats:
        """Relative risk by column."""
        w = weights_of(case)
        return self.risk(w, case.p, unmet(w, case.p, case.given))

    def expected(self, case: Case) -> float:
        """Gross yen a year."""
        m = self.model(case)
        return float(m.expected(m.risk).sum())

    def paid(self, case: Case, *plans: Plan) -> tuple[PlanLoss, ...]:
        """What plans pay of a case."""
        return self.plans(self.model(case).incidents, plans)


def weights_of(case: Case) -> Weights:
    return weights(case.source.programme, case.source.edition)


# --- drawn businesses
def some(draw: Random, words: Sequence[str], least: int = 0) -> tuple[str, ...]:
    """At least so many of the words, in their order."""
    chosen = set(draw.sample(list(words), draw.randint(least, len(words))))
    return tuple(word for word in words if word in chosen)


def log_uniform(draw: Random, least: float, most: float) -> int:
    return round(float(least * (most / least) ** draw.random()))


def drawn_business(draw: Random) -> Business:
    """Any industry, 1 to 2,000 staff, 1 to 10 million persons, any information, media and uses; sales told or not."""
    staff = log_uniform(draw, 1, 2_000)
    return business(
        industry=draw.choice([*programme().industries]),
        employees=staff,
        persons_held=log_uniform(draw, 1, 10_000_000),
        annual_sales=None if draw.random() < 0.3 else staff * log_uniform(draw, 2_000_000, 100_000_000),
        information=some(draw, [*programme().items]) if draw.random() < 0.5 else plain_items(draw),
        media=some(draw, MEDIA, 1),
        uses=some(draw, USES),
        on_consignment=draw.random() < 0.3,
    )


def plain_items(draw: Random) -> tuple[str, ...]:
    """A few kinds of information, often none that is sensitive: drawn from all of them, nearly every business would be."""
    return tuple(draw.sample([*programme().items], draw.randint(1, 3)))


def drawn_answers(draw: Random) -> Answers:
    """A drawn business with any allowed answers, some left out; some drawn businesses answer well or badly throughout."""
    name = draw.choice(EDITIONS)
    usual = draw.choice(("yes", "partly", "no", "unknown", "na", ""))
    leaning = draw.random()
    given = {}
    for question in edition(name).questions:
        answer = usual if draw.random() < leaning else draw.choice([*question.answers, ""])
        if answer in question.answers:
            given[question.id] = answer
    return Answers(programme(), edition(name), drawn_business(draw), MappingProxyType(given))


def case_of(source: Answers) -> Case:
    p = parameters(source.programme, ON)
    return Case(source, p, factors(source.programme, source.business.information, ON), effective(source))


def cases(count: int, seed: str) -> Iterator[tuple[Case, Random]]:
    """So many drawn cases, each with dice for its changes: the same in every run."""
    for number in range(count):
        draw = dice(f"{seed} {number}")
        yield case_of(drawn_answers(draw)), draw


def examples() -> tuple[Case, ...]:
    """The six whole examples."""
    return tuple(case_of(example(name)) for name in BUSINESSES)


def drawn_plan(draw: Random) -> Plan:
    """Any terms: limits of 1 to 100 million yen, deductible up to a million, share from a half, either dispute terms."""
    return replace(
        programme().plans[0],
        liability_limit=log_uniform(draw, 1_000_000, 100_000_000),
        cost_limit=log_uniform(draw, 300_000, 30_000_000),
        deductible=draw.choice((0, 100_000, log_uniform(draw, 1_000, 1_000_000))),
        insurer_share=Fraction(draw.randint(50, 100), 100),
        goodwill_cap_each=draw.choice((0, 500, 1_000, 10_000)),
        dispute_costs=draw.choice(("inside", "outside_prorata")),
    )
