"""Whether invented trials, walked through the whole path, give back the truth they were invented with."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from math import log
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import altair as alt
import numpy as np
import polars as pl

from benchmarks.measure import Comparison
from tests.e2e.oracle_cohort import cohorts, log_hazard_ratio
from trialwright.analysis.survival import cox, logrank
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import simulate
from trialwright.model.study import Study
from trialwright.protocol.load import load

__all__ = ["SCENARIOS", "Fits", "Scenario", "Truth", "comparisons", "fits", "oracle_truth", "written"]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "recovery.json"
PICTURE: Final = ROOT / "docs" / "pictures" / "recovery.svg"
TRIALS: Final = 2_000
COVERAGE: Final = (0.935, 0.965)
LEVEL: Final = 0.05
MOST_ERRORS: Final = 3
SUBJECTS: Final = 160
LARGE: Final = 400_000
SMALL_COHORTS: Final = 20_000
CHEMO_MEDIAN: Final = 21
NORMAL_975: Final = 1.959963984540054

# A trial of days instead of months, so that a scan a day stays cheap: no operation's effect, no missed visit.
_DAILY: Final = {
    "{after: allocation, first: 3 months, every: 3 months}": "{after: allocation, first: 1 day, every: 1 day}",
    "{before: 14 days, after: 14 days}\n    do: [after,": "{before: 0 days, after: 0 days}\n    do: [after,",
    "accrual: {per_month: 7, sites: 6}": "accrual: {per_month: 60, sites: 6}",
    "missed_visits: 0.05": "missed_visits: 0",
    "lost_per_year: 0.02, withdrawn_per_year: 0.01": "lost_per_year: 0.2, withdrawn_per_year: 0.1",
    "cutoff: 47 months": "cutoff: 230 days",
}
_COURSES: Final = """    courses:
      - {{event: progression, from: allocation, median: {{CHEMO: {chemo} days, SCS: {scs} days}}}}
      - {{event: death, from: progression, median: {{CHEMO: 40 days, SCS: 40 days}}}}
      - {{event: operated_on, from: allocation, median: {{SCS: 3 days}}}}
      - {{event: next_therapy, from: progression, median: {{CHEMO: 5 days, SCS: 5 days}}}}
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to invent trials of which the truth is known.

    Parameters
    ----------
    name : str
        Short name.
    words : str
        What is invented, in one line.
    scs_median_days : int or None
        Median of the experimental arm in the trial of days; None for the study file's own scenario.
    """

    name: str
    words: str
    scs_median_days: int | None = None


SCENARIOS: Final = (
    Scenario("exponential", "exponential, a scan a day, hazard ratio 0.6", 35),
    Scenario("equal", "exponential, a scan a day, hazard ratio 1", 21),
    Scenario("study", "the study file's own scenario"),
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the estimates are held to.

    Parameters
    ----------
    log_hazard_ratio : float
        In an endless trial.
    small : float
        Mean of the estimates in trials of 160, and its Monte-Carlo error in `small_error`.
    small_error : float
        Zero when `small` is known exactly.
    events : float or None
        Share of subjects with an event, None where it is not known.
    """

    log_hazard_ratio: float
    small: float
    small_error: float = 0.0
    events: float | None = None


@dataclass(frozen=True, slots=True)
class Fits:
    """Estimates of many trials, one entry a trial.

    Parameters
    ----------
    log_hazard_ratio, error : numpy.ndarray
        Cox estimate and its standard error.
    p : numpy.ndarray
        Of the log-rank test, two-sided.
    events : numpy.ndarray
        Share of subjects with an event.
    """

    log_hazard_ratio: np.ndarray
    error: np.ndarray
    p: np.ndarray
    events: np.ndarray

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of the mean estimate."""
        return float(self.log_hazard_ratio.std(ddof=1) / len(self.log_hazard_ratio) ** 0.5)

    def covered(self, truth: float) -> int:
        """Number of 95 % intervals that hold the truth."""
        return int((np.abs(self.log_hazard_ratio - truth) <= NORMAL_975 * self.error).sum())

    @property
    def rejected(self) -> int:
        """Number of log-rank tests significant at 0.05."""
        return int((self.p <= 0.05).sum())


@cache
def study_of(scenario: Scenario) -> Study:
    """The shipped study, with the scenario's edits made in the text of its file."""
    shipped = open_study("nct07295132")
    if scenario.scs_median_days is None:
        return shipped.study
    text = shipped.text
    for old, new in _DAILY.items():
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in the study file")
        text = text.replace(old, new)
    start, end = text.index("    courses:\n"), text.index("    lapses: ")
    text = text[:start] + _COURSES.format(chemo=CHEMO_MEDIAN, scs=scenario.scs_median_days) + text[end:]
    return load(text, catalogue(), name="recovery.yaml")


