"""Times the loss engine beside four others in one run, and tests the table behind its batches against the direct form.

    .venv/bin/python bench/loss.py [--quick] [--json]

The others are optional (``pip install aggregate gemact pyfair``); riskquant is on no package index and is worked here by
its published formula. Prints the standard case (time, errors, ratios), the whole answer for one business, batches of four
sizes with memory, the table's error, and which heavy modules were loaded. Ends with 1 when a target is missed.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import logging
import math
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # one core, also for the processes started below; numpy reads it when it is imported

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # so that it runs as it is; hence imports below

from population import CLASSES, INDUSTRIES
from sonae.checklist import Answers, Business, Edition, load_edition, read_answers
from sonae.layers import Layer
from sonae.loss import assess, result
from sonae.loss.compound import CELLS, layer_severity, layer_year, poisson
from sonae.loss.normal import Floats, normal_cdf
from sonae.loss.portfolio import Line, portfolio
from sonae.loss.tables import assess_many
from sonae.programmes import Plan, Programme, load, read_file
from sonae.scoring import score

Found = TypeVar("Found")
ON = date(2027, 4, 1)
MU, SIGMA, RATE = 15.0, 2.0, 0.2
LIMIT, DEDUCTIBLE, ANNUAL = 10_000_000, 100_000, 20_000_000
CHANCE = 0.995
YEARS = 262_144
"""Years of every simulation."""
BATCH = 1_000
ENOUGH = (2e-4, 2.5e-3, 2e-4)
"""Errors of mean, VaR and TVaR within which another engine's setting counts; its fastest such one is compared."""
EXAMPLES = ("auto_repair", "clinic", "letting", "mail_order", "printing", "rental")
EDITION = "2027-01"
SIZES = (12_500, 25_000, 50_000, 100_000)
SHEETS = 500
"""Different sheets of answers in a batch; the businesses take turns with them."""
SMALL_PAID = 100
"""Yen a year below which a plan's payment is compared absolutely."""
HEAVY = ("scipy", "numba", "dask", "pandas", "matplotlib")
MOST_STEP_US, MOST_BATCH_US, LEAST_RATIO = 100.0, 5.0, {"aggregate": 150.0, "gemact": 80.0}
MOST_ANSWER_MS, MOST_SECONDS, MOST_MB, MOST_ERROR = 10.0, 20.0, 150.0, 0.002

SETS = (  # information, media, uses: what a member of each kind would tick
    ("name address phone", "paper", ""),
    ("name address phone", "paper pc", ""),
    ("name address phone email", "paper pc mail", "website"),
    ("name phone", "paper", "fax"),
    ("name address phone member_number purchase_history", "paper pc", "website"),
    ("name address email purchase_history", "pc mail", "web_shop website cloud"),
    ("name address phone email purchase_history card_number card_expiry", "pc server mail", "web_shop website cloud"),
    ("name address phone email member_number birth_date sex", "pc mail portable", "cloud bulk_mail website"),
    ("name address birth_date sex phone health_insurance_number medical_chart", "paper pc server", "contractors"),
    ("name address birth_date medical_history disability_handbook family", "paper pc", "temp_staff remote_work"),
    ("name address birth_date licence_number", "paper pc", "camera"),
    ("name address phone licence_number account_number", "paper pc", "contractors website"),
    ("name address employer income family debts", "paper pc mail", "agents website"),
    ("name address birth_date income assets account_number account_pin", "paper server", "contractors cloud agents"),
    ("name address email net_bank_login account_number", "server mail", "cloud website contractors remote_work"),
    ("name address birth_date education employer occupation", "paper pc mail", "agents remote_work cloud"),
    ("name family grades exam_marks photo", "paper pc portable", "cloud website bulk_mail"),
    ("name address phone email isp_account", "pc server mail portable", "cloud website remote_work generative_ai"),
    ("name address nationality passport", "paper pc", "foreign camera fax"),
    ("name resident_code pension_number account_number family", "paper pc", "contractors cloud"),
)  # fmt: skip


