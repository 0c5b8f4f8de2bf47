"""Whether fits of a population to invented marker series give back the truth, and posteriors their own level."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import altair as alt
import numpy as np

from benchmarks.measure import Comparison
from trialwright.numerics.kinetics.likelihood import scored
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.population_fit import PopulationFit, fit_population
from trialwright.numerics.kinetics.prediction_errors import prediction_errors
from trialwright.numerics.kinetics.predictive_check import predictive_check
from trialwright.numerics.kinetics.series import EXACT, ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series
from trialwright.report.marker_fit import check_pictures, error_picture, trace_picture

__all__ = ["Fitted", "TRUTH", "comparisons", "fitted", "measured", "series_of", "verdicts", "written"]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "kelim_recovery.json"
PICTURES: Final = ROOT / "docs" / "pictures"
SUBJECTS: Final = 250
DATA_SEEDS: Final = range(1, 21)
FIT_SEEDS: Final = range(1, 4)
NORMAL_975: Final = 1.959963984540054
MAX_MEAN_Z: Final = 0.7
SD_Z: Final = (0.6, 1.5)
MIN_COVERED: Final = 16
MAX_SPREAD: Final = 0.3
BUDGET_SECONDS: Final = 60.0
HELD: Final = ("ln KELIM", "ln omega KELIM", "ln sigma")

TRUTH: Final = Population.independent(
    "biexponential", [0.06, 0.04, 6.0, 500.0], [0.45, 0.60, 1.00, 1.20], ErrorModel("log_additive", 0.20)
)
"""What the series are invented from; itself invented."""

START: Final = Population.independent(
    "biexponential", [0.08, 0.03, 9.0, 400.0], [1.0, 1.0, 1.0, 1.0], ErrorModel("log_additive", 0.40)
)
"""Where every fit begins, away from the truth."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One fit and what it took.

    Parameters
    ----------
    data_seed, fit_seed : int
        Of the series and of the fit.
    fit : PopulationFit
        The fit.
    seconds, processor_seconds : float
        Duration on the clock and on the processor.
    """

    data_seed: int
    fit_seed: int
    fit: PopulationFit
    seconds: float
    processor_seconds: float

    def kept(self) -> dict[str, object]:
        """What is written of it."""
        fit = self.fit
        return {
            "data_seed": self.data_seed,
            "fit_seed": self.fit_seed,
            "estimate": fit.estimate.tolist(),
            "se": fit.se.tolist(),
            "to_maximum_in_se": fit.to_maximum_in_se.tolist(),
            "minus_two_ll": fit.minus_two_ll,
            "minus_two_ll_error": fit.minus_two_ll_error,
            "shrinkage": fit.shrinkage.tolist(),
            "below_share": fit.below / fit.values,
            "seconds": self.seconds,
            "processor_seconds": self.processor_seconds,
        }


def series_of(data_seed: int) -> Series:
    """One set of invented series."""
    return virtual_series(TRUTH, SamplingPlan(), count=SUBJECTS, seed=data_seed).series


def _one(seeds: tuple[int, int]) -> Fitted:
    series = series_of(seeds[0])
    begun, busy = time.perf_counter(), time.process_time()
    found = fit_population(series, START, seed=seeds[1])
    return Fitted(*seeds, found, time.perf_counter() - begun, time.process_time() - busy)


def fitted(data_seeds: Sequence[int] = DATA_SEEDS, fit_seeds: Sequence[int] = FIT_SEEDS) -> list[Fitted]:
    """All fits, in as many processes as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(_one, product(data_seeds, fit_seeds)))


def true_numbers() -> np.ndarray:
    """The truth on the scale of the estimates."""
    return np.concatenate([TRUTH.ln_theta, np.log(TRUTH.sd_ln), [np.log(TRUTH.error.sigma)]])


def measured(found: Sequence[Fitted]) -> list[dict[str, float | int | str]]:
    """What the fits show of each estimated number."""
    data_seeds = sorted({one.data_seed for one in found})
    estimate = np.array([[one.fit.estimate for one in found if one.data_seed == seed] for seed in data_seeds])
    se = np.array([[one.fit.se for one in found if one.data_seed == seed] for seed in data_seeds])
    z = (estimate - true_numbers()) / se
    spread = estimate.std(axis=1, ddof=1) / se.mean(axis=1)
    covered = (np.abs(z) <= NORMAL_975).mean(axis=1) > 0.5
    return [
        {
            "name": name,
            "truth": float(true_numbers()[j]),
            "mean": float(estimate[:, :, j].mean()),
            "mean_z": float(z[:, :, j].mean()),
            "sd_z": float(z[:, :, j].mean(axis=1).std(ddof=1)),
            "covered": int(covered[:, j].sum()),
            "data_sets": len(data_seeds),
            "sd_of_estimates": float(estimate[:, :, j].mean(axis=1).std(ddof=1)),
            "mean_se": float(se[:, :, j].mean()),
            "spread_between_seeds_in_se": float(np.sqrt(np.mean(spread[:, j] ** 2))),
            "largest_spread_in_se": float(spread[:, j].max()),
        }
        for j, name in enumerate(found[0].fit.names)
    ]


def verdicts(row: Mapping[str, float | int | str]) -> bool:
    """Whether a number comes back: z about 0 with SD about 1, intervals that hold the truth, seeds that agree."""
    fine = abs(float(row["mean_z"])) <= MAX_MEAN_Z and SD_Z[0] <= float(row["sd_z"]) <= SD_Z[1]
    if row["name"] in HELD:
        fine &= int(row["covered"]) >= MIN_COVERED * int(row["data_sets"]) / len(DATA_SEEDS)
    if row["name"] == "ln KELIM":
        fine &= float(row["largest_spread_in_se"]) < MAX_SPREAD
    return fine