@cache
def _asked(scenario: Scenario) -> Study:
    """The study asked for progression-free survival alone, which rests on no marker."""
    study = study_of(scenario)
    asked = tuple(endpoint for endpoint in study.endpoints if endpoint.id == "PFS")
    return study.model_copy(update={"endpoints": asked, "markers": ()})


def _fit(scenario: Scenario, seed: int) -> tuple[float, float, float, float]:
    simulated = simulate(study_of(scenario), subjects=SUBJECTS, seed=seed)
    derived = derive_endpoints(_asked(scenario), simulated.frames(), cutoff=simulated.cutoff, by_arm=True)
    arms = derived.adsl.select("USUBJID", "ARMCD")
    rows = derived.adtte.filter(pl.col("PARAMCD") == "PFS", pl.col("ANL01FL") == "Y").join(arms, on="USUBJID")
    days, event = rows["AVAL"].to_numpy(), (rows["CNSR"] == 0).to_numpy().astype(int)
    arm = (rows["ARMCD"] == "SCS").to_numpy().astype(int)
    if len(days) != SUBJECTS:
        raise ValueError(f"seed {seed} gave {len(days)} rows instead of {SUBJECTS}")
    term, p = cox(days, event, {"arm": arm}, ties="efron").terms[0], logrank(days, event, arm).p
    if term.coef is None or term.se is None or p is None:
        raise ValueError(f"seed {seed} gave no estimate")
    return term.coef, term.se, p, float(event.mean())


def _gathered(rows: Iterable[tuple[float, float, float, float]]) -> Fits:
    return Fits(*np.array(list(rows)).T)


def fits(scenario: Scenario, seeds: range) -> Fits:
    """Trials of 160 invented, derived and analysed one after another."""
    return _gathered(_fit(scenario, seed) for seed in seeds)


