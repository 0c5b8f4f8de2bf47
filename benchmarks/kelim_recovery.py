"""Whether fits of a population to invented marker series give back the truth, and posteriors their own level."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.measure import Comparison
from trialwright.numerics.kinetics.population_fit import PopulationFit, fit_population
from trialwright.numerics.kinetics.saem import SaemOptions
from trialwright.numerics.kinetics.series import ErrorModel, Population
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

__all__ = ["Fitted", "TRUTH", "comparisons", "fitted", "measured", "verdicts"]

ROOT: Final = Path(__file__).resolve().parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results" / "kelim_recovery.json"
PATIENTS: Final = 250
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


@dataclass(frozen=True, slots=True)
class Fitted:
    """One fit, as it is kept.

    Parameters
    ----------
    data_seed, fit_seed : int
        Of the series and of the fit.
    names : list of str
        Names of the estimated numbers.
    estimate, se, to_maximum : list of float
        Estimates, standard errors and remaining distance to the maximum in standard errors.
    minus_two_ll, minus_two_ll_error : float
        Likelihood and its Monte-Carlo error.
    shrinkage : list of float
        By parameter.
    below_share : float
        Share of values below the limit.
    seconds : float
        Duration of the fit.
    """

    data_seed: int
    fit_seed: int
    names: list[str]
    estimate: list[float]
    se: list[float]
    to_maximum: list[float]
    minus_two_ll: float
    minus_two_ll_error: float
    shrinkage: list[float]
    below_share: float
    seconds: float


def fit_of(data_seed: int, fit_seed: int, options: SaemOptions | None = None) -> PopulationFit:
    """Population fitted to one set of invented series."""
    series = virtual_series(TRUTH, SamplingPlan(), count=PATIENTS, seed=data_seed).series
    return fit_population(series, START, options=options, seed=fit_seed)


def _one(seeds: tuple[int, int]) -> Fitted:
    begun = time.perf_counter()
    found = fit_of(*seeds)
    return Fitted(
        *seeds, list(found.names), found.estimate.tolist(), found.se.tolist(), found.to_maximum_in_se.tolist(),
        found.minus_two_ll, found.minus_two_ll_error, found.shrinkage.tolist(), found.below / found.values,
        time.perf_counter() - begun,
    )  # fmt: skip


def fitted(data_seeds: Sequence[int] = DATA_SEEDS, fit_seeds: Sequence[int] = FIT_SEEDS) -> list[Fitted]:
    """All fits, in as many processes as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(_one, product(data_seeds, fit_seeds)))


def true_numbers() -> np.ndarray:
    """The truth on the scale of the estimates."""
    return np.concatenate([TRUTH.ln_theta, np.log(TRUTH.sd_ln), [np.log(TRUTH.error.sigma)]])


def measured(found: Sequence[Fitted]) -> list[dict[str, float | int | str]]:
    """What the fits show of each estimated number."""
    data_seeds = sorted({fit.data_seed for fit in found})
    estimate = np.array([[fit.estimate for fit in found if fit.data_seed == seed] for seed in data_seeds])
    se = np.array([[fit.se for fit in found if fit.data_seed == seed] for seed in data_seeds])
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
        for j, name in enumerate(found[0].names)
    ]


def verdicts(row: Mapping[str, float | int | str]) -> bool:
    """Whether a number comes back: z about 0 with SD about 1, intervals that hold the truth, seeds that agree."""
    fine = abs(float(row["mean_z"])) <= MAX_MEAN_Z and SD_Z[0] <= float(row["sd_z"]) <= SD_Z[1]
    if row["name"] in HELD:
        fine &= int(row["covered"]) >= MIN_COVERED * int(row["data_sets"]) / len(DATA_SEEDS)
    if row["name"] == "ln KELIM":
        fine &= float(row["largest_spread_in_se"]) < MAX_SPREAD
    return fine


def written(found: Sequence[Fitted]) -> list[dict[str, float | int | str]]:
    """Figures of all fits, kept as JSON."""
    rows = measured(found)
    RESULTS.parent.mkdir(exist_ok=True)
    kept = {
        "numbers": rows,
        "fits": [asdict(fit) for fit in found],
        "below_share": float(np.mean([fit.below_share for fit in found])),
        "slowest_seconds": max(fit.seconds for fit in found),
        "spread_of_minus_two_ll": float(
            np.mean(
                [
                    np.std([fit.minus_two_ll for fit in found if fit.data_seed == seed], ddof=1)
                    for seed in {fit.data_seed for fit in found}
                ]
            )
        ),
        "minus_two_ll_error": float(np.mean([fit.minus_two_ll_error for fit in found])),
    }
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return rows


def comparisons() -> Iterator[Comparison]:
    """Twenty sets of series, each fitted with three seeds, held to the truth."""
    found = fitted()
    slowest = max(fit.seconds for fit in found)
    for row in written(found):
        task = (
            f"population fit, {row['name']}: z {float(row['mean_z']):+.2f} ± {float(row['sd_z']):.2f}, "
            f"{row['covered']} of {row['data_sets']} covered"
        )
        yield Comparison(
            task, PATIENTS, slowest, difference=abs(float(row["mean_z"])), agrees=verdicts(row),
            budget_seconds=BUDGET_SECONDS,
        )  # fmt: skip
