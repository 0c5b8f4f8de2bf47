"""Most probable marker kinetics of 100,000 patients beside a loop over patients, and how long a first call takes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from benchmarks.measure import Comparison, best_seconds
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.posterior import posterior
from trialwright.numerics.kinetics.series import BELOW, ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

__all__ = ["comparisons"]

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENTS: Final = 100_000
COMPARED: Final = 200
SAMPLED: Final = 400
BUDGET_SECONDS: Final = 1.0
COLD_SECONDS, CACHED_SECONDS = 5.0, 0.5
OBJECTIVE_TOLERANCE: Final = 1e-5
RATE_TOLERANCE: Final = 1e-3
SIGMA: Final = 0.2
KNOWN: Final = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.6, 1.0, 1.2], ErrorModel("log_additive", SIGMA)
)
PLAN: Final = SamplingPlan(days=(0, 14, 28, 42, 56, 77, 98), missed=0.3, lower_limit=5.0)
FIRST_CALL: Final = """
import time
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
error = ErrorModel("log_additive", 0.2)
known = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1, 1.2], error)
series = Series.of([[(0, 410.0), (22, 180.0), (44, 90.0)]])
start = time.process_time()
map_estimates(series, known)
print(time.process_time() - start)
"""


def one_by_one(series: Series, patients: int) -> list[tuple[float, float]]:
    """Objective and ln rate of the first patients, each by its own call of a scipy optimiser."""
    found = []
    for i in range(patients):
        own = slice(int(series.offsets[i]), int(series.offsets[i + 1]))
        t, y, below = series.t_days[own], series.ln_value[own], series.censor[own] == BELOW

        def objective(x: np.ndarray, t: np.ndarray = t, y: np.ndarray = y, below: np.ndarray = below) -> float:
            k, b, production, start = np.exp(x)
            gap = k - b
            made = t * np.exp(-k * t) if abs(gap) < 1e-10 else (np.exp(-b * t) - np.exp(-k * t)) / gap
            z = (y - np.log(start * np.exp(-k * t) + production * made)) / SIGMA
            eta = (x - KNOWN.ln_theta) / KNOWN.sd_ln
            return float(0.5 * eta @ eta + np.where(below, -log_ndtr(z), 0.5 * z * z).sum())

        first = np.append(KNOWN.ln_theta[:3], y[0])
        best = minimize(objective, first, method="BFGS", options={"gtol": 1e-6})
        found.append((float(best.fun), float(best.x[0])))
    return found


def first_call_seconds(cache: str) -> float:
    """Processor seconds of the first call in a fresh process, imports not counted; other work does not blur them."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", FIRST_CALL], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return float(done.stdout)


def comparisons() -> Iterator[Comparison]:
    """Patients a second, the posterior, and first calls."""
    series = virtual_series(KNOWN, PLAN, count=PATIENTS, seed=1).series
    below = float((series.censor == BELOW).mean())
    map_estimates(series.subset(np.arange(10)), KNOWN)
    seconds, objective = best_seconds(lambda: map_estimates(series, KNOWN).objective)
    spent = time.process_time()
    map_estimates(series, KNOWN)
    spent = time.process_time() - spent
    ours = map_estimates(series.subset(np.arange(COMPARED)), KNOWN)
    start = time.perf_counter()
    theirs = np.array(one_by_one(series, COMPARED))
    peer_seconds = (time.perf_counter() - start) * PATIENTS / COMPARED
    # a single start of the peer may end in a worse mode; ours may not
    worse = float(np.max(ours.objective - theirs[:, 0]))
    same = theirs[:, 0] < ours.objective + OBJECTIVE_TOLERANCE
    apart = float(np.max(np.abs(ours.ln_theta[same, 0] - theirs[same, 1])))
    agrees = worse < OBJECTIVE_TOLERANCE and apart < RATE_TOLERANCE and same.mean() > 0.95
    found, load = np.isfinite(objective).mean(), os.getloadavg()[0]
    rates = f"{PATIENTS / seconds:,.0f}/s at load {load:.1f}, {PATIENTS / spent:,.0f} a processor second"
    yield Comparison(
        f"KELIM, {found:.0%} found, {below:.0%} below: {rates}",
        PATIENTS, seconds, f"scipy BFGS a patient (from {COMPARED})", peer_seconds, apart, agrees, BUDGET_SECONDS,
    )  # fmt: skip
    few = series.subset(np.arange(SAMPLED))
    sampled, _ = best_seconds(lambda: posterior(few, KNOWN, seed=1, cut_per_day=0.06).mean)
    yield Comparison("posterior of 4,000 draws a patient", SAMPLED, sampled)
    with tempfile.TemporaryDirectory() as cache:
        cold = first_call_seconds(cache)
        yield Comparison("first call, nothing compiled, processor seconds", 1, cold, budget_seconds=COLD_SECONDS)
        cached = min(first_call_seconds(cache) for _ in range(3))
        yield Comparison("first call, compiled before, processor seconds", 1, cached, budget_seconds=CACHED_SECONDS)