def picture(found: Sequence[Fitted]) -> alt.VConcatChart:
    """Estimates of all sets of series with their 95 % intervals, the truth as a line."""
    panels = []
    for name in HELD:
        j = found[0].fit.names.index(name)
        truth = float(np.exp(true_numbers()[j]))
        rows = []
        for one in found:
            low, high = one.fit.interval()[j]
            holds = "holds the truth" if low <= truth <= high else "misses it"
            place = one.data_seed + 0.22 * (one.fit_seed - 2)
            rows.append({"x": place, "estimate": one.fit.natural[j], "low": low, "high": high, "interval": holds})
        across = alt.Scale(domain=[0.5, 20.5], nice=False)
        chart = alt.Chart(alt.Data(values=rows))
        chart = chart.encode(x=alt.X("x:Q", title="Set of series (three seeds each)", scale=across))
        shade = alt.Color(
            "interval:N", scale=alt.Scale(domain=["holds the truth", "misses it"], range=["#5a6b7b", "#c05621"])
        )
        axis = alt.Y("low:Q", title=found[0].fit.natural_names[j], scale=alt.Scale(zero=False))
        bars = chart.mark_rule().encode(y=axis, y2="high:Q", color=shade)
        points = chart.mark_point(filled=True, size=18).encode(y="estimate:Q", color=shade)
        line = alt.Chart(alt.Data(values=[{"truth": truth}])).mark_rule(strokeDash=[4, 3]).encode(y="truth:Q")
        panels.append((bars + points + line).properties(width=620, height=130))
    return alt.vconcat(*panels).configure_axis(labelFontSize=11, titleFontSize=12)


def drawings(found: Sequence[Fitted]) -> Iterator[tuple[str, str]]:
    """Pictures of the manual that come from the report of a fit: traces, predictive check, prediction errors."""
    fits = [one.fit for one in found if one.data_seed == DATA_SEEDS[0]]
    series, population = series_of(DATA_SEEDS[0]), fits[0].population
    yield "traces", trace_picture(fits, "SIMULATED").svg
    percentiles, below = check_pictures(predictive_check(series, population, seed=1), "U/mL", "SIMULATED")
    yield "check", percentiles.svg
    yield "below", below.svg
    yield "errors", error_picture(prediction_errors(series, population, seed=1), "SIMULATED").svg


def laplace_minus_two_ll(series: Series, population: Population) -> float:
    """−2 ln likelihood by Laplace's approximation, for comparison only; for a log-additive error."""
    model, modes = population.model, map_estimates(series, population)
    who, width = np.arange(series.count, dtype=np.int64), model.width
    curve, rows = np.empty((series.t_days.size, width)), np.empty((series.count, width))
    model.ln_derivatives(who, series.offsets, series.t_days, modes.ln_theta, float(population.beta_sign), curve)
    error = population.error
    described = (error.code, error.constants)
    scored(who, series.offsets, series.ln_value, series.censor, curve, described, population.free_flags, rows)
    bend = np.tile(population.precision, (series.count, 1, 1))
    upper = np.triu_indices(model.size)
    bend[:, upper[0], upper[1]] += rows[:, 1 + model.size :]
    bend[:, upper[1], upper[0]] = bend[:, upper[0], upper[1]]
    exact = float((series.censor == EXACT).sum())
    constants = exact * (0.5 * np.log(2 * np.pi) + np.log(error.sigma))
    constants += 0.5 * series.count * np.linalg.slogdet(population.omega)[1]
    return float(2 * (modes.objective.sum() + 0.5 * np.linalg.slogdet(bend)[1].sum() + constants))


def written(found: Sequence[Fitted]) -> list[dict[str, float | int | str]]:
    """Figures of all fits, kept as JSON, and the pictures of the manual."""
    rows = measured(found)
    spreads = [
        np.std([one.fit.minus_two_ll for one in found if one.data_seed == seed], ddof=1)
        for seed in {one.data_seed for one in found}
    ]
    kept = {
        "names": list(found[0].fit.names),
        "numbers": rows,
        "below_share": float(np.mean([one.fit.below / one.fit.values for one in found])),
        "slowest_seconds": max(one.seconds for one in found),
        "slowest_processor_seconds": max(one.processor_seconds for one in found),
        "mean_spread_of_minus_two_ll": float(np.mean(spreads)),
        "mean_minus_two_ll_error": float(np.mean([one.fit.minus_two_ll_error for one in found])),
        "laplace_minus_two_ll_of_first": laplace_minus_two_ll(series_of(DATA_SEEDS[0]), found[0].fit.population),
        "mean_shrinkage": np.mean([one.fit.shrinkage for one in found], axis=0).tolist(),
        "fits": [one.kept() for one in found],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    picture(found).save(PICTURES / "kelim-recovery.svg", format="svg")
    for name, svg in drawings(found):
        (PICTURES / f"kelim-{name}.svg").write_text(svg + "\n", encoding="utf-8")
    return rows


def comparisons() -> Iterator[Comparison]:
    """Twenty sets of series, each fitted with three seeds, held to the truth and to the time allowed."""
    found = fitted()
    for row in written(found):
        task = (
            f"population fit, {row['name']}: z {float(row['mean_z']):+.2f} ± {float(row['sd_z']):.2f}, "
            f"{row['covered']} of {row['data_sets']} covered"
        )
        yield Comparison(
            task, SUBJECTS, max(one.processor_seconds for one in found), difference=abs(float(row["mean_z"])),
            agrees=verdicts(row), budget_seconds=BUDGET_SECONDS,
        )  # fmt: skip