class Figures(NamedTuple):
    """The year's mean, VaR and TVaR, in yen; NaN where an engine does not tell one."""

    mean: float
    var: float = math.nan
    tvar: float = math.nan


REFERENCE = Figures(922_606.34, 12_195_000.0, 16_653_026.0)


@dataclass(frozen=True, slots=True)
class Target:
    """What was to be reached, what was found, and whether it was."""

    name: str
    found: float
    limit: float
    least: bool = False
    """Whether the limit is the least to be reached instead of the most."""

    @property
    def met(self) -> bool:
        return self.found >= self.limit if self.least else self.found <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{'met    ' if self.met else 'NOT MET'}  {self.name}: {self.found:,.4g} (target {sign} {self.limit:,g})"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the output: a table, remarks below it, and targets."""

    title: str
    heads: tuple[str, ...]
    rows: list[list[Any]]
    remarks: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()


def show(section: Section) -> None:
    """Print a section."""
    cells = [list(section.heads), *([text(value) for value in row] for row in section.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{section.title}")
    for first, *others in cells:
        print("  ".join([first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]))
    for line in (*section.remarks, *section.targets):
        print(line)


def data(section: Section) -> dict[str, Any]:
    """Return a section as plain data; what is not told is null."""
    rows = [
        [None if isinstance(value, float) and math.isnan(value) else value for value in row] for row in section.rows
    ]
    targets = [asdict(target) | {"met": target.met} for target in section.targets]
    return asdict(section) | {"rows": rows, "targets": targets}


def text(value: object) -> str:
    """Return a cell of a table."""
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2e}" if 0 < abs(value) < 0.01 else f"{value:,.2f}"


def medians(acts: Sequence[tuple[Callable[[], object], int]], rounds: int = 5) -> list[float]:
    """Return the median seconds of each act over so many runs, in rounds by turns, so that all meet the same load."""
    seconds: list[list[float]] = [[] for _ in acts]
    for act, _ in acts:
        act()
    for _ in range(rounds):
        for found, (act, runs) in zip(seconds, acts, strict=True):
            for _ in range(max(1, runs // rounds)):
                started = time.perf_counter()
                act()
                found.append(time.perf_counter() - started)
    return [statistics.median(found) for found in seconds]


# --- the standard case
@dataclass(frozen=True, slots=True)
class Engine:
    """One way of working the standard case, so many times for its median; ``rows`` cases a call."""

    name: str
    setting: str
    act: Callable[[], Figures]
    runs: int
    rows: int = 1


def limited_mean(x: Floats) -> Floats:
    """Return E[min(loss, x)] of the log-normal loss, in yen."""
    z = (np.log(x) - MU) / SIGMA
    mean: Floats = np.exp(MU + SIGMA**2 / 2) * normal_cdf(z - SIGMA) + x * (1 - normal_cdf(z))
    return mean


def tail(amount: Floats, cumulative: Floats) -> tuple[float, float]:
    """Return VaR and TVaR of a distribution on points."""
    index = int(np.searchsorted(cumulative, CHANCE))
    above = float(amount[index + 1 :] @ np.diff(cumulative[index:]))
    return float(amount[index]), (float(amount[index]) * (float(cumulative[index]) - CHANCE) + above) / (1 - CHANCE)


def simulated(paid: Floats) -> Figures:
    """Return the figures of simulated years before the annual limit."""
    capped = np.minimum(paid, ANNUAL)
    first = math.ceil(CHANCE * len(capped)) - 1
    worst = np.sort(capped)[first:]  # partition takes fifteen times as long on so many equal years
    return Figures(float(capped.mean()), float(worst[0]), float(worst.mean()))


def ours(scale: int) -> list[Engine]:
    """Return our own engine: each step alone, everything, and batches."""
    layer = Layer(LIMIT, DEDUCTIBLE)
    rate, cell = np.array([RATE]), np.array([LIMIT / CELLS])
    severity = layer_severity(limited_mean, layer)[None, :]
    length = 8 * CELLS
    paid = np.minimum(np.arange(length) * LIMIT / CELLS, float(ANNUAL))
    many, many_cells = np.repeat(severity, BATCH, axis=0), np.repeat(cell, BATCH)
    same, mixed = np.full(BATCH, RATE), np.geomspace(0.005, 0.5, BATCH)

    def step(severity: Floats) -> Figures:
        return Figures(float(layer_year(rate, severity, cell, ANNUAL * CELLS // LIMIT)[0]))

    def distribution(severity: Floats) -> tuple[float, float]:
        return tail(paid, np.cumsum(poisson(rate, severity, length)[0]))

    def everything() -> Figures:
        own = layer_severity(limited_mean, layer)[None, :]
        return Figures(step(own).mean, *distribution(own))

    def batch(rates: Floats) -> Figures:
        mean = layer_year(rates, many, many_cells, ANNUAL * CELLS // LIMIT)[0]
        return Figures(float(mean) if rates is same else math.nan)

    return [
        Engine("ours", "compound step (layer_year)", partial(step, severity), 20 * scale),
        Engine("ours", "severity and step", lambda: step(layer_severity(limited_mean, layer)[None, :]), 20 * scale),
        Engine("ours", "distribution, VaR, TVaR", lambda: Figures(math.nan, *distribution(severity)), 20 * scale),
        Engine("ours", "all of these", everything, 20 * scale),
        Engine("ours in batch", f"step, {BATCH:,} rows", partial(batch, same), scale, BATCH),
        Engine("ours in batch", "step, rates 0.005 to 0.5", partial(batch, mixed), scale, BATCH),
    ]


def aggregate(scale: int) -> list[Engine]:
    """Return aggregate, by its class (not its parser): the grid of ours, and finer ones."""
    module = importlib.import_module("aggregate")
    warnings.simplefilter("ignore")  # of its libraries' versions

    def act(log2: int, step: float, *, mean_alone: bool = False) -> Figures:
        found = module.Aggregate(
            "standard", exp_en=RATE, exp_attachment=DEDUCTIBLE, exp_limit=LIMIT, freq_name="poisson",
            sev_name="lognorm", sev_a=SIGMA, sev_scale=math.exp(MU), sev_conditional=False,
            agg_reins=[(1.0, float(ANNUAL), 0.0)], agg_kind="ceded to",
        )  # fmt: skip
        found.update(log2, step)
        if mean_alone:
            return Figures(float(found.est_m))
        return Figures(float(found.est_m), float(found.q(CHANCE)), float(found.tvar(CHANCE)))

    grids = [(8, LIMIT / CELLS), (10, 100_000.0), (11, 50_000.0), (14, 5_000.0)]
    engines = [
        Engine("aggregate", f"log2 {log2}, bs {step:,.0f}", partial(act, log2, step), scale // 2)
        for log2, step in grids
    ]
    return [*engines, Engine("aggregate", "log2 8, mean alone", partial(act, *grids[0], mean_alone=True), scale // 2)]


def gemact(scale: int) -> list[Engine]:
    """Return gemact by fast Fourier transform, its log off; TVaR is read from its distribution."""
    module = importlib.import_module("gemact.lossmodel")
    twiggy = importlib.import_module("twiggy")
    twiggy.quick_setup(min_level=twiggy.levels.CRITICAL)
    for name in [name for name in sys.modules if name.startswith("gemact.")]:
        if (logger := getattr(sys.modules[name], "logger", None)) is not None:
            logger.min_level = twiggy.levels.CRITICAL

    def act(method: str, cells: int, length: int) -> Figures:
        found = module.LossModel(
            frequency=module.Frequency(dist="poisson", par={"mu": RATE}),
            severity=module.Severity(dist="lognormal", par={"shape": SIGMA, "scale": math.exp(MU)}),
            policystructure=module.PolicyStructure(
                layers=module.Layer(cover=LIMIT, deductible=DEDUCTIBLE, aggr_cover=ANNUAL)
            ),
            aggr_loss_dist_method="fft", sev_discr_method=method, n_sev_discr_nodes=cells, n_aggr_dist_nodes=length,
        )  # fmt: skip
        year = found.dist[0]
        return Figures(found.pure_premium_dist[0], float(found.ppf(CHANCE)), tail(year.nodes, year.cumprobs)[1])

    settings = [
        (method, *nodes)
        for method in ("localmoments", "massdispersal")
        for nodes in ((CELLS + 1, 256), (CELLS + 1, 512), (1001, 4096), (2001, 16_384))
    ]
    return [
        Engine("gemact", f"{m}, {cells:,} of {length:,}", partial(act, m, cells, length), scale // 2)
        for m, cells, length in settings
    ]


def pyfair(scale: int) -> list[Engine]:
    """Return pyfair, fed with Poisson counts and layered losses, since it draws neither: it multiplies one by the other."""
    module, series = importlib.import_module("pyfair"), importlib.import_module("pandas").Series
    rng = np.random.default_rng(3)

    def act() -> Figures:
        model = module.FairModel("standard", n_simulations=YEARS)
        model.input_raw_data("Loss Event Frequency", series(rng.poisson(RATE, YEARS)))
        model.input_raw_data("Loss Magnitude", series(layered(rng.lognormal(MU, SIGMA, YEARS))))
        model.calculate_all()
        return simulated(model.export_results()["Risk"].to_numpy())

    return [Engine("pyfair", f"{YEARS:,} years", act, max(3, scale // 20))]


def layered(loss: Floats) -> Floats:
    """Return what the layer pays of each loss."""
    return np.clip(loss - DEDUCTIBLE, 0, LIMIT)


def riskquant(scale: int) -> list[Engine]:
    """Return riskquant's formula: Poisson counts, all losses drawn at once, each year's slice added up in turn.

    Source: simulate_years of SimpleLoss in Netflix's riskquant; the layer is applied to its losses, which NumPy draws here.
    """
    rng = np.random.default_rng(5)

    def act() -> Figures:
        counts = rng.poisson(RATE, YEARS)
        losses = layered(rng.lognormal(MU, SIGMA, sum(counts)))
        years, at = [], 0
        for count in counts:
            years.append(sum(losses[at : at + count]))
            at += count
        return simulated(np.array(years, dtype=np.float64))

    return [Engine("riskquant's formula", f"{YEARS:,} years", act, max(3, scale // 20))]


def monte_carlo(scale: int) -> list[Engine]:
    """Return a Monte Carlo simulation as one would write it in NumPy."""
    rng = np.random.default_rng(7)

    def act() -> Figures:
        counts = rng.poisson(RATE, YEARS)
        losses = layered(rng.lognormal(MU, SIGMA, int(counts.sum())))
        return simulated(np.bincount(np.repeat(np.arange(YEARS), counts), losses, YEARS).astype(np.float64))

    return [Engine("NumPy Monte Carlo", f"{YEARS:,} years", act, max(5, scale // 4))]


PEERS = {"aggregate": aggregate, "gemact": gemact, "pyfair": pyfair}


def standard(scale: int) -> Section:
    """Work the standard case with every engine that there is."""
    engines, missing = ours(scale), []
    for name, make in PEERS.items():
        if importlib.util.find_spec(name):
            engines += make(scale)
        else:
            missing.append(name)
    engines += [*riskquant(scale), *monte_carlo(scale)]
    seconds = medians([(engine.act, engine.runs) for engine in engines])
    us = [1e6 * each / engine.rows for each, engine in zip(seconds, engines, strict=True)]
    step, everything, batch = us[0], us[3], us[4]
    rows, best = [], dict[str, tuple[float, float]]()
    for engine, each in zip(engines, us, strict=True):
        errors = [found / right - 1 for found, right in zip(engine.act(), REFERENCE, strict=True)]
        ratios = ["", ""] if engine.name.startswith("ours") else [each / step, each / everything]
        rows.append([engine.name, engine.setting, each, *errors, *ratios])
        if all(abs(error) <= enough for error, enough in zip(errors, ENOUGH, strict=True)):
            best[engine.name] = min((each, abs(errors[0])), best.get(engine.name, (math.inf, 0.0)))
    rows += [[name, "not installed", *[""] * 6] for name in missing]
    targets = [
        Target("compound step, one call, µs", step, MOST_STEP_US),
        Target("compound step in batch, µs a row", batch, MOST_BATCH_US),
    ]
    for name, least in LEAST_RATIO.items():
        if name in best:
            theirs, error = best[name]
            targets.append(Target(f"{name} at its best ÷ our step", theirs / step, least, least=True))
            targets.append(Target("error of our mean ÷ error of its mean", abs(rows[0][3]) / error, 1.0))
    return Section(
        "Standard case: Poisson 0.2, log-normal(15, 2), layer 10M over 0.1M, annual limit 20M",
        ("engine", "setting", "µs a case", "error mean", "VaR 99.5", "TVaR 99.5", "÷ our step", "÷ all ours"),
        rows,
        (
            "All in one process by turns, medians; simulations: the errors of one run, which differ from run to run.",
            "Others: a new case each time, with mean, VaR and TVaR unless said otherwise.",
            "Our step tells the mean alone, from a severity at hand: ÷ all ours compares like with like.",
        ),
        tuple(targets),
    )


# --- the whole answer for one business
def five_plans(programme: Programme) -> tuple[Plan, ...]:
    """Return the programme's four plans and one of three times the largest limits."""
    last = programme.plans[-1]
    more = replace(last, id="p30000", liability_limit=3 * last.liability_limit, cost_limit=3 * last.cost_limit)
    return (*programme.plans, more)


def whole(runs: int) -> Section:
    """Time the whole answer of the six examples, as they answer and with every answer no."""
    rows: list[list[Any]] = []
    for name in EXAMPLES:
        given = read_answers(read_file(ROOT / "examples" / f"{name}.yaml"))
        plans = five_plans(given.programme)
        no = {question.id: "no" for question in given.edition.questions if "no" in question.answers}
        for label, answers in (("as given", given), ("all no", replace(given, given=MappingProxyType(no)))):
            loss = assess(answers, ON, plans)
            points = score(
                answers.programme, answers.edition, answers.business, answers.given, on=ON, asked=answers.asked
            )
            acts = (partial(answer, answers, plans), partial(plain, answers, plans, points))
            whole_ms, result_ms = (1000 * seconds for seconds in medians([(act, runs) for act in acts]))
            rows.append([name, label, len(loss.controls), len(loss.plans), whole_ms, result_ms])
    return Section(
        "Whole answer for one business: all causes, plans, curve, every control, band",
        ("example", "answers", "controls", "plans", "ms", "ms with result()"),
        rows,
        (),
        (Target("whole answer, slowest of them, ms", max(row[4] for row in rows), MOST_ANSWER_MS),),
    )


def answer(answers: Answers, plans: Sequence[Plan]) -> None:
    """Work out everything once."""
    assert assess(answers, ON, plans).curve is not None


def plain(answers: Answers, plans: Sequence[Plan], points: Any) -> None:
    """Work out everything once, and as plain data."""
    assert result(assess(answers, ON, plans), points)


# --- many businesses
def drawn(programme: Programme, edition: Edition, count: int) -> Iterator[Line]:
    """Yield businesses as bench/population.py draws them, classes by their number, with random sheets of answers."""
    draw = random.Random(11)  # noqa: S311 - sample data
    sheets = [{q.id: draw.choice(q.answers) for q in edition.questions} for _ in range(SHEETS)]
    sets = [tuple(tuple(words.split()) for words in each) for each in SETS]
    industries, shares = list(INDUSTRIES), [share for share, _ in INDUSTRIES.values()]
    for _ in range(count):
        ((_, mean_staff, sigma_staff, sigma_held),) = draw.choices(CLASSES, [number for number, *_ in CLASSES])
        (industry,) = draw.choices(industries, shares)
        staff = max(1, round(draw.lognormvariate(math.log(mean_staff) - sigma_staff**2 / 2, sigma_staff)))
        held = max(1, round(INDUSTRIES[industry][1] * staff**0.8 * draw.lognormvariate(0, sigma_held)))
        sales = None if draw.random() < 0.3 else staff * draw.randrange(5_000_000, 60_000_000)
        on_consignment = draw.random() < 0.1
        information, media, uses = draw.choice(sets)
        business = Business("見本", industry, staff, held, sales, information, media, uses, on_consignment)
        yield business, draw.choice(sheets)


def batch(count: int, direct: int) -> dict[str, Any]:
    """Work out so many businesses in this process, and so many of them directly, for the table's error."""
    programme = load("chuokai-leak")
    edition = load_edition(programme, EDITION)
    drawing, _ = on_one_core(lambda: deque(drawn(programme, edition, count), maxlen=0))
    before, started = peak(), time.perf_counter()
    reading, businesses = on_one_core(lambda: portfolio(programme, edition, drawn(programme, edition, count), ON))
    working, many = on_one_core(lambda: assess_many(businesses))
    elapsed, after = time.perf_counter() - started - drawing, peak()
    chosen = set(np.random.default_rng(13).choice(count, direct, replace=False).tolist())
    pairs: dict[str, list[tuple[float, float]]] = {}
    for i, (business, given) in enumerate(drawn(programme, edition, count) if chosen else ()):
        if i not in chosen or given is None:
            continue
        exact = assess(Answers(programme, edition, business, MappingProxyType(dict(given))), ON)
        figures = {
            "expected": (many.expected[i], exact.expected),
            "insurable": (many.insurable[i], exact.insurable),
            "low": (many.low[i], exact.band["low"]),
            "high": (many.high[i], exact.band["high"]),
        } | {plan.plan.id: (many.paid[i, k].sum(), plan.paid) for k, plan in enumerate(exact.plans)}
        for name, (table, right) in figures.items():
            pairs.setdefault(name, []).append((float(table), right))
    return {
        "businesses": count, "kinds": len(businesses.kinds), "portfolio": reading - drawing, "assess_many": working,
        "elapsed": elapsed, "before": before, "peak": after, "pairs": pairs,
    }  # fmt: skip


def on_one_core(act: Callable[[], Found]) -> tuple[float, Found]:
    """Return the processor's seconds that an act takes, without those that other processes take from it, and its result."""
    started = time.process_time()
    found = act()
    return time.process_time() - started, found


def peak() -> float:
    """Return this process's peak memory in MB: on Linux its own, since getrusage counts that of its parent before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


def fresh(*words: str) -> Any:
    """Return what a fresh interpreter prints as JSON."""
    done = subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def batches(sizes: Sequence[int], direct: int) -> list[Section]:
    """Time batches of growing size, each in a fresh process, and compare the largest with the direct form."""
    runs = [fresh(__file__, "--batch", f"{count}", "--direct", f"{direct * (count == sizes[-1])}") for count in sizes]
    rows = []
    for run in runs:
        seconds = run["portfolio"] + run["assess_many"]
        each = 1e6 * seconds / run["businesses"]
        parts = [run[name] for name in ("businesses", "kinds", "portfolio", "assess_many")]
        rows.append([*parts, seconds, each, run["elapsed"], run["before"], run["peak"]])
    last = rows[-1]
    growth = Section(
        f"Batch on one core, each size in a fresh process; {len(SETS)} sets of information, media and uses",
        (
            "businesses",
            "kinds",
            "portfolio s",
            "assess_many s",
            "seconds",
            "µs each",
            "elapsed s",
            "MB before",
            "MB at most",
        ),
        rows,
        (
            "Seconds of the processor, without drawing the businesses. MB before: interpreter, numpy, sonae, programme, sheets",
            f"of answers ({SHEETS}, by turns).",
        ),
        (
            Target(f"seconds for {sizes[-1]:,}", last[4], MOST_SECONDS),
            Target(f"MB for {sizes[-1]:,}", last[8], MOST_MB),
        ),
    )
    return [growth, errors(runs[-1]["pairs"], direct)]


def errors(pairs: dict[str, list[tuple[float, float]]], direct: int) -> Section:
    """Return the table's relative errors; small payments apart, in yen."""
    rows, largest = [], 0.0
    for name, found in pairs.items():
        small = [abs(table - right) for table, right in found if name.startswith("p") and right < SMALL_PAID]
        others = [abs(table - right) / max(right, 1.0) for table, right in found
                  if not (name.startswith("p") and right < SMALL_PAID)]  # fmt: skip
        largest = max(largest, *others)
        rows.append(
            [name, len(others), max(others), statistics.median(others), len(small), max(small, default=math.nan)]
        )
    return Section(
        f"Table against the direct form, {direct:,} of the businesses",
        ("figure", "number", "largest error", "median error", f"below {SMALL_PAID} yen", "largest, yen"),
        rows,
        (f"Plans: what they pay, both sections; relative, but in yen where it is less than {SMALL_PAID} yen a year.",),
        (Target("largest relative error", largest, MOST_ERROR),),
    )


# --- what is loaded
PROBE = """
import json, sys, time
started = time.perf_counter()
sys.path.insert(0, sys.argv[1])
from datetime import date
from pathlib import Path
from sonae.checklist import read_answers
from sonae.loss import assess
from sonae.programmes import read_file
loaded = time.perf_counter() - started
answers = read_answers(read_file(Path(sys.argv[2])))
started = time.perf_counter()
assess(answers, date(2027, 4, 1)).curve
first = time.perf_counter() - started
print(json.dumps([loaded, first, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def modules() -> Section:
    """Tell which heavy modules a fresh interpreter has after its first answer, and how long it took."""
    loaded, first, names = fresh("-c", PROBE, str(ROOT / "src"), str(ROOT / "examples" / "printing.yaml"))
    found = [name for name in HEAVY if name in names]
    rows = [
        [name, "yes" if importlib.util.find_spec(name) else "no", "yes" if name in found else "no"] for name in HEAVY
    ]
    return Section(
        "Modules after importing sonae.loss and one answer in a fresh interpreter",
        ("module", "installed", "loaded"),
        rows,
        (
            f"import {loaded * 1000:.0f} ms, first answer {first * 1000:.0f} ms (programme, parameters and weights are read)",
        ),
        (Target("heavy modules loaded", len(found), 0),),
    )


def versions() -> dict[str, str]:
    """Return versions of everything, the processor, and the load that the run met."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for name in ("scipy", "pandas", *PEERS):
        found[name] = importlib.metadata.version(name) if importlib.util.find_spec(name) else "not installed"
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    found["processor"] = f"{model or platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    return found | {"load at the start": f"{os.getloadavg()[0]:.2f}"}


def main() -> None:
    """Print the four parts; end with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, 10,000 businesses")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--batch", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--direct", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.batch:
        print(json.dumps(batch(options.batch, options.direct)))
        return
    logging.disable()  # of the other engines
    about, quick = versions(), options.quick
    sizes = tuple(size // 10 for size in SIZES) if quick else SIZES
    parts = [
        modules(),
        whole(10 if quick else 50),
        *batches(sizes, 60 if quick else 500),
        standard(20 if quick else 100),
    ]
    targets = [target for part in parts for target in part.targets]
    if options.json:
        print(json.dumps({"versions": about, "parts": [data(part) for part in parts]}, ensure_ascii=False, indent=1))
    else:
        print(", ".join(f"{name} {found}" for name, found in about.items()))
        for part in parts:
            show(part)
    if not all(target.met for target in targets):
        sys.exit(1)


if __name__ == "__main__":
    main()
