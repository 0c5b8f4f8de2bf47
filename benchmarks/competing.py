"""Cumulative incidence, Gray's test, Fine and Gray's model, DeLong's area and areas at times, at several sizes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from lifelines import AalenJohansenFitter
from scipy.stats import mannwhitneyu

from benchmarks.measure import Comparison, Contender, compare
from trialwright.analysis.accuracy import roc, time_auc
from trialwright.analysis.survival import cumulative_incidence, fine_gray, gray

__all__ = ["comparisons"]

SIZES = (200, 10_000, 1_000_000)
LARGEST_FOR_LIFELINES = 10_000
PROBES = (3.0, 6.0, 9.0)


def cohort(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Continuous times, causes 0 to 2, two arms, a marker."""
    rng = np.random.default_rng(20_26)
    arm, marker = rng.integers(0, 2, n), rng.normal(size=n)
    time = rng.exponential(10 / np.exp(-0.3 * arm + 0.4 * marker))
    return time, rng.choice(3, n, p=[0.3, 0.5, 0.2]), arm, marker


def _incidence(n: int, time: np.ndarray, cause: np.ndarray) -> list[Comparison]:
    def ours() -> Sequence[float]:
        return cumulative_incidence(time, cause, times=PROBES).groups[0].causes[0].cif.tolist()

    def lifelines() -> Sequence[float]:
        fit = AalenJohansenFitter(calculate_variance=False, jitter_level=0).fit(time, cause, event_of_interest=1)
        return [float(fit.predict(t)) for t in PROBES]

    peers = [Contender("lifelines", lifelines)] if n <= LARGEST_FOR_LIFELINES else []
    return compare("cumulative incidence, two causes", n, Contender("ours", ours), peers, tolerance=1e-9)


def _tests(n: int, time: np.ndarray, cause: np.ndarray, arm: np.ndarray, marker: np.ndarray) -> list[Comparison]:
    test = Contender("ours", lambda: [gray(time, cause, arm).chisq or np.nan])
    model = Contender(
        "ours", lambda: [t.coef or np.nan for t in fine_gray(time, cause, {"arm": arm, "marker": marker}).terms]
    )
    return [
        *compare("Gray's test, two arms", n, test, [], tolerance=0),
        *compare("Fine and Gray, two covariates, robust", n, model, [], tolerance=0),
    ]


def _areas(n: int, time: np.ndarray, cause: np.ndarray, marker: np.ndarray) -> list[Comparison]:
    outcome = cause == 1

    def scipy() -> Sequence[float]:
        statistic = mannwhitneyu(marker[outcome], marker[~outcome]).statistic
        return [float(statistic) / float(outcome.sum()) / float((~outcome).sum())]

    area = Contender("ours", lambda: [roc(outcome, marker).area])
    timed = Contender("ours", lambda: [a.area or np.nan for a in time_auc(time, outcome, marker, times=PROBES).areas])
    return [
        *compare("area with DeLong's error", n, area, [Contender("scipy, no error", scipy)], tolerance=1e-9),
        *compare("areas at three times, with errors", n, timed, [], tolerance=0),
    ]


def comparisons() -> Iterator[Comparison]:
    """All comparisons, one after another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in SIZES:
            time, cause, arm, marker = cohort(n)
            yield from _incidence(n, time, cause)
            yield from _tests(n, time, cause, arm, marker)
            yield from _areas(n, time, cause, marker)
