"""Whether posteriors of single subjects hold their level: ranks of the truth among draws, in twenty bins."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import altair as alt
import numpy as np
from scipy.stats import chisquare

from benchmarks.kelim_recovery import TRUTH
from benchmarks.measure import Comparison
from trialwright.numerics.kinetics.importance import weighted_draws
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

__all__ = ["comparisons", "p_uniform", "ranks"]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "kelim_calibration.json"
PICTURE: Final = ROOT / "docs" / "pictures" / "kelim-calibration.svg"
RUNS: Final = 500
SEED: Final = 20_260
BINS: Final = 20
MIN_P: Final = 0.005
DRAWS: Final = 4_000
AT_ONCE: Final = 100


def ranks(runs: int, *, seed: int = SEED, draws: int = DRAWS) -> np.ndarray:
    """Posterior probability of lying below the truth, one row a subject, one column a parameter.

    Each subject's parameters are drawn from the population and the values from the parameters, so that the truth is a
    draw from the posterior and these probabilities are uniform.
    """
    made = virtual_series(TRUTH, SamplingPlan(), count=runs, seed=seed)
    found = []
    for first in range(0, runs, AT_ONCE):
        who = np.arange(first, min(first + AT_ONCE, runs), dtype=np.int64)
        series = made.series.subset(who)
        drawn = weighted_draws(series, TRUTH, map_estimates(series, TRUTH), seed=seed, draws=draws, subjects=who)
        below = drawn.ln_theta < made.ln_theta[who][:, None, :]
        found.append(np.einsum("nm,nmp->np", drawn.weight, below))
    return np.concatenate(found)


def p_uniform(probabilities: np.ndarray) -> float:
    """P of the chi-square test that probabilities fall into twenty bins equally often."""
    counts, _ = np.histogram(np.clip(probabilities, 0, 1), BINS, (0, 1))
    return float(chisquare(counts).pvalue)


def picture(found: np.ndarray) -> alt.VConcatChart:
    """Histogram of the probabilities by parameter, with the range 99 % of bins should keep to."""
    expected = found.shape[0] / BINS
    half = 2.576 * np.sqrt(expected * (1 - 1 / BINS))
    panels = []
    for j, name in enumerate(TRUTH.model.parameters):
        counts, edges = np.histogram(found[:, j], BINS, (0, 1))
        rows = [{"from": a, "to": b, "runs": int(n)} for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)]
        axis = alt.X("from:Q", bin="binned", title="Posterior probability below the truth")
        bars = alt.Chart(alt.Data(values=rows)).mark_bar(color="#9aa5b1", stroke="white")
        bars = bars.encode(x=axis, x2="to:Q", y=alt.Y("runs:Q", title="Runs"))
        band = alt.Chart(alt.Data(values=[{"low": expected - half, "high": expected + half}]))
        band = band.mark_rect(opacity=0.25, color="#2b6cb0").encode(y="low:Q", y2="high:Q")
        title = f"{name}: p {p_uniform(found[:, j]):.3f}"
        panels.append((bars + band).properties(width=290, height=110, title=title))
    drawn = alt.vconcat(alt.hconcat(*panels[:2]), alt.hconcat(*panels[2:]))
    return drawn.configure_title(anchor="start", fontSize=13).configure_axis(labelFontSize=11, titleFontSize=12)


def comparisons() -> Iterator[Comparison]:
    """Five hundred subjects, each parameter's ranks held to uniformity."""
    begun = time.perf_counter()
    found = ranks(RUNS)
    seconds = time.perf_counter() - begun
    p_values = {name: p_uniform(found[:, j]) for j, name in enumerate(TRUTH.model.parameters)}
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {"runs": RUNS, "bins": BINS, "p": p_values, "probabilities": found.round(4).tolist()}
    RESULTS.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    picture(found).save(PICTURE, format="svg")
    for name, p in p_values.items():
        yield Comparison(f"calibration of the posterior, {name}: p {p:.3f}", RUNS, seconds, agrees=p > MIN_P)
