"""Whether invented trials, walked through the whole path, give back the truth they were invented with."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from math import log
from multiprocessing import get_context
from typing import Final

import numpy as np
import polars as pl

from tests.e2e.oracle_cohort import cohorts, log_hazard_ratio
from trialwright.analysis.survival import cox, logrank
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import simulate
from trialwright.model.study import Study
from trialwright.protocol.load import load

__all__ = ["SCENARIOS", "Fits", "Scenario", "Truth", "fits", "fits_in_processes", "oracle_truth", "study_of"]

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


def _fit(scenario: Scenario, seed: int) -> tuple[float, float, float, float]:
    study = study_of(scenario)
    simulated = simulate(study, subjects=SUBJECTS, seed=seed)
    derived = derive_endpoints(study, simulated.frames(), cutoff=simulated.cutoff, by_arm=True)
    arms = derived.adsl.select("USUBJID", "ARMCD")
    rows = derived.adtte.filter(pl.col("PARAMCD") == "PFS", pl.col("ANL01FL") == "Y").join(arms, on="USUBJID")
    time, event = rows["AVAL"].to_numpy(), (rows["CNSR"] == 0).to_numpy().astype(int)
    arm = (rows["ARMCD"] == "SCS").to_numpy().astype(int)
    if len(time) != SUBJECTS:
        raise ValueError(f"seed {seed} gave {len(time)} rows instead of {SUBJECTS}")
    term, p = cox(time, event, {"arm": arm}, ties="efron").terms[0], logrank(time, event, arm).p
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


@cache
def oracle_truth(scenario: Scenario, small_cohorts: int = SMALL_COHORTS) -> Truth:
    """The truth of a scenario, without the program."""
    if scenario.scs_median_days is not None:
        exact = log(CHEMO_MEDIAN / scenario.scs_median_days)
        return Truth(exact, exact)
    rng = np.random.default_rng(20_251_215)
    time, event, arm = (column[0] for column in cohorts(1, LARGE, rng))
    small = cohorts(small_cohorts, SUBJECTS, rng)
    found = np.array([log_hazard_ratio(*(column[k] for column in small))[0] for k in range(small_cohorts)])
    error = float(found.std(ddof=1) / small_cohorts**0.5)
    return Truth(float(log_hazard_ratio(time, event, arm)[0]), float(found.mean()), error, float(event.mean()))
