"""Kaplan–Meier, log-rank and Cox at 200, 10,000 and 1,000,000 rows; many small trials at once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from scipy.stats import CensoredData
from scipy.stats import logrank as scipy_logrank
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import survdiff

from benchmarks.measure import Comparison, Contender, compare
from trialwright.analysis.survival import cox, kaplan_meier, logrank, rmst
from trialwright.numerics.two_arm import two_arm_statistics

__all__ = ["comparisons"]

SIZES = (200, 10_000, 1_000_000)
LARGEST_FOR_PHREG = 10_000  # takes more than a second already, and grows faster than the data
LARGEST_FOR_SCIPY = 100_000  # with ties
WHOLE_DAYS = "whole days"
LOGRANK_BUDGET, COX_BUDGET = 0.15, 1.0
TRIALS, COMPARED_TRIALS, TRIAL_SIZE, TAU = 10_000, 100, 160, 11.0
TRIALS_BUDGET = 0.3


def cohort(n: int, *, days: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Two arms, a marker, about 60 % events; times continuous or in whole days."""
    rng = np.random.default_rng(20_26)
    arm, marker = rng.integers(0, 2, n), rng.normal(size=n)
    time = rng.exponential(12 / np.exp(-0.3 * arm + 0.2 * marker))
    censored = rng.uniform(3, 27, n)
    event = (time <= censored).astype(np.int64)
    time = np.minimum(time, censored)
    return (np.ceil(time * 30.4375) if days else time), event, arm, marker


def _kaplan_meier(n: int, kind: str, time: np.ndarray, event: np.ndarray, arm: np.ndarray) -> list[Comparison]:
    probes = np.quantile(time, [0.2, 0.5, 0.8])

    def ours() -> Sequence[float]:
        groups = kaplan_meier(time, event, arm=arm).groups
        curves = [(g.curve.time, g.curve.surv) for g in groups]
        return [float(s[np.searchsorted(t, p, side="right") - 1]) for t, s in curves for p in probes]

    def lifelines() -> Sequence[float]:
        fits = [KaplanMeierFitter().fit(time[arm == a], event[arm == a]) for a in (0, 1)]
        return [float(f.predict(p)) for f in fits for p in probes]

    peers = [Contender("lifelines", lifelines)]
    return compare(f"Kaplan–Meier, two arms, {kind}", n, Contender("ours", ours), peers, tolerance=1e-6)


def _logrank(n: int, kind: str, time: np.ndarray, event: np.ndarray, arm: np.ndarray) -> list[Comparison]:
    def scipy() -> Sequence[float]:
        samples = [
            CensoredData(uncensored=time[(arm == a) & (event == 1)], right=time[(arm == a) & (event == 0)])
            for a in (0, 1)
        ]
        return [float(scipy_logrank(*samples).statistic) ** 2]

    peers = [
        Contender("statsmodels", lambda: [survdiff(time, event, arm)[0]]),
        Contender(
            "lifelines",
            lambda: [logrank_test(time[arm == 0], time[arm == 1], event[arm == 0], event[arm == 1]).test_statistic],
        ),
    ]
    # With a thousand events a day among a million, its product of four counts overflows 64-bit integers.
    if not (kind == WHOLE_DAYS and n > LARGEST_FOR_SCIPY):
        peers.append(Contender("scipy", scipy))
    ours = Contender("ours", lambda: [logrank(time, event, arm).chisq or np.nan])
    budget = LOGRANK_BUDGET if n == max(SIZES) else None
    # A million continuous times hold pairs closer than the tolerance of ties, which we merge and the peers do not,
    # so the answers may differ in the last digits.
    return compare(f"log-rank, {kind}", n, ours, peers, tolerance=1e-6, budget_seconds=budget)


def _cox(n: int, kind: str, data: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> list[Comparison]:
    time, event, arm, marker = data
    frame = pd.DataFrame({"time": time, "event": event, "arm": arm, "marker": marker})

    def lifelines() -> Sequence[float]:
        fit = CoxPHFitter().fit(frame, "time", "event")
        return [*fit.params_.to_numpy(), *fit.standard_errors_.to_numpy()]

    def phreg() -> Sequence[float]:
        fit = PHReg(time, np.column_stack([arm, marker]), status=event, ties="efron").fit(disp=False)
        return [*fit.params, *fit.bse]

    def ours() -> Sequence[float]:
        terms = cox(time, event, {"arm": arm, "marker": marker}).terms
        return [*(t.coef or np.nan for t in terms), *(t.se or np.nan for t in terms)]

    peers = [Contender("lifelines", lifelines)]
    if n <= LARGEST_FOR_PHREG:
        peers.append(Contender("statsmodels", phreg))
    budget = COX_BUDGET if n == max(SIZES) else None
    return compare(
        f"Cox, 2 covariates, Efron, {kind}", n, Contender("ours", ours), peers, tolerance=1e-4, budget_seconds=budget
    )


def _invented_trials(m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    shape = (m, TRIAL_SIZE)
    arm = rng.integers(0, 2, shape)
    time, censored = rng.exponential(17 / np.where(arm == 1, 0.6, 1.0)), 36 - rng.uniform(0, 24, shape)
    return np.minimum(time, censored), (time <= censored).astype(np.int8), arm.astype(np.int8)


def _trials() -> list[Comparison]:
    def at_once(m: int) -> Contender:
        time, event, arm = _invented_trials(m)

        def answer() -> Sequence[float]:
            found = two_arm_statistics(time, event, arm, tau=TAU)
            return np.concatenate([found.logrank_z, found.log_hr, found.rmst_difference]).tolist()

        return Contender("ours", answer)

    time, event, arm = _invented_trials(COMPARED_TRIALS)

    def one_by_one() -> Sequence[float]:
        trials = range(COMPARED_TRIALS)
        z = [logrank(time[k], event[k], arm[k]).z for k in trials]
        beta = [cox(time[k], event[k], {"arm": arm[k]}).terms[0].coef for k in trials]
        means = [rmst(time[k], event[k], arm=arm[k], tau=TAU).comparisons[0].difference.estimate for k in trials]
        return [float(v) if v is not None else np.nan for v in (*z, *beta, *means)]

    task = "log-rank, Cox and restricted mean of {:,} trials"
    peers = [Contender("our general functions", one_by_one)]
    checked = compare(task.format(COMPARED_TRIALS), TRIAL_SIZE, at_once(COMPARED_TRIALS), peers, tolerance=1e-6)
    timed = compare(task.format(TRIALS), TRIAL_SIZE, at_once(TRIALS), [], tolerance=0, budget_seconds=TRIALS_BUDGET)
    return [*checked, *timed]


def comparisons() -> Iterator[Comparison]:
    """All comparisons, one after another."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for n in SIZES:
            for days in (False, True):
                data = cohort(n, days=days)
                kind = WHOLE_DAYS if days else "continuous times"
                yield from _kaplan_meier(n, kind, *data[:3])
                yield from _logrank(n, kind, *data[:3])
                yield from _cox(n, kind, data)
        yield from _trials()
