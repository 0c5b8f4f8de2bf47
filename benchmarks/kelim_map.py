"""Most probable marker kinetics of 100,000 patients beside a loop over patients, and how long a first call takes.

Twice in one run: as the machine stands, and with as many other processes as there are cores kept spinning meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from benchmarks.measure import Comparison, best_seconds
from trialwright.numerics.kinetics.estimates import MapEstimates
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.posterior import posterior
from trialwright.numerics.kinetics.series import BELOW, ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

__all__ = ["comparisons"]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "kelim_map.json"
PATIENTS: Final = 100_000
COMPARED: Final = 200
SAMPLED: Final = 400
TIMES: Final = 7
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


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast all patients were estimated, and the peer, under one condition.

    Parameters
    ----------
    condition : str
        What else the machine did.
    load_before : float
        Mean number of processes that wanted a core in the minute before.
    seconds, processor_seconds : float
        Of all patients: median of several runs on the clock and on the processors.
    peer_seconds, peer_processor_seconds : float
        Of the loop over patients, for as many of them.
    """

    condition: str
    load_before: float
    seconds: float
    processor_seconds: float
    peer_seconds: float
    peer_processor_seconds: float

    @property
    def rates(self) -> str:
        """Patients a second, how much of the machine that took, and patients a processor second."""
        own = f"{PATIENTS / self.processor_seconds:,.0f} a processor second"
        return f"{PATIENTS / self.seconds:,.0f}/s on {self.share_of_cores:.0%} of the cores, {own}"

    @property
    def share_of_cores(self) -> float:
        """Part of all cores that was ours; what other processes took is missing from it."""
        return self.processor_seconds / self.seconds / (os.cpu_count() or 1)

    def kept(self) -> dict[str, object]:
        """What is written of it."""
        rates = {
            "per_second": PATIENTS / self.seconds,
            "per_processor_second": PATIENTS / self.processor_seconds,
            "share_of_cores": self.share_of_cores,
            "times_the_peer": self.peer_seconds / self.seconds,
            "times_the_peer_on_the_processor": self.peer_processor_seconds / self.processor_seconds,
        }
        return {**asdict(self), **rates}


@contextmanager
def kept_busy() -> Iterator[None]:
    """Every core has another process that never rests."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


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


def pace(series: Series, condition: str) -> tuple[Pace, np.ndarray]:
    """Ours and the peer's pace as the machine is now, and the peer's answers."""
    load, runs = os.getloadavg()[0], []
    for _ in range(TIMES):
        start, busy = time.perf_counter(), time.process_time()
        map_estimates(series, KNOWN)
        runs.append((time.perf_counter() - start, time.process_time() - busy))
    start, busy = time.perf_counter(), time.process_time()
    theirs = np.array(one_by_one(series, COMPARED))
    peer = np.array([time.perf_counter() - start, time.process_time() - busy]) * PATIENTS / COMPARED
    seconds, processor_seconds = np.median(runs, axis=0).tolist()
    return Pace(condition, load, seconds, processor_seconds, *peer.tolist()), theirs


def compared(ours: MapEstimates, theirs: np.ndarray) -> tuple[float, bool]:
    """Largest difference in ln rate where the peer found the same mode, and whether none of ours is worse."""
    # a single start of the peer may end in a worse mode; ours may not
    worse = float(np.max(ours.objective[:COMPARED] - theirs[:, 0]))
    same = theirs[:, 0] < ours.objective[:COMPARED] + OBJECTIVE_TOLERANCE
    apart = float(np.max(np.abs(ours.ln_theta[:COMPARED][same, 0] - theirs[same, 1])))
    return apart, bool(worse < OBJECTIVE_TOLERANCE and apart < RATE_TOLERANCE and same.mean() > 0.95)


def first_calls() -> tuple[float, float]:
    """Processor seconds of a first call with nothing compiled, and with everything compiled before."""
    with tempfile.TemporaryDirectory() as cache:
        cold = first_call_seconds(cache)
        return cold, min(first_call_seconds(cache) for _ in range(3))


def comparisons() -> Iterator[Comparison]:
    """Patients a second on a machine with nothing else to do and on a busy one, the posterior, and first calls."""
    series = virtual_series(KNOWN, PLAN, count=PATIENTS, seed=1).series
    ours = map_estimates(series, KNOWN)
    kept: dict[str, object] = {
        "patients": PATIENTS,
        "values_per_patient": series.t_days.size / PATIENTS,
        "below_share": float((series.censor == BELOW).mean()),
        "converged": int(ours.converged.sum()),
        "two_modes": int((ours.n_modes > 1).sum()),
        "evaluations_per_patient": float(ours.iterations.mean()),
        "cores": os.cpu_count(),
    }
    paces = []
    for condition, busy in (("nothing else started", nullcontext()), ("a busy process on each core", kept_busy())):
        with busy:
            found, theirs = pace(series, condition)
        apart, agrees = compared(ours, theirs)
        paces.append({**found.kept(), "largest_ln_rate_difference": apart, "agrees": agrees})
        yield Comparison(
            f"KELIM, {condition}, load before {found.load_before:.1f}: {found.rates}",
            PATIENTS, found.seconds, f"scipy BFGS a patient (from {COMPARED})", found.peer_seconds, apart,
            agrees and bool(ours.converged.all()), BUDGET_SECONDS,
        )  # fmt: skip
    few = series.subset(np.arange(SAMPLED))
    sampled, _ = best_seconds(lambda: list(posterior(few, KNOWN, seed=1, cut_per_day=0.06).mean))
    yield Comparison("posterior of 4,000 draws a patient", SAMPLED, sampled)
    cold, cached = first_calls()
    yield Comparison("first call, nothing compiled, processor seconds", 1, cold, budget_seconds=COLD_SECONDS)
    yield Comparison("first call, compiled before, processor seconds", 1, cached, budget_seconds=CACHED_SECONDS)
    kept |= {"paces": paces, "first_call_processor_seconds": {"cold": cold, "cached": cached}}
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