def fits_in_processes(scenario: Scenario, seeds: range) -> Fits:
    """The same trials in as many processes as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return _gathered(pool.map(partial(_fit, scenario), seeds, chunksize=25))


def _mean_of(days: np.ndarray, event: np.ndarray, arm: np.ndarray) -> tuple[float, float]:
    """Mean of the estimates of many cohorts, one a row, and its Monte-Carlo error."""
    found = np.array([log_hazard_ratio(*cohort)[0] for cohort in zip(days, event, arm, strict=True)])
    return float(found.mean()), float(found.std(ddof=1) / len(found) ** 0.5)


def _of_days(scs_median_days: int, small_cohorts: int) -> Truth:
    """Truth of the trial of days: known, but for what the Cox estimate makes of it in 160 subjects."""
    exact = log(CHEMO_MEDIAN / scs_median_days)
    rng, size = np.random.default_rng(20_251_216), (small_cohorts, SUBJECTS)
    arm = np.broadcast_to(np.arange(SUBJECTS) % 2, size)
    days = np.ceil(rng.exponential(np.where(arm == 1, scs_median_days, CHEMO_MEDIAN) / log(2), size))
    followed = np.minimum(rng.integers(60, 141, size), rng.exponential(365.25 / 0.3, size).astype(int))
    return Truth(exact, *_mean_of(np.minimum(days, followed), days <= followed, arm))


@cache
def oracle_truth(scenario: Scenario, small_cohorts: int = SMALL_COHORTS) -> Truth:
    """The truth of a scenario, without the program."""
    if scenario.scs_median_days is not None:
        return _of_days(scenario.scs_median_days, small_cohorts)
    rng = np.random.default_rng(20_251_215)
    large = [column[0] for column in cohorts(1, LARGE, rng)]
    small = _mean_of(*cohorts(small_cohorts, SUBJECTS, rng))
    return Truth(float(log_hazard_ratio(*large)[0]), *small, float(large[1].mean()))


def figures(scenario: Scenario, found: Fits) -> dict[str, float | int | str]:
    """What is measured in many trials of a scenario, beside its truth."""
    truth, trials = oracle_truth(scenario), len(found.p)
    mean, error = float(found.log_hazard_ratio.mean()), found.monte_carlo_error
    held_to = truth.small if scenario.scs_median_days is None else truth.log_hazard_ratio
    return {
        "scenario": scenario.name,
        "words": scenario.words,
        "trials": trials,
        "subjects": SUBJECTS,
        "truth": truth.log_hazard_ratio,
        "expected_at_160": truth.small,
        "expected_at_160_error": truth.small_error,
        "mean": mean,
        "monte_carlo_error": error,
        "distance_in_errors": (mean - held_to)
        / float(np.hypot(error, truth.small_error if held_to == truth.small else 0)),
        "distance_from_expected_at_160_in_errors": (mean - truth.small) / float(np.hypot(error, truth.small_error)),
        "spread": float(found.log_hazard_ratio.std(ddof=1)),
        "mean_standard_error": float(found.error.mean()),
        "coverage": found.covered(truth.log_hazard_ratio) / trials,
        "rejected": found.rejected / trials,
        "share_with_event": float(found.events.mean()),
    }


def holds(measured: dict[str, float | int | str]) -> bool:
    """Whether the truth comes back: the mean, the coverage and, of equal arms, the level of the test."""
    trials = int(measured["trials"])
    fine = abs(float(measured["distance_in_errors"])) <= MOST_ERRORS
    fine &= COVERAGE[0] <= float(measured["coverage"]) <= COVERAGE[1]
    if measured["truth"] == 0:
        fine &= abs(float(measured["rejected"]) - LEVEL) <= MOST_ERRORS * (LEVEL * (1 - LEVEL) / trials) ** 0.5
    return fine


def picture(found: dict[str, Fits], measured: dict[str, dict[str, float | int | str]]) -> alt.VConcatChart:
    """Estimates of all trials by scenario, with the truth as a line."""
    panels = []
    low, high, width = -1.3, 0.8, 0.05
    steps = np.arange(low, high + width / 2, width)
    for name, fitted in found.items():
        truth, mean = float(measured[name]["truth"]), float(measured[name]["mean"])
        counts, _ = np.histogram(np.clip(fitted.log_hazard_ratio, low, high), steps)
        rows = [{"from": a, "to": b, "trials": int(n)} for (a, b), n in zip(pairwise(steps), counts, strict=True)]
        axis = alt.X(
            "from:Q",
            bin="binned",
            scale=alt.Scale(domain=[low, high], nice=False),
            title="Log hazard ratio estimated in one trial",
        )
        bars = alt.Chart(alt.Data(values=rows)).mark_bar(color="#9aa5b1", stroke="white")
        bars = bars.encode(x=axis, x2="to:Q", y=alt.Y("trials:Q", title="Trials"))
        line = alt.Chart(alt.Data(values=[{"truth": truth}])).mark_rule(strokeWidth=2).encode(x="truth:Q")
        title = f"{measured[name]['words']}: truth {truth:.3f}, mean {mean:.3f}".replace("-", "\N{MINUS SIGN}")
        panels.append((bars + line).properties(width=620, height=130, title=title))
    drawn = alt.vconcat(*panels).configure_title(anchor="start", fontSize=13)
    return drawn.configure_axis(labelFontSize=11, titleFontSize=12)


def written(found: dict[str, Fits]) -> list[dict[str, float | int | str]]:
    """Figures of all scenarios, written as JSON with a picture for the manual."""
    measured = {scenario.name: figures(scenario, found[scenario.name]) for scenario in SCENARIOS}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(list(measured.values()), indent=1) + "\n", encoding="utf-8")
    picture(found, measured).save(PICTURE, format="svg")
    return list(measured.values())


def comparisons() -> Iterator[Comparison]:
    """Two thousand trials of each scenario through the whole path, held to the truth."""
    found, seconds = {}, {}
    for scenario in SCENARIOS:
        start = time.perf_counter()
        found[scenario.name] = fits_in_processes(scenario, range(TRIALS))
        seconds[scenario.name] = time.perf_counter() - start
    for measured in written(found):
        distance, covered = float(measured["distance_in_errors"]), float(measured["coverage"])
        task = f"recovery, {measured['scenario']}: {distance:+.2f} errors off, coverage {covered:.3f}"
        agrees = holds(measured)
        yield Comparison(task, TRIALS, seconds[str(measured["scenario"])], difference=abs(distance), agrees=agrees)
